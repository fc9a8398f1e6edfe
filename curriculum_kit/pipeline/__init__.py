"""The order in which the stages run, and the only place that reads and writes the tables."""
