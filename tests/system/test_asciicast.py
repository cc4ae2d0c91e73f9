"""Recordings: what is in the file, when it appears, and who can read it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tui.system.asciicast import Recording, RecordingProblem


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def lines_of(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_recording_has_a_header_and_timed_output(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "talk.cast"
    recording = Recording(path, (80, 24), title="A talk", clock=clock)
    clock.now_s += 0.5
    recording.write("\x1b[1mHéllo\x1b[0m")
    recording.resize(80, 24)  # no other size
    clock.now_s += 1
    recording.resize(100, 30)
    clock.now_s += 2
    recording.finish()
    header, *events = lines_of(path)
    assert isinstance(header, dict)
    assert header.items() >= {"version": 2, "width": 80, "height": 24, "title": "A talk"}.items()
    assert events == [[0.5, "o", "\x1b[1mHéllo\x1b[0m"], [1.5, "r", "100x30"], [3.5, "o", ""]]


def test_nothing_is_recorded_after_the_end(tmp_path: Path) -> None:
    path = tmp_path / "talk.cast"
    recording = Recording(path, (80, 24))
    recording.write("shown")
    recording.end()
    recording.write("private")
    recording.finish()
    assert "private" not in path.read_text("utf-8")


def test_the_file_appears_when_it_is_complete_and_only_its_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "talk.cast"
    recording = Recording(path, (80, 24))
    recording.write("words")
    assert not path.exists()
    recording.finish()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_replaced_only_if_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "talk.cast"
    path.write_text("old")
    with pytest.raises(RecordingProblem, match="exists"):
        Recording(path, (80, 24))
    assert path.read_text() == "old"
    recording = Recording(path, (80, 24), overwrite=True)
    assert path.read_text() == "old"
    recording.finish()
    assert lines_of(path)


def test_a_file_that_was_created_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "talk.cast"
    recording = Recording(path, (80, 24))
    path.write_text("of another program")
    with pytest.raises(RecordingProblem, match="exists"):
        recording.finish()
    assert path.read_text() == "of another program"
    assert list(tmp_path.iterdir()) == [path]


def test_a_discarded_recording_leaves_nothing(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "talk.cast", (80, 24))
    recording.write("words")
    recording.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingProblem, match="Couldn't write"):
        Recording(tmp_path / "nowhere" / "talk.cast", (80, 24))
