"""Workato Identity of the demo server: OAuth 2.0 and OpenID Connect."""
