"""Part of the stage `infer`: loops, comprehensions and `try`.

A variable that an iteration takes over from the one before is one name before, in and after the loop; statements
`Copy` at the
ends of an iteration give it its next value. What a loop runs over is also known by position, for the reverse sweep.
"""

from __future__ import annotations

import builtins
import functools
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.infer_aliases import used_after
from s2sad.infer_expressions import mark_pure
from s2sad.infer_iterators import Iterator
from s2sad.infer_memory import family
from s2sad.kinds import (
    INT,
    UNKNOWN,
    Array,
    Kind,
    List,
    Mapping,
    Scalar,
    Static,
    Tuple,
    Unknown,
    carries_gradient,
    join,
    settled,
)
from s2sad.values import MISSING, BoundMethod, Conflict, Object, Value


@dataclass
class Iteration:
    """What a loop runs over. expr: the iterable; count: its length; sources: what one item is made of."""

    expr: gast.AST
    count: gast.AST | None
    what: str  # 'range', 'sequence', 'tuple' (of several), 'unroll', 'opaque'
    value: Value | None = None
    range: list[gast.AST] | None = None
    parts: list[Iteration] = field(default_factory=list)
    items: list[Value] | None = None
    backwards: bool = False
    view: str = ""


class Loops:
    # ---------------------------------------------------------------- what is run over
    def iteration(self, node: gast.AST) -> Iteration:
        if (
            isinstance(node, gast.Call)
            and isinstance(node.func, (gast.Name, gast.Attribute))
            and not any(isinstance(a, gast.Starred) for a in node.args)
        ):
            function = self.visit(node.func)
            found = self.called_iteration(function, node)
            if found is not None:
                return found
        return self.value_iteration(self.visit(node), node)

    def called_iteration(self, function: Value, node: gast.Call) -> Iteration | None:
        static = function.static
        if static is range and not node.keywords:
            return self.range_iteration(self.visit_all(node.args))
        if static is enumerate and node.args:
            start = node.args[1:] + [keyword.value for keyword in node.keywords]
            first = self.visit(start[0]) if start else self.key_value(0)
            inner = self.iteration(node.args[0])
            if inner.what == "unroll":
                known = self.known(first)
                items = [self.make_tuple([self.key_value(known + k), item]) for k, item in enumerate(inner.items)]
                return Iteration(inner.expr, None, "unroll", items=items)
            counter = Iteration(trees.const(0), None, "counter", range=[self.settle(first).expr])
            arguments = [inner.expr] if not start else [inner.expr, self.settle(first).expr]
            return Iteration(
                trees.call(trees.builtin("enumerate"), *arguments), inner.count, "tuple", parts=[counter, inner]
            )
        if static is zip and not node.keywords:
            inners = [self.iteration(each) for each in node.args]
            if any(inner.what == "unroll" for inner in inners):
                return self.unrolled_zip(inners, node)
            return self.together(inners)
        if static is reversed and len(node.args) == 1:
            inner = self.iteration(node.args[0])
            if inner.what == "unroll":
                return Iteration(inner.expr, None, "unroll", items=inner.items[::-1])
            if inner.what in ("range", "sequence"):
                inner.backwards = not inner.backwards
                inner.expr = trees.call(trees.builtin("reversed"), inner.expr)
                return inner
        if isinstance(static, BoundMethod) and static.name in ("items", "keys", "values"):
            return self.dict_iteration(static.owner, static.name, node)
        return None

    def range_iteration(self, values: list[Value]) -> Iteration:
        for value in values:
            self.use_as_integer(value)
        values = [self.settle(value) for value in values]
        exprs = [value.expr for value in values]
        whole = [trees.const(0), *exprs, trees.const(1)] if len(exprs) == 1 else [*exprs, trees.const(1)][:3]
        expr = trees.call(trees.builtin("range"), *exprs)
        mark_pure(expr)
        count = exprs[0] if len(exprs) == 1 else trees.call(trees.builtin("len"), expr)
        return Iteration(expr, count, "range", range=whole)

    def together(self, inners: list[Iteration]) -> Iteration:
        if any(inner.what == "opaque" for inner in inners) or not inners:
            raise self.refuse("zip_opaque")
        counts = [inner.count for inner in inners if inner.count is not None]
        count = counts[0] if len(counts) == 1 else trees.call(trees.builtin("min"), *counts) if counts else None
        if count is not None:
            mark_pure(count)
        return Iteration(
            trees.call(trees.builtin("zip"), *[inner.expr for inner in inners]), count, "tuple", parts=inners
        )

    def unrolled_zip(self, inners: list[Iteration], node: gast.AST) -> Iteration:
        length = min(len(inner.items) for inner in inners if inner.what == "unroll")
        items = []
        for k in range(length):
            row = []
            for inner in inners:
                if inner.what == "unroll":
                    row.append(inner.items[k])
                elif (
                    inner.what == "range"
                    and isinstance(inner.range[0], gast.Constant)
                    and isinstance(inner.range[2], gast.Constant)
                ):
                    row.append(self.key_value(inner.range[0].value + k * inner.range[2].value))
                elif inner.what == "sequence" and not inner.backwards:
                    row.append(self.get_item(inner.value, trees.const(k), node))
                else:
                    raise self.refuse("zip_opaque", node)
            items.append(self.make_tuple(row))
        return Iteration(inners[0].expr, None, "unroll", items=items)

    def dict_iteration(self, owner: Value, view: str, node: gast.AST) -> Iteration:
        if owner.object is not None:
            keys = list(owner.object.keys)
            parts = {"keys": lambda k: self.key_value(k), "values": lambda k: self.read_part(owner, k, node)}
            if view == "items":
                items = [self.make_tuple([parts["keys"](k), parts["values"](k)]) for k in keys]
            else:
                items = [parts[view](k) for k in keys]
            return Iteration(owner.expr, None, "unroll", items=items)
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
        value = self.as_items(value)
        if value.items is not None:
            return Iteration(value.expr, None, "unroll", items=value.items)
        known = self.known_items(value)
        if known is not None and not any(isinstance(each, gast.Break) for each in own_statements(self.origin[1])):
            return Iteration(value.expr, None, "unroll", items=known)
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
        return self.opaque_iteration(value)

    def view_of_now(self, value: Value) -> Value:
        """A view whose memory was written since it was made, under a new name: what it holds from now on."""
        if value.place is None or not value.place.path or not isinstance(value.expr, gast.Name):
            return value
        info = self.info[value.expr.id]
        if not any(position > info.position for root in family(value.place.root) for _, position in root.stores):
            return value
        made = self.emit(value.expr, ir.Plain(True), value.kind, value.varied, ir.base_of(value.expr.id))
        made.place = self.info[made.expr.id].place = value.place
        return made

    def opaque_iteration(self, value: Value) -> Iteration:
        """Anything else is made a list first, so that the reverse sweep can run over it backwards."""
        made = self.emit(trees.call(trees.builtin("list"), value.expr), ir.Plain(False), List(None), False, "items")
        self.effects += 1
        count = trees.call(trees.builtin("len"), made.expr)
        mark_pure(count)
        return Iteration(made.expr, count, "sequence", value=made)

    def bind_iteration(self, it: Iteration, index: gast.AST, pattern: Any) -> tuple[Value, gast.AST]:
        """One item, for the position `index`: its value, and the target that the loop's header binds."""
        if it.what == "tuple":
            patterns = (
                pattern.elts
                if isinstance(pattern, (gast.Tuple, gast.List)) and len(pattern.elts) == len(it.parts)
                else [None] * len(it.parts)
            )
            made = [self.bind_iteration(part, index, each) for part, each in zip(it.parts, patterns)]
            value = self.make_tuple([each for each, _ in made])
            return value, gast.Tuple([target for _, target in made], gast.Store())
        if it.what == "mapping":
            return self.bind_mapping(it, index, pattern)
        hint = pattern.id if isinstance(pattern, gast.Name) else "item"
        if it.what in ("range", "counter"):
            position = index
            if it.what == "range" and it.backwards:
                position = trees.binary(gast.Sub, trees.binary(gast.Sub, it.count, trees.const(1)), index)
            start, step = it.range[0], it.range[2] if it.what == "range" else trees.const(1)
            expr = position if trees.literal(step) == 1 else trees.binary(gast.Mult, position, step)
            expr = expr if trees.literal(start) == 0 else trees.binary(gast.Add, start, expr)
            made = self.emit(expr, ir.Plain(True), INT, False, hint)
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

    def unboxed_items(self, value: Value) -> Value:
        """The item of a loop, with what a list holds taken apart."""
        if value.items is not None:
            return self.make_tuple([self.unboxed_items(item) for item in value.items])
        return self.unboxed(value)

    # ---------------------------------------------------------------- for and while
    def do_For(self, node: gast.For) -> None:
        it = self.iteration(node.iter)
        self.for_loop(it, node.target, lambda: self.walk(node.body), node)

    def for_loop(self, it: Iteration, pattern: Any, body: Any, node: Any) -> None:
        if it.what == "unroll":
            self.unroll(it.items, pattern, body, node)
            return
        number = self.next_loop()
        index_name = self.names.fresh("k")
        self.info[index_name] = ir.Info(INT, loops=(*self.loops, number))
        bindings: list[gast.stmt] = []
        made: dict[str, Any] = {}

        def run() -> None:
            outer, self.block = self.block, bindings
            bindings.clear()
            value, made["target"] = self.bind_iteration(it, trees.name(index_name), pattern)
            self.block = outer
            if pattern is not None:
                self.bind(pattern, self.unboxed_items(value))
            body()

        outer_iterated, self.iterated = self.iterated, [*self.iterated, *roots_of(it)]
        block, broke = self.run_loop(run, node, number)
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
        statement = gast.For(made["target"], it.expr, block, [], None)
        self.finish_loop(statement, loop, broke, node)

    def unroll(self, items: list[Value], pattern: Any, body: Any, node: Any) -> None:
        """A loop over a tuple or a dict of known keys: its body once for each item."""
        if any(isinstance(each, gast.Break) for each in own_statements(node)):
            raise self.refuse("break_in_unrolled", node)
        if len(items) > 64:
            raise self.refuse("long_tuple", node)
        path = self.path
        for k, item in enumerate(items):
            self.path = (*path, ("item", k))
            self.origin = (self.frame.source, node)
            if pattern is not None:
                self.bind(pattern, item)
            body()
        self.path = path

    def do_While(self, node: gast.While) -> None:
        number = self.next_loop()
        made: dict[str, Any] = {}
        known = self.test(node.test) if isinstance(node.test, gast.Constant) else None
        if known is False:
            return
        simple = not self.needs_statements(node.test)

        def run() -> None:
            self.origin = (self.frame.source, node)
            if simple:
                test = self.visit_inert(node.test)
                made["test"] = trees.const(True) if self.truth(test) is True else test.expr
                self.walk(node.body)
                return
            made["test"] = trees.const(True)
            test = self.settle(self.visit(node.test)).expr
            breaking = gast.copy_location(gast.Break(), node)
            self.branch(test, lambda: self.walk(node.body), lambda: self.add(breaking) and None)

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
        self.place_entry_copies(loop)
        self.add(statement)

    def place_entry_copies(self, loop: ir.Loop) -> None:
        pairs, loop.phis = self.entry_pairs.pop(loop.number)
        if pairs:
            self.add_copies(pairs, self.block)

    def run_loop(self, run: Any, node: Any, number: int) -> tuple[list[gast.stmt], bool]:
        """Walks through a loop's body until the kinds of what it carries stay the same."""
        site = (self.path, id(node))
        facts = self.facts.phis.setdefault(site, {})
        entry, outer_block, outer_loops, outer_breaks = self.before_loop(), self.block, self.loops, self.breaks
        sites = dict(self.site_counts)
        for _ in range(40):
            self.site_counts = dict(sites)
            self.loops = (*outer_loops, number)
            self.block, self.breaks = [], []
            self.state = dict(entry)
            phis: dict[Any, Any] = {}
            for key in list(facts):
                if key in entry and (len(key) == 2 and not isinstance(key[0], str)):
                    phis[key] = self.make_phi(key, entry[key], facts)
                    self.state[key] = phis[key]
            inner = dict(self.state)
            run()
            if self.block and isinstance(self.block[-1], gast.Break):
                self.breaks.append((self.state, self.block))
            ends = [(self.state, self.block)] if leaves_not(self.block) else []
            exits = [*ends, *self.breaks]
            if not self.new_phis(facts, entry, inner, phis, exits):
                break
        else:
            raise self.refuse("too_many_kinds", node)
        block, broke = self.block, bool(self.breaks)
        self.breaks, self.block, self.loops = outer_breaks, outer_block, outer_loops
        self.close_loop(node, number, entry, phis, exits, ends)
        return block, broke

    def new_phis(self, facts: Any, entry: Any, inner: Any, phis: Any, exits: Any) -> bool:
        """Whether the walk showed that more is carried from one iteration to the next than was thought."""
        changed = False
        for key, value in entry.items():
            for state, _ in exits:
                end = state.get(key)
                if end is None or end is inner.get(key) or same_thing(end, inner.get(key)):
                    continue
                if key not in phis:
                    facts[key] = None
                    self.note_phi(facts, key, (), value, end)
                    changed = True
                elif self.note_phi(facts, key, (), value, end):
                    changed = True
        return changed

    def note_phi(self, facts: Any, key: Any, path: tuple[Any, ...], a: Any, b: Any) -> bool:
        """Joins what is known of a carried value with what an iteration leaves; whether that is new."""
        leaf = ("leaf", key, path)
        old = facts.get(leaf)
        if old == "conflict":
            return False
        if isinstance(a, Conflict) or isinstance(b, Conflict):
            facts[leaf] = "conflict"
            return True
        if a.items is not None and b.items is not None and len(a.items) == len(b.items) and old is None:
            return any(self.note_phi(facts, key, (*path, k), x, y) for k, (x, y) in enumerate(zip(a.items, b.items)))
        self.need_same_form(a, b)
        if a.object is not None and b.object is not None and a.object.cls is b.object.cls and old is None:
            if set(a.object.keys) != set(b.object.keys):
                self.need_mappings([a.object, b.object], None)
            changed = False
            for part in a.object.keys:
                x, y = self.entry_part(a.object, part), self.exit_part(b.object, part)
                if x is None or y is None:
                    facts[leaf] = "conflict"
                    return True
                changed = self.note_phi(facts, key, (*path, part), x, y) or changed
            return changed
        if (a.static is None) != (b.static is None) or isinstance(b.expr, gast.Name) and b.expr.id in self.optional:
            facts["optional", key, path] = True
        kind = settled(join(self.joined_kind(a, b), old[0] if old else None), ("carried", key, path))
        varied = a.varied or b.varied or bool(old and old[1])
        if isinstance(kind, Unknown) and varied or callable(a.static) and a.static is not MISSING:
            facts[leaf] = "conflict"
            return True
        if old == (kind, varied):
            return False
        facts[leaf] = (kind, varied)
        return True

    def entry_part(self, thing: Object, key: Any) -> Any:
        return self.state.get((thing, key)) or self.any_part(thing, key)

    exit_part = entry_part

    def any_part(self, thing: Object, key: Any) -> Any:
        for state, _ in self.breaks:
            if (thing, key) in state:
                return state[thing, key]
        return None

    def make_phi(self, key: Any, value: Any, facts: Any, path: tuple[Any, ...] = (), base: str | None = None) -> Any:
        """The name that carries a value from one iteration to the next (a tuple or record: one for each part)."""
        if base is None:
            base = key[1] if isinstance(key[1], str) else f"part_{key[1]}"
            if (
                isinstance(key[0], Object)
                and isinstance(value, Value)
                and isinstance(value.expr, gast.Name)
                and ir.is_ssa(value.expr.id)
            ):
                base = ir.base_of(value.expr.id)
        if not base.isidentifier():
            base = "#t"
        fact = facts.get(("leaf", key, path))
        if fact == "conflict" or isinstance(value, Conflict):
            return Conflict("joined_kinds")
        if fact is None and value.items is not None:
            return self.make_tuple(
                [self.make_phi(key, item, facts, (*path, k), f"{base}_{k}") for k, item in enumerate(value.items)],
                value.kind.cls if isinstance(value.kind, Tuple) else None,
            )
        if fact is None and value.object is not None:
            thing = Object(value.object.cls, list(value.object.keys), sources=(value.object,))
            varied = False
            for part in thing.keys:
                made = self.make_phi(key, self.state[value.object, part], facts, (*path, part), f"{base}_{part}")
                self.state[thing, part] = self.phi_objects[thing, part] = made
                varied = varied or made.varied
            name = self.names.fresh(base)
            self.info[name] = ir.Info(value.kind, varied, None, None, self.loops, self.position)
            return Value(trees.name(name), value.kind, varied, object=thing)
        if fact is None:
            return value
        kind, varied = fact
        name = self.names.fresh(base)
        made = self.joined_value(name, kind, varied, [value])
        if ("optional", key, path) in facts:
            self.optional.add(name)
        if made.place is not None:
            made.place.root.linear_checked = True
        return made

    def close_loop(self, node: Any, number: int, entry: Any, phis: Any, exits: Any, ends: Any) -> None:
        """Copies into the carried names, at the entry and at the ends of an iteration; the state after the loop."""
        entry_pairs: list[tuple[str, gast.AST]] = []
        after = dict(entry)
        self.live_names = (
            functools.lru_cache(maxsize=None)(lambda tree=self.frame.tree: used_after(tree, node))
            if hasattr(node, "body") and isinstance(node.body, list)
            else None
        )
        names: list[str] = []
        for key, phi in phis.items():
            after[key] = phi
            if isinstance(phi, Value) and phi.object is not None:
                after.update({(phi.object, part): self.phi_objects[phi.object, part] for part in phi.object.keys})
            self.phi_key = key
            self.phi_pairs(phi, entry[key], entry_pairs, entry)
        names = [name for name, _ in entry_pairs]
        fresh: dict[Any, Any] = {}
        for state, block in exits:
            pairs: list[tuple[str, gast.AST]] = []
            for key, phi in phis.items():
                if key in state:
                    self.phi_key = key
                    self.phi_pairs(phi, state[key], pairs, state)
            for key, value in state.items():
                if self.is_early_value(key) and any(block is each for _, each in ends):
                    continue  # an iteration that goes on has not returned: what it holds is never read
                if key not in entry and isinstance(value, (Value, Conflict)):
                    fresh.setdefault(key, []).append((value, pairs))
            self.late_copies.append((pairs, block))
        for key, found in fresh.items():
            first = found[0][0]
            if all(same_thing(value, first) for value, _ in found):
                after[key] = first
            elif all(isinstance(value, Value) and value.items is None and value.object is None for value, _ in found):
                kind: Kind | None = None
                for value, _ in found:
                    kind = join(kind, value.kind)
                base = key[1] if isinstance(key[1], str) else "#t"
                name = self.names.fresh(base)
                varied = any(value.varied for value, _ in found)
                if varied and isinstance(kind, Unknown):
                    after[key] = Conflict("joined_kinds")
                    continue
                after[key] = self.joined_value(name, kind, varied, [value for value, _ in found])
                for value, pairs in found:
                    pairs.append((name, value.expr))
                self.info[name].early = self.is_early_value(key)
            else:
                after[key] = Conflict("joined_objects")
            if self.is_early_value(key):
                self.mark_early(after[key])
        for thing_key in [k for state, _ in exits for k in state if isinstance(k[0], Object)]:
            after.setdefault(thing_key, next(state[thing_key] for state, _ in exits if thing_key in state))
        outer_loops, self.loops = self.loops, (*self.loops, number)
        for pairs, block in self.late_copies:
            if pairs:
                self.add_copies(pairs, block)
        self.loops = outer_loops
        self.late_copies.clear()
        self.entry_pairs[number] = (entry_pairs, names)
        self.state = after

    def before_loop(self) -> dict[Any, Any]:
        """The state where a loop begins. What an early return has set is not there: it would have left before the
        loop."""
        return {
            key: value
            for key, value in self.state.items()
            if not (self.is_early_value(key) and self.marked_early(value))
        }

    def marked_early(self, value: Any) -> bool:
        if not isinstance(value, Value) or value.object is not None:
            return False
        if value.items is not None:
            return any(map(self.marked_early, value.items))
        return isinstance(value.expr, gast.Name) and value.expr.id in self.info and self.info[value.expr.id].early

    def is_early_value(self, key: Any) -> bool:
        """Whether a variable is the one that holds what an early `return` in a loop returns."""
        last = self.frame.tree.body[-1] if isinstance(self.frame.tree, gast.FunctionDef) else None
        return getattr(last, "early", False) and key == (self.frame.number, last.value.id)

    def mark_early(self, value: Any, start: int | None = None) -> None:
        """Marks the names of a value that were set after a position, or else in a loop that has ended."""
        if isinstance(value, Conflict):
            return
        for part in value.items or ():
            self.mark_early(part, start)
        if value.object is not None:
            for key in value.object.keys:
                if isinstance(self.state.get((value.object, key)), Value):
                    self.mark_early(self.state[value.object, key], start)
        info = self.info.get(value.expr.id) if isinstance(value.expr, gast.Name) else None
        if info is not None and (
            info.loops != self.loops[: len(info.loops)] if start is None else info.position > start
        ):
            info.early = True

    def phi_pairs(self, phi: Any, value: Any, pairs: list[tuple[str, gast.AST]], state: Any) -> None:
        if isinstance(phi, Conflict) or isinstance(value, Conflict) or phi is value:
            return
        if phi.items is not None and value.items is not None:
            for x, y in zip(phi.items, value.items):
                self.phi_pairs(x, y, pairs, state)
            return
        if phi.object is not None and value.object is not None:
            if phi.object is value.object:
                return
            for part in phi.object.keys:
                x, y = self.phi_part(phi.object, part), state.get((value.object, part))
                if x is not None and y is not None:
                    self.phi_pairs(x, y, pairs, state)
            if isinstance(phi.expr, gast.Name):
                pairs.append((phi.expr.id, value.expr))
            return
        if isinstance(phi.expr, gast.Name) and ir.is_ssa(phi.expr.id) and phi.expr.id in self.phi_sources:
            pairs.append((phi.expr.id, value.expr))
            self.phi_sources[phi.expr.id].append(value.expr)
            if phi.place is not None and value.place is not None:
                root = phi.place.root
                if self.live_names is not None and value.place.root is not root:
                    self.note_sharing(state, self.phi_key, value, root, self.live_names, self.origin[1])
                if value.place.root not in root.sources and value.place.root is not root:
                    root.sources = (*root.sources, value.place.root)
                    self.note_written_source(root)
                    self.note_written_later(value.place.root, root)

    def note_written_later(self, taken: ir.Root, phi: ir.Root) -> None:
        """Memory made in one iteration lives on as `phi`, which the next iteration writes."""
        if not phi.stores:
            return
        for each in family(taken):
            each.stores.extend(store for store in phi.stores if store not in each.stores)
            each.loops = loops_of_both(each.loops, phi.loops[:-1])
            if each.site not in self.facts.written:
                self.facts.written.add(each.site)
                self.learnt = True

    def note_written_source(self, root: ir.Root) -> None:
        """A name takes over memory that is written: what is read through it changes as well."""
        marks = self.facts.results.setdefault("varied", set())
        for known in (self.facts.written, marks):
            if root.site not in known and any(each.site in known for each in family(root)):
                known.add(root.site)
                self.learnt = True

    def phi_part(self, thing: Object, part: Any) -> Any:
        return self.phi_objects.get((thing, part))

    # ---------------------------------------------------------------- comprehensions
    def visit_ListComp(self, node: gast.ListComp, hint: str | None = None) -> Value:
        return self.comprehension(node, hint)

    def visit_GeneratorExp(self, node: gast.GeneratorExp) -> Value:
        return self.comprehension(node, None)

    def visit_SetComp(self, node: gast.SetComp) -> Value:
        made = self.comprehension(node, None)
        if made.varied:
            raise self.refuse("active_set", node)
        return made

    def comprehension(self, node: Any, hint: str | None) -> Value:
        """[e for x in xs if c]: as it is if no gradient flows, else a loop that appends."""
        if self.inert_comprehension(node):
            return Value(
                self.renamed(node, set()),
                UNKNOWN if not isinstance(node, gast.ListComp) else List(self.comprehension_kind(node)),
            )
        if self.quiet:
            return Value(self.renamed(node, set()), UNKNOWN, True)
        names = {each.id for g in node.generators for each in gast.walk(g.target) if isinstance(each, gast.Name)}
        unrolled = self.unrolled_comprehension(node)
        if unrolled is not None:
            return self.make_list(unrolled, hint)
        saved = {name: self.state.get((self.frame.number, name)) for name in names}
        for name in names:
            self.frame.locals.add(name)
        made = self.make_list([], hint or "items")

        def level(k: int) -> Any:
            def body() -> None:
                if k < len(node.generators):
                    generator = node.generators[k]
                    self.for_loop(
                        self.iteration(generator.iter),
                        generator.target,
                        conditions(k, 0),
                        (node if k == 0 else generator),
                    )
                else:
                    self.list_method(made, "append", [self.settle(self.visit(node.elt))], node)

            return body

        def conditions(k: int, c: int) -> Any:
            tests = node.generators[k].ifs

            def body() -> None:
                if c == len(tests):
                    level(k + 1)()
                    return
                test = self.test(tests[c])
                if isinstance(test, bool):
                    if test:
                        conditions(k, c + 1)()
                    return
                self.branch(test, conditions(k, c + 1), lambda: None)

            return body

        level(0)()
        for name, value in saved.items():
            key = (self.frame.number, name)
            if value is None:
                self.state.pop(key, None)
            else:
                self.state[key] = value
        return made

    def unrolled_comprehension(self, node: Any) -> list[Value] | None:
        generator = node.generators[0]
        if len(node.generators) != 1 or generator.ifs:
            return None
        before, block = dict(self.state), len(self.block)
        it = self.iteration(generator.iter)
        if it.what != "unroll":
            self.state = before
            del self.block[block:]
            return None
        made = []
        names = {each.id for each in gast.walk(generator.target) if isinstance(each, gast.Name)}
        saved = {name: self.state.get((self.frame.number, name)) for name in names}
        self.frame.locals.update(names)
        for item in it.items:
            self.bind(generator.target, item)
            made.append(self.settle(self.visit(node.elt)))
        for name, value in saved.items():
            if value is None:
                self.state.pop((self.frame.number, name), None)
            else:
                self.state[self.frame.number, name] = value
        return made

    def visit_DictComp(self, node: gast.DictComp, hint: str | None = None) -> Value:
        if self.inert_comprehension(node):
            return Value(self.renamed(node, set()), UNKNOWN)
        generator = node.generators[0]
        it = self.iteration(generator.iter)
        if len(node.generators) != 1 or generator.ifs or it.what != "unroll":
            if self.quiet:
                return Value(self.renamed(node, set()), UNKNOWN, True)
            return self.mapping_comprehension(node, hint)
        parts = {}
        for each in gast.walk(generator.target):
            if isinstance(each, gast.Name):
                self.frame.locals.add(each.id)
        for item in it.items:
            self.bind(generator.target, item)
            key = self.known(self.visit(node.key))
            if key is MISSING:
                return self.mapping_comprehension(node, hint)
            parts[key] = self.visit(node.value)
            if not self.quiet:
                parts[key] = self.settle(parts[key])
        return self.make_dict(parts, hint)

    def inert_comprehension(self, node: Any) -> bool:
        """Whether no gradient flows through it and it calls nothing that exists only here."""
        if self.needs_statements(node):
            return False
        for each in gast.walk(node):
            if isinstance(each, gast.Name):
                found = self.lookup_quietly(each.id)
                if (
                    isinstance(found, Conflict)
                    or isinstance(found, Value)
                    and (found.varied or found.items is not None or found.object is not None)
                ):
                    return False
        return True

    def renamed(self, node: Any, bound: set[str]) -> Any:
        """An expression with the function's names in single assignment; names that it binds itself stay."""
        bound = bound | {
            each.id
            for g in gast.walk(node)
            if isinstance(g, gast.comprehension)
            for each in gast.walk(g.target)
            if isinstance(each, gast.Name)
        }
        bound |= {each.id for g in gast.walk(node) if isinstance(g, gast.arguments) for each in g.args}

        def change(tree: Any) -> Any:
            if isinstance(tree, gast.Name):
                return tree if tree.id in bound else self.visit(tree).expr
            if not isinstance(tree, gast.AST):
                return tree
            made = ir.statement_copy(tree)
            for name in tree._fields:
                value = getattr(tree, name, None)
                if isinstance(value, list):
                    setattr(made, name, [change(item) for item in value])
                elif isinstance(value, gast.AST) and not isinstance(value, gast.expr_context):
                    setattr(made, name, change(value))
            return made

        return change(node)


def own_statements(node: Any) -> list[gast.AST]:
    """The nodes of a loop's body that are not in a loop inside it."""
    found, todo = [], list(getattr(node, "body", [])) if isinstance(getattr(node, "body", None), list) else []
    while todo:
        each = todo.pop()
        found.append(each)
        if not isinstance(each, (gast.For, gast.While, gast.FunctionDef)):
            todo.extend(gast.iter_child_nodes(each))
    return found


def leaves_not(block: list[gast.stmt]) -> bool:
    return leaves(block) is None


def leaves(block: list[gast.stmt]) -> str | None:
    from s2sad.infer import leaves as found

    return found(block)


def loops_of_both(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(x for x, y in zip(a, b) if x == y)


def roots_of(it: Iteration) -> list[ir.Root]:
    """The memory that a loop reads from in each iteration."""
    own = [it.value.place.root] if it.value is not None and it.value.place is not None else []
    return own + [root for part in it.parts for root in roots_of(part)]


def same_thing(a: Any, b: Any) -> bool:
    from s2sad.infer import same_value

    if a is b or same_value(a, b):
        return True
    if isinstance(a, Value) and isinstance(b, Value):
        if a.object is not None and a.object is b.object:
            return True
        if a.items is not None and b.items is not None and len(a.items) == len(b.items):
            return all(same_thing(x, y) for x, y in zip(a.items, b.items))
        if isinstance(a.kind, Static) and a.kind == b.kind:
            return True
    return False


_ = (builtins, family, Mapping)
