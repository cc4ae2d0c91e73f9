"""Inline Markdown (emphasis, code, links, images) as spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.core.text import clean, clean_line
from tui.ui.markdown.spans import Action, Span, Spans, plain

if TYPE_CHECKING:
    from markdown_it.token import Token

_ROLES = {"strong": "strong", "em": "em", "s": "strike"}
_TARGET_LIMIT = 120


def read_inline(tokens: Sequence[Token], role: str = "", *, marks: bool = False) -> Spans:
    """The spans of an inline token's children.

    ``role`` is added to every span. With ``marks``, code keeps its backticks, for screens
    without colour. Links to anything but http and https are text followed by their target.
    """
    spans: list[Span] = []
    roles = [role] if role else []
    links: list[tuple[str, int]] = []
    for token in tokens:
        kind, _, edge = token.type.rpartition("_")
        if kind in _ROLES and edge == "open":
            roles.append(_ROLES[kind])
        elif kind in _ROLES:
            roles.remove(_ROLES[kind])
        elif token.type == "link_open":
            links.append((str(token.attrs.get("href", "")), len(spans)))
        elif token.type == "link_close":
            href, start = links.pop()
            spans[start:] = _link(href, spans[start:])
        else:
            spans += _leaf(token, " ".join(roles), marks)
    return tuple(spans)


def web_host(href: str) -> str:
    """The host of an http or https address, or empty for any other."""
    try:
        parts = urlsplit(href)
        return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def tidy(text: str) -> str:
    """Decoded text of a message, safe to draw on one line."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def _leaf(token: Token, style: str, marks: bool) -> list[Span]:
    if token.type in {"softbreak", "hardbreak"}:
        return [Span("\n", style)]
    if token.type == "image":
        return _image(token, style)
    if token.type == "code_inline":
        text = tidy(token.content)
        return [Span(f"`{text}`" if marks else text, f"{style} code".lstrip())]
    if token.type == "raw":
        return [Span(clean(token.content).replace("\t", " "), style)]
    return [Span(tidy(token.content), style)] if token.content else []


def _link(href: str, text: Sequence[Span]) -> list[Span]:
    host = web_host(href)
    if not host:
        target = clean_line(href, _TARGET_LIMIT)
        told = plain(text) == target or f"mailto:{plain(text)}" == target
        return [*text, *([] if told or not target else [Span(f" ({target})", "muted")])]
    action: Action = ("app.open_link", (href,))
    linked = [span._replace(style=f"{span.style} link".lstrip(), action=action) for span in text]
    return linked if _shows(plain(text), host) else [*linked, *_hint(host)]


def _hint(host: str) -> list[Span]:
    return [Span(f" ({clean_line(host, _TARGET_LIMIT)})", "muted")]


def _shows(text: str, host: str) -> bool:
    """Whether a link's text is its address, so that nobody is led elsewhere unawares."""
    return web_host(text if "://" in text else f"https://{text}") == host


def _image(token: Token, style: str) -> list[Span]:
    source = str(token.attrs.get("src", ""))
    name = clean_line(token.content) or clean_line(source.rpartition("/")[2], 40) or "image"
    return _link(source, [Span(f"🖼 {name}", style)])
