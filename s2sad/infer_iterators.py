"""Part of the stage `infer`: iterators made by hand, and functions that are chosen from a container.

`iter(values)` is the values and a position, which `next` moves on by one; in a loop the position is carried like any
variable.
"""

from __future__ import annotations

import types
from collections.abc import Generator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.core_iterators import VIEWS, is_made_lazy, runs_at_once
from s2sad.infer_outputs import global_of
from s2sad.infer_unrolled import breaks_in
from s2sad.kinds import BOOL, INT, UNKNOWN, Array, Dict, List, Mapping, Record, Static, carries_gradient
from s2sad.rules import loading
from s2sad.values import MISSING, BoundMethod, Choice, LocalFunction, Object, Value


class Iterator:
    """Stands for the class of what `iter` gives."""


def writes_into(node: gast.AST) -> bool:
    """Whether a node is a part of an object or array that is set or deleted, or a statement that adds to one."""
    if isinstance(node, (gast.Subscript, gast.Attribute)):
        return not isinstance(node.ctx, gast.Load)
    return isinstance(node, gast.AugAssign) and not isinstance(node.target, gast.Name)


def run_later(node: Any) -> Generator[Any, None, None]:
    """The nodes of a call or generator that run as its items are taken: not what `zip` and its like are given."""
    if isinstance(node, gast.Call) and getattr(node.func, "id", "") in ("zip", "enumerate", "reversed"):
        for each in node.args:
            if is_made_lazy(each):
                yield from run_later(each)
        return
    yield from gast.walk(node)


class Iterators:
    # ---------------------------------------------------------------- what runs once, and later
    def check_iterator(self, node: Any, name: str, made: Value) -> None:
        """Refuses a generator, `map`, `zip` and their kin of which there is a list here, where that isn't the same."""
        if self.quiet or made.items is None and not isinstance(made.kind, List):
            return
        if getattr(node, "stopped", False) and any(map(self.does_more, run_later(node))):
            raise self.refuse("runs_later", node, name=name)
        if getattr(node, "rebound", False):
            raise self.refuse("runs_later", node, name=name)
        if not getattr(node, "consumed", True) and not (getattr(node, "returned", False) and self.is_inner()):
            raise self.refuse("runs_later", node, name=name)

    def is_inner(self) -> bool:
        """Whether what is returned here goes to a caller that is a part of f."""
        return self.frame is not self.main_frame

    def check_result(self, value: Any) -> None:
        """f itself returns no iterator."""
        if value.object is not None and value.object.cls is Iterator:
            raise self.refuse("iterator", self.tree.body[-1].value)
        parts = [self.state.get((value.object, key)) for key in value.object.keys] if value.object is not None else []
        for each in [*(value.items or ()), *parts]:
            if isinstance(each, Value):
                self.check_result(each)

    def check_iterators(self, node: gast.Call, function: Value, given: list[tuple[Any, Value]], made: Value) -> None:
        """The same for what a call makes, what it is given, and what the called function returns."""
        static = function.static
        if self.quiet or static is MISSING:
            return
        if any(static is each for each in (map, filter, zip, enumerate, reversed)) or of_itertools(static):
            self.check_iterator(node, f"`{static.__name__}`", made)
            return
        if isinstance(static, BoundMethod) and static.name in VIEWS and getattr(node, "returned", False):
            if not self.is_inner() and (isinstance(static.owner.kind, (Dict, Mapping))):
                raise self.refuse("runs_later", node, name=f"`{static.name}`")
        if isinstance(static, BoundMethod) and static.name in VIEWS and static.owner.object is not None:
            if static.owner.object.cls is dict and not getattr(node, "consumed", True):
                self.views[static.owner.object] = (node, self.frame.source)
            return
        if isinstance(static, BoundMethod) and static.name in VIEWS and isinstance(static.owner.kind, Mapping):
            if static.owner.place is not None and not getattr(node, "consumed", True):
                self.mapping_views.append((static.owner.place.root, self.moment(), node, self.frame.source))
            return
        tree = self.tree_of(static)
        if (
            tree is None
            and not isinstance(static, type)
            or getattr(static, "__module__", "") in ("builtins", "itertools")
        ):
            return
        names = [] if tree is None else [each.id for each in [*tree.args.posonlyargs, *tree.args.args]]
        names = names[isinstance(static, (BoundMethod, type)) :]
        for k, (each, value) in enumerate(given):
            key = each.arg if isinstance(each, gast.keyword) else names[k] if k < len(names) else None
            each = each.value if isinstance(each, gast.keyword) else each
            if is_made_lazy(each) and not is_view(each):
                listed = value.items is not None or isinstance(value.kind, List)
                if listed and (tree is None or not runs_at_once(tree, key or "")):
                    raise self.refuse("runs_later", each, name=called_name(each))
        if tree is None:
            return
        last = tree.body[-1]
        if isinstance(last, gast.Return) and last.value is not None and is_made_lazy(last.value):
            if not is_view(last.value):
                self.check_iterator(node, called_name(last.value), made)

    def does_more(self, node: gast.AST) -> bool:
        """Whether a node calls, or hands on, what does more than to give a value."""
        if isinstance(node, gast.Call) and self.does(node):
            return True
        found = self.lookup_quietly(node.id) if isinstance(node, gast.Name) else None
        return (
            isinstance(found, Value) and isinstance(found.static, LocalFunction) and not self.local_reads(found.static)
        )

    def local_reads(self, function: LocalFunction, around: tuple[Any, ...] = ()) -> bool:
        """Whether a nested function is seen to write into nothing, and to print nothing."""
        for each in gast.walk(function.tree):
            if isinstance(each, (gast.Delete, gast.Global, gast.Nonlocal, gast.With, gast.Import, gast.NamedExpr)):
                return False
            if writes_into(each):
                return False
            if isinstance(each, gast.Call):
                called = self.callee(each.func)
                if isinstance(called, LocalFunction) and called.tree not in around:
                    if not self.local_reads(called, (*around, function.tree)):
                        return False
                elif not isinstance(called, LocalFunction) and self.does(each):
                    return False
        return True

    def does(self, call: gast.Call) -> bool:
        """Whether a call does more than to give a value."""
        called = self.callee(call.func)
        if self.gives_items(called):
            return self.generator_does(called)
        return self.may_write(call) or called is print or self.says(called)

    def says(self, static: Any) -> bool:
        """Whether a user's function prints, or calls one that does."""
        if not isinstance(static, types.FunctionType) or loading.home_of(static):
            return False
        key = "says", static.__code__
        if key not in self.facts.results:
            self.facts.results[key] = False  # of a function that calls itself
            tree = self.lowered_source(static, None)[0]
            calls = [each for each in gast.walk(tree) if isinstance(each, gast.Call)] if tree is not None else []
            called = (global_of(static, each.func, set()) for each in calls)
            self.facts.results[key] = any(each is print or self.says(each) for each in called)
        return self.facts.results[key]

    def tree_of(self, static: Any) -> Any:
        """The core form of a user's function that is called in place."""
        if isinstance(static, BoundMethod):
            static = static.function
        if isinstance(static, type):
            static = static.__init__
        if isinstance(static, LocalFunction):
            return self.facts.results.get(("lowered", id(static.tree)))
        found = self.facts.results.get(("lowered", getattr(static, "__code__", None)))
        return None if found is None else found[0]

    # ---------------------------------------------------------------- iter and next
    def call_iter(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        if len(args) != 1 or self.quiet or not args[0].varied:
            return None
        values = args[0]
        if values.object is not None and values.object.cls is Iterator:
            return values
        if values.items is not None:
            values = self.make_list(values.items)
        if not isinstance(values.kind, (List, Array)):
            raise self.refuse("unknown_loop", node)
        values = self.settle(values)
        thing = Object(Iterator, ["position"])
        thing.values = values
        self.state[thing, "position"] = Value(trees.const(0), INT)
        self.hints[thing, "position"] = "position"
        return Value(values.expr, Record(Iterator, (("position", INT),)), True, object=thing)

    def call_next(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        stream = self.run_through(args[0], node)
        lazy = stream is not args[0] or isinstance(node, gast.Call) and is_made_lazy(node.args[0])
        if isinstance(stream.kind, List) and lazy:
            stream = self.call_iter(function, [stream], {}, node, hint) or stream
        if stream.object is None or stream.object.cls is not Iterator or self.quiet:
            if any(value.varied for value in args):
                raise self.refuse("no_rule", node, name="next", module="")
            if not isinstance(stream.kind, List) or not isinstance(node, gast.Call):
                return None
            if not is_made_lazy(node.args[0]):
                return None  # a list is no iterator: f's own mistake
            first = Value(trees.call(trees.builtin("iter"), stream.expr), UNKNOWN)
            return self.opaque_call(function, [first, *args[1:]], keywords, node)
        thing = stream.object
        position = self.state[thing, "position"]
        length = self.length_of(thing.values.expr)

        def taken() -> Value:
            item = self.unboxed(self.item_at(thing.values, position.expr, hint or "item"))
            self.state[thing, "position"] = self.emit(
                trees.binary(gast.Add, position.expr, trees.const(1)), ir.Plain(True), INT, False, "position"
            )
            return item

        if len(args) == 1:
            return taken()
        test = self.emit(gast.Compare(position.expr, [gast.Lt()], [length]), ir.Plain(True), BOOL, False, "#c").expr
        default = self.settle(args[1])
        return self.choose(test, taken, lambda: default, hint)

    def rest_of(self, stream: Value, node: Any) -> Value:
        """What a loop over an iterator runs over: the values that it has not given yet."""
        statement = self.origin[1]
        if isinstance(statement, (gast.For, gast.While)) and breaks_in(statement.body):
            raise self.refuse("unknown_loop", node)
        if isinstance(statement, gast.For) and isinstance(statement.iter, gast.Name):  # is it taken from in the loop?
            if any(
                isinstance(n, gast.Name) and n.id == statement.iter.id for s in statement.body for n in gast.walk(s)
            ):
                raise self.refuse("runs_later", statement.iter, name=f"`{statement.iter.id}`")
        thing = stream.object
        start = self.state[thing, "position"].expr
        rest = self.sliced(thing.values, gast.Slice(start, None, None))
        self.state[thing, "position"] = self.emit(
            self.length_of(thing.values.expr), ir.Plain(True), INT, False, "position"
        )
        return rest

    def sliced(self, base: Value, cut: gast.Slice) -> Value:
        symbols = tuple(
            None if each is None else each.value if isinstance(each, gast.Constant) else ("?",)
            for each in (cut.lower, cut.upper, cut.step)
        )
        parts = [("slice", symbols)]
        kind = self.indexed_kind(base, parts)
        expr = trees.index(base.expr, cut)
        if not base.varied or not carries_gradient(kind):
            return self.settle(Value(expr, kind))
        changed = base.place is not None and self.is_changed(base.place)
        place = self.inner_place(base.place, trees.index(trees.name("_"), cut)) if base.place is not None else None
        op = ir.GetItem(base.expr.id, cut, kind, base.kind, INT, place if changed else None)
        op.parts = parts
        made = self.emit(expr, op, kind, True)
        if place is not None and isinstance(kind, Array):
            made.place = self.info[made.expr.id].place = place
        return made

    # ---------------------------------------------------------------- functions in containers
    def chosen_functions(self, base: Value) -> bool:
        """Whether a tuple, list or dict holds nothing but functions."""
        held = self.held_values(base)
        return bool(held) and all(is_function(value) for value in held.values())

    def held_values(self, base: Value) -> dict[Any, Value]:
        if base.object is not None:
            return {key: self.state[base.object, key] for key in base.object.keys}
        return dict(enumerate(self.items_throughout(base) or []))

    def choose_item(self, base: Value, index: Value, node: Any) -> Value:
        """One of the functions, by a key that is not known: by tests of the key, one after the other."""
        held = self.held_values(base)
        if self.quiet:
            return next(iter(held.values()))
        key = self.settle(index).expr
        count = len(held)
        choices = (
            [trees.const(k) for k in held]
            if base.object is not None
            else [trees.const(k) for k in range(-count, count)]
        )
        error = "KeyError" if base.object is not None else "IndexError"
        test = self.emit(
            gast.Compare(key, [gast.NotIn()], [gast.Tuple(choices, gast.Load())]), ir.Plain(True), BOOL, False, "#c"
        ).expr
        raising = gast.Raise(trees.call(trees.builtin(error), key), None)
        raising.effect, raising.origin, raising.loops, raising.position = (
            ir.Plain(False),
            self.origin,
            self.loops,
            self.position,
        )
        self.add(gast.If(test, [raising], []))
        pairs = list(held.items())
        found = pairs[-1][1]
        for k, value in reversed(pairs[:-1]):
            compare = gast.Compare(key, [gast.Eq()], [trees.const(k)])
            if base.object is None:
                compare = gast.Compare(
                    key, [gast.In()], [gast.Tuple([trees.const(k), trees.const(k - count)], gast.Load())]
                )
            chosen = self.emit(compare, ir.Plain(True), BOOL, False, "#c").expr
            found = Value(trees.const(None), Static(Choice(chosen, value, found)))
        return found

    def known_items(self, value: Value) -> list[Value] | None:
        """The items of a short list of functions or strings, or of what holds such, over which a loop runs once for
        each; of an empty list."""
        items = self.items_throughout(value) if isinstance(value.kind, List) else None
        if items is None or len(items) > 16 or value.place is None:
            return None
        return items if all(map(self.names_something, items)) else None

    def names_something(self, value: Value) -> bool:
        """Whether this is a function, or a string that is known, or holds one; no object that may be written into."""
        held = value.items or (self.items_throughout(value) if isinstance(value.kind, List) else None) or ()
        if value.object is not None:
            held = [] if value.varied else [self.state[value.object, key] for key in value.object.keys]
        return is_function(value) or isinstance(value.static, str) or any(map(self.names_something, held))


def called_name(node: Any) -> str:
    if isinstance(node, gast.GeneratorExp):
        return "this generator"
    return f"`{node.func.attr if isinstance(node.func, gast.Attribute) else node.func.id}`"


def is_view(node: Any) -> bool:
    return isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr in VIEWS


def of_itertools(static: Any) -> bool:
    """Whether this is a function of itertools that computes its items later."""
    owner = getattr(static, "__self__", static)  # chain.from_iterable is a method
    return isinstance(owner, type) and owner.__module__ == "itertools"


def is_function(value: Value) -> bool:
    from s2sad.infer_memory import is_function as found

    return found(value)
