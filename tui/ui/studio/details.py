"""Details of a genie, loaded part by part."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from tui.core.errors import BackendError
from tui.studio.models import Genie, GenieClient, Guardrail, KnowledgeBase, Skill

if TYPE_CHECKING:
    from tui.studio.developer_client import DeveloperClient

T = TypeVar("T")

MOST = 200
"""Maximum number of list entries to load."""


@dataclass(frozen=True, slots=True)
class DetailPart(Generic[T]):
    """Part that is loading, loaded or failed."""

    value: T | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ListPreview(Generic[T]):
    """First entries of a list."""

    entries: Sequence[T]
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GenieDetails:
    """A genie with its clients, skills and other parts."""

    genie: Genie
    loaded: DetailPart[Genie] = DetailPart()
    """The genie with all its fields; a list leaves some out."""
    clients: DetailPart[ListPreview[GenieClient]] = DetailPart()
    skills: DetailPart[ListPreview[Skill]] = DetailPart()
    knowledge_bases: DetailPart[ListPreview[KnowledgeBase]] = DetailPart()
    guardrail: DetailPart[Guardrail] = DetailPart()


Reader = Callable[["DeveloperClient", Genie], Awaitable[object]]


async def _loaded(studio: DeveloperClient, genie: Genie) -> Genie:
    return await studio.genies.get(genie.id)


async def _clients(studio: DeveloperClient, genie: Genie) -> ListPreview[GenieClient]:
    return await _first(studio.clients.list())


async def _skills(studio: DeveloperClient, genie: Genie) -> ListPreview[Skill]:
    return await _first(studio.skills.list(project_id=genie.project_id or None))


async def _knowledge_bases(studio: DeveloperClient, genie: Genie) -> ListPreview[KnowledgeBase]:
    return await _first(studio.knowledge_bases.list(project_id=genie.project_id or None))


async def _guardrail(studio: DeveloperClient, genie: Genie) -> Guardrail:
    return await studio.guardrails.get(genie.id)


READERS: dict[str, Reader] = {
    "loaded": _loaded,
    "clients": _clients,
    "skills": _skills,
    "knowledge_bases": _knowledge_bases,
    "guardrail": _guardrail,
}
"""Readers by part; the first finds the project that the others search."""


async def read_part(name: str, studio: DeveloperClient, genie: Genie) -> DetailPart[object]:
    """Read a part; a failure becomes its problem."""
    try:
        return DetailPart(await READERS[name](studio, genie))
    except BackendError as error:
        return DetailPart(problem=error.sentence())


async def _first(entries: AsyncGenerator[T]) -> ListPreview[T]:
    read: list[T] = []
    async for entry in _closing(entries):
        if len(read) == MOST:
            return ListPreview(read, goes_on=True)
        read.append(entry)
    return ListPreview(read)


async def _closing(entries: AsyncGenerator[T]) -> AsyncIterator[T]:
    try:
        async for entry in entries:
            yield entry
    finally:
        await entries.aclose()
