"""Every documented endpoint has a working command, and ``studio endpoints`` lists it.

``endpoints.txt`` is the list of the vendor's pages, kept apart from the code.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.studio.conftest import Studio
from tui.demo.server import DemoServer
from tui.studio.endpoints import ENDPOINTS

HERE = Path(__file__).parent

WALK = """
genies list --folder-id 7498 --state active
folders list --parent-id 7000
folders create --name Lab                                       > folder id
projects list                                                   > project 0.id
projects deploy {project} --environment test --description new --yes
deployments list --project-id {project}
recipes create --name Greet --code {{}} --folder-id {folder}    > recipe id
recipes show {recipe}
recipes update {recipe} --name 'Greet people'
recipes copy {recipe} --folder-id {folder}                      > copy new_flow_id
recipes start {recipe}
recipes stop {recipe} --yes
recipes list --folder-id {folder}
skills create {recipe}
skills list --query greet                                       > skill 0.id
skills show {skill}
jobs list 94794 --status failed                                 > job 0.id
jobs show 94794 {job}
jobs resume resume-demo-onboarding --data '{{"ok": true}}'
kb create --name Lore --description Old --folder-id {folder} --source-type recipe \
    --data-sources x                                            > kb id
kb list --query lore
kb show {kb}
kb update {kb} --data-sources '{{"wiki": true}}'
kb sources {kb}
kb recipes kb-WSm8kore-DemoAA --sort name
connections create --name CRM --provider salesforce --folder-id {folder} > connection id
connections list
connections update {connection} --name 'CRM 2' --input '{{"user": "x"}}'
connections disconnect {connection} --yes
connections delete {connection} --yes
genies create --name Djinn --description Helps --folder-id {folder} --instructions Be \
    --ai-provider open_ai --shared-account-id 1234 --custom-oauth-key-id 5678 --matrix > genie id
genies show {genie}
genies update {genie} --description Helps\\ more --channel-whitelist C1 --channel-whitelist C2
genies assign-skills {genie} {skill} 65001201
genies remove-skills {genie} 65001201 --yes
genies assign-knowledge-bases {genie} {kb}
genies remove-knowledge-bases {genie} {kb} --yes
genies assign-user-groups {genie} grpEveryone4Demo1aB2cD
genies remove-user-groups {genie} grpEveryone4Demo1aB2cD --yes
clients create --name Desk --auth api_key                       > client client_id
clients list
clients update {client} --name 'Front desk'
clients attach {genie} {client}
clients regenerate {client} --yes
clients detach {genie} {client} --yes
clients delete {client} --yes
guardrails pii-entities
guardrails show gin-Ifrit001-DemoAA-CD
guardrails set gin-Ifrit001-DemoAA-CD profanity_filter '{{"enabled": true}}' --yes
genies start {genie}
genies stop {genie} --yes
genies delete {genie} --yes
kb delete {kb} --yes
recipes delete {copy} --yes
tables list                                                     > table 0.id
tables rows {table}
tables add-row {table} --data '{{"code": "1"}}'                 > row id
tables update-row {table} {row} --data '{{"code": "2"}}'
tables delete-row {table} {row} --yes
roles project
roles list
api-clients list
api-clients create --name Bot --no-all-folders --folder {folder} > bot id
api-clients regenerate {bot} --yes
api-clients delete {bot} --yes
on-prem list                                                    > group 0.id
on-prem status {group}
activity list --event-type genie_created --from 2020-01-01T00:00:00Z
users find ada@example.com
"""


def documented() -> set[str]:
    lines = (HERE / "endpoints.txt").read_text(encoding="utf-8").splitlines()
    return {line for line in lines if not line.startswith("#")}


def pattern_of(path: str) -> str:
    return re.sub(r":\w+", "[^/]+", path)


def test_the_list_of_endpoints_has_every_documented_one_and_its_command(genie_tui: Studio) -> None:
    listed = json.loads(genie_tui("studio", "endpoints", "--json").out)
    assert {f"{row['method']} {row['path']}" for row in listed} == documented()
    assert len(listed) == len(documented())
    assert [row["command"] for row in listed] == [f"studio {name}" for name in ENDPOINTS]


def test_the_list_of_endpoints_cuts_nothing_and_needs_no_token(genie_tui: Studio) -> None:
    done = genie_tui("studio", "endpoints")
    head, *lines = done.out.splitlines()
    assert head.split() == ["METHOD", "PATH", "COMMAND"]
    rows = [re.split(r"\s{2,}", line) for line in lines]
    assert rows == [[e.method, e.path, f"studio {name}"] for name, e in ENDPOINTS.items()]
    assert done.err == ""


@pytest.mark.parametrize("observed", [False, True], ids=["documented", "observed"])
def test_every_command_of_the_table_works(studio: Studio, server: DemoServer) -> None:
    known: dict[str, str] = {}
    walked = set()
    for line in WALK.strip().splitlines():
        typed, _, kept = line.partition(" > ")
        words = shlex.split(typed.format_map(known))
        command = " ".join(words[:2])
        endpoint = ENDPOINTS[command]
        done = studio(*words, "--json")
        assert done.code == 0, (line, done.err)
        record = list(server.log)[-1]
        assert record.method == endpoint.method, line
        assert re.fullmatch(pattern_of(endpoint.path), record.path), line
        assert record.status in (200, 204), line
        if kept:
            name, place = kept.split()
            value = done.json
            for key in place.split("."):
                value = value[int(key) if key.isdigit() else key]
            known[name] = str(value)
        walked.add(command)
    assert walked == set(ENDPOINTS)


@pytest.mark.parametrize("command", sorted(ENDPOINTS))
def test_every_command_has_help(studio: Studio, command: str) -> None:
    endpoint = ENDPOINTS[command]
    done = studio(*command.split(), "--help")
    assert done.code == 0
    assert f"{endpoint.method} {endpoint.path}" in done.out
    for field in endpoint.fields:
        assert (field.help if field.positional else f"--{field.option_name}") in done.out
