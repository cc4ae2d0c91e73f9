"""Commands made from the descriptions of the endpoints."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from tui.cli import completion_values
from tui.cli.groups import CONTEXT, CommandGroup
from tui.cli.help import examples
from tui.cli.options import Number, Target, flags_of, target_options
from tui.studio.endpoint import Endpoint, RequestField
from tui.studio.endpoints import ENDPOINTS, GROUPS

DEFAULT_ROWS = 200
_BYTE_ORDER_MARK = "\ufeff"


def group_of(name: str) -> click.Group | None:
    """Return the commands of a group; None for an unknown one."""
    if name not in GROUPS:
        return None
    commands = [_command_of(e) for e in ENDPOINTS.values() if e.group == name]
    first = next(e for e in ENDPOINTS.values() if e.group == name)
    return CommandGroup(
        name,
        help=GROUPS[name],
        commands=commands,
        context_settings=CONTEXT,
        epilog=examples(_example(first)),
    )


def read_json(context: click.Context, parameter: click.Parameter, value: str | None) -> Any:
    """Parse JSON, a file with it as ``@NAME``, or ``-`` for standard input."""
    if value is None:
        return None
    try:
        return json.loads(_text_of(value))
    except OSError as error:
        told = f"Couldn't read {value[1:]}: {error.strerror}."
    except ValueError as error:
        told = f"Not valid JSON ({error}). Use JSON, @FILE, or -."
    raise click.BadParameter(told, context, parameter)


def _text_of(value: str) -> str:
    if value == "-":
        return sys.stdin.read().removeprefix(_BYTE_ORDER_MARK)
    return Path(value[1:]).read_text(encoding="utf-8-sig") if value.startswith("@") else value


def _command_of(endpoint: Endpoint) -> click.Command:
    """Return the command of an endpoint: parts of the path as arguments, fields as arguments and
    options.
    """
    command: Any = _callback(endpoint)
    for decorate in reversed([*_arguments(endpoint), *_options(endpoint)]):
        command = decorate(command)
    return click.command(
        endpoint.verb,
        help=endpoint.summary,
        epilog=f"{examples(_example(endpoint))}\n\n{endpoint.method} {endpoint.path}",
        context_settings=CONTEXT,
    )(click.pass_context(command))


_SAMPLES = {
    "GENIE": "gin-AbCd12",
    "CLIENT": "gincl-AbCd12",
    "GROUP": "grp-AbCd12",
    "POLICY": "prompt_attack",
    "CONFIGURATION": "@policy.json",
    "EMAIL": "ada@example.com",
    "TOKEN": "TOKEN",
    "name": "Help desk",
    "description": "Questions about laptops",
    "instructions": "Answer questions about laptops.",
    "type": "api_key",
    "source-type": "recipe",
    "data-sources": "123",
    "provider": "salesforce",
    "environment-type": "test",
    "code": "{}",
    "data": '{"city": "Oslo"}',
}
"""Values for examples, by the name of an argument or option; 123 for the others."""


def _example(endpoint: Endpoint) -> str:
    """Return a command with all that it needs."""
    words = ["studio", *endpoint.command.split(), *map(_sample, endpoint.arguments)]
    words += [_sample(field.help) for field in endpoint.fields if field.positional]
    for field in endpoint.fields:
        if field.required and not field.positional:
            words.append(f"--{field.option_name}")
            words += [] if field.kind == "flag" else [_sample_of(field)]
    return shlex.join(words)


def _sample_of(field: RequestField) -> str:
    return field.choices[0] if field.choices else _sample(field.option_name)


def _sample(name: str) -> str:
    return _SAMPLES.get(name, "123")


def _callback(endpoint: Endpoint) -> Callable[..., None]:
    def run(
        context: click.Context,
        demo: bool,
        profile: str | None,
        config: Path | None,
        as_json: bool,
        yes: bool = False,
        limit: int = DEFAULT_ROWS,
        **given: Any,
    ) -> None:
        from tui.cli.studio.run import Request, run_request

        parent = context.find_object(Target)
        flags = flags_of(context)
        target = Target(demo=demo, profile=profile, config=config, flags=flags).or_from(parent)
        parts = tuple(given[_part(place)] for place in range(len(endpoint.placeholders)))
        request = Request(endpoint, parts, _values(endpoint, given), as_json, yes, limit)
        context.exit(run_request(target, request))

    return run


def _values(endpoint: Endpoint, given: Mapping[str, Any]) -> dict[str, object]:
    return {field.name: _value(given[_variable(field)]) for field in endpoint.fields}


def _value(given: Any) -> Any:
    """Return a value as JSON has it; a single empty text is an empty list."""
    if isinstance(given, tuple):
        return [text for text in given if text] if given else None
    return given


def _part(place: int) -> str:
    return f"part_{place}"


def _variable(field: RequestField) -> str:
    return "field_" + "".join(c if c.isalnum() else "_" for c in field.name)


_Decorator = Callable[[Any], Any]


_VALUES = {"GENIE": completion_values.genies, "POLICY": completion_values.policies}


def _arguments(endpoint: Endpoint) -> list[_Decorator]:
    parts = [
        click.argument(_part(place), metavar=label, shell_complete=_VALUES.get(label))
        for place, label in enumerate(endpoint.arguments)
    ]
    fields = [
        click.argument(
            _variable(field),
            metavar=field.help + ("..." if field.kind == "texts" else ""),
            **_reading(field),
            nargs=-1 if field.kind == "texts" else 1,
            required=field.required,
        )
        for field in endpoint.fields
        if field.positional
    ]
    return [*parts, *fields]


def _options(endpoint: Endpoint) -> list[_Decorator]:
    made: list[_Decorator] = [_option(field) for field in endpoint.fields if not field.positional]
    made += [target_options]
    as_json = "Print the list as JSON." if endpoint.paging else "Print the response as JSON."
    made.append(click.option("--json", "as_json", is_flag=True, help=as_json))
    if endpoint.confirm:
        made.append(click.option("-y", "--yes", is_flag=True, help="Skip the confirmation."))
    if endpoint.paging:
        made.append(
            click.option(
                "--limit",
                type=Number(1),
                default=DEFAULT_ROWS,
                show_default=True,
                metavar="N",
                help="Maximum number of rows.",
            )
        )
    return made


def _option(field: RequestField) -> _Decorator:
    name, variable = field.option_name, _variable(field)
    if field.kind == "flag":
        return click.option(
            f"--{name}/--no-{name}",
            variable,
            default=None,
            required=field.required,
            help=field.help,
        )
    return click.option(
        f"--{name}",
        variable,
        **_reading(field),
        multiple=field.kind == "texts",
        required=field.required,
        help=field.help,
    )


def _reading(field: RequestField) -> dict[str, Any]:
    """Return the click settings that parse a value."""
    if field.kind == "json":
        return {"callback": read_json}
    if field.choices:
        return {"type": click.Choice(field.choices)}
    return {"type": _TYPES.get(field.kind, click.STRING)}


_TYPES: Mapping[str, click.ParamType[Any]] = {"integer": Number()}
