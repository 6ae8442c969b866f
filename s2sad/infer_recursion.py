"""Part of the stage `infer`: functions that are differentiated beside the main one, because they call themselves.

Such a function is walked through by itself, once for each combination of kinds that it is called with (an Instance).
A call of
it is one statement that sets the parts of its result and `saved`, what its backward half will need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.errors import NotDifferentiableError
from s2sad.infer_captured import Captured, Variable, reads_variables
from s2sad.ir import family
from s2sad.kinds import (
    ITEM,
    Array,
    Dict,
    Dim,
    Kind,
    List,
    Mapping,
    Never,
    Record,
    Scalar,
    Static,
    Tuple,
    carries_gradient,
    loses_something,
)
from s2sad.values import MISSING, BoundMethod, Conflict, LocalFunction, Object, Undecided, Value


@dataclass(eq=False)
class Instance:
    """One function for arguments of certain kinds. leaves: (name in the body, varied) for each number, array or list
    passed;
    result: the value that the body returns; results: its leaves."""

    name: str
    tree: Any
    source: Any
    leaves: list[str] = field(default_factory=list)
    body: list[gast.stmt] = field(default_factory=list)
    result: Value | None = None
    results: list[Value] = field(default_factory=list)
    guess: Any = None
    written: list[bool] = field(default_factory=list)
    number: int = 0
    solved: frozenset[int] = frozenset()  # of what a solver is given: the leaves that always have a gradient


@dataclass(frozen=True)
class Passed:
    """Stands for a result that is an argument itself."""

    position: int


# Calls of one function inside of one another, each for arguments of other types: more than that have no end.
DEEPEST, DEEP, LARGE = 40, 8, 500


class Recursion(Captured):
    def call_beside(self, identity: Any, tree: Any, frame: Any, arguments: dict[str, Value], node: Any) -> Value:
        """A call of a function that stands beside the main one."""
        around = self.surroundings(tree, frame, arguments)
        captured = around.read
        passed: list[Value] = []
        shapes = {name: self.flatten(value, passed, node) for name, value in {**arguments, **captured}.items()}
        key = (identity, tuple((name, signature_of(shape)) for name, shape in shapes.items()))
        instance = self.instances.get(key)
        if instance is None:
            depth = self.beside.count(identity)
            if depth > DEEPEST or depth > DEEP and len(passed) > LARGE:
                raise self.refuse("recursion", node, name=tree.name)
            self.beside.append(identity)
            try:
                instance = self.walk_instance(key, tree, frame, shapes, len(passed), around.assigned)
            except NotDifferentiableError:
                self.instances.pop(key, None)  # who calls it may be walked through again, knowing more
                raise
            finally:
                self.beside.pop()
        if instance in self.undecided:
            raise Undecided
        written = [self.leaf_site(instance, k) in self.facts.written for k in range(len(passed))]
        operands = []
        for k, value in enumerate(passed):
            if written[k]:
                if value.place is None or not value.place.exact:
                    raise self.refuse("unknown_owner", node)
                operands.append(self.settle(value).expr)
            else:
                operands.append(self.operand(value))
        made = self.emit_call(instance, operands, passed, written, node)
        if not around.assigned:
            return made
        result, *values = made.items
        for (number, name), value in zip(around.assigned, values):
            self.note_whole(value)
            self.show_as(value, name)
            self.state[number, name] = value
        return result

    def emit_call(
        self, instance: Instance, operands: list[gast.AST], passed: list[Value], written: list[bool], node: Any
    ) -> Value:
        results: list[str] = []
        made = self.like_result(instance.guess, results, passed, instance.tree.name)
        saved = self.names.fresh(f"{instance.tree.name}_kept")
        self.info[saved] = ir.Info(Static("saved"), False, None, None, self.loops)
        target = gast.Tuple([trees.name(name, store=True) for name in [*results, saved]], gast.Store())
        call = trees.call(trees.name(f"{instance.name}_forward", pair=instance), *operands)
        op = ir.PairCall(instance, operands, results, saved)
        op.written = written
        op.places = [value.place for value in passed]
        for k, value in enumerate(passed):
            if written[k]:
                varied = self.leaf_site(instance, k) in self.facts.results.get("varied", ())
                self.note_store(value.place, varied, node)
        statement = self.add(gast.Assign([target], call, None), op)
        for name in [*results, saved]:
            self.info[name].statement, self.info[name].position = statement, statement.position
        self.effects += 1
        return made

    def leaf_site(self, instance: Instance, k: int) -> Any:
        return ("pair", instance.name, k)

    def flatten(self, value: Value, passed: list[Value], node: Any) -> Any:
        """What is passed for an argument: a leaf is a position in `passed`, a tuple or dict its parts, the rest is
        known."""
        if isinstance(value, Conflict):
            raise self.refuse(value.key, node, name="an argument", **value.words)
        if value.items is not None:
            return (
                "tuple",
                getattr(value.kind, "cls", None),
                [self.flatten(item, passed, node) for item in value.items],
            )
        if value.object is not None:
            parts = {key: self.flatten(self.state[value.object, key], passed, node) for key in value.object.keys}
            passed.append(Value(value.expr, Static("object")))
            return ("object", value.object.cls, parts, len(passed) - 1)
        if isinstance(value.static, BoundMethod) and value.static.owner.object is not None:
            return ("method", value, self.flatten(value.static.owner, passed, node))
        if isinstance(value.kind, Static) and value.static is not MISSING:
            if not reads_variables(value):
                return ("static", value)
            passed.append(value)
            return ("known", len(passed) - 1, value)
        self.note_optional_item(value)
        passed.append(self.settle(value))
        return ("leaf", len(passed) - 1, generic(value.kind, len(passed) - 1), value.varied)

    # ---------------------------------------------------------------- walking through one
    def walk_instance(
        self,
        key: Any,
        tree: Any,
        frame: Any,
        shapes: dict[Any, Any],
        count: int,
        assigned: list[Variable],
        finish: Any = None,
    ) -> Instance:
        """assigned: the variables around it that it sets; finish: what becomes of the value that the function returns,
        from it and from what it began with."""
        names = {each.name for each in self.instances.values()}
        name, k = tree.name, 1
        while name in names or f"{name}_forward" in self.request.namespace:
            k += 1
            name = f"{tree.name}_{k}"
        instance = self.instances[key] = Instance(name, tree, frame.source)
        memory = self.facts.results.setdefault(("guess", name), {})
        left = [self.shape_of_result(self.state[each]) for each in assigned]

        def beginning(first: Any) -> Any:
            return ("tuple", None, (first, *left)) if left else first

        def walk() -> Value:
            return self.walk_once(instance, tree, frame, shapes, count, assigned, finish)

        instance.guess = memory.get("guess", beginning(("never",)))
        for _ in range(8):
            try:
                result = walk()
            except NotDifferentiableError as error:
                if instance.guess != beginning(("never",)) or error.key == "recursion":
                    raise
                result = self.by_another_guess(instance, walk, beginning(("leaf", Scalar("float"), True, ())))
            if isinstance(result, Value):
                self.note_optional_item(result)
            shape = self.shape_of_result(result)
            if shape == instance.guess:
                break
            instance.guess = shape
            memory.pop("guess", None)
            if not is_unsure(shape):
                memory["guess"] = shape
        else:
            raise self.refuse("recursion_result", tree, name=tree.name)
        return instance

    def by_another_guess(self, instance: Instance, walk: Callable[[], Value], number: Any) -> Value:
        """The result of a function that can't be walked through as if no call of it came back: as if these gave what it
        gives where it doesn't call itself; or a number."""
        self.undecided.add(instance)
        try:
            guess = self.shape_of_result(walk())
        except (Undecided, NotDifferentiableError):
            guess = None
        finally:
            self.undecided.discard(instance)
        failed: NotDifferentiableError | None = None
        if guess is not None:
            instance.guess = guess
            try:
                return walk()
            except NotDifferentiableError as error:
                failed = error
        instance.guess = number
        try:
            return walk()
        except NotDifferentiableError as error:
            raise (failed or error) from None

    def walk_once(
        self,
        instance: Instance,
        tree: Any,
        frame: Any,
        shapes: Any,
        count: int,
        assigned: list[Variable],
        finish: Any = None,
    ) -> Value:
        kept = self.block, self.state, self.loops, self.frame, self.path, self.origin, self.breaks
        self.block, self.loops, self.breaks = self.new_block(), (), []
        self.state = {k: v for k, v in self.state.items() if isinstance(v, Value) and isinstance(v.kind, Static)}
        self.path, self.frame = (("instance", instance.name),), frame
        frame.number = (("instance", instance.name), "call")
        instance.leaves = [""] * count
        self.stack.append(("instance", instance))
        try:
            for name, shape in shapes.items():
                hint = name if isinstance(name, str) else name[1]
                value = self.unflatten(shape, hint, instance)
                self.state[(frame.number, name) if isinstance(name, str) else name] = value
            given = dict(self.state)
            result = self.with_assigned(self.run_body(tree), assigned, tree)
            result = self.as_passed(result if finish is None else finish(result, given), instance)
            result = self.settle_all(result)
            instance.body, instance.result = self.block, result
            instance.results = []
            self.capture(result)
            collect_leaves(result, instance.results)
            return result
        finally:
            self.stack.pop()
            self.block, self.state, self.loops, self.frame, self.path, self.origin, self.breaks = kept

    def as_passed(self, value: Value, instance: Instance) -> Value:
        """What a function returns of the memory that it was given is that memory, which its caller has a name for."""
        if value.items is not None:
            made = [self.as_passed(item, instance) for item in value.items]
            return self.make_tuple(made, getattr(value.kind, "cls", None))
        if isinstance(value.kind, Static) and getattr(value.expr, "id", None) in instance.leaves:
            return Value(value.expr, Static(Passed(instance.leaves.index(value.expr.id))))
        roots = [] if value.place is None or value.object is not None else family(value.place.root)
        given = {each.site[2] for each in roots if each.site[:2] == ("pair", instance.name)}
        itself = not value.place.path if roots else False
        if len(given) == 1 and itself and all(each.whole or each.site[:1] == ("pair",) for each in roots):
            return Value(value.expr, Static(Passed(given.pop())))
        value.given = tuple(sorted(given))
        return value

    def settle_all(self, value: Value) -> Value:
        if value.items is not None:
            return self.make_tuple([self.settle_all(item) for item in value.items], getattr(value.kind, "cls", None))
        given, value = value.given, self.settle(value, "value")
        value.given = given
        if value.object is None and value.varied and value.place is not None and self.is_written(value.place.root):
            value = self.emit_load(value)
            value.given = given
        return value

    def unflatten(self, shape: Any, hint: str, instance: Instance) -> Value:
        if shape[0] == "static":
            return shape[1]
        if shape[0] == "known":
            name = instance.leaves[shape[1]] = self.names.fresh(hint)
            self.info[name] = ir.Info(shape[2].kind, False)
            return Value(trees.name(name), shape[2].kind)
        if shape[0] == "method":
            owner = self.unflatten(shape[2], hint, instance)
            method = shape[1].static
            bound = BoundMethod(owner, method.function, method.name)
            return Value(trees.attr(owner.expr, method.name), Static(bound))
        if shape[0] == "tuple":
            items = [self.unflatten(each, f"{hint}_{k}", instance) for k, each in enumerate(shape[2])]
            return self.make_tuple(items, shape[1])
        if shape[0] == "object":
            _, cls, parts, position = shape
            name = self.names.fresh(hint)
            instance.leaves[position] = name
            thing = Object(cls, list(parts))
            thing.sources = (thing,)
            varied = False
            for key, each in parts.items():
                made = self.unflatten(each, f"{hint}_{key}" if str(key).isidentifier() else hint, instance)
                self.state[thing, key] = made
                varied = varied or made.varied
            kinds = tuple((key, self.state[thing, key].kind) for key in parts)
            kind = Dict(kinds) if cls is dict else Record(cls, kinds)
            self.info[name] = ir.Info(kind, False)
            return Value(trees.name(name), kind, varied, object=thing)
        _, position, kind, varied = shape
        name = self.names.fresh(hint)
        instance.leaves[position] = name
        place = None
        if isinstance(kind, (Array, List, Mapping)):
            root = self.new_root(self.leaf_site(instance, position), name, kind)
            place = ir.Place(root)
            varied = varied or root.site in self.facts.results.get("varied", ())
        self.info[name] = ir.Info(kind, varied, None, place, (), self.position)
        return Value(trees.name(name), kind, varied, place=place)

    # ---------------------------------------------------------------- results
    def shape_of_result(self, value: Value) -> Any:
        if value.items is not None:
            return (
                "tuple",
                getattr(value.kind, "cls", None),
                tuple(self.shape_of_result(item) for item in value.items),
            )
        if value.object is not None:
            parts = tuple(
                (key, self.shape_of_result(self.state.get((value.object, key)) or value.parts[key]))
                for key in value.object.keys
            )
            return ("object", value.object.cls, parts)
        if isinstance(value.kind, Static) and isinstance(value.static, Passed):
            return ("passed", value.static.position)
        if isinstance(value.kind, Static):
            return ("static", value.kind)
        kind = generic(value.kind, "result", dims=False)
        return ("leaf", kind, value.varied, value.given)

    def like_result(
        self, shape: Any, results: list[str], passed: list[Value], called: str, hint: str | None = None
    ) -> Value:
        """The value of a call, with a new name for each leaf of the result."""
        if shape[0] == "tuple":
            return self.make_tuple([self.like_result(each, results, passed, called) for each in shape[2]], shape[1])
        if shape[0] == "object":
            raise self.refuse("recursion_result", None, name="it")
        if shape[0] == "passed":
            return passed[shape[1]]
        if shape[0] == "static":
            return Value(trees.const(shape[1].value), shape[1])
        kind, varied = (Never(), any(value.varied for value in passed)) if shape[0] == "never" else (shape[1], shape[2])
        name = self.names.fresh(hint or "#r")
        results.append(name)
        place = None
        if isinstance(kind, (Array, List, Mapping)):
            place = ir.Place(self.new_root((self.path, self.site_number()), name, kind))
            kind = generic(kind, object())
        self.info[name] = ir.Info(kind, varied, None, place, self.loops, self.position)
        made = Value(trees.name(name), kind, varied and carries_gradient(kind), place=place)
        for k in shape[3] if shape[0] == "leaf" and place is not None else ():
            if any(self.is_written(each.root) for each in [place, *self.memory_in(passed[k])]):
                raise self.refuse("recursion_memory", None, name=called)
        return made


def is_unsure(shape: Any) -> bool:
    """Whether something in a result isn't known; more may be known in the next walk."""
    if shape[0] == "tuple":
        return any(map(is_unsure, shape[2]))
    return shape[0] == "leaf" and loses_something(shape[1])


def collect_leaves(value: Value, found: list[Value]) -> None:
    if value.items is not None:
        for item in value.items:
            collect_leaves(item, found)
    elif not isinstance(value.kind, Static):
        found.append(value)


def generic(kind: Kind, key: Any, dims: bool = True) -> Kind:
    """A kind as the function beside the main one sees it: the lengths of its axes have names of its own."""
    if isinstance(kind, Scalar):
        return Scalar(kind.dtype)
    if isinstance(kind, Array):
        if kind.dims is None:
            return kind
        return Array(
            kind.dtype,
            tuple(
                d if d.key == 1 else Dim(("argument", key, axis) if dims else ("result", axis), d.many)
                for axis, d in enumerate(kind.dims)
            ),
        )
    if isinstance(kind, List):
        return List(None if kind.item is None else generic(kind.item, (key, ITEM), dims), kind.cls)
    if isinstance(kind, Tuple):
        return Tuple(tuple(generic(each, (key, k), dims) for k, each in enumerate(kind.items)), kind.cls)
    return kind


def signature_of(shape: Any) -> Any:
    """A shape as something that can be a key."""
    if shape[0] in ("static", "known"):
        value = shape[-1].static
        if isinstance(value, LocalFunction):
            return ("local", id(value.tree))
        return (shape[0], shape[-1].kind)
    if shape[0] == "method":
        return ("method", shape[1].static.function, signature_of(shape[2]))
    if shape[0] == "tuple":
        return ("tuple", shape[1], tuple(signature_of(each) for each in shape[2]))
    if shape[0] == "object":
        return ("object", shape[1], tuple((key, signature_of(each)) for key, each in shape[2].items()))
    return ("leaf", shape[2], shape[3])
