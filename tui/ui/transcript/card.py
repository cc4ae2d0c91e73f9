"""Cards of the transcript: base class, and the card of the user's message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tui.core.records import SENT_BY_APP
from tui.core.text import clean, clean_line, size
from tui.ui.textual_fixes.layout import set_border_title
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import (
    ASKS,
    BAD,
    BUSY_STILL,
    FAILED,
    LATER,
    MUTED,
    NOT_FOLLOWED,
    SENDING,
    UNSURE,
    clock_time,
    muted,
    progress_bar,
    spinner,
)
from tui.ui.toolkit.text import line, plain
from tui.ui.toolkit.ticker import ticker_of
from tui.ui.transcript.entries import PromptEntry
from tui.ui.transcript.message_text import (
    FOLD_LINES,
    MessageAction,
    MessageWithHeader,
    UnfoldedKeys,
    is_long,
)

if TYPE_CHECKING:
    from tui.core.ids import TurnId
    from tui.core.records import Attachment


class Keyed(Protocol):
    """Entry with an identity."""

    @property
    def key(self) -> str: ...


EntryT = TypeVar("EntryT", bound=Keyed)


def wall_clock_ms() -> int:
    return int(time.time() * 1000)


class Card(RowsView, Generic[EntryT]):
    """Widget for one transcript entry, updated in place when the entry changes."""

    FOCUS_ON_CLICK: ClassVar[bool] = False
    """A click must not take the focus from the composer."""

    tick_s: float | None = None
    """Interval of a countdown's redraws; None: never."""
    moves = False
    """True if the card shows progress: it is redrawn with all others that do."""

    is_paused = False
    """True if the turn is not being followed: nothing may look as if it were in progress."""

    def __init__(self, entry: EntryT, *, now_ms: Callable[[], int] = wall_clock_ms) -> None:
        super().__init__()
        self.entry = entry
        self.now_ms = now_ms
        self.unfolded_keys = UnfoldedKeys()
        """The expanded keys; those of the transcript, if the card is in one."""

    def sync(self) -> None:
        """Update classes, focus and ``tick_s`` from the entry."""

    def show(self, entry: EntryT) -> None:
        """Show a newer state of the same entry."""
        self.entry = entry
        self.bring_up_to_date()

    @property
    def unfolded(self) -> bool:
        """True if the card is expanded."""
        return self.entry.key in self.unfolded_keys

    def toggle_unfolded(self) -> None:
        """Expand or collapse the card."""
        self.unfolded_keys.toggle(self.entry.key)
        self.bring_up_to_date()

    def on_mount(self) -> None:
        self._sync_state()

    def automatic_refresh(self) -> None:
        """Tick, unless another screen is in front: that would be redrawn completely each time."""
        if self.screen.is_active:
            super().automatic_refresh()
            self._sync_state()

    def set_paused(self, *, on: bool) -> None:
        """Stop or resume showing progress."""
        if on != self.is_paused:
            self.is_paused = on
            self.bring_up_to_date()

    def busy_glyph(self) -> Content:
        """Return the glyph for progress; it does not move with reduced motion."""
        if self.is_paused:
            return NOT_FOLLOWED
        moves = self.app.animation_level != "none"
        return spinner(self.now_ms()) if moves else BUSY_STILL

    def tick(self) -> None:
        """Draw the next frame of what moves."""
        self.refresh()

    def bring_up_to_date(self) -> None:
        """Redraw the card after a change."""
        if not self.is_attached:
            return
        self._sync_state()
        self.redraw()

    def _sync_state(self) -> None:
        self.sync()
        self.set_class(getattr(self.entry, "joined", False), "-joined")
        if self.auto_refresh != self.tick_s:
            self.auto_refresh = self.tick_s
        ticker_of(self.app).follow(self, on=self.moves and not self.is_paused)


_STATE_SHOWN_AFTER_S = 0.4
"""Time that a message may take to be sent before its state is shown."""

_AGAIN_OR_DROP = Content.from_markup(
    "[@click=send_again]Send again[/]  [@click=withdraw]Discard[/]"
)
_EDIT_OR_TAKE_BACK = Content.from_markup("[@click=edit]Edit[/]  [@click=withdraw]Cancel[/]")
_CANCEL = Content.from_markup("[@click=withdraw]Cancel[/]")
_DISMISS = Content.from_markup("[@click=withdraw]Remove[/]")


class PromptCard(Card[PromptEntry], MessageWithHeader):
    """Card of the user's message: text, files, and the state until it is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "primary",
            "Edit / send again / expand",
            tooltip="Edit a queued message, send it again, or expand it",
            id="message.primary",
        ),
        Binding(
            "delete",
            "withdraw",
            "Discard",
            tooltip="Cancel or discard the message",
            id="message.drop",
        ),
    ]

    _upload: tuple[int, int] | None = None
    """Bytes uploaded and total bytes, during an upload."""
    hides_state = False
    """True for a moment after Enter, if nothing is before the message: it is usually sent so soon
    that its state would only flash."""

    @dataclass
    class SendAgain(Message):
        """The user wants an unconfirmed message sent again."""

        turn_id: TurnId

    @dataclass
    class EditWanted(Message):
        """The user wants to edit a queued message."""

        turn_id: TurnId
        text: str

    @dataclass
    class Withdrawn(Message):
        """The user cancels a message that was not sent, or may not have been."""

        turn_id: TurnId

    def sync(self) -> None:
        prompt = self.entry.prompt
        for state in ("queued", "sending", "unconfirmed", "refused"):
            self.set_class(prompt.state == state, f"-{state}")
        self.set_class(prompt.is_by_app, "-by-app")
        self.can_focus = self.can_withdraw or self._is_long
        self.set_class(self._is_long, "-unfolds")

    def on_mount(self) -> None:
        if self.hides_state:
            self.set_timer(_STATE_SHOWN_AFTER_S, self._show_state)

    def _show_state(self) -> None:
        self.hides_state = False
        if self.entry.prompt.state != "sent":
            self.bring_up_to_date()

    def show(self, entry: PromptEntry) -> None:
        self._upload = None
        super().show(entry)

    def show_head(self, at_ms: int | None = None, actions: tuple[MessageAction, ...] = ()) -> None:
        """Show the actions in the upper edge, where they move nothing; the time is always there."""
        set_border_title(self, self.head_of(None, actions))

    def show_upload(self, sent_bytes: int, total_bytes: int) -> None:
        """Show the progress of the upload."""
        if self.entry.prompt.state == "queued":
            self._upload = (sent_bytes, total_bytes)
            self.bring_up_to_date()

    @property
    def can_withdraw(self) -> bool:
        """True if the message can be canceled or dismissed."""
        return self.entry.prompt.state in ("queued", "unconfirmed", "refused")

    @property
    def _is_long(self) -> bool:
        """True if the text is collapsed at common widths."""
        return is_long(self.entry.prompt.text)

    def on_click(self) -> None:
        if self._is_long and not self.screen.selections:
            self.action_unfold()

    def action_primary(self) -> None:
        match self.entry.prompt.state:
            case "unconfirmed":
                self.action_send_again()
            case "queued":
                self.action_edit()
            case _:
                self.action_unfold()

    def action_unfold(self) -> None:
        self.toggle_unfolded()

    def action_send_again(self) -> None:
        if self.entry.prompt.state == "unconfirmed":
            self.post_message(self.SendAgain(self.entry.turn_id))

    def action_edit(self) -> None:
        if self.entry.prompt.state == "queued":
            self.post_message(self.EditWanted(self.entry.turn_id, self.entry.prompt.text))

    def action_withdraw(self) -> None:
        if self.can_withdraw:
            self.post_message(self.Withdrawn(self.entry.turn_id))

    def rows(self) -> Sequence[Row]:
        prompt = self.entry.prompt
        written = muted(clock_time(prompt.at_ms)) if prompt.at_ms else Content("")
        text = plain(clean(prompt.text).strip("\n"))
        if prompt.is_by_app:
            which = clean_line(prompt.text[len(SENT_BY_APP) :].partition(":")[0], 60)
            text = muted(f"{which}, sent by genie-tui ahead of your message")
        limit = None if self.unfolded else FOLD_LINES
        return [
            Row(text, aside=written, indent=0, lines=limit, rest=MUTED),
            *(_file(attachment) for attachment in prompt.attachments),
            *self._state(),
        ]

    def _state(self) -> Iterator[Row]:
        prompt = self.entry.prompt
        problem = clean_line(prompt.problem, 600)
        match prompt.state:
            case "queued" if self._upload:
                yield Row(_progress(*self._upload), SENDING)
                yield Row(_CANCEL)
            case "queued" | "sending" if self.hides_state and not problem:
                pass
            case "queued":
                yield Row(muted(problem or "Queued until the agent is free."), LATER)
                yield Row(_EDIT_OR_TAKE_BACK)
            case "sending":
                yield Row(muted("Sending…"), SENDING)
            case "unconfirmed":
                text = f"Not confirmed. {problem or 'It may not have reached the agent.'}"
                yield Row(Content.styled(text, ASKS), UNSURE)
                yield Row(_AGAIN_OR_DROP)
            case "refused":
                yield Row(Content.styled(f"Not sent. {problem}".rstrip(), BAD), FAILED)
                yield Row(_DISMISS)
            case "sent":
                pass


def _progress(sent_bytes: int, total_bytes: int) -> Content:
    """Return a progress bar with the byte counts."""
    counted = f"  {size(sent_bytes)} of {size(total_bytes)}"
    bar = progress_bar(sent_bytes / max(1, total_bytes))
    return Content.assemble(muted("Uploading  "), bar, muted(counted))


def _file(attachment: Attachment) -> Row:
    name = line(attachment.name, 120) or Content("file")
    about = Content.assemble(name, muted(f"  {size(attachment.size_bytes)}"))
    return Row(about, muted("▤"))
