"""Initial conversations of the demo server, so that a first visitor finds some history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice

from tui.demo.headless.runs import GenieRun
from tui.demo.ids import skill_id
from tui.demo.records import DemoGenie, Source, User
from tui.demo.state import DemoConversation, DemoState


@dataclass(frozen=True, slots=True)
class PastTurn:
    """Question, the skills that it took, and Ifrit's reply."""

    asked: str
    skills: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Conversation, and its age."""

    title: str
    age: timedelta
    turns: tuple[PastTurn, ...]


_PASTS = (
    Past(
        "VPN drops every hour",
        timedelta(minutes=24),
        (
            PastTurn(
                "My VPN drops every hour, on the hour.",
                ("Search tickets", "Read VPN log"),
                (
                    "On the hour? That points to a timer, not a cable.",
                    "Your client renews its lease every **3600 s**, and the Frankfurt "
                    "gateway responds too late. Until that's fixed:\n\n"
                    "1. Open *Settings → Network*.\n"
                    "2. Choose the gateway `vpn-par-2`.\n"
                    "3. Reconnect once.\n\n"
                    "I added you to `INC-3301`.",
                ),
            ),
            PastTurn(
                "Paris works, thank you!",
                (),
                ("Glad to hear it. I'll let you know when Frankfurt is back to normal.",),
            ),
        ),
    ),
    Past(
        "Access to the data warehouse",
        timedelta(hours=5),
        (
            PastTurn(
                "Can you give me read access to the sales schema?",
                ("Look up access policy", "Request access"),
                (
                    "Requested: `warehouse.sales`, *read only*, for 90 days. Your lead has "
                    "already approved it.\n\n"
                    "```sql\n"
                    "select region, sum(amount)\n"
                    "from sales.orders\n"
                    "group by region;\n"
                    "```\n\n"
                    "This should work in about ten minutes.",
                ),
            ),
        ),
    ),
    Past(
        "Meeting room display is upside down",
        timedelta(hours=27),
        (
            PastTurn(
                "The display in room Aladdin is upside down.",
                ("Find device", "Rotate display"),
                ("Rotated by 180°. It should be right side up now.",),
            ),
        ),
    ),
    Past(
        "How parental leave works",
        timedelta(days=4),
        (
            PastTurn(
                "How does parental leave work here?",
                ("Search knowledge base",),
                (
                    "Congratulations! In short:\n\n"
                    "| What | How long | Who to tell |\n"
                    "| --- | --- | --- |\n"
                    "| Paid leave | 16 weeks | your lead, 8 weeks before |\n"
                    "| Unpaid leave | up to 2 years | People team |\n"
                    "| Part time | until the child is 8 | your lead |\n\n"
                    "> Questions? Ask the People team.",
                ),
            ),
            PastTurn(
                "What about adoption?",
                (),
                ("It's the same, starting the day the child arrives. The form is `PL-2`.",),
            ),
        ),
    ),
    Past(
        "Finding the color printer",
        timedelta(days=11),
        (
            PastTurn(
                "Which printer on floor 3 prints in color?",
                ("Find device",),
                ("`prn-3-west`. The other one prints black and white only.",),
            ),
        ),
    ),
)
_ERRANDS = ("License for", "Question about", "Access to", "Problem with", "New hire and")
_THINGS = (
    "the design tool",
    "expenses",
    "the build farm",
    "a headset",
    "the wiki",
    "shared mailboxes",
    "travel booking",
)
_LONG_THREAD_GAP = timedelta(seconds=30)


def seed_history(state: DemoState, genie: DemoGenie, user: User) -> None:
    """Add the history to a new state, oldest first, by its settings."""
    now, wanted = state.clock.now(), state.settings.seeded_conversations
    told = _PASTS[:wanted]
    for number in range(wanted - len(told), 0, -1):
        _add_errand(state, state.open_conversation(genie, user, _errand_time(now, number)), number)
    if state.settings.seeded_messages:
        _add_long_thread(state, genie, user, now)
    for past in reversed(told):
        _relive(state, state.open_conversation(genie, user, now - past.age), past)


def _errand_time(now: datetime, number: int) -> datetime:
    return now - timedelta(days=14) - number * timedelta(minutes=50)


def _add_errand(state: DemoState, conversation: DemoConversation, number: int) -> None:
    """Add a short conversation with neither run nor events: there may be ten thousand of them."""
    about = f"{_ERRANDS[number % len(_ERRANDS)]} {_THINGS[number % len(_THINGS)]}"
    at, run_id = conversation.created_at, state.ids.short("run")
    _entitle(conversation, f"{about} ({number})")
    state.remember(conversation, run_id, "user", f"{about}: can you help?", at)
    answer = f"Done. It's in `REQ-{10_000 + number}` if you need it."
    state.remember(conversation, run_id, "genie", answer, at + timedelta(seconds=20))


def _entitle(conversation: DemoConversation, title: str) -> None:
    conversation.title = title
    # Long ago, so that the detail call has the title at once.
    conversation.titled_at = conversation.created_at - timedelta(days=1)


def _add_long_thread(state: DemoState, genie: DemoGenie, user: User, now: datetime) -> None:
    length = state.settings.seeded_messages
    start = now - timedelta(days=2) - length * _LONG_THREAD_GAP
    conversation = state.open_conversation(genie, user, start)
    _entitle(conversation, f"A thread of {length} messages")
    said = [turn for past in _PASTS for turn in past.turns]
    texts = (text for turn in cycle(said) for text in (turn.asked, turn.said[-1]))
    run_id = ""
    for number, text in enumerate(islice(texts, length)):
        source: Source = "genie" if number % 2 else "user"
        run_id = run_id if number % 2 else state.ids.short("run")
        at = start + number * _LONG_THREAD_GAP
        state.remember(conversation, run_id, source, f"{text} ({number + 1})", at)


def _relive(state: DemoState, conversation: DemoConversation, past: Past) -> None:
    """Add messages and events of a past conversation; the API hides events older than a day."""
    _entitle(conversation, past.title)
    at = conversation.created_at
    for turn in past.turns:
        at = _relive_turn(state, conversation, turn, at) + timedelta(seconds=95)


def _relive_turn(
    state: DemoState, conversation: DemoConversation, turn: PastTurn, at: datetime
) -> datetime:
    run = GenieRun(state.ids.short("run"), conversation.conversation_id, at)
    run.done = True
    conversation.runs[run.run_id] = run
    state.remember(conversation, run.run_id, "user", turn.asked, at)
    at += timedelta(milliseconds=180)
    state.record(conversation, run, "processing.started", at, {})
    for skill in turn.skills:
        named = {"skill_name": skill, "skill_id": skill_id(skill)}
        at += timedelta(milliseconds=700)
        state.record(conversation, run, "skill.running", at, named)
        at += timedelta(milliseconds=1100 + 90 * len(skill))
        state.record(conversation, run, "skill.completed", at, named)
    for text in turn.said:
        at += timedelta(milliseconds=900)
        message = state.remember(conversation, run.run_id, "genie", text, at)
        fields = {"message": text, "message_id": message.message_id}
        state.record(conversation, run, "agent.message", at, fields)
    at += timedelta(milliseconds=60)
    state.record(conversation, run, "processing.finished", at, {})
    return at
