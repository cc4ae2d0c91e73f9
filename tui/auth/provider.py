"""Interface of an identity service; ``tui.api.identity`` implements it."""

from __future__ import annotations

from typing import Protocol

from pydantic import SecretStr

SCOPE = "openid profile email"
"""Exactly this; ``offline_access`` is refused. Source: Headless API, OAuth 2.0 (PKCE)."""


class Provider(Protocol):
    """Address for the user to sign in, and the values that must come back."""

    @property
    def issuer(self) -> str | None: ...
    @property
    def authorization_endpoint(self) -> str: ...
    @property
    def states_issuer(self) -> bool: ...


class Grant(Protocol):
    """Result of a login or a refresh."""

    @property
    def access_token(self) -> SecretStr: ...
    @property
    def refresh_token(self) -> SecretStr | None: ...
    @property
    def id_token(self) -> SecretStr | None: ...
    @property
    def expires_in_s(self) -> int | None: ...


class UserInfo(Protocol):
    """User of a token, in clean lines."""

    @property
    def sub(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def preferred_username(self) -> str: ...
    @property
    def email(self) -> str: ...


class IdentityService(Protocol):
    """Public OAuth client.

    Every call raises BackendError; ``UNAUTHORIZED``: the credential is never accepted again.
    """

    @property
    def client_id(self) -> str: ...
    async def provider(self) -> Provider: ...
    async def exchange(self, code: SecretStr, verifier: SecretStr, redirect_url: str) -> Grant: ...
    async def refresh(self, refresh_token: SecretStr) -> Grant: ...
    async def userinfo(self, access_token: SecretStr) -> UserInfo: ...
    async def aclose(self) -> None: ...
