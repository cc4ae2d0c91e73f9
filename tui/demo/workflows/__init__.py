"""Workflows API of the demo server."""
