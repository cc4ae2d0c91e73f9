"""Play a script: convert its steps to events, pauses and questions."""

from __future__ import annotations

from operator import attrgetter

from tui.demo.faults import FaultBox
from tui.demo.headless.runs import GenieRun
from tui.demo.ids import skill_id
from tui.demo.scripts.steps import (
    AskApproval,
    AskConnection,
    CutStream,
    Outcome,
    Say,
    Script,
    Step,
    Together,
    UseSkill,
)
from tui.demo.state import DemoConversation, DemoState

_DONE = Outcome()


async def play(
    state: DemoState,
    conversation: DemoConversation,
    run: GenieRun,
    script: Script,
    faults: FaultBox,
) -> None:
    """Run one turn, from ``processing.started`` to ``processing.finished``.

    It begins in ``run`` and may continue in another one. A stopped genie starts and finishes
    without a reply, as the live service does.
    """
    player = _Player(state, conversation, run, faults)
    try:
        player.publish("processing.started")
        if conversation.genie.started:
            await player.perform(script)
    finally:
        state.finish_run(conversation, player.run)


class _Player:
    def __init__(
        self, state: DemoState, conversation: DemoConversation, run: GenieRun, faults: FaultBox
    ) -> None:
        self._world = state
        self._conversation = conversation
        self._faults = faults
        self.run = run
        """The run that the turn is in."""

    def publish(self, kind: str, **fields: object) -> None:
        self._world.publish(self._conversation, self.run, kind, **fields)

    async def perform(self, script: Script) -> None:
        step = next(script, None)
        while step is not None:
            outcome = await self._take(step)
            try:
                step = script.send(outcome)
            except StopIteration:
                return

    async def _take(self, step: Step) -> Outcome:
        match step:
            case Say():
                await self._world.pace(step.after_s)
                self._world.say(self._conversation, self.run, step.text)
            case UseSkill():
                await self._use((step,))
            case Together():
                await self._use(step.calls)
            case AskApproval():
                return await self._ask_approval(step)
            case AskConnection():
                return await self._ask_connection(step)
            case CutStream():
                outage_s = self._world.pace.scaled(step.outage_s)
                self.run.cut_points[len(self.run.events)] = outage_s
                self.run.wake()
        return _DONE

    async def _use(self, calls: tuple[UseSkill, ...]) -> None:
        """Run parallel calls: each announces itself, or, as observed, the first does for all."""
        await self._world.pace(0.6)
        self.run.activity = "skill_processing"
        for call in calls[:1] if self._world.settings.observed else calls:
            self.publish("skill.running", **_named(call.name))
        elapsed_s = 0.0
        for call in sorted(calls, key=attrgetter("seconds")):
            await self._advance(call, call.seconds - elapsed_s)
            elapsed_s = call.seconds
            self._end(call)
        self.run.activity = "ai_running"

    async def _advance(self, call: UseSkill, seconds: float) -> None:
        """Let time pass, and tell each stage of the call."""
        for done, stage in enumerate(call.stages):
            percent = round(100 * done / len(call.stages))
            self.publish("skill.progress", **_named(call.name), percent=percent, message=stage)
            await self._world.pace(seconds / len(call.stages))
        if not call.stages:
            await self._world.pace(seconds)

    def _end(self, call: UseSkill) -> None:
        if call.error is not None:
            self.publish("skill.failed", **_named(call.name), error=call.error)
        else:
            kind = "skill.stopped" if call.stopped else "skill.completed"
            self.publish(kind, **_named(call.name))

    async def _ask_approval(self, step: AskApproval) -> Outcome:
        await self._world.pace(1.2)
        approval = self._world.open_approval(self.run)
        self.run.activity = "awaiting_approval"
        self.publish(
            "skill.confirmation_required",
            call_id=approval.call_id,
            **_named(step.skill),
            skill_parameters=step.parameters,
            skill_parameter_schema=step.schema,
        )
        outcome = await approval.answer
        self.run.activity = "ai_running"
        if outcome.accepted:
            await self._use((UseSkill(step.skill, step.seconds),))
        return outcome

    async def _ask_connection(self, step: AskConnection) -> Outcome:
        await self._world.pace(1.0)
        attempt = self._world.open_attempt(self._conversation, self.run, step.connector)
        self.run.activity = "skill_processing"
        self.run.waits_for_connection = True
        self.publish(
            "runtime_connection.auth_required",
            runtime_connection_attempt_id=attempt.attempt_id,
            auth_link=self._world.renew_link(attempt),
        )
        self.run.off_record = True
        outcome = await attempt.answer
        self.run.waits_for_connection = False
        if fault := self._faults.strike_turn("new_run"):
            self.run = self._world.continue_run(self._conversation, self.run)
            self.run.off_record = not fault.stored
            self.publish("processing.started")
        return outcome


def _named(skill: str) -> dict[str, str]:
    return {"skill_name": skill, "skill_id": skill_id(skill)}
