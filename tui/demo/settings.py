"""What a demo server can be asked to be."""

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
    """Let the Headless API answer as the live service did, and not as its documents say."""
    workflows: Literal["recorded", "documented"] = "recorded"
    """Whether the Workflows API behaves as a real server was recorded, or as its document says."""
    offline: bool = False
    """Whether the Workflows API cannot look up tokens that it does not know, and answers 503."""
    speed: float = 1.0
    """Divides the natural pauses of the scripts; 0 means no pauses."""
    token_rate: float = 60.0
    """Tokens a second in which the Workflows API writes, times ``speed``; 0 writes at once."""
    seed: int | None = None
    """Makes every id and credential the same in each run."""
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
    """Whether ``/link`` exists; the live service once answered it with 404."""
    redirect_url: str = "http://127.0.0.1:8763/callback"
    """The redirect URL registered for the OAuth client, compared character for character."""
    token_life_s: int = 3600
    """Life of an access token, in seconds."""
    code_life_s: float = 60.0
    """Life of an authorization code, in seconds."""
    faults: tuple[str, ...] = ()
    """Fault specifications, see `tui.demo.faults`."""
    seeded_conversations: int = 5
    """Conversations the user finds at the start; the first five have a believable history."""
    seeded_messages: int = 0
    """When not 0: one more conversation, with this many messages."""

    @property
    def documented_workflows(self) -> bool:
        return self.workflows == "documented"
