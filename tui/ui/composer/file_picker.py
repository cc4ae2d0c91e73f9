"""File picker: path completion, and a search for files in the whole tree."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.core.text import drawn, size
from tui.system.file_scope import is_allowed
from tui.ui.composer.attachment_files import LARGEST_FILE, LARGEST_FILE_BYTES, pick
from tui.ui.composer.paths import Entry, TreeSearch, completions, short_path, shown_path, typed_path
from tui.ui.textual_fixes.lists import SafeOptionList
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.dialog import Dialog, DialogHead, KeyHints
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.state_glyphs import muted
from tui.ui.toolkit.text import line, spread

_MOST_SHOWN = 200
_UP = "../"


class AttachScreen(SafeModal[Sequence[Path] | None]):
    """Path input with a list of matches. Returns the files to attach; None: canceled.

    Entries of the typed folder come first, then files anywhere below it.
    """

    heading = "Attach files"
    verb = "Attach"
    several = True
    """True if several files can be selected."""
    usual_hint = "You can also drop files on the terminal."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", tooltip="Close without attaching", id="attach.cancel"),
        Binding(
            "tab",
            "go_on",
            "Open or select",
            tooltip="Open the folder, or select the file",
            priority=True,
            id="attach.mark",
        ),
        Binding("f3", "look", "Preview", tooltip="Preview the picture", id="attach.look"),
        Binding("down", "move(1)", "Next", show=False, priority=True, id="attach.next"),
        Binding("up", "move(-1)", "Previous", show=False, priority=True, id="attach.previous"),
        Binding(
            "pagedown", "move(8)", "Next page", show=False, priority=True, id="attach.page_down"
        ),
        Binding(
            "pageup", "move(-8)", "Previous page", show=False, priority=True, id="attach.page_up"
        ),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self) -> None:
        super().__init__()
        self._tree = TreeSearch()
        self._entries: list[Entry] = []
        self._listed = ""
        """Input for which the entries were read."""
        self._answer_when_listed = False
        """True if Enter was pressed before the list arrived; it is answered from the list."""
        self._marked: dict[Path, None] = {}
        self._moved = False
        """True if the user has moved the cursor since the input changed."""

    def compose(self) -> ComposeResult:
        with Dialog(self.heading, leave="cancel", most_lines=14, id="attach"):
            yield Static(id="attach-folder", classes="modal--lead")
            yield TextInput(placeholder=f"Part of a name or path, up to {LARGEST_FILE}")
            yield SafeOptionList(id="paths", compact=True, classes="modal--body")
            yield Static(id="attach-hint", classes="modal--note")
            select = (("Tab", "open folder or select"), ("F3", "preview"))
            hints = select if self.several else (("Tab", "open folder"),)
            yield KeyHints(("Enter", self.verb.lower()), *hints)

    def on_mount(self) -> None:
        self.query_one("#paths").can_focus = False
        self._show_hint("")
        self._show_folder("")
        self._look_up("")

    def on_unmount(self) -> None:
        self._tree.close()

    def on_resize(self) -> None:
        self.call_after_refresh(self._redraw)

    # -- entries ---------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show_hint("")
        self._answer_when_listed = self._moved = False
        self._look_up(event.value)

    @work(group="completions", exclusive=True, exit_on_error=False)
    async def _look_up(self, text: str) -> None:
        found = await asyncio.to_thread(completions, text, _MOST_SHOWN)
        parent = [Entry(_parent(text), _UP, is_folder=True)] if not os.path.basename(text) else []
        self._entries = [*parent, *found]
        self._show_folder(text)
        self._draw(highlight=len(parent) if found else 0)
        if found:
            self._answer_from_list(text)
        direct = {entry.typed for entry in found}
        async for deeper in self._tree.matches(text, _MOST_SHOWN):
            more = [entry for entry in deeper if entry.typed not in direct]
            self._add(more, after=len(parent) + len(found))
            self._show_folder(text)
            if deeper:
                self._answer_from_list(text)
        self._answer_from_list(text)

    def _add(self, deeper: Sequence[Entry], *, after: int) -> None:
        """Show the matches of the whole tree; a cursor that was moved stays with its entry."""
        place = self.query_one(OptionList).highlighted
        is_kept = self._moved and place is not None and place < len(self._entries)
        before = self._entries[place or 0].typed if is_kept else ""
        self._entries[after:] = deeper
        places = {entry.typed: number for number, entry in enumerate(self._entries)}
        self._draw(places.get(before, 0))

    def _answer_from_list(self, text: str) -> None:
        """Note that the list is that of the input, and do what Enter asked for before."""
        self._listed = text
        if self._answer_when_listed:
            self._answer_when_listed = False
            self.action_finish()

    def _show_folder(self, text: str) -> None:
        """Show the folder in which the typed name is looked for, and how far the search is."""
        folder = os.path.dirname(text)
        folder = folder if os.path.isdir(typed_path(folder)) else ""
        path = Path(os.path.abspath(typed_path(folder)))
        files = f"{self._tree.count:,} files"
        state = f"Searching {files}…" if self._tree.is_reading else files
        searched = os.path.basename(text) and self._tree.count
        told = self.query_one("#attach-folder", Static)
        room = told.size.width - len("In ")
        where = short_path(path, room) if room > 1 else shown_path(path)
        told.update(Content.assemble("In ", line(where, 400)))
        self.query_one(DialogHead).show(aside=muted(state * bool(searched)))

    def _draw(self, highlight: int) -> None:
        paths = self.query_one(OptionList)
        paths.set_options(Option(row, id=None) for row in self._rows(paths))
        paths.highlighted = highlight if self._entries else None

    def _redraw(self) -> None:
        self._show_folder(self.query_one(Input).value)
        self._draw(self.query_one(OptionList).highlighted or 0)

    def _rows(self, paths: OptionList) -> Iterator[Content]:
        width = max(20, paths.scrollable_content_region.width - 2)
        for entry in self._entries:
            too_large = entry.size_bytes > LARGEST_FILE_BYTES
            marked = not entry.is_folder and _absolute(entry) in self._marked
            glyph = "✓" if marked else "▸" if entry.is_folder else "✕" if too_large else " "
            about = "" if entry.is_folder else size(entry.size_bytes)
            colour = "$error" if too_large else "$accent"
            left = Content.assemble((f"{glyph} ", colour), _name(entry))
            yield spread(left, Content.styled(about, colour if too_large else "$muted"), width)

    @property
    def _chosen(self) -> Entry | None:
        """Highlighted entry, unless the input has changed since."""
        place = self.query_one(OptionList).highlighted
        known = self._is_listed and self._entries
        return self._entries[place] if known and place is not None else None

    @property
    def _is_listed(self) -> bool:
        """True if the list belongs to the input."""
        return self._listed == self.query_one(Input).value

    # -- keys and mouse --------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        paths = self.query_one(OptionList)
        self._moved = True
        if self._entries:
            place = (paths.highlighted or 0) + step
            last = len(self._entries) - 1
            paths.highlighted = place % (last + 1) if abs(step) == 1 else max(0, min(place, last))

    def action_go_on(self) -> None:
        """Open the highlighted folder, or select the file."""
        if entry := self._chosen:
            if entry.is_folder:
                self._enter(entry)
            elif self.several:
                self._mark(entry)
            else:
                self._attach_if_fit(_absolute(entry))

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_go_on()
        self.query_one(Input).focus()

    def action_look(self) -> None:
        """Show the highlighted file, if it is a picture."""
        from tui.ui.composer.image_preview import PictureView

        if (entry := self._chosen) and not entry.is_folder:
            self.app.push_screen(PictureView(_absolute(entry)))

    def _enter(self, entry: Entry) -> None:
        self._put(entry.typed)

    def _put(self, typed: str) -> None:
        field = self.query_one(Input)
        field.value = typed
        field.cursor_position = len(typed)

    def _mark(self, entry: Entry) -> None:
        path = _absolute(entry)
        if path in self._marked:
            del self._marked[path]
        elif problem := pick(path).problem:
            self._show_hint(problem, "$error")
            return
        else:
            self._marked[path] = None
        self._show_hint("")
        self._draw(self.query_one(OptionList).highlighted or 0)

    @on(Input.Submitted)
    def action_finish(self) -> None:
        """Open the highlighted folder, else return the selected files or the highlighted one."""
        entry = self._chosen
        typed = typed_path(self.query_one(Input).value.strip())
        if self._marked:
            self.dismiss(list(self._marked))
        elif entry is not None and entry.is_folder:
            self._enter(entry)
        elif entry is not None:
            self._attach_if_fit(_absolute(entry))
        elif not is_allowed(typed):
            self._attach_if_fit(typed.absolute())
        elif not self._is_listed and not os.path.exists(typed):
            self._answer_when_listed = True  # Enter came before the list
        elif os.path.isdir(typed):  # Path.is_dir() raises for overlong names
            self._put(f"{self.query_one(Input).value.rstrip('/')}/")
        else:
            self._attach_if_fit(typed.absolute())

    def _attach_if_fit(self, path: Path) -> None:
        if problem := pick(path).problem:
            self._show_hint(problem, "$error")
        else:
            self.dismiss([path])

    def action_leave(self) -> None:
        self.dismiss(None)

    def _show_hint(self, problem: str, colour: str = "$muted") -> None:
        """Show a problem below the list, or the number of selected files."""
        count = len(self._marked)
        hint = problem or (f"{count} selected" if count else self.usual_hint)
        self.query_one("#attach-hint", Static).update(line(hint).stylize_before(colour))


class ImportScreen(AttachScreen):
    """Picker for one file to import conversations from."""

    heading = "Import conversations"
    verb = "Import"
    several = False
    usual_hint = "Choose a bundle that was exported with F7."


def _name(entry: Entry) -> Content:
    """Return the name of an entry with its matching characters marked, then its folder."""
    if entry.is_folder:
        return Content(entry.name) if entry.name == _UP else line(f"{entry.name}/")
    path = Content(drawn(entry.name))
    for place in entry.marks:
        path = path.stylize("bold $accent", place, place + 1)
    cut = entry.name.rfind("/") + 1
    if not cut:
        return path if entry.marks else line(entry.name)
    return Content.assemble(path[cut:], "  ", path[: cut - 1].stylize_before("$muted"))


def _absolute(entry: Entry) -> Path:
    return Path(os.path.abspath(entry.path))


def _parent(typed: str) -> str:
    """Return the parent folder, in the form in which the path was typed if possible."""
    folder = typed.rstrip("/")
    if not folder and typed:
        return "/"
    if not folder or os.path.basename(folder) == "..":
        return f"{typed}{_UP}"
    return f"{os.path.dirname(folder).rstrip('/')}/" if "/" in folder else ""
