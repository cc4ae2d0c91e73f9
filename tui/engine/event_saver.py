"""Storing what happens in a turn, without letting a store that fails hide it."""

from __future__ import annotations

from collections.abc import Sequence

from tui.core.errors import StoreError
from tui.core.events import TurnEvent, TurnFinished
from tui.core.turn import Turn
from tui.engine.context import EngineContext
from tui.engine.updates import UserNotice

_MOST_FAILURES = 3
"""One after another, after which the store is not asked again for the rest of a batch."""


class Saver:
    """Saves the events of a turn; what the store does not take is saved with what comes next.

    The user is told once, in one sentence, until saving works again. Nothing is lost for good:
    a turn whose end was not saved is read from the service again.
    """

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._unsaved: list[TurnEvent] = []
        self._turn_unsaved = False
        self._told = False

    async def save_events(self, turn: Turn, events: Sequence[TurnEvent]) -> None:
        """Save events, with those that could not be saved before."""
        waiting = [*self._unsaved, *events]
        try:
            await self._context.store.append(turn.id, turn.conversation_id, waiting)
            self._unsaved, self._told = [], False
        except StoreError as error:
            self._unsaved = await self._save_each(turn, waiting) if len(waiting) > 1 else waiting
            if self._unsaved:
                self._tell(error)

    async def save_turn(self, turn: Turn, *, changed: bool) -> None:
        """Save how far the prompt got and which run works on it, if that has changed."""
        if not changed and not self._turn_unsaved:
            return
        try:
            await self._context.store.save_turn(
                turn.id, turn.conversation_id, turn.prompt, turn.run_id
            )
            self._turn_unsaved = False
        except StoreError as error:
            self._turn_unsaved = True
            self._tell(error)

    async def _save_each(self, turn: Turn, events: Sequence[TurnEvent]) -> list[TurnEvent]:
        """Save events one by one, so that one cannot hold up the others; those that failed.

        The end of a turn is not saved before what belongs in front of it.
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

    def _tell(self, error: StoreError) -> None:
        if not self._told:
            self._told = True
            self._context.publish(UserNotice(f"{error} The reply is shown, but not saved yet."))
