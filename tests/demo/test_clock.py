from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from uuid import UUID

import pytest

from tui.demo.clock import DemoClock, parse_rfc3339, rfc3339
from tui.demo.ids import Ids, skill_id

NOON = datetime(2026, 5, 26, 12, 0, 0, 123456, UTC)


def test_timestamps_survive_a_round_trip_in_the_documented_format():
    assert rfc3339(NOON) == "2026-05-26T12:00:00.123456Z"
    assert rfc3339(NOON.astimezone(timezone(timedelta(hours=5)))) == rfc3339(NOON)
    assert parse_rfc3339("2026-05-26T14:00:00.123456+02:00") == NOON


def test_a_timestamp_without_an_offset_is_rejected():
    with pytest.raises(ValueError, match="no offset"):
        parse_rfc3339("2026-05-26T12:00:00")


def test_a_frozen_clock_never_gives_the_same_time_twice():
    clock = DemoClock(NOON)
    readings = [clock.now() for _ in range(100)]
    assert readings[0] == NOON
    assert all(a < b for a, b in pairwise(readings))
    clock.advance(60)
    assert clock.now() == NOON + timedelta(seconds=60)


def test_event_ids_are_version_7_and_sort_by_time():
    ids, clock = Ids(1), DemoClock(NOON)
    made = [ids.event(clock.now()) for _ in range(2000)]
    assert made == sorted(made)
    first = UUID(made[0])
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert first.int >> 80 == int(NOON.timestamp() * 1000)


def test_ids_have_the_formats_of_the_api():
    ids = Ids(1)
    assert len(ids.call()) == len("call_") + 22
    assert UUID(ids.request()).version == 4
    assert len(ids.secret()) == 64
    assert skill_id("Order laptop") == skill_id("Order laptop")
