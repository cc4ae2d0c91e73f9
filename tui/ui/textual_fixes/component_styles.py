"""Component styles computed on first use, and shared by all widgets of a kind.

Textual computes them for every widget when it is mounted and keeps a node for each. A message in
Markdown has 25, at three kilobytes each, and uses a handful.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from textual.app import App
from textual.dom import DOMNode
from textual.style import Style
from textual.widget import Widget

_found: WeakKeyDictionary[App[Any], dict[tuple[object, ...], Style]] = WeakKeyDictionary()


def component_style(widget: Widget, name: str) -> Style:
    """Return the rules of the style sheets for a class below widgets of this kind, alone."""
    app = widget.app
    known = _found.setdefault(app, {})
    sheets = len(app.stylesheet.source)  # some are loaded late
    key = (type(widget), name, app.theme, app.native_ansi_color, sheets)
    if (style := known.get(key)) is None:
        style = known[key] = _find(widget, name)
    return style


def _find(widget: Widget, name: str) -> Style:
    node = DOMNode(classes=name)
    node._attach(widget)
    widget.app.stylesheet.apply(node, animate=False)
    styles = node.styles
    look = styles.text_style
    return Style(
        background=styles.background if styles.has_rule("background") else None,
        foreground=styles.color if styles.has_rule("color") else None,
        bold=look.bold,
        italic=look.italic,
        underline=look.underline,
        strike=look.strike,
        dim=look.dim,
        reverse=look.reverse,
    )
