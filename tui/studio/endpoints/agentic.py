"""The endpoints of Agent Studio. Source: Agent Studio API, quick reference and rate limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tui.studio.endpoint import LISTS, Endpoint, Field, Paging, Values
from tui.studio.guardrails.validation import POLICY_TYPES, validate

_PAGES = Paging(50)
_GENIE = ("GENIE",)
_FOLDER = Field("folder_id", "Of this folder.")
_PROJECT = Field("project_id", "Of this project.")
_QUERY = Field("query", "Words to look for.")
_SORT = Field("sort_term", "Sort by this: name or latest_activity.", option="sort")

_CHANNELS = (
    Field("channel_mode", "Where it responds.", choices=("dms_only", "everywhere")),
    Field("channel_scope", "In which channels.", choices=("specific", "all_invited")),
    Field("response_mode", "What triggers it.", choices=("on_mention", "helpdesk")),
    Field(
        "channel_whitelist",
        "Slack channel that it may respond in; repeatable, '' alone empties the list.",
        "texts",
    ),
)


def _genie_fields(*, required: bool) -> tuple[Field, ...]:
    return (
        Field("name", "Name.", required=required),
        Field("description", "Its purpose.", required=required),
        Field("folder_id", "Folder that it is in.", required=required),
        Field("instructions", "Purpose, personality and job description.", required=required),
        Field("ai_provider", "Who runs it.", required=required, choices=("anthropic", "open_ai")),
        Field("shared_account_id", "Id of its connection.", "integer", required=required),
        Field("custom_oauth_key_id", "Id of its custom OAuth key.", "integer", required=required),
        Field("matrix", "Whether Workato GO is its chat interface.", "flag", required=required),
        *_CHANNELS,
    )


GENIES_LIST = Endpoint(
    command="genies list",
    method="GET",
    path="/api/agentic/genies",
    summary="List genies.",
    query=(_FOLDER, _PROJECT, Field("state", "In this state: active or inactive.")),
    columns=("id", "name", "state", "ai_provider", "skills_count", "chat_interface"),
    paging=_PAGES,
    rate_limit=LISTS,
)
GENIES_CREATE = Endpoint(
    command="genies create",
    method="POST",
    path="/api/agentic/genies",
    summary="Create a genie; it is not started.",
    body=_genie_fields(required=True),
    columns=("id",),
)
GENIES_UPDATE = Endpoint(
    command="genies update",
    method="PUT",
    path="/api/agentic/genies/:id",
    summary="Change the fields of a genie that are given.",
    arguments=_GENIE,
    body=_genie_fields(required=False),
    columns=("id", "name", "description", "ai_provider", "channel_mode", "response_mode"),
)
GENIES_SHOW = Endpoint(
    command="genies show",
    method="GET",
    path="/api/agentic/genies/:id",
    summary="Show a genie.",
    arguments=_GENIE,
    rate_limit=LISTS,
)
GENIES_DELETE = Endpoint(
    command="genies delete",
    method="DELETE",
    path="/api/agentic/genies/:id",
    summary="Delete a genie.",
    arguments=_GENIE,
    confirm="Delete the genie {0}? That cannot be undone.",
)
GENIES_START = Endpoint(
    command="genies start",
    method="POST",
    path="/api/agentic/genies/:id/start",
    summary="Start a genie.",
    arguments=_GENIE,
)
GENIES_STOP = Endpoint(
    command="genies stop",
    method="POST",
    path="/api/agentic/genies/:id/stop",
    summary="Stop a genie; its turns stay without a reply.",
    arguments=_GENIE,
    confirm="Stop the genie {0}? It stops answering everyone who uses it.",
)


def _assigning(verb: str, things: str, summary: str, label: str, confirm: str = "") -> Endpoint:
    ids = Field(f"{things.rstrip('s')}_ids", label, "texts", required=True, positional=True)
    return Endpoint(
        command=f"genies {verb}-{things.replace('_', '-')}",
        method="POST",
        path=f"/api/agentic/genies/:id/{verb}_{things}",
        summary=summary,
        arguments=_GENIE,
        body=(ids,),
        columns=("id", "name"),
        confirm=confirm,
    )


ASSIGN_SKILLS = _assigning("assign", "skills", "Let a genie use skills.", "SKILL")
REMOVE_SKILLS = _assigning(
    "remove",
    "skills",
    "Take skills away from a genie.",
    "SKILL",
    confirm="Remove these skills from {0}? The genie can't run them after that.",
)
ASSIGN_KNOWLEDGE_BASES = _assigning(
    "assign", "knowledge_bases", "Let a genie search knowledge bases.", "KNOWLEDGE_BASE"
)
REMOVE_KNOWLEDGE_BASES = _assigning(
    "remove",
    "knowledge_bases",
    "Take knowledge bases away from a genie.",
    "KNOWLEDGE_BASE",
    confirm="Remove these knowledge bases from {0}? The genie can't search them after that.",
)
ASSIGN_USER_GROUPS = _assigning(
    "assign", "user_groups", "Let user groups talk to a genie.", "GROUP"
)
REMOVE_USER_GROUPS = _assigning(
    "remove",
    "user_groups",
    "Take a genie away from user groups.",
    "GROUP",
    confirm="Remove these user groups from {0}? Their members can't use the genie after that.",
)


def _redirect_where_oauth(_: Mapping[str, str], values: Values) -> Iterator[str]:
    redirect = values.get("auth.oauth_redirect_url")
    if values.get("auth.type") == "oauth" and not redirect:
        yield "An OAuth client needs a redirect URL, as it is registered."
    if values.get("auth.type") == "api_key" and redirect:
        yield "A redirect URL belongs to an OAuth client, not to one with an API key."


CLIENTS_LIST = Endpoint(
    command="clients list",
    method="GET",
    path="/api/agentic/genies/clients",
    summary="List the clients that applications use to call genies.",
    columns=("client_id", "client_name"),
    paging=_PAGES,
)
CLIENTS_CREATE = Endpoint(
    command="clients create",
    method="POST",
    path="/api/agentic/genies/clients",
    summary="Create a client; an API key is shown this once.",
    body=(
        Field("client_name", "Name.", required=True, option="name"),
        Field(
            "auth.type",
            "How it signs in.",
            required=True,
            choices=("api_key", "oauth"),
            option="auth",
        ),
        Field("auth.oauth_redirect_url", "With oauth: the redirect URL.", option="redirect-url"),
    ),
    columns=("client_id", "client_name", "oauth_client_id"),
    secret_field="api_key",
    check=_redirect_where_oauth,
)
CLIENTS_UPDATE = Endpoint(
    command="clients update",
    method="PUT",
    path="/api/agentic/genies/clients/:client_id",
    summary="Rename a client.",
    arguments=("CLIENT",),
    body=(Field("client_name", "New name.", required=True, option="name"),),
)
CLIENTS_DELETE = Endpoint(
    command="clients delete",
    method="DELETE",
    path="/api/agentic/genies/clients/:client_id",
    summary="Delete a client.",
    arguments=("CLIENT",),
    confirm="Delete the client {0}? Its credentials work no longer, and that cannot be undone.",
)
CLIENTS_REGENERATE = Endpoint(
    command="clients regenerate",
    method="POST",
    path="/api/agentic/genies/clients/:client_id/regenerate",
    summary="Replace the API key of a client; the new one is shown this once.",
    arguments=("CLIENT",),
    columns=("updated_at",),
    confirm="Replace the API key of {0}? The key in use stops working at once.",
    secret_field="api_key",
)
CLIENTS_ATTACH = Endpoint(
    command="clients attach",
    method="POST",
    path="/api/agentic/genies/:id/clients",
    summary="Attach a client to a genie: one to one.",
    arguments=_GENIE,
    body=(Field("genie_client_id", "CLIENT", required=True, positional=True),),
)
CLIENTS_DETACH = Endpoint(
    command="clients detach",
    method="DELETE",
    path="/api/agentic/genies/:id/clients/:client_id",
    summary="Detach a client from a genie; neither is deleted.",
    arguments=("GENIE", "CLIENT"),
    confirm="Detach {1} from {0}? Applications that use it cannot call the genie any more.",
)


def _rules(parts: Mapping[str, str], values: Values) -> Iterator[str]:
    configuration = values.get("configuration")
    if configuration is not None:
        # Which entities there are, only the service knows for certain.
        yield from map(str, validate(parts["policy_type"], configuration, entities=None))


GUARDRAILS_SHOW = Endpoint(
    command="guardrails show",
    method="GET",
    path="/api/agentic/genies/:genie_id/guardrails",
    summary="Show the guardrail of a genie and its policies.",
    arguments=_GENIE,
)
GUARDRAILS_SET = Endpoint(
    command="guardrails set",
    method="PUT",
    path="/api/agentic/genies/:genie_id/guardrails/policies/:policy_type",
    summary=f"Replace a policy in full. POLICY is one of {', '.join(POLICY_TYPES)}.",
    arguments=("GENIE", "POLICY"),
    body=(Field("configuration", "CONFIGURATION", "json", required=True, positional=True),),
    confirm="Replace the policy {1} of {0}?",
    check=_rules,
)
GUARDRAILS_PII_ENTITIES = Endpoint(
    command="guardrails pii-entities",
    method="GET",
    path="/api/agentic/genies/guardrails/policies/pii_entities",
    summary="List the entity types that a pii_detection policy can look for.",
)

_KB = ("KNOWLEDGE_BASE",)

KB_LIST = Endpoint(
    command="kb list",
    method="GET",
    path="/api/agentic/knowledge_bases",
    summary="List knowledge bases.",
    query=(_FOLDER, _PROJECT, _QUERY, _SORT),
    columns=("id", "name", "description", "folder_id", "project_id"),
    paging=_PAGES,
    rate_limit=LISTS,
)
KB_CREATE = Endpoint(
    command="kb create",
    method="POST",
    path="/api/agentic/knowledge_bases",
    summary="Create a knowledge base.",
    body=(
        Field("name", "Name.", required=True),
        Field("description", "What it knows.", required=True),
        Field("folder_id", "Folder that it is in.", required=True),
        Field("source_type", "Where its contents come from, such as recipe.", required=True),
        Field("data_sources", "Its data sources.", required=True),
    ),
    columns=("id", "name", "source_type", "data_sources"),
)
KB_SHOW = Endpoint(
    command="kb show",
    method="GET",
    path="/api/agentic/knowledge_bases/:id",
    summary="Show a knowledge base.",
    arguments=_KB,
    rate_limit=LISTS,
)
KB_UPDATE = Endpoint(
    command="kb update",
    method="PUT",
    path="/api/agentic/knowledge_bases/:id",
    summary="Change the fields of a knowledge base that are given.",
    arguments=_KB,
    body=(
        Field("name", "Name."),
        Field("description", "What it knows."),
        Field("folder_id", "Folder that it is in."),
        Field("data_sources", "Its data sources, as a JSON object or @FILE.", "json"),
    ),
    columns=("id", "name", "description", "folder_id"),
)
KB_DELETE = Endpoint(
    command="kb delete",
    method="DELETE",
    path="/api/agentic/knowledge_bases/:id",
    summary="Delete a knowledge base.",
    arguments=_KB,
    confirm="Delete the knowledge base {0}? That cannot be undone.",
)
KB_SOURCES = Endpoint(
    command="kb sources",
    method="GET",
    path="/api/agentic/knowledge_bases/:id/data_sources",
    summary="Show the data sources of a knowledge base.",
    arguments=_KB,
)
KB_RECIPES = Endpoint(
    command="kb recipes",
    method="GET",
    path="/api/agentic/knowledge_bases/:id/recipes",
    summary="List the recipes that fill a knowledge base.",
    arguments=_KB,
    query=(_QUERY, _SORT),
    columns=("id", "name", "description"),
    paging=_PAGES,
)

SKILLS_LIST = Endpoint(
    command="skills list",
    method="GET",
    path="/api/agentic/skills",
    summary="List skills.",
    query=(_FOLDER, _PROJECT, _QUERY, _SORT),
    columns=("id", "name", "description", "folder_id", "project_id"),
    paging=_PAGES,
    rate_limit=LISTS,
)
SKILLS_CREATE = Endpoint(
    command="skills create",
    method="POST",
    path="/api/agentic/skills",
    summary="Make a skill of a recipe that begins with a Start workflow trigger.",
    body=(Field("recipe_id", "RECIPE", "integer", required=True, positional=True),),
    columns=("name", "description", "recipe_id", "folder_id"),
)
SKILLS_SHOW = Endpoint(
    command="skills show",
    method="GET",
    path="/api/agentic/skills/:id",
    summary="Show a skill.",
    arguments=("SKILL",),
    rate_limit=LISTS,
)

AGENTIC = tuple(value for value in list(vars().values()) if isinstance(value, Endpoint))
