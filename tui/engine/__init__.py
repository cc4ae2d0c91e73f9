"""Engine: send messages, follow turns, recover them. Depends on the core only."""
