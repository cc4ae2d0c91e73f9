"""Inline Markdown (emphasis, code, links, images) as spans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.core.links import link_host
from tui.core.text import clean, clean_line
from tui.ui.markdown.spans import Action, Span, Spans, plain

if TYPE_CHECKING:
    from markdown_it.token import Token

_ROLES = {"strong": "strong", "em": "em", "s": "strike"}
_TARGET_LIMIT = 120
_CELL_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_inline(
    tokens: Sequence[Token], role: str = "", *, marks: bool = False, in_cell: bool = False
) -> Spans:
    """Return the spans of an inline token's children.

    ``role`` is added to every span. With ``marks``, code keeps its backticks, for screens without
    colour. In a table cell, ``<br>`` breaks the line. Links to anything but http and https are text
    followed by their target.
    """
    spans: list[Span] = []
    roles = [role] if role else []
    links: list[tuple[Token, int]] = []
    for token in tokens:
        kind, _, edge = token.type.rpartition("_")
        if kind in _ROLES and edge == "open":
            roles.append(_ROLES[kind])
        elif kind in _ROLES:
            roles.remove(_ROLES[kind])
        elif token.type == "link_open":
            links.append((token, len(spans)))
        elif token.type == "link_close":
            link, start = links.pop()
            spans[start:] = _link(str(link.attrs.get("href", "")), _title(link), spans[start:])
        elif token.type == "text" and in_cell:
            spans += [Span(split_cell(tidy(token.content)), " ".join(roles))]
        else:
            spans += _leaf(token, " ".join(roles), marks)
    return tuple(spans)


def tidy(text: str) -> str:
    """Return the decoded text of a message, safe to draw on one line."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def _leaf(token: Token, style: str, marks: bool) -> list[Span]:
    if token.type in {"softbreak", "hardbreak"}:
        return [Span("\n", style)]
    if token.type == "image":
        return _image(token, style)
    if token.type == "code_inline":
        text = tidy(token.content)
        return [Span(f"`{text}`" if marks else text, f"{style} code".lstrip())]
    if token.type in {"raw", "formula"}:
        return [Span(clean(token.content).replace("\t", " "), style)]
    return [Span(tidy(token.content), style)] if token.content else []


def split_cell(text: str) -> str:
    """Return the text of a table cell with its ``<br>`` as line breaks."""
    return _CELL_BREAK.sub("\n", text)


def _link(href: str, title: str, text: Sequence[Span]) -> list[Span]:
    target, words = clean_line(_readable(href), _TARGET_LIMIT), plain(text)
    title = "" if title in words else f"“{title}”"
    host = link_host(href)
    if not host:
        told = words == target or f"mailto:{words}" == target
        return [*text, *_aside("" if told else target, title)]
    action: Action = ("app.open_link", (href,))
    # An image in a link opens the image; the host after it opens the link.
    linked = [
        span if span.action else span._replace(style=f"{span.style} link".lstrip(), action=action)
        for span in text or [Span(target)]
    ]
    shown = _shows(words or target, host) and linked[0].action == action
    return [*linked, *_aside("" if shown else clean_line(host, _TARGET_LIMIT), title, action)]


def _readable(href: str) -> str:
    """Decode the percent-encoded letters of an address."""
    from markdown_it.common.normalize_url import normalizeLinkText

    return normalizeLinkText(href)


def _aside(target: str, title: str, action: Action | None = None) -> list[Span]:
    """Return target and title of a link, unless its text shows them."""
    told = ", ".join(filter(None, (target, title)))
    return [Span(f" ({told})", "muted", action)] if told else []


def _title(token: Token) -> str:
    return tidy(str(token.attrs.get("title", "")))


def _shows(text: str, host: str) -> bool:
    """Return True if a link's text is its address, so that no target stays hidden."""
    return link_host(text if "://" in text else f"https://{text}") == host


def _image(token: Token, style: str) -> list[Span]:
    source = str(token.attrs.get("src", ""))
    name = plain(read_inline(token.children or [])).replace("\n", " ").strip()
    name = name or clean_line(source.rpartition("/")[2], 40) or "image"
    return _link(source, _title(token), [Span(f"🖼 {name}", style)])
