"""Server-sent events by the standard. Cases come from the web-platform-tests' eventsource suite."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.api.sse import COMMENT, MALFORMED, Frame, FrameDecoder, LineSplitter, read_frames
from tui.core.errors import BackendError, ErrorKind

BOM = b"\xef\xbb\xbf"
COLONS = b":" * 2048

VECTORS = {
    "a second BOM spoils the field": (BOM + b"data:1\n\n" + BOM + b"data:2\n\ndata:3\n\n", "1/3"),
    "only one BOM is dropped": (BOM + BOM + b"data:1\n\ndata:2\n\n", "2"),
    "comments": (
        b"data:1\r:\0\n:\r\ndata:2\n"
        + COLONS
        + b"\rdata:3\n:data:fail\r"
        + COLONS
        + b"\ndata:4\n\n",
        "1\n2\n3\n4",
    ),
    "an unfinished event is lost": (b"retry:1000\ndata:a\n\nid:t\ndata:b", "a"),
    "data field": (b"data:\n\ndata\ndata\n\ndata:t\n\n", "/\n/t"),
    "field parsing": (
        b"data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n"
        b" data:32\ndata:4\n\n",
        "\0\n 2\n1\n3\n\n4",
    ),
    "unknown fields": (b"data:t\n data\ndata\nfoobar:x\nplain\n:c\ndata:t\n\n", "t\n\nt"),
    "line ends": (b"data:t\r\ndata\ndata:t\r\n\r\n", "t\n\nt"),
    "leading space": (b"data:\tt\rdata: \ndata:t\n\n", "\tt\n\nt"),
    "no data, no event": (b"event:x\nid:1\n\n\n\ndata:d\n\n", "d"),
    "UTF-8": ("data:okääk€😀\n\n".encode(), "okääk€😀"),
    "broken UTF-8": (b"data:a\xffb\n\n", "a\ufffdb"),
    "line ends of Unicode are data": (
        "data:a\u2028b\u0085c\x0bd\n\n".encode(),
        "a\u2028b\u0085c\x0bd",
    ),
}


def frames(*chunks: bytes) -> list[Frame]:
    lines, decoder = LineSplitter(), FrameDecoder()
    fed = (decoder.feed(line) for chunk in chunks for line in lines.feed(chunk))
    return [frame for frame in fed if frame is not None and frame.kind != COMMENT]


def texts(*chunks: bytes) -> list[str]:
    """Data of all events; none of the standard's cases holds JSON objects."""
    return [str(frame.data["text"]) for frame in frames(*chunks)]


def pieces(stream: bytes, size: int) -> list[bytes]:
    return [stream[i : i + size] for i in range(0, len(stream), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
def test_cases_of_the_sse_standard(vector: tuple[bytes, str], size: int):
    stream, expected = vector
    assert "/".join(texts(*pieces(stream, size))) == expected


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("size", [1, 2, 64])
def test_every_line_ending_however_it_is_split(end: bytes, size: int):
    stream = b'id: 1@data: {"type":"a"}@@event: b@data: {}@@'.replace(b"@", end)
    assert [(f.kind, f.id) for f in frames(*pieces(stream, size))] == [("a", "1"), ("b", None)]


def test_an_event_is_dispatched_before_the_byte_after_its_last_cr():
    assert texts(b"data:1\r\r") == ["1"]
    assert texts(b"data:1\r\n\r", b"\ndata:2\r", b"\n\r\n") == ["1", "2"]


def test_a_type_lasts_for_one_event_and_an_empty_one_means_message():
    assert [f.kind for f in frames(b"event:a\ndata:{}\n\nevent: \ndata:{}\n\n")] == ["a", "message"]
    assert [f.kind for f in frames(b"event:a\n\ndata:{}\n\n")] == ["message"]


def test_an_event_id_belongs_to_its_own_event():
    got = frames(b"id:1\ndata:{}\n\ndata:{}\n\nid:2\0\ndata:{}\n\nid\ndata:{}\n\nid:3\ndata:{}\n\n")
    assert [f.id for f in got] == ["1", None, None, None, "3"]


def test_the_event_id_in_the_json_replaces_a_missing_id_line():
    got = frames(b'data:{"event_id":"e1"}\n\nid:line\ndata:{"event_id":"e2"}\n\n')
    assert [f.id for f in got] == ["e1", "line"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("03000", 3000), ("1000x", None), ("", None), ("-5", None), ("1_000", None), ("٣", None)],
)
def test_retry_takes_ascii_digits_alone(asked: str, expected: int | None):
    assert [f.retry_ms for f in frames(f"retry:{asked}\ndata:{{}}\n\n".encode())] == [expected]


def test_a_comment_is_a_heartbeat_and_no_event():
    lines, decoder = LineSplitter(), FrameDecoder()
    stream = b"id:1\ndata:{}\n\n: ping\n\n: ping\n\n"
    kinds = [f.kind for line in lines.feed(stream) if (f := decoder.feed(line))]
    assert kinds == ["message", COMMENT, COMMENT]


def test_the_type_in_the_json_wins_over_the_event_line():
    assert [
        f.kind for f in frames(b'event:x\ndata:{"type":"y"}\n\nevent:z\ndata:{"type":7}\n\n')
    ] == [
        "y",
        "z",
    ]


@pytest.mark.parametrize("data", [b"{oops", b"[1]", b'"text"', b"", b"[" * 100_000])
def test_data_that_is_no_json_object_is_malformed(data: bytes):
    (frame,) = frames(b"event: agent.message\ndata:" + data + b"\n\n")
    assert frame.kind == MALFORMED
    assert frame.data == {"event": "agent.message", "text": data.decode()}


def test_done_is_no_event():
    assert frames(b"data: [DONE]\n\n") == []


def test_nan_in_json_is_kept_as_text():
    [frame] = frames(b'data:{"a":NaN,"b":1e999,"c":-Infinity}\n\n')
    assert frame.data == {"a": "NaN", "b": "1e999", "c": "-Infinity"}


async def chunked(*chunks: bytes):
    for chunk in chunks:
        yield chunk


async def test_an_event_of_several_megabytes_arrives():
    text = "x" * 4_000_000
    stream = b'data:{"message":"' + text.encode() + b'"}\n\n'
    got = [frame async for frame in read_frames(chunked(*pieces(stream, 65536)))]
    assert got[0].data["message"] == text


@pytest.mark.parametrize("line", [b"data:" + b"x" * 90, b"data:x\n" * 30])
async def test_an_endless_event_is_an_error(line: bytes):
    with pytest.raises(BackendError) as caught:
        async for _ in read_frames(chunked(*pieces(line, 10)), host="h", limit_bytes=80):
            pass
    assert caught.value.kind is ErrorKind.BAD_ANSWER


@pytest.mark.parametrize("name", ["documented/turn.sse", "observed/turn.sse"])
async def test_recorded_turns_are_parsed_completely(recorded, name: str):
    got = [frame async for frame in read_frames(chunked(recorded(name)))]
    assert {f.kind for f in got} & {MALFORMED} == set()
    assert all(json.dumps(frame.data) for frame in got)
    assert len(got) >= 6


LINES = st.sampled_from(
    [b"data:{}", b'data: {"type":"a"}', b"id:7", b"event:e", b":c", b"", BOM, b"\xff", b"retry:1"]
)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
STREAMS = st.lists(st.tuples(LINES, ENDS)).map(lambda rows: b"".join(a + b for a, b in rows))


@given(STREAMS, st.lists(st.integers(0, 200)))
@settings(max_examples=150, deadline=None)
def test_chunk_boundaries_change_nothing(stream: bytes, cuts: list[int]):
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(places)]
    assert frames(*chunks) == frames(stream)


@given(st.lists(st.binary(max_size=60)))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_at_most_a_malformed_frame(chunks: list[bytes]):
    assert all(isinstance(frame, Frame) for frame in frames(*chunks))
