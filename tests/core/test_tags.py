"""Tags: reading and matching."""

from __future__ import annotations

from tui.core.tags import has_tags, read_tags, shown_tags, split_query


def test_tags_are_read_as_people_type_them() -> None:
    assert read_tags("#Urgent, net  urgent #net#vpn") == ("urgent", "net", "vpn")
    assert read_tags(" # , ") == ()
    assert shown_tags(("urgent", "net")) == "#urgent #net"


def test_tags_are_single_words_without_control_characters() -> None:
    hostile = read_tags("a\x1b[31mb\nc")
    assert len(hostile) == 2
    assert "\x1b" not in hostile[0]
    assert [len(tag) for tag in read_tags("x" * 99)] == [24]
    assert len(read_tags(" ".join(map(str, range(99))))) == 8


def test_a_query_has_words_and_beginnings_of_tags() -> None:
    words, begun = split_query("VPN #Ne slow #")
    assert words == ("vpn", "slow")
    assert has_tags(("urgent", "network"), begun)
    assert not has_tags((), begun)
