"""What `ckit audit --fix` changes: a module per fix, each from tables to tables."""
