"""Format of suites: YAML, variables, rows and validation."""
