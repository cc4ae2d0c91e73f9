"""State of the demo's Developer API, besides the genies themselves."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tui.demo.clock import rfc3339
from tui.demo.errors import Refusal
from tui.demo.ids import Ids
from tui.demo.records import JsonObject
from tui.demo.state import DemoState

Table = dict[str, JsonObject]
"""Objects of one kind by id, in the API's format."""

COLLECTIONS = (
    "skills",
    "knowledge_bases",
    "recipes",
    "jobs",
    "connections",
    "folders",
    "projects",
    "deployments",
    "lookup_tables",
    "project_roles",
    "roles",
    "api_clients",
    "on_prem_groups",
    "activity",
)


@dataclass(frozen=True, slots=True)
class DeveloperToken:
    """Permissions of a token. ``groups`` None: everything."""

    name: str
    groups: frozenset[str] | None = None
    writes: bool = True
    api_client: str = ""
    """Id of the API client that it belongs to."""


@dataclass(slots=True)
class StudioRecord:
    """A genie's record in Studio."""

    fields: JsonObject
    skills: set[str] = field(default_factory=set)
    knowledge_bases: set[str] = field(default_factory=set)
    guardrail: JsonObject | None = None


class DeveloperState:
    """Tokens, Studio records of genies, and one table for each kind of object."""

    def __init__(self, state: DemoState) -> None:
        seed = state.settings.seed
        # Separate ids: drawing from the main state's would change those that tests and pictures
        # expect.
        self.ids = Ids(None if seed is None else seed ^ 0x570D10)
        self.state = state
        self.tokens: dict[str, DeveloperToken] = {}
        self.studio_records: dict[str, StudioRecord] = {}
        self.group_names: dict[str, str] = {}
        self.tables: dict[str, Table] = {name: {} for name in COLLECTIONS}
        self.rows: dict[str, Table] = {}
        """Rows of lookup tables, by table id."""
        self.paused: dict[str, str] = {}
        """Ids of waiting jobs, by resume token."""
        self._calls: dict[tuple[str, str, str], deque[datetime]] = {}
        self._next_number = 70_001

    def number(self) -> int:
        """Return a new id in the format of the older parts of the API."""
        self._next_number += 1
        return self._next_number

    def now(self) -> str:
        return rfc3339(self.state.clock.now())

    def keep(self, kind: str, thing: JsonObject) -> JsonObject:
        """Add an object to its table."""
        self.tables[kind][str(thing["id"])] = thing
        return thing

    def find(self, kind: str, thing_id: str) -> JsonObject:
        """Return an object.

        Raises:
            Refusal: 404 for an unknown one.
        """
        thing = self.tables[kind].get(thing_id)
        if thing is None:
            raise Refusal(404, f"{kind.rstrip('s').replace('_', ' ').capitalize()} not found.")
        return thing

    def count_call(self, token: str, method: str, path: str, most: int, seconds: float) -> None:
        """Count a call to an endpoint.

        Raises:
            Refusal: 429 beyond ``most`` in ``seconds``.
        """
        now = self.state.clock.now()
        calls = self._calls.setdefault((token, method, path), deque())
        while calls and calls[0] <= now - timedelta(seconds=seconds):
            calls.popleft()
        if len(calls) >= most:
            raise Refusal(429, f"Rate limit of {most} requests in {seconds:g} s exceeded.")
        calls.append(now)

    def note(self, who: DeveloperToken, event_type: str, resource: JsonObject) -> None:
        """Add an entry to the audit log."""
        number = self.number()
        self.keep(
            "activity",
            {
                "id": number,
                "timestamp": self.now(),
                "event_type": event_type,
                "user": {"name": who.name},
                "resource": resource,
            },
        )
