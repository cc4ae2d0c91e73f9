"""App with a demo server whose clock is frozen, to take screenshots of."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence, Set
from contextlib import asynccontextmanager, chdir, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from rich.segment import Segment

from tests.screenshots.scenes import WIDE, Look, Scene
from tests.screenshots.svg import slim
from tests.screenshots.watch import rested
from tests.textual_internals import terminal_lines
from tests.ui.sign_in_fakes import ScriptedAccount, nobody
from tui.bootstrap import target_of_demo
from tui.config import Preferences
from tui.demo.server import DemoServer, DemoSettings, PortInUseError
from tui.system.terminal import Terminal
from tui.ui.app.app import GenieApp
from tui.ui.app.setup_app import SetupApp
from tui.ui.studio.connection import StudioConnection

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

    from tui.engine.session import Session
    from tui.engine.updates import Publish

_FOR_EVER_S = 3600
_PROMPTS = Path(__file__).with_name("prompts")
_NOON = datetime(2026, 9, 2, 12, 0, tzinfo=UTC)
_NOON_NS = round(_NOON.timestamp()) * 10**9


class StillClock:
    """Clock of the demo server, frozen between its steps.

    Looking at it does not move it: a countdown would depend on how often it was drawn.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def now_ms(self) -> int:
        return round(self._now().timestamp() * 1000)

    def monotonic_s(self) -> float:
        return self._now().timestamp()

    def jitter(self) -> float:
        return 0.5

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


Drawn = tuple[list[list[Segment]], str | None]
"""The lines of a terminal, and the same as SVG where that is asked for."""


async def drawn(scene: Scene, looks: Sequence[Look], svgs: Set[Look]) -> list[Drawn]:
    """A scene, played once, in each of these looks. All have colours, or none has."""
    size = looks[0].size if scene.anew else WIDE.size
    with _colours(looks[0].colours), _own_folder(), _still_time():
        async with (
            _OPEN[scene.before](scene) as app,
            app.run_test(size=size, notifications=True) as pilot,
        ):
            app.NOTIFICATION_TIMEOUT = _FOR_EVER_S
            if scene.anew and looks[0].colours:
                app.theme = looks[0].theme
            await scene.play(pilot)
            return [await _picture(pilot, look, as_svg=look in svgs) for look in looks]


async def _picture(pilot: Pilot[None], look: Look, *, as_svg: bool) -> Drawn:
    await pilot.resize_terminal(*look.size)
    if look.colours:
        pilot.app.theme = look.theme
    await rested(pilot)
    svg = slim(pilot.app.export_screenshot(title="genie-tui")) if as_svg else None
    return terminal_lines(pilot.app), svg


@contextmanager
def _own_folder() -> Iterator[None]:
    """An empty home to be in; what the app remembers goes with it."""
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as home:
        own = {"GENIE_TUI_DATA_DIR": data, "HOME": home}
        with patch.dict(os.environ, own), chdir(home):
            yield


@contextmanager
def _still_time() -> Iterator[None]:
    """Freeze the times of arrivals and requests."""
    with (
        patch("time.time_ns", lambda: _NOON_NS),
        patch(
            "tui.api.request_log.time", SimpleNamespace(monotonic=float, time_ns=lambda: _NOON_NS)
        ),
    ):
        yield


@asynccontextmanager
async def _demo(scene: Scene) -> AsyncGenerator[App[Any]]:
    """The app before the demo genie."""
    settings = DemoSettings(
        port=scene.port,
        speed=0,
        seed=7,
        start=_NOON,
        title_s=0,
        seeded_conversations=scene.conversations,
    )
    server = await _started(settings)
    try:
        clock = StillClock(server.clock.peek)
        place = target_of_demo(server, clock, scene.backend)
        yield GenieApp(
            place.connect,
            agent_name=place.agent_name,
            user_name=place.user_name,
            place=place.label,
            introduction=place.introduction,
            preferences=Preferences(
                theme=WIDE.theme, vim=scene.vim, prompts=_PROMPTS if scene.prompts else None
            ),
            terminal=Terminal(),
            studio=StudioConnection(place.studio, place.use_genie, place.genie),
            clock=clock,
        )
    finally:
        server.stop()


async def _started(settings: DemoSettings) -> DemoServer:
    """The server, as soon as its port is free: others may be drawing too."""
    for _ in range(300):
        try:
            return DemoServer(settings).start()
        except PortInUseError:
            await asyncio.sleep(0.2)
    return DemoServer(settings).start()


@asynccontextmanager
async def _login(scene: Scene) -> AsyncGenerator[App[Any]]:
    """The app before anybody is signed in."""

    @asynccontextmanager
    async def connect(publish: Publish) -> AsyncGenerator[Session]:
        raise nobody()
        yield

    account = ScriptedAccount(remote_reason="this is a session over SSH", has_browser=False)
    yield GenieApp(
        connect,
        agent_name="Ifrit",
        user_name="",
        place="work",
        account=account.open,
        preferences=Preferences(theme=WIDE.theme),
        terminal=Terminal(),
        clock=StillClock(lambda: _NOON),
    )


@asynccontextmanager
async def _setup(scene: Scene) -> AsyncGenerator[App[Any]]:
    """The app before anything is set up."""
    from tests.ui.test_setup import ScriptedHelp

    path = Path("/home/ada/.config/genie-tui/config.toml")
    yield SetupApp(path, ScriptedHelp(), preferences=Preferences(theme=WIDE.theme))


_OPEN = {"demo": _demo, "login": _login, "setup": _setup}


@contextmanager
def _colours(wanted: bool) -> Iterator[None]:
    """The environment variable that Textual reads when an app is made."""
    if not wanted:
        os.environ["NO_COLOR"] = "1"
    try:
        yield
    finally:
        os.environ.pop("NO_COLOR", None)
