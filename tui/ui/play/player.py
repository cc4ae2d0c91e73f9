"""Play a script: type at a human pace, wait for words on the screen, obey the viewer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random
from typing import Protocol

from tui.ui.play.key_names import sequence_of
from tui.ui.play.script import Narrate, Pause, Press, Say, Script, Step, Type, WaitFor

_KEY_S = 0.045
"""Seconds between two characters of a fast writer, without what varies."""
_VARIES_S = 0.04
_AFTER_WORD_S = 0.04
_AFTER_SENTENCE_S = 0.18
_BEFORE_ENTER_S = 0.5
_AFTER_KEY_S = 0.55
"""Seconds after a key that is not text, so that its effect is seen."""
_LOOK_S = 0.1
"""Seconds between two looks at the screen."""
_START_S = 20.0
"""Longest time that the app may take to accept keys."""


class PlayProblem(Exception):
    """What a script waited for did not come; ``str(error)`` is a sentence for the user."""


class PlayStopped(Exception):
    """The viewer has ended the script."""


class Stage(Protocol):
    """The app that a script is played in, as someone who sits before it knows it."""

    @property
    def is_ready(self) -> bool:
        """True once the app accepts keys."""
        ...

    def press(self, sequence: str) -> None:
        """Send the app what a terminal sends for a key."""
        ...

    def screen_text(self) -> str:
        """Return the words on the screen, line by line."""
        ...

    def narrate(self, caption: str) -> None:
        """Show a caption, or none."""
        ...


class Player:
    """Plays one script. ``speed``: how many times faster than a person.

    The viewer can pause it, go on to the next step, and end it at any time.
    """

    def __init__(self, script: Script, stage: Stage, *, name: str, speed: float = 1.0) -> None:
        self._script = script
        self._stage = stage
        self._name = name
        self._speed = speed
        self._random = Random(0)  # the same pace each time
        self._changed = asyncio.Event()
        self._stopped = False
        self._skips = False
        self.is_paused = False

    # -- the viewer ------------------------------------------------------------------------

    def pause(self) -> None:
        """Pause, or continue."""
        self.is_paused = not self.is_paused
        self._changed.set()

    def next_step(self) -> None:
        """Complete this step at once."""
        self._skips = True
        self.is_paused = False
        self._changed.set()

    def stop(self) -> None:
        """End the script where it is."""
        self._stopped = True
        self._changed.set()

    # -- the script ------------------------------------------------------------------------

    async def run(self) -> None:
        """Play the script to its end. Raises ``PlayProblem`` or ``PlayStopped``."""
        await self._until_ready()
        for step in self._script.steps:
            self._skips = False
            await self._play(step)

    async def _play(self, step: Step) -> None:
        match step:
            case Say(say=text):
                await self._type(text)
                await self._rest(_BEFORE_ENTER_S / self._speed)
                self._stage.press("\r")
                await self._rest(_AFTER_KEY_S / self._speed)
            case Type(type=text):
                await self._type(text)
            case Press(press=keys):
                for key in keys:
                    self._stage.press(sequence_of(key) or "")
                    await self._rest(_AFTER_KEY_S / self._speed)
            case WaitFor():
                await self._wait_for(step)
            case Narrate(narrate=caption):
                self._stage.narrate(caption)
            case Pause(pause=seconds):
                await self._rest(seconds / self._speed)

    async def _type(self, text: str) -> None:
        for character in text:
            self._stage.press(character)
            await self._rest(self._delay_after(character) / self._speed)

    def _delay_after(self, character: str) -> float:
        extra = _AFTER_SENTENCE_S if character in ".,:;?!\n" else 0.0
        if character == " ":
            extra = _AFTER_WORD_S
        return _KEY_S + self._random.random() * _VARIES_S + extra

    async def _until_ready(self) -> None:
        left = _START_S
        while not self._stage.is_ready and left > 0:
            left -= await self._rest(_LOOK_S)

    async def _wait_for(self, step: WaitFor) -> None:
        left = step.within
        while step.wait_for not in self._stage.screen_text():
            if self._skips:
                return
            if left <= 0:
                raise PlayProblem(self._missed(step))
            left -= await self._rest(_LOOK_S)

    def _missed(self, step: WaitFor) -> str:
        words = f"{self._name}:{step.line}: “{step.wait_for}” didn't appear within "
        sentence = f"{words}{step.within:g} s."
        return f"{sentence} {step.otherwise}".rstrip()

    async def _rest(self, seconds: float) -> float:
        """Wait, but not while paused, and not for a step to skip; return the time waited."""
        loop = asyncio.get_running_loop()
        waited = 0.0
        while True:
            self._changed.clear()
            if self._stopped:
                raise PlayStopped
            if not self.is_paused and (self._skips or waited >= seconds):
                await asyncio.sleep(0)  # whatever the speed, the app works between two keys
                return waited
            began_s = loop.time()
            with suppress(TimeoutError):
                limit = None if self.is_paused else seconds - waited
                async with asyncio.timeout(limit):
                    await self._changed.wait()
            if limit is not None:
                waited += loop.time() - began_s
