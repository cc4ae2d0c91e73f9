"""All endpoints, by the command that offers them."""

from __future__ import annotations

from collections.abc import Mapping

from tui.studio.endpoint import Endpoint
from tui.studio.endpoints.agentic import AGENTIC
from tui.studio.endpoints.workspace import WORKSPACE

ENDPOINTS: Mapping[str, Endpoint] = {
    endpoint.command: endpoint for endpoint in (*AGENTIC, *WORKSPACE)
}

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
"""The groups of commands, and what is in them."""
