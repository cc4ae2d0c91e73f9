"""Applications: shared base, session, and the messages that widgets send to the app."""
