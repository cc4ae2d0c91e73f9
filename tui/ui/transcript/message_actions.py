"""Actions on messages: step through them, copy, quote, reword."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual.binding import Binding
from textual.content import Content

from tui.core.ids import TurnId
from tui.core.links import link_host
from tui.core.text import clean_line
from tui.ui.app.messages import CopyText, OpenLink
from tui.ui.chat.controller import Controller
from tui.ui.toolkit.text import line

if TYPE_CHECKING:
    from tui.ui.chat.context import ChatContext
    from tui.ui.composer.composer import Composer
    from tui.ui.toolkit.menu import MenuItem
    from tui.ui.transcript.transcript import Transcript


_SAVED_CASES = "genie-tests.yaml"


class UnsentMessages(Protocol):
    """Actions on queued, unconfirmed and rejected messages."""

    def edit(self, turn_id: TurnId, text: str) -> None: ...
    def reword(self, turn_id: TurnId, text: str) -> None: ...
    def send_again(self, turn_id: TurnId) -> None: ...
    def withdraw(self, turn_id: TurnId) -> None: ...


def _key(keys: str, action: str, label: str, meaning: str, name: str, *, priority: bool) -> Binding:
    return Binding(
        keys,
        action,
        label,
        tooltip=meaning,
        show=False,
        priority=priority,
        id=f"conversation.{name}",
    )


class MessageActions(Controller):
    """Message actions; ``transcript`` returns None until it is mounted."""

    KEYS: ClassVar[Sequence[Binding]] = (
        _key(
            "ctrl+up,alt+pageup",
            "step_prompt(-1)",
            "Previous",
            "Go to your previous message",
            "previous_prompt",
            priority=True,
        ),
        _key(
            "ctrl+down,alt+pagedown",
            "step_prompt(1)",
            "Next",
            "Go to your next message",
            "next_prompt",
            priority=True,
        ),
        _key(
            "alt+j",
            "jump",
            "Jump",
            "Jump to one of your messages",
            "jump",
            priority=True,
        ),
        _key(
            "alt+x",
            "unfold_all",
            "Expand all",
            "Expand or collapse all cards and long messages",
            "unfold_all",
            priority=True,
        ),
        _key(
            "f9",
            "toggle_times",
            "Times",
            "Show or hide the time of each message",
            "times",
            priority=False,
        ),
        Binding(
            "ctrl+y",
            "copy_reply",
            "Copy",
            tooltip="Copy the last reply",
            show=False,
            priority=True,
            id="reply.copy",
        ),
    )

    def __init__(
        self,
        context: ChatContext,
        composer: Composer,
        unsent: UnsentMessages,
        transcript: Callable[[], Transcript | None],
        show_message: Callable[[TurnId], Coroutine[Any, Any, None]],
    ) -> None:
        """``show_message`` goes to a message of the user."""
        super().__init__(context)
        self._show_message = show_message
        self._composer = composer
        self._transcript = transcript
        self.unsent = unsent

    # -- by key ----------------------------------------------------------------------------

    async def step_prompt(self, direction: int) -> None:
        """Go to the user's message above or below; below the last one is the composer."""
        transcript = self._transcript()
        if transcript is None or not transcript.display:
            return
        if not transcript.has_focus and direction > 0:
            transcript.follow_end()
        elif await self._step(transcript, direction):
            transcript.focus(scroll_visible=False)
        elif direction > 0:
            transcript.follow_end()
            self._composer.focus()
        else:
            transcript.scroll_home(animate=False)  # older messages are requested there

    async def _step(self, transcript: Transcript, direction: int) -> bool:
        if not transcript.has_focus:
            transcript.forget_cursor()
        return await transcript.step_prompt(direction)

    def jump(self) -> None:
        """Let the user choose one of their messages in this conversation, and go there."""
        self.context.run_exclusive("jump", self._jump)

    async def _jump(self) -> None:
        from tui.ui.transcript.jump_list import JumpList

        where, access = self.context.current, self.context.access
        messages = await access.session.history.messages_of_user(where) if access and where else ()
        if not messages:
            self.context.notify("You haven't sent a message in this conversation yet.")
            return

        def chosen(turns: tuple[str, ...] | None) -> None:
            for turn in turns or ():
                self.context.run_exclusive("open", self._show_message, TurnId(turn))

        self.context.ask(JumpList(messages, self.context.clock.now_ms()), chosen)

    def toggle_times(self) -> None:
        """Show or hide the time of each message."""
        if transcript := self._transcript():
            transcript.toggle_times()

    async def unfold_all(self) -> None:
        """Expand or collapse all cards and long messages of the conversation."""
        transcript = self._transcript()
        unfolded = await transcript.unfold_all() if transcript and transcript.display else None
        if unfolded is None:
            self.context.hint("Nothing to expand in this conversation")
        else:
            self.context.hint("All expanded" if unfolded else "All collapsed")

    def copy_reply(self) -> None:
        """Copy the last reply."""
        transcript = self._transcript()
        reply = transcript.last_reply() if transcript and self.context.current else ""
        if reply:
            self.context.post(CopyText(reply, "the last reply"))
        else:
            self.context.notify("No reply to copy yet.")

    # -- on a given message ----------------------------------------------------------------

    def quote(self, text: str) -> None:
        """Append the quoted lines to the composer's text, with room for an answer."""
        written = self._composer.text
        before = f"{written.rstrip()}\n\n" if written.strip() else ""
        self._composer.put(f"{before}{text}\n\n")
        self._composer.focus()

    def save_as_test(self, turn_id: TurnId) -> None:
        """Add a turn to the suite of saved cases in the working folder."""
        from tui.export.atomic_write import CannotWrite
        from tui.export.test_case import append_case

        transcript = self._transcript()
        turn = transcript.turn(turn_id) if transcript else None
        if turn is None or turn.prompt is None:
            return
        path = Path(_SAVED_CASES)
        try:
            case_id = append_case(path, turn)
        except (OSError, CannotWrite) as error:
            self.context.notify(f"Couldn't save the test: {error}")
            return
        self.context.notify(f"Saved as test '{case_id}' in {path.absolute()}.")

    def choose_link(self, links: Sequence[str]) -> None:
        """Let the user choose a link to open; every row begins with the host."""
        if not links:
            self.context.notify("No web links in this message.")
            return
        from tui.ui.toolkit.menu import MenuItem

        choices = [
            MenuItem(
                url, Content.assemble((link_host(url) or "", "bold"), f"  {clean_line(url, 90)}")
            )
            for url in links
        ]
        self._choose(choices, "Open in the browser", lambda url: self.context.post(OpenLink(url)))

    def choose_code(self, blocks: Sequence[tuple[str, str]]) -> None:
        """Let the user choose a code block to copy."""
        from tui.ui.toolkit.menu import MenuItem

        choices = [
            MenuItem(str(number), line(code, 60), clean_line(language, 16))
            for number, (language, code) in enumerate(blocks)
        ]

        def copy(number: str) -> None:
            self.context.post(CopyText(blocks[int(number)][1], "the code"))

        self._choose(choices, "Copy which code block?", copy)

    def view(self, text: str) -> None:
        """Show the Markdown source of a message."""
        from tui.ui.transcript.source_view import SourceView

        self.context.ask(SourceView(text))

    def _choose(self, choices: list[MenuItem], title: str, act: Callable[[str], object]) -> None:
        from tui.ui.toolkit.menu import Menu

        def chosen(name: str | None) -> None:
            if name is not None:
                act(name)

        self.context.ask(Menu(choices, title=title), chosen)
