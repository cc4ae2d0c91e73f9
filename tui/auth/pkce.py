"""Proof that who redeems an authorization code is who asked for it."""

from __future__ import annotations

import base64
import hashlib
import secrets

from pydantic import SecretStr

_ENTROPY_BYTES = 32


def new_secret() -> SecretStr:
    """256 random bits in 43 unreserved characters: a verifier, or a state."""
    return SecretStr(secrets.token_urlsafe(_ENTROPY_BYTES))


def challenge_for(verifier: SecretStr) -> str:
    """S256 challenge of a verifier (43-128 unreserved ASCII characters).

    Source: RFC 7636 section 4.2; appendix B has the test vector.
    """
    digest = hashlib.sha256(verifier.get_secret_value().encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
