"""The commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from tui import __version__
from tui.cli import completion_values
from tui.cli.ask_command import ask
from tui.cli.groups import RootGroup
from tui.cli.options import Number, Target, flags_of, setting_options, target_of, target_options
from tui.cli.playing.commands import play
from tui.cli.report_command import report
from tui.cli.studio.group import studio
from tui.cli.testing.command import test

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=RootGroup, invoke_without_command=True, context_settings=_CONTEXT)
@target_options
@click.option("--login", is_flag=True, help="With --demo, sign in through the demo's login page.")
@setting_options("interface")
@click.option("-c", "last_conversation", is_flag=True, help="Open the last conversation.")
@click.option(
    "--conversation",
    metavar="ID",
    default="",
    shell_complete=completion_values.conversations,
    help="Open this conversation, by ID or title.",
)
@click.option("--say", metavar="TEXT", default="", help="Send a first message.")
@click.option(
    "--run",
    metavar="RUN",
    default="",
    shell_complete=completion_values.runs,
    help="Open the conversations of a test run.",
)
@click.option("--web", is_flag=True, help="With --demo, open the app in a browser on this machine.")
@click.option(
    "--port",
    type=Number(1, 65535),
    metavar="N",
    help="Port for --web (default: 8000).",
)
@click.version_option(__version__, "-V", "--version", message="genie-tui %(version)s")
@click.pass_context
def root(
    context: click.Context,
    demo: bool,
    profile: str | None,
    config: Path | None,
    login: bool,
    last_conversation: bool,
    conversation: str,
    say: str,
    run: str,
    web: bool,
    port: int | None,
) -> None:
    """Chat with Workato genies in the terminal.

    Without a command, opens the app. To try it without an account or network, run
    'genie-tui --demo'.
    """
    if login and not demo:
        raise click.UsageError("--login works only with --demo. To sign in, run 'genie-tui login'.")
    flags = flags_of(context)
    if login and flags.get("backend") == "workflows":
        raise click.UsageError(
            "--login works only with the genie backend. The workflows backend uses a token."
        )
    if web and (not demo or login):
        raise click.UsageError(
            "--web works only with --demo, and not with --login: anyone who opened the page "
            "could act as you."
        )
    if port is not None and not web:
        raise click.UsageError("--port works only with --web.")
    if last_conversation and conversation:
        raise click.UsageError("Use either -c or --conversation, not both.")
    opens = last_conversation or conversation or say or run
    if opens and (web or context.invoked_subcommand is not None):
        raise click.UsageError("-c, --conversation, --say, and --run open the app.")
    context.obj = Target(
        demo=demo,
        profile=profile,
        config=config,
        login=login,
        conversation=conversation,
        last_conversation=last_conversation,
        say=say,
        run=run,
        flags=flags,
    )
    if web:
        from tui.cli.web import run_web

        context.exit(run_web(port or 8000, flags))
    if context.invoked_subcommand is None:
        from tui.cli.app import run_app

        context.exit(run_app(context.obj))


@root.command(short_help="List or search your conversations.")
@target_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option("--search", metavar="WORDS", help="Search conversations stored on this machine.")
@click.option("--archived", is_flag=True, help="List the archived conversations.")
@click.option(
    "--tag",
    "tags",
    metavar="TAG",
    multiple=True,
    shell_complete=completion_values.tags,
    help="Only with this tag. Repeatable.",
)
@click.option(
    "--limit",
    type=Number(1),
    default=50,
    show_default=True,
    metavar="N",
    help="Most conversations to list.",
)
@click.pass_context
def conversations(
    context: click.Context,
    demo: bool,
    profile: str | None,
    config: Path | None,
    as_json: bool,
    search: str | None,
    archived: bool,
    tags: tuple[str, ...],
    limit: int,
) -> None:
    """List your conversations, newest first, or search the ones stored on this machine.

    WORDS match from the beginning of a word. Accents and case are ignored.
    """
    from tui.cli.conversations import Filter, run_conversations, run_search
    from tui.core.tags import read_tags

    target = target_of(context, demo=demo, profile=profile, config=config)
    if search is None:
        which = Filter(archived=archived, tags=read_tags(" ".join(tags)))
        context.exit(run_conversations(target, which, as_json=as_json, limit=limit))
    if not search.strip():
        raise click.UsageError("--search needs words, such as --search 'laptop order'.")
    if archived or tags:
        raise click.UsageError("--archived and --tag go without --search; search for #TAG instead.")
    context.exit(run_search(target, search, as_json=as_json, limit=limit))


@root.command(short_help="List your prompt files.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def prompts(context: click.Context, as_json: bool) -> None:
    """List the prompts of the configuration folder, and files that can't be used.

    A prompt is a Markdown file in the folder 'prompts' there. In the app, type / and its name; in
    scripts, use 'genie-tui ask --prompt NAME'. Exit codes: 0 all can be used, 2 some can't.
    """
    from tui.cli.prompts import run_prompts

    context.exit(run_prompts(as_json=as_json))


@root.command(short_help="Export a conversation to a file.")
@click.argument("conversation", shell_complete=completion_values.conversations)
@target_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "json", "html"]),
    help="Format (default: from FILE's extension, otherwise Markdown).",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    type=click.Path(allow_dash=True, path_type=Path),
    help="Write to FILE and replace it if it exists (default: standard output).",
)
@click.pass_context
def export(
    context: click.Context,
    conversation: str,
    demo: bool,
    profile: str | None,
    config: Path | None,
    form: str | None,
    output: Path,
) -> None:
    """Export the conversation with ID CONVERSATION as Markdown, JSON, or a single HTML page.

    Includes the timeline, as far back as the server still has it. Secrets are masked.
    """
    from tui.cli.export import run_export

    target = target_of(context, demo=demo, profile=profile, config=config)
    context.exit(run_export(target, conversation, form=form, output=output))


@root.command(short_help="Sign in with your browser.")
@target_options
@click.option("--no-browser", is_flag=True, help="Print the address without opening a browser.")
@click.pass_context
def login(
    context: click.Context, demo: bool, profile: str | None, config: Path | None, no_browser: bool
) -> None:
    """Sign in with a browser on this machine or another one.

    If the profile uses an API key, asks for the key and stores it.
    """
    from tui.cli.login import run_login

    target = target_of(context, demo=demo, profile=profile, config=config)
    context.exit(run_login(target, no_browser=no_browser))


@root.command(short_help="Sign out on this machine.")
@target_options
@click.pass_context
def logout(context: click.Context, demo: bool, profile: str | None, config: Path | None) -> None:
    """Sign out and remove the profile's credentials from this machine."""
    from tui.cli.login import run_logout

    context.exit(run_logout(target_of(context, demo=demo, profile=profile, config=config)))


@root.command(short_help="Show who is signed in.")
@target_options
@click.pass_context
def whoami(context: click.Context, demo: bool, profile: str | None, config: Path | None) -> None:
    """Show who is signed in. Exits with 3 if you're not signed in."""
    from tui.cli.login import run_whoami

    context.exit(run_whoami(target_of(context, demo=demo, profile=profile, config=config)))


@root.command(short_help="Check your settings, network, sign-in, and genie.")
@target_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option("--keys", is_flag=True, help="List key binding names for [keys] in config.toml.")
@click.pass_context
def doctor(
    context: click.Context,
    demo: bool,
    profile: str | None,
    config: Path | None,
    as_json: bool,
    keys: bool,
) -> None:
    """Check the configuration, network, sign-in, genie, and events, and suggest fixes.

    Sends no message. Exit codes: 0 all checks passed, 1 a check failed, 2 configuration,
    3 sign-in.
    """
    from tui.cli.doctor import list_keys, run_doctor

    if keys:
        context.exit(list_keys(as_json=as_json))
    target = target_of(context, demo=demo, profile=profile, config=config)
    context.exit(run_doctor(target, as_json=as_json))


@root.command(short_help="Print the completion script of your shell.")
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options, and values in bash, zsh, or fish.

    \b
    bash, in ~/.bashrc:  eval "$(genie-tui completion bash)"
    zsh, in ~/.zshrc:    eval "$(genie-tui completion zsh)"
    fish, once:          genie-tui completion fish \\
                             > ~/.config/fish/completions/genie-tui.fish

    Values come from this machine, such as your profiles and conversations. Nothing is sent.
    """
    from tui.cli.completion import SHELLS

    click.echo(SHELLS[shell].script, nl=False)


@root.command("demo-server", short_help="Run the demo server on this machine.")
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
    counted_ids, odd_values           count IDs from 1 in each run; send odd values
    ask_again:after=N                 repeat a question with changes
    new_run:stored=1                  start a new run after a sign-in
    outage:after=N,s=S                cut this and every other stream for S seconds
    slow:ms=MS                        delay each response and event by MS
    status:CODE,retry_after=S         respond with this status
    drop_request, lose_answer         lose the request, or its response
    refuse:s=S                        refuse connections for S seconds

    Every fault accepts times=N (default: every time) and on=OPERATION: list, create, get, send,
    resume, events, approval, link, upload, token, developer, and more. An unknown operation lists
    them all.
    """
    from tui.cli.demo_server import run_demo_server

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


root.add_command(ask)
root.add_command(report)
root.add_command(play)
root.add_command(studio)
root.add_command(test)
