"""``genie-tui studio``: every endpoint of the Developer API as a command."""
