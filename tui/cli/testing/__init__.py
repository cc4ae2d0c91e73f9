"""``genie-tui test``: the command, its run, and its reports."""
