"""The event stream of a workflow, as frames. It has no end of its own."""

from __future__ import annotations

import json

from tui.demo.demo import Demo
from tui.demo.streams import Frame, Frames, HangUp
from tui.demo.workflow_feed import Feed

KEEPALIVE = Frame("", "", comment="keepalive")


async def follow(demo: Demo, feed: Feed, place: int) -> Frames:
    """The events behind a place, then live; a comment at once and after every silence.

    Source: Workflows API, SSE stream, as it was observed.
    """
    yield KEEPALIVE
    while True:
        events = feed.after(place)
        place = feed.total - len(events)
        _cut_if_asked(feed, place)
        for event in events:
            yield Frame("", json.dumps(event, ensure_ascii=False), str(event["id"]))
            place += 1
            _cut_if_asked(feed, place)
        if not await feed.changed(place, demo.settings.ping_s):
            yield KEEPALIVE


def _cut_if_asked(feed: Feed, place: int) -> None:
    if place in feed.cut_points:
        feed.cut_points.remove(place)
        raise HangUp
