"""The command line. Light to import: what a command needs, it imports when it runs."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import click

from tui.cli.codes import Code, Failure, failure_of
from tui.cli.root import root
from tui.core.errors import BackendError, StoreError


def main() -> None:
    """Entry point of ``genie-tui``: runs a command and ends with its exit code."""
    _print_whatever_the_terminal_can()
    try:
        code = root.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except Failure as failure:
        code = _failed(failure)
    except BackendError as error:
        code = _failed(failure_of(error))
    except StoreError as error:
        click.echo(f"genie-tui: {error}", err=True)
        code = Code.FAILED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = Code.INTERRUPTED
    except BrokenPipeError:
        code = _reader_gone()
    except OSError as error:
        code = _failed(Failure(f"{error.filename or 'the output'}: {error.strerror or error}."))
        sys.stdout = None
    sys.exit(code if isinstance(code, int) else 0)


def _print_whatever_the_terminal_can() -> None:
    """Characters that an old terminal or locale does not know must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # None where it was closed
            stream.reconfigure(errors="replace")


def _failed(failure: Failure) -> int:
    failure.show()
    return failure.code


def _reader_gone() -> int:
    """End quietly when whoever read our output has enough (``| head``)."""
    sys.stdout = None  # else the interpreter complains when it flushes at exit
    return 0
