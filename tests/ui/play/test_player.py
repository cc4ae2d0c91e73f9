"""The player: what it types and when, and what the viewer can do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from tui.ui.play.player import Player, PlayProblem, PlayStopped
from tui.ui.play.script import Narrate, Pause, Press, Say, Script, Step, WaitFor


@dataclass
class FakeStage:
    """Remembers what is pressed and shown; ``screen`` is what it shows."""

    screen: str = ""
    is_ready: bool = True
    pressed: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)

    def press(self, sequence: str) -> None:
        self.pressed.append(sequence)

    def screen_text(self) -> str:
        return self.screen

    def narrate(self, caption: str) -> None:
        self.captions.append(caption)


def player_of(stage: FakeStage, *steps: Step, speed: float = 50) -> Player:
    return Player(Script(title="T", steps=list(steps)), stage, name="t.toml", speed=speed)


async def test_it_types_sends_presses_and_narrates_in_order() -> None:
    stage = FakeStage()
    steps = (Narrate(narrate="Look"), Say(say="Hi\nyou"), Press(press=["ctrl+g", "a"]))
    await player_of(stage, *steps).run()
    assert stage.pressed == [*"Hi\nyou", "\r", "\x07", "a"]
    assert stage.captions == ["Look"]


async def test_speed_divides_the_time() -> None:
    loop, taken = asyncio.get_running_loop(), []
    for speed in (10, 40):
        began_s = loop.time()
        await player_of(FakeStage(), Pause(pause=4), speed=speed).run()
        taken.append(loop.time() - began_s)
    assert taken[0] >= 0.4
    assert 0.1 <= taken[1] < taken[0]


async def test_it_waits_for_words_on_the_screen() -> None:
    stage = FakeStage()
    running = asyncio.create_task(player_of(stage, WaitFor(wait_for="Ordered"), Say(say="x")).run())
    await asyncio.sleep(0.25)
    assert stage.pressed == []
    stage.screen = "REQ-1 Ordered."
    await running
    assert stage.pressed == ["x", "\r"]


async def test_a_limit_that_passes_is_told_with_the_sentence_of_the_script() -> None:
    step = WaitFor(wait_for="Ordered", within=0.2, otherwise="Nothing was ordered.", line=7)
    with pytest.raises(PlayProblem) as caught:
        await player_of(FakeStage(), step).run()
    assert str(caught.value) == (
        "t.toml:7: “Ordered” didn't appear within 0.2 s. Nothing was ordered."
    )


async def test_while_paused_neither_steps_nor_limits_go_on() -> None:
    stage = FakeStage()
    player = player_of(stage, WaitFor(wait_for="Ordered", within=0.2))
    running = asyncio.create_task(player.run())
    await asyncio.sleep(0)
    player.pause()
    await asyncio.sleep(0.5)
    assert not running.done()
    stage.screen = "Ordered"
    player.pause()
    await running


async def test_the_next_step_begins_at_once_and_the_text_is_complete() -> None:
    stage = FakeStage()
    steps = (Pause(pause=500), Say(say="Hello"), WaitFor(wait_for="never"))
    player = player_of(stage, *steps, speed=0.1)
    running = asyncio.create_task(player.run())
    for _ in steps:
        await asyncio.sleep(0.05)
        player.next_step()
    async with asyncio.timeout(60):
        await running
    assert stage.pressed == [*"Hello", "\r"]


async def test_it_ends_when_the_viewer_wants_that_also_while_paused() -> None:
    player = player_of(FakeStage(), Pause(pause=500), speed=1)
    running = asyncio.create_task(player.run())
    await asyncio.sleep(0)
    player.pause()
    await asyncio.sleep(0.05)
    player.stop()
    with pytest.raises(PlayStopped):
        await running


async def test_nothing_is_typed_before_the_app_accepts_keys() -> None:
    stage = FakeStage(is_ready=False)
    running = asyncio.create_task(player_of(stage, Say(say="x")).run())
    await asyncio.sleep(0.2)
    assert stage.pressed == []
    stage.is_ready = True
    await running
    assert stage.pressed == ["x", "\r"]
