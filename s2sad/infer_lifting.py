"""Part of the stage `infer`: a function made inside of f, as one at the top of the program (lambda lifting).

    x = brentq(lambda x: x * x - p, 0.0, 9.0)      def brentq_function(x, p):
                                              ->       return x * x - p

                                                   x = brentq(brentq_function, 0.0, 9.0, args=(p,))

What it captures becomes further parameters (T. Johnsson, "Lambda lifting: transforming programs to recursive
equations", 1985). So it can be handed to a library's function, and be differentiated by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import trees
from s2sad.compiling import define
from s2sad.core import lower
from s2sad.expressions import scope_of
from s2sad.kinds import Static
from s2sad.local_functions import LAMBDA
from s2sad.printer import to_text
from s2sad.values import LocalFunction, Value

Refused = Callable[[], Exception]  # makes the refusal of a function that can't be put at the top


class Lifting:
    def lifted(self, given: Value, base: str, node: Any, refusal: str = "solver_function") -> tuple[Value, list[Value]]:
        """A local function as one at the top, and the values of its further parameters; any other as it is.

        base: what takes it; refusal: of those that can't be put there.
        """
        static = given.static
        if not isinstance(static, LocalFunction):
            return given, []

        def refused() -> Exception:
            return self.refuse(refusal, node, name=base)

        args = static.tree.args
        if static.defaults or args.vararg or args.kwarg or args.kwonlyargs:
            raise refused()
        captured: dict[str, Value] = {}
        outside: dict[str, Value] = {}
        inner = self.inner_functions(static, captured, outside, refused)
        if scope_of(static.tree)[0] & captured.keys():  # what an inner one captures would be taken for the outer one's
            raise refused()
        key = "lifted", id(static.tree), tuple(captured)
        found = self.facts.results.get(key)
        if found is None:
            found = self.facts.results[key] = self.make_lifted(static, inner, list(captured), base, refused)
        function, tree = found
        shown = _Outside(outside).visit(trees.copy_tree(tree))
        return Value(trees.name(tree.name, function=function, definition=shown), Static(function)), [*captured.values()]

    def make_lifted(
        self, static: LocalFunction, inner: list[gast.stmt], captured: list[str], base: str, refused: Refused
    ) -> tuple[Any, gast.FunctionDef]:
        name = f"{base}_function" if static.name == LAMBDA else static.name
        if name in captured:
            raise refused()
        made = without_annotations(trees.copy_tree(static.tree))
        extra = [gast.Name(each, gast.Param(), None, None) for each in captured]
        made.name, made.args.args = name, [*made.args.args, *extra]
        made.body = [*(without_annotations(trees.copy_tree(each)) for each in inner), *made.body]
        function = define(to_text(gast.Module([made], [])), static.frame.namespace)
        self.facts.results["lowered", function.__code__] = lower(trees.copy_tree(made)), static.frame.source
        return function, made

    def inner_functions(
        self, static: LocalFunction, captured: dict[str, Value], outside: dict[str, Value], refused: Refused
    ) -> list[gast.stmt]:
        """Definitions of the local functions that one calls; notes what all of them capture and read of outside."""
        made: list[gast.stmt] = []
        assigned = declared_outside(static.tree)
        if assigned:
            raise self.refuse("lifted_nonlocal", self.origin[1], name=min(assigned))
        for name in sorted(free_names(static.tree)):
            value, is_global = self.seen_from(static, name)
            if is_global:
                outside[name] = value
            elif isinstance(value.static, LocalFunction):
                if value.static.tree is static.tree or value.static.defaults:
                    raise refused()
                made += self.inner_functions(value.static, captured, outside, refused)
                made.append(definition(name, value.static.tree))
            elif captured.setdefault(name, value).expr is not value.expr:
                raise refused()  # two variables of one name
        return made

    def seen_from(self, static: LocalFunction, name: str) -> tuple[Value, bool]:
        """What a name means in a local function, and whether it is a global."""
        frame = static.frame
        known = False
        while frame is not None and not known:
            known = (frame.number, name) in self.state or name in frame.locals or name in frame.cells
            frame = frame.parent
        outer, self.frame = self.frame, static.frame
        try:
            return self.visit(gast.Name(name, gast.Load(), None, None)), not known
        finally:
            self.frame = outer


def without_annotations(tree: Any) -> Any:
    """A function, and those inside of it, without what says of which types things are: that is not in the program."""
    for node in trees.walk(tree):
        if isinstance(node, gast.FunctionDef):
            node.returns = None
        elif isinstance(node, gast.Name):
            node.annotation = None
    return tree


def free_names(tree: gast.FunctionDef) -> set[str]:
    """The names that a function reads and that neither it nor a function inside of it binds."""
    bound = scope_of(tree)[0]
    read: set[str] = set()
    for node in trees.walk(tree):
        if isinstance(node, gast.Name):
            (read if isinstance(node.ctx, gast.Load) else bound).add(node.id)
        elif isinstance(node, gast.FunctionDef) and node is not tree:
            bound.add(node.name)
    return read - bound


def declared_outside(tree: gast.FunctionDef) -> set[str]:
    """The names that a function, or one inside of it, declares `nonlocal` and that it doesn't bind itself."""
    names = {name for each in trees.walk(tree) if isinstance(each, gast.Nonlocal) for name in each.names}
    return names - scope_of(tree)[0]


def definition(name: str, tree: gast.FunctionDef) -> gast.stmt:
    """A local function as a statement that defines it under a name."""
    if tree.name != LAMBDA:
        return tree
    return gast.Assign([trees.name(name, store=True)], gast.Lambda(tree.args, tree.body[0].value), None)


class _Outside(gast.NodeTransformer):
    """Says of the globals that a function reads what they are, so that the program imports them."""

    def __init__(self, outside: dict[str, Value]) -> None:
        self.outside = outside

    def visit_Name(self, node: gast.Name) -> gast.AST:
        if isinstance(node.ctx, gast.Load) and node.id in self.outside:
            return trees.copy_tree(self.outside[node.id].expr)
        return node
