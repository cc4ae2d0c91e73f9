"""The pictures in ``screenshots/``: scenarios of the demo, played in the real app."""
