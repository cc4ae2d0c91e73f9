from __future__ import annotations

import pytest

from tui.demo.scripts import choose
from tui.demo.scripts.steps import (
    AskApproval,
    AskConnection,
    CutStream,
    Outcome,
    Say,
    ScriptPrompt,
    Together,
)
from tui.demo.seed import seed_state
from tui.demo.settings import DemoSettings
from tui.demo.state import DemoState
from tui.demo.suggestions import IFRIT, SUGGESTIONS, USER_ID


def _play(text: str, outcome: Outcome) -> list[object]:
    prompt = ScriptPrompt(text, "Ada")
    script = choose(prompt).script(prompt)
    steps = [next(script)]
    while True:
        try:
            steps.append(script.send(outcome))
        except StopIteration:
            return steps


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize(
    "text", [*(s.text for s in SUGGESTIONS), "book a trip", "reset my password", "hi", "%{x} {y}"]
)
def test_every_script_ends_with_a_reply(text, accepted):
    steps = _play(text, Outcome(accepted, "too smoky"))
    assert isinstance(steps[-1], Say)
    if not accepted and any(isinstance(step, AskApproval | AskConnection) for step in steps):
        assert "Rejected by user: too smoky." in steps[-1].text


def test_every_suggestion_has_its_own_script():
    assert len({choose(ScriptPrompt(s.text)).title for s in SUGGESTIONS}) == len(SUGGESTIONS)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("Order a LAPTOP", AskApproval),
        ("my Jira issues", AskConnection),
        ("is it broken?", Together),
        ("pull the cable", CutStream),
    ],
)
def test_keywords_choose_the_script(text, step):
    assert any(isinstance(taken, step) for taken in _play(text, Outcome()))


def test_small_talk_quotes_the_message_and_never_mentions_ai():
    for text in ("Who are you?", "Are you a language model?", "The moon is out", "tell me a joke"):
        said = " ".join(step.text for step in _play(text, Outcome()) if isinstance(step, Say))
        assert not any(word in said.casefold() for word in ("language model", " llm", " ai "))
    assert "The moon is out" in _play("The moon is out", Outcome())[0].text


def test_conversations_have_titles_that_differ() -> None:
    state = DemoState(DemoSettings())
    seed_state(state)
    genie, user = state.genies[IFRIT], state.users[USER_ID]
    titles = []
    for text in ("Export the invoices", "Export the invoices", "my Jira issues", "Drive, please"):
        prompt = ScriptPrompt(text)
        conversation = state.open_conversation(genie, user)
        state.begin_run(conversation, text, choose(prompt).topic(prompt))
        titles.append(conversation.title)
    assert titles == [
        "October invoices",
        "October invoices (2)",
        "My Jira issues",
        "Q4 plan in Google Drive",
    ]
