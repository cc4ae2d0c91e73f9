"""Find out how a host is reached: through which proxy, and with which certificate."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from typing import Any

import httpx

from tui import __version__
from tui.api.failures import is_about_certificate, transport_error
from tui.api.http import checked_base_url
from tui.api.network.certificates import trust_of
from tui.api.network.client import client
from tui.api.network.proxies import proxy_for
from tui.api.network.settings import Network
from tui.api.network.transport import way
from tui.core.errors import BackendError
from tui.core.text import clean_line

_TIMEOUT = httpx.Timeout(30, connect=10)
_HEADERS = {"User-Agent": f"genie-tui/{__version__}"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Proxy, trusted certificates and issuer between this machine and a host."""

    host: str
    encrypted: bool
    error: BackendError | None = None
    """Reason why the host is unreachable; None if it responded at all."""
    proxy: str = ""
    """Address of the proxy and the setting that names it; empty for a direct connection."""
    trust: str = ""
    """Sources of the trusted certificates; empty if none are needed."""
    issuer: str = ""
    """Issuer of the host's certificate, trusted or not; empty if unknown."""


async def probe(url: str, network: Network) -> Reach:
    """Request a host's first page, without any credential. Never raises ``BackendError``."""
    try:
        target = checked_base_url(url)
    except BackendError as error:
        return Reach(clean_line(url, 80), encrypted=False, error=error)
    host, encrypted = target.netloc.decode("ascii"), target.scheme == "https"
    found = Reach(host, encrypted, trust=str(trust_of(network)) if encrypted else "")
    try:
        if proxy := proxy_for(network, target.scheme, target.host, _port(target)):
            found = replace(found, proxy=f"{proxy.url} ({proxy.variable})")
        return replace(found, issuer=await _ask(target, network))
    except BackendError as error:
        return replace(found, error=error)
    except httpx.HTTPError as failure:
        issuer = await _untrusted_issuer(target, network) if is_about_certificate(failure) else ""
        return replace(found, error=transport_error(failure, "GET", host), issuer=issuer)


async def _ask(target: httpx.URL, network: Network) -> str:
    """Return a responding host's issuer. Raises ``BackendError`` and ``httpx.HTTPError``."""
    async with (
        client(network, timeout=_TIMEOUT, headers=_HEADERS) as http,
        http.stream("GET", target) as response,
    ):
        return _issuer_in(response.extensions)


async def _untrusted_issuer(target: httpx.URL, network: Network) -> str:
    """Return the issuer of an untrusted certificate; nothing but its name is used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        proxy = proxy_for(network, target.scheme, target.host, _port(target))
        unchecked = way(proxy, context)
        async with (
            httpx.AsyncClient(transport=unchecked, timeout=_TIMEOUT, headers=_HEADERS) as http,
            http.stream("GET", target) as response,
        ):
            return _issuer_in(response.extensions)
    except (httpx.HTTPError, BackendError):
        return ""


def _port(target: httpx.URL) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _issuer_in(extensions: dict[str, Any]) -> str:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    stream = extensions.get("network_stream")
    connection = stream.get_extra_info("ssl_object") if stream is not None else None
    der = connection.getpeercert(binary_form=True) if connection is not None else None
    if not der:
        return ""
    try:
        issuer = x509.load_der_x509_certificate(der).issuer
    except ValueError:
        return ""
    kinds = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    found = (str(name.value) for kind in kinds for name in issuer.get_attributes_for_oid(kind))
    return clean_line(", ".join(dict.fromkeys(found)), 120)
