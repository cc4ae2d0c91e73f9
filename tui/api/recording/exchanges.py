"""Recorded exchanges: requests with their responses, without credentials."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from tui.core.redaction import MASK, secret_forms

_SHAPES = re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*|\bwrka\w{2}-[\w.~+-]+|\b[0-9a-f]{64}\b")
"""Credentials that can be told by their shape; replacing them leaves JSON as JSON."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RecordedRequest(_Record):
    """Request without headers but the one that matters."""

    method: str
    path: str
    """Without the query."""
    body: Any = None
    """JSON, or size and SHA-256 of anything else."""
    last_event_id: str | None = None


class RecordedResponse(_Record):
    """Response: a body, or the pieces of a stream with their milliseconds."""

    status: int
    content_type: str = ""
    retry_after: str | None = None
    body: str | None = None
    sse: list[tuple[int, str]] | None = None
    closed_by: Literal["client", "server", "error"] = "server"


class Exchange(_Record):
    """A request and its response; ``response`` None: the connection failed."""

    at_ms: int
    request: RecordedRequest
    response: RecordedResponse | None = None


class Recording(_Record):
    """Everything of one repeat of a case."""

    what: str
    exchanges: list[Exchange] = []
    times: list[list[float | None]] = []
    """Of each turn: seconds until the first event, the first text, and the end."""


class RecordingIndex(_Record):
    """Circumstances of all recordings of a folder."""

    version: Literal[1] = 1
    backend: str
    genie: str
    agent: str
    recorded: str
    suites: dict[str, str]
    """Digest of each suite, by name."""


class RecordingProblem(Exception):
    """A recording that can't be read. The text is a sentence for the user."""


def recording_path(folder: Path, name: str) -> Path:
    """Return the path of a recording; characters that no file name can have are encoded."""
    return folder / f"{quote(name, safe='')}.json"


def read_recording(folder: Path, name: str) -> Recording:
    """Read a recording. Raises ``RecordingProblem``."""
    path = recording_path(folder, name)
    try:
        return Recording.model_validate_json(path.read_bytes())
    except OSError:
        raise RecordingProblem(f"'{name}' isn't recorded in {folder}.") from None
    except ValidationError:
        raise RecordingProblem(f"{path} isn't a recording.") from None


def read_index(folder: Path) -> RecordingIndex:
    """Read what a folder of recordings is about. Raises ``RecordingProblem``."""
    try:
        return RecordingIndex.model_validate_json((folder / "index.json").read_bytes())
    except OSError:
        raise RecordingProblem(f"There are no recordings in {folder}.") from None
    except ValidationError:
        raise RecordingProblem(f"{folder / 'index.json'} isn't an index of recordings.") from None


def described_body(content: bytes, content_type: str) -> Any:
    """Return the JSON of a body, else its size and digest."""
    if not content:
        return None
    if content_type.startswith("application/json"):
        try:
            return json.loads(content)
        except ValueError:
            pass
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()[:16]}


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text without secrets; JSON stays JSON."""
    for secret in secrets:
        for form in secret_forms(secret) if secret else ():
            text = text.replace(form, MASK).replace(json.dumps(form)[1:-1], MASK)
    return _SHAPES.sub(MASK, text)
