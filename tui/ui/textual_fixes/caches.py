"""Limit Textual's render caches."""

from __future__ import annotations

from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style
from textual.widget import Widget
from textual.widgets import OptionList

KEPT_OPTIONS = 256
"""More than most screens show; options that scroll into view again are drawn again."""


def share_backgrounds() -> None:
    """Share the computed backgrounds among all widgets.

    Textual keeps the last 1,024 caches that asked for one, though their widgets may be gone: each
    holds all lines that its widget has ever drawn.
    """
    if hasattr(StylesCache.get_inner_outer, "cache_info"):
        StylesCache.get_inner_outer = _inner_outer  # type: ignore[method-assign, assignment]


def keep_few_options(options: OptionList) -> None:
    """Limit the cached lines to as many options as fit on a screen, instead of the last 2,048."""
    options._option_render_cache.maxsize = KEPT_OPTIONS


def forget_lines(widget: Widget) -> None:
    """Drop the drawn lines of a widget out of sight; it is drawn again when visible."""
    widget._styles_cache.clear()


def _inner_outer(cache: StylesCache, base: Color, background: Color) -> tuple[Style, Style]:
    return _backgrounds(base, background)


@lru_cache(1024)
def _backgrounds(base: Color, background: Color) -> tuple[Style, Style]:
    return Style(background=base + background), Style(background=base)
