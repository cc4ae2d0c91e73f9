"""Run the community's SDKs against the demo server: ``python -m tests.demo.sdk CHECKOUT``.

CHECKOUT is a work tree of github.com/Krishnakrish77/genie-api-sdk, which no registry has. Its
Python client is imported from there; its TypeScript client is built there with npm. Exit code 1 if
a step fails. What the two send is also replayed by ``test_other_clients``, without their code.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tui.demo.server import DemoServer, DemoSettings

HERE = Path(__file__).parent
ORDER = "Order a laptop for our new hire"
SALESFORCE = "Show open Acme opportunities in Salesforce"
PULL = "Write a runbook for a full disk"


class Verification:
    """The Python client, one method a step, in the order of their names in ``STEPS``."""

    def __init__(self, sdk: Any, server: DemoServer) -> None:
        self.sdk, self.server, self.handle = sdk, server, server.genie
        auth = sdk.ApiKeyAuth(server.api_key, server.idp_user_id)
        self.client = sdk.GenieClient(auth=auth, base_url=server.url)
        self.conversation = ""

    def begin(self) -> str:
        return str(self.client.create_conversation(self.handle).conversation_id)

    def events(self, text: str, conversation: str = "", **options: Any) -> Any:
        return self.client.stream_message(
            self.handle, conversation or self.begin(), text, **options
        )

    def until(self, true: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 60
        while not (found := true()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return found

    def history(self, conversation: str) -> list[Any]:
        return list(self.client.list_messages(self.handle, conversation).items)

    def list_conversations(self) -> None:
        page = self.client.list_conversations(self.handle)
        assert page.total_count >= len(page.items) > 0

    def create(self) -> None:
        self.conversation = self.begin()
        assert self.conversation

    def pages(self) -> None:
        first = self.client.list_conversations(self.handle, limit=2)
        second = self.client.list_conversations(self.handle, limit=2, cursor=first.cursor)
        ids = [item.conversation_id for item in (*first.items, *second.items)]
        assert len(set(ids)) == 4

    def get(self) -> None:
        found = self.client.get_conversation(self.handle, self.conversation)
        assert (found.conversation_id, found.state) == (self.conversation, "idle")

    def send_and_history(self) -> None:
        run = self.client.send_message(self.handle, self.conversation, "What can you do?")
        assert run.genie_run_id
        self.until(lambda: len(self.history(self.conversation)) == 2)
        assert {item.source for item in self.history(self.conversation)} == {"user", "genie"}

    def reopen(self) -> None:
        with self.sdk.GenieClient(
            auth=self.sdk.ApiKeyAuth(self.server.api_key, self.server.idp_user_id),
            base_url=self.server.url,
        ) as client:
            found = client.list_messages(self.handle, self.conversation, limit=1)
        assert (len(found.items), found.total_count) == (1, 2)
        assert found.cursor

    def stream(self) -> None:
        kinds = [event.type for event in self.events("hi", self.conversation)]
        assert kinds[0] == "processing.started"
        assert kinds[-1] == "processing.finished"

    def _decided(self, resolution: str, reason: str | None = None) -> str:
        said, conversation = "", self.begin()
        for event in self.events(ORDER, conversation):
            if event.type == "skill.confirmation_required":
                self.client.resolve_skill_approval(
                    self.handle, conversation, event.call_id, resolution, rejection_reason=reason
                )
            elif event.type == "agent.message":
                said += event.message
        return said

    def approve(self) -> None:
        assert self._decided("approved")

    def reject(self) -> None:
        assert self._decided("rejected", "Not in this quarter")
        assert "Not in this quarter" in self.server.log.of("approval")[-1].summary

    def _parked(self) -> tuple[str, Any]:
        conversation = self.begin()
        for event in self.events(SALESFORCE, conversation, max_reconnects=0):
            if event.type == "runtime_connection.auth_required":
                return conversation, event
        raise AssertionError("no connection was asked for")

    def runtime_link(self) -> None:
        """With the click on the consent page that a person would make."""
        conversation, event = self._parked()
        attempt = event.runtime_connection_attempt_id
        link = self.client.get_runtime_connection_link(self.handle, attempt)
        assert link["status"] == "auth_required"
        url = link["auth_link"]["url"]
        assert "<form" in httpx.get(url, verify=False).text
        assert httpx.post(url, data={"decision": "allow"}, verify=False).status_code == 200
        status = self.client.get_runtime_connection_link(self.handle, attempt)["status"]
        assert status == "authorized"
        self.until(lambda: len(self.history(conversation)) >= 3)

    def runtime_reject(self) -> None:
        conversation, event = self._parked()
        self.client.reject_runtime_connection(
            self.handle, event.runtime_connection_attempt_id, reason="not here"
        )
        self.until(lambda: len(self.history(conversation)) >= 3)

    def upload(self) -> None:
        conversation = self.begin()
        with tempfile.TemporaryFile() as file:
            file.write(b"wish,granted\nlaptop,yes\n")
            file.seek(0)
            part = ("wishes.csv", file, "text/csv")
            file_id = self.client.upload_file(self.handle, conversation, part)
        events = self.events("Summarise the file", conversation, file_id=file_id)
        said = "".join(event.message for event in events if event.type == "agent.message")
        assert "wishes.csv" in said

    def stored_events(self) -> None:
        page = self.client.list_events(self.handle, conversation_id=self.conversation)
        assert {event.conversation_id for event in page.items} == {self.conversation}
        since = page.items[-1].created_at
        later = self.client.list_events(self.handle, since_created_at=since, limit=1)
        assert len(later.items) == 1

    def reconnect(self) -> None:
        self.server.faults.add("cut:after=2,times=1")
        numbers = [event.seq_num for event in self.events(PULL) if event.seq_num]
        assert numbers == sorted(set(numbers))
        assert len(numbers) > 3

    def errors(self) -> None:
        wrong = self.sdk.ApiKeyAuth("f" * 64, self.server.idp_user_id)
        with (
            self.sdk.GenieClient(auth=wrong, base_url=self.server.url) as client,
            pytest.raises(self.sdk.AuthenticationError) as refused,
        ):
            client.list_conversations(self.handle)
        assert refused.value.status_code == 401


STEPS: tuple[Callable[[Verification], None], ...] = (
    Verification.list_conversations,
    Verification.create,
    Verification.pages,
    Verification.get,
    Verification.send_and_history,
    Verification.reopen,
    Verification.stream,
    Verification.approve,
    Verification.reject,
    Verification.runtime_link,
    Verification.runtime_reject,
    Verification.upload,
    Verification.stored_events,
    Verification.reconnect,
    Verification.errors,
)


def verify_python(checkout: Path, server: DemoServer) -> int:
    """The steps that failed."""
    sys.path.insert(0, str(checkout / "python" / "src"))
    import genie_api_sdk as sdk

    verification, failed = Verification(sdk, server), 0
    for step in STEPS:
        problem = ""
        try:
            step(verification)
        except Exception as error:
            problem, failed = f"{type(error).__name__}: {error}", failed + 1
        print(f"{'FAIL' if problem else 'PASS'}  python      {step.__name__}  {problem}".rstrip())
    verification.client.close()
    print(f"python: {len(STEPS) - failed} of {len(STEPS)}")
    return failed


def verify_typescript(checkout: Path, server: DemoServer) -> int:
    """1 if one of its steps failed."""
    package = checkout / "typescript"
    if not (package / "dist").is_dir():
        quiet = ["--silent", "--no-audit", "--no-fund"]
        subprocess.run(["npm", "ci", *quiet], cwd=package, check=True)
        subprocess.run(["npm", "run", "build", "--silent"], cwd=package, check=True)
    settings = {
        "SDK": str(package / "dist" / "index.js"),
        "URL": server.url,
        "HANDLE": server.genie,
        "KEY": server.api_key,
        "USER": server.idp_user_id,
    }
    command = ["node", str(HERE / "sdk.mjs"), json.dumps(settings)]
    return subprocess.run(command, env=os.environ, check=False).returncode


def main() -> None:
    checkout = Path(sys.argv[1]).resolve()
    settings = DemoSettings(speed=0, seed=11, title_s=0, ping_s=0.2, park_s=0.3)
    with DemoServer(settings) as server:
        failed = verify_python(checkout, server) + verify_typescript(checkout, server)
        problems = list(server.errors)
    print(*problems, sep="\n", end="")
    sys.exit(1 if failed or problems else 0)


if __name__ == "__main__":
    main()
