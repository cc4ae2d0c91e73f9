"""Scripts that play the app by themselves: `genie-tui play`."""
