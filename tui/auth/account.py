"""The sign-in of one profile through an OpenID provider."""

from __future__ import annotations

from tui.auth.claims import identity_of, merged
from tui.auth.login import Client, Login, begin
from tui.auth.provider import Grant, IdentityService
from tui.auth.tokens import OAuthTokens
from tui.auth.vault import Vault
from tui.core.account import Identity, LoginProblem
from tui.core.errors import BackendError, StoreError
from tui.core.ports import Clock


class OAuthAccount:
    """A :class:`tui.core.account.Account`. Close it with :meth:`aclose`."""

    def __init__(
        self, client: Client, service: IdentityService, vault: Vault, clock: Clock
    ) -> None:
        self._client = client
        self._service = service
        self._vault = vault
        self._clock = clock
        self.tokens = OAuthTokens(service, vault, clock)
        """For ``BearerAuth``."""

    @property
    def storage(self) -> str:
        return self._vault.description

    async def whoami(self) -> Identity:
        return await self.tokens.identity()

    async def begin_login(self) -> Login:
        try:
            await self._vault.prepare()
        except StoreError as error:
            raise LoginProblem(str(error), hint="Without it a login cannot be kept.") from None
        return await begin(self._client, self._service, self._keep)

    async def sign_out(self) -> None:
        try:
            await self.tokens.forget()
        except StoreError as error:
            raise LoginProblem(str(error)) from None

    async def aclose(self) -> None:
        """Let a refresh in flight end, then close all connections."""
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
            return identity  # the login is as good without a name
