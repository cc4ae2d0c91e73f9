"""Forms of a text: normalized for comparison, or disguised as a secret could be."""

from __future__ import annotations

import base64
import codecs
import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

Normalization = Literal["case", "space", "markdown", "quotes", "marks"]
NORMALIZATIONS: tuple[Normalization, ...] = ("case", "space", "markdown", "quotes", "marks")

_QUOTES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
    }
)
_MIN_DISGUISED = 4
"""A shorter secret would be found in any text, once it is disguised."""


def normalized(text: str, how: Collection[Normalization]) -> str:
    """Return the text in a form that can be compared; compatibility forms are always unified."""
    text = unicodedata.normalize("NFKC", text)
    if "markdown" in how:
        text = plain_of_markdown(text)
    if "quotes" in how:
        text = text.translate(_QUOTES)
    if "marks" in how:
        parts = unicodedata.normalize("NFD", text)
        text = unicodedata.normalize(
            "NFC", "".join(c for c in parts if not unicodedata.combining(c))
        )
    if "space" in how:
        text = " ".join(text.split())
    return text.casefold() if "case" in how else text


@lru_cache(maxsize=256)
def plain_of_markdown(text: str) -> str:
    """Return the words of a Markdown text; table cells stay apart by ``|``."""
    from markdown_it import MarkdownIt

    lines: list[str] = []
    cells: list[str] = []
    in_row = False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        match token.type:
            case "tr_open":
                in_row, cells = True, []
            case "tr_close":
                in_row = False
                lines.append(f"| {' | '.join(cells)} |")
            case "inline":
                words = "".join(_inline(child) for child in token.children or ())
                (cells if in_row else lines).append(words)
            case "fence" | "code_block" | "html_block":
                lines.append(token.content.rstrip("\n"))
            case _:
                pass
    return "\n".join(lines)


def _inline(token: object) -> str:
    kind, content = getattr(token, "type", ""), getattr(token, "content", "")
    if kind in ("softbreak", "hardbreak"):
        return "\n"
    return content if kind in ("text", "code_inline", "html_inline", "image") else ""


def disguises(text: str, secret: str) -> Iterator[str]:
    """Yield the names of the forms in which a text holds a secret: plain, spaced, encoded ..."""
    if not secret:
        return
    folded = secret.casefold()
    if folded in text.casefold():
        yield "plain"
    if len(secret) < _MIN_DISGUISED:
        return
    letters, wanted = _letters(text), _letters(secret)
    if wanted and folded not in text.casefold():
        if wanted in letters:
            yield "with separators"
        if wanted[::-1] in letters:
            yield "backwards"
    if _letters(codecs.encode(secret, "rot13")) in letters and folded not in text.casefold():
        yield "in rot13"
    if _in_hex(text, secret):
        yield "in hex"
    if "%" in text and folded in unquote(text).casefold() and folded not in text.casefold():
        yield "percent-encoded"
    if _in_base64(text, secret):
        yield "in Base64"


def _letters(text: str) -> str:
    """Return the letters and digits alone, so that separators between them do not matter."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _in_hex(text: str, secret: str) -> bool:
    digits = re.sub(r"(?i)\\x|0x|[\s:,;-]", "", text).casefold()
    return secret.encode().hex() in digits


def _in_base64(text: str, secret: str) -> bool:
    """Return True if Base64 of the secret is there, at any of the three alignments."""
    joined = re.sub(r"\s", "", text).replace("-", "+").replace("_", "/")
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
        # the characters at both ends also hold bits of the neighbours
        start = (0, 2, 3)[shift]
        end = len(encoded) - (1 if (len(secret.encode()) + shift) % 3 else 0)
        inner = encoded[start:end]
        if len(inner) >= _MIN_DISGUISED and inner in joined:
            return True
    return False
