"""Output of ``genie-tui studio``: JSON, a table, or a list of fields."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
import wcwidth

from tui.core.json_values import write_json
from tui.core.text import clean_line, json_text
from tui.studio.endpoint import Endpoint, unwrapped
from tui.studio.guardrails.policies import summarize_policy

_GAP = "  "
_NARROWEST = 6


def table(names: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """Yield the lines of a table, its head in capitals. ``width`` None: no limit.

    The first column is the input of other commands, so it is cut last.
    """
    head = [name.replace("_", " ").upper() for name in names]
    wanted = [max(map(wcwidth.width, column)) for column in zip(head, *rows, strict=True)]
    widths = _within(wanted, width - len(_GAP) * (len(names) - 1)) if width else wanted
    for row in (head, *rows):
        cut = [_table_cell(text, room) for text, room in zip(row, widths, strict=True)]
        yield _GAP.join(cut).rstrip()


def _within(wanted: Sequence[int], room: int) -> list[int]:
    first, *others = wanted
    if first + _NARROWEST * len(others) > room:
        return fitted(wanted, room)
    return [first, *fitted(others, room - first)] if others else [first]


def fitted(wanted: Sequence[int], room: int) -> list[int]:
    """Fit widths into ``room``: the widest columns shrink first, none below six cells."""
    widths = list(wanted)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = max(widths)
        others = [width for width in widths if width < widest]
        several = widths.count(widest)
        floor = max([*others, _NARROWEST])
        step = min(widest - floor, -(-(sum(widths) - room) // several)) or 1
        widths = [width - step if width == widest else width for width in widths]
    return widths


def _table_cell(text: str, room: int) -> str:
    """Return text in exactly ``room`` cells, with ``…`` if it is cut."""
    if wcwidth.width(text) > room:
        text = wcwidth.clip(text, 0, room - 1).rstrip() + "…"
    return wcwidth.ljust(text, room)


_DONE = frozenset({"success"})
_UNSHOWN = frozenset({"code", "logo_url"})
_ABOUT = frozenset({"user", "resource"})
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints the responses of one endpoint on stdout."""

    endpoint: Endpoint
    as_json: bool

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Print a list."""
        if self.as_json:
            _print_json(list(rows))
        elif not rows:
            click.echo("No results.", err=True)
        elif all(isinstance(row, Mapping) for row in rows):
            _print_table(self.endpoint.columns, rows)
        else:
            for row in rows:
                click.echo(shown(row))

    def show(self, answer: Any) -> None:
        """Print a single object without its envelope; its secret comes last."""
        content = unwrapped(answer)
        if self.as_json:
            _print_json({} if content is None else content)
        else:
            self._show_plain(content)
        if self.endpoint.secret_field and _secret_in(content, self.endpoint.secret_field):
            click.echo("Save it now. It isn't shown again.", err=True)

    def _show_plain(self, content: Any) -> None:
        special = _SPECIAL.get(self.endpoint.command)
        rows = _only_list(content)
        if special:
            special(content)
        elif rows is not None:
            self.show_rows(rows)
        elif not isinstance(content, Mapping) or set(content) <= _DONE:
            click.echo("Done.")
        else:
            secret = self.endpoint.secret_field
            names = self.endpoint.columns or [name for name in content if name not in _UNSHOWN]
            names = [name for name in names if name != secret]
            _print_fields({**content, secret: _secret_in(content, secret)}, [*names, secret])


def print_endpoints(*, as_json: bool) -> None:
    """Print method, path, and command of each endpoint, in the order of the routes.

    No column is cut in a narrow terminal, since all that is here is names to copy.
    """
    from tui.studio.endpoints import ENDPOINTS

    names = ("method", "path", "command")
    rows = [(e.method, e.path, f"studio {e.command}") for e in ENDPOINTS.values()]
    if as_json:
        _print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        for line in table(names, rows, None):
            click.echo(line)


def shown(value: Any) -> str:
    """Return a value for a cell: text as it is, other values as JSON, nothing if missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else write_json(value, ensure_ascii=False)
    return clean_line(text, _LONGEST)


def _print_json(value: Any) -> None:
    click.echo(json_text(value, indent=2))


def _print_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    names = columns or tuple(rows[0])
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    cells = [
        [_cell(name, row.get(name), short=width is not None) for name in names] for row in rows
    ]
    for line in table(names, cells, width):
        click.echo(line)


def _cell(name: str, value: Any, *, short: bool) -> str:
    """Return a value for a table; ``short`` leaves the seconds out of a time.

    The subject of a log entry is shown by name instead of in full.
    """
    if name in _ABOUT and isinstance(value, Mapping):
        value = value.get("name") or value.get("id")
    if short and isinstance(value, str) and name.endswith(("_at", "timestamp")):
        return _to_the_minute(value)
    return shown(value)


def _to_the_minute(time: str) -> str:
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return shown(time)
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%MZ}"


def _print_fields(content: Mapping[str, Any], names: Sequence[str]) -> None:
    """Print name and value, one per line, without empty values."""
    there = [name for name in names if content.get(name) not in (None, "", [], {})]
    if not there:
        click.echo("Done.")
        return
    room = max(wcwidth.width(clean_line(name)) for name in there)
    for name in there:
        value = content[name]
        if isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
            value = ", ".join(_referred(entry) for entry in value)
        click.echo(f"{wcwidth.ljust(clean_line(name), room)}  {shown(value)}")


def _referred(entry: Mapping[str, Any]) -> str:
    """Return ``Everyone (grp...)``: the name of a reference, with the ID to use elsewhere."""
    return f"{shown(entry.get('name'))} ({shown(entry.get('id'))})"


def _print_guardrail(content: Any) -> None:
    policies = content.get("policies") if isinstance(content, Mapping) else None
    if not policies:
        click.echo("This genie has no guardrail.", err=True)
        return
    rows = [
        {
            "policy": policy.get("policy_type"),
            "setting": summarize_policy(
                str(policy.get("policy_type")), policy.get("configuration") or {}
            ),
            "id": policy.get("id"),
        }
        for policy in policies
        if isinstance(policy, Mapping)
    ]
    _print_table(("policy", "setting", "id"), rows)


_SPECIAL: Mapping[str, Callable[[Any], None]] = {"guardrails show": _print_guardrail}


def _only_list(content: Any) -> list[Any] | None:
    """Return the rows of a response that is a list, or an object with a list as its only field."""
    if isinstance(content, Mapping) and len(content) == 1:
        (content,) = content.values()
    return content if isinstance(content, list) else None


def _secret_in(content: Any, name: str) -> str:
    """Return a secret, also one inside an object such as ``{"token": {"value": "..."}}``."""
    value = content.get(name) if isinstance(content, Mapping) and name else None
    if isinstance(value, Mapping):
        value = value.get("value")
    return value if isinstance(value, str) else ""
