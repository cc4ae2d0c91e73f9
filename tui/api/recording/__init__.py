"""Recording of what a service sent, and replay of it without a network."""
