"""Dialogs for questions of the agent: approvals and connections."""
