"""Export of a conversation from the app: dialog and file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tui.core.errors import BackendError
from tui.core.json_values import read_json, write_json
from tui.core.text import clean_line, size, utf8_size
from tui.export import file_name, format_of
from tui.system.file_scope import check_path, is_allowed
from tui.ui.composer.paths import completions, short_path, shown_path, typed_path
from tui.ui.textual_fixes.screens import SafeModal
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.choice import Choice
from tui.ui.toolkit.confirm import ConfirmModal
from tui.ui.toolkit.dialog import Dialog
from tui.ui.toolkit.field import TextInput
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.core.events import Json
    from tui.core.ids import ConversationId
    from tui.engine.session import Session
    from tui.export import Format


Form: TypeAlias = "Format | Literal['bundle']"
"""``bundle`` is the service's own format for a conversation."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Format and path of an export; an existing file is replaced."""

    form: Form
    path: Path


class CannotRead(Exception):
    """The file holds no conversations. ``str(error)`` is a sentence."""


async def export(
    session: Session, conversation_id: ConversationId, agent: str, wanted: ExportRequest
) -> str:
    """Write a conversation, from the server or else from the store; return a sentence about it.

    Raises ``tui.export.CannotWrite``; for a bundle also ``BackendError``.
    """
    from tui.export import render, write

    if wanted.form == "bundle":
        return await _export_bundle(session, conversation_id, wanted.path)
    note = ""
    try:
        await session.history.fetch_everything(conversation_id)
    except BackendError as error:
        note = f" Exported only what is stored on this machine: {error}"
    chronicle = await session.history.chronicle(conversation_id, agent)
    text = await asyncio.to_thread(render, chronicle, wanted.form)
    await asyncio.to_thread(write, wanted.path, text)
    return f"{shown_path(wanted.path)} ({size(utf8_size(text))}).{note}"


async def _export_bundle(session: Session, conversation_id: ConversationId, path: Path) -> str:
    from tui.export import write

    bundle = await session.conversations.export_bundle(conversation_id)
    text = write_json(bundle, ensure_ascii=False, indent=2) + "\n"
    await asyncio.to_thread(write, path, text)
    return f"{shown_path(path)} ({size(utf8_size(text))})."


def read_bundle(path: Path) -> Json:
    """Read a bundle from a file. Raises ``CannotRead``."""
    name = clean_line(path.name, 80)
    try:
        check_path(path)
        bundle = read_json(path.read_bytes())
    except OSError as error:
        raise CannotRead(f"Couldn't read {name}: {error.strerror or error}.") from error
    except ValueError as error:
        raise CannotRead(f"{name} isn't a bundle: it isn't JSON.") from error
    if not isinstance(bundle, dict):
        raise CannotRead(f"{name} isn't a bundle: it contains other JSON.")
    return bundle


_FORMATS: tuple[tuple[Form, str, str], ...] = (
    (
        "html",
        "Web page",
        "A self-contained page to read, print, or send. It runs no scripts and loads nothing.",
    ),
    ("md", "Markdown", "Plain text to read anywhere or keep next to your code."),
    ("json", "JSON", "Every event with its payload, for programs."),
)
_BUNDLE: tuple[Form, str, str] = (
    "bundle",
    "Bundle",
    "The conversation's settings as the service stores them, ready to import again. Secrets "
    "aren't masked.",
)
_BUNDLE_ENDING = ".bundle.json"
_SAVES_TO = "Saves to "


class ExportModal(SafeModal[ExportRequest | None]):
    """Dialog for format and file; confirms before a file is replaced."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", tooltip="Close without exporting", id="export.cancel"),
        Binding(
            "ctrl+t",
            "next_format",
            "Format",
            tooltip="Switch to the next format",
            id="export.format",
        ),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, title: str, today: date, folder: Path, *, bundles: bool = False) -> None:
        """``bundles``: the service supports bundles."""
        super().__init__()
        self._formats = (*_FORMATS, _BUNDLE) if bundles else _FORMATS
        self._title = title
        self._today = today
        self._folder = folder

    def compose(self) -> ComposeResult:
        with Dialog("Export conversation", leave="cancel", id="export"):
            yield Static(line(self._title, 120), classes="modal--lead")
            yield Choice(*(name for _, name, _ in self._formats))
            yield Static(id="export-meaning")
            yield TextInput(self._usual_name(), select_on_focus=False, suggester=PathSuggester())
            yield Static(id="export-folder")
            yield Static(id="export-note")
            yield AnswerRow(("Enter", "Export", "export"), ("Ctrl+T", "Next format", "next_format"))

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self._explain()

    @property
    def _form(self) -> Form:
        return self._formats[self.query_one(Choice).chosen if self.is_mounted else 0][0]

    def _usual_name(self) -> str:
        if self._form == "bundle":
            plain = file_name(self._title, self._today, "json")
            return plain.removesuffix(".json") + _BUNDLE_ENDING
        return file_name(self._title, self._today, self._form)

    def _explain(self) -> None:
        """Show the format's purpose and the folder of the file."""
        meaning = next(text for form, _, text in self._formats if form == self._form)
        self.query_one("#export-meaning", Static).update(Content(meaning))
        masked = "" if self._form == "bundle" else "Secrets are masked. "
        self._note(f"{masked}Press → to complete the name.")
        self._show_folder()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_folder)

    def _show_folder(self) -> None:
        """Show where the file is saved; the whole path of a shortened one under the mouse."""
        shown = self.query_one("#export-folder", Static)
        room = shown.content_size.width - len(_SAVES_TO)
        short = short_path(self._folder, room) if room > 0 else ""
        shown.update(Content(f"{_SAVES_TO}{short}"))
        whole = shown_path(self._folder)
        shown.tooltip = Content(whole) if short != whole else None

    def _note(self, sentence: str, *, problem: bool = False) -> None:
        note = self.query_one("#export-note", Static)
        note.update(Content(f"✗ {sentence}" if problem else sentence))
        note.set_class(problem, "-problem")

    def action_next_format(self) -> None:
        self.query_one(Choice).action_move(1)

    @on(Choice.Changed)
    def _follow_format(self) -> None:
        """Change the file's extension with the format, unless it is not one of a known format."""
        field = self.query_one(Input)
        if format_of(Path(field.value)):
            stem = field.value.removesuffix(_BUNDLE_ENDING)
            stem = stem if stem != field.value else str(Path(field.value).with_suffix(""))
            ending = _BUNDLE_ENDING if self._form == "bundle" else f".{self._form}"
            field.value = f"{stem}{ending}"
            field.cursor_position = len(field.value)
        self._explain()

    @on(Input.Changed)
    def _forget_problem(self) -> None:
        self._explain()

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def action_export(self) -> None:
        path = self._path()
        if problem := next(_problems(path), ""):
            self._note(problem, problem=True)
        elif os.path.exists(path):
            question = f"Replace {clean_line(path.name, 60)}? The file already exists."
            self.app.push_screen(
                ConfirmModal(question, yes="Replace", danger=True),
                lambda yes: self._confirmed(path, yes),
            )
        else:
            self._confirmed(path, True)

    def _confirmed(self, path: Path, yes: bool | None) -> None:
        if yes:
            self.dismiss(ExportRequest(self._form, path))

    def _path(self) -> Path:
        """Return the path to write; in a folder, a file of the default name."""
        usual = self._usual_name()
        path = self._folder / typed_path(self.query_one(Input).value.strip() or usual)
        return path / usual if os.path.isdir(path) else path


class PathSuggester(Suggester):
    """Completes paths that exist."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        found = await asyncio.to_thread(completions, value, 1) if value else []
        return found[0].typed if found and found[0].typed.startswith(value) else None


def _problems(path: Path) -> Iterator[str]:
    if not is_allowed(path):
        yield "Files can only be written in the folder of this page. Choose a name in it."
    if not os.path.isdir(path.parent):
        yield f"Folder not found: {shown_path(path.parent)}."
    elif os.path.exists(path) and not os.path.isfile(path):
        yield f"{clean_line(path.name)} isn't a file."
