"""Error messages of the command line: one prefix, the closest name, the next step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tui.cli import main

Fail = Callable[..., tuple[int, str]]


@pytest.fixture
def fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Fail:
    """Run a command in this process; return its exit code and what it wrote on stderr."""

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["genie-tui", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, capsys.readouterr().err

    monkeypatch.setenv("GENIE_TUI_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("GENIE_TUI_DATA_DIR", str(tmp_path))
    return run


@pytest.mark.parametrize(
    ("arguments", "told", "command"),
    [
        ("--jsn", "There's no option '--jsn'.", ""),
        ("ask --jsn hi", "There's no option '--jsn'. Did you mean '--json'?", " ask"),
        ("ask --FILE x", "There's no option '--FILE'. Did you mean '--file'?", " ask"),
        ("asl", "There's no command 'asl'. Did you mean 'ask'?", ""),
        ("ASK hi", "There's no command 'ASK'. Did you mean 'ask'?", ""),
        ("studio geni", "There's no command 'geni'. Did you mean 'genies'?", " studio"),
        ("studio genies lst", "There's no command 'lst'. Did you mean 'list'?", " studio genies"),
        ("export", "Missing argument 'CONVERSATION'.", " export"),
    ],
)
def test_usage_errors_have_one_prefix_the_closest_name_and_the_command_for_help(
    fail: Fail, arguments: str, told: str, command: str
) -> None:
    assert fail(*arguments.split()) == (
        2,
        f"genie-tui: {told}\nSee 'genie-tui{command} --help'.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--demo --web --port 70000", "'70000' isn't a whole number from 1 to 65535."),
        ("ask --timeout x hi", "'x' isn't a number of at least 0.1."),
        ("conversations --limit 0", "'0' isn't a whole number of at least 1."),
        ("conversations --search=", "--search needs words, such as"),
        ("ask --config /nope hi", "/nope doesn't exist."),
        ("ask --config / hi", "File '/' is a directory."),
        ("ask --prompt tickts", "Did you mean 'tickets'?"),
        ("test --pack redteam", "There's no pack 'redteam'. Did you mean 'red-team'?"),
        ("test --pack red-team --filter zzz", "To see all, use --list."),
        ("test --pack red-team --demo --junit /nope/x.xml", "Can't write /nope/x.xml: its folder"),
        ("test nope.yaml", "genie-tui: Invalid suite:"),
        ("test --pack red-team --demo --resume nope", "There's no run 'nope' to resume."),
        ("demo-server --fault cutt", "--fault: unknown fault 'cutt'; did you mean 'cut'?"),
        ("demo-server --fault cut:on=lunch", "developer."),
        ("completion tcsh", "'tcsh' is not one of 'bash', 'zsh', 'fish'."),
    ],
)
def test_a_wrong_value_is_answered_by_what_would_be_right(
    fail: Fail, tmp_path: Path, arguments: str, told: str
) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "tickets.md").write_text("Which tickets are open?")
    code, text = fail(*arguments.split())
    assert code == 2
    assert text.startswith("genie-tui: ")
    assert told in text


def test_a_folder_of_an_unknown_user_is_an_error_and_no_traceback(
    fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENIE_TUI_CONFIG_DIR", "~no-such-user/x")
    code, told = fail("ask", "Hi")
    assert code == 2
    assert "GENIE_TUI_CONFIG_DIR: ~no-such-user/x is a folder of an unknown user." in told


def test_a_genie_of_the_demo_that_differs_by_a_letter_is_suggested(fail: Fail) -> None:
    code, told = fail("ask", "--demo", "--genie", "wek", "Hi")
    assert code == 1
    assert "Did you mean 'weak'?" in told


def test_a_profile_that_differs_in_case_is_suggested(fail: Fail, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[profiles.prod]\ngenie = "gin-1"\n[profiles.work]\ngenie = "gin-2"\n')
    assert fail("--profile", "Prod", "ask", "Hi") == (
        2,
        f"genie-tui: --profile: no profile 'Prod' in {path}. Did you mean 'prod'?\n",
    )


def test_an_unknown_key_of_a_profile_is_compared_regardless_of_case(
    fail: Fail, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('[profiles.prod]\nGenie = "gin-1"\n')
    code, told = fail("ask", "Hi")
    assert code == 2
    assert told.endswith("unknown key 'Genie'; did you mean 'genie'?\n")
