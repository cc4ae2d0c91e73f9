"""Scenes of the screenshots, with their sizes and colors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tests.screenshots import failures, interactions, studio, terminal_ends, workflows

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
    colours: bool = True
    """False: as with ``NO_COLOR``."""


WIDE = Look()
LIGHT = Look("-light", theme="genie-light")
COLOURLESS = Look("-no-color", colours=False)
TINY = Look("-60x20", size=(60, 20))
SMALL = Look("-80x24", size=(80, 24))
HUGE = Look("-200x60", size=(200, 60))
CROWDED = tuple(Look(f"-{columns}x30", size=(columns, 30)) for columns in (100, 108, 116))
PALETTES = tuple(
    Look(f"-{name}", size=(100, 30), theme=f"genie-{name}")
    for name in ("ember", "mist", "contrast-dark", "contrast-light", "16", "mono")
)
"""The themes that are not everywhere."""
TINY_LIGHT = Look("-light", size=(60, 20), theme="genie-light")
TINY_COLOURLESS = Look("-no-color", size=(60, 20), colours=False)
EVERYWHERE = (WIDE, LIGHT, SMALL, HUGE, TINY, COLOURLESS)
LARGE_FIRST = (WIDE, LIGHT, HUGE, SMALL, TINY, COLOURLESS)
"""For what a small window puts away."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that is played once and seen in several looks."""

    play: Play
    looks: Sequence[Look] = EVERYWHERE
    before: Literal["demo", "login", "setup"] = "demo"
    backend: Literal["genie", "workflows"] = "genie"
    port: int = 0
    conversations: int = 5
    """How many there are already."""
    vim: bool = False
    """The composer has Vim keys."""
    prompts: bool = False
    """There are the prompt files of the folder ``prompts`` beside this file."""
    anew: bool = False
    """Played again for each look: what is seen depends on how wide the window was."""


SCENES = {
    # the conversation
    "first": Scene(failures.first, conversations=0),
    "welcome": Scene(interactions.welcome, (*EVERYWHERE, *PALETTES)),
    "welcome-cards": Scene(interactions.welcome_cards),
    "conversation": Scene(interactions.conversation, (*EVERYWHERE, *CROWDED, *PALETTES)),
    "markdown": Scene(interactions.markdown),
    "failure": Scene(interactions.failure),
    "message": Scene(interactions.message),
    "panes": Scene(interactions.panes, (TINY, TINY_LIGHT, TINY_COLOURLESS), anew=True),
    "timeline": Scene(interactions.timeline, anew=True),
    "filtered": Scene(interactions.filtered),
    "tags": Scene(interactions.tags),
    "archived": Scene(interactions.archived, (WIDE, LIGHT)),
    "nothing-listed": Scene(interactions.nothing_listed),
    "notices": Scene(interactions.notices),
    "reconnecting": Scene(failures.reconnecting),
    "resumed": Scene(failures.resumed),
    "working": Scene(failures.working),
    "offline": Scene(failures.offline),
    "uploading": Scene(failures.uploading),
    "refused": Scene(failures.refused),
    # what is asked
    "approval": Scene(interactions.approval, (*EVERYWHERE, *PALETTES)),
    "armed": Scene(interactions.armed),
    "questions": Scene(interactions.questions),
    "reason": Scene(interactions.reason),
    "connection": Scene(interactions.connection, port=PORT),
    "qr": Scene(interactions.qr, LARGE_FIRST, port=PORT + 1),
    "edit": Scene(interactions.edit),
    "rename": Scene(interactions.rename),
    "delete": Scene(interactions.delete),
    # what is looked at
    "source": Scene(interactions.source),
    "event": Scene(interactions.event),
    "requests": Scene(interactions.requests, port=PORT + 2),
    "search": Scene(interactions.search),
    "jump": Scene(interactions.jump),
    "nothing-found": Scene(interactions.nothing_found),
    "export": Scene(interactions.export),
    "help": Scene(interactions.help_),
    "glyphs": Scene(interactions.glyphs),
    "themes": Scene(interactions.themes, anew=True),
    "menu": Scene(interactions.menu),
    "palette": Scene(interactions.palette, anew=True),
    # what is written
    "commands": Scene(interactions.commands),
    "prompts": Scene(interactions.prompts, (WIDE, LIGHT, SMALL), prompts=True),
    "vim": Scene(interactions.vim, (WIDE, LIGHT, SMALL, COLOURLESS), vim=True),
    "vim-help": Scene(interactions.vim_help, (WIDE, SMALL), vim=True),
    "writing": Scene(interactions.writing),
    "pasted": Scene(interactions.pasted),
    "attach": Scene(interactions.attach),
    "find-file": Scene(interactions.find_file),
    "picture": Scene(interactions.picture),
    # Studio
    "genies": Scene(studio.genies),
    "asleep": Scene(studio.asleep),
    "studio": Scene(studio.studio, port=PORT + 3),
    "client-menu": Scene(studio.client_menu, port=PORT + 4),
    "new-client": Scene(studio.new_client, port=PORT + 5),
    "secret": Scene(studio.secret, port=PORT + 6),
    "group": Scene(studio.group, port=PORT + 7),
    "guardrail": Scene(studio.guardrail, port=PORT + 8),
    "topics": Scene(studio.topics, port=PORT + 9),
    "topic": Scene(studio.topic, port=PORT + 10),
    "replaced": Scene(studio.replaced, port=PORT + 11),
    "left": Scene(studio.left, port=PORT + 12),
    "jobs": Scene(studio.jobs),
    # the Workflows API
    "begin": Scene(workflows.begin, backend="workflows"),
    "begin-more": Scene(workflows.begin_more, backend="workflows"),
    "workflow": Scene(workflows.talk, backend="workflows"),
    "json": Scene(workflows.json_reply, backend="workflows"),
    "skills": Scene(workflows.skills, backend="workflows"),
    "import": Scene(workflows.bring_in, backend="workflows"),
    "off": Scene(workflows.off, backend="workflows"),
    "halted": Scene(workflows.halted, backend="workflows"),
    # before one is in
    "login": Scene(terminal_ends.login, before="login"),
    "login-qr": Scene(terminal_ends.login_qr, LARGE_FIRST, before="login"),
    "setup": Scene(terminal_ends.setup, before="setup"),
    "setup-checked": Scene(terminal_ends.setup_checked, before="setup", anew=True),
}
"""By the name of the pictures."""


GALLERY = frozenset(
    {
        "welcome",
        "welcome-light",
        "conversation",
        "conversation-light",
        "conversation-80x24",
        "conversation-60x20",
        "conversation-200x60",
        "conversation-contrast-dark",
        "conversation-ember",
        "conversation-mist",
        "conversation-mono",
        "conversation-no-color",
        "markdown",
        "message",
        "failure",
        "timeline",
        "reconnecting",
        "resumed",
        "offline",
        "approval",
        "approval-light",
        "approval-60x20",
        "connection",
        "search",
        "source",
        "export",
        "help",
        "palette",
        "commands",
        "writing",
        "attach",
        "picture",
        "genies",
        "studio",
        "studio-light",
        "guardrail",
        "secret",
        "jobs",
        "begin",
        "workflow",
        "json",
        "skills",
        "login",
        "login-80x24",
        "setup",
        "setup-checked",
    }
)
"""The pictures that readers get to see, as SVG in ``screenshots/``."""
