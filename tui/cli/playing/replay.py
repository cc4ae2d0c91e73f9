"""``genie-tui replay``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.app import with_keymap
from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.options import Target
from tui.cli.playing.play import PlayOptions, recorded, shown, tell_recorded
from tui.core.text import clean_line

if TYPE_CHECKING:
    from tui.ui.play.replay import StoredConversation


def run_replay(target: Target, wanted: str, options: PlayOptions, *, is_paused: bool) -> int:
    """Show a stored conversation again; ask no server and write nothing but the recording."""
    if target.demo:
        raise CommandFailure(
            "The demo stores no conversations. To watch it, run 'genie-tui play tour'.",
            ExitCode.USAGE,
        )
    preferences = with_keymap(target.preferences())
    stored = _read(target, wanted)
    with shown(options):
        from tui.ui.play.replay import ReplayApp

        with recorded(options, stored.title) as recording:
            app = ReplayApp(
                stored,
                speed=options.speed,
                is_paused=is_paused and not options.quits,
                quits=options.quits,
                recording=recording,
                preferences=preferences,
            )
            app.run(mouse=preferences.mouse)
    tell_recorded(options)
    return app.return_code or 0


def _read(target: Target, wanted: str) -> StoredConversation:
    from tui.bootstrap.agent_names import known_name
    from tui.config import ConfigError, database_file, load
    from tui.core.errors import StoreError
    from tui.core.replay import beats_of
    from tui.store.peek import stored_turns
    from tui.ui.play.replay import StoredConversation

    try:
        profile = load(target.profile, target.config, target.flags, complete=False)
    except ConfigError as error:
        raise CommandFailure(str(error), ExitCode.USAGE) from error
    found = target.stored_conversation(wanted)
    try:
        records = stored_turns(database_file(), profile.account, found.id)
    except StoreError as error:
        raise CommandFailure(str(error)) from error
    beats = tuple(beats_of(records))
    title = clean_line(found.title, 200) or "New conversation"
    if not beats:
        raise CommandFailure(f"Nothing of '{title}' is stored on this machine. Open it once.")
    return StoredConversation(title=title, agent_name=known_name(profile), beats=beats)
