"""Genie clients. Source: Agent Studio API, Genie clients."""

from __future__ import annotations

from typing import Any

from tui.demo.developer.genies import genie_of
from tui.demo.developer.resources import PREFIX, DeveloperCall, Plain, Resource
from tui.demo.errors import Refusal
from tui.demo.identity.state import IdentityState, RegisteredClient
from tui.demo.records import DemoGenieClient, JsonObject

_CLIENTS = f"{PREFIX}/genies/clients"
_CLIENT = f"{_CLIENTS}/{{client_id}}"
_ATTACHED = f"{PREFIX}/genies/{{id}}/clients"


def client_resources(identity: IdentityState) -> tuple[Resource, ...]:
    """Return the endpoints; created clients can sign in at the Identity server."""

    def create(call: DeveloperCall) -> Any:
        return create_client(call, identity)

    def delete(call: DeveloperCall) -> Any:
        return delete_client(call, identity)

    return (
        Resource("clients", "GET", _CLIENTS, list_clients),
        Resource("clients", "POST", _CLIENTS, create),
        Resource("clients", "PUT", _CLIENT, rename_client),
        Resource("clients", "DELETE", _CLIENT, delete),
        Resource("clients", "POST", f"{_CLIENT}/regenerate", regenerate_key),
        Resource("clients", "POST", _ATTACHED, attach_client),
        Resource("clients", "DELETE", f"{_ATTACHED}/{{client_id}}", detach_client),
    )


def list_clients(call: DeveloperCall) -> Any:
    clients = call.developer.state.clients.values()
    rows = [{"client_id": one.client_id, "client_name": one.name} for one in clients]
    page, size = call.page_numbers(10, 50)
    listed = rows[(page - 1) * size : page * size]
    return Plain({"data": listed, "total": len(rows), "page": page, "per_page": size})


def create_client(call: DeveloperCall, identity: IdentityState) -> Any:
    name, auth = call.text("client_name"), call.body.get("auth")
    kind = auth.get("type") if isinstance(auth, dict) else None
    if not isinstance(auth, dict) or kind not in ("api_key", "oauth"):
        raise Refusal(422, "auth.type must be api_key or oauth.")
    ids, state = call.developer.ids, call.developer.state
    client = DemoGenieClient(f"gincl-{ids.letters(8)}-{ids.letters(6)}-CD", name, ids.letters(34))
    if kind == "oauth":
        redirect_url = auth.get("oauth_redirect_url")
        if not isinstance(redirect_url, str) or "://" not in redirect_url:
            raise Refusal(422, "auth.oauth_redirect_url is required for oauth.")
        identity.clients[client.oauth_id] = RegisteredClient(client.oauth_id, redirect_url)
    else:
        client.api_key = ids.secret()
        state.api_keys.add(client.api_key)
    state.clients[client.client_id] = client
    call.developer.note(call.token, "genie_client_created", {"id": client.client_id, "name": name})
    shown: JsonObject = {
        "client_id": client.client_id,
        "client_name": name,
        "oauth_client_id": client.oauth_id,
    }
    return Plain({"data": shown | ({"api_key": client.api_key} if client.api_key else {})})


def rename_client(call: DeveloperCall) -> Any:
    client = _client(call)
    client.name = call.text("client_name")
    return Plain({"data": {"client_id": client.client_id, "client_name": client.name}})


def delete_client(call: DeveloperCall, identity: IdentityState) -> Any:
    client, state = _client(call), call.developer.state
    if client.genie:
        state.genies[client.genie].client_attached = False
    state.api_keys.discard(client.api_key)
    for token in [t for t, a in state.access_tokens.items() if a.client_id == client.oauth_id]:
        del state.access_tokens[token]
    identity.clients.pop(client.oauth_id, None)
    del state.clients[client.client_id]
    call.developer.note(call.token, "genie_client_deleted", {"id": client.client_id})
    return {"success": True}


def regenerate_key(call: DeveloperCall) -> Any:
    client, state = _client(call), call.developer.state
    if not client.api_key:
        raise Refusal(422, "An OAuth client has no API key.")
    state.api_keys.discard(client.api_key)
    client.api_key = call.developer.ids.secret()
    state.api_keys.add(client.api_key)
    return Plain({"data": {"api_key": client.api_key, "updated_at": call.developer.now()}})


def attach_client(call: DeveloperCall) -> Any:
    genie, _ = genie_of(call)
    client = _client(call, call.text("genie_client_id"))
    if genie.client_attached:
        raise Refusal(409, "The genie already has a client attached.")
    if client.genie:
        raise Refusal(409, "The client is already attached to another genie.")
    client.genie, genie.client_attached = genie.handle, True
    call.developer.note(call.token, "genie_client_attached", {"id": client.client_id})
    return {"success": True}


def detach_client(call: DeveloperCall) -> Any:
    genie, _ = genie_of(call)
    client = _client(call)
    if client.genie != genie.handle:
        raise Refusal(404, "The client is not attached to this genie.")
    client.genie, genie.client_attached = "", False
    call.developer.note(call.token, "genie_client_detached", {"id": client.client_id})
    return {"success": True}


def _client(call: DeveloperCall, client_id: str | None = None) -> DemoGenieClient:
    client = call.developer.state.clients.get(client_id or call.parts["client_id"])
    if client is None:
        raise Refusal(404, "Genie client not found.")
    return client
