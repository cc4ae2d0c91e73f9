"""READMEs and the guide: names, commands, and links exist; generated tables are up to date."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import groupby
from pathlib import Path

import click
import pytest

from tests.readme_tables import ROOT, TABLES, with_table
from tui.cli.root import root
from tui.config import load
from tui.demo.context import DemoContext
from tui.demo.faults import OPERATIONS
from tui.demo.faults import parse as parse_fault
from tui.demo.headless.connection_consent import consent_routes
from tui.demo.headless.routes import headless_routes
from tui.demo.identity.routes import identity_routes
from tui.demo.server import DemoServer
from tui.demo.workflows.routes import workflow_routes

DEMO = ROOT / "tui/demo/README.md"
READMES = [
    ROOT / "tui/README.md",
    ROOT / "tests/README.md",
    DEMO,
    ROOT / "tui/studio/README.md",
    ROOT / "tui/testing/README.md",
    ROOT / "tui/ui/textual_fixes/README.md",
]
MAIN = ROOT / "README.md"
GUIDE = ROOT / "tui/GUIDE.md"
DOCUMENTS = [MAIN, GUIDE, ROOT / "tests/bench/README.md", *READMES]

_SPAN = re.compile(r"`([^`\n]+)`")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_PATH = re.compile(r"(?<![\w./-])(?:tui|tests|styles|screenshots|\.ci)/[\w./*-]*[\w*/]")
_FILE = re.compile(r"[\w.*/-]+\.(?:py|md|tcss|css|html|toml|sql|json|sse|svg|txt|mjs)|[\w./*-]+/")
_MODULE = re.compile(r"(?<![\w./`-])(?:tui|tests)(?:\.\w+)+")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_CLASS = re.compile(r"[A-Z]+[a-z]\w*[A-Z]\w*")
_MUTANT = re.compile(r"\.x_\w+__mutmut_\d+$")


# -- what exists -----------------------------------------------------------------------------


class Names:
    """Names that modules define: ``Class``, ``Class.member``, ``function``; and their texts."""

    def __init__(self) -> None:
        self.defined: set[str] = set()
        self.texts: set[str] = set()

    def add(self, tree: ast.Module) -> None:
        for statement in tree.body:
            self._define(statement, "")
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.texts.add(node.value)

    def _define(self, node: ast.AST, owner: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.defined.add(owner + node.name)
            for part in ast.walk(node):
                self._note_attribute(part, owner)
        elif isinstance(node, ast.ClassDef):
            self.defined.add(owner + node.name)
            for member in node.body:
                self._define(member, f"{owner}{node.name}.")
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.defined.update(
                    owner + name.id for name in ast.walk(target) if isinstance(name, ast.Name)
                )

    def _note_attribute(self, node: ast.AST, owner: str) -> None:
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                self.defined.add(owner + name)


@cache
def names_in(path: Path) -> Names:
    names = Names()
    names.add(ast.parse(path.read_text("utf-8")))
    return names


@cache
def all_names() -> Names:
    """Return the names of the program and of its tests, and the texts of the program."""
    names = Names()
    for path in (ROOT / "tests").rglob("*.py"):
        names.defined |= names_in(path).defined
    for path in (ROOT / "tui").rglob("*.py"):
        names.defined |= names_in(path).defined
        names.texts |= names_in(path).texts
    return names


def files_of(text: str, folder: Path) -> list[Path]:
    """Return the files that a path or pattern stands for, from a README's folder or the root.

    Of a path with a placeholder in capitals, the part before it must exist.
    """
    parts = text.rstrip("/").split("/")
    made_up = next((i for i, part in enumerate(parts) if re.search(r"\b[A-Z]{4,}\b", part)), None)
    if made_up is not None and parts[made_up] != "README.md":
        text = "/".join(parts[:made_up])
    bases = (ROOT, folder)
    if "*" in text:
        return [found for base in bases for found in base.glob(text)]
    return [base / text for base in bases if (base / text).exists()]


def is_module(name: str) -> bool:
    """Tell whether a dotted name is a module or package, or something that a module defines."""
    parts = name.split(".")
    if ROOT.joinpath(*parts).is_dir():
        return True
    for length in range(len(parts), 1, -1):
        path = ROOT.joinpath(*parts[:length]).with_suffix(".py")
        if path.is_file():
            rest = ".".join(parts[length:])
            return not rest or rest in names_in(path).defined
    return False


# -- what a README names ---------------------------------------------------------------------


def unknown_names(text: str, folder: Path) -> Iterator[str]:
    """Yield what a README names and what is not there."""
    for path in _PATH.findall(text):
        if not files_of(path, folder):
            yield path
    for name in _MODULE.findall(text):
        if not is_module(_MUTANT.sub("", name)):
            yield name
    for span in _SPAN.findall(_FENCED.sub("", text)):
        path, colon, name = span.partition(":")
        if _FILE.fullmatch(path):
            files = files_of(path, folder)
            if not files or (colon and not all(name in names_in(f).defined for f in files)):
                yield span
        elif _NAME.fullmatch(span.removesuffix("()")) and not is_known(span.removesuffix("()")):
            yield span


def is_known(name: str) -> bool:
    """Tell whether a name is ours. Words without a dot, capitals or underscore are not checked."""
    if name.startswith(("tui.", "tests.")):
        return True  # _MODULE has looked at it
    if not ("." in name or "_" in name or _CLASS.fullmatch(name)) or name.isupper():
        return True
    names = all_names()
    return name in names.defined or name in all_members() or name in names.texts


@cache
def all_members() -> set[str]:
    return {known.rpartition(".")[2] for known in all_names().defined}


@pytest.mark.parametrize("path", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_that_a_readme_names_exists(path: Path) -> None:
    assert sorted(set(unknown_names(path.read_text("utf-8"), path.parent))) == []


@pytest.mark.parametrize("path", [MAIN, GUIDE], ids=lambda path: path.name)
def test_paths_and_modules_in_texts_for_users_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    paths = [found for found in _PATH.findall(text) if not files_of(found, ROOT)]
    assert [*paths, *(name for name in _MODULE.findall(text) if not is_module(name))] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(path: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text("utf-8")):
        name, _, heading = link.partition("#")
        linked = path.parent / name if name else path
        assert linked.exists(), link
        assert not heading or heading in headings_of(linked), link


def headings_of(path: Path) -> set[str]:
    """Return the anchors of a document's headings."""
    titles = re.findall(r"^#+ (.*)$", _FENCED.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_the_main_readme_is_short() -> None:
    assert len(MAIN.read_bytes()) <= 14_000


@pytest.mark.parametrize("name", TABLES)
def test_a_generated_table_is_up_to_date(name: str) -> None:
    """If not: python -m tests.readme_tables."""
    text = TABLES[name].path.read_text("utf-8")
    assert text == with_table(text, name)


def test_the_readme_of_the_fixes_has_a_row_for_each_module() -> None:
    path = ROOT / "tui/ui/textual_fixes"
    rows = re.findall(r"^\| `(\w+\.py)` \|", (path / "README.md").read_text("utf-8"), re.MULTILINE)
    assert rows == sorted(file.name for file in path.glob("[a-z]*.py"))


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("`tui/nowhere.py`", ["tui/nowhere.py", "tui/nowhere.py"]),
        ("`core/turn.py:fold`, `core/turn.py:Turn.phase`, `ui/keys/`", []),
        ("`core/turn.py:unfold`", ["core/turn.py:unfold"]),
        ("run python -m tests.bench.nothing", ["tests.bench.nothing"]),
        ("`ComposerPane.nothing`, `SendRejection`", ["ComposerPane.nothing", "SendRejection"]),
        ("`SendRejected`, `app.back`, `apply_events()`, `backends/NAME/`", []),
        ("`app.backwards`", ["app.backwards"]),
        ("`turn`, `TEXTUAL_LOG`, `tui.core.turn.fold`, `tests/*.py`", []),
    ],
)
def test_finds_names_that_do_not_exist(text: str, unknown: list[str]) -> None:
    assert list(unknown_names(text, ROOT / "tui")) == unknown


def test_the_layers_in_the_readme_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    picture = (ROOT / "tui/README.md").read_text("utf-8").split("```")[1]
    drawn = [set(re.findall(r"\w+", line[:44])) for line in picture.splitlines()]
    assert [layer for layer in drawn if layer] == [set(layer.split(" | ")) for layer in layers]


def test_the_profiles_in_the_main_readme_can_be_used(tmp_path: Path) -> None:
    (example,) = re.findall(
        r"^```toml\n(.*?)^```", MAIN.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    path = tmp_path / "config.toml"
    path.write_text(example)
    usual = load(config_path=path, environ={})
    robot = load("robot", path, environ={"GENIE_TUI_API_KEY": "key"})
    assert (usual.label, usual.auth, robot.auth) == ("work", "oauth", "api_key")


# -- the demo server -------------------------------------------------------------------------


def endpoints() -> set[tuple[str, str]]:
    """Return method and path of each endpoint but those of the Developer API."""
    demo = next(part for part in vars(DemoServer()).values() if isinstance(part, DemoContext))
    apis = (headless_routes, consent_routes, workflow_routes, identity_routes)
    routes = [route for api in apis for route in api(demo)]
    return {(method, route.path) for route in routes for method in route.methods or ()}


def test_the_readme_of_the_demo_names_each_endpoint() -> None:
    text = DEMO.read_text("utf-8")
    told = set()
    for methods, chat, path in re.findall(r"`([A-Z, ]+) (CHAT)?(/\S*)`", text):
        base = "/api/v1/genies/{genie}/chat" if chat else ""
        told |= {(method, base + path) for method in methods.split(", ")}
    assert told == {(method, path) for method, path in endpoints() if method != "HEAD"}


def test_the_readme_of_the_demo_names_each_fault_and_operation() -> None:
    text = DEMO.read_text("utf-8")
    with pytest.raises(ValueError, match="one of ") as rejected:
        parse_fault("nothing")
    kinds = str(rejected.value).partition("one of ")[2].split(", ")
    assert set(re.findall(r"^\| `([a-z_]+)[:`]", text, re.MULTILINE)) == set(kinds)
    assert [name for name in OPERATIONS if f"`{name}`" not in text] == []


# -- commands --------------------------------------------------------------------------------

_OPERATORS = frozenset("|&;<>()")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```|((?:^ {4}\S.*\n)+)", re.DOTALL | re.MULTILINE)


def commands_of(text: str) -> Iterator[list[str]]:
    """Yield the arguments of each ``genie-tui`` in code blocks and spans of a document."""
    for line in [*_shell_lines(text), *_SPAN.findall(_FENCED.sub("", text))]:
        if not re.search(r"(?:^\s*|/|[|&;] )genie-tui ", line):
            continue
        line = re.sub(r"\$\w+", "1", line)
        words = shlex.shlex(line, posix=True, punctuation_chars="".join(_OPERATORS))
        words.whitespace_split = True
        for is_operator, part in groupby(words, lambda word: set(word) <= _OPERATORS):
            name, *arguments = part
            if not is_operator and Path(name).name == "genie-tui":
                yield arguments


def _shell_lines(text: str) -> Iterator[str]:
    for language, fenced, indented in _BLOCK.findall(text):
        if language in ("", "sh"):
            yield from (fenced or indented).replace("\\\n", " ").splitlines()


def parse(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse a command without running it; raises ``ClickException`` for what does not exist."""
    monkeypatch.setattr(click.Command, "invoke", lambda self, context: None)
    with suppress(click.exceptions.NoArgsIsHelpError):  # a group
        root.main(arguments, prog_name="genie-tui", standalone_mode=False)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_documents_exist_with_their_options(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in commands_of(path.read_text("utf-8")):
        for file in filter(re.compile(r"\w+\.\w+").fullmatch, arguments):
            tmp_path.joinpath(file).touch()
        parse(arguments, monkeypatch)


def test_commands_are_found_in_blocks_pipes_and_spans() -> None:
    found = list(commands_of(MAIN.read_text("utf-8")))
    assert ["--demo"] in found
    assert ["ask", "--demo", "-", "--approve", "Order laptop"] in found
    assert ["login"] in found


@pytest.mark.parametrize(
    "arguments", [["dance"], ["ask", "--loudly", "x"], ["studio", "genies", "dance"], ["export"]]
)
def test_finds_commands_that_do_not_exist(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(click.ClickException):
        parse(arguments, monkeypatch)
