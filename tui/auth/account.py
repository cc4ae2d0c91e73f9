"""Sign-in of one profile through an OpenID provider, and the signed-in identity."""

from __future__ import annotations

import base64
from typing import Any

from pydantic import SecretStr

from tui.auth.login import Login, OAuthClient, begin
from tui.auth.provider import Grant, IdentityService, UserInfo
from tui.auth.token_vault import TokenVault
from tui.auth.tokens import OAuthTokens
from tui.core.account import Identity, LoginProblem
from tui.core.errors import BackendError, StoreError
from tui.core.json_values import read_json
from tui.core.ports import Clock
from tui.core.text import clean_line


def identity_of(id_token: SecretStr | None, *, client_id: str, issuer: str | None) -> Identity:
    """Return the identity in an id token; an empty one if unreadable or for another client."""
    claims = _claims(id_token.get_secret_value()) if id_token else {}
    audience = claims.get("aud")
    ours = client_id in (audience if isinstance(audience, list) else [audience])
    if not ours or (issuer is not None and claims.get("iss") != issuer):
        return Identity()
    return Identity(
        name=_line(claims, "name") or _line(claims, "preferred_username"),
        email=_line(claims, "email"),
        subject=_line(claims, "sub"),
    )


def merged(identity: Identity, info: UserInfo) -> Identity:
    """Return the identity completed by user info of the same person. Source: Core, 5.3.2."""
    if identity.subject and identity.subject != info.sub:
        return identity
    return Identity(
        name=identity.name or info.name or info.preferred_username,
        email=identity.email or info.email,
        subject=info.sub,
    )


def _claims(token: str) -> dict[str, Any]:
    try:
        payload = token.split(".")[1]
        claims = read_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _line(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return clean_line(value) if isinstance(value, str) else ""


class OAuthAccount:
    """A :class:`tui.core.account.Account`. Close it with :meth:`aclose`."""

    def __init__(
        self, client: OAuthClient, service: IdentityService, vault: TokenVault, clock: Clock
    ) -> None:
        self._client = client
        self._service = service
        self._vault = vault
        self._clock = clock
        self.tokens = OAuthTokens(service, vault, clock)
        """Tokens, for ``BearerAuth``."""

    @property
    def storage(self) -> str:
        return self._vault.description

    async def whoami(self) -> Identity:
        return await self.tokens.identity()

    async def begin_login(self) -> Login:
        try:
            await self._vault.prepare()
        except StoreError as error:
            raise LoginProblem(
                str(error), hint="Fix this first: genie-tui can't save your sign-in without it."
            ) from None
        return await begin(self._client, self._service, self._keep)

    async def sign_out(self) -> None:
        try:
            await self.tokens.forget()
        except StoreError as error:
            raise LoginProblem(str(error)) from None

    async def aclose(self) -> None:
        """Let a running refresh finish, then close all connections."""
        await self.tokens.aclose()
        await self._service.aclose()

    async def _keep(self, grant: Grant) -> Identity:
        asked_s = self._clock.now_ms() / 1000
        identity = await self._identity(grant)
        await self.tokens.keep(grant, asked_s, identity)
        return identity

    async def _identity(self, grant: Grant) -> Identity:
        provider = await self._service.provider()
        client_id = self._service.client_id
        identity = identity_of(grant.id_token, client_id=client_id, issuer=provider.issuer)
        if identity.name and identity.email:
            return identity
        try:
            return merged(identity, await self._service.userinfo(grant.access_token))
        except BackendError:
            return identity  # the login is valid without a name
