"""Keys for a :class:`VimEditor`, with what the composer does in insert mode."""

from __future__ import annotations

import re

from tests.ui.vim.record import TEXTS, Case, Result
from tui.ui.composer.vim.editor import VimEditor
from tui.ui.composer.vim.motions import line_start, on_text, row_of, row_start

_KEY = re.compile(r"<(?:Esc|CR|C-r)>|.", re.DOTALL)
_NAMES = {"<Esc>": "escape", "<CR>": "enter", "<C-r>": "ctrl+r"}
_MODES = {"normal": "n", "insert": "i", "visual": "v", "visual_line": "V"}


def type_keys(editor: VimEditor, keys: str) -> None:
    """Press keys in Vim's notation."""
    for key in _KEY.findall(keys):
        if editor.mode != "insert":
            editor.press(_NAMES.get(key, key))
        elif key == "<Esc>":
            editor.leave_insert(editor.text, editor.cursor)
        else:
            put = {"<CR>": "\n"}.get(key, key)
            at = editor.cursor
            editor.text = editor.text[:at] + put + editor.text[at:]
            editor.cursor += len(put)


def editor_with(text: str, row: int = 0, column: int = 0) -> VimEditor:
    """Return an editor in normal mode, in which one ``q`` was inserted before, and no more."""
    editor = VimEditor()
    editor.leave_insert("", 0)
    type_keys(editor, "iq<Esc>")
    editor.start_with(text, on_text(text, row_start(text, row) + column))
    return editor


def result_of(case: Case) -> Result:
    """Return what our editor makes of a case."""
    editor = editor_with(TEXTS[case.text], case.row, case.column)
    type_keys(editor, case.keys)
    text, at = editor.text, editor.cursor
    content = editor.registers.get("")
    register = content.text + "\n" * content.is_linewise
    column = at - line_start(text, at)
    return Result(text, row_of(text, at), column, _MODES[editor.mode], register)
