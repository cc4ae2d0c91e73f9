"""Which credential is which, by its looks, for those who mix them up."""

from __future__ import annotations

import re

_DEVELOPER_TOKEN = re.compile(r"wrka\w{2}-")
_CLIENT_KEY = re.compile(r"[0-9a-fA-F]{64}")


def is_developer_token(credential: str) -> bool:
    """Whether it is a token of the Developer API: ``wrkaus-...`` and its kin of other regions."""
    return bool(_DEVELOPER_TOKEN.match(credential))


def is_client_key(credential: str) -> bool:
    """Whether it is the API key of a genie client: 64 hexadecimal digits."""
    return bool(_CLIENT_KEY.fullmatch(credential))
