"""``genie-tui demo-server``."""

from __future__ import annotations

import json
from typing import Literal

import click

from tui.cli import completion_values
from tui.cli.exit_codes import CommandFailure, ExitCode
from tui.cli.help import examples
from tui.cli.options import Number


@click.command(
    "demo-server",
    short_help="Run the demo server on this machine.",
    epilog=examples("demo-server --port 8080 --fault cut:after=3,times=1"),
)
@click.option(
    "--port",
    type=Number(0, 65535),
    default=0,
    metavar="N",
    help="Port on 127.0.0.1; 0 picks a free port.",
)
@click.option(
    "--fault",
    "faults",
    metavar="SPEC",
    multiple=True,
    shell_complete=completion_values.faults,
    help="Inject a fault (see above). Repeatable.",
)
@click.option(
    "--observed",
    is_flag=True,
    help="Headless API: use the response shapes observed on the live service.",
)
@click.option(
    "--workflows",
    type=click.Choice(["recorded", "documented"]),
    default="recorded",
    show_default=True,
    help="Workflows API: use shapes recorded from a real server, or those in its documentation.",
)
@click.option(
    "--speed",
    type=Number(0, whole=False),
    default=1.0,
    show_default=True,
    help="Divide built-in delays by this number; 0 removes them.",
)
@click.option(
    "--token-rate",
    type=Number(0, whole=False),
    default=60.0,
    show_default=True,
    metavar="N",
    help="Tokens per second for workflow replies; 0 sends them at once.",
)
@click.option(
    "--seed", type=Number(), metavar="N", help="Generate the same IDs and keys every time."
)
@click.option(
    "--token-life",
    type=Number(1),
    default=3600,
    show_default=True,
    metavar="S",
    help="Access token lifetime in seconds.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the client settings as JSON.")
@click.pass_context
def demo_server(
    context: click.Context,
    port: int,
    faults: tuple[str, ...],
    observed: bool,
    workflows: Literal["recorded", "documented"],
    speed: float,
    token_rate: float,
    seed: int | None,
    token_life: int,
    as_json: bool,
) -> None:
    """Run the demo server on this machine until you press Ctrl+C.

    A fault is NAME[:KEY=VALUE,...], for example cut:after=3,times=1 or status:429,on=send:

    \b
    cut, tear, close, silent, mute    break, end, or silence a stream
      after=N                         after N events
    interrupted:after=N,retry_ms=MS   the service reports an interruption
    skip, swap, duplicate, malformed  lose, delay, repeat, or corrupt events
    crosstalk:after=N,own=1           send events of another conversation, or run
    counted_ids, odd_values           count IDs in each run; send odd values
    ask_again:after=N                 repeat a question with changes
    new_run:stored=1                  start a new run after a sign-in
    outage:after=N,s=S                cut all streams for S seconds
    slow:ms=MS                        delay each response and event by MS
    status:CODE,retry_after=S         respond with this status
    drop_request, lose_answer         lose the request, or its response
    refuse:s=S                        refuse connections for S seconds

    Every fault accepts times=N (default: every time) and on=OPERATION: list, create, get, send,
    resume, events, approval, link, upload, token, developer, and more. An unknown operation lists
    them all.
    """
    context.exit(
        run_demo_server(
            port=port,
            faults=faults,
            observed=observed,
            workflows=workflows,
            speed=speed,
            token_rate=token_rate,
            seed=seed,
            token_life_s=token_life,
            as_json=as_json,
        )
    )


def run_demo_server(
    *,
    port: int,
    faults: tuple[str, ...],
    observed: bool,
    workflows: Literal["recorded", "documented"],
    speed: float,
    token_rate: float,
    seed: int | None,
    token_life_s: int,
    as_json: bool,
) -> int:
    """Serve until interrupted; print the settings that a client needs to connect."""
    from tui.demo.server import DemoServer, DemoSettings, run_forever

    def ready(server: DemoServer) -> None:
        settings = {
            "GENIE_TUI_BASE_URL": server.url,
            "GENIE_TUI_GENIE": server.genie,
            "GENIE_TUI_AUTH": "api_key",
            "GENIE_TUI_API_KEY": server.api_key,
            "GENIE_TUI_IDP_USER_ID": server.idp_user_id,
            "GENIE_TUI_IDENTITY_URL": server.identity_url,
            "GENIE_TUI_CLIENT_ID": server.client_id,
            "GENIE_TUI_REDIRECT_URL": server.redirect_url,
            "GENIE_TUI_TOKEN": server.token,
            "GENIE_TUI_DEVELOPER_URL": server.url,
            "GENIE_TUI_DEVELOPER_TOKEN": server.developer_token,
        }
        if as_json:
            click.echo(json.dumps(settings))
            return
        click.echo(
            f"Demo server running at {server.url}. Press Ctrl+C to stop. To use it:", err=True
        )
        for name, value in settings.items():
            click.echo(f"export {name}={value}")
        workflows = f"export GENIE_TUI_BACKEND=workflows GENIE_TUI_GENIE={server.agent}"
        click.echo(f"To use its Workflows API instead: {workflows}", err=True)
        click.echo("To sign in with the browser instead: export GENIE_TUI_AUTH=oauth", err=True)

    try:
        settings = DemoSettings(
            port=port,
            faults=faults,
            observed=observed,
            workflows=workflows,
            speed=speed,
            token_rate=token_rate,
            seed=seed,
            token_life_s=token_life_s,
        )
        run_forever(settings, ready)
    except KeyboardInterrupt:
        pass  # the normal end
    except ValueError as problem:
        end = "" if str(problem).endswith("?") else "."
        raise CommandFailure(f"--fault: {problem}{end}", ExitCode.USAGE) from problem
    except OSError as error:
        raise CommandFailure(str(error)) from error
    return ExitCode.FINISHED
