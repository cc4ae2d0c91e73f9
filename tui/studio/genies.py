"""Genies, their clients and their guardrails. Source: Agent Studio API."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from tui.api.error_hints import FailureCase
from tui.api.failures import failure
from tui.core.errors import BackendError, ErrorKind
from tui.studio.client import EndpointClient
from tui.studio.decode import decode, find_rows
from tui.studio.endpoint import Endpoint
from tui.studio.endpoints import ENDPOINTS
from tui.studio.guardrails.validation import validate
from tui.studio.models import (
    Genie,
    GenieClient,
    GenieClientId,
    GenieId,
    Guardrail,
    Policy,
    Reference,
    RegeneratedKey,
)


class Genies:
    """Genies and what is assigned to them."""

    def __init__(self, client: EndpointClient) -> None:
        self._client = client

    def list(self) -> AsyncGenerator[Genie]:
        return self._client.request_all(Genie, ENDPOINTS["genies list"])

    async def get(self, genie_id: GenieId) -> Genie:
        return await self._client.request_one(Genie, ENDPOINTS["genies show"], genie_id)

    async def start(self, genie_id: GenieId) -> None:
        await self._client.request(ENDPOINTS["genies start"], (genie_id,))

    async def stop(self, genie_id: GenieId) -> None:
        await self._client.request(ENDPOINTS["genies stop"], (genie_id,))

    async def assign_skills(self, genie_id: GenieId, ids: Sequence[str]) -> Sequence[Reference]:
        """Return the skills in the response; so do the five calls below."""
        return await self._assign(ENDPOINTS["genies assign-skills"], genie_id, ids)

    async def remove_skills(self, genie_id: GenieId, ids: Sequence[str]) -> Sequence[Reference]:
        return await self._assign(ENDPOINTS["genies remove-skills"], genie_id, ids)

    async def assign_knowledge_bases(
        self, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]:
        return await self._assign(ENDPOINTS["genies assign-knowledge-bases"], genie_id, ids)

    async def remove_knowledge_bases(
        self, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]:
        return await self._assign(ENDPOINTS["genies remove-knowledge-bases"], genie_id, ids)

    async def assign_user_groups(
        self, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]:
        """No endpoint lists user groups: their ids come from the workspace's own pages."""
        return await self._assign(ENDPOINTS["genies assign-user-groups"], genie_id, ids)

    async def remove_user_groups(
        self, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]:
        return await self._assign(ENDPOINTS["genies remove-user-groups"], genie_id, ids)

    async def _assign(
        self, endpoint: Endpoint, genie_id: GenieId, ids: Sequence[str]
    ) -> Sequence[Reference]:
        (field,) = endpoint.body
        body = await self._client.request(endpoint, (genie_id,), {field.name: [*ids]})
        rows = find_rows(body, "skills", "knowledge_bases", "user_groups") or []
        return [decode(Reference, row) for row in rows]


class GenieClients:
    """Credentials of the applications that call a genie.

    Each genie has one client and each client one genie; a second pairing is ``BUSY`` (409).
    """

    def __init__(self, client: EndpointClient) -> None:
        self._client = client

    def list(self) -> AsyncGenerator[GenieClient]:
        return self._client.request_all(GenieClient, ENDPOINTS["clients list"])

    async def create(self, name: str, redirect_url: str | None = None) -> GenieClient:
        """Create an OAuth client with a ``redirect_url``, else one with an API key, shown once."""
        values = {
            "client_name": name,
            "auth.type": "oauth" if redirect_url else "api_key",
            "auth.oauth_redirect_url": redirect_url or None,
        }
        made = await self._client.request_one(GenieClient, ENDPOINTS["clients create"], **values)
        if not made.client_id:
            raise failure(FailureCase.NO_ID, host=self._client.host, sent=True)
        return made

    async def rename(self, client_id: GenieClientId, name: str) -> None:
        await self._client.request(ENDPOINTS["clients update"], (client_id,), {"client_name": name})

    async def delete(self, client_id: GenieClientId) -> None:
        await self._client.request(ENDPOINTS["clients delete"], (client_id,))

    async def regenerate(self, client_id: GenieClientId) -> RegeneratedKey:
        return await self._client.request_one(
            RegeneratedKey, ENDPOINTS["clients regenerate"], client_id
        )

    async def attach(self, genie_id: GenieId, client_id: GenieClientId) -> None:
        values = {"genie_client_id": client_id}
        await self._client.request(ENDPOINTS["clients attach"], (genie_id,), values)

    async def detach(self, genie_id: GenieId, client_id: GenieClientId) -> None:
        await self._client.request(ENDPOINTS["clients detach"], (genie_id, client_id))


class Guardrails:
    """Content safety of genies."""

    def __init__(self, client: EndpointClient) -> None:
        self._client = client

    async def get(self, genie_id: GenieId) -> Guardrail:
        return await self._client.request_one(Guardrail, ENDPOINTS["guardrails show"], genie_id)

    async def put(
        self, genie_id: GenieId, policy_type: str, configuration: Mapping[str, Any]
    ) -> Policy:
        """Replace a policy in full.

        Raises BackendError(INVALID) with the violated rule, before anything is sent, if
        :func:`tui.studio.guardrails.validation.validate` finds one.
        """
        await self._check_entities(policy_type, configuration)
        return await self._client.request_one(
            Policy,
            ENDPOINTS["guardrails set"],
            genie_id,
            policy_type,
            configuration=configuration,
        )

    async def _check_entities(self, policy_type: str, configuration: Mapping[str, Any]) -> None:
        """Raise BackendError(INVALID) for an entity type unknown to the service.

        Documented ones are accepted without reading its list.
        """
        if not validate(policy_type, configuration):
            return
        if validate(policy_type, configuration, entities=None):
            return  # rejected in any case, with nothing sent
        found = validate(policy_type, configuration, entities=await self.pii_entities())
        if found:
            raise BackendError(ErrorKind.INVALID, " ".join(map(str, found)))

    async def pii_entities(self) -> Sequence[str]:
        rows = find_rows(await self._client.request(ENDPOINTS["guardrails pii-entities"])) or []
        return [row for row in rows if isinstance(row, str)]
