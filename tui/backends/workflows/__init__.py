"""Agents over the Workflows API, as a backend of the engine: a workflow is a conversation."""
