"""Settings of the demo server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """Settings of a demo server; the defaults suit a first visitor."""

    port: int = 0
    """TCP port on 127.0.0.1; 0 takes a free one."""
    observed: bool = False
    """Respond in the Headless API as the live service was observed, not as documented."""
    workflows: Literal["recorded", "documented"] = "recorded"
    """Behaviour of the Workflows API: as a real server was recorded, or as documented."""
    offline: bool = False
    """The Workflows API cannot look up unknown tokens, and responds with 503."""
    speed: float = 1.0
    """Divides the pauses of the scripts; 0 means no pauses."""
    token_rate: float = 60.0
    """Tokens per second in the Workflows API, times ``speed``; 0 writes all at once."""
    seed: int | None = None
    """Makes all ids and credentials reproducible."""
    start: datetime | None = None
    """Freezes the clock at this instant (aware); script pauses and `Clock.advance` move it."""
    ping_s: float = 30.0
    """Seconds of silence before a stream sends ``system.ping``."""
    park_s: float = 45.0
    """Seconds before the stream of a turn that waits for a connection is interrupted."""
    link_s: float = 300.0
    """Life of a link to the consent page, in seconds."""
    title_s: float = 1.5
    """Seconds until the list shows a title; the detail call takes three times that."""
    link_endpoint: bool = True
    """Serve ``/link``; the live service once responded to it with 404."""
    redirect_url: str = "http://127.0.0.1:8763/callback"
    """The redirect URL registered for the OAuth client, compared character for character."""
    token_life_s: int = 3600
    """Life of an access token, in seconds."""
    code_life_s: float = 60.0
    """Life of an authorization code, in seconds."""
    faults: tuple[str, ...] = ()
    """Fault specifications, see `tui.demo.faults`."""
    seeded_conversations: int = 5
    """Number of conversations at the start; the first five have a realistic history."""
    seeded_messages: int = 0
    """If not 0: one more conversation, with this many messages."""

    @property
    def documented_workflows(self) -> bool:
        return self.workflows == "documented"
