"""Signed tokens: RS256 in a few lines, so that the demo server needs no cryptography package.

Anyone can read the key. It lets a client check signatures the way it does in production and
protects nothing; access and refresh tokens are random and are not signed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_PUBLIC_FIELDS = ("kty", "kid", "use", "alg", "n", "e")


def public_key() -> dict[str, str]:
    """The key that verifies, as a JSON Web Key. Source: RFC 7517 section 4."""
    return {name: _key()[name] for name in _PUBLIC_FIELDS}


def sign(claims: Mapping[str, Any]) -> str:
    """A JSON Web Token in its compact form. Source: RFC 7515 section 3.1, RFC 7518 section 3.3."""
    header = {"alg": "RS256", "kid": _key()["kid"], "typ": "JWT"}
    signed = f"{_base64url(_json(header))}.{_base64url(_json(claims))}"
    return f"{signed}.{_base64url(_signature(signed.encode()))}"


def half_hash(token: str) -> str:
    """The ``at_hash`` of an access token. Source: OpenID Connect Core section 3.1.3.6."""
    return _base64url(hashlib.sha256(token.encode()).digest()[:16])


def _signature(message: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5. Source: RFC 8017 sections 8.2.1 and 9.2."""
    modulus, exponent = _integer(_key()["n"]), _integer(_key()["d"])
    size = (modulus.bit_length() + 7) // 8
    ending = b"\0" + _SHA256_DIGEST_INFO + hashlib.sha256(message).digest()
    padded = b"\0\1".ljust(size - len(ending), b"\xff") + ending
    return pow(int.from_bytes(padded, "big"), exponent, modulus).to_bytes(size, "big")


@cache
def _key() -> dict[str, str]:
    key: dict[str, str] = json.loads(
        files("tui.demo").joinpath("identity_key.json").read_text("utf-8")
    )
    return key


def _integer(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
