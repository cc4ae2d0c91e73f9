"""Identity server: OAuth 2.0 and OpenID Connect for one public client, strictly by the standards.

Authorization code with PKCE (S256) and nothing else, single-use rotating refresh tokens, no client
secret, no offline_access. Source: Headless API, OAuth 2.0 PKCE authorization flow; RFC 6749, 7636,
9207, 9700; OpenID Connect Core and Discovery.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.demo.context import DemoContext
from tui.demo.headless.callers import bearer_token
from tui.demo.identity.errors import NO_STORE, OAuthRefusal
from tui.demo.identity.login import (
    AUTHORIZE,
    CONSENT,
    LOGIN,
    authorize,
    show_consent,
    show_login,
    take_consent,
    take_login,
)
from tui.demo.identity.requests import PROMPTS, SCOPES
from tui.demo.identity.tokens import claims_about, issue_tokens, public_key
from tui.demo.middleware import Operation, routes

_TOKEN = "/oauth/token"
_USERINFO = "/oauth/userinfo"
_JWKS = "/oauth/jwks"


def identity_routes(demo: DemoContext) -> list[Route]:
    """Return all routes of the Identity server."""
    return routes(
        demo,
        (
            Operation("discovery", "GET", "/.well-known/openid-configuration", get_configuration),
            Operation("jwks", "GET", _JWKS, get_keys),
            Operation("authorize", "GET", AUTHORIZE, authorize),
            Operation("login page", "GET", LOGIN, show_login),
            Operation("login", "POST", LOGIN, take_login),
            Operation("grant page", "GET", CONSENT, show_consent),
            Operation("grant", "POST", CONSENT, take_consent),
            Operation("token", "POST", _TOKEN, issue_tokens),
            Operation("userinfo", "GET", _USERINFO, get_userinfo),
            Operation("userinfo", "POST", _USERINFO, get_userinfo),
        ),
    )


async def get_configuration(demo: DemoContext, request: Request) -> Response:
    """Source: OpenID Connect Discovery section 3, RFC 8414 section 2, RFC 9207 section 3."""
    issuer = demo.state.url
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": issuer + AUTHORIZE,
            "token_endpoint": issuer + _TOKEN,
            "userinfo_endpoint": issuer + _USERINFO,
            "jwks_uri": issuer + _JWKS,
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claim_types_supported": ["normal"],
            "claims_supported": [
                *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"),
                *("name", "given_name", "email", "email_verified"),
            ],
            "prompt_values_supported": PROMPTS,
            "authorization_response_iss_parameter_supported": True,
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
    )


async def get_keys(demo: DemoContext, request: Request) -> Response:
    return JSONResponse({"keys": [public_key()]})


async def get_userinfo(demo: DemoContext, request: Request) -> Response:
    """Return the user of an access token. Source: OpenID Connect Core section 5.3, RFC 6750."""
    token = bearer_token(request)
    if not token:
        raise OAuthRefusal(
            "invalid_request", "A bearer token is needed.", 401, challenge='Bearer realm="Identity"'
        )
    user = demo.state.users.get(demo.state.owner_of(token) or "")
    if user is None:
        raise OAuthRefusal(
            "invalid_token",
            "The access token is unknown, revoked or expired.",
            401,
            challenge='Bearer realm="Identity", error="invalid_token"',
        )
    return JSONResponse(claims_about(user), headers=NO_STORE)
