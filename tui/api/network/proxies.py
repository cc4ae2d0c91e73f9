"""Choose the proxy for a URL by the variables that curl, pip and browsers share.

``NO_PROXY`` is a list of hosts (with all below them), patterns with ``*``, addresses and networks,
each with or without brackets, a scheme and a port. Where no variable is set, the proxy of the
system's settings is used, on the systems where Python knows it (macOS).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import unquote
from urllib.request import getproxies, proxy_bypass

from tui.api.network.settings import Network, unusable
from tui.core.secrets import hold_secret

_SCHEMES = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks": 1080}
"""Schemes of proxies with their default ports; without a scheme it is ``http``."""
_WRITTEN = "http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"
_SYSTEM = "The system's proxy setting"
_SPLIT = re.compile(r"[\s,;]+")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?", re.IGNORECASE)
_PATTERN = re.compile(r"[\w.*-]+")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Proxy:
    """Proxy and the setting that names it."""

    scheme: str
    host: str
    port: int
    variable: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Address, without user name and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def credential(self) -> tuple[str, str] | None:
        return (self.user, self.password) if self.user or self.password else None


def proxy_for(network: Network, scheme: str, host: str, port: int) -> Proxy | None:
    """Return the proxy for a host; None for a direct connection.

    Connections to this machine are always direct. For an unusable proxy, raises
    ``BackendError(SETTINGS)`` with the name of the variable and no password.
    """
    host = host.strip("[]").rstrip(".").lower()
    if _is_loopback(host):
        return None
    environ = network.environ
    variable, value = _value(environ, f"{scheme}_proxy", "all_proxy")
    if value:
        return None if is_excepted(environ, scheme, host, port) else parse_proxy(value, variable)
    if any(_value(environ, f"{name}_proxy")[1] for name in ("http", "https", "all", "no")):
        return None
    system = _of_system(scheme, host)
    return parse_proxy(system, _SYSTEM) if system else None


def parse_proxy(value: str, variable: str) -> Proxy:
    """Parse the value of a variable. Raises ``BackendError(SETTINGS)``."""
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
    scheme, marker, rest = text.rpartition("://")
    scheme = scheme.lower() if marker else "http"
    if scheme not in _SCHEMES:
        raise unusable(variable, "names an unsupported type of proxy", _how(variable))
    rest = rest.rstrip("/")
    credential, _, place = rest.rpartition("@")
    host, port = _host_and_port(place)
    if not host or (port is not None and not 0 < port < 65536):
        raise unusable(variable, "isn't a proxy address", _how(variable))
    user, _, password = credential.partition(":")
    hold_secret(unquote(password))
    return Proxy(
        scheme="socks5" if scheme.startswith("socks") else scheme,
        host=host,
        port=port or _SCHEMES[scheme],
        variable=variable,
        user=unquote(user),
        password=unquote(password),
    )


def is_excepted(environ: Mapping[str, str], scheme: str, host: str, port: int) -> bool:
    """Return True if ``NO_PROXY`` names a host (lower case, without brackets)."""
    entries = _SPLIT.split(_value(environ, "no_proxy")[1].strip().lower())
    return any(_names(entry, scheme, host, port) for entry in entries if entry)


def unreadable_exceptions(environ: Mapping[str, str]) -> list[str]:
    """Return the entries of ``NO_PROXY`` that are neither a host, a pattern nor a network."""
    entries = _SPLIT.split(_value(environ, "no_proxy")[1].strip().lower())
    return [entry for entry in entries if entry and not _is_readable(entry)]


def _how(variable: str) -> str:
    return (
        f"Set {variable} to {_WRITTEN}. In a user name or password, write %40 for @, "
        "%2F for /, %23 for #, and %3A for :."
    )


def _value(environ: Mapping[str, str], *names: str) -> tuple[str, str]:
    """Return the first of these variables that is set, in lower or upper case, and its value."""
    for name in names:
        for spelling in (name, name.upper()):
            if value := environ.get(spelling, "").strip():
                return spelling, value
    return "", ""


def _of_system(scheme: str, host: str) -> str:
    try:
        found = getproxies()
        proxy = found.get(scheme) or found.get("all") or found.get("socks") or ""
        return "" if not proxy or proxy_bypass(host) else proxy
    except (OSError, ValueError, TypeError):
        return ""


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


# -- addresses ---------------------------------------------------------------------------------


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _host_and_port(place: str) -> tuple[str, int | None]:
    """Return a host and a port, None if there is none; an empty host for invalid text."""
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        if not bracket or _address(host) is None:
            return "", None
    elif place.count(":") > 1:
        host, rest = place, ""
        if _address(host) is None:
            return "", None
    else:
        host, colon, digits = place.partition(":")
        rest = colon + digits
        if not _HOST.fullmatch(host):
            return "", None
    if rest in ("", ":"):
        return host, None
    digits = rest.removeprefix(":")
    is_port = rest.startswith(":") and digits.isascii() and digits.isdigit() and len(digits) < 6
    return (host, int(digits)) if is_port else ("", None)


# -- exceptions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Exception:
    """Parsed entry of ``NO_PROXY``."""

    pattern: str
    port: int | None = None
    scheme: str = ""


def _taken_apart(entry: str) -> _Exception:
    scheme, marker, rest = entry.rpartition("://")
    rest = rest.partition("/")[0] if marker else rest
    port: int | None = None
    bracketed = re.fullmatch(r"\[([^\]]*)\](/\d+)?(?::(\d{1,5}))?", rest)
    if bracketed:
        pattern = bracketed[1] + (bracketed[2] or "")
        port = int(bracketed[3]) if bracketed[3] else None
    elif found := re.fullmatch(r"([^:]*):(\d{1,5})", rest):
        pattern, port = found[1], int(found[2])
    else:
        pattern = rest
    return _Exception(pattern, port, scheme if scheme != "all" else "")


def _names(entry: str, scheme: str, host: str, port: int) -> bool:
    found = _taken_apart(entry)
    if found.port not in (None, port) or found.scheme not in ("", scheme):
        return False
    pattern, address = found.pattern.rstrip("."), _address(host)
    if pattern == "<local>":
        return address is None and "." not in host
    if "*" in pattern:
        return fnmatchcase(host, pattern.replace("[", "[[]"))
    if address is not None:
        return _contains(pattern, address)
    name = pattern.removeprefix(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _contains(pattern: str, address: Address) -> bool:
    if "/" not in pattern:
        return _address(pattern) == address
    network = _network(pattern)
    return network is not None and address in network


def _network(pattern: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(pattern, strict=False)
    except ValueError:
        return None


def _is_readable(entry: str) -> bool:
    pattern = _taken_apart(entry).pattern
    if "/" in pattern:
        return _network(pattern) is not None
    known = pattern == "<local>" or _address(pattern) is not None
    return known or _PATTERN.fullmatch(pattern) is not None
