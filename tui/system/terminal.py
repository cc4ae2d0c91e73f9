"""Capabilities of the terminal, by its environment, and escape sequences for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Literal

from tui.core.text import clean_line

Glyphs = Literal["all", "console", "ascii"]
"""``console``: the characters of text console fonts, as code page 437."""
Protocol = Literal["osc9", "osc99", "osc777", "bell"]

PictureWay = Literal["kitty", "ask", "cells"]
"""How the terminal draws pictures: by kitty's protocol, by sixels if it says so when asked, or in
colored half cells.
"""
CursorShape = Literal["bar", "drawn"]
"""``drawn``: the terminal's cursor is hidden, since the program draws one."""

_CONSOLES = ("linux", "vt", "ansi", "cons", "dumb")
_WITHOUT_LINKS = ("eterm", "screen.", "sun", "wyse")
_LONGEST = 120

TRUE_COLOUR = 1 << 24
_FEW_COLOURS = 16
_BELL = "\x07"
_END = "\x1b\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Capabilities of a terminal; an ordinary one by default."""

    glyphs: Glyphs = "all"
    colours: int = TRUE_COLOUR
    """Number of colours."""
    protocol: Protocol = "bell"
    """Protocol of desktop notifications."""
    tmux: bool = False
    titled: bool = True
    """True if its window has a title that programs can set."""
    guesses_colours: bool = False
    """True if it may have more colours than its name says."""
    remote: bool = False
    """Reached over SSH: every byte travels."""
    pictures: PictureWay = "cells"
    links: bool = True
    """Takes links (OSC 8), or ignores them without drawing anything."""
    dark: bool | None = None
    """True for a dark background; None if not known."""

    def notification(self, text: str) -> str:
        """Return the sequence that shows a notification; ``text`` may be anything.

        Inside tmux the bell rings as well: tmux may drop the sequence.
        """
        body = self._line(text)
        match self.protocol:
            case "osc9":
                # A leading number would be a command of its own: 9;4 sets progress, 9;6 a macro.
                words = f" {body}" if body[:1].isdigit() else body
                sequence = f"\x1b]9;{words}{_BELL}"
            case "osc777":
                sequence = f"\x1b]777;notify;genie-tui;{body.replace(';', ',')}{_BELL}"
            case "osc99":
                about = "\x1b]99;i=genie-tui"
                sequence = f"{about}:d=0;genie-tui{_END}{about}:p=body;{body}{_END}"
            case "bell":
                return _BELL
        return _passed_through(sequence) + _BELL if self.tmux else sequence

    def title(self, text: str) -> str:
        """Return the sequence that sets the window's title; empty if there is none."""
        return f"\x1b]2;{self._line(text)}{_BELL}" if self.titled else ""

    def _line(self, text: str) -> str:
        line = clean_line(text, _LONGEST)
        if self.glyphs == "ascii":
            return line.replace(" · ", " - ").encode("ascii", "replace").decode()
        return line

    def cursor(self, shape: CursorShape) -> str:
        """Return the sequence that shows the cursor in a shape; empty where there are none."""
        if not self.titled:
            return ""
        return "\x1b[6 q\x1b[?25h" if shape == "bar" else "\x1b[?25l"

    @property
    def restore_cursor(self) -> str:
        """Sequence that restores the shape of the cursor."""
        return "\x1b[0 q" if self.titled else ""

    @property
    def save_title(self) -> str:
        """Sequence that saves the terminal's title."""
        return "\x1b[22;2t" if self.titled else ""

    @property
    def restore_title(self) -> str:
        """Sequence that restores the title; a terminal that saved none shows an empty one."""
        return "\x1b]2;\x07\x1b[23;2t" if self.titled else ""


def terminal_of(environ: Mapping[str, str]) -> Terminal:
    """Return the terminal of a process with this environment."""
    if environ.get("TERM_PROGRAM") == "textual":  # a page in the browser
        return Terminal(titled=False, links=False)
    term = environ.get("TERM", "")
    console = term.startswith(_CONSOLES)
    colours = _colours(environ, term)
    named = environ.get("TEXTUAL_COLOR_SYSTEM", "auto").lower() != "auto"
    return Terminal(
        glyphs=_glyphs(environ, console=console),
        colours=colours,
        guesses_colours=colours <= _FEW_COLOURS and not (named or console),
        protocol="bell" if console else _protocol(environ, term),
        tmux="TMUX" in environ,
        titled=not console,
        remote=bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")),
        pictures="cells" if console else _picture_way(environ, term),
        links=_takes_links(environ, term, console=console),
        dark=dark_by_colorfgbg(environ.get("COLORFGBG", "")),
    )


def _glyphs(environ: Mapping[str, str], *, console: bool) -> Glyphs:
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    charset = next((value for name in names if (value := environ.get(name))), "UTF-8")
    if "utf" not in charset.lower():
        return "ascii"
    return "console" if console else "all"


def _picture_way(environ: Mapping[str, str], term: str) -> PictureWay:
    """Return how the terminal draws pictures. Multiplexers draw them wrong, or not at all."""
    if "TMUX" in environ or "STY" in environ or term.startswith(("tmux", "screen")):
        return "cells"
    is_kitty = "KITTY_WINDOW_ID" in environ or term in ("xterm-kitty", "xterm-ghostty")
    return "kitty" if is_kitty or "GHOSTTY_RESOURCES_DIR" in environ else "ask"


def _takes_links(environ: Mapping[str, str], term: str, *, console: bool) -> bool:
    """Return False for a terminal that draws the sequence of a link, or loses text to it.

    ``FORCE_HYPERLINK`` (0 or 1) decides, as in other programs.
    """
    forced = environ.get("FORCE_HYPERLINK", "")
    if forced:
        return forced.lower() not in ("0", "false", "no")
    version = environ.get("VTE_VERSION", "")
    is_old_vte = version.isdecimal() and int(version) < 5000  # crashed, or drew nothing
    in_screen = "STY" in environ and "TMUX" not in environ
    return not (console or is_old_vte or in_screen or term.startswith(_WITHOUT_LINKS))


def _colours(environ: Mapping[str, str], term: str) -> int:
    """Return the number of colours as Textual detects it, since Textual draws with that."""
    asked = environ.get("TEXTUAL_COLOR_SYSTEM", "auto").lower()
    if asked != "auto":
        return {"truecolor": TRUE_COLOUR, "256": 256}.get(asked, 16)
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return TRUE_COLOUR
    return 256 if term.endswith(("256color", "kitty")) else 16


def _protocol(environ: Mapping[str, str], term: str) -> Protocol:
    """Return the notification protocol of the terminal. Source: each terminal's manual."""
    program = environ.get("LC_TERMINAL") or environ.get("TERM_PROGRAM", "")
    if "KITTY_WINDOW_ID" in environ or term == "xterm-kitty":
        return "osc99"
    if program in ("WezTerm", "ghostty", "contour") or "WEZTERM_PANE" in environ:
        return "osc777"
    if "GHOSTTY_RESOURCES_DIR" in environ or term.startswith(("foot", "rxvt-unicode")):
        return "osc777"
    if program in ("iTerm.app", "iTerm2", "rio", "WarpTerminal"):
        return "osc9"
    return "bell"


def _passed_through(sequence: str) -> str:
    """Wrap a sequence so that tmux passes it to the outer terminal, if it may."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


# -- pictures ---------------------------------------------------------------------------------

ASK_ATTRIBUTES = "\x1b[c"
_ATTRIBUTES = re.compile(r"\x1b\[\?([0-9;]+)c")


def takes_sixel(sequence: str) -> bool:
    """Return True for the reply to ``ASK_ATTRIBUTES`` of a terminal that draws sixels."""
    found = _ATTRIBUTES.fullmatch(sequence)
    return found is not None and "4" in found[1].split(";")[1:]


def cell_pixels(fd: int) -> tuple[int, int] | None:
    """Return width and height of a cell in pixels; None if the terminal does not tell."""
    try:
        import fcntl
        import struct
        import termios

        size = fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8))
    except (ImportError, OSError):
        return None
    rows, columns, width, height = struct.unpack("HHHH", size)
    if not (rows and columns) or width < columns or height < rows:
        return None
    return width // columns, height // rows


# -- the background ---------------------------------------------------------------------------

ASK_BACKGROUND = "\x1b]11;?\x07"
ASK_LAST_COLOUR = "\x1b]4;255;?\x07"
"""Only terminals with 256 colours know the last of them."""

_LAST_COLOUR = re.compile(r"\x1b\]4;255;rgba?:[0-9a-fA-F/]+(?:\x07|\x1b\\)")
_ANSWER = re.compile(
    r"\x1b\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)[^\x07\x1b]*(?:\x07|\x1b\\)"
)


def dark_by_colorfgbg(value: str) -> bool | None:
    """Return True if ``COLORFGBG``, such as ``15;0``, means a dark background."""
    last = value.rpartition(";")[2]
    return (int(last) < 7 or int(last) == 8) if last.isdecimal() and int(last) < 16 else None


def background_of(sequence: str) -> bool | None:
    """Return True if a sequence reports a dark background; None if it is no such report."""
    answer = _ANSWER.fullmatch(sequence)
    return _is_dark(answer) if answer else None


def has_256_colours(sequence: str) -> bool:
    """Return True if a sequence reports the last of 256 colours."""
    return _LAST_COLOUR.fullmatch(sequence) is not None


def _is_dark(answer: re.Match[str]) -> bool:
    red, green, blue = (int(part, 16) / float(16 ** len(part) - 1) for part in answer.groups())
    return 0.299 * red + 0.587 * green + 0.114 * blue < 0.5


@contextmanager
def colours_asked(environ: Mapping[str, str], stdin: IO[str], stdout: IO[str]) -> Iterator[None]:
    """Ask for background and colours now; the replies are part of the first input.

    Nothing waits for them. Keys typed meanwhile are neither lost nor echoed.
    """
    try:
        import termios

        from tui.system.terminal_guard import settings_at_start
    except ImportError:  # Windows
        yield
        return
    if not stdin.isatty() or not stdout.isatty() or environ.get("TERM", "").startswith(_CONSOLES):
        yield
        return
    before = settings_at_start(stdin.fileno()) or termios.tcgetattr(stdin)
    silent = termios.tcgetattr(stdin)
    silent[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(stdin, termios.TCSANOW, silent)
    try:
        stdout.write(ASK_BACKGROUND)
        if terminal_of(environ).guesses_colours:
            stdout.write(ASK_LAST_COLOUR)
        stdout.flush()
        yield
    finally:
        with suppress(termios.error):  # a closed window
            termios.tcsetattr(stdin, termios.TCSANOW, before)
