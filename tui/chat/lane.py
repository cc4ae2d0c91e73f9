"""One conversation at work: its turns, one after another, in the order they were written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from tui.chat.connecting import watch_connections
from tui.chat.deliver import (
    NotDelivered,
    Occupied,
    SentElsewhere,
    begin_conversation,
    clear_up,
    deliver,
    wait_while_busy,
)
from tui.chat.follow import follow, watch_gaps
from tui.chat.history import running_turn
from tui.chat.kit import Kit
from tui.chat.player import Player
from tui.chat.updates import Problem, Refused, TurnChanged, TurnDropped
from tui.core.draft import Draft, draft_of, parse
from tui.core.errors import BackendError, ErrorKind
from tui.core.ids import ConversationId, TurnId
from tui.core.records import PromptState
from tui.core.turn import Turn


class Lane:
    """A queue of turns and the task that plays them.

    The task ends when the queue is empty or the turn at its head needs the user (a message that
    is not confirmed, a credential that is refused); :meth:`wake` starts it again.
    """

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.player: Player | None = None
        self._queue: deque[Turn] = deque()
        self._task: asyncio.Task[None] | None = None
        self._woken = False

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turn at work, then those that wait for it."""
        now = (self.player.turn,) if self.player else ()
        return (*now, *self._queue)

    @property
    def busy(self) -> bool:
        return self._task is not None and not self._task.done()

    async def idle(self) -> bool:
        """Whether nothing is at work; a turn that has just ended is given time to be put away."""
        if self._task and self.player and self.player.turn.over and not self._queue:
            await asyncio.wait({self._task})
        return not self.busy

    def add(self, turn: Turn) -> None:
        self._queue.append(turn)
        self.wake()

    def hurry(self) -> None:
        """Do not wait for the next try, or for a stream that has gone quiet."""
        if self.player:
            self.player.hurry()
        self.wake()

    def wake(self) -> None:
        """Go to work; one more look at the queue if the work is just about to end."""
        self._woken = True
        if not self.busy:
            self._task = asyncio.create_task(self._work())

    def take(self, turn_id: TurnId) -> Turn | None:
        """Remove a turn that waits; None if it is being sent already or is not here."""
        turn = next((turn for turn in self._queue if turn.id == turn_id), None)
        if turn:
            self._queue.remove(turn)
        return turn

    async def recall(self, turn_id: TurnId) -> Turn | None:
        """Remove a turn that is not on its way, even between two tries; None if it is too late."""
        player = self.player
        if player and _state(player.turn) == "unconfirmed" and self._task:
            await asyncio.wait({self._task})  # it is about to put the turn back
            player = None
        if player is None or player.turn.id != turn_id:
            return self.take(turn_id)
        if _state(player.turn) != "queued":
            return None
        await self.stop()
        if _state(player.turn) == "queued":
            self.wake()
            return player.turn
        self.put_back(player.turn)
        self.wake()
        return None

    def put_back(self, turn: Turn) -> None:
        self._queue.appendleft(turn)

    async def revise(self, turn_id: TurnId, text: str) -> Turn | None:
        """Give a message that is not on its way other words, in its place in the queue.

        Returns the turn as it is now, or None if it is too late.
        """
        if self.player and self.player.turn.id == turn_id:
            turn = await self.recall(turn_id)
            if turn is not None:
                self.put_back(turn)
        for place, turn in enumerate(self._queue):
            if turn.id == turn_id and turn.prompt and turn.prompt.state == "queued":
                self._queue[place] = replace(turn, prompt=replace(turn.prompt, text=text))
                return self._queue[place]
        return None

    def reload(self, turns: Iterable[Turn]) -> None:
        """Wait with these turns instead, which the store says are not over. Not while busy."""
        self._queue = deque(turns)

    async def rest(self) -> None:
        """Stop working; what was under way is the next again."""
        player = self.player
        await self.stop()
        if player and not player.turn.over and player.turn.id not in {t.id for t in self._queue}:
            self.put_back(player.turn)

    async def stop(self) -> None:
        """Leave everything as it is; what was under way is resumed from the store."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while self._queue:
            self._woken = False
            turn = self._queue[0]
            if _state(turn) == "unconfirmed" and turn.run_id is None:
                return
            self.player = Player(self.kit, self._queue.popleft())
            try:
                if not await self._play(self.player):
                    self._queue.appendleft(self.player.turn)
                    if not self._woken:
                        return
            finally:
                self.player.report(None)
                self.player = None

    async def _play(self, player: Player) -> bool:
        """Play one turn; False if it stays at the head of the queue until the user acts."""
        watchers = [
            asyncio.create_task(watch) for watch in (watch_connections(player), watch_gaps(player))
        ]
        try:
            if not await self._arrive(player):
                return False
            await follow(player)
        except SentElsewhere:
            return True
        except Occupied:
            await self._let_pass(player)
        except NotDelivered as refusal:
            await self._give_back(player.turn, refusal.error)
        except BackendError as error:
            self.kit.publish(Problem(error, player.conversation_id))
            return False
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
        return True

    async def _arrive(self, player: Player) -> bool:
        """See to it that the agent has the message; False if that cannot be known."""
        turn = player.turn
        if turn.prompt is None or turn.prompt.state == "sent":
            return True
        if turn.run_id:
            await player.mark("sent")
            return True
        if turn.prompt.state == "sending":
            text = "The program ended while the message was being sent."
            return await clear_up(player, BackendError(ErrorKind.INTERRUPTED, text, sent=True))
        await begin_conversation(player)
        self._move_to(player.conversation_id)
        return await deliver(player)

    async def _let_pass(self, player: Player) -> None:
        """Follow the turn that keeps the conversation busy, or wait where none is known."""
        other = await running_turn(self.kit, player.turn)
        if other is None:
            await wait_while_busy(player)
        self.put_back(player.turn)
        if other is not None:
            self.kit.publish(TurnChanged(other))
            self.put_back(other)

    def _move_to(self, conversation_id: ConversationId) -> None:
        self._queue = deque(replace(t, conversation_id=conversation_id) for t in self._queue)

    async def _give_back(self, turn: Turn, error: BackendError) -> None:
        """Put a refused text where the user can correct it; never in two places, never in none."""
        store, cid = self.kit.store, turn.conversation_id
        returned = draft_of(turn.prompt) if turn.prompt else Draft()
        draft = parse(await store.draft(cid))
        await store.save_draft(cid, returned.followed_by(draft).dump())
        await store.drop_turn(turn.id)
        self.kit.publish(TurnDropped(cid, turn.id))
        self.kit.publish(Refused(cid, turn.id, returned, error))


def _state(turn: Turn) -> PromptState | None:
    return turn.prompt.state if turn.prompt else None


def requeued(turn: Turn) -> Turn:
    """The turn with its prompt ready to be sent (again)."""
    assert turn.prompt is not None
    return replace(turn, prompt=replace(turn.prompt, state="queued", problem=""))
