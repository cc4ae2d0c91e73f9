"""Rows of a genie's details: headings, facts, and items with actions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from textual.content import Content

from tui.core.text import clean_line, plural
from tui.studio.guardrails.policies import summarize_policy
from tui.studio.guardrails.validation import POLICY_TYPES
from tui.ui.studio.details import MOST, DetailPart, GenieDetails, ListPreview
from tui.ui.studio.labels import glyph_of, has_client, state_of
from tui.ui.toolkit.state_glyphs import BAD, DONE, MUTED, OPEN_END, UNSURE, muted
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from tui.studio.models import Genie, GenieClient, Guardrail

_LABEL_CELLS = 16
_NAME_CELLS = 34
_INDENT = 2
_NOTHING = Content("")
_ITEM = Content.styled("•", MUTED)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DetailRow:
    """Row. ``id`` names the subject of Enter, such as ``skill:123``; empty for none."""

    text: Content
    id: str = ""
    aside: Content = _NOTHING
    about: Content = _NOTHING
    """Drawn in a column of its own, as far to the right as there is room."""
    is_note: bool = False
    """The text is a sentence, shown completely, on as many lines as it needs."""

    def drawn(self, width: int) -> Content:
        if self.is_note:
            parts = self.text.wrap(width - _INDENT)
            return Content("\n").join(part.pad_left(_INDENT) for part in parts)
        if not self.about:
            return spread(self.text, self.aside, width, gap=2)
        cells = min(_NAME_CELLS, width * 9 // 20)
        text = self.text.truncate(cells, ellipsis=True)
        name = text.pad_right(cells - text.cell_length)
        return spread(Content.assemble(name, "  ", self.about), self.aside, width, gap=2)


def lines_of(details: GenieDetails, attached: str = "") -> Iterator[DetailRow]:
    """Yield all rows. ``attached``: ID of the client known to be attached, if any."""
    genie = details.loaded.value or details.genie
    yield from _head(genie, details.loaded)
    yield from _client_lines(genie, details.clients, attached)
    yield from _skill_lines(genie, details)
    yield from _kb_lines(genie, details)
    yield from _group_lines(genie, details.loaded)
    yield from _guardrail_lines(details.guardrail)


def _heading(text: str, aside: str = "") -> Iterator[DetailRow]:
    yield DetailRow(Content(""))
    yield DetailRow(Content.styled(text, "bold $accent"), aside=muted(aside))


def _told(text: str) -> DetailRow:
    return DetailRow(muted(text), is_note=True)


def _failed(problem: str) -> DetailRow:
    told = Content.assemble("  ✗ ", line(problem, 600)).stylize(BAD)
    return DetailRow(told, id=f"problem:{clean_line(problem, 600)}")


def _entry(glyph: Content, name: str, about: str, id: str, aside: str = "") -> DetailRow:
    text = Content.assemble("  ", glyph, " ", line(name, 80))
    return DetailRow(text, id, muted(aside), muted(clean_line(about, 200)))


def _add(words: str, id: str) -> DetailRow:
    return DetailRow(Content.assemble("  ", ("+ ", "bold $accent"), Content(words)), id)


# -- the genie itself --------------------------------------------------------------------------


def _head(genie: Genie, details: DetailPart[Genie]) -> Iterator[DetailRow]:
    name = line(genie.name or genie.id, 80).stylize("bold")
    state = Content.assemble(glyph_of(genie), " ", state_of(genie))
    yield DetailRow(name, aside=state)
    if details.problem:
        yield _failed(details.problem)
    yield from (_fact(*fact) for fact in _facts(genie) if fact[1])


def _facts(genie: Genie) -> Iterator[tuple[str, str, str]]:
    yield "Handle", genie.id, "copy"
    yield "Description", genie.description, "view"
    yield "Instructions", genie.instructions, "view"
    yield "AI provider", genie.ai_provider.replace("_", " "), "copy"
    modes = (genie.channel_mode, genie.channel_scope, genie.response_mode)
    yield "Channels", ", ".join(mode.replace("_", " ") for mode in modes if mode), "copy"
    yield "Recipes", _recipes(genie), "copy"
    yield "Last changed", _when(genie.updated_at), "copy"


def _recipes(genie: Genie) -> str:
    if genie.active_recipes_count is None:
        return ""
    off = genie.inactive_skills_count
    return f"{genie.active_recipes_count} active" + (
        f", {plural(off, 'inactive skill')}" if off else ""
    )


def _fact(label: str, value: str, deed: str) -> DetailRow:
    text = Content.assemble(muted(f"{label:<{_LABEL_CELLS}}"), line(value, 300))
    return DetailRow(text, f"{deed}:{label}")


def value_of(genie: Genie, label: str) -> str:
    """Return the full value of a fact."""
    return next((value for name, value, _ in _facts(genie) if name == label), "")


def _when(at_ms: int | None) -> str:
    if at_ms is None:
        return ""
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone():%Y-%m-%d %H:%M}"


# -- what belongs to it ------------------------------------------------------------------------


def _client_lines(
    genie: Genie, clients: DetailPart[ListPreview[GenieClient]], attached: str
) -> Iterator[DetailRow]:
    yield from _heading("Client", "one client per genie")
    if has_client(genie):
        through = clean_line(genie.chat_interface, 40).replace("_", " ")
        yield _told(f"A client is attached ({through}); the API doesn't say which.")
    else:
        yield _told("No client attached. The genie can't reply (HTTP 406) until you attach one.")
    yield from _listed(clients)
    for client in clients.value.entries if clients.value else ():
        here = client.client_id == attached
        glyph, aside = (DONE, "attached here") if here else (OPEN_END, "")
        about = client.client_id
        yield _entry(glyph, client.client_name, about, f"client:{client.client_id}", aside)
    yield _add("New client", "new:client")


def _skill_lines(genie: Genie, details: GenieDetails) -> Iterator[DetailRow]:
    yield from _heading("Skills", _counted(genie.skills_count))
    yield from _listed(details.skills, "skill")
    for skill in details.skills.value.entries if details.skills.value else ():
        aside = f"recipe {clean_line(skill.recipe_id, 20)}" if skill.recipe_id else ""
        yield _entry(_ITEM, skill.name, skill.description, f"skill:{skill.id}", aside)


def _kb_lines(genie: Genie, details: GenieDetails) -> Iterator[DetailRow]:
    yield from _heading("Knowledge bases", _counted(genie.knowledge_bases_count))
    part = details.knowledge_bases
    yield from _listed(part, "knowledge base")
    for base in part.value.entries if part.value else ():
        kind = base.source_type.replace("_", " ")
        yield _entry(_ITEM, base.name, base.description, f"kb:{base.id}", clean_line(kind, 20))


def _group_lines(genie: Genie, details: DetailPart[Genie]) -> Iterator[DetailRow]:
    yield from _heading("User groups", _counted(genie.user_groups_count))
    if details.value is None:
        yield _told("Unknown." if details.problem else "Loading…")
    elif not genie.user_groups:
        yield _told("No user groups, so no one has access.")
    for group in genie.user_groups:
        yield _entry(DONE, group.name, group.id, f"group:{group.id}")
    yield _add("Give a group access, by ID", "new:group")


def _guardrail_lines(guardrail: DetailPart[Guardrail]) -> Iterator[DetailRow]:
    yield from _heading("Guardrails", "" if guardrail.value else "content safety")
    if guardrail.problem:
        yield _failed(guardrail.problem)
    elif guardrail.value is None:
        yield _told("Loading…")
    elif not guardrail.value.id:
        yield _told("This genie has no guardrail.")
    else:
        for kind in POLICY_TYPES:
            yield _policy_line(guardrail.value, kind)
        for policy in guardrail.value.policies:
            if policy.policy_type not in POLICY_TYPES:
                name = line(policy_name(policy.policy_type), 40)
                about = muted("not supported by this version")
                yield DetailRow(Content.assemble("  ", UNSURE, " ", name), about=about)


def _policy_line(guardrail: Guardrail, kind: str) -> DetailRow:
    policy = guardrail.policy(kind)
    brief = summarize_policy(kind, policy.configuration) if policy else "not set"
    glyph = DONE if brief not in ("not set", "off") else OPEN_END
    shown = Content.assemble("  ", glyph, " ", policy_name(kind))
    return DetailRow(shown, f"policy:{kind}", about=line(brief, 200))


def policy_name(kind: str) -> str:
    """Return ``pii_detection`` as ``PII detection``."""
    return kind.replace("_", " ").capitalize().replace("Pii", "PII")


def _listed(part: DetailPart[ListPreview[T]], of_project: str = "") -> Iterator[DetailRow]:
    """Yield the line above the entries of a list.

    ``of_project`` names what is listed if the service lists it for the whole project only.
    """
    about = " in the project; the API doesn't say which this genie uses" if of_project else ""
    if part.problem:
        yield _failed(part.problem)
    elif part.value is None:
        yield _told("Loading…")
    elif not part.value.entries:
        yield _told("None.")
    elif part.value.goes_on:
        yield _told(f"First {plural(MOST, of_project)}{about}." if about else f"First {MOST}.")
    elif about:
        yield _told(f"{plural(len(part.value.entries), of_project)}{about}.")


def _counted(count: int | None) -> str:
    return "" if count is None else f"{count} on this genie"
