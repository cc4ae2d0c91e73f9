"""Applications: what they share, the session, and the messages that widgets send to the app."""
