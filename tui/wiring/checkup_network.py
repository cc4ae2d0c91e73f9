"""Checks how the hosts of a profile are reached: proxy, trusted certificates, issuer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.core.health_check import Finding
from tui.core.text import clean_line
from tui.wiring.findings import bad
from tui.wiring.network import network_of

if TYPE_CHECKING:
    from tui.api.network.probe import Reach
    from tui.config import Profile


async def examine_network(profile: Profile) -> Finding:
    """Ask the hosts of a profile for an answer, without a credential; report what is between."""
    from tui.api.network.probe import probe

    urls = [profile.base_url]
    if profile.credential == "oauth":
        urls.append(profile.identity_url)
    network = network_of(profile)
    found: list[Reach] = []
    for url in dict.fromkeys(urls):
        reach = await probe(url, network)
        if reach.error is not None:
            finding = bad("network", reach.error)
            advice = f"{finding.advice} {_between([reach])}".strip()
            return Finding("network", "bad", finding.text, advice)
        found.append(reach)
    answers = " and ".join(_answer(reach) for reach in found)
    return Finding("network", "good", f"{answers}. {_between(found)}".strip())


def _answer(reach: Reach) -> str:
    if not reach.encrypted:
        return f"{reach.host} answers on this machine"
    issued = f" with a certificate from {reach.issuer}" if reach.issuer else ""
    return f"{reach.host} answers over TLS{issued}"


def _between(found: Sequence[Reach]) -> str:
    """The proxies, and the certificates that are trusted; nothing where neither matters."""
    away = [reach for reach in found if reach.encrypted]
    if not away:
        return ""
    proxies = dict.fromkeys(reach.proxy or "none" for reach in away)
    trusts = dict.fromkeys(reach.trust for reach in away if reach.trust)
    told = [f"Proxy: {', '.join(proxies)}.", f"Trusted certificates: {', '.join(trusts)}."]
    if failed := next((reach for reach in away if reach.error and reach.issuer), None):
        told.append(f"The certificate of {failed.host} comes from {failed.issuer}.")
    told += _doubts()
    return " ".join(told)


def _doubts() -> list[str]:
    from tui.api.network.proxies import unreadable_exceptions

    entries = unreadable_exceptions(os.environ)
    words = clean_line(", ".join(entries), 80)
    return [f"Not understood in NO_PROXY, and ignored: {words}."] if entries else []
