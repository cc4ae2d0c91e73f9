"""Text that came from elsewhere, made safe and short for a terminal."""

from __future__ import annotations

import json
import re

_BREAKS = re.compile("\r\n?|[\u2028\u2029]")

# Everything a terminal might act on or a reader cannot see: C0 (but tab and newline), DEL, C1,
# bidirectional controls, zero-width characters, tags, lone surrogates. ZWJ, ZWNJ and variation
# selectors stay, since emoji and several scripts need them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)

_REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    """Text without control characters, for display; line breaks become ``\\n``.

    What is unsafe is replaced with U+FFFD and not deleted: deleting could join two halves into a
    new escape sequence, and would hide that somebody tried. Idempotent.
    """
    return _UNSAFE.sub(_REPLACEMENT, _BREAKS.sub("\n", text))


def clean_line(text: str, limit: int = 200) -> str:
    """One clean line of at most ``limit`` characters, white space folded, ``…`` where cut."""
    line = " ".join(clean(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def json_text(value: object, *, indent: int | None = None) -> str:
    """JSON to be read by people and programs: escapes stand for what a terminal must not get."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    for unwanted in (_UNSAFE, _BREAKS):
        text = unwanted.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return text


def utf8_size(text: str) -> int:
    """Size of a text in bytes as the servers count it (UTF-8; a lone surrogate counts as three)."""
    return len(text.encode("utf-8", "surrogatepass"))


def duration(seconds: float) -> str:
    """A duration in at most six cells: ``0.4s``, ``12s``, ``3m05s``, ``2h10m``."""
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"


def ago(then_ms: int, now_ms: int) -> str:
    """How long ago, in at most four cells: ``now``, ``5m``, ``3h``, ``2d``, ``6w``, ``4y``."""
    seconds = max(0, now_ms - then_ms) // 1000
    for size, unit in ((31_536_000, "y"), (604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return "now"


def size(count: int) -> str:
    """A number of bytes for people: ``812 B``, ``3.4 kB``, ``20.0 MB`` (powers of 1,000)."""
    if count < 1000:
        return f"{count} B"
    value = count / 1000
    for unit in ("kB", "MB"):
        if value < 999.95:
            return f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
