"""Part of the stage `tape`: what is cheaper, to save a value or to compute it again; and what can be computed again."""

from __future__ import annotations

import operator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import Array, Dict, List, Mapping, Scalar, Unknown
from s2sad.reading import names_of_contents, reads

PUSH_AND_POP = 3  # what saving a value costs, in products
CHEAP = 6  # products that are rather computed again than saved, from what is saved anyway


class Costs:
    program: ir.Inferred
    info: dict[str, ir.Info]
    again: dict[str, gast.stmt]

    def decide(self, needed: list[str], places: Any, bindings: Any, header: set[str]) -> tuple[set[str], list[str]]:
        """Which names to save and which to compute again, the latter in the order in which they are needed
        backwards."""
        for name in needed:
            self.stored(name, places)
        save: set[str] = set()
        again: list[str] = []
        pending = list(needed)
        for name in needed:
            if not self.repeatable(name, places, bindings):
                save.add(name)
        todo = [name for name in pending if name not in save]
        while todo:
            name = todo.pop(0)
            if name in save or name in again:
                continue
            cost, leaves, chain = self.price(name, places, bindings, header, save, set(again))
            if cost + PUSH_AND_POP * len(leaves - save) <= PUSH_AND_POP + 1:
                save |= leaves
                again += chain
            else:
                save.add(name)
        for name in sorted(save, key=lambda name: int(name.rpartition(".")[2]), reverse=True):
            if not self.repeatable(name, places, bindings):
                continue
            cost, leaves, chain = self.price(name, places, bindings, header, save - {name}, set(again))
            if not leaves and cost <= CHEAP:  # what it takes is saved for others
                save.remove(name)
                again += chain
        again = [name for name in again if name not in save]
        again.sort(key=lambda name: int(name.rpartition(".")[2]), reverse=True)
        return save, again

    def price(
        self, name: str, places: Any, bindings: Any, header: set[str], save: set[str], again: set[str]
    ) -> tuple[int, set[str], list[str]]:
        """What computing a name again costs: operations, names that would have to be saved, names computed on the
        way."""
        cost, leaves, chain = 0, set(), []
        todo = [name]
        while todo:
            each = todo.pop()
            if each in chain or each in leaves or each in header or each in save:
                continue
            if each not in places and each not in bindings:
                continue
            if each in again:
                continue
            if not self.repeatable(each, places, bindings):
                leaves.add(each)
                continue
            chain.append(each)
            statement = self.setter(each, bindings)
            cost += self.cost(statement, each)
            if cost > 50:
                return cost, leaves, chain
            todo.extend(sorted(reads(statement)))
        return cost, leaves, chain

    def cost(self, statement: Any, name: str) -> int:
        op = statement.effect
        large = isinstance(self.info[name].kind, (Array, List, Unknown)) and not isinstance(op, (ir.GetItem, ir.Load))
        if isinstance(op, ir.Primitive) and op.rule.view:
            return 1
        if isinstance(op, ir.Primitive):
            large = large or any(isinstance(kind, Array) for kind in op.kinds.values())
            return cost_of_call(op, large) * (5 if large else 1)
        if isinstance(op, ir.Plain):
            if isinstance(statement.value, (gast.Subscript, gast.Attribute)):
                return 1
            return op.cost * (5 if large else 1)
        return 1

    def repeatable(self, name: str, places: Any, bindings: Any) -> bool:
        """Whether the statement that sets a name can be done again later, with the same result."""
        if name in self.again:
            return True
        place = self.info[name].place
        if place is not None and place.root.name == name and self.stored_after(place.root, self.info[name]):
            return False  # made again, it would be without what was stored in it
        statement = self.setter(name, bindings)
        if (
            statement is None
            or name in places
            and name not in bindings
            and places[name][1] is not statement
            and not in_block(statement, places[name][0])
        ):
            return False
        op = statement.effect
        if (
            not isinstance(op, (ir.Primitive, ir.GetItem, ir.Load, ir.Plain))
            or isinstance(op, ir.Plain)
            and not op.pure
        ):
            return False
        if isinstance(self.info[name].kind, (List, Dict, Mapping)) and not isinstance(op, ir.GetItem):
            return False
        contents = names_of_contents(statement.value)
        changing = {
            each
            for each in trees.names_in(statement.value)
            if each in contents or not (each in self.info and isinstance(self.info[each].kind, Array))
        }
        return all(self.stable(each, name) for each in reads(statement) & changing)

    def stable(self, name: str, at: str) -> bool:
        """Whether what the memory behind a name holds when `at` is set is never changed afterwards."""
        info = self.info.get(name)
        if info is None or info.place is None:
            return info is not None
        root = info.place.root
        if self.stored_after(root, self.info[at]):
            return False
        # A view that was written between is a copy of what it held before, if the reverse sweep reads it (keep_copies).
        return root.name == name or not self.stored_after(root, info)

    def stored_after(self, root: ir.Root, info: ir.Info) -> bool:
        """Whether what a name was set to, from a root's memory, may be written afterwards."""
        from s2sad.aliases import stored_after
        from s2sad.dependence import dependence_of

        if not stored_after(root, info):
            return False
        dependence = dependence_of(self.program)
        effect = getattr(info.statement, "effect", None)
        place = effect.place if isinstance(effect, (ir.Load, ir.GetItem)) else None
        if dependence is None or place is None or place.root is not root:
            return True
        first = dependence.access(place, info.loops, info.position)
        return dependence.overwritten(root, first, info.loops, info.position)

    def stored(self, name: str, places: Any) -> None:
        """Notes that a name can be read again from the element it is stored in, if that is never written again."""
        from s2sad.dependence import dependence_of

        dependence, info = dependence_of(self.program), self.info[name]
        if dependence is None or name in self.again or name not in places or info.statement is None:
            return
        block, statement, _ = places[name]
        if statement is not info.statement or not isinstance(info.kind, Scalar) or info.kind.char != "f":
            return
        for node in block:
            op = getattr(node, "effect", None)
            if (
                isinstance(op, ir.Store)
                and op.operator is None
                and isinstance(op.value, gast.Name)
                and op.value.id == name
                and isinstance(node.targets[0], gast.Subscript)
                and getattr(node.targets[0].value, "id", "") == op.place.root.name  # not a view, to be kept itself
                and isinstance(op.place.root.kind, Array)
                and op.place.root.kind.dtype == "float64"
                and isinstance(op.target_kind, Scalar)
            ):
                first = dependence.access(op.place, node.loops, node.position)
                if not dependence.overwritten(op.place.root, first, node.loops, node.position):
                    again = trees.assign(name, trees.copy_tree(node.targets[0]))
                    again.value.ctx = gast.Load()
                    again.effect, again.origin = ir.Load(op.place, info.kind), getattr(node, "origin", None)
                    self.again[name] = again
                    return

    def setter(self, name: str, bindings: Any) -> Any:
        """The statement that gives a name its value again."""
        return self.again.get(name) or bindings.get(name) or self.info[name].statement

    def recomputation(self, name: str, bindings: Any) -> gast.stmt:
        statement = self.setter(name, bindings)
        return trees.assign(name, trees.copy_tree(statement.value))


def cost_of_call(op: ir.Primitive, large: bool) -> int:
    """What a primitive costs; a square is a product, and a cube of a number is not much more."""
    if operator.pow in op.rule.functions:
        exponent = trees.literal(op.arguments["y"])
        if exponent == 2 or exponent == 3 and not large:
            return int(exponent) - (exponent == 2)
    return op.rule.cost


def in_block(statement: gast.stmt, block: list[gast.stmt]) -> bool:
    return any(each is statement for each in block)
