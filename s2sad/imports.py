"""Part of the stage `program`: the modules and globals that a program refers to."""

from __future__ import annotations

import ast
import builtins
import functools
import importlib.util
import keyword
import os
import sys
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees


class Imports:
    """The modules and globals that a program refers to, and how it names them."""

    def __init__(self, namespace: dict[str, Any], parts: list[Any], lines: list[str]) -> None:
        self.namespace, self.lines = namespace, lines
        self.nodes: dict[Any, list[gast.Name]] = {}
        self.plain: dict[str, list[gast.Name]] = {}
        for part in parts:
            own = own_names(part) if isinstance(part, gast.FunctionDef) else ()
            for each in names_everywhere(part):
                if each.id in own and not hasattr(each, "module"):
                    continue
                module = getattr(each, "module", None)
                if module is not None and not isinstance(module, str):
                    self.nodes.setdefault(module, []).append(each)
                elif not ir.is_ssa(each.id):
                    self.plain.setdefault(each.id, []).append(each)
        self.names: dict[Any, str] = {}
        for module, found in self.nodes.items():
            known = [name for name in {node.id for node in found} if namespace.get(name) is module]
            known = known or [name for name, value in namespace.items() if value is module and is_written(name)]
            known = [name for name in known if name not in self.plain]  # a captured variable may hide it
            if known:
                self.names[module] = known[0]
        self.reserved = set(self.plain) | set(self.names.values())
        self.own: set[str] = set()
        self.statements: list[gast.stmt] = []
        self.externals: dict[str, Any] = {}  # of these what the program as compiled here has to be given
        self.missing: dict[str, str] = {}  # what the reader of the text has to define, and what it is

    def apply(self, used: set[str], fixed: set[str]) -> None:
        """Names the modules that f's file doesn't import, and writes the import statements."""
        for module, found in self.nodes.items():
            name = self.names.get(module)
            if name is None or name in used - self.reserved or name in fixed:
                name = {np: "np"}.get(module, module.__name__.rpartition(".")[2])
                while name in used or name in self.reserved or self.namespace.get(name, module) is not module:
                    name += "_"
                self.own.add(name)
                self.reserved.add(name)
            for node in found:
                node.id = name
            top = module.__name__
            if not can_be_imported(top):
                self.missing[name] = f"the module {top}"
                self.externals[name] = module
                continue
            alias = None if top == name else name
            if alias is not None and top.endswith(f".{alias}"):
                self.statements.append(gast.ImportFrom(top.rpartition(".")[0], [gast.alias(alias, None)], 0))
            else:
                self.statements.append(gast.Import([gast.alias(top, alias)]))
        self.statements.sort(key=lambda node: getattr(node, "module", None) or node.names[0].name)
        self.import_globals()

    def import_globals(self) -> None:
        for name, found in sorted(self.plain.items()):
            scopes = {getattr(node, "scope", None) for node in found}
            if "default" in scopes:
                self.missing[name] = f"the default of {name.rpartition('_default')[0]}"
            if "cell" in scopes:
                self.missing[name] = "a variable around the function"
            if "global" not in scopes or name not in self.namespace:
                continue
            module, known_as = self.home_of(name, self.namespace[name])
            if module is None:
                self.missing[name] = f"a global of {self.namespace.get('__name__', 'the function')}"
            else:
                alias = gast.alias(known_as, name if name != known_as else None)
                self.statements.append(gast.ImportFrom(module, [alias], 0))

    def home_of(self, name: str, value: Any) -> tuple[str | None, str]:
        """The module to import a global from, and its name there: the module in which a function or class is written,
        or from which f's file imports it, or else that of f."""
        own = public(getattr(value, "__module__", None), name, value) if callable(value) else None
        home = self.namespace.get("__name__")
        for module, known_as in (
            (own, name),
            import_of(name, self.lines, self.namespace) or (None, name),
            (home, name),
        ):
            if isinstance(module, str) and module != "builtins" and can_be_imported(module):
                if getattr(sys.modules[module], known_as, self) is value:
                    return module, known_as
        return None, name


def is_written(name: str) -> bool:
    """Whether a global can have been named by a user: `__builtins__` stands in every module."""
    return name.isidentifier() and not name.startswith("__")


class HiddenBuiltins(gast.NodeTransformer):
    """`float(n)` of a function that f calls, or of ours, where f has a parameter `float`: `builtins.float(n)`."""

    def __init__(self, parameters: set[str]) -> None:
        self.parameters = parameters

    def apply(self, body: list[gast.stmt]) -> None:
        if any(hasattr(builtins, name) for name in self.parameters):
            for node in body:
                self.visit(node)

    def visit_Name(self, node: gast.Name) -> gast.AST:
        hidden = hasattr(node, "builtin") and node.id in self.parameters and isinstance(node.ctx, gast.Load)
        return trees.attr(trees.name("builtins", module=builtins), node.id) if hidden else node


def public(module: Any, name: str, value: Any) -> Any:
    """The module that something is written in; of a library's private one the package that offers the same."""
    parts = module.split(".") if isinstance(module, str) else []
    for k, part in enumerate(parts):
        if k and part.startswith("_"):
            package = ".".join(parts[:k])
            return package if getattr(sys.modules.get(package), name, None) is value else module
    return module


def can_be_imported(name: str) -> bool:
    """Whether another process would find the module of this name, the same one: not a notebook, nor one that was loaded
    from a file in a way of its own."""
    module = sys.modules.get(name)
    if module is None or name == "__main__":
        return False
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split(".")):
        return False
    parent = sys.modules.get(name.rpartition(".")[0])
    return is_found(name, getattr(module, "__file__", None), tuple(getattr(parent, "__path__", sys.path)))


@functools.lru_cache(256)
def is_found(name: str, place: str | None, path: tuple[str, ...]) -> bool:
    """Whether Python finds a module of this name at this place; `path` is where it looks."""
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, path if "." in name else None, None)
        except Exception:
            continue
        if spec is not None:
            origin = spec.origin if spec.has_location else None
            return place is None or origin is None or os.path.realpath(origin) == os.path.realpath(place)
    return False


def import_of(name: str, lines: list[str], namespace: dict[str, Any]) -> tuple[str, str] | None:
    """The module and the name in it, if the file imports `name` by a `from ... import` at its top.

    >>> import_of("tau", ["import math", "from math import (pi,", "    tau)"], {})
    ('math', 'tau')
    """
    for number, line in enumerate(lines):
        if not line.startswith("from "):
            continue
        last = next((k for k in range(number, len(lines)) if ")" in lines[k] or "(" not in line), number)
        try:
            [statement] = ast.parse("\n".join(lines[number : last + 1])).body
        except (SyntaxError, ValueError):
            continue
        for alias in getattr(statement, "names", ()):
            if (alias.asname or alias.name) == name:
                module = "." * statement.level + (statement.module or "")
                try:
                    return importlib.util.resolve_name(module, namespace.get("__package__")), alias.name
                except ImportError:
                    return None
    return None


def own_names(function: gast.FunctionDef) -> set[str]:
    """The parameters and local names of a function that is printed beside the main one."""
    args = function.args
    found = {each.id for each in [*args.args, *args.kwonlyargs, args.vararg, args.kwarg] if each is not None}
    for node in trees.walk(function):
        for target in [*getattr(node, "targets", []), getattr(node, "target", None)]:
            if target is not None:
                found |= {
                    each.id
                    for each in trees.walk(target)
                    if isinstance(each, gast.Name) and isinstance(target, (gast.Name, gast.Tuple))
                }
    return found


def names_everywhere(part: Any) -> list[gast.Name]:
    found: list[gast.Name] = []
    op = getattr(part, "effect", None)
    for each in trees.walk(part):
        if isinstance(each, gast.Name):
            found.append(each)
        inner = getattr(each, "effect", None)
        if isinstance(inner, ir.Copy) and each is not part:
            for _, source in inner.pairs:
                found.extend(names_everywhere(source))
    if isinstance(op, ir.Copy):
        for _, source in op.pairs:
            found.extend(names_everywhere(source))
    return found


def all_names(body: list[gast.stmt]) -> set[str]:
    return {
        each.id
        for node in body
        for each in trees.walk(node)
        if isinstance(each, gast.Name) and not hasattr(each, "module")
    }
