"""Private names of Textual that tests need; each function says why there is no public way.

Look here first when Textual is raised: everything else in ``tests/`` uses its public interface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual._compositor import LayoutUpdate
from textual._context import active_app
from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.segment import Segment
    from textual.app import App
    from textual.css.model import RuleSet
    from textual.screen import Screen
    from textual.strip import Strip
    from textual.widget import Widget
    from textual.widgets import Input


def screen_lines(app: App[Any]) -> list[Strip]:
    """Return the lines of the terminal, modals included.

    Textual exports a screen only as an SVG picture.
    """
    return app.screen._compositor.render_strips()


def terminal_lines(app: App[Any]) -> list[list[Segment]]:
    """Return what a full update sends to the terminal: modals with what shines through them.

    The same call makes Textual's own screenshots, which are SVG only.
    """
    screen = app.screen
    update = screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(update, LayoutUpdate)
    return [[segment for strip in line for segment in strip] for line in update.strips]


def screen_text(app: App[Any]) -> str:
    """Return the text of the terminal, line by line."""
    return "\n".join(strip.text.rstrip() for strip in screen_lines(app))


def notifications(app: App[Any]) -> list[str]:
    """Return the texts of the notifications on screen; the app only tells how to add one."""
    return [notification.message for notification in app._notifications]


def crash_report(app: App[Any]) -> str:
    """Report the exception that is being handled, as a crash does, and return the report.

    A crash ends the process; only its private handler can be called without that.
    """
    app._fatal_error()
    return "".join(segment.text for segment in app._exit_renderables[0].segments)


def suggestion(field: Input) -> str:
    """Return what an input field suggests, which it only draws."""
    return field._suggestion


def line_cache(widget: Widget) -> object:
    """Return the cache of drawn lines of a widget, to see it collected with the widget."""
    return widget._styles_cache


def waits_to_be_drawn(screen: Screen[Any], widget: Widget) -> bool:
    """Tell whether a widget has changed and the screen has not been told to draw it yet."""
    return widget in screen._dirty_widgets


def lay_out(screen: Screen[Any]) -> None:
    """Lay the screen out at once, as a widget does that shows other content."""
    screen._refresh_layout()


def draw(screen: Screen[Any]) -> None:
    """Draw what has changed at once, as Textual does a moment after a layout."""
    screen._compositor_refresh()


def draw_frame() -> bool:
    """Draw the next frame of the active app; return whether there was anything to do.

    Textual draws frames by a timer; waiting for it would make tests several times as slow.
    """
    app = active_app.get()
    if app._resize_timer is not None:
        return True
    screen = app.screen
    if not (screen._callbacks or (_may_draw(screen) and _is_stale(screen))):
        return False
    screen._on_timer_update()
    return True


def _may_draw(screen: Screen[object]) -> bool:
    return screen.is_current and not screen.app._batch_count


def _is_stale(screen: Screen[object]) -> bool:
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
    )


def parse_css_once(parse: Callable[..., list[RuleSet]]) -> Callable[..., list[RuleSet]]:
    """Return ``Stylesheet._parse_rules`` with one cache for all apps of the process.

    Each app has a cache of its own, so that a third of the start of an app was parsing.
    """
    parsed: dict[object, list[RuleSet]] = {}

    def parse_once(sheet: Stylesheet, *args: Any, **named: Any) -> list[RuleSet]:
        key = (args, tuple(named.items()), tuple(sheet._variables.items()))
        if key not in parsed:
            parsed[key] = parse(sheet, *args, **named)
        return parsed[key]

    return parse_once
