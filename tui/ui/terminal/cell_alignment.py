"""Keep characters of disputed width from moving the rest of their line."""

from __future__ import annotations

import re

from rich.cells import cell_len

from tui.core.text import drawn

# Joiners, selectors, zero-width marks, key caps, skin tones, tags; letters that make up flags.
_MARKS = (
    "\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2064\u20e3\ufe00-\ufe0f\ufeff"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
)
_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
_UNSURE = re.compile(f"[{_MARKS}{_FLAG_LETTERS}]")
_CLUSTER = re.compile(
    f"[{_FLAG_LETTERS}]+|[^\\x00-\\x1f{_MARKS}]?(?:\u200d[^\\x00-\\x1f{_MARKS}]|[{_MARKS}])+"
)
# Characters that reorder text or mark it for machines. They are stripped from external text; the
# user's own text stays as it was pasted.
_REORDERS = re.compile("[\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]")
_SEQUENCE = re.compile(r"(\x1b\[[0-9;:]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\n\r])")


def in_place(content: str, column: int) -> str:
    """Return a piece of a line at a column, with the cursor set after each disputed cluster.

    The cells of a wide cluster are cleared first, for terminals that draw it in one; on terminals
    that draw it in more it must not wrap to the next line.
    """
    if content.isascii():
        return content
    content = _REORDERS.sub("", content)
    if not _UNSURE.search(content):
        return content
    written: list[str] = []
    for index, part in enumerate(_SEQUENCE.split(content)):
        if index % 2:
            written.append(part)
            continue
        at = 0
        for found in _CLUSTER.finditer(part):
            before, cluster = part[at : found.start()], found[0]
            column += cell_len(before)
            width = cell_len(cluster)
            written += [before, _placed(cluster, column, width)]
            column += width
            at = found.end()
        written.append(part[at:])
        column += cell_len(part[at:])
    return "".join(written)


def _placed(cluster: str, column: int, width: int) -> str:
    after = f"\x1b[{column + width}G"
    if width < 2:
        return f"{drawn(cluster) or ' ' * width}{after}"
    return f"{' ' * width}\x1b[{column}G\x1b[?7l{drawn(cluster)}\x1b[?7h{after}"
