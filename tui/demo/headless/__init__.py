"""Headless API of the demo server."""
