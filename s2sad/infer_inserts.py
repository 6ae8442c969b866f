"""Part of the stage `infer`: `with grad_of(y) as y_grad:`, statements for the reverse sweep.

They stay as they are; only what they read of the function is looked up here, where they stand.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.check import _names_bound as names_bound
from s2sad.errors import NotDifferentiableError
from s2sad.inserting import Template, changes_of, grad_of
from s2sad.kinds import Array, Scalar, Static, Unknown
from s2sad.values import MISSING, Value

WRITERS = {"append", "clear", "extend", "fill", "insert", "partition", "pop", "put", "remove", "resize", "reverse"}
WRITERS |= {"sort", "update"}


class Inserts:
    def is_grad_of(self, expr: gast.AST) -> bool:
        """Whether an expression is a call of s2sad's grad_of."""
        if not isinstance(expr, gast.Call) or len(expr.args) != 1 or expr.keywords:
            return False
        function = expr.func
        named = isinstance(function, gast.Attribute) and function.attr == "grad_of"
        if not named and not isinstance(function, gast.Name):
            return False
        try:
            return self.visit(function).static is grad_of
        except NotDifferentiableError:
            return False

    def insert(self, node: Any, pairs: list[tuple[Any, gast.AST]]) -> None:
        """Notes what is to stand in the reverse sweep; pairs: (the target after `as`, what grad_of is of)."""
        names = []
        for target, _ in pairs:
            if target is not None and not isinstance(target, gast.Name):
                raise self.refuse("with_target", target)
            names.append(target.id if target is not None else None)
        grads, kinds, places = zip(*(self.grad_asked_for(argument) for _, argument in pairs))
        bound = {name for each in trees.walk(gast.Module(node.body, [])) for name in names_bound(each)}
        own = sorted(bound - set(names) - imported(node.body))
        reading = Reading(self, {*bound, *filter(None, names)})
        body = [reading.visit(trees.copy_tree(each)) for each in node.body]
        changes = [changes_of(name, body) for name in names]
        template = Template(body, names, own, changes, (self.frame.source, node))
        self.add(gast.Pass(), ir.GradOf(list(grads), list(kinds), list(places), reading.found, template))
        self.effects += 1

    def grad_asked_for(self, argument: gast.AST) -> tuple[gast.AST, Any, Any]:
        """The name whose adjoint is meant, its kind, and the place in written memory that it is a name of."""
        before = len(self.block)
        value = self.visit(argument)
        if value.items is not None or value.object is not None:
            raise self.refuse("grad_of_structure", argument)
        if len(self.block) != before or not isinstance(value.expr, (gast.Name, gast.Constant)):
            raise self.refuse("grad_of_expression", argument)
        if not isinstance(value.kind, (Scalar, Array, Unknown)) and value.varied:
            raise self.refuse("grad_of_structure", argument)
        written = value.place is not None and self.is_written(value.place.root)
        if written and any(getattr(step, "read_only", None) is not None for step in value.place.path):
            raise self.refuse("grad_of_expression", argument)
        return value.expr, value.kind, value.place if written else None


def imported(body: list[gast.stmt]) -> set[str]:
    """The names that import statements set; they stay as they are."""
    return {
        name for each in trees.walk(gast.Module(body, [])) if isinstance(each, gast.alias) for name in names_bound(each)
    }


class Reading(gast.NodeTransformer):
    """Replaces what a body reads of the function by placeholders."""

    def __init__(self, walker: Any, own: set[str]) -> None:
        self.walker, self.own = walker, own
        self.found: list[gast.AST] = []
        self.positions: dict[str, int] = {}

    def visit_Name(self, node: gast.Name) -> gast.AST:
        return node if node.id in self.own or not isinstance(node.ctx, gast.Load) else self.placeholder(node)

    def visit_Attribute(self, node: gast.Attribute) -> gast.AST:
        return self.part(node)

    def visit_Subscript(self, node: gast.Subscript) -> gast.AST:
        return self.part(node)

    def visit_Call(self, node: gast.Call) -> gast.AST:
        function = node.func
        if isinstance(function, gast.Attribute) and function.attr in WRITERS and self.is_the_functions(function.value):
            raise self.walker.refuse("grad_of_writes", node)
        return self.generic_visit(node)

    def part(self, node: Any) -> gast.AST:
        """`params["W"]` and `self.w` are looked up as a whole."""
        if not isinstance(node.ctx, gast.Load):
            if self.is_the_functions(node.value):
                raise self.walker.refuse("grad_of_writes", node)
            return self.generic_visit(node)
        base = node.value
        while isinstance(base, (gast.Attribute, gast.Subscript)):
            base = base.value
        if isinstance(base, gast.Name) and base.id not in self.own:
            value = self.walker.visit(base)
            if value.object is not None or value.items is not None:
                return self.placeholder(node)
        return self.generic_visit(node)

    def is_the_functions(self, node: gast.AST) -> bool:
        """Whether something belongs to a variable of the function (not to a global, nor to the body itself)."""
        while isinstance(node, (gast.Attribute, gast.Subscript)):
            node = node.value
        if not isinstance(node, gast.Name) or node.id in self.own:
            return False
        value = self.walker.visit(node)
        return isinstance(value.expr, gast.Name) and ir.is_ssa(value.expr.id)

    def placeholder(self, node: Any) -> gast.AST:
        shown = trees.show(node)
        if shown not in self.positions:
            self.positions[shown] = len(self.found)
            self.found.append(self.value_of(node))
        return trees.name(f"#{self.positions[shown]}")

    def value_of(self, node: Any) -> gast.AST:
        """An expression for what is read, as it is where the body stands."""
        walker = self.walker
        value: Value = walker.visit(node)
        known = value.static
        if value.object is not None or value.items is not None or type(known).__module__ == "s2sad.values":
            if known is not MISSING or value.object is not None or value.items is not None:
                raise walker.refuse("grad_of_reads", node, name=trees.show(node))
        if isinstance(value.kind, Static):
            return value.expr
        if value.place is not None and walker.is_written(value.place.root):
            if not isinstance(value.kind, Array):
                raise walker.refuse("grad_of_reads", node, name=trees.show(node))
            value = walker.emit_load(value)
        return walker.settle(value).expr
