"""All files below a folder, without the ignored ones, and the search for one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.system.file_tree import FileTree


def make(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()


def rules(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text(text)


def found(folder: Path, text: str, limit: int = 20) -> list[str]:
    tree = FileTree(folder)
    assert tree.wait(60)
    return [match.path for match in tree.find(text, limit)]


def test_the_letters_of_a_text_may_be_apart_in_the_path(tmp_path: Path) -> None:
    make(tmp_path, "tui/ui/chat/screen.py", "tui/ui/chat/state.py", "README.md")
    assert found(tmp_path, "scrn") == ["tui/ui/chat/screen.py"]
    assert found(tmp_path, "chatst") == ["tui/ui/chat/state.py"]
    assert found(tmp_path, "ns") == []


def test_names_come_before_paths_and_whole_words_before_scattered_letters(tmp_path: Path) -> None:
    make(tmp_path, "x/plan.md", "plan/a.md", "my-plan.md", "airplane.md", "p/l/a/n.md", "deep/plan")
    assert found(tmp_path, "plan") == [
        "deep/plan",
        "x/plan.md",
        "my-plan.md",
        "airplane.md",
        "plan/a.md",
        "p/l/a/n.md",
    ]


def test_case_and_unicode_forms_make_no_difference(tmp_path: Path) -> None:
    make(tmp_path, "U\u0308bersicht.PDF")
    assert len(found(tmp_path, "übersicht.pdf")) == 1


def test_ignored_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    rules(tmp_path, "*.log\n/build/\n!keep.log\n")
    rules(tmp_path / "sub", "*.tmp\n!*.log\n/own.txt\n")
    make(tmp_path, "a.log", "keep.log", "build/a.txt", "sub/build/a.txt", "sub/b.log", "sub/c.tmp")
    make(tmp_path, "sub/own.txt", "sub/deeper/own.txt", ".hidden/a.txt", "node_modules/a.txt")
    tree = FileTree(tmp_path)
    assert tree.wait(60)
    everything = {match.path for letter in "lt" for match in tree.find(letter, 50)}
    assert everything == {"keep.log", "sub/b.log", "sub/build/a.txt", "sub/deeper/own.txt"}


def test_rules_above_the_folder_count_up_to_that_of_the_repository(tmp_path: Path) -> None:
    rules(tmp_path, "*.txt\n")
    rules(tmp_path / "repository", "*.log\n/part/made/\n")
    (tmp_path / "repository/.git").mkdir()
    part = tmp_path / "repository/part"
    make(part, "a.txt", "a.log", "made/b.txt")
    assert found(part, "a") == ["a.txt"]


def test_matching_characters_are_marked(tmp_path: Path) -> None:
    make(tmp_path, "src/screen.py")
    tree = FileTree(tmp_path)
    assert tree.wait(60)
    [whole] = tree.find("screen", 5)
    assert "".join(whole.path[place] for place in whole.marks) == "screen"
    [apart] = tree.find("srn", 5)
    assert "".join(apart.path[place] for place in apart.marks) == "srn"


def test_a_search_that_is_no_longer_wanted_ends(tmp_path: Path) -> None:
    make(tmp_path, "a.txt")
    tree = FileTree(tmp_path)
    assert tree.wait(60)
    assert tree.find("a", 5, lambda: True) == []


def test_reading_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.system.file_tree.MOST_FILES", 7)
    make(tmp_path, *(f"f{number}.txt" for number in range(20)))
    tree = FileTree(tmp_path)
    assert tree.wait(60)
    assert tree.count == 7
    closed = FileTree(tmp_path)
    closed.close()
    assert closed.wait(60)


def test_a_folder_that_cannot_be_read_holds_nothing(tmp_path: Path) -> None:
    assert found(tmp_path / "missing", "a") == []


@pytest.mark.slow
def test_a_hundred_thousand_files_are_searched_while_they_are_read(tmp_path: Path) -> None:
    for package in range(50):
        for module in range(20):
            (tmp_path / f"package{package}" / f"module{module}").mkdir(parents=True)
            for number in range(100):
                (tmp_path / f"package{package}/module{module}/file{number}.py").touch()
    tree = FileTree(tmp_path)
    while not tree.find("file7", 5):
        pass
    assert not tree.is_complete
    assert tree.wait(60)
    assert tree.count == 100_000
    [best, *_] = tree.find("p49m19f99", 5)
    assert best.path == "package49/module19/file99.py"
