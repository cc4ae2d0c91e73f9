"""Simulated user who answers every question, and the final state of a turn as shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from tests.engine.engine_room import Room
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import ConversationId, TurnId
from tui.core.steps import ApprovalStep, BreakStep, ConnectionStep, SkillStep, Step
from tui.core.turn import Turn
from tui.demo.server import DemoServer


class User:
    """Approves what is asked, authorises what must be, signs in again, sends again."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._answered: set[str] = set()
        self._signed_in = 0

    async def see_through(
        self, turn_id: TurnId, until: Callable[[Turn], bool] | None = None, within_s: float = 60.0
    ) -> Turn:
        """Do whatever the turn waits for until it is complete, or ``until`` something."""
        room, enough = self.room, until or _is_complete
        async with asyncio.timeout(within_s):
            while not enough(room.turns[turn_id]):
                await room.until(
                    lambda: enough(room.turns[turn_id]) or self._asked(turn_id), within_s
                )
                if not enough(room.turns[turn_id]):
                    await self._answer(room.turns[turn_id])
        return room.turns[turn_id]

    def _asked(self, turn_id: TurnId) -> bool:
        turn = self.room.turns.get(turn_id)
        if turn is None:
            return False
        unsure = turn.prompt is not None and turn.prompt.state == "unconfirmed"
        return unsure or bool(self._open(turn)) or self._refusals() > self._signed_in

    def _open(self, turn: Turn) -> set[str]:
        names = {str(step.call_id) for step in turn.open_approvals}
        names |= {str(step.attempt_id) for step in turn.open_connections}
        return names - self._answered

    def _refusals(self) -> int:
        """Count how often credentials were rejected."""
        kinds = (problem.error.kind for problem in self.room.problems)
        return sum(kind is ErrorKind.UNAUTHORIZED for kind in kinds)

    async def _answer(self, turn: Turn) -> None:
        session = self.room.session
        if self._refusals() > self._signed_in:
            self._signed_in = self._refusals()
            session.retry_now(turn.conversation_id)
        if turn.prompt and turn.prompt.state == "unconfirmed":
            await session.send_again(turn.conversation_id, turn.id)
        for approval in turn.open_approvals:
            if str(approval.call_id) not in self._answered:
                await self._approve(turn, approval)
        for connection in turn.open_connections:
            if str(connection.attempt_id) not in self._answered and connection.url:
                await authorise(connection.url)
                self._answered.add(str(connection.attempt_id))

    async def _approve(self, turn: Turn, step: ApprovalStep) -> None:
        try:
            await self.room.session.decide(turn, step.call_id, "approved")
        except BackendError as error:
            if error.kind is not ErrorKind.UNAUTHORIZED and not error.transient:
                raise
            return  # signed in again, or with the network back, the user presses the key again
        self._answered.add(str(step.call_id))


def _is_complete(turn: Turn) -> bool:
    return turn.over and not turn.has_gap


async def authorise(url: str) -> None:
    """Press Allow on the demo's consent page."""
    async with httpx.AsyncClient(verify=False) as browser:
        page = await browser.get(url)
        assert page.status_code == 200
        answer = await browser.post(url, data={"decision": "allow"})
        assert answer.status_code < 400


def essence(turn: Turn) -> list[tuple[str, ...]]:
    """Reduce a turn to what the agent did and said, without IDs, times and breaks."""
    return [_essence_of(step) for step in turn.steps if not isinstance(step, BreakStep)]


def breaks(turn: Turn) -> list[BreakStep]:
    """Return the breaks of a turn's connection."""
    return [step for step in turn.steps if isinstance(step, BreakStep)]


def _essence_of(step: Step) -> tuple[str, ...]:
    match step:
        case SkillStep():
            return ("skill", step.skill, step.status)
        case ApprovalStep():
            return ("approval", step.request.skill, str(step.decision))
        case ConnectionStep():
            return ("connection", step.connector, str(step.outcome))
        case _:
            return ("text", step.text)


def sent(server: DemoServer, text: str) -> int:
    """Count how often the server received a message."""
    return [record.summary for record in server.log.of("send")].count(text)


def decided(server: DemoServer, conversation_id: ConversationId) -> int:
    """Count how often the server received a decision on a skill call."""
    records = server.log.of("approval")
    return sum(bool(r.summary) for r in records if str(conversation_id) in r.path)
