"""Part of the stage `program`: the modules and globals that a program refers to."""

from __future__ import annotations

import sys
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees


class Imports:
    """The modules and globals that a program refers to, and how it names them."""

    def __init__(self, namespace: dict[str, Any], parts: list[Any]) -> None:
        self.namespace = namespace
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
            known = known or [name for name, value in namespace.items() if value is module]
            if known:
                self.names[module] = known[0]
        self.reserved = set(self.plain) | set(self.names.values())
        self.own: set[str] = set()
        self.statements: list[gast.stmt] = []
        self.missing: list[str] = []

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
            alias = None if top == name else name
            self.statements.append(gast.Import([gast.alias(top, alias)]))
        self.statements.sort(key=lambda node: node.names[0].name)
        self.import_globals()

    def import_globals(self) -> None:
        home = self.namespace.get("__name__")
        for name, found in sorted(self.plain.items()):
            if getattr(found[0], "scope", None) != "global" or name not in self.namespace:
                continue
            value = self.namespace[name]
            module = getattr(value, "__module__", None) if callable(value) else home
            if (
                not isinstance(module, str)
                or module == "builtins"
                or getattr(sys.modules.get(module), name, None) is not value
            ):
                module = home
            if (
                module in (None, "__main__")
                or module not in sys.modules
                or getattr(sys.modules[module], name, self) is not value
            ):
                self.missing.append(name)
                continue
            self.statements.append(gast.ImportFrom(module, [gast.alias(name, None)], 0))


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
