"""What else a workspace has: deployments, lookup tables, roles, API clients, agents, its log.

Fields as in ``tui.core.studio.records``. Source: Developer API reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.core.studio.records import Instant, Record, Secret, WireId

_NONE = WireId("")
_NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Record):
    """A project on its way to another environment, or there."""

    id: WireId = _NONE
    project_id: WireId = _NONE
    environment_type: str = ""
    state: str = ""
    description: str = ""
    created_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupTable(Record):
    """A table that recipes look things up in."""

    id: WireId = _NONE
    name: str = ""
    project_id: WireId = _NONE
    created_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupRow(Record):
    """A row of a lookup table."""

    id: WireId = _NONE
    data: Mapping[str, Any] = field(default_factory=dict)
    updated_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Record):
    """What collaborators may do, by name."""

    id: WireId = _NONE
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient(Record):
    """A client of the Developer API. ``token`` comes with a creation or regeneration alone."""

    id: WireId = _NONE
    name: str = ""
    all_folders: bool = False
    environment_name: str = ""
    token: Secret = field(default=_NO_SECRET, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPremGroup(Record):
    """Agents in a private network that stand in for each other."""

    id: WireId = _NONE
    name: str = ""
    in_use: bool = False
    created_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPremStatus(Record):
    """How many agents of a group there are, and which are connected."""

    agents_count: int | None = None
    active_agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEntry(Record):
    """Who did what."""

    id: WireId = _NONE
    event_type: str = ""
    timestamp: Instant | None = None
    user: Mapping[str, Any] = field(default_factory=dict)
    resource: Mapping[str, Any] = field(default_factory=dict)
