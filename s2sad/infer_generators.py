"""Part of the stage `infer`: generators of the user's.

    def steps(x, n):                                 total = 0.0
        for _ in range(n):                           for _ in range(n):
            x = x - 0.1 * x * x               ->         x = x - 0.1 * x * x
            yield x                                      total += x

    for each in steps(x, 10):
        total += each

The generator's body is written where the loop stands, and the loop's body where the generator yields: what runs, and in
which order, is what Python does. Elsewhere (`sum(steps(x, 10))`) the items are put into a list; where that isn't the
same, because the generator does more than to give them, or reads what is changed meanwhile, it is refused.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gast

from s2sad import trees
from s2sad.core_generators import LEFT, YIELD, is_generator, lower_generator, without_breaks
from s2sad.equivalents.giving import GIVING
from s2sad.infer_iterators import writes_into
from s2sad.infer_unrolled import breaks_in
from s2sad.kinds import BOOL, Static
from s2sad.local_functions import GENERATOR
from s2sad.values import BoundMethod, Frame, LocalFunction, Partial, Value


@dataclass(eq=False)
class Consumer:
    """What is done with each item of a generator; breaking: whether it may want no more of them."""

    take: Callable[[Value, Any], Value]  # an item, and the call of `<yield>`
    live: set[str] | None = None  # the variables of the function around it that are read by that, or later
    breaking: bool = False


@dataclass(eq=False)
class Pending:
    """A generator that was called, and has not run."""

    identity: Any
    tree: Any
    frame: Frame
    arguments: dict[str, Value]
    node: Any
    loops: tuple[int, ...]
    stack: list[Any]
    scope: tuple[int, ...]
    used: bool = False


class Generators:
    # ---------------------------------------------------------------- calls
    def call_generator(self, identity: Any, tree: Any, frame: Frame, arguments: dict[str, Value], node: Any) -> Value:
        """A call of a generator: what it gives is used right here, or it waits until something runs through it."""
        for name, value in arguments.items():
            if value.items is None and value.object is None:
                arguments[name] = self.settle(value, name)
        if identity in self.stack:
            raise self.refuse("generator_recursion", node, name=f"`{tree.name}`")
        pending = Pending(identity, tree, frame, arguments, node, self.loops, list(self.stack), self.scope())
        consumer = self.consumers.pop(id(node), None)
        if consumer is not None:
            self.run_generator(pending, consumer)
            return self.key_value(None)
        if getattr(node, "at_once", False):
            return self.all_given(pending, node, True)
        if not getattr(node, "stepped", False):
            return Value(trees.name(tree.name + GENERATOR), Static(pending), True)
        for value in arguments.values():
            if value.object is not None or value.place is not None and self.is_changed(value.place):
                raise self.refuse("runs_later", node, name=f"`{tree.name}`")
        made = self.all_given(pending, node, frame.parent is not None)
        return self.call_iter(made, [dataclasses.replace(made, varied=True)], {}, node, None)

    def run_generator(self, pending: Pending, consumer: Consumer) -> None:
        """Walks through a generator here, with what is done with its items in place of each `yield`."""
        made_here = pending.loops == self.loops and pending.scope == self.scope()[: len(pending.scope)]
        if pending.used or not made_here:
            raise self.refuse("runs_later", None, name=f"`{pending.tree.name}`")
        pending.used = True
        tree, frame = pending.tree, pending.frame
        if consumer.breaking:
            tree.until = getattr(tree, "until", None) or lower_generator(tree.generator, True)
            tree, number = tree.until, frame.number
            self.facts.results["keep", id(tree)] = tree
            frame = self.new_frame(frame.source, frame.function, tree, frame.namespace, frame.parent)
            frame.number, frame.stands_for = number, pending.frame.stands_for
        self.state[frame.number, YIELD] = Value(trees.const(None), Static(consumer))
        outer, self.stack = self.stack, list(pending.stack)
        self.walk_in_place(pending.identity, tree, frame, pending.arguments, pending.node, consumer.live)
        self.stack = outer

    def all_given(self, pending: Pending, node: Any, at_once: bool = False) -> Value:
        """The items of a generator in a list."""
        self.check_listed(pending, node, at_once)
        made = self.make_list([], "items")
        take = Consumer(lambda value, _: self.list_method(made, "append", [self.settle(value)], node), self.around())
        origin = self.origin
        self.run_generator(pending, take)
        self.origin = origin
        return self.with_known_items(made)

    @contextlib.contextmanager
    def prepared(self, comprehension: Any) -> Iterator[None]:
        """What a comprehension goes through first is made before it, if it is a generator."""
        found = [] if self.quiet else list(self.waiting(comprehension.generators[0].iter))
        ready: dict[int, Value] = {}
        for each in found if len(found) == 1 else []:
            value = self.visit(each)
            if isinstance(value.static, Pending):
                ready[id(each)] = self.run_through(value, each)
        self.ready.update(ready)
        yield
        for key in ready:
            del self.ready[key]

    def waiting(self, node: Any) -> Iterator[Any]:
        """The calls in an expression that make generators; not those of which a generator is made there."""
        if isinstance(node, gast.Call) and self.callee(node.func) is not enumerate and self.waits(node):
            yield node
        elif isinstance(node, gast.Call):
            for each in node.args:
                yield from self.waiting(each)

    def around(self) -> set[str] | None:
        """The variables of this function that may be read after, and in, the present statement."""
        live, statement = self.live_from_here(), self.origin[1]
        return None if live is None else live | {n.id for n in trees.walk(statement) if isinstance(n, gast.Name)}

    def run_through(self, value: Value, node: Any, at_once: bool = False) -> Value:
        """A value, or the list of what it gives if it is a generator that waits."""
        waits = isinstance(value.static, Pending) and not self.quiet
        return self.all_given(value.static, node, at_once) if waits else value

    def check_listed(self, pending: Pending, node: Any, at_once: bool) -> None:
        """Refuses a generator whose items can't be put into a list: it has no end, or would do something else then."""
        tree, name = pending.tree, f"`{pending.tree.name}`"
        node = node if hasattr(node, "lineno") else pending.node
        if tree.endless:
            raise self.refuse("endless", node)
        if at_once:
            return
        own = {id(each) for each in trees.walk(pending.node)}
        others = (each for each in trees.walk(self.origin[1]) if id(each) not in own)
        does = [each for each in trees.walk(tree) if not self.only_gives(pending.frame, each)]
        said = all(is_print(each) for each in does) and not getattr(pending.node, "stopped", True)
        if does and not said or any(map(self.does_more, others)):
            raise self.refuse("runs_later", node, name=name)

    def generator_does(self, static: Any) -> bool:
        """Whether a generator does more than to compute items."""
        if isinstance(static, LocalFunction):
            return not self.local_reads(static)
        if not isinstance(static, types.FunctionType):
            return True
        tree, source = self.lowered_source(static, None)
        frame = None if tree is None else self.new_frame(source, static, tree, static.__globals__, None)
        return frame is None or not all(self.only_gives(frame, each) for each in trees.walk(tree))

    def only_gives(self, frame: Frame, node: Any) -> bool:
        """Whether a part of a generator does nothing but to compute items."""
        if isinstance(node, (gast.Delete, gast.Global, gast.Nonlocal, gast.With, gast.Import, gast.ImportFrom)):
            return False
        if writes_into(node):
            return False
        if not isinstance(node, gast.Call) or getattr(node.func, "id", "") == YIELD:
            return True
        outer, self.frame = self.frame, frame
        more = self.does(node)
        self.frame = outer
        return not more

    # ---------------------------------------------------------------- loops
    def generator_loop(self, node: gast.For) -> bool:
        """A loop over what a generator gives: whether it is one."""
        it = node.iter
        if self.quiet or not isinstance(it, (gast.Name, gast.Call)):
            return False
        if isinstance(it, gast.Call):
            if not isinstance(it.func, (gast.Name, gast.Attribute)):
                return False
            static = self.visit(it.func).static
            if not self.gives_items(static) and not (is_one_of(static, GIVING) and any(map(self.waits, it.args))):
                return False
            run = lambda: self.visit(it)  # noqa: E731
        else:
            value = self.visit(it)
            own = self.own_method(value, "__iter__")
            if not isinstance(value.static, Pending) and (own is None or not self.gives_items(own)):
                return False
            if own is not None:
                run = lambda: self.call_special(value, own, [], it)  # noqa: E731
            else:
                run = lambda: self.run_generator(value.static, self.consumers.pop(id(it)))  # noqa: E731
        live = self.live().at_start.get(id(node))
        breaking = breaks_in(node.body)
        self.consumers[id(it)] = Consumer(self.loop_body(node, breaking), live, breaking)
        statement = self.origin
        run()
        self.origin = statement
        return True

    def waits(self, node: Any) -> bool:
        """Whether an expression is a generator that waits to be run through, or a call that makes one."""
        if isinstance(node, gast.Call):
            static = self.callee(node.func)
            return self.gives_items(static) or is_one_of(static, GIVING) and any(map(self.waits, node.args))
        found = self.lookup_quietly(node.id) if isinstance(node, gast.Name) else None
        return isinstance(found, Value) and isinstance(found.static, Pending)

    def loop_body(self, node: gast.For, breaking: bool) -> Callable[[Value, Any], Value]:
        """What the loop does with an item, in the function in which the loop stands."""
        frame, stack, left = self.frame, list(self.stack), (self.frame.number, LEFT)
        body = node.body
        if breaking and not breaks_last(body):
            body = node.unbroken = getattr(node, "unbroken", None) or without_breaks(body)

        def take(value: Value, call: Any) -> Value:
            outer = self.frame, self.origin, self.stack, self.path
            self.path = (*self.path, id(call))
            self.frame, self.origin, self.stack = frame, (frame.source, node), list(stack)
            result = self.key_value(False)
            self.bind(node.target, value)
            if breaking and breaks_last(body):
                self.walk(body[:-1])
                result = self.asked_to_leave(body[-1])
            elif breaking:
                self.state[left] = self.key_value(False)
                self.walk(body)
                result = self.state.pop(left)
            else:
                self.walk(body)
            self.frame, self.origin, self.stack, self.path = outer
            return result

        return take

    def asked_to_leave(self, node: gast.If) -> Value:
        """`if test: break` at the end of a loop's body, with what runs otherwise."""
        self.origin = (self.frame.source, node)
        test = self.test(node.test)
        if isinstance(test, bool):
            self.walk([] if test else node.orelse)
            return self.key_value(test)
        sure = self.implied(self.asked_as_test(node.test), False)

        def otherwise() -> None:
            self.take_for_sure(sure)
            self.walk(node.orelse)

        if node.orelse:
            live = self.live().after.get(id(node))
            self.branch(test, lambda: None, otherwise, live).user = node
        return Value(test, BOOL)

    def gives_items(self, static: Any) -> bool:
        """Whether a function is a generator."""
        if isinstance(static, Partial):
            return self.gives_items(static.function.static)
        if isinstance(static, functools.partial):
            return self.gives_items(static.func)
        if isinstance(static, (BoundMethod, types.MethodType)):
            return self.gives_items(getattr(static, "function", None) or getattr(static, "__func__", None))
        if isinstance(static, LocalFunction):
            return is_generator(static.tree)
        return isinstance(static, types.FunctionType) and inspect.isgeneratorfunction(static)


def is_print(node: Any) -> bool:
    return isinstance(node, gast.Call) and getattr(node.func, "id", "") == "print"


def is_one_of(static: Any, functions: Any) -> bool:
    return any(static is each for each in functions)


def breaks_last(body: list[Any]) -> bool:
    """Whether a loop's body ends with `if ...: break`, and breaks nowhere else."""
    last = body[-1]
    if not isinstance(last, gast.If) or len(last.body) != 1 or not isinstance(last.body[0], gast.Break):
        return False
    return not breaks_in([*body[:-1], *last.orelse])
