"""Readers of benchmarks, a module each, and the table of them by name."""
