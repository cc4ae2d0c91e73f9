"""Vim's modes over a text: each key changes text, cursor, mode or registers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from tui.ui.composer.vim import changes
from tui.ui.composer.vim.changes import Edit, spliced
from tui.ui.composer.vim.commands import OPERATORS, Incomplete, Unknown, VimCommand, parse
from tui.ui.composer.vim.motions import first_text, line_end, line_start, on_text, row_below
from tui.ui.composer.vim.moves import NAMED_MOTIONS, Moves
from tui.ui.composer.vim.objects import Extent, text_object
from tui.ui.composer.vim.ranges import operator_range, whole_lines
from tui.ui.composer.vim.registers import Register, Registers

Mode = Literal["insert", "normal", "visual", "visual_line"]
_MOST_UNDO = 500
_SHORT = {"x": "dl", "X": "dh", "D": "d$", "C": "c$", "s": "cl", "S": "cc", "Y": "yy"}
"""Commands that are an operator with a motion."""
_IN_VISUAL = {"x": "d", "s": "c", "S": "cc", "R": "cc", "C": "cc", "D": "dd", "X": "dd", "Y": "yy"}
"""Commands on a selection that are an operator, on whole lines if it is doubled."""
_CASES = {"~": "g~", "u": "gu", "U": "gU"}
_ON_SELECTION = OPERATORS | _IN_VISUAL.keys() | _CASES.keys() | {"r", "p", "P", "J", "gJ"}
_KNOWN_KEYS = NAMED_MOTIONS.keys() | {"backspace", "ctrl+r"}


@dataclass(frozen=True, slots=True)
class RepeatedChange:
    """Change that ``.`` repeats."""

    command: VimCommand
    inserted: str = ""
    size: tuple[int, int] | None = None
    """For a selection: number of line breaks, and of characters in its last line."""
    is_linewise: bool = False


class VimEditor:
    """Text with a cursor and a mode.

    Keys are characters, or Textual's names for those without one. In insert mode the owner changes
    the text, and :meth:`leave_insert` learns what it has become.
    """

    def __init__(self, text: str = "", registers: Registers | None = None) -> None:
        self.text = text
        self.cursor = len(text)
        self.mode: Mode = "insert"
        self.anchor = 0
        """Place where a selection began."""
        self.pending: list[str] = []
        """Keys of a command that is not complete."""
        self.registers = registers or Registers()
        self._moves = Moves()
        self._last: RepeatedChange | None = None
        self._undo: list[Edit] = []
        self._redo: list[Edit] = []
        self._before_insert = Edit(text, self.cursor)
        self._inserting: VimCommand | None = None
        """Command that began the insert."""
        self._insert_start = Edit(text, self.cursor)
        """Text and cursor at the begin of the insert."""

    # -- what others change ----------------------------------------------------------------

    def adopt(self, text: str, cursor: int) -> None:
        """Take over a text and a cursor that were changed without a command."""
        if text != self.text and self.mode != "insert":
            self._remember(Edit(self.text, self.cursor))
            self.anchor = min(self.anchor, len(text))
        self.text, self.cursor, self._moves.goal = text, cursor, None
        if self.mode == "normal":
            self.cursor = on_text(text, cursor)

    def start_with(self, text: str, cursor: int) -> None:
        """Begin with another text, which cannot be undone; mode and registers stay."""
        self.text, self.cursor, self._moves.goal = text, cursor, None
        self._undo, self._redo = [], []

    def begin_insert(self, text: str, cursor: int) -> None:
        """Begin the insert mode without a command, such as after a message was sent."""
        self.text, self.cursor, self.mode, self.pending = text, cursor, "insert", []
        self._before_insert = self._insert_start = Edit(text, cursor)
        self._inserting = None

    def leave_insert(self, text: str, cursor: int) -> None:
        """End the insert mode with the text as it is now."""
        inserted = self._typed(text)
        self.text, self.cursor = text, cursor
        if command := self._inserting:
            times = 1 if command.name in OPERATORS else command.times
            if inserted and times > 1 and cursor == self._insert_start.cursor + len(inserted):
                self._repeat_typed(command, inserted, times)
            self._last = replace(self._last or RepeatedChange(command), inserted=inserted)
        if self.text != self._before_insert.text:
            self._remember(self._before_insert)
        self._inserting = None
        self.mode, self.pending = "normal", []
        if self.cursor > line_start(self.text, self.cursor):
            self.cursor -= 1
        self._moves.goal = None

    def _typed(self, text: str) -> str:
        """Return what was inserted since the insert began; empty if that cannot be told."""
        before, at = self._insert_start
        head, tail = before[:at], before[at:]
        if text.startswith(head) and text.endswith(tail) and len(text) >= len(before):
            return text[len(head) : len(text) - len(tail)]
        return ""

    def _repeat_typed(self, command: VimCommand, inserted: str, times: int) -> None:
        between = "\n" if command.name in ("o", "O") else ""
        more = (between + inserted) * (changes.multiplied(inserted, times) - 1)
        self.text = spliced(self.text, self.cursor, self.cursor, more)
        self.cursor += len(more)

    # -- keys ------------------------------------------------------------------------------

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    def press(self, key: str) -> bool:
        """Handle a key outside the insert mode; return False if it means nothing here."""
        if key == "escape":
            was_busy = bool(self.pending) or self.mode != "normal"
            self._end_visual()
            self.pending = []
            return was_busy
        if key == "ctrl+r" and not (self.pending or self._redo):
            return False
        if len(key) > 1 and not self.pending and key not in _KNOWN_KEYS:
            return False
        self.pending.append(key)
        try:
            command = parse(self.pending, is_visual=self.mode != "normal")
        except Incomplete:
            return True
        except Unknown:
            self.pending = []
            return True
        self.pending = []
        self._run(command)
        return True

    def _run(self, command: VimCommand) -> None:
        if self.mode != "normal":
            self._run_visual(command)
        elif short := _SHORT.get(command.name):
            motion = short[0] if short[1] == short[0] else short[1]
            self._operate(replace(command, name=short[0], motion=motion))
        elif command.name in OPERATORS:
            self._operate(command)
        elif handler := self._simple().get(command.name):
            handler(command)
        else:
            self._move(command)

    def _simple(self) -> dict[str, Callable[[VimCommand], object]]:
        text, at = self.text, self.cursor
        start, end = line_start(text, at), line_end(text, at)
        return {
            "i": lambda c: self._insert(c, at),
            "a": lambda c: self._insert(c, min(at + 1, end)),
            "I": lambda c: self._insert(c, first_text(text, at)),
            "A": lambda c: self._insert(c, end),
            "o": lambda c: self._insert(c, end, "\n", after=1),
            "O": lambda c: self._insert(c, start, "\n"),
            "r": lambda c: self._do(c, changes.replaced(text, at, c.times, c.character)),
            "~": lambda c: self._do(c, changes.case_toggled(text, at, c.times)),
            "J": lambda c: self._do(c, changes.joined(text, at, c.times, spaced=True)),
            "gJ": lambda c: self._do(c, changes.joined(text, at, c.times, spaced=False)),
            "p": lambda c: self._put(c, after=True),
            "P": lambda c: self._put(c, after=False),
            "u": lambda c: self._step_history(self._undo, self._redo, c.times),
            "ctrl+r": lambda c: self._step_history(self._redo, self._undo, c.times),
            ".": self._repeat,
            "v": lambda c: self._begin_visual("visual", c.times),
            "V": lambda c: self._begin_visual("visual_line", c.times),
        }

    def _move(self, command: VimCommand) -> None:
        use: Literal["move", "select"] = "move" if self.mode == "normal" else "select"
        target = self._moves.target(command, self.text, self.cursor, use)
        if target is not None:
            place = min(target.at, len(self.text))
            self.cursor = on_text(self.text, place) if use == "move" else place

    # -- changes ---------------------------------------------------------------------------

    def _do(self, command: VimCommand, edit: Edit | None) -> None:
        """Make a change that can be undone and repeated, unless there is none."""
        if edit is not None:
            self._last = RepeatedChange(command)
            self._apply(edit)

    def _apply(self, edit: Edit) -> None:
        self._remember(Edit(self.text, self.cursor))
        self.text, self.cursor = edit

    def _put(self, command: VimCommand, *, after: bool) -> None:
        content = self.registers.get(command.register)
        if content.text or content.is_linewise:
            edit = changes.put(self.text, self.cursor, content, command.times, after=after)
            self._do(command, edit)

    def _operate(self, command: VimCommand) -> None:
        found = operator_range(command, self.text, self.cursor, self._moves)
        if found is None:
            return
        extent, at = found
        self.cursor = at
        if command.name == "y":
            self._yank(command, extent)
            self.cursor = on_text(self.text, at)
        else:
            self._last = RepeatedChange(command)
            self._change(command, extent, is_large=command.motion in ("%", "{", "}"))

    def _content(self, extent: Extent) -> Register:
        return Register(self.text[extent.start : extent.end], extent.is_linewise)

    def _yank(self, command: VimCommand, extent: Extent) -> None:
        self.registers.yank(command.register, self._content(extent))
        self._moves.goal = None

    def _change(
        self, command: VimCommand, extent: Extent, *, is_large: bool = False, times: int = 1
    ) -> None:
        """Carry out an operator that changes the text."""
        match command.name:
            case "d" | "c":
                self._delete(command, extent, is_large=is_large)
            case ">" | "<":
                end = extent.end if extent.is_linewise else max(extent.start, extent.end - 1)
                lines = whole_lines(self.text, extent.start, end)
                step = times if command.name == ">" else -times
                self._apply(changes.shifted(self.text, lines, step))
            case operator:
                self._apply(changes.recased(self.text, extent, operator, self.cursor))

    def _delete(self, command: VimCommand, extent: Extent, *, is_large: bool) -> None:
        content = self._content(extent)
        if command.name == "d" and not (content.text or (self.text and extent.is_linewise)):
            return
        large = is_large or extent.is_linewise or "\n" in content.text
        if content.text or extent.is_linewise or command.motion == "$":
            self.registers.delete(command.register, content, is_large=large)
        if command.name == "d":
            self._apply(changes.deleted(self.text, extent))
        else:
            self._begin_change(command, extent.start, extent.end)

    # -- insert ----------------------------------------------------------------------------

    def _insert(self, command: VimCommand, at: int, put: str = "", *, after: int = 0) -> None:
        self._last = RepeatedChange(command)
        self._begin_change(command, at, at, put, after=after)

    def _begin_change(
        self, command: VimCommand, start: int, end: int, put: str = "", *, after: int = 0
    ) -> None:
        """Replace a range, and begin to insert ``after`` so many characters of what was put."""
        before = Edit(self.text, self.cursor)
        self.begin_insert(spliced(self.text, start, end, put), start + after)
        self._before_insert, self._inserting = before, command

    # -- visual ----------------------------------------------------------------------------

    @property
    def selection(self) -> Extent:
        """Selected range; the character under the cursor is part of it."""
        start, end = sorted((self.anchor, self.cursor))
        if self.mode == "visual_line":
            return whole_lines(self.text, start, end)
        return Extent(start, min(end + 1, len(self.text)))

    def _begin_visual(self, mode: Mode, count: int) -> None:
        """Begin a selection of some characters or lines."""
        self.mode, self.anchor = mode, self.cursor
        if count > 1:
            self._move(VimCommand("l" if mode == "visual" else "j", count - 1))

    def _end_visual(self) -> None:
        if self.mode in ("visual", "visual_line"):
            self.mode = "normal"
            self.cursor = on_text(self.text, self.cursor)

    def _run_visual(self, command: VimCommand) -> None:
        name = command.name
        if name in ("v", "V"):
            mode: Mode = "visual" if name == "v" else "visual_line"
            if self.mode == mode:
                self._end_visual()
            else:
                self.mode = mode
        elif name in ("o", "O"):
            self.anchor, self.cursor = self.cursor, self.anchor
        elif name == "select":
            self._select(command)
        elif name in _ON_SELECTION:
            self._change_selection(command)
        else:
            self._move(command)

    def _select(self, command: VimCommand) -> None:
        kind, name = command.motion[0], command.motion[1]
        found = text_object(self.text, self.cursor, name, command.times, around=kind == "a")
        if found is None or found.start == found.end:
            return
        last = found.end if found.is_linewise else max(found.start, found.end - 1)
        self.anchor, self.cursor = found.start, last
        self.mode = "visual_line" if found.is_linewise else "visual"

    def _change_selection(self, command: VimCommand) -> None:
        extent, size = self.selection, self._size()
        name = _IN_VISUAL.get(command.name, command.name)
        if len(name) == 2 and name[0] == name[1]:
            extent, name = whole_lines(self.text, self.anchor, self.cursor), name[0]
        command = replace(command, name=_CASES.get(name, name))
        self.mode = "normal"
        if name == "y":
            self._yank(command, extent)
            self.cursor = on_text(self.text, extent.start)
            return
        self._last = RepeatedChange(command, size=size, is_linewise=extent.is_linewise)
        self._change_range(command, extent)

    def _change_range(self, command: VimCommand, extent: Extent) -> None:
        """Carry out a command on a range that was selected."""
        self.cursor = extent.start
        match command.name:
            case "r":
                self._apply(changes.selection_replaced(self.text, extent, command.character))
            case "J" | "gJ":
                last = max(extent.start, extent.end - 1)
                rows = self.text.count("\n", extent.start, last) + 1
                spaced = command.name == "J"
                if edit := changes.joined(self.text, extent.start, rows, spaced=spaced):
                    self._apply(edit)
            case "p" | "P":
                content, removed = self.registers.get(command.register), self._content(extent)
                self._apply(changes.put_over(self.text, extent, content, command.times))
                if command.name == "p":
                    large = removed.is_linewise or "\n" in removed.text
                    self.registers.delete("", removed, is_large=large)
            case _:
                self._change(command, extent, times=command.times)

    def _size(self) -> tuple[int, int]:
        """Return the number of lines that the selection goes down, and of its last characters."""
        start, end = sorted((self.anchor, self.cursor))
        breaks = self.text.count("\n", start, end)
        return breaks, end + 1 - (line_start(self.text, end) if breaks else start)

    # -- repeat and history ----------------------------------------------------------------

    def _repeat(self, command: VimCommand) -> None:
        last = self._last
        if last is None:
            return
        again = last.command
        if command.count is not None:
            again = replace(again, count=command.count)
            last = replace(last, command=again)
        if last.size is not None:
            self._change_range(again, self._same_range(last, last.size))
        else:
            self._run(again)
        if self.mode == "insert":
            text = spliced(self.text, self.cursor, self.cursor, last.inserted)
            self.leave_insert(text, self.cursor + len(last.inserted))
        self._last = last

    def _same_range(self, change: RepeatedChange, size: tuple[int, int]) -> Extent:
        """Return the range at the cursor that is as large as the one that was selected."""
        (breaks, characters), text, at = size, self.text, self.cursor
        start = row_below(text, at, breaks) if breaks else at
        if change.is_linewise:
            return whole_lines(text, at, start)
        last = min(start + characters - 1, line_end(text, start))
        one, other = sorted((at, last))
        return Extent(one, min(other + 1, len(text)))

    def _remember(self, before: Edit) -> None:
        self._undo = [*self._undo[-_MOST_UNDO:], before]
        self._redo = []
        self._moves.goal = None

    def _step_history(self, source: list[Edit], other: list[Edit], times: int) -> None:
        for _ in range(times):
            if not source:
                return
            known = source.pop()
            other.append(Edit(self.text, known.cursor))
            self.text, self.cursor = known.text, on_text(known.text, known.cursor)
        self._moves.goal = None
