"""What `make` runs: set-up, checks, tests, sabotage, lock files."""
