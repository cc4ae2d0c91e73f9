"""Help texts of the commands, and their confirmation questions."""

from __future__ import annotations

from collections.abc import Mapping

from tui.studio.guardrails.validation import POLICY_TYPES

GROUPS: Mapping[str, str] = {
    "genies": "Genies: start and stop them, give them skills.",
    "clients": "What applications use to call a genie.",
    "guardrails": "The content safety of a genie.",
    "kb": "Knowledge bases.",
    "skills": "Skills.",
    "recipes": "Recipes; every skill is one.",
    "jobs": "The runs of a recipe.",
    "connections": "Connections to apps.",
    "folders": "Folders.",
    "projects": "Projects, and deploying them.",
    "deployments": "What was deployed.",
    "tables": "Lookup tables and their rows.",
    "roles": "Roles of collaborators.",
    "api-clients": "Clients of the Developer API itself.",
    "on-prem": "Agents in private networks.",
    "activity": "The audit log.",
    "users": "Users of Workato Identity.",
}

SUMMARIES: Mapping[str, str] = {
    "genies list": "List genies.",
    "genies create": "Create a genie; it is not started.",
    "genies update": "Change the fields of a genie that are given.",
    "genies show": "Show a genie.",
    "genies delete": "Delete a genie.",
    "genies start": "Start a genie.",
    "genies stop": "Stop a genie; its turns stay without a reply.",
    "genies assign-skills": "Let a genie use skills.",
    "genies remove-skills": "Take skills away from a genie.",
    "genies assign-knowledge-bases": "Let a genie search knowledge bases.",
    "genies remove-knowledge-bases": "Take knowledge bases away from a genie.",
    "genies assign-user-groups": "Let user groups talk to a genie.",
    "genies remove-user-groups": "Take a genie away from user groups.",
    "clients list": "List the clients that applications use to call genies.",
    "clients create": "Create a client; an API key is shown this once.",
    "clients update": "Rename a client.",
    "clients delete": "Delete a client.",
    "clients regenerate": "Replace the API key of a client; the new one is shown this once.",
    "clients attach": "Attach a client to a genie: one to one.",
    "clients detach": "Detach a client from a genie; neither is deleted.",
    "guardrails show": "Show the guardrail of a genie and its policies.",
    "guardrails set": f"Replace a policy in full. POLICY is one of {', '.join(POLICY_TYPES)}.",
    "guardrails pii-entities": "List the entity types that a pii_detection policy can look for.",
    "kb list": "List knowledge bases.",
    "kb create": "Create a knowledge base.",
    "kb show": "Show a knowledge base.",
    "kb update": "Change the fields of a knowledge base that are given.",
    "kb delete": "Delete a knowledge base.",
    "kb sources": "Show the data sources of a knowledge base.",
    "kb recipes": "List the recipes that fill a knowledge base.",
    "skills list": "List skills.",
    "skills create": "Make a skill of a recipe that begins with a Start workflow trigger.",
    "skills show": "Show a skill.",
    "recipes list": "List recipes.",
    "recipes show": "Show a recipe.",
    "recipes create": "Create a recipe.",
    "recipes copy": "Copy a recipe.",
    "recipes update": "Change the fields of a recipe that are given.",
    "recipes start": "Start a recipe: it begins to act on the connected apps.",
    "recipes stop": "Stop a recipe.",
    "recipes delete": "Delete a recipe.",
    "jobs list": "List the jobs of a recipe, newest first.",
    "jobs show": "Show a job, with its error.",
    "jobs resume": "Let a paused job go on.",
    "connections list": "List connections, without their secrets.",
    "connections create": "Create a connection.",
    "connections update": "Change a connection; recipes that run use what it holds.",
    "connections disconnect": "Disconnect a connection without deleting it.",
    "connections delete": "Delete a connection.",
    "folders list": "List folders.",
    "folders create": "Create a folder; without a parent it is a project.",
    "projects list": "List projects.",
    "projects deploy": "Build a project and deploy it.",
    "deployments list": "List deployments.",
    "tables list": "List lookup tables.",
    "tables rows": "List the rows of a lookup table.",
    "tables add-row": "Add a row to a lookup table.",
    "tables update-row": "Change a row of a lookup table.",
    "tables delete-row": "Delete a row of a lookup table.",
    "roles project": "List what collaborators can be in a project.",
    "roles list": "List the collaborator roles of the workspace.",
    "api-clients list": "List the clients that hold Developer API tokens.",
    "api-clients create": "Create a Developer API client; its token is shown this once.",
    "api-clients regenerate": (
        "Replace the token of a Developer API client; the new one is shown this once."
    ),
    "api-clients delete": "Delete a Developer API client.",
    "on-prem list": "List the groups of on-prem agents.",
    "on-prem status": "Show how many agents of a group are connected.",
    "activity list": "Read the audit log of the workspace, newest first.",
    "users find": "Find a user's ID by email, and say whether they can talk to the genie.",
}

CONFIRMATIONS: Mapping[str, str] = {
    "genies delete": "Delete the genie {0}? That cannot be undone.",
    "genies stop": "Stop the genie {0}? It stops answering everyone who uses it.",
    "genies remove-skills": "Remove these skills from {0}? The genie can't run them after that.",
    "genies remove-knowledge-bases": (
        "Remove these knowledge bases from {0}? The genie can't search them after that."
    ),
    "genies remove-user-groups": (
        "Remove these user groups from {0}? Their members can't use the genie after that."
    ),
    "clients delete": (
        "Delete the client {0}? Its credentials work no longer, and that cannot be undone."
    ),
    "clients regenerate": "Replace the API key of {0}? The key in use stops working at once.",
    "clients detach": (
        "Detach {1} from {0}? Applications that use it cannot call the genie any more."
    ),
    "guardrails set": "Replace the policy {1} of {0}?",
    "kb delete": "Delete the knowledge base {0}? That cannot be undone.",
    "recipes stop": "Stop the recipe {0}? What relies on it stops working, skills included.",
    "recipes delete": "Delete the recipe {0} and its logic? That cannot be undone.",
    "connections disconnect": "Disconnect {0}? Recipes that rely on it stop working.",
    "connections delete": (
        "Delete the connection {0}? That cannot be undone and breaks recipes that use it."
    ),
    "projects deploy": "Deploy the project {0}? Recipes there are replaced.",
    "tables delete-row": "Delete the row {1} of the table {0}? Recipes may depend on it.",
    "api-clients regenerate": "Replace the token of {0}? The token in use stops working at once.",
    "api-clients delete": "Delete the API client {0}? Its token is revoked at once.",
}
"""Commands that cannot be undone or affect others; {0} and {1} are the path arguments."""
