"""Save the events of a turn, without letting a failing store hide them."""

from __future__ import annotations

from collections.abc import Sequence

from tui.core.errors import StoreError
from tui.core.events import TurnEvent, TurnFinished
from tui.core.turn import Turn
from tui.engine.context import EngineContext
from tui.engine.updates import UserNotice

_MOST_FAILURES = 3
"""Consecutive failures after which the rest of a batch is not tried."""


class Saver:
    """Saver of the events of a turn; events that fail are saved with the next ones.

    The user is told once, in one sentence, until saving works again. Nothing is lost for good:
    a turn with an unsaved end is read from the service again.
    """

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._unsaved: list[TurnEvent] = []
        self._turn_unsaved = False
        self._told = False

    async def save_events(self, turn: Turn, events: Sequence[TurnEvent]) -> None:
        """Save events, together with those that failed before."""
        waiting = [*self._unsaved, *events]
        try:
            await self._context.store.append(turn.id, turn.conversation_id, waiting)
            self._unsaved, self._told = [], False
        except StoreError as error:
            self._unsaved = await self._save_each(turn, waiting) if len(waiting) > 1 else waiting
            if self._unsaved:
                self._report(error)

    async def save_turn(self, turn: Turn, *, changed: bool) -> None:
        """Save the prompt's state and the run of the turn, if they have changed."""
        if not changed and not self._turn_unsaved:
            return
        try:
            await self._context.store.save_turn(
                turn.id, turn.conversation_id, turn.prompt, turn.run_id
            )
            self._turn_unsaved = False
        except StoreError as error:
            self._turn_unsaved = True
            self._report(error)

    async def _save_each(self, turn: Turn, events: Sequence[TurnEvent]) -> list[TurnEvent]:
        """Save events one by one, so that one cannot block the others; return those that failed.

        The end of a turn is not saved before the events it follows.
        """
        failed: list[TurnEvent] = []
        in_a_row = 0
        for event in events:
            try:
                if in_a_row < _MOST_FAILURES and not (failed and isinstance(event, TurnFinished)):
                    await self._context.store.append(turn.id, turn.conversation_id, (event,))
                    in_a_row = 0
                    continue
            except StoreError:
                in_a_row += 1
            failed.append(event)
        return failed

    def _report(self, error: StoreError) -> None:
        if not self._told:
            self._told = True
            self._context.publish(UserNotice(f"{error} The reply is shown, but not saved yet."))
