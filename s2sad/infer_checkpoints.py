"""Part of the stage `infer`: `for ... in checkpoint(range(n), snapshots=k):` and calls of `checkpoint(f)`.

Both are walked through as what they are without `checkpoint`; the loop, or the block that the call is, is marked.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.checkpointing import Checkpointed, checkpoint
from s2sad.errors import NotDifferentiableError
from s2sad.kinds import Scalar, Static
from s2sad.values import Value


class Inside:
    """`checkpoint(f)`, written in a function."""

    def __init__(self, function: Value) -> None:
        self.function = function


class Checkpoints:
    def is_checkpoint(self, expr: gast.AST) -> bool:
        """Whether a loop runs over what s2sad's checkpoint returns."""
        if not isinstance(expr, gast.Call) or not isinstance(expr.func, (gast.Name, gast.Attribute)):
            return False
        if getattr(expr.func, "attr", getattr(expr.func, "id", "")) != "checkpoint":
            return False
        try:
            return self.visit(expr.func).static is checkpoint
        except NotDifferentiableError:
            return False

    def checkpointed_loop(self, node: gast.For) -> None:
        """The loop, with the number of states to keep."""
        call = node.iter
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if len(call.args) != 1 or given.keys() != {"snapshots"}:
            raise self.refuse("checkpoint_arguments", call)
        for each in leaving(node):
            raise self.refuse("checkpoint_left", each)
        snapshots = self.visit(given["snapshots"])
        self.use_as_integer(snapshots)
        snapshots = self.settle(snapshots)
        known = trees.literal(snapshots.expr)
        fraction = isinstance(snapshots.kind, Scalar) and snapshots.kind.char not in "iu"
        if snapshots.varied or fraction or known is not None and known < 1:
            raise self.refuse("checkpoint_arguments", call)
        it = self.iteration(call.args[0])
        if it.what in ("unroll", "opaque") or it.count is None:
            raise self.refuse("checkpoint_over", call.args[0])
        before = len(self.block)
        self.for_loop(it, node.target, lambda: self.walk(node.body), node)
        for each in self.block[before:]:
            if getattr(each, "user", None) is node:
                each.loop.snapshots = snapshots.expr
                each.loop.length = it.count

    def checkpoint_of(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        """`checkpoint(f)` inside of a function: the call that follows is of f."""
        if len(args) != 1 or keywords or args[0].varied or not isinstance(args[0].kind, Static):
            raise self.refuse("checkpoint_place", node)
        return Value(args[0].expr, Static(Inside(args[0])))

    def call_checkpointed(
        self,
        function: Value,
        static: Checkpointed | Inside,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: Any,
    ) -> Value:
        """The call, as a block of its own."""
        if isinstance(static, Inside):
            inner = static.function
        else:
            expr = trees.attr(function.expr, "function")
            inner = self.outside_value(static.function, expr, ("checkpoint", id(static)))
        if self.quiet or self.request.mode == "forward":
            return self.call_value(inner, args, keywords, node, hint)
        outer = self.block
        self.block = self.new_block(apart=False)
        value = self.call_value(inner, args, keywords, node, hint)
        block, self.block = self.block, outer
        made = gast.With([], block, None)
        made.again = True
        self.add(made)
        return value


def leaving(loop: gast.For) -> list[gast.AST]:
    """The `break` and `return` statements that leave a loop."""
    found: list[gast.AST] = []
    todo: list[tuple[gast.AST, bool]] = [(each, False) for each in loop.body]
    while todo:
        node, inside = todo.pop(0)
        if isinstance(node, gast.Return) or isinstance(node, gast.Break) and not inside:
            found.append(node)
        if not isinstance(node, (gast.FunctionDef, gast.Lambda)):
            deeper = inside or isinstance(node, (gast.For, gast.While))
            todo.extend((each, deeper) for each in gast.iter_child_nodes(node))
    return found
