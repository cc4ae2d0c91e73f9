"""Shell completion: the protocol of each shell, and quoting.

A script asks the program itself, with the line that is being typed, and inserts what it prints: a
kind, a value and a description per line, separated by tabs. Values can come from a server, so each
is quoted for the shell in which it is inserted, and none with control characters is offered.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem, ShellComplete

from tui.core.text import clean_line

VARIABLE = "_GENIE_TUI_COMPLETE"
_LONGEST_HELP = 60
_KINDS = {"file": "file", "dir": "folder"}


def answer(root: click.Command, instruction: str, arguments: Sequence[str]) -> int:
    """Print the script for ``SHELL_source``, the completions for ``SHELL_complete``.

    ``arguments`` are those of the program. Errors give no completions and no output.
    """
    name, _, action = instruction.partition("_")
    shell = SHELLS.get(name)
    if shell is None:
        return 1
    if action == "source":
        click.echo(shell.script, nl=False)
        return 0
    with suppress(Exception):
        lines = shell.complete(root, arguments)
        sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    return 0


class Shell(NamedTuple):
    """How a shell asks, and how it takes completions."""

    script: str
    complete: Callable[[click.Command, Sequence[str]], Iterable[str]]


def _items(root: click.Command, words: Sequence[str], word: str) -> list[CompletionItem]:
    """Return the completions of ``word`` after the other words of the command."""
    shell = ShellComplete(root, {}, "genie-tui", VARIABLE)
    found = shell.get_completions(list(words), word)
    return [item for item in found if str(item.value) == clean_line(str(item.value), 1000)]


def _line(item: CompletionItem, value: str) -> str:
    kind = _KINDS.get(item.type) or ("part" if value.endswith("=") else "value")
    help_ = clean_line(item.help or "", _LONGEST_HELP)
    return f"{kind}\t{value}\t{help_}"


def _option_of(word: str) -> str:
    """Return the ``--name=`` that a word begins with; empty if it does not."""
    name, equals, _ = word.partition("=")
    return name + equals if equals and name.startswith("--") else ""


def _complete_zsh(root: click.Command, arguments: Sequence[str]) -> Iterable[str]:
    """Yield completions: the words come without quotes, and ``compadd`` adds those it needs."""
    *words, word = arguments or [""]
    return [_line(item, str(item.value)) for item in _items(root, words, word)]


def _complete_fish(root: click.Command, arguments: Sequence[str]) -> Iterable[str]:
    """Yield completions of the whole word, which fish quotes; only the last word has quotes."""
    *words, typed = arguments or [""]
    word = read_line(typed, "").word
    option = _option_of(word)
    return [_line(item, f"{option}{item.value}") for item in _items(root, words, word)]


def _complete_bash(root: click.Command, arguments: Sequence[str]) -> Iterable[str]:
    """Yield what bash inserts as it is: the rest of a word after a break, quoted."""
    typed = read_line(arguments[0], os.environ.get("COMP_WORDBREAKS", ""))
    items = _items(root, typed.words[1:], typed.word)
    values = [(item, _option_of(typed.word) + str(item.value)) for item in items]
    exact = [pair for pair in values if pair[1].startswith(typed.word)]
    return [
        _line(item, quoted(value[typed.kept :], typed.quote)) for item, value in exact or values
    ]


class TypedLine(NamedTuple):
    """Line of a shell up to the cursor, as far as it is plain words and quotes."""

    words: Sequence[str]
    """Complete words, without quotes."""
    word: str
    """The incomplete one."""
    quote: str
    """Quote that is still open; empty for none."""
    kept: int
    """Number of the word's characters that stay: up to the open quote or the last break."""


def read_line(line: str, breaks: str) -> TypedLine:
    """Split a line as a shell does; nothing in it is expanded or run.

    ``breaks`` are the characters after which the shell completes a part of a word.
    """
    words: list[str] = []
    word, quote, kept, has_begun = "", "", 0, False
    at = 0
    while at < len(line):
        char, following = line[at], line[at + 1 : at + 2]
        at += 1
        if char == "\\" and quote != "'" and following:
            keeps = quote == '"' and following not in '"\\$`\n'
            word += f"\\{following}" if keeps else following
            at += 1
        elif quote:
            if char == quote:
                quote = ""
            else:
                word += char
        elif char in "'\"":
            quote, kept, has_begun = char, len(word), True
        elif char in " \t\n":
            if has_begun or word:
                words.append(word)
            word, kept, has_begun = "", 0, False
        elif char != "\\":
            word += char
            if char in breaks:
                kept = len(word)
    return TypedLine(words, word, quote, kept)


def quoted(value: str, quote: str = "") -> str:
    """Return a value as bash needs it, after a quote that is still open or none."""
    if quote == "'":
        return value.replace("'", "'\\''")
    if quote == '"':
        escaped = "".join(f"\\{char}" if char in '"\\$`' else char for char in value)
        # Only outside quotes can "!" be escaped. At the end bash adds no quote after a quote.
        return escaped.replace("!", '"\\!"') + ('"' if value.endswith("!") else "")
    return "".join(char if _is_plain(char) else f"\\{char}" for char in value)


def _is_plain(char: str) -> bool:
    return char.isalnum() or char in "_-./:=@%+," or char > "\x7f"


_BASH = r"""_genie_tui_completion() {
    local kind value help
    COMPREPLY=()
    while IFS=$'\t' read -r kind value help; do
        case $kind in
            value) COMPREPLY+=("$value") ;;
            part) COMPREPLY+=("$value"); compopt -o nospace ;;
            file) compopt -o default ;;
            folder) compopt -o dirnames ;;
        esac
    done < <(_GENIE_TUI_COMPLETE=bash_complete COMP_WORDBREAKS="$COMP_WORDBREAKS" \
        "${1/#\~\//$HOME/}" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -o nosort -F _genie_tui_completion genie-tui
"""

_ZSH = r"""#compdef genie-tui
_genie_tui_completion() {
    local line kind value help tab=$'\t'
    local -a values helps shown parts
    local -i at room=0
    if [[ $PREFIX == --*=* ]]; then
        IPREFIX+="${PREFIX%%=*}="
        PREFIX="${PREFIX#*=}"
    fi
    for line in "${(@f)$(_GENIE_TUI_COMPLETE=zsh_complete "${(Q)words[1]/#\~\//$HOME/}" \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)IPREFIX}${(Q)PREFIX}" 2>/dev/null)}"; do
        kind="${line%%$tab*}" line="${line#*$tab}"
        value="${line%%$tab*}" help="${line#*$tab}"
        case $kind in
            value)
                values+=("$value") helps+=("$help")
                (( ${(m)#value} > room )) && room=${(m)#value}
                ;;
            part) parts+=("$value") ;;
            file) _files ;;
            folder) _files -/ ;;
        esac
    done
    (( room > 40 )) && room=40
    for (( at = 1; at <= $#values; at++ )); do
        value="${values[at]}" help="${helps[at]}"
        (( ${(m)#value} < room )) && value="${(mr:$room:)value}"
        shown+=("$value${help:+  -- $help}")
    done
    (( $#parts )) && compadd -S '' -V genie-tui -a -- parts
    (( $#values )) && compadd -M 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}' \
        -V genie-tui -l -d shown -a -- values
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _genie_tui_completion "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _genie_tui_completion genie-tui
fi
"""

_FISH = r"""function __genie_tui_completion
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l option (string match -r -- '^--[^=]*=' $word)
    set words[1] (string replace -r '^~/' "$HOME/" -- $words[1])
    for line in (env _GENIE_TUI_COMPLETE=fish_complete $words $word 2>/dev/null)
        set -l parts (string split -m 2 \t -- $line)
        switch $parts[1]
            case value part
                printf '%s\t%s\n' $parts[2] $parts[3]
            case file
                for path in (__fish_complete_path (string replace -- "$option" '' $word))
                    echo "$option$path"
                end
            case folder
                for path in (__fish_complete_directories (string replace -- "$option" '' $word) '')
                    echo "$option$path"
                end
        end
    end
end
complete --no-files --keep-order --command genie-tui --arguments '(__genie_tui_completion)'
"""

SHELLS: Mapping[str, Shell] = {
    "bash": Shell(_BASH, _complete_bash),
    "zsh": Shell(_ZSH, _complete_zsh),
    "fish": Shell(_FISH, _complete_fish),
}
