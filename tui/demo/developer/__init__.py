"""Developer API and Agent Studio API of the demo server."""
