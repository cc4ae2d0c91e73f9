"""Runner of suites."""
