"""HTTP clients configured by the network settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import httpx

from tui.api.network.settings import Network
from tui.api.network.transport import NetworkTransport
from tui.api.response_limits import limit_body

if "sniffio" not in sys.modules and find_spec("sniffio") is None:
    # httpcore tries to import it some 25 times a request, and each time every folder is searched:
    # 9 ms a message. None says that it is not there.
    sys.modules["sniffio"] = None  # type: ignore[assignment]


def client(
    network: Network,
    *,
    auth: httpx.Auth | None = None,
    base_url: httpx.URL | str = "",
    timeout: httpx.Timeout,
    headers: Mapping[str, str],
    event_hooks: Mapping[str, list[Any]] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Return a client that connects as the network settings say.

    ``transport`` replaces the one of the network. Bodies larger than the limit of the program end
    in an error.
    """
    hooks = dict(event_hooks or {})
    hooks["response"] = [limit_body, *hooks.get("response", ())]
    return httpx.AsyncClient(
        auth=auth,
        base_url=base_url,
        timeout=timeout,
        headers=headers,
        event_hooks=hooks,
        transport=transport or NetworkTransport(network),
        trust_env=False,
    )
