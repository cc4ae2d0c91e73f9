"""``genie-tui demo-server``."""

from __future__ import annotations

import json
from typing import Literal

import click

from tui.cli.exit_codes import CommandFailure, ExitCode


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
