"""Request bodies of the demo's Workflows API, checked as FastAPI checks them."""

from __future__ import annotations

import ipaddress
import json
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from tui.demo.errors import Detail, Details
from tui.demo.records import JsonObject
from tui.demo.request_parsing import body_bytes

_Body = TypeVar("_Body", bound=BaseModel)


def _public_host(url: str | None) -> str | None:
    """Return a URL unless it points to this machine or network. Source: recording 12-crud."""
    host = urlsplit(url).hostname if url else None
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return url
    if not address.is_global:
        raise ValueError("Webhook URL targets a private or reserved IP address")
    return url


_Webhook = Annotated[str | None, AfterValidator(_public_host)]


class _Options(BaseModel):
    """Common fields of create, update and import; other fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    title: str | None = None
    agent_id: str | None = None
    model: str | None = None
    max_turns: int | None = None
    skill_ids: list[str] | None = None
    skill_tags: list[str] | None = None
    output_format: str | None = None
    infinite_session: bool | None = None
    caveman: bool | None = None
    bypass_memory: bool | None = None
    auto_memory: bool | None = None
    tsv_tool_results: bool | None = None
    reasoning_effort: str | None = None
    guardrail_ids: list[str] | None = None
    guardrail_tags: list[str] | None = None
    repo_url: str | None = None
    repo_branch: str | None = None
    repo_token_name: str | None = None
    credential_overrides: dict[str, str] | None = None
    webhook_url: _Webhook = None
    error_webhook_url: _Webhook = None


class CreateBody(_Options):
    """New workflow."""

    agent_id: str


class UpdateBody(_Options):
    """Changes of a workflow."""

    status: str | None = None


class PromptBody(BaseModel):
    """Prompt, or a request for workflows whose guardrails require one."""

    model_config = ConfigDict(extra="ignore")

    prompt: str | None = None
    request: dict[str, Any] | None = None
    reasoning_effort: str | None = None


class _BodyItem(_Options):
    agent_id: str
    model: str


class ImportBody(BaseModel):
    """Bundle; its version and type are ignored."""

    model_config = ConfigDict(extra="ignore")

    items: list[_BodyItem]


async def read_body(model: type[_Body], request: Request) -> _Body:
    """Parse the body of a request.

    Raises:
        Details: 422, with the problems and their locations.
    """
    raw = await body_bytes(request)
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError) as error:
        where, problem = getattr(error, "pos", 0), getattr(error, "msg", "Expecting value")
        told = {"type": "json_invalid", "loc": ["body", where], "msg": "JSON decode error"}
        raise Details([told | {"input": {}, "ctx": {"error": problem}}]) from None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise Details([_told(dict(problem)) for problem in problems]) from None


def _told(problem: JsonObject) -> JsonObject:
    """Return a problem in FastAPI's format: located in the body, and without exceptions."""
    told = problem | {"loc": ["body", *problem["loc"]]}
    if "ctx" in told:
        told["ctx"] = {n: {} if isinstance(v, Exception) else v for n, v in told["ctx"].items()}
    return told


def checked_format(options: _Options) -> None:
    """Raise ``Detail``, 400, for an unknown output format."""
    if options.output_format not in (None, "json", "markdown"):
        raise Detail(400, "output_format must be 'json' or 'markdown'")


def given_options(options: _Options) -> JsonObject:
    """Return the options that a body sets to a value."""
    return options.model_dump(exclude_unset=True, exclude_none=True)
