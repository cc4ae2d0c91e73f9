"""Addresses that came from elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from tui.core.text import clean_line


def link_host(url: str) -> str | None:
    """The host a link leads to, for people: ASCII, with the port if one is given.

    None unless it is an http(s) address. What stands before an ``@`` is not the host; names in
    other scripts are shown in their ASCII form, which cannot look like another name.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if parts.scheme.lower() not in ("http", "https") or not host:
            return None
        shown = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return None
    return clean_line(shown if port is None else f"{shown}:{port}")
