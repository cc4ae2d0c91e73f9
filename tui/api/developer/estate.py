"""Folders and projects, lookup tables, access, agents, the log. Source: Developer API reference."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from tui.api.developer.caller import Caller
from tui.core.studio import workspace
from tui.core.studio.inventory import (
    ActivityEntry,
    ApiClient,
    Deployment,
    LookupRow,
    LookupTable,
    OnPremGroup,
    OnPremStatus,
    Role,
)
from tui.core.studio.records import Folder, Project, WireId


class Folders:
    """Folders and projects."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self, *, parent_id: str | None = None) -> AsyncGenerator[Folder]:
        return self._caller.each(Folder, workspace.FOLDERS_LIST, parent_id=parent_id)

    async def create(self, name: str, parent_id: str | None = None) -> Folder:
        """A folder; a project where there is no parent."""
        return await self._caller.one(
            Folder, workspace.FOLDERS_CREATE, name=name, parent_id=parent_id
        )

    def projects(self) -> AsyncGenerator[Project]:
        return self._caller.each(Project, workspace.PROJECTS_LIST)

    async def deploy(self, project_id: WireId, environment: str, description: str) -> Deployment:
        return await self._caller.one(
            Deployment,
            workspace.PROJECTS_DEPLOY,
            project_id,
            environment_type=environment,
            description=description,
        )

    def deployments(self, *, project_id: str | None = None) -> AsyncGenerator[Deployment]:
        return self._caller.each(Deployment, workspace.DEPLOYMENTS_LIST, project_id=project_id)


class Tables:
    """Lookup tables and their rows."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self) -> AsyncGenerator[LookupTable]:
        return self._caller.each(LookupTable, workspace.TABLES_LIST)

    def rows(self, table_id: WireId) -> AsyncGenerator[LookupRow]:
        return self._caller.each(LookupRow, workspace.TABLES_ROWS, table_id)

    async def add_row(self, table_id: WireId, data: Mapping[str, Any]) -> LookupRow:
        return await self._caller.one(LookupRow, workspace.TABLES_ADD_ROW, table_id, data=data)

    async def update_row(
        self, table_id: WireId, row_id: WireId, data: Mapping[str, Any]
    ) -> LookupRow:
        return await self._caller.one(
            LookupRow, workspace.TABLES_UPDATE_ROW, table_id, row_id, data=data
        )

    async def delete_row(self, table_id: WireId, row_id: WireId) -> None:
        await self._caller.ask(workspace.TABLES_DELETE_ROW, (table_id, row_id))


class Access:
    """Roles of collaborators, and the clients of the Developer API itself."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def project_roles(self) -> AsyncGenerator[Role]:
        return self._caller.each(Role, workspace.ROLES_PROJECT)

    def roles(self) -> AsyncGenerator[Role]:
        return self._caller.each(Role, workspace.ROLES_LIST)

    def api_clients(self) -> AsyncGenerator[ApiClient]:
        return self._caller.each(ApiClient, workspace.API_CLIENTS_LIST)

    async def create_api_client(
        self, name: str, role_id: int | None = None, folder_ids: Sequence[str] = ()
    ) -> ApiClient:
        """A new client with its token; without folders it reaches them all."""
        return await self._caller.one(
            ApiClient,
            workspace.API_CLIENTS_CREATE,
            name=name,
            api_privilege_group_id=role_id,
            all_folders=not folder_ids,
            folder_ids=[*folder_ids] or None,
        )

    async def regenerate_token(self, client_id: WireId) -> ApiClient:
        return await self._caller.one(ApiClient, workspace.API_CLIENTS_REGENERATE, client_id)

    async def delete_api_client(self, client_id: WireId) -> None:
        await self._caller.ask(workspace.API_CLIENTS_DELETE, (client_id,))


class Operations:
    """Agents in private networks, and the audit log."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def on_prem_groups(self) -> AsyncGenerator[OnPremGroup]:
        return self._caller.each(OnPremGroup, workspace.ON_PREM_LIST)

    async def on_prem_status(self, group_id: WireId) -> OnPremStatus:
        return await self._caller.one(OnPremStatus, workspace.ON_PREM_STATUS, group_id)

    def activity(self, *, since: str | None = None) -> AsyncGenerator[ActivityEntry]:
        """Newest first; ``since`` is an RFC 3339 time."""
        return self._caller.each(ActivityEntry, workspace.ACTIVITY_LIST, **{"from": since})
