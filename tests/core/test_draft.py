"""Drafts: text and attachments survive a round trip."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.core.draft import Draft, draft_of, fold, parse, show_folded, unfold
from tui.core.records import Attachment, Prompt
from tui.core.text import clean

TEXTS = st.text().map(clean)
PATHS = st.lists(st.text(min_size=1).map(clean), max_size=4).map(tuple)


@given(TEXTS, PATHS)
def test_a_draft_survives_a_round_trip(text: str, paths: tuple[str, ...]) -> None:
    assert parse(Draft(text, paths).dump()) == Draft(text, paths)


@given(TEXTS, TEXTS, TEXTS)
def test_pasted_texts_are_labels_on_screen_and_sent_in_full(
    before: str, paste: str, after: str
) -> None:
    text = f"{before}{fold(paste)}{after}"
    assert unfold(text) == f"{before}{paste}{after}"
    seen: list[str] = []
    assert show_folded(text, lambda part: seen.append(part) or "[chip]") == f"{before}[chip]{after}"
    assert seen == [paste]


def test_restored_text_is_put_before_the_current_draft() -> None:
    file = Attachment(path="/a", name="a", size_bytes=1)
    returned = draft_of(Prompt(text="first", attachments=(file,)))
    both = returned.followed_by(Draft("second", ("/b", "/a")))
    assert both == Draft("first\n\nsecond", ("/a", "/b"))
    assert returned.followed_by(Draft()) == returned
    assert not Draft().followed_by(Draft())


MESSAGES = st.lists(TEXTS.filter(str.strip), min_size=1, max_size=4)


@given(MESSAGES, TEXTS.filter(str.strip))
def test_texts_restored_one_after_another_keep_their_order(texts: list[str], own: str) -> None:
    draft, returned_before = Draft(own, ("/a",)), Draft()
    for text in texts:
        draft = draft.with_returned(Draft(text), returned_before)
        returned_before = returned_before.followed_by(Draft(text))
    assert draft == Draft("\n\n".join((*texts, own)), ("/a",))


def test_restored_text_goes_first_if_the_draft_was_edited_since() -> None:
    returned_before = Draft("one", ("/a",))
    assert Draft("one!", ("/b",)).with_returned(Draft("two"), returned_before) == Draft(
        "two\n\none!", ("/b",)
    )


def test_restored_files_come_after_current_ones_unless_removed() -> None:
    returned_before, message = Draft("one", ("/a", "/gone")), Draft("two", ("/b",))
    draft = Draft("one\n\nown", ("/a", "/c")).with_returned(message, returned_before)
    assert draft == Draft("one\n\ntwo\n\nown", ("/a", "/b", "/c"))
