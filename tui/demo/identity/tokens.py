"""Token endpoint. Source: Headless API, OAuth 2.0 PKCE authorization flow; RFC 6749."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.demo.context import DemoContext
from tui.demo.identity.errors import NO_STORE, OAuthRefusal, invalid_request
from tui.demo.identity.requests import SCOPES, Parameters, check_scope, read_form
from tui.demo.identity.state import ConsentGrant
from tui.demo.middleware import visit_of
from tui.demo.records import JsonObject, User

_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_PUBLIC_FIELDS = ("kty", "kid", "use", "alg", "n", "e")


def public_key() -> dict[str, str]:
    """Return the verification key as a JSON Web Key. Source: RFC 7517 section 4."""
    return {name: _key()[name] for name in _PUBLIC_FIELDS}


def sign(claims: Mapping[str, Any]) -> str:
    """Return a compact JSON Web Token. Source: RFC 7515 section 3.1, RFC 7518 section 3.3."""
    header = {"alg": "RS256", "kid": _key()["kid"], "typ": "JWT"}
    signed = f"{_base64url(_json(header))}.{_base64url(_json(claims))}"
    return f"{signed}.{_base64url(_signature(signed.encode()))}"


def half_hash(token: str) -> str:
    """Return the ``at_hash`` of an access token. Source: OpenID Connect Core section 3.1.3.6."""
    return _base64url(hashlib.sha256(token.encode()).digest()[:16])


def _signature(message: bytes) -> bytes:
    """Sign with RSASSA-PKCS1-v1_5. Source: RFC 8017 sections 8.2.1 and 9.2."""
    modulus, exponent = _integer(_key()["n"]), _integer(_key()["d"])
    size = (modulus.bit_length() + 7) // 8
    ending = b"\0" + _SHA256_DIGEST_INFO + hashlib.sha256(message).digest()
    padded = b"\0\1".ljust(size - len(ending), b"\xff") + ending
    return pow(int.from_bytes(padded, "big"), exponent, modulus).to_bytes(size, "big")


@cache
def _key() -> dict[str, str]:
    key: dict[str, str] = json.loads(
        files("tui.demo.identity").joinpath("signing_key.json").read_text("utf-8")
    )
    return key


def _integer(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


async def issue_tokens(demo: DemoContext, request: Request) -> Response:
    """Exchange a code or a refresh token; the request log has its fingerprint."""
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
    """Return the name of a code or refresh token in the request log: the start of its SHA-256."""
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


def _redeem_code(demo: DemoContext, request: Request, form: Parameters) -> ConsentGrant:
    code, redirect_url = form.require("code"), form.require("redirect_uri")
    verifier = form.require("code_verifier")
    if not _VERIFIER.fullmatch(verifier):
        raise invalid_request("code_verifier must be 43 to 128 unreserved characters.")
    visit_of(request).summary = f"authorization_code {fingerprint(code)}"
    return demo.identity.redeem(form.require("client_id"), code, redirect_url, verifier)


def _refresh(demo: DemoContext, request: Request, form: Parameters) -> ConsentGrant:
    refresh_token = form.require("refresh_token")
    if scope := form.get("scope"):
        check_scope(scope)
    visit_of(request).summary = f"refresh_token {fingerprint(refresh_token)}"
    return demo.identity.refresh(refresh_token)


_EXCHANGES: dict[str, Callable[[DemoContext, Request, Parameters], ConsentGrant]] = {
    "authorization_code": _redeem_code,
    "refresh_token": _refresh,
}


def _answer(demo: DemoContext, grant: ConsentGrant) -> JsonObject:
    access_token = grant.access_tokens[-1]
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": demo.settings.token_life_s,
        "refresh_token": grant.refresh_token,
        "id_token": _id_token(demo, grant, access_token),
        "scope": " ".join(SCOPES),
    }


def _id_token(demo: DemoContext, grant: ConsentGrant, access_token: str) -> str:
    """Return an ID token. Source: OpenID Connect Core section 2."""
    now_s = int(demo.state.clock.now().timestamp())
    claims: JsonObject = {
        "iss": demo.state.url,
        "aud": grant.client.client_id,
        "iat": now_s,
        "exp": now_s + demo.settings.token_life_s,
        "auth_time": int(grant.session.since.timestamp()),
        "at_hash": half_hash(access_token),
        **claims_about(grant.session.user),
    }
    return sign(claims | {"nonce": grant.nonce} if grant.nonce else claims)


def claims_about(user: User) -> JsonObject:
    """Return claims of the scopes profile and email. Source: OpenID Connect Core section 5.4."""
    return {
        "sub": user.user_id,
        "name": user.name,
        "given_name": user.name,
        "email": user.email,
        "email_verified": True,
    }
