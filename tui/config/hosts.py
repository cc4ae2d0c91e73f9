"""Hosts of the data centers, and the check of hosts that receive credentials."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit


class DataCenter(NamedTuple):
    """The hosts of one data center; ``api`` is empty where none is published."""

    developer: str
    api: str
    identity: str = "https://id.workato.com"


def _regional(code: str) -> DataCenter:
    return DataCenter(f"https://app.{code}.workato.com", f"https://genie-api.{code}.workato.com")


DATA_CENTERS: Mapping[str, DataCenter] = {
    "us": DataCenter("https://app.workato.com", "https://genie-api.workato.com"),
    **{code: _regional(code) for code in ("eu", "jp", "sg", "au", "il", "kr", "uk", "in")},
    "preview": DataCenter(
        "https://app.preview.workato.com",
        "https://genie-api.preview.workato.com",
        "https://id.preview.workato.com",
    ),
    "cn": DataCenter("https://app.workatoapp.cn", ""),
    "trial": DataCenter("https://app.trial.workato.com", ""),
}
"""By code. Source: Headless API, Base URL; Developer API, Base URL; only one identity host is
documented for all regions."""


def check_url(url: str) -> str:
    """Return the URL if it may receive credentials: https, or http to this machine.

    Raises ``ValueError`` with the problem; the URL is not repeated, since it may hold a password.
    """
    if re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise ValueError("must be a URL without spaces, backslashes, or control characters")
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a URL that starts with https:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must have no user name or password")
    if "?" in url or "#" in url:
        raise ValueError("must have no query or fragment ('?', '#')")
    if _port(parts) == 0:
        raise ValueError("must have a port from 1 to 65535, or none")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must start with https:// (http works only on this machine)")
    return url


def is_loopback(host: str) -> bool:
    """Return True for this machine: ``localhost``, 127.0.0.0/8 or ``::1``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # its message repeats part of the URL
        raise ValueError("must be a URL with a valid host") from None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return 0
