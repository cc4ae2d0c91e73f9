"""The settings of one agent."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from tui.core.secret import Secret

BackendName = Literal["genie", "workflows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything that is needed to talk to one agent; see :func:`tui.config.checks.checked`.

    No pydantic model, since every start would wait for pydantic before its first paint.
    """

    name: str = "default"
    backend: BackendName = "genie"
    data_center: str = "us"
    base_url: str = ""
    """Host of the Headless API or the Workflows API; from the data center where not given."""
    identity_url: str = ""
    developer_url: str = ""
    genie: str | None = None
    """Genie handle (``gin-...``), or agent id of the Workflows API."""
    auth: Literal["oauth", "api_key"] = "oauth"
    """Without a choice: ``api_key`` where there is a key."""
    client_id: str | None = None
    redirect_url: str | None = None
    """As registered, to the character."""
    api_key: Secret | None = None
    idp_user_id: str | None = None
    token: Secret | None = None
    """Bearer token of the Workflows API."""
    developer_token: Secret | None = None
    ca_file: str | None = None
    """Certificates to trust besides the system's; a path."""
    theme: str | None = None
    no_browser: bool = False
    notifications: bool = True
    screen_reader: bool = False
    reduced_motion: bool = False
    mouse: bool = True

    @property
    def credential(self) -> Literal["oauth", "api_key", "token"]:
        """What the profile signs in with."""
        return "token" if self.backend == "workflows" else self.auth

    def missing(self) -> list[str]:
        """The keys that a conversation needs and this profile lacks."""
        return [key for key in self._needed() if not getattr(self, key)]

    def _needed(self) -> tuple[str, ...]:
        if self.backend == "workflows":
            return "base_url", "genie"
        if self.auth == "api_key":
            return "base_url", "genie", "api_key", "idp_user_id"
        return "base_url", "genie", "client_id", "redirect_url"


KEYS = tuple(field.name for field in fields(Profile) if field.name != "name")
"""The keys of a profile in the file."""

SECRETS = frozenset({"api_key", "token", "developer_token"})
"""Those that nobody else must read."""
