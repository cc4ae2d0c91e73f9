"""Who signed in, as an id token says.

For display alone: the token came over TLS from the provider itself, its signature is not checked,
and nothing is decided by what it says. Source: OpenID Connect Core 1.0, 3.1.3.7.
"""

from __future__ import annotations

import base64
from typing import Any

from pydantic import SecretStr

from tui.auth.provider import UserInfo
from tui.core.account import Identity
from tui.core.jsonvalues import read_json
from tui.core.text import clean_line


def identity_of(id_token: SecretStr | None, *, client_id: str, issuer: str | None) -> Identity:
    """The person an id token names; an empty one if it is unreadable or meant for others."""
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
    """The person with what user info adds; it must be about the same one. Source: Core, 5.3.2."""
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
