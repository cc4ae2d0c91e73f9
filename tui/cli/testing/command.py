"""Options of ``genie-tui test``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from tui.cli import completion_values
from tui.cli.help import examples
from tui.cli.options import Number, target_of, target_options

_FOLDER = click.Path(file_okay=False, path_type=Path)
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


class ShardType(click.ParamType[tuple[int, int]]):
    """``I/N``: part I of N."""

    name = "I/N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        number, _, count = str(value).partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            self.fail(f"{value!r} must be I/N, such as 1/4 for the first of four parts", param, ctx)
        return int(number), int(count)


@click.command(
    short_help="Run test suites against an agent.",
    epilog=examples(
        "test suite.yaml --jobs 4 --junit report.xml",
        "test --pack red-team --demo",
        "test merge one.json two.json --html report.html",
    ),
)
@click.argument("suites", nargs=-1, metavar="SUITE...", type=click.Path())
@target_options
@click.option(
    "--pack",
    metavar="NAME",
    shell_complete=completion_values.packs,
    help="Run a suite that comes with genie-tui: red-team.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a suite.")
@click.option("--list", "only_list", is_flag=True, help="List the cases. Nothing is sent.")
@click.option("--jobs", type=Number(1, 64), default=1, metavar="N", help="Cases at once.")
@click.option("--repeat", type=Number(1, 10_000), metavar="N", help="Repeat each case.")
@click.option("--until-decided", is_flag=True, help="Skip repeats that can't change a verdict.")
@click.option("--filter", "words", metavar="WORDS", multiple=True, help="Only cases with WORDS.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only cases with this tag.")
@click.option("--shard", type=ShardType(), metavar="I/N", help="Only part I of N.")
@click.option("--seed", type=Number(), metavar="N", help="Shuffle the order of the cases.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first case that fails.")
@click.option("--var", "variables", metavar="NAME=VALUE", multiple=True, help="Set a variable.")
@click.option("--timeout", type=Number(0.1, whole=False), metavar="S", help="Seconds for a turn.")
@click.option(
    "--resume",
    metavar="RUN",
    shell_complete=completion_values.runs,
    help="Continue an interrupted run.",
)
@click.option("--record", type=_FOLDER, metavar="DIR", help="Store what the service sends.")
@click.option("--replay", type=_FOLDER, metavar="DIR", help="Run against recordings, offline.")
@click.option("--studio", is_flag=True, help="Report which guardrail policies are set.")
@click.option("--junit", type=_OUTPUT, metavar="FILE", help="Write a JUnit XML report.")
@click.option("--html", type=_OUTPUT, metavar="FILE", help="Write an HTML report.")
@click.option("--json", "json_file", type=_OUTPUT, metavar="FILE", help="Write a JSON report.")
@click.option(
    "--compare",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compare with an older JSON report.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["any", "regression"]),
    default="any",
    help="With --compare, 'regression' fails only for what newly fails.",
)
@click.pass_context
def test(
    context: click.Context,
    /,
    demo: bool,
    profile: str | None,
    config: Path | None,
    suites: tuple[str, ...],
    pack: str | None,
    schema: bool,
    only_list: bool,
    **options: Any,
) -> None:
    """Run test suites against an agent.

    A suite is a YAML file; --schema prints its JSON Schema for your editor.
    'genie-tui test merge FILE...' joins the JSON reports of several shards.
    Exit codes: 0 all passed, 1 some failed, 2 invalid suite or usage, 3 not signed in.
    """
    from tui.cli.testing.suite_run import (
        TestOptions,
        list_cases,
        merge_reports,
        print_schema,
        run_suites,
        with_pack,
    )

    if schema:
        print_schema()
        return
    target = target_of(context, demo=demo, profile=profile, config=config)
    paths = tuple(Path(suite) for suite in suites)
    asked = TestOptions(suites=with_pack(paths, pack), **options)
    if suites[:1] == ("merge",) and not Path("merge").is_file():
        _reject_options_of_runs(context)
        context.exit(merge_reports(asked.suites[1:], asked))
    context.exit(list_cases(asked) if only_list else run_suites(target, asked))


_OF_REPORTS = frozenset({"suites", "junit", "html", "json_file", "compare", "fail_on"})


def _reject_options_of_runs(context: click.Context) -> None:
    """Raise ``click.UsageError`` for an option that 'merge' would ignore."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name not in _OF_REPORTS and source is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} doesn't go with 'test merge'.")
