"""A screen as text: its characters, and its styles as runs. Small, and readable in a diff.

The file of a scene has all its looks. Looks of one size often show the same characters in other
colors, so a block that equals one of an earlier look is only named:

    # approval-light 120x40
    colours a #1f2328 on #ffffff
    colours b bold #0b57d0 on #ffffff
    text as approval
    runs as approval

A line of ``runs`` counts the consecutive cells of each style: ``12a3b`` is twelve cells of style
``a`` and three of ``b``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import pairwise

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

_HEAD = re.compile(r"# (\S+) (\d+x\d+)")
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "strike", "reverse")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Content of a terminal."""

    size: str
    """Columns and rows, such as ``120x40``."""
    text: tuple[str, ...]
    runs: tuple[str, ...]
    colours: tuple[str, ...]
    """The styles that ``runs`` names, in the order in which they appear."""

    def differences(self, drawn: Snapshot) -> list[str]:
        """Return the lines of a diff from this snapshot to what is drawn now."""
        blocks = (
            (self.text, drawn.text),
            (self.runs, drawn.runs),
            (self.colours, drawn.colours),
        )
        return [
            line
            for before, after in blocks
            for line in unified_diff(before, after, n=0, lineterm="")
            if not line.startswith(("---", "+++", "@@"))
        ]


def snapshot_of(size: tuple[int, int], lines: Iterable[Iterable[Segment]]) -> Snapshot:
    """Return what the lines of a terminal show; styles that cannot be seen are left out."""
    letters: dict[str, str] = {}
    text, runs = [], []
    for line in lines:
        segments = [segment for segment in line if not segment.control]
        text.append("".join(segment.text for segment in segments).rstrip())
        runs.append("".join(_runs(segments, letters)))
    return Snapshot(f"{size[0]}x{size[1]}", tuple(text), tuple(runs), tuple(letters))


def dump(snapshots: Mapping[str, Snapshot]) -> str:
    """Write the looks of a scene, by the names of their pictures."""
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    lines: list[str] = []
    for name, snapshot in snapshots.items():
        lines.append(f"# {name} {snapshot.size}")
        lines += (f"colours {_letter(n)} {style}" for n, style in enumerate(snapshot.colours))
        for kind, block in (("text", snapshot.text), ("runs", snapshot.runs)):
            first = seen.setdefault((kind, block), name)
            if first == name:
                lines += [kind, *(f"|{row}" for row in block)]
            else:
                lines.append(f"{kind} as {first}")
    return "\n".join(lines) + "\n"


def load(written: str) -> dict[str, Snapshot]:
    """Read what ``dump`` wrote."""
    lines = written.split("\n")
    heads = [place for place, line in enumerate(lines) if _HEAD.fullmatch(line)]
    found: dict[str, Snapshot] = {}
    for start, end in pairwise([*heads, len(lines)]):
        head = _HEAD.fullmatch(lines[start])
        assert head is not None
        found[head[1]] = _parse(head[2], lines[start + 1 : end], found)
    return found


def _parse(size: str, lines: Sequence[str], before: Mapping[str, Snapshot]) -> Snapshot:
    colours: list[str] = []
    blocks: dict[str, list[str]] = {"text": [], "runs": []}
    kind = ""
    for line in lines:
        if line.startswith("|"):
            blocks[kind].append(line[1:])
        elif line.startswith("colours "):
            colours.append(line.split(" ", 2)[2])
        elif line:
            kind, _, other = line.partition(" as ")
            blocks[kind] += getattr(before[other], kind) if other else ()
    return Snapshot(size, tuple(blocks["text"]), tuple(blocks["runs"]), tuple(colours))


def _runs(segments: Sequence[Segment], letters: dict[str, str]) -> Iterator[str]:
    """Yield the runs of a line; a blank belongs to the run before it where it looks the same."""
    count, style = 0, ""
    for piece, piece_style in _pieces(segments):
        is_blank = not piece.strip(" ") and not _marks_blanks(piece_style)
        ground = _colour(piece_style.bgcolor)
        if is_blank and style and style.endswith(f"on {ground}") and not _has_line(style):
            wanted = style
        else:
            wanted = f"on {ground}" if is_blank else _words(piece_style)
        if wanted != style and count:
            yield f"{count}{_letter_of(style, letters)}"
            count = 0
        count, style = count + cell_len(piece), wanted
    if count:
        yield f"{count}{_letter_of(style, letters)}"


def _pieces(segments: Sequence[Segment]) -> Iterator[tuple[str, Style]]:
    """Yield the segments with blanks apart from words, however the app divided them."""
    for segment in segments:
        for piece in re.findall(" +|[^ ]+", segment.text):
            yield piece, segment.style or _PLAIN


def _marks_blanks(style: Style) -> bool:
    return bool(style.underline or style.strike or style.reverse)


def _has_line(words: str) -> bool:
    return bool({"underline", "strike", "reverse"} & set(words.split()))


def _words(style: Style) -> str:
    on = [name for name in _ATTRIBUTES if getattr(style, name)]
    return " ".join([*on, _colour(style.color), "on", _colour(style.bgcolor)])


def _colour(colour: Color | None) -> str:
    if colour is None:
        return "default"
    return colour.triplet.hex if colour.triplet else colour.name


def _letter_of(style: str, letters: dict[str, str]) -> str:
    return letters.setdefault(style, _letter(len(letters)))


def _letter(number: int) -> str:
    """Return a name without digits: a to z, A to Z, then two letters."""
    if number < len(_LETTERS):
        return _LETTERS[number]
    return _LETTERS[number // len(_LETTERS) - 1] + _LETTERS[number % len(_LETTERS)]
