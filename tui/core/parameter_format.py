"""Text of a parameter's value by its schema: choices, money, units, dates.

A value that is not understood exactly is left as it was sent. Numbers keep all their digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tui.core.parameters import one_line

if TYPE_CHECKING:
    from tui.core.events import Json
    from tui.core.parameters import Parameter

_NUMBER = re.compile(r"(-?)(0|[1-9]\d*)(?:\.(\d+))?")
_LONGEST_NUMBER = 40
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:\.0+)?)?(Z|[+-]\d{2}:?\d{2})?"
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NUMBER_TYPES = frozenset({"number", "integer", "float", "decimal", "currency", "percent"})
_DATE_TYPES = frozenset({"date"})
_TIME_TYPES = frozenset({"date_time", "datetime", "date-time", "timestamp"})

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
_CODE = re.compile(
    "AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|ILS|INR|JPY|KRW|MXN|NOK|NZD|PLN|RON|SEK|SGD|TRY"
    "|USD|ZAR"
)
_WITHOUT_CENTS = frozenset({"JPY", "KRW"})
_CURRENCY_NAMES = {
    "euro": "EUR",
    "euros": "EUR",
    "us dollars": "USD",
    "pounds sterling": "GBP",
    "british pounds": "GBP",
    "swiss francs": "CHF",
    "japanese yen": "JPY",
    "yen": "JPY",
    "indian rupees": "INR",
}
_MONEY_WORDS = frozenset(
    ["amount", "budget", "cost", "costs", "fee", "price", "salary", "subtotal", "total"]
)
_UNITS = {
    "seconds": "seconds",
    "minutes": "minutes",
    "hours": "hours",
    "days": "days",
    "nights": "nights",
    "weeks": "weeks",
    "months": "months",
    "years": "years",
    "percent": "%",
    "kg": "kg",
    "kilograms": "kg",
    "km": "km",
    "kilometers": "km",
    "meters": "m",
    "gb": "GB",
    "gigabytes": "GB",
    "mb": "MB",
    "megabytes": "MB",
    "tb": "TB",
}
_HINT_UNIT = re.compile(r"in ([a-z]+(?: [a-z]+)?)\b", re.IGNORECASE)
_NOT_COUNTED = re.compile(
    "account|code|extension|ids?|key|no|number|phone|pin|port|postal|postcode|ref|reference|serial"
    "|version|year|zip"
)
"""Words in the names of numbers that are not quantities, whose digits are not grouped."""

CHECKED = "✓ yes"
"""Text for the value true."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class FormattedValue:
    """Text for a value."""

    text: str
    note: str = ""
    """Something to know about it, such as how far off a date is."""
    raw: str = ""
    """Value as it was sent, if ``text`` is the label of a choice."""


def formatted(parameter: Parameter, sent: str, today: date) -> FormattedValue:
    """Return the text for a value that is neither an object nor a list.

    ``sent`` is its text as it was sent, see ``scalar``.
    """
    value = parameter.value
    if (label := _choice(parameter.field, value)) is not None:
        return FormattedValue(label, raw="" if label == sent else sent)
    if isinstance(value, bool):
        return FormattedValue(CHECKED if value else "no")
    if isinstance(value, int | float) or (isinstance(value, str) and _is_number(parameter.field)):
        return _number(parameter, sent)
    if isinstance(value, str) and (found := _moment(parameter.field, value, today)):
        return found
    return FormattedValue(sent)


def _choice(field: Json, value: object) -> str | None:
    """Return the label of a choice; None: it is no choice, or not one of the list."""
    for label, choice in _choices(field.get("pick_list")):
        if type(choice) is type(value) and choice == value:
            return one_line(label) or None
    return None


def _choices(pick_list: object) -> Iterator[tuple[object, object]]:
    for item in pick_list if isinstance(pick_list, Sequence) else ():
        match item:
            case [label, choice, *_]:
                yield label, choice
            case {"label": label, "value": choice}:
                yield label, choice
            case _:
                pass


# -- numbers -------------------------------------------------------------------------------


def _is_number(field: Json) -> bool:
    return not _NUMBER_TYPES.isdisjoint(_types(field))


def _number(parameter: Parameter, text: str) -> FormattedValue:
    found = _NUMBER.fullmatch(text)
    if found is None or len(text) > _LONGEST_NUMBER:
        return FormattedValue(text)
    sign, whole, rest = found[1], found[2], found[3] or ""
    if not parameter.field and parameter.name.isdigit():  # an item of a list
        return FormattedValue(f"{sign}{int(whole):,}{f'.{rest}' if rest else ''}")
    words = _words(parameter)
    currency = _currency(parameter, words)
    if currency and currency not in _WITHOUT_CENTS and len(rest) == 1:
        rest += "0"
    is_counted = currency or not any(map(_NOT_COUNTED.fullmatch, words))
    grouped = f"{int(whole):,}" if is_counted else whole
    digits = grouped + (f".{rest}" if rest else "")
    if currency:
        symbol = _SYMBOLS.get(currency) or f"{currency} "
        return FormattedValue(f"{sign}{symbol}{digits}")
    return FormattedValue(f"{sign}{digits}{_unit(parameter, words, whole, rest)}")


def _currency(parameter: Parameter, words: list[str]) -> str:
    """Return the code of the currency that the schema or a field beside it names."""
    field = parameter.field
    is_money = "currency" in _types(field) or not _MONEY_WORDS.isdisjoint(words)
    named = [field.get("currency")]
    if is_money and parameter.beside is not None:
        named += [parameter.beside.get(name) for name in ("currency", "currency_code")]
    named += [word for word in words[-1:] if is_money or word.upper() in _SYMBOLS]
    if found := _HINT_UNIT.match(one_line(field.get("hint"))):
        named += [_CURRENCY_NAMES.get(part.lower(), part) for part in _beginnings(found[1])]
    codes = (name.upper() for name in named if isinstance(name, str))
    return next((code for code in codes if _CODE.fullmatch(code)), "")


def _unit(parameter: Parameter, words: list[str], whole: str, rest: str) -> str:
    field = parameter.field
    unit = one_line(field.get("unit"))[:12]
    if not unit:
        names = words[-1:] if len(words) > 1 else []
        if found := _HINT_UNIT.match(one_line(field.get("hint"))):
            names += [part.lower() for part in _beginnings(found[1])]
        unit = next((_UNITS[name] for name in names if name in _UNITS), "")
    if unit == "%" or "percent" in _types(field):
        return "%"
    if whole == "1" and not rest and unit in _UNITS and unit.endswith("s"):
        unit = unit[:-1]
    return f" {unit}" if unit else ""


def _beginnings(words: str) -> tuple[str, ...]:
    """Return the text of one or two words, the longer first."""
    return words, words.partition(" ")[0]


def _words(parameter: Parameter) -> list[str]:
    return [word.lower() for word in _WORD.findall(parameter.name[:200])]


# -- dates ---------------------------------------------------------------------------------


def _moment(field: Json, text: str, today: date) -> FormattedValue | None:
    """Return the text for a date, or a date with a time; None if it is neither."""
    types = _types(field)
    if not _DATE_TYPES.isdisjoint(types) and _DATE.fullmatch(text):
        return _day(text, "", today)
    if _TIME_TYPES.isdisjoint(types) or (found := _TIME.fullmatch(text)) is None:
        return None
    zone = {"Z": " UTC", None: ""}.get(found[4], f" UTC{found[4]}")
    seconds = f":{found[3]}" if found[3] not in (None, "00") else ""
    return _day(found[1], f", {found[2]}{seconds}{zone}", today)


def _day(text: str, time: str, today: date) -> FormattedValue | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    shown = f"{_DAYS[day.weekday()]}, {_MONTHS[day.month - 1]} {day.day}, {day.year:04d}{time}"
    return FormattedValue(shown, note=distance(day, today))


def distance(day: date, today: date) -> str:
    """Return how far off a day is: ``today``, ``in 3 days``, ``2 months ago``."""
    days = (day - today).days
    if days in _NEAR:
        return _NEAR[days]
    count, unit = next(
        (abs(days) // size, unit) for least, size, unit in _DISTANCES if abs(days) >= least
    )
    return f"in {count:,} {unit}" if days > 0 else f"{count:,} {unit} ago"


_DISTANCES = ((730, 365, "years"), (60, 30, "months"), (0, 1, "days"))
"""Days from which a unit is used, days of the unit, its name."""
_NEAR = {0: "today", 1: "tomorrow", -1: "yesterday"}


def _types(field: Mapping[str, Any]) -> frozenset[str]:
    """Return all that a field says about its type."""
    named = (field.get(key) for key in ("type", "control_type", "format"))
    return frozenset(name.lower() for name in named if isinstance(name, str))
