"""Results of a real Vim for many commands, kept in ``fixtures/vim/results.json``.

To make them again, with Vim installed (``apt-get install vim``)::

    python -m tests.ui.vim.record
"""

from __future__ import annotations

import json
import os
import pty
import random
import select
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parents[2] / "fixtures" / "vim" / "results.json"

TEXTS = (
    'one two-three  four\n  five(six, [seven]) eight\n\nnine "ten eleven" twelve\nlast',
    "alpha beta\n\n\n  gamma\ndelta. epsilon\n   \nzeta",
    "if (a) {\n    call(b, 'c d');\n    x = {1, 2};\n}\nend",
    "word",
    "  héllo wörld 東京タワー a_b c\ntwo",
)


def _words(text: str) -> list[str]:
    return text.split()


# Left out: what has no counterpart, such as an empty buffer, and `{` in a single line, with which
# this Vim goes to the line's end.
MOTIONS = _words(
    """
    h j k l w b e W B E ge gE 0 ^ $ g_ gg G fe Fe te Te % { } + - _ 5| 2w 3e 2b 3l 2h 2j 2k 3G 2}
    2{ 2fe 2te 2$ f( f{ l% j%
    """
)
OBJECTS = _words(
    """
    iw aw iW aW i" a" i' a' i( a( ib i[ a] i{ a{ iB ip ap 2ap 2i(
    """
)
OPERATORS = _words(
    """
    d c y > < g~ gu gU
    """
)
SIMPLE = _words(
    """
    x X 3x 3X rZ 2rZ ~ 5~ J 3J gJ p P yyp yyP ywP yw3p yy2p D C Y S s dd cc yy >> << 2>> dj dk dG
    dgg 2dd 3yyP ddp xp xu xxu ddu oNEW<Esc> ONEW<Esc> iX<Esc> aX<Esc> IX<Esc> AX<Esc> 3iab<Esc>
    2oz<Esc> 3aQ<Esc> sX<Esc> CX<Esc> cwX<Esc> ccX<Esc> SX<Esc> iX<Esc>. dw. x3. ddu. ciwX<Esc>w.
    A!<Esc>j. xuu<C-r> dwu<C-r> oX<Esc>u oX<Esc>uu<C-r> "ayw"ap "ayw"Ayw"ap "_ddp dwwp ddkp yiwP
    yapP yapGp r<CR> fe;; fe;, te; Fe;, dfe dte d2fe dt, dn >j <j >ip gUiw g~~ guu gUU gUw yw$p
    y$p yip} dapP J. >>. ~. rZ. 2xu. Jd0 yyjp ywjP wdbp wcbX<Esc>. d} d{ c} y}P dwjp yl3p ylp
    2yyjp >G <G cjX<Esc> cwX<Esc>u cwX<Esc>uu<C-r>. 3dw 2d2w d3l 2cwX<Esc> ce cb c0 c$ wd0 wd^ wdb
    jdgg jygg jyk kyj wybP wyF,
    """
)
VISUAL = _words(
    """
    vd vld vjd vwd v$d vey$p veyP vlcX<Esc> vjcX<Esc> Vd Vjd Vjy$p VjyP Vcx<Esc> vrZ vjrZ VrZ v~
    vw~ vwu vwU Vu VU vJ VjJ VJ v> Vj> Vj< viwd vawd viwy$p vi(d va{d vipd vapd vipJ vi"cX<Esc>
    vo<Esc> vlo<Esc>x vjoly$p yiwwviwp yiwwviwpp yywviwp yiwjVp vwVd Vwvd vlX vjD vjY$p vjSX<Esc>
    vld. vjd. Vd. Vj>. viwd. vlcX<Esc>w. vlrZ. vfed vG$d vggd vlyP v<Esc>x vVd vvx Vvd 3vd v3ld
    v2jd vbd wvbd wvhhd vp ywvwp yyVp yyVjp yiwVP viwrx veU. vj~ v0d v^d v%d
    """
)


class Case(NamedTuple):
    """Keys pressed in a text, with the cursor at a row and a column, both from 0."""

    text: int
    row: int
    column: int
    keys: str


class Result(NamedTuple):
    """State after the keys; the column is in characters."""

    text: str
    row: int
    column: int
    mode: str
    register: str
    """Unnamed register, with a line break at its end if it has whole lines."""


def cases() -> Iterator[Case]:
    """Return all cases, always the same ones."""
    chance = random.Random(7)

    def places(text: int, count: int) -> Iterator[tuple[int, int]]:
        lines = TEXTS[text].split("\n")
        for _ in range(count):
            row = chance.randrange(len(lines))
            yield row, chance.randrange(max(1, len(lines[row])))

    for number in range(len(TEXTS)):
        few = number == 3
        for keys in (*MOTIONS, *SIMPLE, *VISUAL):
            for row, column in places(number, 1 if few else 2):
                yield Case(number, row, column, keys)
        for operator in OPERATORS:
            for motion in (*MOTIONS, *OBJECTS):
                if operator[0] == "g" and motion in ("h", "2h", "0", "^"):
                    continue  # Vim changes one character where the motion has none
                end = "NEW<Esc>" if operator == "c" else ""
                for row, column in places(number, 1):
                    yield Case(number, row, column, f"{operator}{motion}{end}")
        for _ in range(60):  # random commands, one after the other
            keys = "".join(chance.choice((*MOTIONS, *SIMPLE, *VISUAL)) for _ in range(4))
            for row, column in places(number, 1):
                yield Case(number, row, column, keys)


_SCRIPT = r"""
set nocompatible encoding=utf-8 shiftwidth=4 expandtab noautoindent nojoinspaces
set startofline selection=inclusive undolevels=1000 backspace=2 belloff=all
set notimeout nottimeout lazyredraw shortmess=aoOstTWIcCFS
set virtualedit= cpoptions=aABceFs whichwrap=b,s nowrapscan noshiftround formatoptions= textwidth=0
let results = []
function Note()
  let place = getpos('.')
  let before = strpart(getline('.'), 0, place[2] - 1)
  let text = join(getline(1, '$'), "\n")
  call add(g:results, [text, place[1] - 1, strchars(before), mode(), getreg('"')])
endfunction
for case in json_decode(join(readfile($CASES), "\n"))
  silent! bwipeout!
  let lines = split(case[0], "\n", 1)
  call setline(1, lines)
  silent! %delete _
  let old = &undolevels
  set undolevels=-1
  exe "normal! iq\<Esc>"
  silent! %delete _
  call setline(1, lines)
  let &undolevels = old
  for name in split('abcdefghijklmnopqrstuvwxyz0123456789-"', '\zs')
    call setreg(name, [])
  endfor
  call setcharsearch({'char': '', 'forward': 1, 'until': 0})
  call cursor(case[1] + 1, byteidx(lines[case[1]], case[2]) + 1)
  let keys = substitute(case[3], '<\(Esc\|CR\|C-r\)>', '\=eval("\"\\<" . submatch(1) . ">\"")', 'g')
  silent! call feedkeys(keys .. "\<Cmd>call Note()\<CR>", 'xt')
  silent! call feedkeys("\<Esc>", 'xt')
endfor
call writefile([json_encode(results)], $RESULTS)
qa!
"""


def _vim(wanted: list[Case]) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        data = [[TEXTS[case.text], case.row, case.column, case.keys] for case in wanted]
        (path / "cases.json").write_text(json.dumps(data))
        (path / "script.vim").write_text(_SCRIPT)
        _run_in_terminal(
            ["vim", "-u", "NONE", "-i", "NONE", "-Nn", "-S", str(path / "script.vim")],
            {
                "CASES": str(path / "cases.json"),
                "RESULTS": str(path / "results.json"),
                "PATH": "/usr/bin:/bin",
                "HOME": folder,
                "LC_ALL": "C.UTF-8",
                "TERM": "dumb",
            },
        )
        return [Result(*row) for row in json.loads((path / "results.json").read_text())]


def _run_in_terminal(command: list[str], environ: dict[str, str]) -> None:
    """Run a program that wants a terminal; what it draws is thrown away."""
    master, slave = pty.openpty()
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environ) as vim:
        os.close(slave)
        while vim.poll() is None:
            with suppress(OSError):  # it has ended
                if select.select([master], [], [], 0.2)[0]:
                    os.read(master, 65536)
    os.close(master)


def main() -> None:
    wanted = list(cases())
    rows = [[*case, *result] for case, result in zip(wanted, _vim(wanted), strict=True)]
    RESULTS.parent.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    RESULTS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(rows)} cases")


if __name__ == "__main__":
    main()
