"""A lost connection on the screen: banner, composer, and the line that stays afterwards."""

from __future__ import annotations

import pytest

from tests.fakes import ScriptedBackend, finished, ran, said, started
from tests.ui.stage import Stage
from tests.ui.widget_app import at, turn_of
from tui.core.errors import BackendError, ErrorKind
from tui.core.event_labels import resumed_parts
from tui.core.events import StreamLost, StreamResumed, TurnStarted
from tui.core.steps import BreakStep
from tui.ui.transcript.entries import BreakEntry, entries_of
from tui.ui.transcript.status_rows import BreakRow

CUT = BackendError(ErrorKind.INTERRUPTED, "The connection broke.", sent=True)
AWAY = BackendError(ErrorKind.UNREACHABLE, "Couldn't reach the host.")


async def test_an_outage_keeps_the_composer_and_leaves_a_line_that_a_restart_shows_again() -> None:
    backend = ScriptedBackend([started(), said("One."), CUT])
    backend.failures["resume"] = [AWAY] * 1000
    stage = Stage(backend)
    async with stage.shown(width=130):
        await stage.say("Count")
        await stage.until(lambda: "Connection lost" in stage.banner_text())
        await stage.until(lambda: "Attempt " in stage.banner_text())
        assert "Ifrit keeps working on the server." in stage.banner_text()
        await stage.press(*"next")
        assert stage.composer_text() == "next"
        backend.failures["resume"].clear()
        backend.resumes = [[*ran("Look"), said("Two."), finished()]]
        await stage.press("ctrl+r")
        await stage.until(lambda: "4 events caught up" in stage.screen())
        assert not stage.is_banner_shown()
        assert stage.composer_text() == "next"
        lines = stage.screen().splitlines()
        places = [
            next(n for n, line in enumerate(lines) if words in line)
            for words in ("One.", "Resumed after", "Look", "Two.")
        ]
        assert places == sorted(places)
    again = Stage(backend, stage.store)
    async with again.shown(width=130):
        again.go_to(next(iter(again.known_conversations())).id)
        await again.until(lambda: "4 events caught up" in again.screen())


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"caught_up": 4}, ("4 events caught up", "nothing lost")),
        ({"caught_up": 1, "missing": (3,)}, ("1 event caught up", "1 event missing")),
        ({"complete": False}, ("some events may be missing",)),
        ({"complete": None}, ()),
    ],
)
def test_the_line_says_only_what_is_known(end: dict[str, object], words: tuple[str, ...]) -> None:
    resumed = StreamResumed(key="resumed", after_seq=1, lost_for_ms=6_100, **end)
    events = [at(TurnStarted, 1, 0), StreamLost(key="lost", after_seq=1), resumed]
    gap = [at(TurnStarted, 4, 3)] if "missing" in end else []
    turn = turn_of("t", events=[*events, *gap])
    [entry] = [entry for entry in entries_of(turn) if isinstance(entry, BreakEntry)]
    assert resumed_parts(entry.step) == ("Resumed after 6.1 s", *words)
    assert BreakRow(entry).rows()


@pytest.mark.parametrize(
    ("lost_for_ms", "caught_up", "shown"), [(900, 0, 0), (900, 1, 1), (1000, 0, 1)]
)
def test_a_break_that_nobody_noticed_has_no_line(
    lost_for_ms: int, caught_up: int, shown: int
) -> None:
    step = BreakStep(key="lost", lost_for_ms=lost_for_ms, caught_up=caught_up)
    assert step.is_short == (not shown)
