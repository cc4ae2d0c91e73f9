"""Addresses that came from elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit


def link_host(url: str) -> str | None:
    """The host a link leads to, for people: ASCII, with the port if one is given.

    None unless it is an http(s) address without spaces and invisible characters. What stands
    before an ``@`` is not the host; names in other scripts are shown in their ASCII form, which
    cannot look like another name.
    """
    if not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if parts.scheme.lower() not in ("http", "https") or not host:
            return None
        shown = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return None
    return shown if port is None else f"{shown}:{port}"
