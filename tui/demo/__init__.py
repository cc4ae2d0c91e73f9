"""The demo server: an honest emulation of the vendor's APIs on loopback, with scripted agents.

It imports only ``tui.core`` and shares no decoder with the client, so that neither can agree with
the other's mistakes. ``tui.demo.server`` starts it, ``tui.demo.suggestions`` is cheap to import.
"""
