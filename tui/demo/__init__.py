"""Demo server: a faithful emulation of the vendor's APIs on loopback, with scripted agents.

It imports only ``tui.core`` and shares no decoder with the client, so that a mistake in one is not
hidden by the other. ``tui.demo.server`` starts it, ``tui.demo.suggestions`` is cheap to import.
"""
