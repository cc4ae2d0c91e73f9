"""Event stream of a workflow as frames. It never ends on its own."""

from __future__ import annotations

import json

from tui.demo.context import DemoContext
from tui.demo.headless.event_stream import Frames, HangUp, ServerFrame
from tui.demo.records import JsonObject
from tui.demo.workflows.event_feed import EventFeed

KEEPALIVE = ServerFrame("", "", comment="keepalive")


async def follow(demo: DemoContext, feed: EventFeed, last_id: int | None) -> Frames:
    """Yield the events after a number, then live; a comment after every silence.

    The first comment ends the replay; in the documented behaviour it precedes it. Source: Workflows
    API, SSE stream; recordings 09-*.
    """
    replayed = [] if last_id is None else feed.kept_after(last_id)
    place = feed.total
    if demo.settings.documented_workflows:
        yield KEEPALIVE
    for heard, event in replayed:
        yield _frame(event)
        _cut_if_asked(feed, heard)
    if not demo.settings.documented_workflows:
        yield KEEPALIVE
    while True:
        events = feed.after(place)
        place = feed.total - len(events)
        _cut_if_asked(feed, place)
        for event in events:
            yield _frame(event)
            place += 1
            _cut_if_asked(feed, place)
        if not await feed.changed(place, demo.settings.ping_s):
            yield KEEPALIVE


def _frame(event: JsonObject) -> ServerFrame:
    return ServerFrame("", json.dumps(event, ensure_ascii=False), str(event["id"]))


def _cut_if_asked(feed: EventFeed, place: int) -> None:
    if place in feed.cut_points:
        raise HangUp(feed.cut_points.pop(place))
