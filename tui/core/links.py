"""Untrusted links: the host they lead to, and if they are safe to open.

Programs read addresses in different ways: Python's ``urllib`` takes ``good`` for the host of
``https://evil\\@good/``, browsers take ``evil``. Only addresses that all of them read alike have a
host here; all others are shown as received and cannot be opened. The host is the one a browser
connects to. Source: URL Standard (WHATWG), host parsing and serializing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from string import ascii_lowercase, ascii_uppercase
from urllib.parse import quote

from tui.core.text import clean_line

UNSAFE_LINK = "This link can't be opened safely, so it's only shown."

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^\[\]/?#\\@:%]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[/?#][^\\]*)?",
    re.IGNORECASE | re.ASCII,
)
_NAME = re.compile(r"(?!.{254})(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_AMBIGUOUS = re.compile("[\u00df\u03c2\u200c\u200d\u3002\uff0e\uff61]")
"""Letters that editions of the standard read differently, and dots according to idna."""
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_LONGEST_FOR_TERMINALS = 2_000
"""Common terminals drop longer ones."""
_PORTS = {"http": 80, "https": 443}


def link_host(url: str) -> str | None:
    """Return the host of an http(s) address, for display; None if it must not be opened.

    ASCII, with the port unless it is the default: names in other scripts are shown in a form
    that cannot look like another name. An address with a user name has no host, since the part
    before the ``@`` may imitate one.
    """
    found = _ADDRESS.fullmatch(url) if url.isprintable() and " " not in url else None
    host = _host(found["host"]) if found else None
    if found is None or host is None:
        return None
    port = int(found["port"] or 0)
    if port > 65535 or (found["port"] and port == 0):
        return None
    return f"{host}:{port}" if port not in (0, _PORTS[found["scheme"].lower()]) else host


@lru_cache(256)
def terminal_link(url: str) -> str | None:
    """Return an address for the terminal to open, in ASCII; None if it gets none.

    Terminals pass it on without reading it: a host in another script is left to the app, which
    opens the name that it displays.
    """
    found = _ADDRESS.fullmatch(url) if link_host(url) else None
    if found is None or not found["host"].isascii():
        return None
    address = quote(url, safe=_ASCII)
    return address if len(address) <= _LONGEST_FOR_TERMINALS else None


def shown_link(url: str) -> str:
    """Return a link on one line; one that must not be opened is marked as such."""
    shown = clean_line(url, 2000)
    return shown if link_host(url) else f"{UNSAFE_LINK} {shown}"


def _host(text: str) -> str | None:
    if text.startswith("["):
        return _ipv6(text[1:-1])
    name = text.lower() if text.isascii() else _ascii(text.translate(_LOWER))
    if name is None or not _NAME.fullmatch(name):
        return None
    labels = name.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):  # browsers read 127.1 and 0x7f000001 as addresses, too
        return name if _is_ipv4(name) else None
    return name if all(map(_is_sound, labels)) else None


def _ascii(name: str) -> str | None:
    """Return a name in other scripts, as browsers write it.

    None for one with characters that stand for others: which ones depends on the browser's edition
    of Unicode, and with some of them (``ß``) the host does, too.
    """
    import idna

    if _AMBIGUOUS.search(name):
        return None
    try:
        return idna.encode(name).decode("ascii")
    except UnicodeError:
        return None


def _is_sound(label: str) -> bool:
    """Return True if an ASCII label decodes to exactly one text in another script."""
    if not label.startswith("xn--"):
        return True
    import idna

    try:
        return idna.encode(idna.decode(label)).decode("ascii") == label
    except UnicodeError:
        return False


def _is_ipv4(name: str) -> bool:
    try:
        return str(IPv4Address(name)) == name
    except ValueError:
        return False


def _ipv6(text: str) -> str | None:
    try:
        address = IPv6Address(text)
    except ValueError:
        return None
    if address.ipv4_mapped is not None:  # which Python writes in two ways, by its version
        number = int(address.ipv4_mapped)
        return f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    return f"[{address.compressed}]"
