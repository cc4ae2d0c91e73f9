"""Models of the Workflows API's responses, as documented and as observed.

Parsed as tolerantly as the Headless API's responses, see :mod:`tui.api.models`.
Source: Workflows API, and responses of a server that was run locally.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator

from tui.api.coerce import amount_of, text_of
from tui.api.models import ApiModel, Count, Instant, Object, Objects, Text, WireId
from tui.core.text import clean


def _words(value: object) -> list[str]:
    return [text_of(entry) for entry in value if entry] if isinstance(value, list) else []


def _ids(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _yes(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _texts_by_name(value: object) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {clean(str(name)): text_of(text) for name, text in pairs if isinstance(text, str)}


Words = Annotated[list[str], PlainValidator(_words)]
Ids = Annotated[list[str], PlainValidator(_ids)]
Amount = Annotated[float | None, PlainValidator(amount_of)]
Switch = Annotated[bool | None, PlainValidator(_yes)]
TextsByName = Annotated[dict[str, str], PlainValidator(_texts_by_name)]


class AgentItem(ApiModel):
    """Agent: a prompt, a model and tools. Shared by all users."""

    id: WireId = None
    name: Text = ""
    description: Text = ""
    model: Text = ""
    custom_tool_ids: Ids = Field([])


class GuardrailItem(ApiModel):
    """Check of prompts, requests, or replies that a workflow can have."""

    id: WireId = None
    name: Text = ""
    description: Text = ""
    guardrail_type: Text = ""
    """``prompt``, ``request``, ``output``, or another word."""
    tags: Words = Field([])
    enabled: Switch = None


class TokenItem(ApiModel):
    """Token stored at the server: its name, and the end of its value."""

    name: WireId = None
    description: Text = ""
    masked_value: Text = ""


class EnvVariable(ApiModel):
    """Variable of a custom tool, and the token that fills it."""

    env_var: WireId = None
    current_token: Text = ""


class EnvMapping(ApiModel):
    """Variables of a custom tool. Observed; not among the documented calls."""

    tool_name: Text = ""
    rows: Objects = Field([], validation_alias="env_vars")

    @property
    def variables(self) -> list[EnvVariable]:
        return [EnvVariable.model_validate(row) for row in self.rows]


class SkillItem(ApiModel):
    """Skill that can be installed in a workflow."""

    id: WireId = None
    name: Text = ""
    description: Text = ""
    tags: Words = Field([])


class UsageTotals(ApiModel):
    """Tokens and cost of a workflow's newest run that ended well, or of a run so far.

    The original document calls the tokens ``total_in`` and ``total_out`` and the cost ``cost``, and
    counts from the creation of the workflow. Servers use the longer names and count per run.
    """

    total_premium_requests: Amount = None
    total_input_tokens: Count = None
    total_output_tokens: Count = None
    total_cache_read_tokens: Count = None
    total_cache_write_tokens: Count = None
    total_cost: Amount = None
    total_in: Count = None
    total_out: Count = None
    cost: Amount = None
    currency: Text = ""

    @property
    def is_running_total(self) -> bool:
        """True if the count is of the whole workflow, as in the original document."""
        longer = (self.total_input_tokens, self.total_output_tokens)
        return longer == (None, None) and (self.total_in, self.total_out) != (None, None)

    @property
    def input_tokens(self) -> int:
        return self.total_input_tokens or self.total_in or 0

    @property
    def output_tokens(self) -> int:
        return self.total_output_tokens or self.total_out or 0

    @property
    def cached_tokens(self) -> int:
        return self.total_cache_read_tokens or 0

    def counts(self) -> tuple[int, int, int]:
        return self.input_tokens, self.output_tokens, self.cached_tokens

    @property
    def is_nothing(self) -> bool:
        """True if nothing was counted, which differs from zero usage."""
        others = (self.total_premium_requests, self.price)
        return not any(self.counts()) and not any(others)

    @property
    def price(self) -> float | None:
        return self.cost if self.total_cost is None else self.total_cost


class WorkflowLog(ApiModel):
    """Entry of a workflow's log."""

    timestamp: Instant = None
    event: Text = ""
    detail: Text = ""


class WorkflowMessage(ApiModel):
    """Entry of the transcript of a workflow's newest run."""

    role: Text = ""
    content: Text = ""


class Workflow(ApiModel):
    """Workflow: an agent, its settings, and the newest run, the only one with its text."""

    id: WireId = None
    title: Text = ""
    agent_id: WireId = None
    model: Text = ""
    status: Text = ""
    """``active``, ``inactive``, ``running``, or another word."""
    output_format: Text = ""
    max_turns: Count = None
    current_turn: Count = None
    reasoning_effort: Text = ""
    skill_ids: Ids = Field([])
    skill_tags: Words = Field([])
    guardrail_ids: Ids = Field([])
    guardrail_tags: Words = Field([])
    credential_overrides: TextsByName = Field({})
    """Names of tokens, by the variables that they fill."""
    infinite_session: Switch = None
    bypass_memory: Switch = None
    auto_memory: Switch = None
    tsv_tool_results: Switch = None
    caveman: Switch = None
    repo_url: Text = ""
    repo_branch: Text = ""
    repo_token_name: Text = ""
    webhook_url: Text = ""
    error_webhook_url: Text = ""
    last_task_status: Text = ""
    """State of the newest run: ``pending``, ``running``, or its outcome."""
    last_task_at: Instant = None
    created_at: Instant = None
    updated_at: Instant = None
    total: Object = Field({}, validation_alias="usage")
    log_rows: Objects = Field([], validation_alias="logs")
    message_rows: Objects = Field([], validation_alias="messages")

    @property
    def usage(self) -> UsageTotals | None:
        return UsageTotals.model_validate(self.total) if self.total else None

    @property
    def logs(self) -> list[WorkflowLog]:
        return [WorkflowLog.model_validate(row) for row in self.log_rows]

    @property
    def messages(self) -> list[WorkflowMessage]:
        return [WorkflowMessage.model_validate(row) for row in self.message_rows]


class PromptAccepted(ApiModel):
    """Response to a prompt; the run continues on its own."""

    workflow_id: WireId = None
    task_id: WireId = None
    """Newer servers only."""
    status: Text = ""


class BundleImported(ApiModel):
    """Result of an import; success is reported even if nothing could be created."""

    created: Any = None
    """Number, or the ids themselves."""
    ids: Ids = Field([])
    errors: Words = Field([])
