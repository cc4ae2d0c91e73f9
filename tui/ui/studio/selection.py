"""Genie selected in Studio, and its details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.core.text import clean_line

if TYPE_CHECKING:
    from tui.studio.models import Genie, GenieClient, GenieId
    from tui.ui.studio.details import GenieDetails


@dataclass(eq=False)
class Selection:
    """State of the Studio screen, shared by its list and its actions."""

    details: GenieDetails | None = None
    attached: dict[GenieId, str] = field(default_factory=dict)
    """Clients known to be attached, by genie: no endpoint lists them."""

    @property
    def genie(self) -> Genie | None:
        """The selected genie, as far as it is loaded."""
        if self.details is None:
            return None
        return self.details.loaded.value or self.details.genie

    @property
    def attached_client(self) -> str:
        """ID of the genie's client; empty if not known."""
        return self.attached.get(self.details.genie.id, "") if self.details else ""

    def label_of(self, kind: str, thing: str) -> str:
        """Return the name of an entry of the details."""
        details, genie = self.details, self.genie
        if details is None or genie is None:
            return thing
        named: dict[str, str] = {
            **{f"group:{one.id}": one.name for one in genie.user_groups},
            **{f"client:{one.client_id}": one.client_name for one in self._clients()},
        }
        for part, name in ((details.skills, "skill"), (details.knowledge_bases, "kb")):
            for entry in part.value.entries if part.value else ():
                named[f"{name}:{entry.id}"] = entry.name
        return clean_line(named.get(f"{kind}:{thing}") or thing, 60)

    def _clients(self) -> Sequence[GenieClient]:
        listed = self.details.clients.value if self.details else None
        return listed.entries if listed else ()
