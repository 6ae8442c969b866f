"""Part of the stage `tape`: a reversed loop whose iterations don't build on one another may run forwards.

What it would take from lists is computed again on its way, if each iteration makes it of that of the one before alone:

    for j.4 in range(n.1):                    for j.4 in range(n.1):
        rest.6 = rest.3 - x.2[j.4] * p.5          rest.6 = rest.3 - x.2[j.4] * p.5
        p.7 = p.5 * t.1                           p.7 = p.5 * t.1
        ...                                       ...
    for j.4 in reversed(range(n.1)):   ->     p.8 = np.ones(n.1)
        p.5 = p.5_saved.pop()                 for j.4 in range(n.1):
        x_grad.9[j.4] += -(g.3 @ p.5)             x_grad.9[j.4] += -(g.3 @ p.8)
                                                  p.8 = p.8 * t.1
"""

from __future__ import annotations

import collections
import functools
from collections.abc import Iterator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.fresh import is_fresh
from s2sad.kinds import Array, Scalar
from s2sad.reading import all_blocks, free_reads, owner_of, places_in
from s2sad.statements import all_of, own_expressions, read_list, targets
from s2sad.tape_copies import rename_deeply
from s2sad.tape_costs import CHEAP

ONCE = 30  # products that are rather computed once more before a loop than kept


class Forwards:
    program: ir.Inferred
    info: dict[str, ir.Info]
    names: ir.Names
    forward: list[gast.stmt]
    again: dict[str, gast.stmt]

    price: Any
    repeatable: Any
    cost: Any
    setter: Any

    def run_forwards(
        self, node: Any, save: set[str], counters: Any, places: Any, bindings: Any
    ) -> list[gast.stmt] | None:
        """Makes a reversed loop run forwards, if nothing has to be saved for it then; returns what stands before it."""
        loop = node.forward.loop
        plain = isinstance(node.forward, gast.For) and not loop.counted and loop.whole is None
        if not save or not plain or self.program.beside:
            return None
        steps = self.steps(node, save | (free_reads(node.body) & counters.keys()), places, bindings)
        starts = self.starts(node.forward, steps) if steps is not None else None
        if steps is None or starts is None or not in_any_order(node.body):
            return None
        again = {name: self.another(name) for name in steps}
        before = [self.at(node, each) for each in self.first_values(node.forward, starts, again)]
        chain = {name for _, made in steps.values() for name in made}
        renamed = {name: trees.name(new) for name, new in again.items()}
        for each in node.body:
            rename_deeply(each, renamed)
        renamed |= {name: trees.name(self.another(name)) for name in chain}
        last = node.body[-1]
        for name in sorted(chain, key=lambda each: int(each.rpartition(".")[2])):
            made = trees.assign(renamed[name].id, trees.copy_tree(self.setter(name, bindings).value))
            rename_deeply(made, renamed)
            node.body.append(self.at(last, made))
        pairs = [(again[name], trees.copy_tree(source)) for name, (source, _) in steps.items()]
        node.body.append(self.at(last, copies(pairs)))
        rename_deeply(node.body[-1], renamed)
        node.iter = node.iter.args[0]
        node.forwards = True
        return before

    def another(self, name: str) -> str:
        made = self.names.fresh(ir.base_of(name))
        self.info[made] = self.info[name]
        return made

    def at(self, place: Any, node: Any) -> Any:
        node.origin, node.reverse = getattr(place, "origin", None), True
        return node

    def steps(self, node: Any, save: set[str], places: Any, bindings: Any) -> dict[str, tuple[Any, list[str]]] | None:
        """Of each name to be saved, and of those that these need: what the next iteration has in it, and the names
        computed on the way; None if one isn't computed cheaply from these alone."""
        header = targets(node)
        ends = [each for each in node.forward.body if isinstance(getattr(each, "effect", None), ir.Copy)]
        changed = collections.Counter(name for each in all_of(node.forward.body) for name in targets(each))
        found: dict[str, tuple[Any, list[str]]] = {}
        todo = sorted(save)
        while todo:
            name = todo.pop()
            if name in found:
                continue
            info = self.info[name]
            if name not in node.forward.loop.phis or changed[name] != 1 or len(ends) != 1:
                return None
            if self.is_written(name) or info.unset or info.starts_unset or info.missing or info.early:
                return None
            source = dict(ends[0].effect.pairs).get(name)
            if not isinstance(info.kind, (Array, Scalar)) or source is None or not is_arithmetic(source):
                return None
            if any(self.is_written(each) for each in ir.summary(source).names):
                return None
            cost = sum(isinstance(each, gast.BinOp) for each in trees.walk(source))
            cost *= 5 if isinstance(info.kind, Array) else 1
            chain: list[str] = []
            for each in sorted(ir.summary(source).names):
                more, leaves, made = self.price(each, places, bindings, header, save | set(found) | {name}, set(chain))
                cost, chain = cost + more, [*chain, *made]
                todo += sorted(leaves)
            if cost > CHEAP or not all(self.is_in(each, node.forward, places, bindings) for each in chain):
                return None
            found[name] = source, chain
        return found

    def is_in(self, name: str, loop: Any, places: Any, bindings: Any) -> bool:
        """Whether each iteration of a loop computes a name, in no branch and no other loop."""
        own = name in bindings or places[name][0] is loop.body
        return own and name not in self.again and not self.is_written(name)

    def is_written(self, name: str) -> bool:
        """Whether the memory that a name stands for is written anywhere."""
        known = self.info.get(name)
        place = None if known is None else known.place
        return known is None or place is not None and not self.written.isdisjoint(ir.family(place.root))

    @functools.cached_property
    def written(self) -> set[ir.Root]:
        return ir.written_roots(self.program.roots)

    def starts(self, loop: Any, names: Any) -> dict[str, gast.AST] | None:
        """What the first iteration has in these names, where that is still to be had."""
        block = next((each for each in all_blocks(self.forward) if any(node is loop for node in each)), None)
        if block is None:
            return None
        found: dict[str, gast.AST] = {}
        for node in block[: next(k for k, each in enumerate(block) if each is loop)]:
            if isinstance(getattr(node, "effect", None), ir.Copy):
                found |= {name: source for name, source in node.effect.pairs if name in names}
            elif targets(node) & set(names):
                return None
        for source in found.values():
            held = isinstance(source, gast.Name) and source.id in self.info and not self.is_written(source.id)
            if not held and not isinstance(source, gast.Constant):
                return None
        return found if found.keys() == set(names) else None

    def first_values(self, loop: Any, starts: dict[str, gast.AST], again: dict[str, str]) -> Iterator[gast.stmt]:
        """Statements that give the new names what the first iteration has: computed again, if that is cheap."""
        pairs = []
        for name, source in starts.items():
            statement = self.begins(source, loop)
            if statement is not None:
                made = self.another(source.id)
                yield trees.assign(made, trees.copy_tree(statement.value))
                source = trees.name(made)
            pairs.append((again[name], source))
        yield copies(pairs)

    def begins(self, source: Any, loop: Any) -> Any:
        """The statement that sets a name before a loop, if it can be done again there, and costs little."""
        info = self.info[source.id] if isinstance(source, gast.Name) else None
        if info is None or info.statement is None or info.loops != loop.loops[: len(info.loops)]:
            return None
        cheap = self.repeatable(source.id, {}, {}) and self.cost(info.statement, source.id) <= ONCE
        return info.statement if cheap else None


def is_arithmetic(expr: gast.AST) -> bool:
    """Whether an expression has nothing but names, numbers, sums, differences, products and quotients."""
    if isinstance(expr, gast.BinOp):
        easy = isinstance(expr.op, (gast.Add, gast.Sub, gast.Mult, gast.Div))
        return easy and is_arithmetic(expr.left) and is_arithmetic(expr.right)
    if isinstance(expr, gast.UnaryOp):
        return is_arithmetic(expr.operand)
    return isinstance(expr, (gast.Name, gast.Constant))


def copies(pairs: list[tuple[str, gast.AST]]) -> Any:
    """target <- source for each pair, of names that only a loop that runs forwards has."""
    node: Any = gast.Assign([trees.name("_", store=True)], trees.const(None), None)
    node.effect, node.own = ir.Copy(pairs), True
    return node


def in_any_order(body: list[gast.stmt]) -> bool:
    """Whether the iterations of a reversed loop may run in any order: what they share they only add to, and they read
    nothing of that."""
    free = free_reads(body)
    top = {id(node) for node in body}
    added: set[str] = set()
    fresh: set[str] = set()
    reading: list[str] = []
    for node in all_of(body):
        op = getattr(node, "effect", None)
        if not all(map(is_harmless, own_expressions(node))):
            return False
        reading += read_list(node)
        if isinstance(op, ir.Copy):
            if not getattr(node, "own", False) and (id(node) in top or targets(node) & free):
                return False  # it carries an adjoint to the next iteration
        elif isinstance(node, gast.Assign):
            if any(places_in(target) for target in node.targets) or targets(node) & free:
                return False
            if is_fresh(node.value):
                fresh |= targets(node)
        elif isinstance(node, gast.AugAssign) and isinstance(node.op, (gast.Add, gast.Sub)):
            base = node.target.id if isinstance(node.target, gast.Name) else owner_of(node)
            if base in free:
                added.add(base)
                reading.remove(base)
            elif base not in fresh:
                return False  # it may be a view of what they share
        elif not isinstance(node, (gast.If, gast.For, gast.Pass)):
            return False
    return not added & set(reading)


def is_harmless(expr: gast.AST) -> bool:
    """Whether an expression calls nothing but functions of libraries and built-in ones, and takes from no list."""
    for each in trees.walk(expr):
        if isinstance(each, gast.Call) and trees.function_of(each.func) is None:
            method = isinstance(each.func, gast.Attribute) and each.func.attr in METHODS
            if not method and getattr(each.func, "builtin", None) is None:
                return False
        if isinstance(each, (gast.NamedExpr, gast.Await, gast.Yield, gast.YieldFrom)):
            return False
    return True


METHODS = ("copy", "sum", "dot", "reshape", "transpose", "ravel", "astype")
