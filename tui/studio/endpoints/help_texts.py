"""Help texts of the commands, and their confirmation questions."""

from __future__ import annotations

from collections.abc import Mapping

from tui.studio.guardrails.validation import POLICY_TYPES

GROUPS: Mapping[str, str] = {
    "genies": "Manage genies: create, start, stop, and assign skills.",
    "clients": "Manage the clients that applications use to call genies.",
    "guardrails": "Manage a genie's guardrail policies.",
    "kb": "Manage knowledge bases.",
    "skills": "Manage skills.",
    "recipes": "Manage recipes, including the ones behind skills.",
    "jobs": "View and resume recipe jobs.",
    "connections": "Manage connections to apps.",
    "folders": "Manage folders.",
    "projects": "List and deploy projects.",
    "deployments": "List deployments.",
    "tables": "Manage lookup tables and their rows.",
    "roles": "List collaborator roles.",
    "api-clients": "Manage Developer API clients and their tokens.",
    "on-prem": "View on-prem agent groups.",
    "activity": "View the audit log.",
    "users": "Find users of Workato Identity.",
}

SUMMARIES: Mapping[str, str] = {
    "genies list": "List genies.",
    "genies create": "Create a genie. It isn't started.",
    "genies update": "Update the given fields of a genie.",
    "genies show": "Show a genie.",
    "genies delete": "Delete a genie.",
    "genies start": "Start a genie.",
    "genies stop": "Stop a genie. Messages to it get no reply.",
    "genies assign-skills": "Assign skills to a genie.",
    "genies remove-skills": "Remove skills from a genie.",
    "genies assign-knowledge-bases": "Assign knowledge bases to a genie.",
    "genies remove-knowledge-bases": "Remove knowledge bases from a genie.",
    "genies assign-user-groups": "Give user groups access to a genie.",
    "genies remove-user-groups": "Remove user groups' access to a genie.",
    "clients list": "List the clients that applications use to call genies.",
    "clients create": "Create a client. Its API key is shown only once.",
    "clients update": "Rename a client.",
    "clients delete": "Delete a client.",
    "clients regenerate": "Replace a client's API key. The new key is shown only once.",
    "clients attach": "Attach a client to a genie. Each can have only one of the other.",
    "clients detach": "Detach a client from a genie. Neither is deleted.",
    "guardrails show": "Show a genie's guardrail and its policies.",
    "guardrails set": f"Replace an entire policy. POLICY is one of {', '.join(POLICY_TYPES)}.",
    "guardrails pii-entities": "List the entity types that a pii_detection policy can detect.",
    "kb list": "List knowledge bases.",
    "kb create": "Create a knowledge base.",
    "kb show": "Show a knowledge base.",
    "kb update": "Update the given fields of a knowledge base.",
    "kb delete": "Delete a knowledge base.",
    "kb sources": "Show a knowledge base's data sources.",
    "kb recipes": "List the recipes that fill a knowledge base.",
    "skills list": "List skills.",
    "skills create": "Create a skill from a recipe with a Start workflow trigger.",
    "skills show": "Show a skill.",
    "recipes list": "List recipes.",
    "recipes show": "Show a recipe.",
    "recipes create": "Create a recipe.",
    "recipes copy": "Copy a recipe.",
    "recipes update": "Update the given fields of a recipe.",
    "recipes start": "Start a recipe. It begins to act on the connected apps.",
    "recipes stop": "Stop a recipe.",
    "recipes delete": "Delete a recipe.",
    "jobs list": "List the jobs of a recipe, newest first.",
    "jobs show": "Show a job and its error.",
    "jobs resume": "Resume a paused job.",
    "connections list": "List connections. Secrets aren't included.",
    "connections create": "Create a connection.",
    "connections update": "Update a connection. Running recipes use the new settings.",
    "connections disconnect": "Disconnect a connection without deleting it.",
    "connections delete": "Delete a connection.",
    "folders list": "List folders.",
    "folders create": "Create a folder. Without a parent, it becomes a project.",
    "projects list": "List projects.",
    "projects deploy": "Build and deploy a project.",
    "deployments list": "List deployments.",
    "tables list": "List lookup tables.",
    "tables rows": "List the rows of a lookup table.",
    "tables add-row": "Add a row to a lookup table.",
    "tables update-row": "Update a row of a lookup table.",
    "tables delete-row": "Delete a row of a lookup table.",
    "roles project": "List the roles that collaborators can have in a project.",
    "roles list": "List the workspace's collaborator roles.",
    "api-clients list": "List Developer API clients.",
    "api-clients create": "Create a Developer API client. Its token is shown only once.",
    "api-clients regenerate": (
        "Replace a Developer API client's token. The new token is shown only once."
    ),
    "api-clients delete": "Delete a Developer API client.",
    "on-prem list": "List on-prem agent groups.",
    "on-prem status": "Show how many agents of a group are connected.",
    "activity list": "Show the workspace's audit log, newest first.",
    "users find": "Find a user's ID by email, and say whether they can talk to the genie.",
}

CONFIRMATIONS: Mapping[str, str] = {
    "genies delete": "Delete the genie {0}? This can't be undone.",
    "genies stop": "Stop the genie {0}? It won't reply to anyone until it's started again.",
    "genies remove-skills": "Remove these skills from {0}? The genie can't run them after that.",
    "genies remove-knowledge-bases": (
        "Remove these knowledge bases from {0}? The genie can't search them after that."
    ),
    "genies remove-user-groups": (
        "Remove these user groups from {0}? Their members can't use the genie after that."
    ),
    "clients delete": (
        "Delete the client {0}? Its credentials stop working. This can't be undone."
    ),
    "clients regenerate": "Replace the API key of {0}? The current key stops working immediately.",
    "clients detach": (
        "Detach {1} from {0}? Applications that use it can no longer call the genie."
    ),
    "guardrails set": "Replace the policy {1} of {0}?",
    "kb delete": "Delete the knowledge base {0}? This can't be undone.",
    "recipes stop": "Stop the recipe {0}? Everything that relies on it stops working, including "
    "skills.",
    "recipes delete": "Delete the recipe {0} and its logic? This can't be undone.",
    "connections disconnect": "Disconnect {0}? Recipes that use it stop working.",
    "connections delete": (
        "Delete the connection {0}? Recipes that use it break. This can't be undone."
    ),
    "projects deploy": (
        "Deploy the project {0}? This replaces the recipes in the target environment."
    ),
    "tables delete-row": "Delete row {1} of table {0}? Recipes may depend on it.",
    "api-clients regenerate": (
        "Replace the token of {0}? The current token stops working immediately."
    ),
    "api-clients delete": "Delete the API client {0}? Its token is revoked immediately.",
}
"""Commands that cannot be undone or affect others; {0} and {1} are the path arguments."""
