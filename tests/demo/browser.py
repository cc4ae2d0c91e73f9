"""Scripted browser: clicks through the pages of the demo identity server."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx


def browser(**options: Any) -> httpx.AsyncClient:
    """A browser with cookies of its own. Loopback needs no certificates, and they load slowly."""
    return httpx.AsyncClient(verify=False, **options)


@dataclass
class Button:
    name: str
    value: str
    label: str = ""


@dataclass
class Form:
    """The only form of a page; it is sent to the page's own address."""

    hidden: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)

    def press(self, label: str) -> dict[str, str]:
        """Return the request of a browser when the button with this label is pressed."""
        [button] = [b for b in self.buttons if label.lower() in b.label.lower().split()]
        return {**self.hidden, button.name: button.value}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form = Form()
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input":
            self.form.hidden[given["name"]] = given["value"]
        elif tag == "button":
            self.form.buttons.append(Button(given["name"], given["value"]))
            self._in_button = True

    def handle_endtag(self, tag: str) -> None:
        self._in_button = self._in_button and tag != "button"

    def handle_data(self, data: str) -> None:
        if self._in_button:
            self.form.buttons[-1].label += f" {data}"


def form_of(page: httpx.Response) -> Form:
    """The form of a page that was shown."""
    assert page.status_code == 200, page.text
    reader = _Reader()
    reader.feed(page.text)
    return reader.form


async def open_page(client: httpx.AsyncClient, url: str | httpx.URL) -> httpx.Response:
    """Follow redirects up to a page of the server, or to one that leads away from it."""
    home = httpx.URL(url)
    answer = await client.get(url, follow_redirects=False)
    while answer.next_request and _same_origin(answer.next_request.url, home):
        answer = await client.send(answer.next_request, follow_redirects=False)
    return answer


async def press(client: httpx.AsyncClient, page: httpx.Response, label: str) -> httpx.Response:
    """Press a button of a page, up to the next page or the redirect that leads away."""
    data = form_of(page).press(label)
    answer = await client.post(page.url, data=data, follow_redirects=False)
    if answer.next_request and _same_origin(answer.next_request.url, page.url):
        return await open_page(client, answer.next_request.url)
    return answer


async def sign_in(
    client: httpx.AsyncClient, authorize_url: str, user: str = "ada", decision: str = "allow"
) -> str:
    """Sign in as ``user`` (ada, grace or alan) and allow or deny.

    Returns the address the browser is sent to in the end; a request that the server refuses by
    redirect, or a session that needs no login, takes fewer pages.
    """
    page = await open_page(client, authorize_url)
    if "/oauth/login/" in page.url.path:
        page = await press(client, page, user)
    if "/oauth/consent/" in page.url.path and not page.next_request:
        page = await press(client, page, decision)
    assert page.next_request, page.text
    return page.headers["location"]


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)
