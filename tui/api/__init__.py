"""The wire: typed clients for the vendor's APIs, usable as a library."""
