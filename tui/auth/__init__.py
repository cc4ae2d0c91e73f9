"""Credentials: how a request proves whose it is."""
