"""Log file: private, masked, rotated, shared by processes, and never in the way of the program."""

from __future__ import annotations

import json
import logging
import stat
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.system import logs
from tui.system.logs import KEPT_FILES, RECENT, RecentRecords, close_log, note, open_log

SECRET = "pl4nted-S3cret_value.~x"


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "genie.log"
    close_log()


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_record_is_one_line_with_its_fields(path: Path) -> None:
    open_log(path)
    note("request", {"method": "GET", "path": "/a b", "status": None, "ms": 3})
    note("notice", {"text": "one\ntwo"})
    first, second = path.read_text().splitlines()
    assert first.endswith(' request method=GET path="/a b" ms=3')
    assert second.endswith(r'notice text="one\ntwo"')


def test_json_lines_have_the_fields_and_the_traceback(path: Path) -> None:
    open_log(path, as_json=True)
    note("request", {"status": 200, "failure": None})
    try:
        raise ValueError("broken")
    except ValueError as error:
        note("task failed", error=error)
    request, failure = written(path)
    assert request["event"] == "request"
    assert request["status"] == 200
    assert request["level"] == "info"
    assert "failure" not in request
    assert failure["level"] == "error"
    assert failure["error"] == "ValueError"
    assert str(failure["traceback"]).startswith("Traceback")


@pytest.mark.parametrize("as_json", [False, True])
def test_secrets_are_masked_in_fields_messages_and_tracebacks(path: Path, as_json: bool) -> None:
    open_log(path, as_json=as_json)
    note("request", {"path": f"/callback?code={SECRET}", "client_secret": SECRET})
    logging.getLogger("some.library").warning("Authorization: Bearer %s", SECRET)
    try:
        raise ValueError(f"refresh_token={SECRET}")
    except ValueError as error:
        note("task failed", error=error)
    assert SECRET not in path.read_text()
    assert path.read_text().count("[secret]") >= 5


def test_the_file_is_private_even_if_it_was_not(path: Path) -> None:
    path.touch(0o644)
    open_log(path)
    note("start")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        open_log(path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_large_log_is_renamed_and_few_are_kept(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST_BYTES", 1000)
    open_log(path)
    for number in range(200):
        note("request", {"number": number})
    kept = sorted(tmp_path.iterdir())
    assert [file.name for file in kept] == ["genie.log", *(f"genie.log.{n + 1}" for n in range(3))]
    assert len(kept) == KEPT_FILES + 1
    assert all(file.stat().st_size < 1200 for file in kept)
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    numbers = [
        int(line.rpartition("=")[2])
        for file in (*kept[:0:-1], path)
        for line in file.read_text().splitlines()
    ]
    assert numbers == list(range(numbers[0], 200))


_WRITER = """
import sys
from pathlib import Path
from tui.system import logs
logs.LARGEST_BYTES = 20_000
logs.open_log(Path(sys.argv[1]))
for number in range(400):
    logs.note("request", {"writer": sys.argv[2], "number": number})
"""


def test_processes_share_a_log_through_its_renames(path: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(path)]
    writers = [subprocess.Popen([*command, str(number)]) for number in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    files = [path, *tmp_path.glob("genie.log.*")]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert all(line.split()[4] == "request" and "number=" in line for line in lines)
    assert len(files) == KEPT_FILES + 1
    # A rename too many would have thrown away a log that was almost empty.
    assert all(file.stat().st_size > 15_000 for file in files if file != path)
    for writer in "012":
        assert any(f"writer={writer} number=399" in line for line in lines)


def test_a_log_on_a_full_disk_loses_records_only(capsys: pytest.CaptureFixture[str]) -> None:
    open_log(Path("/dev/full"))
    note("request")
    close_log()
    assert capsys.readouterr() == ("", "")


def test_without_a_log_nothing_is_written_and_the_newest_records_are_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(logs.RECENT_RECORDS + 5):
        note("request", {"number": number, "token": SECRET}, level=logging.ERROR)
    lines = RECENT.lines()
    assert len(lines) == logs.RECENT_RECORDS
    assert "number=5 " in lines[0]
    assert not any(SECRET in line for line in lines)
    assert capsys.readouterr() == ("", "")


def test_records_in_memory_keep_no_frames_alive() -> None:
    recent = RecentRecords()
    try:
        raise ValueError("broken")
    except ValueError:
        found = logging.LogRecord("tui", logging.ERROR, "", 1, "failed", (), sys.exc_info())
    recent.emit(found)
    seen = weakref.ref(found)
    del found
    assert seen() is None
    assert "ValueError: broken" in recent.lines()[-1]
