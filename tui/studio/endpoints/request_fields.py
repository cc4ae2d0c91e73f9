"""Request fields, and checks beyond their types.

Source: Agent Studio API; Developer API reference; where it has no fields, the vendor's page of the
resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tui.studio.endpoint import Check, RequestField, Values
from tui.studio.guardrails.validation import validate

_required = partial(RequestField, required=True)
_argument = partial(RequestField, required=True, positional=True)

_OF_FOLDER = RequestField("folder_id", "Only items in this folder.")
_OF_PROJECT = RequestField("project_id", "Only items in this project.")
_QUERY = RequestField("query", "Search text.")
_SORT = RequestField("sort_term", "Sort by name or latest_activity.", option="sort")
_INTO_FOLDER = _required("folder_id", "ID of the folder to put it in.", "integer")
_CLIENT_NAME = _required("client_name", "Name.", option="name")
_CONNECTION_INPUT = RequestField("input", "Connection settings, as a JSON object or @FILE.", "json")
_ROW = _required("data", "Row columns, as a JSON object or @FILE.", "json")
_WHITELIST = "Slack channel it can respond in. Repeatable; pass '' alone to clear the list."


def _genie(*, required: bool) -> tuple[RequestField, ...]:
    field = partial(RequestField, required=required)
    return (
        field("name", "Name."),
        field("description", "What it's for."),
        field("folder_id", "ID of its folder."),
        field("instructions", "Purpose, personality, and job description."),
        field("ai_provider", "AI provider.", choices=("anthropic", "open_ai")),
        field("shared_account_id", "ID of its connection.", "integer"),
        field("custom_oauth_key_id", "ID of its custom OAuth key.", "integer"),
        field("matrix", "Use Workato GO as its chat interface.", "flag"),
        RequestField(
            "channel_mode", "Where the genie responds.", choices=("dms_only", "everywhere")
        ),
        RequestField(
            "channel_scope", "Which channels it responds in.", choices=("specific", "all_invited")
        ),
        RequestField("response_mode", "What makes it respond.", choices=("on_mention", "helpdesk")),
        RequestField("channel_whitelist", _WHITELIST, "texts"),
    )


def _recipe(*, required: bool) -> tuple[RequestField, ...]:
    field = partial(RequestField, required=required)
    return (
        field("recipe.name", "Name."),
        field("recipe.code", "Recipe code, as a JSON string."),
        RequestField(
            "recipe.config", "Recipe connections, as a JSON string.", option="recipe-config"
        ),
        field("recipe.folder_id", "ID of its folder.", "integer"),
    )


FIELDS: Mapping[str, tuple[RequestField, ...]] = {
    "genies list": (
        _OF_FOLDER,
        _OF_PROJECT,
        RequestField("state", "Only genies in this state: active or inactive."),
    ),
    "genies create": _genie(required=True),
    "genies update": _genie(required=False),
    "genies assign-skills": (_argument("skill_ids", "SKILL", "texts"),),
    "genies remove-skills": (_argument("skill_ids", "SKILL", "texts"),),
    "genies assign-knowledge-bases": (_argument("knowledge_base_ids", "KNOWLEDGE_BASE", "texts"),),
    "genies remove-knowledge-bases": (_argument("knowledge_base_ids", "KNOWLEDGE_BASE", "texts"),),
    "genies assign-user-groups": (_argument("user_group_ids", "GROUP", "texts"),),
    "genies remove-user-groups": (_argument("user_group_ids", "GROUP", "texts"),),
    "clients create": (
        _CLIENT_NAME,
        _required("auth.type", "How it signs in.", choices=("api_key", "oauth"), option="auth"),
        RequestField(
            "auth.oauth_redirect_url", "Redirect URL, for OAuth clients.", option="redirect-url"
        ),
    ),
    "clients update": (_required("client_name", "New name.", option="name"),),
    "clients attach": (_argument("genie_client_id", "CLIENT"),),
    "guardrails set": (_argument("configuration", "CONFIGURATION", "json"),),
    "kb list": (_OF_FOLDER, _OF_PROJECT, _QUERY, _SORT),
    "kb create": (
        _required("name", "Name."),
        _required("description", "What it contains."),
        _required("folder_id", "ID of its folder."),
        _required("source_type", "Type of source, such as recipe."),
        _required("data_sources", "Its data sources."),
    ),
    "kb update": (
        RequestField("name", "Name."),
        RequestField("description", "What it contains."),
        RequestField("folder_id", "ID of its folder."),
        RequestField("data_sources", "Its data sources, as a JSON object or @FILE.", "json"),
    ),
    "kb recipes": (_QUERY, _SORT),
    "skills list": (_OF_FOLDER, _OF_PROJECT, _QUERY, _SORT),
    "skills create": (_argument("recipe_id", "RECIPE", "integer"),),
    "recipes list": (
        _OF_FOLDER,
        RequestField("running", "Only running recipes, or only stopped ones.", "flag"),
    ),
    "recipes create": _recipe(required=True),
    "recipes copy": (_INTO_FOLDER,),
    "recipes update": _recipe(required=False),
    "jobs list": (
        RequestField(
            "status", "Only jobs with this status.", choices=("succeeded", "failed", "pending")
        ),
        RequestField("rerun_only", "Only jobs that were rerun.", "flag"),
    ),
    "jobs resume": (
        _argument("token", "TOKEN"),
        RequestField("data", "Data the job is waiting for, as JSON or @FILE.", "json"),
    ),
    "connections list": (_OF_FOLDER,),
    "connections create": (
        _required("name", "Name."),
        _required("provider", "App to connect to, such as salesforce."),
        _INTO_FOLDER,
        _CONNECTION_INPUT,
    ),
    "connections update": (
        RequestField("name", "Name."),
        RequestField("folder_id", "ID of the folder to put it in.", "integer"),
        _CONNECTION_INPUT,
    ),
    "folders list": (RequestField("parent_id", "Only folders inside this folder."),),
    "folders create": (
        _required("name", "Name."),
        RequestField("parent_id", "ID of the parent folder."),
    ),
    "projects deploy": (
        _required(
            "environment_type",
            "Target environment: test or prod.",
            option="environment",
            in_query=True,
        ),
        RequestField("description", "Deployment notes."),
    ),
    "deployments list": (_OF_PROJECT, RequestField("state", "Only deployments in this state.")),
    "tables add-row": (_ROW,),
    "tables update-row": (_ROW,),
    "api-clients create": (
        _required("name", "Name."),
        RequestField("api_privilege_group_id", "ID of its role.", "integer", option="role"),
        _required("all_folders", "Give access to every folder.", "flag"),
        RequestField("folder_ids", "Folder it can access. Repeatable.", "texts", option="folder"),
        RequestField("environment_name", "Its environment.", option="environment"),
    ),
    "activity list": (
        RequestField("from", "Start time (RFC 3339)."),
        RequestField("to", "End time (RFC 3339)."),
        RequestField(
            "include_event_types[]",
            "Only events of this type. Repeatable.",
            "texts",
            option="event-type",
        ),
        RequestField(
            "include_resource_types[]",
            "Only events about this resource type. Repeatable.",
            "texts",
            option="resource-type",
        ),
    ),
    "users find": (_argument("query", "EMAIL"),),
}
"""By command. They go into the query of a GET and the body of all else, unless ``in_query``."""


def _check_redirect_url(_: Mapping[str, str], values: Values) -> Iterator[str]:
    redirect = values.get("auth.oauth_redirect_url")
    if values.get("auth.type") == "oauth" and not redirect:
        yield "An OAuth client needs its registered redirect URL."
    if values.get("auth.type") == "api_key" and redirect:
        yield "Only OAuth clients accept a redirect URL. This client uses an API key."


def _check_policy(parts: Mapping[str, str], values: Values) -> Iterator[str]:
    configuration = values.get("configuration")
    if configuration is not None:
        # Only the service knows for certain which entity types there are.
        yield from map(str, validate(parts["policy_type"], configuration, entities=None))


CHECKS: Mapping[str, Check] = {
    "clients create": _check_redirect_url,
    "guardrails set": _check_policy,
}
