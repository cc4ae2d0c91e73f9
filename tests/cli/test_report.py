"""``genie-tui report``: one masked archive, also without a network, a log or a configuration."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def parts_of(archive: Path) -> dict[str, str]:
    """The files of a report, by name without folder."""
    with zipfile.ZipFile(archive) as file:
        return {Path(name).name: file.read(name).decode() for name in file.namelist()}


def test_a_report_lists_its_parts_and_says_to_look_through_it(run: Run, tmp_path: Path) -> None:
    log, archive = tmp_path / "genie.log", tmp_path / "out.zip"
    run("ask", "what can you do?", "--log", str(log))
    done = run("report", "--log", str(log), "-o", str(archive))
    assert done.returncode == 0, done.stderr
    parts = parts_of(archive)
    assert list(parts) == ["versions.txt", "settings.txt", "doctor.txt", "requests.txt", "log.txt"]
    assert all(name in done.stdout for name in parts)
    assert f"Written to {archive}\n" in done.stdout
    assert "Look through it before you send it" in done.stdout
    assert "textual: " in parts["versions.txt"]
    assert "credentials that are set: api_key (GENIE_TUI_API_KEY)" in parts["settings.txt"]
    assert re.search(r"good +sign-in", parts["doctor.txt"])
    assert re.search(
        r"method=POST .*/messages status=200 .*request_id=\S{8}", parts["requests.txt"]
    )
    assert " turn ended " in parts["log.txt"]
    assert "what can you do" not in "".join(parts.values())
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_json_logs_have_requests_too(run: Run, tmp_path: Path) -> None:
    log, archive = tmp_path / "genie.log", tmp_path / "out.zip"
    run("ask", "hello", "--log", str(log), "--log-format", "json")
    run("report", "--log", str(log), "-o", str(archive))
    assert '"status": 200' in parts_of(archive)["requests.txt"]


def test_a_report_has_the_last_crash_with_its_requests(
    run: Run, environ: dict[str, str], tmp_path: Path
) -> None:
    for number in range(7):
        crash(environ, f"broken for the {number}. time")
        time.sleep(0.01)
    done = run("report", "-o", str(tmp_path / "out.zip"))
    parts = parts_of(tmp_path / "out.zip")
    assert "RuntimeError: broken for the 6. time" in parts["crash.txt"]
    assert "crash.txt" in done.stdout
    crashes = list(Path(environ["GENIE_TUI_DATA_DIR"], "state", "crashes").iterdir())
    assert len(crashes) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in crashes} == {0o600}


def crash(environ: dict[str, str], text: str) -> str:
    """Let a command fail unexpectedly; return what it says."""
    code = f"""
import sys
from tui.cli import main, conversations
def fail(*_, **__):
    raise RuntimeError({text!r})
conversations.run_conversations = fail
sys.argv = ["genie-tui", "conversations"]
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    return done.stderr


def test_a_crash_of_a_command_names_its_file_and_the_report(environ: dict[str, str]) -> None:
    told = crash(environ, "broken")
    assert told.startswith(
        "genie-tui: Stopped unexpectedly: RuntimeError: broken.\nDetails are in "
    )
    assert "'genie-tui report'" in told
    assert "Traceback" not in told
    path = Path(told.split("Details are in ")[1].split(".txt")[0] + ".txt")
    assert "RuntimeError: broken" in path.read_text()
    assert "textual: " in path.read_text()


def test_a_crash_without_a_place_for_its_file_shows_the_traceback(environ: dict[str, str]) -> None:
    told = crash(environ | {"GENIE_TUI_DATA_DIR": "/proc/nowhere"}, "token=pl4nted-secret")
    assert "Traceback (most recent call last)" in told
    assert "pl4nted" not in told


def test_a_report_never_replaces_a_file(run: Run, tmp_path: Path) -> None:
    archive = tmp_path / "out.zip"
    archive.write_text("mine")
    done = run("report", "-o", str(archive))
    assert done.returncode == 2
    assert f"{archive} exists already" in done.stderr
    assert archive.read_text() == "mine"


def test_the_default_name_has_the_date_and_is_free(environ: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-m", "tui", "report", "--demo"],
            env=environ | {"PYTHONPATH": str(ROOT)},
            cwd=folder,
            check=True,
            capture_output=True,
        )
    day = time.strftime("%Y-%m-%d")
    names = {f"genie-tui-report-{day}.zip", f"genie-tui-report-{day}-2.zip"}
    assert set(os.listdir(folder)) == names


def test_a_report_works_with_a_broken_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[profiles\n")
    done = run("report", "-o", str(tmp_path / "out.zip"))
    assert done.returncode == 0
    assert "isn't valid TOML" in parts_of(tmp_path / "out.zip")["doctor.txt"]


def test_a_report_works_without_a_network(run: Run, tmp_path: Path) -> None:
    done = run("report", "-o", str(tmp_path / "out.zip"), GENIE_TUI_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 0
    assert re.search(r"bad +network", parts_of(tmp_path / "out.zip")["doctor.txt"])


def test_a_report_does_not_wait_for_a_server_that_never_responds(
    environ: dict[str, str], tmp_path: Path
) -> None:
    archive = tmp_path / "out.zip"
    code = f"""
import sys
from tui.cli import main, report
report._DOCTOR_S = 1.0
sys.argv = ["genie-tui", "report", "-o", {str(archive)!r}]
main()
"""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-c", code]
        own = environ | {"GENIE_TUI_BASE_URL": url}
        began_s = time.monotonic()
        assert subprocess.run(command, env=own, cwd=ROOT, capture_output=True).returncode == 0
    assert time.monotonic() - began_s < 15
    doctor = parts_of(archive)["doctor.txt"]
    assert re.search(r"good +configuration", doctor)
    assert re.search(r"open +network +not known: the check was stopped after 1 s", doctor)
    assert re.search(r"open +stream +not known", doctor)


@pytest.mark.parametrize("place", ["nowhere/out.zip", "/proc/out.zip"])
def test_a_place_that_cannot_be_written_is_one_sentence_and_exit_code_2(
    run: Run, tmp_path: Path, place: str
) -> None:
    done = run("report", "-o", str(tmp_path / place))
    assert done.returncode == 2
    assert "Couldn't write" in done.stderr
    assert "Traceback" not in done.stderr
