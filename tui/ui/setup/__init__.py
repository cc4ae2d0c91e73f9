"""Set-up screen and login."""
