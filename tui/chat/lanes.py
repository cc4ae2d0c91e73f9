"""The conversations at work: a lane for each, found again when the server has named it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tui.chat.kit import Kit
from tui.chat.lane import Lane
from tui.chat.updates import TurnChanged
from tui.core.events import TurnEvent
from tui.core.ids import ConversationId
from tui.core.records import TurnRecord
from tui.core.turn import Turn, turn_of


class Lanes:
    """One lane per conversation, made when it is first asked for."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._lanes: dict[ConversationId, Lane] = {}
        self._names: dict[ConversationId, ConversationId] = {}
        """The server's ids of conversations that were begun here, for who still says ours."""

    def named(self, conversation_id: ConversationId) -> ConversationId:
        """What a conversation is called by now."""
        return self._names.get(conversation_id, conversation_id)

    def of(self, conversation_id: ConversationId) -> Lane:
        return self._lanes.setdefault(self.named(conversation_id), Lane(self._kit))

    def every(self) -> list[Lane]:
        return list(self._lanes.values())

    def live(self, conversation_id: ConversationId) -> tuple[Turn, ...]:
        """The turns of a conversation that are at work or wait for it, as they are now."""
        lane = self._lanes.get(self.named(conversation_id))
        return tuple(map(self._named, lane.turns)) if lane else ()

    def _named(self, turn: Turn) -> Turn:
        """The turn with the id that its conversation has by now."""
        name = self.named(turn.conversation_id)
        return turn if name == turn.conversation_id else replace(turn, conversation_id=name)

    def rename(self, old: ConversationId, new: ConversationId) -> None:
        """Keep the lane of a conversation that has its real id now.

        There may be one of that name if another process has named the conversation; what waits
        there waits behind.
        """
        self._names[old] = new
        if lane := self._lanes.pop(old, None):
            other = self._lanes.get(new)
            beside = other is not None and other.busy
            self._lanes[old if beside else new] = lane
            lane.move_to(new, other.turns if other and not beside else ())

    def enqueue(self, turn: Turn) -> None:
        """Put a turn behind the others of its conversation, unless it is there."""
        if all(turn.id != other.id for lane in self.every() for other in lane.turns):
            self.of(turn.conversation_id).add(self._named(turn))

    async def resume(self, conversation_id: ConversationId) -> None:
        """Go on with what the store says is not over in a conversation."""
        lane = self.of(conversation_id)
        records = await self._kit.store.unfinished()
        name, known = self.named(conversation_id), {turn.id for turn in lane.turns}
        mine = (r for r in records if r.id in known or self.named(r.conversation_id) == name)
        turns = [self._named(turn_of(record)) for record in mine]
        if lane.busy:
            for turn in turns:
                self.enqueue(turn)
            return
        ended = {turn.id for turn in lane.turns} - {turn.id for turn in turns}
        lane.reload(turns)
        for turn_id in ended:
            if record := await self._kit.store.turn(turn_id):
                self._kit.publish(TurnChanged(turn_of(record)))
        if turns:
            lane.wake()

    async def record(self, turn: Turn, event: TurnEvent) -> None:
        """Take in an event of our own, through the turn's player where it is at work."""
        player = self.of(turn.conversation_id).player
        if player and player.turn.id == turn.id:
            await player.absorb((event,))
            return
        await self._kit.store.append(turn.id, turn.conversation_id, (event,))
        record = await self._kit.store.turn(turn.id)
        if record:
            self._kit.publish(TurnChanged(turn_of(record)))

    async def take_in(self, record: TurnRecord) -> None:
        """Show a turn as another process has stored it."""
        player = self.of(record.conversation_id).player
        if player and player.turn.id == record.id:
            await player.learn(record)
        else:
            self._kit.publish(TurnChanged(turn_of(record)))

    async def close(self, conversation_id: ConversationId) -> tuple[Turn, ...]:
        """Give up the work on a conversation; the turns that were at work or waited."""
        lane = self._lanes.pop(self.named(conversation_id), None)
        if lane is None:
            return ()
        await lane.stop()
        return lane.turns

    async def stop(self) -> None:
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))
