"""Parts that approvals and connections have in common: title and answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from tui.ui.keys.labels import key_at
from tui.ui.toolkit.answer_row import AnswerRow
from tui.ui.toolkit.rows import Row, RowsView
from tui.ui.toolkit.state_glyphs import muted

_FILLED = {"approve": "$success", "reject": "$error"}
"""Colors of the key caps while keys answer, by action."""


class QuestionTitle(RowsView):
    """Subject, what is asked, and how to leave."""

    def __init__(self, glyph: Content, subject: Content, asks: str) -> None:
        super().__init__(classes="modal--title")
        self._glyph = glyph
        self._subject = subject
        self._asks = asks

    def rows(self) -> Sequence[Row]:
        key = key_at(self.screen, "decision.later")
        later = Content.assemble((key, "bold"), muted(" later")) if key else Content("")
        others = getattr(self.screen, "others", 0)
        is_armed = getattr(self.screen, "armed", False)
        if others and is_armed and (following := key_at(self.screen, "question.answer")):
            more = Content.assemble((following, "bold"), muted(f" next of {others + 1}   "))
            later = Content.assemble(more, later)
        subject = self._subject.stylize("bold")
        beside = Content.assemble(subject, "   ", muted(self._asks))
        room = self.content_size.width - later.cell_length - 4
        text = beside if beside.cell_length <= room else subject
        return [Row(text, self._glyph, later)]


class QuestionBody(VerticalScroll, can_focus=False):
    """Contents of a question. Tells when they have room for more or fewer lines."""

    class Resized(Message):
        """It has another height."""

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class AnswerState(Static):
    """Tells if keys answer."""

    class Resized(Message):
        """It has another number of lines, so that the others have more or less room."""

    def __init__(self) -> None:
        super().__init__(classes="modal--state")

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class QuestionAnswers(AnswerRow):
    """Answers to a question. Key caps are filled, and answers colored, only while keys answer."""

    def __init__(self, *choices: tuple[str, str, str], cells: int = 13) -> None:
        """``choices``: see ``AnswerRow``; a label can have an explanation after two spaces."""
        super().__init__(*choices, cells=cells)
        self._is_armed = True

    def _buttons(self) -> Iterator[Button]:
        for button, (_, _, action) in zip(super()._buttons(), self._choices, strict=True):
            button.can_focus = False  # so that Enter never answers
            button.add_class(f"-{action}")
            yield button

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_armed, is_armed=self._is_armed)

    def show_armed(self, *, is_armed: bool) -> None:
        """Show if keys answer."""
        self._is_armed = is_armed
        for button, (key, words, action) in zip(self.query(Button), self._choices, strict=False):
            label = self._label(key, words, action, button.content_size.width)
            # Contents with the same text are equal, so an assignment would change nothing.
            button.set_reactive(Button.label, label)
            button.refresh(layout=True)

    def _label(self, key: str, words: str, action: str, room: int) -> Content:
        name, _, more = words.partition("  ")
        color = _FILLED.get(action) if self._is_armed else None
        if color is None:
            cap = Content.styled(f" {key} ", "bold" if self._is_armed else "")
            return Content.assemble(cap, " ", name)
        cap = Content.styled(f" {key} ", f"bold $on-fill on {color}")
        label = Content.assemble(cap, " ", (name, f"bold {color}"))
        explained = Content.assemble(label, muted(f"  {more}"))
        return explained if more and explained.cell_length <= room else label
