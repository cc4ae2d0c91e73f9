"""What can be done with what was said: go from message to message, copy, quote, say it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.core.draft import Draft
from tui.core.links import link_host
from tui.core.text import clean, clean_line
from tui.ui.requests import CopyText, OpenLink
from tui.ui.screens.waiting import WaitingScreen
from tui.ui.text import line

if TYPE_CHECKING:
    from tui.core.ids import TurnId
    from tui.ui.modals.menu import Choice
    from tui.ui.widgets.transcript import Transcript


class PassageScreen(WaitingScreen):
    """The transcript's messages are handled by name, as in :class:`ReadingScreen`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+up,alt+pageup",
            "step_prompt(-1)",
            "Previous",
            tooltip="Go to your previous message",
            show=False,
            priority=True,
            id="conversation.previous_prompt",
        ),
        Binding(
            "ctrl+down,alt+pagedown",
            "step_prompt(1)",
            "Next",
            tooltip="Go to your next message",
            show=False,
            priority=True,
            id="conversation.next_prompt",
        ),
        Binding(
            "f9",
            "toggle_times",
            "Times",
            tooltip="Show or hide the time of each message",
            show=False,
            id="conversation.times",
        ),
    ]

    async def action_step_prompt(self, direction: int) -> None:
        """Go to the user's message above or below; below the last one is the composer."""
        transcript = self.conversation.transcript
        if transcript is None or not transcript.display:
            return
        if not transcript.has_focus and direction > 0:
            self.action_follow_end()
        elif await self._step(transcript, direction):
            transcript.focus(scroll_visible=False)
        elif direction > 0:
            self.action_follow_end()
            self.composer.focus()
        else:
            transcript.scroll_home(animate=False)  # where older ones are asked for

    async def _step(self, transcript: Transcript, direction: int) -> bool:
        if not transcript.has_focus:
            transcript.forget_cursor()
        return await transcript.step_prompt(direction)

    def action_toggle_times(self) -> None:
        """Show or hide the time of each message."""
        if transcript := self.conversation.transcript:
            transcript.toggle_times()

    def action_copy_text(self) -> None:
        """Copy what is selected with the mouse, and say so."""
        if selected := self.get_selected_text():
            self.post_message(CopyText(clean(selected), "The selection"))
        else:
            raise SkipAction

    def on_passages_quoted(self, event: Transcript.Quoted) -> None:
        """Put the lines below what is in the composer, with room for an answer."""
        before = f"{self.composer.text.rstrip()}\n\n" if self.composer.text.strip() else ""
        self.composer.put(f"{before}{event.text}\n\n")
        self.composer.focus()

    def on_passages_reword_wanted(self, event: Transcript.RewordWanted) -> None:
        """Say it again in other words; what waits is changed in its place."""
        turn = self.conversation.transcript and self.conversation.transcript.turn(event.turn_id)
        state = turn.prompt.state if turn and turn.prompt else "sent"
        if state == "queued":
            self._edit(event.turn_id, event.text)
        else:
            self._reword(event.turn_id, event.text, unsent=state in ("unconfirmed", "refused"))

    @work(group="send", exit_on_error=False)
    async def _reword(self, turn_id: TurnId, text: str, *, unsent: bool) -> None:
        """Put the words into the composer; what was not sent is taken back for that."""
        draft: Draft | None = None
        if unsent and self.desk.current:
            draft = await self.opened.session.withdraw(self.desk.current, turn_id)
        await self.take_back(draft or Draft(text))

    def on_passages_links_wanted(self, event: Transcript.LinksWanted) -> None:
        """Let the user choose where to go; every row begins with the host."""
        if not event.links:
            self.notify("There is no link to a web page in this message.")
            return
        from tui.ui.modals.menu import Choice

        choices = [
            Choice(
                url, Content.assemble((link_host(url) or "", "bold"), f"  {clean_line(url, 90)}")
            )
            for url in event.links
        ]
        self._choose(choices, "Open in the browser", lambda url: self.post_message(OpenLink(url)))

    def on_passages_code_wanted(self, event: Transcript.CodeWanted) -> None:
        """Let the user choose a code block to copy."""
        from tui.ui.modals.menu import Choice

        choices = [
            Choice(str(number), line(code, 60), clean_line(language, 16))
            for number, (language, code) in enumerate(event.blocks)
        ]

        def copy(number: str) -> None:
            self.post_message(CopyText(event.blocks[int(number)][1], "The code"))

        self._choose(choices, "Copy which code?", copy)

    def on_passages_view_wanted(self, event: Transcript.ViewWanted) -> None:
        from tui.ui.modals.source import SourceView

        self.app.push_screen(SourceView(event.text))

    def _choose(self, choices: list[Choice], title: str, act: Callable[[str], object]) -> None:
        from tui.ui.modals.menu import Menu

        def chosen(name: str | None) -> None:
            if name is not None:
                act(name)

        self.app.push_screen(Menu(choices, title=title), chosen)
