"""Private files and folders, whatever the umask and the existing permissions."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tui
from tui.system import private_files
from tui.system.private_files import (
    OTHERS,
    OTHERS_WRITE,
    make_folder,
    open_file,
    protect,
    refuse_link,
    replace_text,
)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_every_created_folder_has_private_permissions(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    for name in ("a", "a/b", "a/b/c"):
        assert mode_of(tmp_path / name) == 0o700


def test_a_file_in_place_of_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OSError, match="Not a directory"):
            make_folder(path)


@pytest.mark.usefixtures("umask")
def test_files_get_private_permissions(tmp_path: Path) -> None:
    os.close(open_file(tmp_path / "new"))
    (tmp_path / "old").write_text("kept")
    os.chmod(tmp_path / "old", 0o666)
    os.close(open_file(tmp_path / "old"))
    replace_text(tmp_path / "text", "a\r\nb")
    assert [mode_of(tmp_path / name) for name in ("new", "old", "text")] == [0o600] * 3
    assert (tmp_path / "old").read_text() == "kept"
    assert (tmp_path / "text").read_bytes() == b"a\r\nb"


@pytest.mark.parametrize("there", [True, False])
def test_a_symlink_is_never_followed(tmp_path: Path, there: bool) -> None:
    target = tmp_path / "target"
    if there:
        target.write_text("yours")
        target.chmod(0o644)
    link = tmp_path / "link"
    link.symlink_to(target)
    for action in (open_file, refuse_link):
        with pytest.raises(OSError, match="symbolic link") as caught:
            action(link)
        assert caught.value.filename == str(link)
    assert target.exists() is there
    assert not there or (target.read_text(), mode_of(target)) == ("yours", 0o644)
    replace_text(link, "ours")  # puts a file into the place of the link
    assert not link.is_symlink()
    assert not there or target.read_text() == "yours"


@given(st.integers(0, 0o777), st.sampled_from([OTHERS, OTHERS_WRITE]))
def test_our_files_keep_only_our_permissions(
    tmp_path_factory: pytest.TempPathFactory, mode: int, rights: int
) -> None:
    path = tmp_path_factory.mktemp("modes") / "file"
    path.write_text("")
    path.chmod(mode)
    found = protect(path, rights)
    assert mode_of(path) == mode & ~rights
    assert (found is not None) is bool(mode & rights)
    assert found is None or found.mended
    assert protect(path, rights) is None


def test_files_of_another_user_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "theirs"
    path.write_text("")
    path.chmod(0o666)
    if os.geteuid() == 0:
        os.chown(path, 4242, 4242)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    found = protect(path)
    assert found is not None
    assert (found.mended, found.problem) == (False, "belongs to another user")
    assert mode_of(path) == 0o666


def test_unfixable_permissions_are_reported_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    tmp_path.chmod(0o777)
    monkeypatch.setattr(private_files.os, "chmod", refuse)
    found = protect(tmp_path, OTHERS_WRITE)
    assert found is not None
    assert (found.mended, found.problem) == (False, "can be changed by other users")
    assert found.advice == f"chmod go-w {tmp_path}"


def test_sticky_folders_like_tmp_and_missing_files_are_fine(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    assert protect(tmp_path, OTHERS_WRITE) is None
    assert mode_of(tmp_path) == 0o1777
    assert protect(tmp_path / "missing") is None


def test_no_other_module_creates_folders_or_empty_files() -> None:
    """Or it would have to think of all this by itself."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in Path(tui.__file__).parent.rglob("*.py")
        if path.name != "private_files.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in ("mkdir", "makedirs") or ast.unparse(node.func) == "os.mkdir")
    ]
    assert found == []
