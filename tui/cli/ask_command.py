"""Options of ``genie-tui ask``."""

from __future__ import annotations

from pathlib import Path

import click

from tui.cli import completion_values
from tui.cli.help import examples
from tui.cli.options import Number, target_of, target_options


@click.command(
    short_help="Send a message and print the reply.",
    epilog=examples(
        'ask "What can you do?" --demo',
        'ask -c "And the other tickets?"',
        'ask "Order a laptop" --approve "Order laptop" --timeout 120',
        "ask - --file report.csv --json < question.txt",
    ),
)
@click.argument("text", nargs=-1)
@target_options
@click.option(
    "--conversation",
    metavar="ID",
    shell_complete=completion_values.conversations,
    help="Continue this conversation, by ID or title.",
)
@click.option("-c", "last_conversation", is_flag=True, help="Continue the last conversation.")
@click.option(
    "--prompt",
    metavar="NAME",
    shell_complete=completion_values.prompts,
    help="Send this prompt file; TEXT is then its arguments ('genie-tui prompts' lists them).",
)
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="Attach a file (up to 20 MB). Repeatable.",
)
@click.option(
    "--option",
    "options",
    metavar="NAME=VALUE",
    multiple=True,
    help="Set an option of the conversation. Repeatable.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per event, then the result."
)
@click.option(
    "--approve",
    metavar="NAME",
    multiple=True,
    shell_complete=completion_values.skills,
    help="Approve this skill. Repeatable.",
)
@click.option("--approve-all", is_flag=True, help="Approve every skill that needs approval.")
@click.option(
    "--reject",
    metavar="NAME=REASON",
    multiple=True,
    shell_complete=completion_values.skills,
    help="Reject this skill and tell the agent why. Repeatable.",
)
@click.option("--reject-all", is_flag=True, help="Reject every skill that needs approval.")
@click.option(
    "--timeout", type=Number(0.1, whole=False), metavar="S", help="Stop waiting after S seconds."
)
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Send each row of a CSV, JSON lines, or text file in a conversation of its own.",
)
@click.option(
    "--jobs", type=Number(1, 64), default=1, metavar="N", help="With --batch: rows at once."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --batch: write the results there, as CSV or JSON lines.",
)
@click.option(
    "--resume",
    metavar="RUN",
    shell_complete=completion_values.runs,
    help="With --batch: continue an interrupted run.",
)
@click.pass_context
def ask(
    context: click.Context,
    text: tuple[str, ...],
    demo: bool,
    profile: str | None,
    config: Path | None,
    conversation: str | None,
    last_conversation: bool,
    prompt: str | None,
    files: tuple[Path, ...],
    options: tuple[str, ...],
    as_json: bool,
    approve: tuple[str, ...],
    approve_all: bool,
    reject: tuple[str, ...],
    reject_all: bool,
    timeout: float | None,
    batch: Path | None,
    jobs: int,
    output: Path | None,
    resume: str | None,
) -> None:
    """Send TEXT and print the reply as Markdown. Use - to read standard input.

    With --prompt, the words of TEXT are the prompt's arguments, in order or as NAME=VALUE.

    Text that is piped in goes after TEXT; if both are over 12 KB, it is attached as a file. Skill
    names match regardless of case, and named skills win over --approve-all and --reject-all.

    With the Workflows API, --option sets an option of the new conversation, or changes it in the
    one that --conversation names. The service's defaults apply to the rest:

    \b
    title, agent_id, model, reasoning_effort, max_turns=NUMBER
    output_format=markdown|json, webhook_url, error_webhook_url
    repo_url, repo_branch, repo_token_name
    infinite_session, auto_memory, bypass_memory, tsv_tool_results, caveman
                            true or false
    skill_ids, skill_tags, guardrail_ids, guardrail_tags
                            names or IDs, separated by commas
    credential_overrides.VARIABLE=TOKEN
                            token that fills a variable of the agent's tools

    An empty VALUE leaves the option to the service. A wrong NAME or VALUE is reported with the
    closest valid one, and nothing is sent.

    Exit codes: 0 success, 1 failure, 2 usage or configuration, 3 not signed in, 4 approval
    needed, 5 connection needed, 130 interrupted.
    """
    from tui.cli.approval_options import ApprovalOptions
    from tui.cli.ask import AskRequest, run_ask
    from tui.cli.prompts import message_text

    if conversation and last_conversation:
        raise click.UsageError("Use either -c or --conversation, not both.")
    answers = ApprovalOptions(
        approve=approve, reject=reject, approve_all=approve_all, reject_all=reject_all
    )
    target = target_of(context, demo=demo, profile=profile, config=config)
    if batch is not None:
        from tui.cli.ask_batch import BatchRequest, run_batch

        if text or conversation or last_conversation or files or options or prompt or as_json:
            raise click.UsageError("--batch goes with approvals, --timeout, --jobs, and -o alone.")
        asked = BatchRequest(
            path=batch, answers=answers, jobs=jobs, timeout_s=timeout, output=output, resume=resume
        )
        context.exit(run_batch(target, asked))
    if output or resume or jobs != 1:
        raise click.UsageError("--jobs, -o, and --resume go with --batch.")
    question = AskRequest(
        text=message_text(text, prompt),
        conversation=target.conversation_id(conversation) if conversation else None,
        last_conversation=last_conversation,
        files=files,
        as_json=as_json,
        answers=answers,
        timeout_s=timeout,
        options=options,
    )
    context.exit(run_ask(target, question))
