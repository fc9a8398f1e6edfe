"""Does a question need its image, and does a split leak? A module per check, each from tables to findings."""
