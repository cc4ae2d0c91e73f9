"""Suites that come with the program."""
