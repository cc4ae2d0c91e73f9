"""Consistency of the endpoint tables."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tui.studio.endpoint import STANDARD
from tui.studio.endpoints import ENDPOINTS, GROUPS, help_texts, request_fields, responses, routes

TABLES = {
    "fields": request_fields.FIELDS,
    "checks": request_fields.CHECKS,
    "columns": responses.COLUMNS,
    "paging": responses.PAGING,
    "rate limits": responses.RATE_LIMITS,
    "secret fields": responses.SECRET_FIELDS,
    "confirmations": help_texts.CONFIRMATIONS,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_names_known_commands(table: Mapping[str, object]) -> None:
    assert set(table) <= set(routes.ROUTES)


def test_every_command_has_a_summary_and_a_group() -> None:
    assert list(help_texts.SUMMARIES) == list(routes.ROUTES)
    assert {endpoint.group for endpoint in ENDPOINTS.values()} == set(GROUPS)


def test_every_path_parameter_has_a_name_in_the_usage() -> None:
    known = {
        f"{before}/{name}"
        for _, path in routes.ROUTES.values()
        for before, name in re.findall(r"([^/]+)/(:\w+)", path)
    }
    assert known == set(routes.PATH_ARGUMENTS)


def test_fields_are_sent_in_the_query_of_a_get_and_the_body_otherwise() -> None:
    listed, created = ENDPOINTS["folders list"], ENDPOINTS["folders create"]
    assert [field.name for field in listed.query] == ["parent_id"]
    assert [field.name for field in created.body] == ["name", "parent_id"]
    assert (listed.body, created.query) == ((), ())
    deploy = ENDPOINTS["projects deploy"]
    assert [field.name for field in deploy.query] == ["environment_type"]
    assert [field.name for field in deploy.body] == ["description"]


def test_an_endpoint_has_what_the_tables_say() -> None:
    endpoint = ENDPOINTS["clients regenerate"]
    assert (endpoint.method, endpoint.arguments) == ("POST", ("CLIENT",))
    assert (endpoint.columns, endpoint.secret_field) == (("updated_at",), "api_key")
    assert (endpoint.paging, endpoint.rate_limit) == (None, STANDARD)
    assert endpoint.confirm.startswith("Replace the API key of {0}?")
