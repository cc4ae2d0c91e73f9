"""Base class for backends: every optional call raises ``UNSUPPORTED``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.agents import Agent
from tui.core.errors import BackendError, ErrorKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.core.diagnostics import CallListener
    from tui.core.events import Decision, Json
    from tui.core.ids import AttemptId, CallId, ConversationId, FileId, RunId, SkillId
    from tui.core.options import Option, OptionValues
    from tui.core.ports import Progress
    from tui.core.records import Attachment, AvailableSkill, ConnectionLink, EventPage, ImportResult


def unsupported(what: str) -> BackendError:
    """Return the error of a call that the service does not support."""
    return BackendError(ErrorKind.UNSUPPORTED, f"This service can't {what}.")


class BaseBackend:
    """Base of backends: they override what they support, and list it in ``can``."""

    def watch_calls(self, listener: CallListener) -> None:
        """Do nothing: there are no requests to report."""

    def lift_delays(self) -> None:
        """Do nothing: no service asks for delays."""

    def check(self, text: str, attachments: Sequence[Attachment]) -> None:
        if attachments:
            raise unsupported("accept files")

    async def delete(self, conversation_id: ConversationId) -> None:
        raise unsupported("delete conversations")

    async def rename(self, conversation_id: ConversationId, title: str) -> None:
        raise unsupported("rename conversations")

    async def options(self, conversation_id: ConversationId | None = None) -> tuple[Option, ...]:
        return ()

    async def change(
        self, conversation_id: ConversationId, values: OptionValues
    ) -> tuple[str, ...]:
        raise unsupported("change options")

    async def agent(self, conversation_id: ConversationId | None = None) -> Agent:
        return Agent()

    async def halt(self, conversation_id: ConversationId, run_id: RunId | None) -> None:
        raise unsupported("stop the agent")

    async def events(self, conversation_id: ConversationId, since: str | None = None) -> EventPage:
        raise unsupported("replay events")

    async def decide(
        self,
        conversation_id: ConversationId,
        call_id: CallId,
        decision: Decision,
        reason: str | None = None,
    ) -> None:
        raise unsupported("ask for approvals")

    async def connection_link(self, attempt_id: AttemptId) -> ConnectionLink:
        raise unsupported("authorize connections")

    async def reject_connection(self, attempt_id: AttemptId, reason: str | None = None) -> None:
        raise unsupported("authorize connections")

    async def upload(
        self, conversation_id: ConversationId, path: Path, progress: Progress
    ) -> FileId:
        raise unsupported("accept files")

    async def wake(self, conversation_id: ConversationId) -> None:
        raise unsupported("reactivate conversations")

    async def skills(self, conversation_id: ConversationId) -> tuple[AvailableSkill, ...]:
        raise unsupported("install skills")

    async def install_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None:
        raise unsupported("install skills")

    async def remove_skill(self, conversation_id: ConversationId, skill_id: SkillId) -> None:
        raise unsupported("remove skills")

    async def export_bundle(self, conversation_id: ConversationId | None = None) -> Json:
        raise unsupported("export conversations")

    async def import_bundle(self, bundle: Json) -> ImportResult:
        raise unsupported("import conversations")
