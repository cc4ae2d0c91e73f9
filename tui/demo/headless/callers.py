"""Authenticate callers: API keys with an asserted user, or OAuth access tokens."""

from __future__ import annotations

from starlette.requests import Request

from tui.demo.errors import Bare, Refusal, not_found
from tui.demo.records import DemoGenie, User
from tui.demo.state import DemoConversation, DemoState


def caller_of(state: DemoState, request: Request) -> User:
    """Return the user of a runtime call.

    Raises:
        Refusal: 401; the credential is refused, or the asserted user is not an active one.
            Source: Headless API troubleshooting, 401.
    """
    token = bearer_token(request)
    if token in state.api_keys:
        user_id: str | None = request.headers.get("x-idp-user-id", "")
    else:
        user_id = state.owner_of(token)
    if user_id is None:
        raise Refusal(401, "Authentication failed.")
    user = state.users.get(user_id)
    if user is None or not user.active:
        raise Refusal(401, "User is not active or missing.", code="user_nonactive_or_missing")
    return user


def bearer_token(request: Request) -> str:
    """Return the token in the ``Authorization`` header; empty without one or for another scheme."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


def genie_for(state: DemoState, request: Request) -> tuple[DemoGenie, User]:
    """Return the genie that a call names, and its caller.

    Raises:
        Refusal: 401 also for a user outside the genie's groups and for another genie's client,
            404 for an unknown genie, 406 if no client is attached to it.
    """
    user = caller_of(state, request)
    genie = state.genies.get(request.path_params["genie"])
    if genie is None:
        raise not_found("Genie")
    if not genie.client_attached:
        raise Refusal(406, "No client is attached to this genie.")
    credential = bearer_token(request)
    if state.genie_of_credential(credential) not in ("", genie.handle):
        if credential in state.access_tokens:
            raise Bare(401, "The OAuth client is not attached to this genie.")
        raise Refusal(401, "Authentication failed.")
    if not any(user.user_id in state.groups[group] for group in genie.groups):
        raise Refusal(401, "User is not active or missing.", code="user_nonactive_or_missing")
    return genie, user


def conversation_for(state: DemoState, request: Request) -> DemoConversation:
    """Return the conversation that a call names, if it is the caller's own.

    Raises:
        Refusal: as `genie_for`, and 404 for a conversation that is not theirs.
    """
    genie, user = genie_for(state, request)
    conversation = state.conversations.get(request.path_params["conversation"])
    if conversation is None or conversation.genie is not genie or conversation.user is not user:
        raise not_found("Conversation")
    return conversation
