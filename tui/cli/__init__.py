"""Command line. Light to import: each command imports its modules when it runs."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click

from tui.cli.exit_codes import CommandFailure, ExitCode, failure_of, print_error
from tui.cli.groups import usage_text
from tui.cli.root import root
from tui.cli.streams import ReaderGone, drop_output, flush_streams, prepare_streams
from tui.config.errors import ConfigError
from tui.core.errors import BackendError, StoreError
from tui.system.core_dumps import forbid_core_dumps
from tui.ui.textual_fixes.lean_imports import import_less

_ON_WINDOWS = (
    "Doesn't run on Windows itself; install and start it in WSL, the Windows Subsystem for "
    "Linux, which 'wsl --install' sets up."
)


def main() -> None:
    """Entry point of ``genie-tui``: run a command and exit with its code."""
    if sys.platform == "win32":  # commands import modules that only POSIX systems have
        print_error(_ON_WINDOWS)
        sys.exit(ExitCode.USAGE)
    import_less()
    forbid_core_dumps()
    prepare_streams()
    try:
        code = _run()
        flush_streams()
    except (ReaderGone, BrokenPipeError):
        code = ExitCode.FINISHED
        drop_output()
    except OSError as error:
        code = _failed(
            CommandFailure(
                f"Couldn't use {error.filename or 'the output'} ({error.strerror or error})."
            )
        )
        drop_output()
    sys.exit(code)


def _run() -> int:
    """Run a command; return its exit code.

    Raises ``ReaderGone``, and ``OSError`` for output that cannot be written.
    """
    if instruction := os.environ.get("_GENIE_TUI_COMPLETE"):
        from tui.cli.completion import answer

        return answer(root, instruction, sys.argv[1:])
    try:
        code = root.main(prog_name="genie-tui", standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except CommandFailure as failure:
        code = _failed(failure)
    except BackendError as error:
        code = _failed(failure_of(error))
    except ConfigError as error:
        code = _failed(CommandFailure(str(error), ExitCode.USAGE))
    except StoreError as error:
        code = _failed(CommandFailure(str(error)))
    except click.ClickException as error:
        code = _failed(error)
    except (click.Abort, KeyboardInterrupt):
        code = ExitCode.INTERRUPTED
    except (ReaderGone, OSError):
        raise
    except Exception as error:
        code = _crashed(error)
    return code if isinstance(code, int) else ExitCode.FINISHED


def _crashed(error: Exception) -> int:
    """Write a crash file for an unexpected error and tell where it is."""
    from tui.config import crash_dir
    from tui.core.redaction import describe_exception, redact
    from tui.system.crash_files import crash_notice

    told = f"Stopped unexpectedly: {type(error).__name__}: {describe_exception(error)}."
    notice = crash_notice(error, crash_dir())
    if not notice:  # a traceback is better than nothing
        import traceback

        notice = redact("".join(traceback.format_exception(error))).rstrip()
    return _failed(CommandFailure(f"{told}\n{notice}"))


def _failed(error: click.ClickException) -> int:
    """Show an error where that is possible; return its exit code."""
    with suppress(OSError):
        if isinstance(error, click.UsageError):
            print_error(usage_text(error))
        else:
            error.show()
    code = error.code if isinstance(error, CommandFailure) else error.exit_code
    if logs := sys.modules.get("tui.system.logs"):  # else nothing has been done that is logged
        logs.note("command failed", {"text": error.format_message(), "exit_code": int(code)})
    return code
