"""Announcements of a turn: everything once, in order, in plain words."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import asks, finished, piece, ran, said, started
from tui.core.events import ApprovalResolved, SkillFinished, SkillProgress, SkillStarted, TurnEvent
from tui.core.ids import ConversationId, TurnId
from tui.core.turn import Turn, fold
from tui.ui.screen_reader.announcer import Announcer
from tui.ui.screen_reader.spoken_markdown import SpokenMarkdown


def told(*events: TurnEvent, may_be_stopped: bool = False) -> list[str]:
    turn = Turn(id=TurnId("t"), conversation_id=ConversationId("c"))
    telling, lines = Announcer("Ifrit", {}, may_be_stopped=may_be_stopped), []
    for event in events:
        turn = fold(turn, [event])
        lines += telling.news(turn)
    assert list(telling.news(turn)) == []
    return lines


def test_a_reply_is_announced_line_by_line_while_streaming() -> None:
    lines = told(
        started(),
        piece(0, "One\nTw"),
        piece(6, "o\nThr"),
        said("One\nTwo\nThree", "message-1"),
        finished(),
    )
    assert [line for line in lines if line != "Ifrit says:"] == [
        "One",
        "Two",
        "Three",
        "End of the reply.",
    ]


def test_skills_and_questions_are_announced_as_words() -> None:
    parameters = {"model": "14", "api_key": "s3cret"}
    lines = told(started(), *ran("Look up"), asks("Order laptop", "call-1", parameters))
    assert "Skill Look up: running." in lines
    assert any(line.startswith("Skill Look up: done") for line in lines)
    assert "Question 1: Ifrit wants to run Order laptop. Nothing has been done yet." in lines
    assert "  model: 14" in lines
    assert "To approve, type /approve 1. To reject, type /reject 1 and a reason." in lines
    assert not any("s3cret" in line for line in lines)


def test_progress_is_said_at_each_quarter_and_where_its_words_change() -> None:
    shares = [n / 100 for n in range(100)]
    lines = told(
        started(),
        SkillStarted(key="s", skill="Export", at_ms=1),
        *(
            SkillProgress(key=f"p{n:03}", skill="Export", share=share, at_ms=2 + n)
            for n, share in enumerate(shares)
        ),
        SkillProgress(key="q", skill="Export", message="Close the file", at_ms=200),
        SkillFinished(key="z", skill="Export", outcome="completed", at_ms=300),
    )
    assert [line for line in lines if line.startswith("Skill")] == [
        "Skill Export: running.",
        "Skill Export: 25%.",
        "Skill Export: 50%.",
        "Skill Export: 75%.",
        "Skill Export: 99%, Close the file.",
        "Skill Export: done in 0.3 s.",
    ]


def test_a_skill_that_failed_at_once_is_said_with_how_far_it_came() -> None:
    turn = Turn(id=TurnId("t"), conversation_id=ConversationId("c"))
    events = [
        SkillProgress(key="a", share=0.33, message="Write the answer", at_ms=1),
        SkillStarted(key="b", skill="todo", at_ms=2),
        SkillFinished(key="c", skill="todo", outcome="failed", error="Not found", at_ms=3),
    ]
    for event in events:
        turn = fold(turn, [event])
    assert list(Announcer("Ifrit", {}).news(turn)) == [
        "Skill todo: 33%, Write the answer.",
        "Skill todo: failed. Not found",
    ]


def test_a_question_with_changed_parameters_is_announced_again() -> None:
    first, second = asks("Pay", "call-1", {"to": "Bob"}), asks("Pay", "call-1", {"to": "Mallory"})
    lines = told(started(), first, second)
    assert lines[lines.index("The parameters changed:") :] == [
        "The parameters changed:",
        "  to: Bob → Mallory",
        "Question 2: Ifrit wants to run Pay. Nothing has been done yet.",
        "  to: Mallory",
        "To approve, type /approve 2. To reject, type /reject 2 and a reason.",
    ]


def test_every_parameter_of_a_question_is_announced_completely() -> None:
    deep: object = "the end"
    for _ in range(60):
        deep = {"in": deep}
    text = "word " * 1_000 + "\nlast line"
    lines = told(started(), asks("Order", "call-1", {"deep": deep, "text": text}))
    assert f"  text: {'word ' * 1_000}" in lines
    assert "  last line" in lines
    assert any(line.strip() == "in: the end" for line in lines)


def test_a_flag_is_announced_as_a_word() -> None:
    lines = told(started(), asks("Order", "call-1", {"express": True, "gift": False}))
    assert {"  express: yes", "  gift: no"} <= set(lines)


def test_the_outcome_of_a_turn_without_reply_is_announced() -> None:
    assert told(started(), finished()) == ["No reply."]
    silent = told(started(), finished(), may_be_stopped=True)
    assert silent == ["No reply. Check that the genie is started."]
    assert told(started(), finished("finished", "Cut off.")) == [
        "End of the reply. The agent reported an error. Cut off."
    ]
    assert told(started(), finished("failed")) == ["The agent failed."]


def test_markdown_is_announced_as_plain_text() -> None:
    spoken = SpokenMarkdown()
    source = [
        "# A **title** #",
        "---",
        "| a | `b` |",
        "|---|:--:|",
        "> wise",
        "- [x] done_it",
        "see [here](https://x.example)",
        "```py",
        "# no heading *here*",
        "```",
        "2 * 3 * 4",
    ]
    assert [line for text in source if (line := spoken.line(text)) is not None] == [
        "Heading: A title",
        "a, b",
        "Quote: wise",
        "- done: done_it",
        "see here (link: https://x.example)",
        "Code in py:",
        "# no heading *here*",
        "End of code.",
        "2 * 3 * 4",
    ]


@given(st.lists(st.text(max_size=60), max_size=8))
def test_announcements_contain_no_escape_sequences(lines: list[str]) -> None:
    spoken = SpokenMarkdown()
    for line in lines:
        said = spoken.line(line) or ""
        assert not any(ord(c) < 32 and c not in "\t\n" for c in said)
        assert "\x9b" not in said


def test_a_question_is_announced_as_a_document() -> None:
    values = {
        "budget": 2149.5,
        "items": [{"item": "Dock", "pieces": 1}, {"item": "Adapter", "pieces": 4}],
        "why": "It is too slow.",
        "notes": None,
    }
    schema = ({"name": "budget", "label": "Budget", "hint": "In euros."},)
    ask = replace(asks("Order", "call-1", values), schema=schema)
    lines = told(started(), ask)
    assert lines[lines.index("  why: It is too slow.") :] == [
        "  why: It is too slow.",
        "  Budget: €2,149.50. In euros.",
        "  items",
        "    1: item Dock, pieces 1",
        "    2: item Adapter, pieces 4",
        "  notes: not given",
        "To approve, type /approve 1. To reject, type /reject 1 and a reason.",
        "To approve later calls of Order in this conversation too, whatever their parameters, "
        "type /approve 1 conversation.",
    ]


def test_an_automatic_approval_is_announced_as_one_and_its_question_is_not() -> None:
    ask = asks("Pay", "call-1")
    turn = Turn(id=TurnId("t"), conversation_id=ConversationId("c"))
    announcer = Announcer("Ifrit", {}, answers_itself=lambda _, step: step.waiting)
    asked = fold(turn, [started(), ask])
    assert list(announcer.news(asked)) == []
    done = ApprovalResolved(key="r", call_id=ask.call_id, decision="approved", automatic=True)
    assert list(announcer.news(fold(asked, [done]))) == [
        "Pay: approved automatically, for this conversation."
    ]
