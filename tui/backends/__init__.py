"""One module per chat API: what came over the wire becomes domain events and records."""
