"""Terminal chat client for Workato genies."""

__version__ = "0.1.0"
