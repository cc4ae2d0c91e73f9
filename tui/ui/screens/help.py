"""The keys, as they are bound: nothing here can be out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widgets import Static

_KEY_CELLS = 30


class HelpScreen(ModalScreen[None]):
    """A list of all keys, under the part of the screen they belong to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss", "Close", tooltip="Close the help", id="help.close")
    ]
    AUTO_FOCUS = "VerticalScroll"

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help") as box:
            box.border_title = Content(" Keys ")
            box.border_subtitle = Content(" Esc closes ")
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> Iterator[Content]:
        for number, (title, kinds) in enumerate(_parts(type(self.app))):
            if number:
                yield Content("")
            yield Content.styled(title, "bold $primary")
            for keys, meaning in _meanings(kinds, self.app.get_key_display):
                yield Content.assemble((f"  {keys:<{_KEY_CELLS}}", "bold"), (meaning, "$soft"))


def _meanings(
    kinds: Iterable[type[DOMNode]], display: Callable[[Binding], str]
) -> Iterator[tuple[str, str]]:
    """Keys and what they do; several keys for the same are put together."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        for keyed in BindingsMap(kind.BINDINGS).key_to_bindings.values():
            for binding in keyed:
                meaning = binding.tooltip or binding.description
                if meaning and not binding.system:
                    found.setdefault(meaning, []).append(display(binding))
    for meaning, keys in found.items():
        yield " ".join(dict.fromkeys(keys)), meaning


def _parts(app: type[DOMNode]) -> list[tuple[str, list[type[DOMNode]]]]:
    from tui.ui.modals.approval import ApprovalModal
    from tui.ui.modals.connection import ConnectionModal
    from tui.ui.modals.decision import DecisionModal
    from tui.ui.modals.login import LoginModal
    from tui.ui.screens.chat import ChatScreen
    from tui.ui.screens.layout import ThreePanes
    from tui.ui.screens.writing import WritingScreen
    from tui.ui.widgets.composer import Composer
    from tui.ui.widgets.sidebar import ConversationList

    return [
        ("Writing", [Composer]),
        ("Everywhere", [ChatScreen, WritingScreen, ThreePanes, app]),
        ("In the list of conversations", [ConversationList]),
        ("When a skill needs your approval", [ApprovalModal, DecisionModal]),
        ("When a connection is needed", [ConnectionModal, DecisionModal]),
        ("When you sign in", [LoginModal]),
    ]
