"""Types of settings: parsing, and the values to choose from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from tui.config.hosts import DATA_CENTERS, check_url
from tui.core.secrets import Secret, is_client_key, is_developer_token
from tui.core.switch import read_switch

_T_co = TypeVar("_T_co", covariant=True)
_Choice = TypeVar("_Choice", bound=str)


class ValueType(NamedTuple, Generic[_T_co]):
    """Type of a setting."""

    name: str
    """For the documentation."""
    read: Callable[[object], _T_co]
    """Checks a value and converts it. Raises ``ValueError`` with a clause that says what is
    accepted and shows no secret.
    """
    choices: tuple[str, ...] = ()
    is_secret: bool = False


def one_of(*choices: _Choice) -> ValueType[_Choice]:
    """Return the type of a setting with a few fixed values."""

    def read(value: object) -> _Choice:
        for choice in choices:
            if value == choice:
                return choice
        raise ValueError(f"must be {' or '.join(map(repr, choices))}")

    return ValueType(" or ".join(choices), read, choices)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")
    return value


def _switch(value: object) -> bool:
    word = str(value) if isinstance(value, str | bool | int) else ""
    switch = read_switch(word)
    if switch is None:
        raise ValueError("must be true or false")
    return switch


def _columns(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or len(text) > 4:
        raise ValueError("must be a number of columns; 0 for the usual width")
    return int(text)


def _data_center(value: object) -> str:
    code = _text(value).lower()
    if code not in DATA_CENTERS:
        from tui.core.text import clean_line  # --help must not wait for it

        raise ValueError(
            f"{clean_line(code, 20)!r} isn't a known data center "
            f"({', '.join(DATA_CENTERS)}); for any other host, set base_url"
        )
    return code


def _url(value: object) -> str:
    url = _text(value)
    return check_url(url) if url else url


def _host(value: object) -> str:
    return _url(value).rstrip("/")


def _api_key(value: object) -> Secret:
    key = _text(value)
    if is_developer_token(key):
        raise ValueError(
            "this is a Developer API token (wrka...), which belongs in developer_token; use "
            "the API key of the genie's client here"
        )
    return Secret(key)


def _developer_token(value: object) -> Secret:
    token = _text(value)
    if is_client_key(token.strip()):
        raise ValueError(
            "this is a genie client's API key, which belongs in api_key; use an API "
            "client's token (wrka...) here"
        )
    return Secret(token)


TEXT = ValueType("text", _text)
FILE = ValueType("file", _text)
SWITCH = ValueType("true or false", _switch)
COLUMNS = ValueType("columns", _columns)
URL = ValueType("URL", _url)
HOST = ValueType("URL", _host)
DATA_CENTER = ValueType(", ".join(DATA_CENTERS), _data_center, tuple(DATA_CENTERS))
TOKEN = ValueType("secret", lambda value: Secret(_text(value)), is_secret=True)
API_KEY = ValueType("secret", _api_key, is_secret=True)
DEVELOPER_TOKEN = ValueType("secret", _developer_token, is_secret=True)
