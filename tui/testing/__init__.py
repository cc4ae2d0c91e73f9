"""Test suites against agents: format, runner, checks and reports (``genie-tui test``)."""
