"""Open the app."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.options import Target, target_options_of
from tui.system import gc_control
from tui.system.file_scope import enter_folder

if TYPE_CHECKING:
    from tui.bootstrap import AgentTarget
    from tui.config import Preferences


def run_app(target: Target) -> int:
    """Run the app until the user leaves; return its exit code. The first run sets it up before."""
    enter_folder()
    plain = target.preferences().screen_reader
    in_browser = "TEXTUAL_DRIVER" in os.environ
    if not (plain or in_browser or (sys.stdin.isatty() and sys.stderr.isatty())):
        text = "The app needs a terminal. In scripts, use 'genie-tui ask'."
        raise CommandFailure(text, ExitCode.USAGE)
    if _is_first_run(target):
        if plain:
            raise CommandFailure(_nothing_set_up(target), ExitCode.USAGE)
        chosen = _set_up(target)
        if chosen is None:
            return ExitCode.FINISHED
        target = replace(target, profile=chosen, demo=not chosen)
    gc_control.hold()
    place = _with_hooks(target.place())
    return _talk(place) if place.preferences.screen_reader else _open(place, target)


def _with_hooks(place: AgentTarget) -> AgentTarget:
    """Let the app run the user's hooks. Other commands run none: their caller sees what happens."""
    if not place.preferences.hooks:
        return place
    from tui.bootstrap.hooks import target_with_hooks

    return target_with_hooks(place)


def _talk(place: AgentTarget) -> int:
    """Run the line-by-line interface for screen readers."""
    import asyncio

    from tui.system.clock import SystemClock
    from tui.ui.screen_reader.line_io import LineIO
    from tui.ui.screen_reader.session import ScreenReaderSession

    gc_control.release()
    lines = LineIO(sys.stdin, sys.stdout)
    return asyncio.run(
        ScreenReaderSession(place.connect, lines, place.agent_name, SystemClock().now_ms).run()
    )


def _nothing_set_up(target: Target) -> str:
    from tui.config import config_file

    path = target.config or config_file()
    return (
        f"No profile is set up yet. Run 'genie-tui' in a terminal to set one up, add a profile "
        f"to {path}, or try the demo with --demo."
    )


def _is_first_run(target: Target) -> bool:
    if target.demo or target.profile:
        return False
    from tui.config import ConfigError, is_configured

    try:
        return not is_configured(target.config)
    except ConfigError as error:
        raise CommandFailure(str(error), ExitCode.USAGE) from error


def _set_up(target: Target) -> str | None:
    """Run the set-up; return a profile's name, empty for the demo, None if the user left."""
    from tui.bootstrap.setup import SetupHelp
    from tui.config import config_file
    from tui.ui.app.setup_app import SetupApp

    preferences = with_keymap(target.preferences())
    return SetupApp(target.config or config_file(), SetupHelp(), preferences=preferences).run(
        mouse=preferences.mouse
    )


def with_keymap(preferences: Preferences) -> Preferences:
    """Check the user's keys; raises ``CommandFailure`` for the first that cannot be used."""
    if not preferences.keys:
        return preferences
    from tui.ui.keys.keymap import KeyProblem, keymap_of

    try:
        return replace(preferences, keys=keymap_of(preferences.keys, preferences.keys_from))
    except KeyProblem as problem:
        raise CommandFailure(str(problem), ExitCode.USAGE) from problem


def _open(place: AgentTarget, target: Target) -> int:
    preferences = with_keymap(place.preferences)
    with colours_asked():
        return _run(place, preferences, target)


def resume_command(target: Target, conversation_id: str) -> str:
    """Return the command that opens a conversation again; empty if it is gone with the demo."""
    if target.demo:
        return ""
    options = target_options_of(target)
    run = ["--run", target.run] if target.run else []
    where = shlex.join([*run, "--conversation", conversation_id])
    return " ".join(filter(None, ("genie-tui", options, where)))


def colours_asked() -> AbstractContextManager[None]:
    """Ask the terminal for its background and colours while modules load."""
    if os.environ.get("NO_COLOR"):
        return nullcontext()
    from tui.system import terminal

    return terminal.colours_asked(os.environ, sys.stdin, sys.stderr)


def app_options(place: AgentTarget, preferences: Preferences) -> dict[str, Any]:
    """Return the arguments of the app for an agent."""
    from tui.ui.studio.connection import StudioConnection

    return {
        "agent_name": place.agent_name,
        "user_name": place.user_name,
        "place": place.label,
        "account": place.account,
        "introduction": place.introduction,
        "preferences": preferences,
        "early_draft_store": place.early_draft_store,
        "save_setting": place.save_setting,
        "studio": StudioConnection(place.studio, place.use_genie, place.genie),
    }


def _run(place: AgentTarget, preferences: Preferences, target: Target) -> int:
    from tui.ui.app.app import GenieApp
    from tui.ui.chat.session_lifecycle import StartWith

    start = StartWith(
        conversation_id=target.conversation_id(target.conversation),
        newest=target.last_conversation,
        say=target.say,
    )
    connect = place.connect
    if target.run:
        from tui.cli.testing.run_folders import store_of_run

        connect = partial(connect, store=store_of_run(target.run))
    app = GenieApp(connect, **app_options(place, preferences), start_with=start)
    app.run(mouse=preferences.mouse)
    gc_control.leave_all()
    command = resume_command(target, app.open_conversation) if app.open_conversation else ""
    if command and not app.return_code:
        click.echo(f"To continue this conversation: {command}", err=True)
    return app.return_code or 0
