"""Guardrail policies: typed settings, and validation before they are sent."""
