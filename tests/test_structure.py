"""Structure of the code: no import cycles, and private names of libraries in one folder only."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import tui

ROOT = Path(tui.__file__).parent
FIXES = "tui.ui.textual_fixes"
"""The one package that may use private names of libraries."""
PUBLIC = {"_replace", "_asdict", "_fields"}
"""Names of ``NamedTuple``, which begin with an underscore and are documented."""


@cache
def sources() -> Mapping[str, ast.Module]:
    """Return the code of each module, by its name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text("utf-8"))
    return found


# -- import cycles -------------------------------------------------------------------------


def imports_of(module: str, tree: ast.Module, known: Mapping[str, object]) -> set[str]:
    """Return our modules that a module imports anywhere: in functions and for types too."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in known else node.module for name in names}
    return (found & known.keys()) - {module}


def cycles_of(edges: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the groups of modules that import each other, by Tarjan's algorithm."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    cycles: list[set[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in edges[module]:
            if other not in index:
                visit(other)
            if other in stack:
                low[module] = min(low[module], low[other])
        if low[module] == index[module]:
            at = stack.index(module)
            if len(stack) - at > 1:
                cycles.append(set(stack[at:]))
            del stack[at:]

    for module in edges:
        if module not in index:
            visit(module)
    return cycles


def import_cycles(code: Mapping[str, ast.Module]) -> list[set[str]]:
    return cycles_of({module: imports_of(module, tree, code) for module, tree in code.items()})


def test_no_import_cycles() -> None:
    assert import_cycles(sources()) == []


@pytest.mark.parametrize(
    "back",
    [
        "import a",
        "from a import thing",
        "def load():\n    from a import thing",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import Thing",
    ],
)
def test_finds_an_import_cycle_wherever_the_import_is(back: str) -> None:
    code = {"a": ast.parse("from b import x"), "b": ast.parse("import c"), "c": ast.parse(back)}
    assert import_cycles(code) == [{"a", "b", "c"}]
    assert import_cycles({**code, "c": ast.parse("import os")}) == []


# -- private names of libraries ------------------------------------------------------------


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def private_imports(module: str, tree: ast.Module) -> Iterator[str]:
    """Return what a module imports from private modules, or by private names, of libraries."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            library, *rest = name.split(".")
            if library not in ("tui", "__future__") and any(map(is_private, rest)):
                yield f"{module}: import {name}"


def own_names(tree: ast.Module) -> set[str]:
    """Return the private names that a module defines: its classes may use those of each other."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_own(node):
            found.add(node.attr)
    return found


def is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def is_of_instance(node: ast.Attribute) -> bool:
    return ast.unparse(node.value) in ("self", "cls", "super()")


def private_attributes(module: str, tree: ast.Module) -> Iterator[str]:
    """Return ``thing._name`` where the module defines no such name."""
    own = own_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not is_private(node.attr) or node.attr in own:
            continue
        if not is_of_instance(node):  # see private_members
            yield f"{module}: {ast.unparse(node)}"


def private_members(module: str, tree: ast.Module) -> Iterator[str]:
    """Return the private members of libraries' classes that our classes below them touch."""
    loaded = importlib.import_module(module)
    for definition in tree.body:
        if not isinstance(definition, ast.ClassDef):
            continue
        name = definition.name
        theirs = members_of_libraries(getattr(loaded, name))
        for node in ast.walk(definition) if theirs else ():
            used = ""
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                used = node.name
            elif isinstance(node, ast.Attribute):
                used = node.attr if is_private(node.attr) and is_of_instance(node) else ""
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                used = node.id
            if used in theirs:
                yield f"{module}: {name} uses {theirs[used]}.{used}"


def members_of_libraries(kind: type) -> dict[str, str]:
    """Return the private names that the libraries' classes above a class define."""
    found: dict[str, str] = {}
    for base in kind.__mro__:
        if base.__module__.partition(".")[0] in ("tui", "builtins", "typing", "abc", "enum"):
            continue
        names = {*vars(base), *getattr(base, "__annotations__", {}), *assigned_by(base)}
        found |= {name: base.__name__ for name in names if is_private(name)}
    return {name: owner for name, owner in found.items() if not name.startswith("_abc_")}


def assigned_by(kind: type) -> set[str]:
    """Return the attributes that the methods of a class give to ``self``."""
    return assignments_in(kind.__module__).get(kind.__qualname__, set())


@cache
def assignments_in(module: str) -> dict[str, set[str]]:
    """Return the attributes that are assigned in each class of a module."""
    try:
        tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    except (OSError, TypeError):  # written in C
        return {}
    return {
        node.name: {
            part.attr
            for part in ast.walk(node)
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
        }
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def outside_fixes() -> dict[str, ast.Module]:
    return {name: tree for name, tree in sources().items() if not name.startswith(FIXES)}


def test_no_private_imports_from_libraries() -> None:
    assert [found for item in outside_fixes().items() for found in private_imports(*item)] == []


def test_no_private_attributes_of_other_modules() -> None:
    assert [found for item in outside_fixes().items() for found in private_attributes(*item)] == []


def test_no_private_members_of_library_classes_are_used_or_overridden() -> None:
    modules = {n: t for n, t in outside_fixes().items() if not n.endswith("__main__")}
    assert [found for item in modules.items() for found in private_members(*item)] == []


def test_finds_private_names_of_libraries() -> None:
    tree = ast.parse(
        "import textual._xterm_parser\n"
        "from httpx_sse._decoders import SSEDecoder\n"
        "from rich import _emoji\n"
        "def work(app):\n"
        "    app._filters.append(1)\n"
        "    app._own = 2\n"
        "class Own:\n"
        "    def _own(self): ...\n"
    )
    assert [found.partition(": ")[2] for found in private_imports("m", tree)] == [
        "import textual._xterm_parser",
        "import httpx_sse._decoders.SSEDecoder",
        "import rich._emoji",
    ]
    assert list(private_attributes("m", tree)) == ["m: app._filters"]
    fixes = sources()[f"{FIXES}.lists"]
    assert f"{FIXES}.lists: SafeOptionList uses OptionList._move_page" in list(
        private_members(f"{FIXES}.lists", fixes)
    )
