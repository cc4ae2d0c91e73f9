"""Chips above the composer for the files of the next message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from tui.core.text import size
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.ui.composer.attachment_files import PickedFile

_GAP = 1


class AttachmentChips(Widget, can_focus=True):
    """Row of file chips, shown only while there are files.

    A click on ``✕`` or the Delete key removes a file; a click on the name previews a picture.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "delete,backspace", "remove", "Remove", tooltip="Remove the file", id="file.remove"
        ),
        Binding("f3", "look", "Preview", tooltip="Preview the picture", id="file.look"),
        Binding("left", "move(-1)", "Previous", show=False, id="file.previous"),
        Binding("right", "move(1)", "Next", show=False, id="file.next"),
        Binding(
            "enter,escape",
            "screen.focus_composer",
            "Back",
            tooltip="Back to the composer",
            id="file.leave",
        ),
    ]
    FOCUS_ON_CLICK: ClassVar[bool] = False

    class Removed(Message):
        """The user removed a file."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class LookWanted(Message):
        """The user wants to preview a file."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def __init__(self) -> None:
        super().__init__()
        self.files: tuple[PickedFile, ...] = ()
        self._at = 0
        self._note = ""

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(str(picked.path) for picked in self.files)

    def show(self, files: Sequence[PickedFile]) -> None:
        """Show these files; hide the row if there are none."""
        self.files = tuple({picked.path: picked for picked in files}.values())
        self._at = max(0, min(self._at, len(self.files) - 1))
        self.display = bool(self.files)
        self.refresh(layout=True)

    def note(self, text: str) -> None:
        """Show a note beside the files until the next change."""
        if text != self._note:
            self._note = text
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        rows: list[Content] = []
        for chip in self._chips(width):
            if rows and rows[-1].cell_length + _GAP + chip.cell_length <= width:
                rows[-1] = Content.assemble(rows[-1], " " * _GAP, chip)
            else:
                rows.append(chip)
        if len(self.files) > 1:
            split = f"Sends {len(self.files)} messages, one per file; your text goes with the last"
            rows += _note_rows(split, width)
        if self._note:
            rows += _note_rows(self._note, width)
        return rows

    def _chips(self, width: int) -> Iterator[Content]:
        for place, picked in enumerate(self.files):
            chosen = self.has_focus and place == self._at
            glyph, about = ("▤", size(picked.file.size_bytes)) if picked.file else ("✕", "not sent")
            colour = "$accent" if picked.file else "$error"
            remove = Content(" ✕ ").stylize(Style.from_meta({"@click": f"take_off({place})"}))
            name = line(picked.name, max(8, min(60, width - 20)))
            chip = Content.assemble(
                (f"{'▸' if chosen else ' '}{glyph} ", colour),
                name.stylize(Style.from_meta({"@click": f"look_at({place})"})),
                (f"  {about} ", "$muted" if picked.file else "$error"),
                remove,
            )
            yield chip.stylize_before("bold on $line" if chosen else "on $chosen")

    def on_focus(self) -> None:
        self._at = len(self.files) - 1
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_move(self, step: int) -> None:
        self._at = (self._at + step) % max(1, len(self.files))
        self.refresh()

    def action_remove(self) -> None:
        """Remove the selected file."""
        self.action_take_off(self._at)

    def action_look(self) -> None:
        """Preview the selected file."""
        self.action_look_at(self._at)

    def action_look_at(self, place: int) -> None:
        if place < len(self.files):
            self.post_message(self.LookWanted(self.files[place].path))

    def action_take_off(self, place: int) -> None:
        if place < len(self.files):
            self.post_message(self.Removed(self.files[place].path))


def _note_rows(text: str, width: int) -> list[Content]:
    return Content.styled(f" {text}", "$muted").wrap(max(1, width))
