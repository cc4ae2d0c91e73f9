"""What makes a value of a profile acceptable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.config.hosts import DATA_CENTERS, check_url
from tui.config.looks import YES
from tui.config.profile import KEYS, Profile
from tui.core.credential import is_client_key, is_developer_token
from tui.core.secret import Secret
from tui.core.text import clean_line

_NO = frozenset({"0", "false", "no", "off", "n", "f"})


class UnusableError(ValueError):
    """A value that cannot be used; ``str(error)`` is a clause that does not repeat it."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


def checked(name: str, values: Mapping[str, object]) -> Profile:
    """The profile that these values make. Raises ``UnusableError`` for the first that cannot be."""
    if values.get("api_key"):
        values = {"auth": "api_key"} | dict(values)
    given: dict[str, Any] = {}
    for key in KEYS:
        if key in values:
            try:
                given[key] = _CHECKS[key](values[key])
            except ValueError as problem:
                raise UnusableError(key, str(problem)) from None
    return Profile(name=name, **given)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _switch(value: object) -> bool:
    word = str(value).strip().lower() if isinstance(value, str | bool | int) else ""
    if word in YES:
        return True
    if word in _NO:
        return False
    raise ValueError("must be true or false")


def _one_of(*choices: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in choices:
            raise ValueError(f"must be {' or '.join(map(repr, choices))}")
        return str(value)

    return check


def _data_center(value: object) -> str:
    code = _text(value).lower()
    if code not in DATA_CENTERS:
        raise ValueError(
            f"{clean_line(code, 20)!r} is not a known data center"
            f" ({', '.join(DATA_CENTERS)}); base_url is accepted instead of any"
        )
    return code


def _host(value: object) -> str:
    url = _text(value)
    return check_url(url).rstrip("/") if url else url


def _redirect(value: object) -> str:
    url = _text(value)
    return check_url(url) if url else url


def _client_key(value: object) -> Secret:
    key = _text(value)
    if is_developer_token(key):
        raise ValueError(
            "this is a Developer API token (wrka...): set it as developer_token;"
            " the Headless API takes the API key of the genie's client"
        )
    return Secret(key)


def _developer_token(value: object) -> Secret:
    token = _text(value)
    if is_client_key(token.strip()):
        raise ValueError(
            "this is the API key of a genie's client: set it as api_key;"
            " the Developer API takes the token of an API client (wrka...)"
        )
    return Secret(token)


_CHECKS: Mapping[str, Callable[[object], object]] = {
    "backend": _one_of("genie", "workflows"),
    "data_center": _data_center,
    "base_url": _host,
    "identity_url": _host,
    "developer_url": _host,
    "genie": _text,
    "auth": _one_of("oauth", "api_key"),
    "client_id": _text,
    "redirect_url": _redirect,
    "api_key": _client_key,
    "idp_user_id": _text,
    "token": lambda value: Secret(_text(value)),
    "developer_token": _developer_token,
    "ca_file": _text,
    "theme": _text,
    "no_browser": _switch,
    "notifications": _switch,
    "screen_reader": _switch,
    "reduced_motion": _switch,
    "mouse": _switch,
}
