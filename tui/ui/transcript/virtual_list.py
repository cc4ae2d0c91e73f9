"""List of widgets of any length, of which only those around the view are mounted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.ui.textual_fixes.caches import forget_lines
from tui.ui.textual_fixes.layout import FollowingScroll, forget_positions, lay_out_now

KEEP = 60
PAGE = 20

ItemT = TypeVar("ItemT")


class VirtualList(FollowingScroll, Generic[ItemT]):
    """Shows the end of an ordered list, follows it, and pages through the rest without a jump.

    ``key`` returns an item's identity, ``build`` its widget, and ``update`` updates a mounted
    widget for its changed item. Items are compared with ``==``. At most ``KEEP + PAGE`` widgets are
    mounted, however long the list is.
    """

    at_end = reactive(True)
    """True if the end of the list is in view; then it is followed."""
    unseen = reactive(0)
    """Number of items added or changed below since the user scrolled up."""

    @dataclass
    class OlderWanted(Message):
        """The user is near the top of all items; sent once for each first item."""

        window: Widget

    @dataclass
    class NewerWanted(Message):
        """The user is near the bottom of a list with ``goes_on``; sent once for each last item."""

        window: Widget

    @dataclass
    class EndWanted(Message):
        """The user wants to see the end, which is not among the items."""

        window: Widget

    @dataclass
    class Moved(Message):
        """``at_end`` or ``unseen`` has changed: a hint to show or hide."""

        window: Widget

    def __init__(
        self,
        *,
        key: Callable[[ItemT], str],
        build: Callable[[ItemT], Widget],
        update: Callable[[Widget, ItemT], None],
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._key = key
        self._build = build
        self._update_widget = update
        self._items: list[ItemT] = []
        self._places: dict[str, int] = {}
        self._mounted: dict[str, Widget] = {}
        self._first = 0
        self._stop = 0
        self._changing = asyncio.Lock()
        self._asked_before: str | None = None
        self._asked_after: str | None = None
        self.goes_on = False
        """True if more items exist below these: then their end is not followed."""
        self._news: set[str] = set()
        self._held = ""
        """Key of the item whose first line stays in view while the list follows its end."""

    @property
    def items(self) -> Sequence[ItemT]:
        """All items, mounted or not."""
        return self._items

    @property
    def follows(self) -> bool:
        """True if new items scroll the list."""
        at_stop = self._stop == len(self._items) and not self.goes_on
        return at_stop and self.is_following

    def widget_of(self, key: str) -> Widget | None:
        """Return the mounted widget of an item."""
        return self._mounted.get(key)

    def item_of(self, key: str) -> ItemT | None:
        """Return the item of a key."""
        place = self._places.get(key)
        return self._items[place] if place is not None else None

    def place_of(self, key: str) -> int | None:
        """Return the position of an item."""
        return self._places.get(key)

    def mounted(self) -> list[tuple[str, Widget]]:
        """Return the mounted widgets with their items' keys, in no order."""
        return list(self._mounted.items())

    async def show_items(self, items: Sequence[ItemT]) -> None:
        """Show a list: equal items are left alone, changed ones updated in place.

        A list without any mounted item replaces everything and is shown at its end.
        """
        async with self._changing:
            before, old = self._items, self._places
            followed = self.follows
            self._items = list(items)
            self._places = {self._key(item): place for place, item in enumerate(items)}
            if self._mounted.keys() & self._places.keys():
                self._note_news(before, old)
                self._update_changed(before, old)
                await self._mount_range(*self._grown(followed), follow=followed)
            else:
                await self._open(len(self._items))
        self._look_around()

    async def show_item(self, item: ItemT) -> None:
        """Show one changed or new last item; costs the same however long the list is."""
        place = self._places.get(self._key(item))
        if place is None:
            await self.show_items([*self._items, item])
        elif self._items[place] != item:
            self._items[place] = item
            if widget := self._mounted.get(self._key(item)):
                self._update_widget(widget, item)
            self._count_news({self._key(item)})

    def end_here(self) -> None:
        """Mark the last item as the end of the list."""
        self.goes_on = False
        self._look_around()

    async def follow(self) -> None:
        """Go to the end of the list and follow it."""
        async with self._changing:
            self.stop_holding()
            if self._stop < len(self._items):
                await self._open(len(self._items))
            self.anchor()
        self._look_around()

    async def reveal(self, key: str) -> None:
        """Scroll an item to the top of the view. Raises ``KeyError``."""
        async with self._changing:
            place = self._places[key]
            if key not in self._mounted:
                await self._open(min(len(self._items), place + KEEP // 2), KEEP)
            self.release_anchor()
            lay_out_now(self.screen)
            self.scroll_to_widget(
                self._mounted[key], top=True, animate=False, immediate=True, force=True
            )
        self._look_around()

    async def redraw_mounted(self, redraw: Callable[[Widget], None]) -> None:
        """Redraw all mounted widgets without moving the view, whatever their heights become."""
        async with self._changing:
            for widget in self._mounted.values():
                redraw(widget)
            forget_positions(self)
            await self._mount_range(self._first, self._stop, follow=self.follows)
        self._look_around()

    def on_mount(self) -> None:
        self.anchor()
        self.watch(self, "virtual_size", self._look_around, init=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._look_around()

    def action_scroll_end(self) -> None:
        if self.goes_on:
            self.post_message(self.EndWanted(self))
            return
        self.run_worker(self.follow(), group="window", exit_on_error=False)

    def release_anchor(self) -> None:
        # A list that fits cannot scroll: released, it would not follow its end as it grows.
        if self.max_scroll_y > 0:
            super().release_anchor()

    def hold(self, key: str) -> None:
        """Keep the first line of a new item in view, however long it is or becomes.

        It counts as new below once its end is out of view.
        """
        if self.follows:
            self._held = key

    def held_widget(self) -> Widget | None:
        return self._mounted.get(self._held)

    def stop_holding(self) -> None:
        self._held = ""

    def watch_at_end(self) -> None:
        self.post_message(self.Moved(self))

    def watch_unseen(self) -> None:
        self.post_message(self.Moved(self))

    # What is near the view

    def _look_around(self) -> None:
        """Check the position of the view, and page near an edge."""
        all_seen = self.max_scroll_y <= 0 or self.scroll_offset.y >= self.max_scroll_y
        self.at_end = all_seen and self._stop == len(self._items) and not self.goes_on
        if self.at_end:
            self._news.clear()
            self.unseen = 0
        elif self._held and not self.is_following:
            self._count_news({self._held})
            self.stop_holding()
        if not self._items or not self.size.height or self._changing.locked():
            return
        if self._is_near_top() and self._first == 0:
            self._ask_for_older()
        elif self._is_near_top() or self._is_near_bottom():
            self.call_next(self._page)
        if self.goes_on and self._stop == len(self._items) and self._is_near_stop():
            self._ask_for_newer()

    @property
    def _near(self) -> int:
        """Distance in lines from an edge at which to page; never near both edges at once."""
        return min(self.size.height, self.max_scroll_y // 4)

    def _is_near_top(self) -> bool:
        return self.scroll_offset.y <= self._near

    def _is_near_bottom(self) -> bool:
        return self._stop < len(self._items) and self._is_near_stop()

    def _is_near_stop(self) -> bool:
        """Return True if the view is near the last mounted item."""
        return self.max_scroll_y - self.scroll_offset.y <= self._near

    def _ask_for_older(self) -> None:
        first = self._key(self._items[0])
        if self._asked_before != first:
            self._asked_before = first
            self.post_message(self.OlderWanted(self))

    def _ask_for_newer(self) -> None:
        last = self._key(self._items[-1])
        if self._asked_after != last:
            self._asked_after = last
            self.post_message(self.NewerWanted(self))

    async def _page(self) -> None:
        """Mount the next items at the near edge, and remove some at the other."""
        async with self._changing:
            if not self.is_running:
                return
            if self._is_near_top() and self._first > 0:
                first = max(0, self._first - PAGE)
                stop = max(first + KEEP, self._last_needed())
                await self._mount_range(first, stop, follow=self.follows)
            elif self._is_near_bottom():
                stop = min(len(self._items), self._stop + PAGE)
                first = min(stop - KEEP, self._first_needed())
                await self._mount_range(first, stop, follow=False)
            else:
                return
        self._look_around()

    def _first_needed(self) -> int:
        return min(self._needed(), default=self._stop)

    def _last_needed(self) -> int:
        return max(self._needed(), default=self._first) + 1

    def _needed(self) -> list[int]:
        """Return positions of widgets to keep: in view, with the focus or a selection."""
        view = Region(0, self.scroll_offset.y, *self.size)
        busy = {node for node in self.screen.selections if node.is_attached}
        if self.screen.focused is not None:
            busy.add(self.screen.focused)
        held = {node for widget in busy for node in widget.ancestors_with_self}
        return [
            self._places[key]
            for key, widget in self._mounted.items()
            if key in self._places and (widget in held or widget.virtual_region.overlaps(view))
        ]

    # What is new

    def _note_news(self, before: list[ItemT], old: dict[str, int]) -> None:
        recent = {self._key(item): item for item in self._items[self._last_needed() - 1 :]}
        self._count_news(
            {key for key, item in recent.items() if key not in old or before[old[key]] != item}
        )

    def _count_news(self, keys: set[str]) -> None:
        if not self.at_end and not self.goes_on:  # items loaded by paging are not new
            self._news |= keys
            self.unseen = len(self._news)

    def _update_changed(self, before: list[ItemT], old: dict[str, int]) -> None:
        for key, widget in self._mounted.items():
            place = self._places.get(key)
            if place is not None and before[old[key]] != self._items[place]:
                self._update_widget(widget, self._items[place])

    # What is mounted

    def _grown(self, followed: bool) -> tuple[int, int]:
        """Return the range to mount after the list has changed around the mounted items."""
        places = [self._places[key] for key in self._mounted if key in self._places]
        first, stop = min(places), max(places) + 1
        if followed:
            stop = len(self._items)
            return (first if stop - first <= KEEP + PAGE else stop - KEEP), stop
        return first, max(stop, min(len(self._items), first + KEEP))

    async def _open(self, stop: int, count: int = PAGE) -> None:
        """Mount only the ``count`` items before a position."""
        self._asked_before = self._asked_after = None
        with self.app.batch_update():
            await self.remove_children()
            self._mounted.clear()
            self.anchor()
            await self._mount_range(stop - count, stop, follow=True)

    async def _mount_range(self, first: int, stop: int, *, follow: bool) -> None:
        """Mount exactly the items of a range, in order, reusing the existing widgets.

        The view does not move, unless the end is followed.
        """
        first, stop = max(0, first), min(stop, len(self._items))
        wanted = [(self._key(item), item) for item in self._items[first:stop]]
        keys = {key for key, _ in wanted}
        with self.app.batch_update():
            pin = None if follow else self._first_in_view(keys)
            before = pin.virtual_region.y if pin is not None else 0
            if gone := [self._mounted.pop(key) for key in self._mounted.keys() - keys]:
                await self.remove_children(gone)
            self._put_in_order([key for key, _ in wanted if key in self._mounted])
            await self._mount_missing(wanted)
            self._first, self._stop = first, stop
            if pin is not None:
                self.release_anchor()
            # Without a layout here, one frame would be painted at the wrong position.
            lay_out_now(self.screen)
            if pin is not None:
                y = self.scroll_y + pin.virtual_region.y - before
                self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self._forget_lines_far_away()

    def _forget_lines_far_away(self) -> None:
        """Drop the drawn lines of widgets more than a screen from the view."""
        height = self.size.height
        near = Region(0, self.scroll_offset.y - height, self.size.width, 3 * height)
        for widget in self._mounted.values():
            if not widget.virtual_region.overlaps(near):
                self.forget_lines(widget)

    def forget_lines(self, widget: Widget) -> None:
        """Drop the drawn lines of a widget that is far from the view."""
        forget_lines(widget)

    def _first_in_view(self, keys: set[str]) -> Widget | None:
        """Return the topmost widget in view, or else below it, of those that stay.

        One whose first line is in view comes before one that begins above, which may grow.
        """
        top, height = self.scroll_offset.y, self.size.height
        stay = [self._mounted[key] for key in self._mounted.keys() & keys]
        seen = [widget for widget in stay if widget.virtual_region.bottom > top]

        def rank(widget: Widget) -> tuple[bool, int]:
            y = widget.virtual_region.y
            return not top <= y < top + height, y

        return min(seen, key=rank, default=None)

    def _put_in_order(self, keys: list[str]) -> None:
        for place, key in enumerate(keys):
            widget, current = self._mounted[key], self.children[place]
            if current is not widget:
                self.move_child(widget, before=current)

    async def _mount_missing(self, wanted: Sequence[tuple[str, ItemT]]) -> None:
        """Mount runs of items without a widget, each before the widget that follows it."""
        run: list[Widget] = []
        for place, (key, item) in enumerate(wanted):
            if key not in self._mounted:
                self._mounted[key] = self._build(item)
                run.append(self._mounted[key])
            elif run:
                await self.mount_all(run, before=place - len(run))
                run = []
        if run:
            await self.mount_all(run)
