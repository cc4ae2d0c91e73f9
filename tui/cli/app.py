"""Opening the app."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli.codes import Code, Failure
from tui.cli.options import Target

if TYPE_CHECKING:
    from tui.wiring import Place


def run_app(target: Target) -> int:
    """Run the app until it is left; its exit code. On the first run it is set up before."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        text = "the app needs a terminal; for scripts there is 'genie-tui ask'."
        raise Failure(text, Code.USAGE)
    if _is_first_run(target):
        chosen = _set_up(target)
        if chosen is None:
            return Code.FINISHED
        target = replace(target, profile=chosen, demo=not chosen)
    return _open(target.place())


def _is_first_run(target: Target) -> bool:
    if target.demo or target.profile:
        return False
    from tui.config import ConfigError, is_configured

    try:
        return not is_configured(target.config)
    except ConfigError as error:
        raise Failure(str(error), Code.USAGE) from error


def _set_up(target: Target) -> str | None:
    """Let the user choose: a profile's name, empty for the demo, None to leave."""
    from tui.config import config_file
    from tui.ui.setup_app import SetupApp
    from tui.wiring.setup import SetupHelp

    return SetupApp(target.config or config_file(), SetupHelp()).run()


def _open(place: Place) -> int:
    from tui.ui.app import GenieApp

    app = GenieApp(
        place.connect,
        agent_name=place.agent_name,
        user_name=place.user_name,
        place=place.label,
        account=place.account,
        suggestions=place.suggestions,
        theme=place.theme,
    )
    app.run()
    return app.return_code or 0
