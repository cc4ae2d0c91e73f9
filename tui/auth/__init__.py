"""Credentials: authenticate requests, sign in, and store secrets."""
