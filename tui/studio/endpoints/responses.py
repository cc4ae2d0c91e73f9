"""Columns, paging and one-time secrets of the responses, and rate limits.

Source: Agent Studio API, quick reference and rate limits; Developer API reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.studio.endpoint import LISTS, ONE_A_SECOND, Paging, RateLimit

COLUMNS: Mapping[str, str] = {
    "genies list": "id name state ai_provider skills_count chat_interface",
    "genies create": "id",
    "genies update": "id name description ai_provider channel_mode response_mode",
    "genies assign-skills": "id name",
    "genies remove-skills": "id name",
    "genies assign-knowledge-bases": "id name",
    "genies remove-knowledge-bases": "id name",
    "genies assign-user-groups": "id name",
    "genies remove-user-groups": "id name",
    "clients list": "client_id client_name",
    "clients create": "client_id client_name oauth_client_id",
    "clients regenerate": "updated_at",
    "kb list": "id name description folder_id project_id",
    "kb create": "id name source_type data_sources",
    "kb update": "id name description folder_id",
    "kb recipes": "id name description",
    "skills list": "id name description folder_id project_id",
    "skills create": "name description recipe_id folder_id",
    "recipes list": "id name running job_succeeded_count job_failed_count folder_id",
    "recipes create": "id",
    "recipes copy": "new_flow_id",
    "jobs list": "id status started_at error title",
    "connections list": "id name provider authorization_status folder_id",
    "connections create": "id name provider authorization_status",
    "connections update": "id name provider authorization_status",
    "folders list": "id name parent_id project_id",
    "folders create": "id name parent_id project_id",
    "projects list": "id name description folder_id",
    "projects deploy": "id state environment_type project_id",
    "deployments list": "id project_id environment_type state created_at",
    "tables list": "id name project_id created_at",
    "tables rows": "id data updated_at",
    "tables add-row": "id data",
    "tables update-row": "id data",
    "roles project": "id name",
    "roles list": "id name",
    "api-clients list": "id name api_privilege_group_id all_folders environment_name",
    "api-clients create": "id name all_folders",
    "on-prem list": "id name in_use created_at",
    "activity list": "timestamp event_type user resource",
    "users find": "id email name status",
}
"""Fields that a command prints; all of them if an endpoint is missing here."""

_PAGES_OF_50 = ("genies list", "clients list", "kb list", "kb recipes", "skills list")
_PAGES_OF_100 = (
    "recipes list",
    "connections list",
    "folders list",
    "projects list",
    "deployments list",
    "tables list",
    "tables rows",
    "roles project",
    "roles list",
    "api-clients list",
    "on-prem list",
)
PAGING: Mapping[str, Paging] = {
    **dict.fromkeys(_PAGES_OF_50, Paging(50)),
    **dict.fromkeys(_PAGES_OF_100, Paging(100)),
    "jobs list": Paging(100, after="offset_job_id"),
    "activity list": Paging(100, size="page[size]", after="page[after]"),
}

RATE_LIMITS: Mapping[str, RateLimit] = {
    "genies list": LISTS,
    "genies show": LISTS,
    "kb list": LISTS,
    "kb show": LISTS,
    "skills list": LISTS,
    "skills show": LISTS,
    "connections create": ONE_A_SECOND,
}
"""Limits that differ from the standard one."""

SECRET_FIELDS: Mapping[str, str] = {
    "clients create": "api_key",
    "clients regenerate": "api_key",
    "api-clients create": "token",
    "api-clients regenerate": "token",
}
"""Fields of a response that are shown only once."""
