"""The endpoints of the Developer API around genies: recipes, jobs, connections and the rest.

Source: Developer API reference; request fields where it has none: the vendor's page of each
resource.
"""

from __future__ import annotations

from tui.studio.endpoint import ONE_A_SECOND, Endpoint, Field, Paging

_PAGES = Paging(100)
_FOLDER = Field("folder_id", "Of this folder.")
_RECIPE = ("RECIPE",)
_INTO = Field("folder_id", "Folder to put it into.", "integer", required=True)


def _recipe_fields(*, required: bool) -> tuple[Field, ...]:
    return (
        Field("recipe.name", "Name.", required=required),
        Field("recipe.code", "The recipe itself: a text that holds JSON.", required=required),
        Field("recipe.config", "Its connections: a text that holds JSON.", option="recipe-config"),
        Field("recipe.folder_id", "Folder that it is in.", "integer", required=required),
    )


RECIPES_LIST = Endpoint(
    command="recipes list",
    method="GET",
    path="/api/recipes",
    summary="List recipes.",
    query=(_FOLDER, Field("running", "Running ones, or those that do not run.", "flag")),
    columns=("id", "name", "running", "job_succeeded_count", "job_failed_count", "folder_id"),
    paging=_PAGES,
)
RECIPES_SHOW = Endpoint(
    command="recipes show",
    method="GET",
    path="/api/recipes/:id",
    summary="Show a recipe.",
    arguments=_RECIPE,
)
RECIPES_CREATE = Endpoint(
    command="recipes create",
    method="POST",
    path="/api/recipes",
    summary="Create a recipe.",
    body=_recipe_fields(required=True),
    columns=("id",),
)
RECIPES_COPY = Endpoint(
    command="recipes copy",
    method="POST",
    path="/api/recipes/:id/copy",
    summary="Copy a recipe.",
    arguments=_RECIPE,
    body=(_INTO,),
    columns=("new_flow_id",),
)
RECIPES_UPDATE = Endpoint(
    command="recipes update",
    method="PUT",
    path="/api/recipes/:id",
    summary="Change the fields of a recipe that are given.",
    arguments=_RECIPE,
    body=_recipe_fields(required=False),
)
RECIPES_START = Endpoint(
    command="recipes start",
    method="PUT",
    path="/api/recipes/:id/start",
    summary="Start a recipe: it begins to act on the connected apps.",
    arguments=_RECIPE,
)
RECIPES_STOP = Endpoint(
    command="recipes stop",
    method="PUT",
    path="/api/recipes/:id/stop",
    summary="Stop a recipe.",
    arguments=_RECIPE,
    confirm="Stop the recipe {0}? What relies on it stops working, skills included.",
)
RECIPES_DELETE = Endpoint(
    command="recipes delete",
    method="DELETE",
    path="/api/recipes/:id",
    summary="Delete a recipe.",
    arguments=_RECIPE,
    confirm="Delete the recipe {0} and its logic? That cannot be undone.",
)

JOBS_LIST = Endpoint(
    command="jobs list",
    method="GET",
    path="/api/recipes/:recipe_id/jobs",
    summary="List the jobs of a recipe, newest first.",
    arguments=_RECIPE,
    query=(
        Field("status", "With this outcome.", choices=("succeeded", "failed", "pending")),
        Field("rerun_only", "Only those that were run again.", "flag"),
    ),
    columns=("id", "status", "started_at", "error", "title"),
    paging=Paging(100, after="offset_job_id"),
)
JOBS_SHOW = Endpoint(
    command="jobs show",
    method="GET",
    path="/api/recipes/:recipe_id/jobs/:job_handle",
    summary="Show a job, with its error.",
    arguments=("RECIPE", "JOB"),
)
JOBS_RESUME = Endpoint(
    command="jobs resume",
    method="POST",
    path="/api/job/resume",
    summary="Let a paused job go on.",
    body=(
        Field("token", "TOKEN", required=True, positional=True),
        Field("data", "What the job waited for, as JSON or @FILE.", "json"),
    ),
)

_CONNECTION = ("CONNECTION",)
_CONNECTION_INPUT = Field("input", "Its settings, as a JSON object or @FILE.", "json")

CONNECTIONS_LIST = Endpoint(
    command="connections list",
    method="GET",
    path="/api/connections",
    summary="List connections, without their secrets.",
    query=(_FOLDER,),
    columns=("id", "name", "provider", "authorization_status", "folder_id"),
    paging=_PAGES,
)
CONNECTIONS_CREATE = Endpoint(
    command="connections create",
    method="POST",
    path="/api/connections",
    summary="Create a connection.",
    body=(
        Field("name", "Name.", required=True),
        Field("provider", "The app, such as salesforce.", required=True),
        _INTO,
        _CONNECTION_INPUT,
    ),
    columns=("id", "name", "provider", "authorization_status"),
    rate_limit=ONE_A_SECOND,
)
CONNECTIONS_UPDATE = Endpoint(
    command="connections update",
    method="PUT",
    path="/api/connections/:connection_id",
    summary="Change a connection; recipes that run use what it holds.",
    arguments=_CONNECTION,
    body=(
        Field("name", "Name."),
        Field("folder_id", "Folder to put it into.", "integer"),
        _CONNECTION_INPUT,
    ),
    columns=("id", "name", "provider", "authorization_status"),
)
CONNECTIONS_DISCONNECT = Endpoint(
    command="connections disconnect",
    method="POST",
    path="/api/connections/:connection_id/disconnect",
    summary="Disconnect a connection without deleting it.",
    arguments=_CONNECTION,
    confirm="Disconnect {0}? Recipes that rely on it stop working.",
)
CONNECTIONS_DELETE = Endpoint(
    command="connections delete",
    method="DELETE",
    path="/api/connections/:connection_id",
    summary="Delete a connection.",
    arguments=_CONNECTION,
    confirm="Delete the connection {0}? That cannot be undone and breaks recipes that use it.",
)

FOLDERS_LIST = Endpoint(
    command="folders list",
    method="GET",
    path="/api/folders",
    summary="List folders.",
    query=(Field("parent_id", "Inside this folder."),),
    columns=("id", "name", "parent_id", "project_id"),
    paging=_PAGES,
)
FOLDERS_CREATE = Endpoint(
    command="folders create",
    method="POST",
    path="/api/folders",
    summary="Create a folder; without a parent it is a project.",
    body=(Field("name", "Name.", required=True), Field("parent_id", "Inside this folder.")),
    columns=("id", "name", "parent_id", "project_id"),
)
PROJECTS_LIST = Endpoint(
    command="projects list",
    method="GET",
    path="/api/projects",
    summary="List projects.",
    columns=("id", "name", "description", "folder_id"),
    paging=_PAGES,
)
PROJECTS_DEPLOY = Endpoint(
    command="projects deploy",
    method="POST",
    path="/api/projects/:id/deploy",
    summary="Build a project and deploy it.",
    arguments=("PROJECT",),
    query=(
        Field("environment_type", "Where to: test or prod.", required=True, option="environment"),
    ),
    body=(Field("description", "What is new."),),
    columns=("id", "state", "environment_type", "project_id"),
    confirm="Deploy the project {0}? Recipes there are replaced.",
)
DEPLOYMENTS_LIST = Endpoint(
    command="deployments list",
    method="GET",
    path="/api/deployments",
    summary="List deployments.",
    query=(Field("project_id", "Of this project."), Field("state", "In this state.")),
    columns=("id", "project_id", "environment_type", "state", "created_at"),
    paging=_PAGES,
)

_TABLE = ("TABLE",)
_DATA = Field("data", "Its columns, as a JSON object or @FILE.", "json", required=True)

TABLES_LIST = Endpoint(
    command="tables list",
    method="GET",
    path="/api/lookup_tables",
    summary="List lookup tables.",
    columns=("id", "name", "project_id", "created_at"),
    paging=_PAGES,
)
TABLES_ROWS = Endpoint(
    command="tables rows",
    method="GET",
    path="/api/lookup_tables/:lookup_table_id/rows",
    summary="List the rows of a lookup table.",
    arguments=_TABLE,
    columns=("id", "data", "updated_at"),
    paging=_PAGES,
)
TABLES_ADD_ROW = Endpoint(
    command="tables add-row",
    method="POST",
    path="/api/lookup_tables/:lookup_table_id/rows",
    summary="Add a row to a lookup table.",
    arguments=_TABLE,
    body=(_DATA,),
    columns=("id", "data"),
)
TABLES_UPDATE_ROW = Endpoint(
    command="tables update-row",
    method="PUT",
    path="/api/lookup_tables/:lookup_table_id/rows/:row_id",
    summary="Change a row of a lookup table.",
    arguments=("TABLE", "ROW"),
    body=(_DATA,),
    columns=("id", "data"),
)
TABLES_DELETE_ROW = Endpoint(
    command="tables delete-row",
    method="DELETE",
    path="/api/lookup_tables/:lookup_table_id/rows/:row_id",
    summary="Delete a row of a lookup table.",
    arguments=("TABLE", "ROW"),
    confirm="Delete the row {1} of the table {0}? Recipes may depend on it.",
)

ROLES_PROJECT = Endpoint(
    command="roles project",
    method="GET",
    path="/api/project_roles",
    summary="List what collaborators can be in a project.",
    columns=("id", "name"),
    paging=_PAGES,
)
ROLES_LIST = Endpoint(
    command="roles list",
    method="GET",
    path="/api/roles",
    summary="List the collaborator roles of the workspace.",
    columns=("id", "name"),
    paging=_PAGES,
)
API_CLIENTS_LIST = Endpoint(
    command="api-clients list",
    method="GET",
    path="/api/developer_api_clients",
    summary="List the clients that hold Developer API tokens.",
    columns=("id", "name", "api_privilege_group_id", "all_folders", "environment_name"),
    paging=_PAGES,
)
API_CLIENTS_CREATE = Endpoint(
    command="api-clients create",
    method="POST",
    path="/api/developer_api_clients",
    summary="Create a Developer API client; its token is shown this once.",
    body=(
        Field("name", "Name.", required=True),
        Field("api_privilege_group_id", "Id of its role.", "integer", option="role"),
        Field("all_folders", "Whether it reaches every folder.", "flag", required=True),
        Field("folder_ids", "Folder that it reaches; repeatable.", "texts", option="folder"),
        Field("environment_name", "Its environment.", option="environment"),
    ),
    columns=("id", "name", "all_folders"),
    secret_field="token",
)
API_CLIENTS_REGENERATE = Endpoint(
    command="api-clients regenerate",
    method="POST",
    path="/api/developer_api_clients/:id/regenerate",
    summary="Replace the token of a Developer API client; the new one is shown this once.",
    arguments=("API_CLIENT",),
    confirm="Replace the token of {0}? The token in use stops working at once.",
    secret_field="token",
)
API_CLIENTS_DELETE = Endpoint(
    command="api-clients delete",
    method="DELETE",
    path="/api/developer_api_clients/:id",
    summary="Delete a Developer API client.",
    arguments=("API_CLIENT",),
    confirm="Delete the API client {0}? Its token is revoked at once.",
)

ON_PREM_LIST = Endpoint(
    command="on-prem list",
    method="GET",
    path="/api/on_prem_groups",
    summary="List the groups of on-prem agents.",
    columns=("id", "name", "in_use", "created_at"),
    paging=_PAGES,
)
ON_PREM_STATUS = Endpoint(
    command="on-prem status",
    method="GET",
    path="/api/on_prem_groups/:id/status",
    summary="Show how many agents of a group are connected.",
    arguments=("GROUP",),
)
ACTIVITY_LIST = Endpoint(
    command="activity list",
    method="GET",
    path="/api/activity_logs",
    summary="Read the audit log of the workspace, newest first.",
    query=(
        Field("from", "From this time on (RFC 3339)."),
        Field("to", "Up to this time (RFC 3339)."),
        Field("include_event_types[]", "Of this type; repeatable.", "texts", option="event-type"),
        Field(
            "include_resource_types[]", "About this; repeatable.", "texts", option="resource-type"
        ),
    ),
    columns=("timestamp", "event_type", "user", "resource"),
    paging=Paging(100, size="page[size]", after="page[after]"),
)

USERS_FIND = Endpoint(
    command="users find",
    method="GET",
    path="/api/iam/users",
    summary="Find a user's ID by email, and say whether they can talk to the genie.",
    query=(Field("query", "EMAIL", required=True, positional=True),),
    columns=("id", "email", "name", "status"),
)

WORKSPACE = tuple(value for value in list(vars().values()) if isinstance(value, Endpoint))
