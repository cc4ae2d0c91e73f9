"""HTTP clients for the vendor's APIs, usable as a library."""
