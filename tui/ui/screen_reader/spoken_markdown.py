"""Markdown as lines to read aloud, with words instead of symbols."""

from __future__ import annotations

import re

from tui.core.text import clean

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*([^\s`]*)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|~~|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))")
_TASK = re.compile(r"^(\s*[-*+]\s+)\[([ xX])\]\s+")


class SpokenMarkdown:
    """Convert the lines of one message, in order."""

    def __init__(self) -> None:
        self._fence = ""

    def line(self, line: str) -> str | None:
        """Return the spoken form of a line; None: nothing to say."""
        line = clean(line).rstrip()
        if fence := _FENCE.match(line):
            return self._at_fence(fence)
        if self._fence:
            return line
        if _RULE.match(line) or ("|" in line and _TABLE_RULE.match(line)):
            return None
        if heading := _HEADING.match(line):
            return f"Heading: {_inline(heading[1])}"
        if line.lstrip().startswith("|"):
            return ", ".join(_inline(cell.strip()) for cell in line.strip().strip("|").split("|"))
        if line.startswith(">"):
            return f"Quote: {_inline(line.lstrip('> '))}"
        return _inline(_TASK.sub(_task, line))

    def _at_fence(self, fence: re.Match[str]) -> str | None:
        mark, language = fence[1], fence[2]
        if not self._fence:
            self._fence = mark
            return f"Code in {language}:" if language else "Code:"
        if mark.startswith(self._fence) and not language:
            self._fence = ""
            return "End of code."
        return fence.string


def _inline(text: str) -> str:
    text = _LINK.sub(lambda m: f"{m[1]} (link: {m[2]})" if m[1] != m[2] else m[1], text)
    return _EMPHASIS.sub("", text.replace("`", ""))


def _task(match: re.Match[str]) -> str:
    return f"{match[1]}{'done' if match[2] in 'xX' else 'to do'}: "
