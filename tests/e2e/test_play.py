"""Scripts that play in the real program, and their recordings as another terminal shows them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Start
from tests.e2e.terminal import played
from tui.demo.suggestions import IFRIT
from tui.ui.play.script import included_scripts

SHORT = """title = "Short"
demo = true
[[steps]]
narrate = "A caption"
[[steps]]
say = "hi"
[[steps]]
wait_for = "what I can do"
[[steps]]
type = "draft"
[[steps]]
pause = 1
"""
LONGEST_S = 90
"""Of an included script at the speed of a person."""


def events_of(path: Path) -> list[tuple[float, str, str]]:
    """Return the events of a recording, checked against the format's description."""
    header, *events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert header["version"] == 2
    assert header["width"] > 0
    assert header["height"] > 0
    times = [at for at, _, _ in events]
    assert times == sorted(times)
    assert {kind for _, kind, _ in events} <= {"o", "r"}
    return events


def run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program without any terminal."""
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )


def test_a_script_plays_and_the_viewer_gets_the_app(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "short.toml"
    script.write_text(SHORT)
    with start("play", str(script), "--speed", "4", columns=100, rows=30) as terminal:
        terminal.until("A caption .*Space pause")
        terminal.type("x\r")  # reaches nothing
        terminal.until("Press any key to use the app")
        assert "draft" in terminal.text
        assert "x" not in terminal.text.splitlines()[-5]
        terminal.type("x")
        terminal.until(lambda text: "any key" not in text)
        terminal.type("er")
        terminal.until("drafter")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
        assert terminal.is_cooked


def test_a_recording_is_what_the_terminal_received(start: Start, tmp_path: Path) -> None:
    script, cast = tmp_path / "short.toml", tmp_path / "short.cast"
    script.write_text(SHORT)
    command = ("play", str(script), "--speed", "4", "--record", str(cast))
    with start(*command, columns=100, rows=30) as terminal:
        terminal.until("draft")
        terminal.resize(90, 28)
        terminal.until(lambda text: "A caption" in text.splitlines()[27])
        assert terminal.wait_exit() == 0
        received = terminal.output.decode()
    events = events_of(cast)
    assert [data for _, kind, data in events if kind == "r"] == ["90x28"]
    assert "".join(data for _, kind, data in events if kind == "o") in received
    shown = played(cast).text.splitlines()
    assert "Ifrit" in shown[0]
    assert "draft" in shown[-4]
    assert "A caption" in shown[27]


@pytest.mark.slow
def test_without_a_terminal_it_plays_unseen_and_ends(
    environ: dict[str, str], tmp_path: Path
) -> None:
    script, cast = tmp_path / "short.toml", tmp_path / "short.cast"
    script.write_text(SHORT)
    done = run(environ, "play", str(script), "--speed", "4", "--record", str(cast))
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"Recorded to \S+short.cast \([\d.]+ kB\)\.\n", done.stderr)
    assert "A caption" in played(cast).text
    again = run(environ, "play", str(script), "--record", str(cast))
    assert again.returncode == 1
    assert "exists" in again.stderr


@pytest.mark.slow
def test_what_did_not_appear_fails_the_command(environ: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "wrong.toml"
    script.write_text('title = "W"\ndemo = true\n[[steps]]\nwait_for = "Never"\nwithin = 1\n')
    done = run(environ, "play", str(script))
    assert done.returncode == 1
    assert "wrong.toml:4: “Never” didn't appear within 1 s." in done.stderr
    script.write_text("title = 3")
    done = run(environ, "play", str(script))
    assert done.returncode == 2
    assert "wrong.toml:1: 'title' must be text" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", included_scripts())
def test_the_included_scripts_play_in_time_and_show_nothing_internal(
    name: str, environ: dict[str, str], tmp_path: Path
) -> None:
    cast = tmp_path / f"{name}.cast"
    done = run(environ, "play", name, "--record", str(cast))
    assert done.returncode == 0, done.stderr
    events = events_of(cast)
    assert events[-1][0] < LONGEST_S
    shown = "".join(data for _, _, data in events)
    for internal in (IFRIT, "gin-", str(tmp_path), str(Path.home()), "127.0.0.1", "4200-7731"):
        assert internal not in shown
