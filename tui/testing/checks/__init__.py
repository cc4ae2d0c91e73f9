"""Expectations and how they are judged."""
