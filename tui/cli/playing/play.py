"""``genie-tui play``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.app import app_options, colours_asked, with_keymap
from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.options import Target
from tui.core.text import size as file_size

if TYPE_CHECKING:
    from tui.bootstrap import AgentTarget
    from tui.config import Preferences
    from tui.system.asciicast import Recording
    from tui.ui.play.app import PlayApp
    from tui.ui.play.script import Script

_SIZE = (120, 40)
"""Columns and rows where there is no terminal."""


@dataclass(slots=True)
class PlayOptions:
    """Options of what is played."""

    speed: float = 1.0
    record: Path | None = None
    overwrite: bool = False
    size: tuple[int, int] | None = None

    is_hidden: bool = field(init=False)
    """True if it is played on a terminal that nobody sees."""

    def __post_init__(self) -> None:
        streams = (sys.stdin, sys.stdout, sys.stderr)
        self.is_hidden = self.size is not None or not all(stream.isatty() for stream in streams)

    @property
    def quits(self) -> bool:
        """True if the app quits at the end."""
        return self.is_hidden or self.record is not None


def run_play(target: Target, name: str, options: PlayOptions) -> int:
    """Play a script to its end; return the exit code."""
    script, path = _read(name)
    if script.demo and (target.profile or target.config):
        raise CommandFailure(
            f"'{name}' plays in the demo; --profile and --config don't work with it.",
            ExitCode.USAGE,
        )
    if script.demo:
        target = replace(target, demo=True)
    preferences = _preferences(target, script)
    place = _place(target, script, options)
    with shown(options):
        app = _play(place, preferences, script, path, options)
    tell_recorded(options)
    if app.problem:
        raise CommandFailure(app.problem)
    return ExitCode.INTERRUPTED if app.was_stopped and options.quits else app.return_code or 0


def _read(name: str) -> tuple[Script, Path]:
    from tui.ui.play.script import ScriptProblem, find_script, load_script

    try:
        path = find_script(name)
        return load_script(path), path
    except ScriptProblem as problem:
        raise CommandFailure(str(problem), ExitCode.USAGE) from problem


def _preferences(target: Target, script: Script) -> Preferences:
    """Return the user's preferences; in the demo's scripts, keys mean what they usually do."""
    preferences = target.preferences()
    if preferences.screen_reader:
        raise CommandFailure(
            "A script types into the visual interface, and screen reader mode has none.",
            ExitCode.USAGE,
        )
    if script.demo:
        return replace(preferences, keys={}, vim=False)
    return with_keymap(preferences)


def _place(target: Target, script: Script, options: PlayOptions) -> AgentTarget:
    if not target.demo:
        if script.faults:
            raise CommandFailure(
                "Only the demo has faults: add 'demo = true' to the script.", ExitCode.USAGE
            )
        return target.place()
    from tui.bootstrap import demo_target
    from tui.demo.faults import parse
    from tui.demo.server import DemoSettings

    for fault in script.faults:
        try:
            parse(fault)
        except ValueError as error:
            raise CommandFailure(f"'faults' of the script: {error}", ExitCode.USAGE) from error
    settings = DemoSettings(faults=tuple(script.faults))
    backend = target.backend or "genie"
    return demo_target(settings, backend, str(target.flags.get("genie") or ""))


@contextmanager
def shown(options: PlayOptions) -> Iterator[None]:
    """Use the terminal, or one that nobody sees."""
    if not options.is_hidden:
        with colours_asked():
            yield
        return
    from tui.system.hidden_terminal import hidden_terminal

    os.environ.setdefault("TERM", "xterm-256color")
    os.environ.setdefault("COLORTERM", "truecolor")
    with hidden_terminal(*options.size or _SIZE):
        yield


@contextmanager
def recorded(options: PlayOptions, title: str) -> Iterator[Recording | None]:
    """Open the recording that the options want; it is there once the app has ended."""
    if options.record is None:
        yield None
        return
    from tui.system.asciicast import Recording, RecordingProblem

    size = os.get_terminal_size(sys.stderr.fileno())
    try:
        recording = Recording(
            options.record, (size.columns, size.lines), title=title, overwrite=options.overwrite
        )
        try:
            yield recording
        except BaseException:
            recording.discard()
            raise
        recording.finish()
    except RecordingProblem as problem:
        raise CommandFailure(str(problem)) from problem


def tell_recorded(options: PlayOptions) -> None:
    """Say where the recording is."""
    if options.record is not None:
        size = file_size(options.record.stat().st_size)
        click.echo(f"Recorded to {options.record} ({size}).", err=True)


def _play(
    place: AgentTarget,
    preferences: Preferences,
    script: Script,
    path: Path,
    options: PlayOptions,
) -> PlayApp:
    from tui.ui.play.app import PlayApp, Playback

    with recorded(options, script.title) as recording:
        playback = Playback(
            script=script,
            name=path.name,
            speed=options.speed,
            recording=recording,
            quits=options.quits,
        )
        app = PlayApp(place.connect, playback, **app_options(place, preferences))
        app.run(mouse=preferences.mouse)
    return app
