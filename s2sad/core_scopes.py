"""Comprehensions have a scope of their own. Later stages keep their variables among those of the function; where that
would matter they get other names first.

def f(x, v):                                   def f(x, v):
    g = lambda t: t * v                            g = lambda t: t * v
    return sum([g(v) for v in x])        ->        return sum([g(v_1) for v_1 in x])
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

from s2sad.core_nodes import Names

COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)


def separate_comprehensions(tree: gast.FunctionDef, nodes: list[Any], names: Names) -> None:
    """Renames, in place, the variables of comprehensions that a nested function reads from around it, or that the
    function reads from outside. `nodes`: all nodes of the function."""
    if not any(isinstance(node, COMPREHENSIONS) for node in nodes):
        return
    found = [node for node in own_nodes(tree) if isinstance(node, COMPREHENSIONS)]
    meant_elsewhere = read_by_functions(tree) | read_from_outside(tree)
    for node in found:  # the outer ones first
        for name in sorted(bound_by(node) & meant_elsewhere):
            rename_in(node, name, names.fresh(name))


def own_nodes(tree: Any) -> Iterator[Any]:
    """The nodes of a function without those of the functions in it."""
    for node in gast.iter_child_nodes(tree):
        if isinstance(node, FUNCTIONS):
            for each in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
                yield each
                yield from own_nodes(each)
        else:
            yield node
            yield from own_nodes(node)


def bound_by(node: Any) -> set[str]:
    targets = [each for generator in node.generators for each in gast.walk(generator.target)]
    return {each.id for each in targets if isinstance(each, gast.Name)}


def read_by_functions(tree: Any) -> set[str]:
    """The names that nested functions read, and don't set themselves."""
    found: set[str] = set()
    for node in gast.walk(tree):
        if isinstance(node, FUNCTIONS) and node is not tree:
            read = {each.id for each in gast.walk(node) if is_read(each)}
            found |= read - parameters(node) - set_by(node)
    return found


def read_from_outside(tree: Any) -> set[str]:
    """The names that a function reads outside of the comprehensions that set them, and doesn't set otherwise."""
    found: set[str] = set()

    def look(node: Any, bound: frozenset[str]) -> None:
        if isinstance(node, COMPREHENSIONS):
            look(node.generators[0].iter, bound)
            bound |= bound_by(node)
            rest = [each for each in gast.iter_child_nodes(node) if each not in node.generators]
            for k, generator in enumerate(node.generators):
                rest += [*generator.ifs, *([generator.iter] if k else [])]
            for each in rest:
                look(each, bound)
            return
        if is_read(node) and node.id not in bound:
            found.add(node.id)
        for each in gast.iter_child_nodes(node):
            if not isinstance(each, FUNCTIONS):
                look(each, bound)

    look(tree, frozenset())
    return found - set_by(tree) - parameters(tree)


def set_by(function: Any) -> set[str]:
    """The names that a function sets itself, other than in comprehensions."""
    found: set[str] = set()

    def look(node: Any) -> None:
        for each in gast.iter_child_nodes(node):
            if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store):
                found.add(each.id)
            elif isinstance(each, (gast.FunctionDef, gast.ClassDef)):
                found.add(each.name)
            elif isinstance(each, (gast.Import, gast.ImportFrom)):
                found.update((name.asname or name.name).partition(".")[0] for name in each.names)
            if not isinstance(each, (*FUNCTIONS, gast.comprehension)):
                look(each)

    look(function)
    return found


def parameters(function: Any) -> set[str]:
    args = function.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return {each.id for each in every if each is not None}


def is_read(node: Any) -> bool:
    return isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load)


def rename_in(node: Any, old: str, new: str) -> None:
    """Gives a variable of a comprehension another name; what it runs over first is outside of it."""
    for k, generator in enumerate(node.generators):
        for each in [generator.target, *generator.ifs, *([generator.iter] if k else [])]:
            rename(each, old, new)
    for name in ("elt", "key", "value"):
        if getattr(node, name, None) is not None:
            rename(getattr(node, name), old, new)


def rename(node: Any, old: str, new: str) -> None:
    if isinstance(node, gast.Name) and node.id == old:
        node.id = new
    elif isinstance(node, COMPREHENSIONS) and old in bound_by(node):
        rename(node.generators[0].iter, old, new)
    elif isinstance(node, gast.Lambda) and old in parameters(node):
        for each in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            rename(each, old, new)
    else:
        for each in gast.iter_child_nodes(node):
            rename(each, old, new)
