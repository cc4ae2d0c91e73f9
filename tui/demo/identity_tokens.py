"""The token endpoint. Source: Headless API, OAuth 2.0 PKCE authorization flow; RFC 6749."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.demo.demo import Demo
from tui.demo.gateway import visit_of
from tui.demo.identity_grants import Grant
from tui.demo.identity_jwt import half_hash, sign
from tui.demo.identity_problems import NO_STORE, OAuthRefusal, invalid_request
from tui.demo.identity_requests import SCOPES, Parameters, check_scope, read_form
from tui.demo.records import JsonObject, User

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


async def issue_tokens(demo: Demo, request: Request) -> Response:
    """Exchange a code or a refresh token; the journal tells which, by its fingerprint."""
    form = await read_form(request)
    _refuse_client_authentication(request, form)
    form.refuse_repeats()
    if request.scope["query_string"]:
        raise invalid_request("Parameters belong into the body.")
    if form.require("client_id") not in demo.identity.clients:
        raise OAuthRefusal("invalid_client", "The client is unknown.", 401)
    exchange = _EXCHANGES.get(form.require("grant_type"))
    if exchange is None:
        raise OAuthRefusal(
            "unsupported_grant_type", f"grant_type must be {' or '.join(_EXCHANGES)}."
        )
    return JSONResponse(_answer(demo, exchange(demo, request, form)), headers=NO_STORE)


def fingerprint(secret: str) -> str:
    """How the journal names a code or a refresh token: the beginning of its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def _refuse_client_authentication(request: Request, form: Parameters) -> None:
    if "authorization" in request.headers:
        raise OAuthRefusal(
            "invalid_client",
            "This is a public client: send client_id in the body and no Authorization header.",
            401,
            challenge='Basic realm="Identity"',
        )
    if form.has_secret():
        raise OAuthRefusal(
            "invalid_client", "This is a public client: it must not send a secret.", 401
        )


def _redeem_code(demo: Demo, request: Request, form: Parameters) -> Grant:
    code, redirect_url = form.require("code"), form.require("redirect_uri")
    verifier = form.require("code_verifier")
    if not _VERIFIER.fullmatch(verifier):
        raise invalid_request("code_verifier must be 43 to 128 unreserved characters.")
    visit_of(request).summary = f"authorization_code {fingerprint(code)}"
    return demo.identity.redeem(form.require("client_id"), code, redirect_url, verifier)


def _refresh(demo: Demo, request: Request, form: Parameters) -> Grant:
    refresh_token = form.require("refresh_token")
    if scope := form.get("scope"):
        check_scope(scope)
    visit_of(request).summary = f"refresh_token {fingerprint(refresh_token)}"
    return demo.identity.refresh(refresh_token)


_EXCHANGES: dict[str, Callable[[Demo, Request, Parameters], Grant]] = {
    "authorization_code": _redeem_code,
    "refresh_token": _refresh,
}


def _answer(demo: Demo, grant: Grant) -> JsonObject:
    access_token = grant.access_tokens[-1]
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": demo.settings.token_life_s,
        "refresh_token": grant.refresh_token,
        "id_token": _id_token(demo, grant, access_token),
        "scope": " ".join(SCOPES),
    }


def _id_token(demo: Demo, grant: Grant, access_token: str) -> str:
    """Source: OpenID Connect Core section 2."""
    now_s = int(demo.world.clock.now().timestamp())
    claims: JsonObject = {
        "iss": demo.world.url,
        "aud": grant.client.client_id,
        "iat": now_s,
        "exp": now_s + demo.settings.token_life_s,
        "auth_time": int(grant.session.since.timestamp()),
        "at_hash": half_hash(access_token),
        **claims_about(grant.session.user),
    }
    return sign(claims | {"nonce": grant.nonce} if grant.nonce else claims)


def claims_about(user: User) -> JsonObject:
    """What the scopes profile and email tell. Source: OpenID Connect Core section 5.4."""
    return {
        "sub": user.user_id,
        "name": user.name,
        "given_name": user.name,
        "email": user.email,
        "email_verified": True,
    }
