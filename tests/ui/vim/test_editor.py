"""Vim's commands: compared with a real Vim, and properties of any keys."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.vim.record import RESULTS, Case, Result, cases
from tests.ui.vim.typist import editor_with, result_of, type_keys
from tui.ui.composer.vim.editor import VimEditor
from tui.ui.composer.vim.motions import line_end, line_start
from tui.ui.composer.vim.registers import Registers

DIFFERENT = frozenset(
    {
        # In a text of one line, this Vim's `{` goes to the end of the line.
        "{", "d{", "y{", "c{NEW<Esc>", "g~{", "gu{", "gU{",
        # Wide characters count twice when Vim repeats a change of a selection.
        "vld.", "vlcX<Esc>w.", "wcbX<Esc>.v>vld.vp",
        # The result depends on commands that failed before.
        "3J", "3vd", "Vj<5|kyjwd0", "vapdvJvjd.{", "ciwX<Esc>w.", "yywviwpge2xu.Vd.",
        "y$pvlrZ.vawdjdgg", "vG$dyywviwpyywviwpCX<Esc>",
        # Ctrl+R in insert mode is left to the composer.
        "Cpdwu<C-r>va{d",
    }
)  # fmt: skip
"""Keys with which some of the recorded results are not ours."""

KEYS = st.lists(
    st.sampled_from(
        [*'hjklwbeWBE0^$GfFtT;,%{}dcyxXr~JpPuoOaAiIsSDCYvV.><"123 (iw+_|e', "gg", "gU", "<Esc>"]
    ),
    max_size=25,
).map("".join)
TEXTS = st.text(alphabet='ab_ .(){}"\n\té東🙂', max_size=60)


def test_commands_do_what_vim_does() -> None:
    """Thousands of recorded results; ``record.py`` says how to make them again."""
    recorded = [(Case(*row[:4]), Result(*row[4:])) for row in json.loads(RESULTS.read_text())]
    assert [case for case, _ in recorded] == list(cases())
    differing = [case for case, result in recorded if result_of(case) != result]
    assert {case.keys for case in differing} == DIFFERENT
    assert len(differing) <= 21


@given(TEXTS, KEYS)
def test_any_keys_leave_a_valid_state(text: str, keys: str) -> None:
    editor = editor_with(text)
    type_keys(editor, keys)
    assert 0 <= editor.cursor <= len(editor.text)
    if editor.mode == "normal":
        at_end = editor.cursor == line_end(editor.text, editor.cursor)
        assert not at_end or editor.cursor == line_start(editor.text, editor.cursor)


@given(TEXTS, KEYS)
def test_undo_leads_back_to_the_first_text_and_redo_to_the_last(text: str, keys: str) -> None:
    editor = editor_with(text)
    type_keys(editor, keys + "<Esc><Esc><Esc>")
    last = editor.text
    type_keys(editor, "999u")
    assert editor.text == text
    undone = keys.count("u") > 0  # what was undone in between can be redone no more
    type_keys(editor, "999<C-r>")
    assert undone or editor.text == last


@given(TEXTS, KEYS)
def test_escape_leads_to_normal_mode_and_then_means_nothing(text: str, keys: str) -> None:
    editor = editor_with(text)
    type_keys(editor, keys + "<Esc><Esc>")
    assert (editor.mode, editor.pending) == ("normal", [])
    assert not editor.press("escape")


def test_a_huge_count_does_not_fill_the_memory() -> None:
    editor = editor_with("word " * 1000)
    type_keys(editor, "yy9999p9999p9999ix<Esc>9999.")
    assert len(editor.text) < 10_000_000


@pytest.mark.parametrize("key", ["ctrl+n", "enter", "tab", "f1", "ctrl+r", "escape"])
def test_other_keys_are_left_to_the_composer(key: str) -> None:
    assert not editor_with("word").press(key)


def test_enter_and_tab_are_characters_where_one_is_wanted() -> None:
    editor = editor_with("word")
    editor.press("r")
    assert editor.press("enter")
    assert editor.text == "\nord"


def test_the_plus_register_is_the_clipboard() -> None:
    copied: list[str] = []
    editor = VimEditor("one two", Registers(copied.append, lambda: "pasted"))
    editor.leave_insert("one two", 0)
    type_keys(editor, '"+yw"+yy"+P')
    assert copied == ["one ", "one two\n"]
    assert editor.text == "pastedone two"


def test_a_change_from_outside_can_be_undone() -> None:
    editor = editor_with("one")
    editor.adopt("one, pasted", 4)
    type_keys(editor, "x")
    type_keys(editor, "u")
    assert editor.text == "one, pasted"
    type_keys(editor, "u")
    assert editor.text == "one"
