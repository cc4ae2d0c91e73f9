"""Textual's own caches, kept from holding on to what is no longer on screen."""

from __future__ import annotations

from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style
from textual.widget import Widget
from textual.widgets import OptionList

KEPT_OPTIONS = 256
"""More than fit on most screens; those that scroll into view again are drawn again."""


def share_backgrounds() -> None:
    """Compute what the backgrounds of a widget look like once for all widgets.

    Textual caches that with the last 1,024 caches that asked for it, whose widgets may be gone:
    each holds all lines that its widget has ever drawn.
    """
    if hasattr(StylesCache.get_inner_outer, "cache_info"):
        StylesCache.get_inner_outer = _inner_outer  # type: ignore[method-assign, assignment]


def keep_few_options(options: OptionList) -> None:
    """Keep the drawn lines of as many options as can be seen, not of the last 2,048."""
    options._option_render_cache.maxsize = KEPT_OPTIONS


def forget_lines(widget: Widget) -> None:
    """Let go of the drawn lines of a widget out of sight; it is drawn again when it is seen."""
    widget._styles_cache.clear()


def _inner_outer(cache: StylesCache, base: Color, background: Color) -> tuple[Style, Style]:
    return _backgrounds(base, background)


@lru_cache(1024)
def _backgrounds(base: Color, background: Color) -> tuple[Style, Style]:
    return Style(background=base + background), Style(background=base)
