"""Commands about conversations, the sign-in, and this machine."""

from __future__ import annotations

from pathlib import Path

import click

from tui.cli import completion_values
from tui.cli.help import examples
from tui.cli.options import Number, target_of, target_options


@click.command(
    short_help="List or search your conversations.",
    epilog=examples('conversations --search "laptop order" --json'),
)
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


@click.command(
    short_help="List your prompt files.",
    epilog=examples("prompts"),
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
def prompts(context: click.Context, as_json: bool) -> None:
    """List the prompts of the configuration folder, and files that can't be used.

    A prompt is a Markdown file in the folder 'prompts' there. In the app, type / and its name; in
    scripts, use 'genie-tui ask --prompt NAME'. Exit codes: 0 all can be used, 2 some can't.
    """
    from tui.cli.prompts import run_prompts

    context.exit(run_prompts(as_json=as_json))


@click.command(
    short_help="Export a conversation to a file.",
    epilog=examples('export "Laptop order" -o order.html'),
)
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


@click.command(
    short_help="Sign in with your browser.",
    epilog=examples("login --profile work"),
)
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


@click.command(
    short_help="Sign out on this machine.",
    epilog=examples("logout --profile work"),
)
@target_options
@click.pass_context
def logout(context: click.Context, demo: bool, profile: str | None, config: Path | None) -> None:
    """Sign out and remove the profile's credentials from this machine."""
    from tui.cli.login import run_logout

    context.exit(run_logout(target_of(context, demo=demo, profile=profile, config=config)))


@click.command(
    short_help="Show who is signed in.",
    epilog=examples("whoami"),
)
@target_options
@click.pass_context
def whoami(context: click.Context, demo: bool, profile: str | None, config: Path | None) -> None:
    """Show who is signed in. Exits with 3 if you're not signed in."""
    from tui.cli.login import run_whoami

    context.exit(run_whoami(target_of(context, demo=demo, profile=profile, config=config)))


@click.command(
    short_help="Check your settings, network, sign-in, and genie.",
    epilog=examples("doctor --profile work"),
)
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


@click.command(
    short_help="Print the completion script of your shell.",
    epilog=examples("completion bash"),
)
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
