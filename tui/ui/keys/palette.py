"""Command palette: everything that can be done now, grouped, the most likely first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.fuzzy import Matcher
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.system.private_files import make_folder, replace_text
from tui.ui.keys.labels import UNBOUND
from tui.ui.keys.list_modal import ListModal
from tui.ui.keys.registry import TITLES, group_position
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.text import line, spread

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

_SUGGESTED = "Suggested"
_MOST_SUGGESTED = 5
_MOST_RECENT = 8
_COLUMNS, _FRAME = 64, 5
"""Width of the sheet, and of its edges, padding and scrollbar."""
_AROUND_LIST = 10
"""Rows of the sheet besides its list."""
_AT_THIS_MOMENT = (
    "question.answer",
    "turn.halt",
    "turn.stop_waiting",
    "conversation.wake",
    "studio.start",
)
"""Offered first while they work: they work at certain moments only."""
_USUAL = ("message.attach", "search.open", "reply.copy", "conversation.new")
_SAME = {"turn.stop": "turn.halt", "turn.leave": "turn.stop_waiting"}
"""Second bindings of a command, whose key is displayed in its place while it works."""

_GROUPS = {
    "conversation": "Conversation",
    "question": "Conversation",
    "turn": "Conversation",
    "message": "Conversation",
    "reply": "Conversation",
    "search": "Conversation",
    "prompt": "Prompts",
    "pane": "View",
    "theme": "View",
    "transcript": "View",
    "composer": "Writing",
    "app": "System",
    "studio": "System",
    "account": "System",
    "support": "System",
}
"""By the first part of a command's id; the others are named as in the help."""
_OWN_GROUP = {
    "composer.editor": "Conversation",
    "conversation.times": "View",
    "conversation.unfold_all": "View",
}
_ORDER = ("Conversation", "Prompts", "View", "System")
_FOUND_ONLY = "Writing"


@dataclass(frozen=True, slots=True)
class PaletteCommand:
    """Command that works now."""

    id: str
    name: str
    run: Callable[[], object]
    key: str = ""
    about: str = ""

    @property
    def group(self) -> str:
        part = self.id.partition(".")[0]
        return _OWN_GROUP.get(self.id) or _GROUPS.get(part) or TITLES.get(part, part.capitalize())


def commands_of(app: App[Any], screen: Screen[Any]) -> list[PaletteCommand]:
    """Return what works on a screen: its bindings, prompts, and commands without a key."""
    found = [*_bound(app, screen), *_prompts(screen)]
    for command in app.get_system_commands(screen):
        id_ = "theme.choose" if command.title == "Theme" else "account.sign_in"
        found.append(PaletteCommand(id_, command.help, command.callback))
    return found


def _bound(app: App[Any], screen: Screen[Any]) -> Iterator[PaletteCommand]:
    active = [item for item in screen.active_bindings.values() if item.enabled]
    keys = {_SAME[id_]: item for item in active if (id_ := item.binding.id or "") in _SAME}
    seen = {"command_palette"}
    for item in sorted(active, key=lambda item: _rank(item.binding)):
        binding, id_ = item.binding, item.binding.id or ""
        offered = (binding.show or binding.tooltip) and id_ not in _SAME
        if offered and binding.action not in seen:
            seen.add(binding.action)
            shown = keys[id_].binding if id_ in keys else binding
            yield PaletteCommand(
                id_ or binding.action,
                binding.tooltip or binding.description,
                partial(app.run_action, binding.action, item.node),
                "" if shown.key == UNBOUND else app.get_key_display(shown),
            )


def _prompts(screen: Screen[Any]) -> Iterator[PaletteCommand]:
    listed = getattr(screen, "prompt_entries", None)
    for name, about, put in listed() if listed is not None else ():
        yield PaletteCommand(f"prompt.{name}", name, put, about=about)


def _rank(binding: Binding) -> tuple[int, bool]:
    """Sort key: common groups first, hidden commands last."""
    return group_position(binding.id or ""), not binding.show


def grouped(
    commands: Sequence[PaletteCommand], recent: Sequence[str]
) -> Iterator[tuple[str, PaletteCommand]]:
    """Yield the commands with their group, those for this moment first.

    The keys of writing are left out: whoever looks for them types their name.
    """
    by_id = {command.id: command for command in commands}
    wanted = dict.fromkeys([*_AT_THIS_MOMENT, *recent, *_USUAL])
    suggested = [by_id[id_] for id_ in wanted if id_ in by_id][:_MOST_SUGGESTED]
    yield from ((_SUGGESTED, command) for command in suggested)
    rest = [item for item in commands if item not in suggested and item.group != _FOUND_ONLY]
    groups = {name: place for place, name in enumerate(_ORDER)}
    rest.sort(key=lambda command: groups.get(command.group, -1))
    yield from ((command.group, command) for command in rest)


class RecentCommands:
    """File with the ids of the last commands, newest first. Read and write errors are ignored."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[str]:
        """Return the ids. Reads the disk."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [str(name) for name in kept[:_MOST_RECENT]] if isinstance(kept, list) else []

    def add(self, id_: str) -> None:
        """Put a command first. Writes to the disk."""
        ids = [id_, *(other for other in self.read() if other != id_)]
        try:
            make_folder(self._path.parent)
            replace_text(self._path, json.dumps(ids[:_MOST_RECENT]))
        except OSError:
            pass  # a convenience only


class CommandPalette(ListModal[None]):
    """List of commands; typing filters it, Enter runs the highlighted one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", tooltip="Close the palette", id="palette.close"),
        Binding("down", "move(1)", "Next", show=False, id="palette.next"),
        Binding("up", "move(-1)", "Previous", show=False, id="palette.previous"),
        Binding("pagedown", "page(1)", "Next page", show=False, id="palette.next_page"),
        Binding("pageup", "page(-1)", "Previous page", show=False, id="palette.previous_page"),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, commands: Sequence[PaletteCommand], recent: RecentCommands) -> None:
        super().__init__()
        self._commands = commands
        self._recent = recent
        self._listed = list(grouped(commands, recent.read()))
        self._shown: list[PaletteCommand | None] = []
        """By row; None for a heading or a space."""

    def compose(self) -> ComposeResult:
        with Dialog("Commands", id="palette"):
            yield TextInput(placeholder="Type to find a command", id="palette-filter")
            rows = SafeOptionList(id="palette-commands", compact=True)
            rows.can_focus = False
            yield rows

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self._fill()

    def on_resize(self, event: events.Resize) -> None:
        self._fill()

    @on(Input.Changed)
    def _search(self) -> None:
        if self.is_active:
            self._fill()

    def _fill(self) -> None:
        if not self.is_whole:
            return
        rows = self.rows
        columns, height = self.app.size  # before the first layout, so that it is there at once
        rows.styles.max_height = max(1, height - _AROUND_LIST)
        width = min(_COLUMNS, columns * 96 // 100) - _FRAME
        query = self.query_one(Input).value.strip()
        options = list(self._matching(query, width) if query else self._grouped(width))
        self._shown = [command for _, command in options]
        rows.set_options(option for option, _ in options)
        rows.highlighted = next((n for n, command in enumerate(self._shown) if command), None)
        rows.scroll_home(animate=False)  # the first heading, too

    def _grouped(self, width: int) -> Iterator[tuple[Option, PaletteCommand | None]]:
        last = ""
        for group, command in self._listed:
            if group != last:
                if last:
                    yield Option(Content(""), disabled=True), None
                yield Option(Content.styled(group, "bold $accent"), disabled=True), None
                last = group
            yield Option(_row(line(command.name), command, width)), command

    def _matching(self, query: str, width: int) -> Iterator[tuple[Option, PaletteCommand | None]]:
        matcher = Matcher(query)
        scored = [(_score(matcher, command), command) for command in self._commands]
        found = sorted((s for s in scored if s[0] > 0), key=lambda s: -s[0])
        for _, command in found:
            yield Option(_row(matcher.highlight(command.name), command, width)), command
        if not found:
            yield Option(Content("No matching commands."), disabled=True), None

    def action_close(self) -> None:
        """Clear the filter, else close."""
        search = self.query_one(Input)
        if search.value:
            search.value = ""
        else:
            self.dismiss()

    @on(Input.Submitted)
    def _submit(self) -> None:
        if (place := self.rows.highlighted) is not None:
            self._run(place)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._run(event.option_index)

    def _run(self, place: int) -> None:
        command = self._shown[place] if place < len(self._shown) else None
        if command is None or not self.is_current:  # a second key, after the first has closed it
            return
        self._recent.add(command.id)
        self.dismiss()
        self.app.call_next(command.run)


def _score(matcher: Matcher, command: PaletteCommand) -> float:
    """Return how well a command matches; most, if it or one of its words begins so."""
    score = max(matcher.match(command.name), matcher.match(command.about) * 0.9)
    begun, name = matcher.query.casefold(), command.name.casefold()
    return score * (3 if name.startswith(begun) else 2 if f" {begun}" in name else 1)


def _row(name: Content, command: PaletteCommand, width: int) -> Content:
    right = Content.styled(command.key, "$muted")
    if command.about:
        name = Content.assemble(name, "  ", line(command.about).stylize("$muted"))
    return spread(Content.assemble("  ", name), right, width)
