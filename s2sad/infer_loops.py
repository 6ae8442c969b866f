"""Part of the stage `infer`: loops, comprehensions and `try`.

A variable that an iteration takes over from the one before is one name before, in and after the loop; statements
`Copy` at the
ends of an iteration give it its next value. What a loop runs over is also known by position, for the reverse sweep.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.infer_boxes import patterns_of
from s2sad.infer_carried import roots_of
from s2sad.infer_iterators import Iterator
from s2sad.infer_unrolled import are_alike, breaks_in
from s2sad.ir import family
from s2sad.kinds import INT, UNKNOWN, Array, Kind, List, Mapping, Scalar, Static, Tuple, carries_gradient
from s2sad.statements import nested
from s2sad.values import BoundMethod, Value, shown_variable


@dataclass
class Iteration:
    """What a loop runs over. expr: the iterable; count: its length; sources: what one item is made of."""

    expr: gast.AST
    count: gast.AST | None
    what: str  # 'range', 'sequence', 'tuple' (of several), 'unroll', 'opaque'
    value: Value | None = None
    range: list[gast.AST] | None = None
    parts: list[Iteration] = field(default_factory=list)
    items: Sequence[Value] | None = None
    backwards: bool = False
    view: str = ""


@dataclass
class Later(Sequence):
    """The items of a loop that runs once for each, each read when its iteration begins."""

    length: int
    item: Callable[[int], Value]

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, k: Any) -> Any:
        chosen = range(self.length)[k]
        return Later(len(chosen), lambda j: self.item(chosen[j])) if isinstance(k, slice) else self.item(chosen)


def is_prange(function: Any) -> bool:
    """Whether this is `numba.prange`, a range whose iterations may run side by side."""
    module = getattr(function, "__module__", None) or ""
    return getattr(function, "__name__", "") == "prange" and module.partition(".")[0] == "numba"


class Loops:
    # ---------------------------------------------------------------- what is run over
    def iteration(self, node: gast.AST) -> Iteration:
        if isinstance(node, gast.Call) and isinstance(node.func, (gast.Name, gast.Attribute)):
            function = self.visit(node.func)
            starred = any(isinstance(each, gast.Starred) for each in node.args)
            found = self.called_iteration(function, node) if not starred or function.static is zip else None
            if found is not None:
                return found
        return self.value_iteration(self.visit(node), node)

    def called_iteration(self, function: Value, node: gast.Call) -> Iteration | None:
        static = function.static
        if (static is range or is_prange(static)) and not node.keywords:
            return self.range_iteration(self.visit_all(node.args))
        if static is itertools.count and len(node.args) < 2 and not node.keywords:
            first = self.settle(self.visit(node.args[0]) if node.args else self.key_value(0))
            if isinstance(first.kind, Scalar) and first.kind.dtype == "int":
                expr = trees.call(function.expr, *([first.expr] if node.args else []))
                return Iteration(expr, None, "counter", range=[first.expr])
        if static is enumerate and node.args:
            start = node.args[1:] + [keyword.value for keyword in node.keywords]
            first = self.visit(start[0]) if start else None
            return self.numbered(self.iteration(node.args[0]), first)
        if static is zip:
            return self.zip_iteration(node)
        if static is reversed and len(node.args) == 1:
            inner = self.iteration(node.args[0])
            if inner.what in ("unroll", "range", "sequence"):
                return self.turned_round(inner)
        if static is np.ndenumerate and len(node.args) == 1 and not node.keywords:
            return self.numbered_elements(self.visit(node.args[0]), node)
        if isinstance(static, BoundMethod) and static.name in ("items", "keys", "values"):
            return self.dict_iteration(static.owner, static.name, node)
        return None

    def numbered_elements(self, value: Value, node: gast.Call) -> Iteration | None:
        """What `np.ndenumerate` runs over, of an array with a gradient: its indices, and its elements."""
        value = self.settle(value)
        if not value.varied or not isinstance(value.kind, Array) or not value.kind.dims:
            return None
        lengths = [trees.index(trees.attr(value.expr, "shape"), trees.const(k)) for k in range(value.kind.rank)]
        for length in lengths:
            mark_pure(length)
        indices = Value(trees.attr(trees.module(np), "ndindex"), Static(np.ndindex))
        flat = Value(trees.attr(value.expr, "flat"), Static(BoundMethod(value, None, "flat")))
        places = self.call_value(indices, [Value(length, INT) for length in lengths], {}, node)
        return self.at_once(
            [self.value_iteration(places, node), self.value_iteration(self.flat_elements(flat, node), node)], node
        )

    def turned_round(self, it: Iteration) -> Iteration:
        """What `reversed` runs over."""
        if it.what == "unroll":
            return Iteration(it.expr, None, "unroll", items=it.items[::-1])
        it.backwards, it.expr = not it.backwards, trees.call(trees.builtin("reversed"), it.expr)
        return it

    def numbered(self, inner: Iteration, start: Value | None) -> Iteration:
        """What `enumerate` runs over."""
        first = self.key_value(0) if start is None else start
        if inner.what == "unroll":
            known = self.known(first)
            items = Later(len(inner.items), lambda k: self.make_tuple([self.key_value(known + k), inner.items[k]]))
            return Iteration(inner.expr, None, "unroll", items=items)
        counter = Iteration(trees.const(0), None, "counter", range=[self.settle(first).expr])
        arguments = [inner.expr] if start is None else [inner.expr, self.settle(first).expr]
        expr = trees.call(trees.builtin("enumerate"), *arguments)
        return Iteration(expr, inner.count, "tuple", parts=[counter, inner])

    def range_iteration(self, values: list[Value]) -> Iteration:
        for value in values:
            self.use_as_integer(value)
        exprs = [value.expr if trees.literal(value.expr) is not None else self.settle(value).expr for value in values]
        whole = [trees.const(0), *exprs, trees.const(1)] if len(exprs) == 1 else [*exprs, trees.const(1)][:3]
        expr = trees.call(trees.builtin("range"), *exprs)
        mark_pure(expr)
        count = exprs[0] if len(exprs) == 1 else trees.call(trees.builtin("len"), expr)
        return Iteration(expr, count, "range", range=whole)

    def dict_iteration(self, owner: Value, view: str, node: gast.AST) -> Iteration:
        if owner.object is not None:
            keys = list(owner.object.keys)
            parts = {"keys": lambda k: self.key_value(k), "values": lambda k: self.read_part(owner, k, node)}
            if view == "items":
                parts["items"] = lambda k: self.make_tuple([parts["keys"](k), parts["values"](k)])
            return Iteration(owner.expr, None, "unroll", items=Later(len(keys), lambda k: parts[view](keys[k])))
        if isinstance(owner.kind, Mapping):
            return self.mapping_iteration(owner, view, node)
        if owner.varied:
            raise self.refuse("active_mapping_loop", node)
        expr = trees.call(trees.attr(owner.expr, view))
        return self.opaque_iteration(Value(expr, UNKNOWN))

    def value_iteration(self, value: Value, node: gast.AST) -> Iteration:
        if self.is_flat(value):
            if not isinstance(node, gast.Attribute):
                raise self.refuse("iterator", node)
            value = self.flat_elements(value, node)
        value = self.as_items(self.as_iterated(value, node))
        broken = breaks_in(getattr(self.origin[1], "body", []))
        if value.items is not None and broken and are_alike(value.items):
            return self.value_iteration(self.make_list(list(value.items)), node)
        if value.items is not None:
            return Iteration(value.expr, None, "unroll", items=value.items)
        known = self.known_items(value)
        if known is not None and not (broken and are_alike(known)):
            return Iteration(value.expr, None, "unroll", items=known)
        if isinstance(value.kind, Tuple) and not value.varied and self.frame.stands_for is not None:
            value = self.settle(value)  # x.shape, in an equivalent
            items = [Value(trees.index(value.expr, trees.const(k)), kind) for k, kind in enumerate(value.kind.items)]
            return Iteration(value.expr, None, "unroll", items=items)
        if value.object is not None and value.object.cls is Iterator:
            value = self.rest_of(value, node)
        if value.object is not None and value.object.cls is dict:
            return Iteration(value.expr, None, "unroll", items=[self.key_value(key) for key in value.object.keys])
        if isinstance(value.kind, (Array, List)) and not (isinstance(value.kind, Array) and value.kind.dims is None):
            value = self.settle(value)
            listed = not isinstance(value.kind, Array)  # the rows of an array may be written: they have to stay views
            if (
                listed
                and value.place is not None
                and value.place.path
                and self.is_written(value.place.root)
                and not self.quiet
            ):
                value = self.emit_load(value)  # what a view holds now, not when it was made
            elif not listed and not self.quiet:
                value = self.view_of_now(value)
            count = trees.call(trees.builtin("len"), value.expr)
            mark_pure(count)
            if value.place is not None and not self.quiet and self.is_resized(value.place):
                count = self.emit(count, ir.Plain(True), INT, False, "n").expr
            return Iteration(value.expr, count, "sequence", value=value)
        if isinstance(value.kind, Mapping):
            return self.mapping_iteration(value, "keys", node)
        if value.varied:
            raise self.refuse("unknown_loop", node)
        return self.opaque_iteration(value, node)

    def view_of_now(self, value: Value) -> Value:
        """A view whose memory was written since it was made, under a new name: what it holds from now on."""
        if value.place is None or not value.place.path or not isinstance(value.expr, gast.Name):
            return value
        info = self.info[value.expr.id]
        if not any(position > info.position for root in family(value.place.root) for _, position in root.stores):
            return value
        op = ir.Plain(True) if isinstance(value.place.root.kind, Array) else ir.Again(True)
        made = self.emit(value.expr, op, value.kind, value.varied, ir.base_of(value.expr.id))
        made.place = self.info[made.expr.id].place = value.place
        return made

    def opaque_iteration(self, value: Value, node: Any = None) -> Iteration:
        """Anything else is made a list first, so that the reverse sweep can run over it backwards."""
        if getattr(value.expr, "id", "") in self.endless:
            raise self.refuse("endless", node)
        made = self.emit(
            trees.call(trees.builtin("list"), value.expr), ir.Plain(False), List(self.item_given(value)), False, "items"
        )
        self.effects += 1
        count = trees.call(trees.builtin("len"), made.expr)
        mark_pure(count)
        return Iteration(made.expr, count, "sequence", value=made)

    def item_given(self, value: Value) -> Kind:
        """The kind of the items of what is run over, as far as the call that made it tells."""
        known = self.info.get(getattr(value.expr, "id", ""))
        return UNKNOWN if known is None or known.gives is None else known.gives

    def bind_iteration(self, it: Iteration, index: gast.AST, pattern: Any) -> tuple[Value, gast.AST]:
        """One item, for the position `index`: its value, and the target that the loop's header binds."""
        if it.what == "tuple":
            patterns = patterns_of(pattern, len(it.parts))
            made = [self.bind_iteration(part, index, each) for part, each in zip(it.parts, patterns)]
            value = self.make_tuple([each for each, _ in made])
            return value, gast.Tuple([target for _, target in made], gast.Store())
        if it.what == "mapping":
            return self.bind_mapping(it, index, pattern)
        hint = shown_variable(pattern.id) if isinstance(pattern, gast.Name) else "item"
        if it.what in ("range", "counter"):
            position = index
            if it.what == "range" and it.backwards:
                position = trees.binary(gast.Sub, trees.binary(gast.Sub, it.count, trees.const(1)), index)
            start, step = it.range[0], it.range[2] if it.what == "range" else trees.const(1)
            expr = position if trees.literal(step) == 1 else trees.binary(gast.Mult, position, step)
            expr = expr if trees.literal(start) == 0 else trees.binary(gast.Add, start, expr)
            made = self.emit(expr, ir.Plain(True), INT, False, hint)
            if it.what == "range":
                self.note_counted(made.expr.id, it.range)
            return made, trees.name(made.expr.id, store=True)
        position = index
        if it.backwards:
            position = trees.binary(gast.Sub, trees.binary(gast.Sub, it.count, trees.const(1)), index)
        made = self.item_at(it.value, position, hint)
        return made, trees.name(made.expr.id, store=True)

    def item_at(self, base: Value, index: gast.AST, hint: str) -> Value:
        parts = [("int", None)]
        kind = self.indexed_kind(base, parts)
        expr = trees.index(base.expr, index)
        place = None
        written = False
        if base.place is not None:
            place = self.inner_place(base.place, trees.index(trees.name("_"), index))
            written = self.is_changed(base.place)
        if base.varied and carries_gradient(kind):
            op: ir.Op = ir.GetItem(base.expr.id, index, kind, base.kind, INT, place if written else None)
            op.parts = parts
            made = self.emit(expr, op, kind, True, hint)
        else:
            made = self.emit(expr, ir.Plain(True), kind, False, hint)
        if place is not None and not isinstance(kind, Scalar):
            made.place = self.info[made.expr.id].place = place
        return made

    def unboxed_items(self, value: Value, pattern: Any) -> Value:
        """The item of a loop, with what a list holds taken apart."""
        if value.items is not None:
            patterns = patterns_of(pattern, len(value.items))
            return self.make_tuple([self.unboxed_items(*each) for each in zip(value.items, patterns)])
        return self.unboxed(value, pattern)

    # ---------------------------------------------------------------- for and while
    def do_For(self, node: gast.For) -> None:
        if self.is_grad_of(node.iter):
            self.insert(node, [(node.target, node.iter.args[0])])
            return
        if self.is_checkpoint(node.iter):
            self.checkpointed_loop(node)
            return
        if self.generator_loop(node):
            return
        it = self.iteration(node.iter)
        if it.what == "unroll" and breaks_in(node.body):
            self.unroll_until_break(it.items, node)
            return
        self.for_loop(it, node.target, lambda: self.walk(node.body), node)

    def for_loop(self, it: Iteration, pattern: Any, body: Any, node: Any) -> None:
        statement = self.origin  # a comprehension is a part of one, which goes on behind it
        if node is not None and not isinstance(node, gast.stmt):
            node.stands_in = statement[1]
        if it.what == "unroll":
            self.unroll(it.items, pattern, body, node)
            self.origin = statement
            return
        number = self.next_loop()
        index_name = self.names.fresh("k")
        self.info[index_name] = ir.Info(INT, loops=(*self.loops, number))
        bindings: list[gast.stmt] = []
        self.headers[id(bindings)] = bindings
        made: dict[str, Any] = {}

        def run() -> None:
            self.scopes[id(bindings)] = self.scope(), bindings
            outer, self.block = self.block, bindings
            self.origin = (self.frame.source, node)
            bindings.clear()
            value, made["target"] = self.bind_iteration(it, trees.name(index_name), pattern)
            self.block = outer
            if pattern is not None:
                self.bind(pattern, self.unboxed_items(value, pattern))
            body()

        outer_iterated, self.iterated = self.iterated, [*self.iterated, *roots_of(it)]
        block, broke = self.run_loop(run, node, number)
        if it.what == "counter" and not broke:
            raise self.refuse("endless", node)
        self.note_counted_loop(it, block, broke)
        self.iterated = outer_iterated
        self.check_not_resized(it, number, node)
        loop = ir.Loop(
            number,
            index_name,
            it.count,
            bindings,
            it.value.expr if it.value is not None and not it.backwards else None,
            it.range if it.what == "range" and not it.backwards else None,
        )
        self.finish_loop(gast.For(made["target"], it.expr, block, [], None), loop, broke, node)
        self.origin = statement

    def do_While(self, node: gast.While) -> None:
        number = self.next_loop()
        made: dict[str, Any] = {}
        known = self.test(node.test) if isinstance(node.test, gast.Constant) else None
        if known is False:
            return
        simple = not self.needs_statements(node.test)

        def run() -> None:
            self.origin = (self.frame.source, node)
            before = len(self.block)
            test = self.visit_inert(node.test) if simple else self.settle(self.visit(node.test))
            test = self.truth_method(test, node.test)
            if simple and len(self.block) == before:
                made["test"] = trees.const(True) if self.truth(test) is True else test.expr
                self.take_for_sure(self.implied(self.asked_as_test(node.test), True))
                self.walk(node.body)
                return
            made["test"] = trees.const(True)
            breaking = gast.copy_location(gast.Break(), node)
            self.branch(
                self.asked_now(self.settle(test)), lambda: self.walk(node.body), lambda: self.add(breaking) and None
            )

        block, _broke = self.run_loop(run, node, number)
        self.finish_loop(gast.While(made["test"], block, []), ir.Loop(number), True, node)

    def next_loop(self) -> int:
        self.loop_count += 1
        return self.loop_count

    def finish_loop(self, statement: Any, loop: ir.Loop, counted: bool, node: Any) -> None:
        """Emits the loop; where the number of its iterations isn't known before, they are counted."""
        self.origin = (self.frame.source, node)
        if counted:
            steps = self.names.fresh("steps")
            self.info[steps] = ir.Info(INT, loops=self.loops, position=self.position)
            start = self.add(trees.assign(steps, trees.const(0)), ir.Plain(False))
            count = gast.AugAssign(trees.name(steps, store=True), gast.Add(), trees.const(1))
            count.effect, count.origin, count.loops, count.position = (
                ir.Plain(False),
                self.origin,
                (*self.loops, loop.number),
                self.position,
            )
            start.counter = count.counter = steps
            statement.body.insert(0, count)
            loop.count = trees.name(steps)
            loop.range = None if loop.range is None else loop.range
        loop.counted = counted
        statement.loop = loop
        statement.user = node
        self.place_entry_copies(loop, node)
        self.add(statement)
        self.early_homes.update(dict.fromkeys(self.early_names, (self.block, statement)))
        self.give_early_lists(sorted(self.early_names))
        self.early_names.clear()

    def place_entry_copies(self, loop: ir.Loop, node: Any) -> None:
        pairs, loop.phis = self.entry_pairs.pop(loop.number)
        before = []
        for name, source in pairs:
            branch = self.only_branch(source)
            unset = isinstance(source, gast.Name) and source.id in self.never_set
            self.info[name].starts_unset = unset or branch is not None
            if unset:
                continue
            if branch is not None:
                if self.is_stored_behind(source, branch, self.info[name].position):
                    raise self.refuse("carried_unset", node, name=ir.base_of(name))
                self.copy_in_branch(name, source, branch)
            else:
                before.append((name, source))
        if before:
            self.add_copies(before, self.block)

    def is_stored_behind(self, source: gast.AST, branch: list[gast.stmt], end: int) -> bool:
        """Whether something that a branch makes is written into behind the branch, and before a position: its adjoint
        would come to the branch too late."""
        places = [self.info[name].place for name in trees.names_in(source)]
        start = max(each.position for statement in branch for each in nested(statement))
        stores = [store for place in places if place is not None for store in place.root.stores]
        return any(start < position <= end for _, position in stores)

    def only_branch(self, source: gast.AST) -> list[gast.stmt] | None:
        """Where a name is set that has no value on other ways: there it, or a tuple with it, is copied."""
        if isinstance(source, gast.Tuple):
            return next(filter(None, map(self.only_branch, source.elts)), None)
        if not isinstance(source, gast.Name) or source.id not in self.one_way or source.id not in self.info:
            return None
        info = self.info[source.id]
        if info.statement is None or self.loaded_view(source) is not source:
            return None
        if info.scope is None or info.scope == self.scope()[: len(info.scope)]:
            return None
        blocks = (block for scope, block in self.scopes.values() if scope == info.scope)
        return next((block for block in blocks if any(each is info.statement for each in block)), None)

    def copy_in_branch(self, name: str, source: gast.AST, branch: list[gast.stmt]) -> None:
        """Copies behind what a branch sets; an item of a loop where an iteration begins: it may end with `break`."""
        if id(branch) not in self.headers:
            self.add_copies([(name, source)], branch)
            return
        scope, _ = self.scopes[id(branch)]
        made: list[gast.stmt] = []
        self.add_copies([(name, source)], made)
        bodies = [block for its, block in self.scopes.values() if its == scope and id(block) not in self.headers]
        bodies[-1][:0] = made  # the last one: earlier ones are of walks that were given up
