"""Genies over the Headless API, as a backend of the engine."""
