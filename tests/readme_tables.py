"""Tables in READMEs that are made from the code: the settings, and the endpoints of Studio.

python -m tests.readme_tables        # write them, after a change of the code
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import tui
from tui.config import SETTINGS, Setting
from tui.studio.endpoints import ENDPOINTS

ROOT = Path(tui.__file__).parents[1]


def settings_table() -> Iterator[str]:
    yield "| setting | environment variable | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for setting in SETTINGS.values():
        option = f" `{setting.option}`" if setting.has_option else ""
        cells = (f"`{setting.key}`{option}", f"`{setting.variable}`", default_of(setting))
        yield f"| {' | '.join((*cells, setting.help))} |"


def default_of(setting: Setting) -> str:
    """Return the default as config.toml has it, and the other values if there are few."""
    usual = str(setting.default).lower() if isinstance(setting.default, bool | int) else ""
    if setting.type.choices:
        others = [choice for choice in setting.type.choices if choice != setting.default]
        usual = f"{setting.default} (or {', '.join(others)})"
    return usual


def endpoints_table() -> Iterator[str]:
    yield "| endpoint | command |"
    yield "| --- | --- |"
    for endpoint in ENDPOINTS.values():
        yield f"| `{endpoint.method} {endpoint.path}` | `studio {endpoint.command}` |"


class Table(NamedTuple):
    """Table of a README, below a comment with its name."""

    path: Path
    lines: Callable[[], Iterator[str]]


TABLES: Mapping[str, Table] = {
    "settings": Table(ROOT / "README.md", settings_table),
    "endpoints": Table(ROOT / "tui/studio/README.md", endpoints_table),
}


def with_table(text: str, name: str) -> str:
    """Return a README with its table as the code has it."""
    mark = f"<!-- {name}: python -m tests.readme_tables -->\n"
    before, found, after = text.partition(mark)
    if not found:
        raise ValueError(f"no line {mark}")
    table = "".join(f"{line}\n" for line in TABLES[name].lines())
    return before + mark + table + re.sub(r"\A(?:\|.*\n)*", "", after)


def main() -> None:
    for name, table in TABLES.items():
        text = table.path.read_text("utf-8")
        table.path.write_text(with_table(text, name), "utf-8")


if __name__ == "__main__":
    main()
