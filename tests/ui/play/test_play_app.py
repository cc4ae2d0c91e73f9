"""A script in the real app: real keys, the words on its screen, and the viewer's keys."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes import ScriptedBackend, reply
from tests.ui.stage import Stage
from tui.system.asciicast import Recording
from tui.ui.play.app import PlayApp, Playback
from tui.ui.play.caption import caption_row
from tui.ui.play.script import Narrate, Pause, Press, Say, Script, Step, Type, WaitFor


@asynccontextmanager
async def playing(
    steps: Sequence[Step], *, quits: bool = False, recording: Recording | None = None
) -> AsyncGenerator[tuple[PlayApp, Stage]]:
    stage = Stage(ScriptedBackend(reply("Hello **you**")))
    script = Script(title="T", steps=list(steps))
    playback = Playback(script=script, name="t", speed=50, recording=recording, quits=quits)
    app = PlayApp(
        stage.connect, playback, agent_name="Ifrit", user_name="jo", place="demo", clock=stage.clock
    )
    async with app.run_test(size=(120, 40)) as stage.pilot:
        stage.app = app
        yield app, stage


async def test_a_script_talks_to_the_agent_and_hands_the_app_over() -> None:
    async with playing([Narrate(narrate="Hi"), Say(say="Hey"), WaitFor(wait_for="Hello you")]) as (
        app,
        stage,
    ):
        await stage.until(lambda: app.is_over)
        assert app.problem == ""
        assert [text for _, text, _ in stage.backend.sent] == ["Hey"]
        assert app.is_playing  # until the viewer presses a key
        app.viewer_pressed("x")
        assert not app.is_playing
        assert stage.composer_text() == ""
        await stage.press("x")
        assert stage.composer_text() == "x"


async def test_it_quits_at_the_end_if_nobody_watches() -> None:
    async with playing([Type(type="draft")], quits=True) as (app, stage):
        await stage.until(stage.has_exited)
        assert app.return_code == 0


async def test_what_did_not_appear_is_told() -> None:
    step = WaitFor(wait_for="Ordered", within=0.2, otherwise="Nothing was ordered.")
    async with playing([step], quits=True) as (app, stage):
        await stage.until(stage.has_exited)
        assert app.problem.endswith("Nothing was ordered.")


async def test_keys_of_the_viewer_pause_and_end_and_reach_nothing_else() -> None:
    async with playing([Pause(pause=600), Press(press=["a"])]) as (app, stage):
        await stage.until(lambda: app.is_ready)
        for key in ("a", "enter", "ctrl+g", "f1", "space", "space"):
            app.viewer_pressed(key)
        await stage.pilot.pause()
        assert stage.composer_text() == ""
        assert stage.is_chat_in_front()
        app.viewer_pressed("escape")
        await stage.until(lambda: not app.is_playing)
        assert app.was_stopped
        assert stage.composer_text() == ""


async def test_the_recording_ends_with_the_script(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "t.cast", (120, 40))
    async with playing([Type(type="draft")], recording=recording) as (app, stage):
        await stage.until(lambda: app.is_over)
        recording.write("later")
    recording.finish()
    assert "later" not in recording.path.read_text("utf-8")


async def test_the_caption_is_one_row_and_gives_way_to_no_hint() -> None:
    async with playing([Pause(pause=600)]) as (app, _):
        row = caption_row(app, "A caption " * 30, "Space pause")
        assert "\n" not in row
        assert "Space pause" in row
        assert "…" in row
        assert "✗" in caption_row(app, "It failed", "", is_problem=True)


async def test_what_shines_through_behind_a_dialog_is_seen_and_stays() -> None:
    steps = [Press(press=["ctrl+p"]), WaitFor(wait_for="Esc close"), WaitFor(wait_for="● online")]
    async with playing(steps) as (app, stage):
        await stage.until(lambda: app.is_over)
        assert app.problem == ""
        assert not stage.is_chat_in_front()
