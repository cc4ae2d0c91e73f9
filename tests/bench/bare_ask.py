"""Baseline of ``ask``: post a message and print the reply, with httpx and nothing else.

python -m tests.bench.bare_ask TEXT
"""

import json
import os
import sys

import httpx

url, genie = os.environ["GENIE_TUI_BASE_URL"], os.environ["GENIE_TUI_GENIE"]
headers = {
    "Authorization": f"Bearer {os.environ['GENIE_TUI_API_KEY']}",
    "X-IDP-User-Id": os.environ["GENIE_TUI_IDP_USER_ID"],
}
with httpx.Client(base_url=f"{url}/api/v1/genies/{genie}/chat", headers=headers) as client:
    created = client.post("/conversations", json={}).raise_for_status().json()
    path = f"/conversations/{created['conversation_id']}/messages"
    body = {"message": sys.argv[1], "stream": True}
    with client.stream("POST", path, json=body) as response:
        for line in response.raise_for_status().iter_lines():
            if line.startswith("data:"):
                print(json.loads(line[5:]).get("message", ""))
