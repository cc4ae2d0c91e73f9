"""Opening the app."""

from __future__ import annotations

import sys

from tui.cli.codes import Code, Failure
from tui.cli.options import Target


def run_app(target: Target) -> int:
    """Run the app until it is left; its exit code."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        text = "the app needs a terminal; for scripts there is 'genie-tui ask'."
        raise Failure(text, Code.USAGE)
    place = target.place()
    from tui.ui.app import GenieApp

    app = GenieApp(
        place.connect,
        agent_name=place.agent_name,
        user_name=place.user_name,
        place=place.label,
        suggestions=place.suggestions,
        theme=place.theme,
    )
    app.run()
    return app.return_code or 0
