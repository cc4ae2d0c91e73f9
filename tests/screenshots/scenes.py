"""What is shown on the pictures, in which sizes and colours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Self

from tests.screenshots import plays

if TYPE_CHECKING:
    from textual.pilot import Pilot

PORT = 18_763
"""For pictures that show an address of the demo server."""

Play = Callable[["Pilot[None]"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Look:
    """A size and colours. ``suffix`` tells its picture from the others of the scene."""

    suffix: str = ""
    size: tuple[int, int] = (120, 40)
    theme: str = "genie-dark"


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that is played once and seen in several looks."""

    play: Play
    looks: Sequence[Look]
    before: Literal["demo", "login", "setup"] = "demo"
    backend: Literal["genie", "workflows"] = "genie"
    port: int = 0
    no_color: bool = False

    def of(self, looks: Sequence[Look]) -> Self:
        """The scene with fewer looks."""
        return replace(self, looks=looks)


WIDE = Look()
LIGHT = Look("-light", theme="genie-light")
SMALL = Look("-80x24", size=(80, 24))
SMALL_LIGHT = Look("-80x24", size=(80, 24), theme="genie-light")
TINY = Look("-60x20", size=(60, 20))
TINY_LIGHT = Look("-60x20", size=(60, 20), theme="genie-light")
HUGE = Look("-200x60", size=(200, 60))
TALL = Look("", size=(120, 48))

SCENES = {
    "welcome": Scene(plays.welcome, (WIDE, LIGHT, TINY)),
    "conversation": Scene(plays.conversation, (WIDE, LIGHT, TINY, SMALL, HUGE)),
    "conversation-no": Scene(plays.conversation, (Look("-color"),), no_color=True),
    "markdown": Scene(plays.markdown, (TALL,)),
    "failure": Scene(plays.failure, (SMALL_LIGHT,)),
    "approval": Scene(plays.approval, (WIDE, LIGHT, SMALL)),
    "approval-no": Scene(plays.approval, (Look("-color"),), no_color=True),
    "reason": Scene(plays.reason, (SMALL,)),
    "connection": Scene(plays.connection, (WIDE, LIGHT, SMALL), port=PORT),
    "search": Scene(plays.search, (WIDE, SMALL_LIGHT)),
    "export": Scene(plays.export, (SMALL,)),
    "commands": Scene(plays.commands, (WIDE, TINY_LIGHT)),
    "palette": Scene(plays.palette, (SMALL_LIGHT,)),
    "help": Scene(plays.help_, (WIDE, SMALL)),
    "writing": Scene(plays.writing, (SMALL_LIGHT,)),
    "pasted": Scene(plays.pasted, (SMALL,)),
    "attach": Scene(plays.attach, (SMALL,)),
    "rename": Scene(plays.rename, (SMALL,)),
    "menu": Scene(plays.menu, (WIDE,)),
    "delete": Scene(plays.delete, (SMALL_LIGHT,)),
    "message": Scene(plays.message, (WIDE,)),
    "source": Scene(plays.source, (SMALL,)),
    "event": Scene(plays.event, (WIDE, SMALL)),
    "requests": Scene(plays.requests, (WIDE, SMALL_LIGHT), port=PORT),
    "genies": Scene(plays.genies, (SMALL,)),
    "studio": Scene(plays.studio, (WIDE, SMALL_LIGHT), port=PORT),
    "guardrail": Scene(plays.guardrail, (SMALL_LIGHT,), port=PORT),
    "jobs": Scene(plays.jobs, (SMALL,)),
    "login": Scene(plays.login, (WIDE, SMALL), before="login"),
    "setup": Scene(plays.setup, (WIDE, SMALL), before="setup"),
}
"""By the name of the pictures."""
