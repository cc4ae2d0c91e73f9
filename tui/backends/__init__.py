"""One package per chat API: converts the wire format to domain events and records."""
