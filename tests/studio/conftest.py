"""Scripted server of the API tests, for tests of the Developer API client."""

from tests.api.conftest import server

__all__ = ["server"]
