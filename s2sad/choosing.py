"""Part of the stage `simplify`: what f chooses in an expression is chosen in an expression.

    if y.2 > x.1:                             if x.1 > y.2:
        t.4 <- y.2                                r.5 <- x.1
    else:              t.4 = max(x.1, y.2)    else:              r.5 = x.1 if x.1 > y.2 else 2.0 * y.2
        t.4 <- x.1                                r.5 <- 2.0 * y.2

`infer` marks such branches: `chosen`, of a conditional expression, `extreme`, of `max` and `min`: the call's function.
The tests are made again in the reverse sweep; `max(x, y, z)` is z where `z > max(x, y)`.
"""

from __future__ import annotations

from collections import Counter

import gast

from s2sad import ir, trees
from s2sad.kinds import Scalar
from s2sad.statements import all_of, blocks_of, read_list


def use_choices(body: list[gast.stmt], info: dict[str, ir.Info]) -> None:
    """Replaces the branches of f in which nothing is left but the value chosen."""
    statements = all_of(body)
    if any(getattr(node, "chosen", False) for node in statements):
        Choices(Counter(name for node in statements for name in read_list(node)), info).block(body)


class Choices:
    """reads: how often each name is read."""

    def __init__(self, reads: Counter[str], info: dict[str, ir.Info]) -> None:
        self.reads, self.info = reads, info
        self.tests: dict[str, gast.AST] = {}  # those that have names
        self.calls: dict[str, gast.Assign] = {}  # what was chosen by max or min, by name

    def block(self, block: list[gast.stmt]) -> None:
        for k, node in enumerate(block):
            for inner in blocks_of(node):
                self.block(inner)
            if isinstance(node, gast.Assign) and isinstance(node.value, gast.Compare):
                self.tests.update((each.id, node.value) for each in node.targets if isinstance(each, gast.Name))
            if getattr(node, "chosen", False) and not getattr(node, "reverse", False):
                block[k] = self.chosen(node)
        block[:] = [node for node in block if not getattr(node, "part_of_another", False)]

    def chosen(self, node: gast.If) -> gast.stmt:
        first, second = self.only_value(node.body), self.only_value(node.orelse)
        if first is None or second is None or first[0] != second[0]:
            return node
        function = getattr(node, "extreme", None)
        value: gast.AST | None = gast.IfExp(node.test, first[1], second[1])
        if function is not None:
            value = self.extreme(function, self.tests.get(getattr(node.test, "id", ""), node.test), first[1], second[1])
        if value is None:
            return node
        made = trees.assign(first[0], value)
        made.effect, made.origin = ir.Plain(), getattr(node, "origin", None)
        made.number = first[0] in self.info and isinstance(self.info[first[0]].kind, Scalar)
        if function is not None:
            self.calls[first[0]] = made
        return made

    def only_value(self, block: list[gast.stmt]) -> tuple[str, gast.AST] | None:
        """name, e of a block that is no more than `name = e`, or `t = e` and `name = t`."""
        effect = getattr(block[-1], "effect", None) if block else None
        if (
            not isinstance(effect, ir.Copy)
            or len(effect.pairs) != 1
            or any(getattr(n, "reverse", False) for n in block)
        ):
            return None
        name, value = effect.pairs[0]
        if len(block) == 1:
            return name, value
        first, own = block[0], getattr(value, "id", "")
        set_before = len(block) == 2 and isinstance(first, gast.Assign) and getattr(first.targets[0], "id", None) == own
        return (name, first.value) if set_before and self.reads[own] == 1 else None

    def extreme(self, function: gast.AST, test: gast.AST, item: gast.AST, best: gast.AST) -> gast.AST | None:
        """max(best, item), of `item if item > best else best`."""
        if not isinstance(test, gast.Compare) or not trees.same(test.left, item):
            return None
        args = [best]
        before = self.calls.get(getattr(best, "id", ""))
        if before is not None and trees.same(test.comparators[0], before.value):
            args = before.value.args
            before.part_of_another = self.reads[before.targets[0].id] == 1
        elif not trees.same(test.comparators[0], best):
            return None
        made = gast.Call(function, [*args, item], [])
        made.pure = True
        return made
