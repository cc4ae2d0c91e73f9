"""``--option NAME=VALUE``: options of the conversation that a message goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.codes import Code, Failure, failure_of
from tui.core.errors import BackendError
from tui.core.options import OptionProblem, read_options
from tui.core.ports import Can
from tui.core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.ids import ConversationId
    from tui.engine.session import Session

_TITLE_CHARS = 60


async def with_options(
    session: Session, conversation: ConversationId | None, texts: Sequence[str], message: str
) -> ConversationId:
    """Create a conversation with options, or change those of one that exists; its id.

    All options are checked before anything is sent. Raises ``Failure``.
    """
    needed = Can.CHOOSE if conversation is None else Can.CHANGE
    if needed not in session.can:
        raise Failure("this service has no options; leave --option out.", Code.USAGE)
    try:
        options = await session.conversations.options(conversation)
        values = read_options(options, texts)
        if conversation is None:
            title = {"title": clean_line(message, _TITLE_CHARS)}
            return await session.conversations.create({**title, **values})
        dropped = await session.conversations.change(conversation, values)
    except OptionProblem as problem:
        raise Failure(str(problem), Code.USAGE) from problem
    except BackendError as error:
        raise failure_of(error) from error
    if dropped:
        names = ", ".join(dropped)
        raise Failure(f"the service didn't keep {names}, so the message wasn't sent.")
    return conversation
