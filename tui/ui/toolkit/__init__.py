"""Widgets and modals that any feature uses."""
