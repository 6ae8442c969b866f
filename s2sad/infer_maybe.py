"""Part of the stage `infer`: variables that are None at first, and a tuple, dict or object later.

    best = None                                         best_0 = None; best_1 = None
    for w in ws:                                        for w in ws:
        if best is None or loss(w) < best[0]:    ->         if best_0 is None or loss(w) < best_0:
            best = loss(w), w                                   best_0 = loss(w); best_1 = w

Their parts are carried and joined one by one, as those of any tuple are; while there is none, each of them is None. One
that is never None otherwise tells whether there is one. Behind a test that says so the variable is an ordinary one;
elsewhere, where it is taken apart, the program looks first, and raises what f raises. All else is refused.
"""

from __future__ import annotations

import contextlib
import dataclasses
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.kinds import BOOL, UNKNOWN, Array, Scalar, Tuple
from s2sad.local_functions import MAYBE
from s2sad.rules import loading, registry
from s2sad.values import BoundMethod, Conflict, Frame, LocalFunction, Object, Value

APART = {  # what Python says where None is taken apart
    gast.Subscript: ("TypeError", "'NoneType' object is not subscriptable"),
    gast.Attribute: ("AttributeError", "'NoneType' object has no attribute '{name}'"),
    gast.Assign: ("TypeError", "cannot unpack non-iterable NoneType object"),
}
RESULT = "<result>"
SKIPPED = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


@dataclass(eq=False)
class Maybe(Conflict):
    """`value`, a tuple, dict or object, or None; `telling`: the ways to parts that are None only then."""

    value: Any = None
    telling: list[tuple[Any, ...]] = field(default_factory=list)


def is_none(value: Any) -> bool:
    return isinstance(value, Value) and value.static is None


def without_none(value: Any) -> Any:
    """What a variable is where it is not None."""
    return value.value if isinstance(value, Maybe) else value


def has_parts(value: Any) -> bool:
    return isinstance(value, Maybe) or isinstance(value, Value) and (bool(value.items) or value.object is not None)


def may_be_none(a: Any, b: Any) -> bool:
    """Whether what is a on one way and b on the other is something with parts, or None."""
    if not isinstance(a, Maybe) and not isinstance(b, Maybe) and not is_none(a) and not is_none(b):
        return False
    return all(is_none(each) or has_parts(each) for each in (a, b)) and not (is_none(a) and is_none(b))


class MaybeNone:
    # ---------------------------------------------------------------- the parts of one
    def part_of(self, thing: Object, key: Any) -> Any:
        for state in (self.state, *self.joining, *(state for state, _ in self.breaks), self.phi_objects):
            if (thing, key) in state:
                return state[thing, key]
        return None

    def form_of(self, value: Any) -> Any:
        """What a value consists of, without what its parts are."""
        value = without_none(value)
        if isinstance(value, Value) and value.items:
            return "tuple", getattr(value.kind, "cls", None), tuple(map(self.form_of, value.items))
        if isinstance(value, Value) and value.object is not None:
            thing = value.object
            parts = tuple((key, self.form_of(self.part_of(thing, key))) for key in thing.keys)
            return "object", thing.cls, parts, value.kind
        return None

    def none_of(self, form: Any, states: list[dict[Any, Any]]) -> Value:
        """Something of that form, each part of which is None; what an object consists of is put into the states."""
        if form is None:
            return Value(trees.const(None), self.key_value(None).kind)
        if form[0] == "tuple":
            items = [self.none_of(each, states) for each in form[2]]
            kind = Tuple(tuple(each.kind for each in items), form[1])
            return Value(gast.Tuple([each.expr for each in items], gast.Load()), kind, items=items)
        thing = Object(form[1], [key for key, _ in form[2]])
        for key, each in form[2]:
            for state in states:
                state[thing, key] = self.none_of(each, states)
        return Value(trees.const(None), form[3], object=thing)

    def telling_parts(self, value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The ways to the parts that are never None, as far as that is known."""
        if isinstance(value, Maybe):
            return value.telling
        if not isinstance(value, Value):
            return []
        if value.telling is not None:
            return value.telling
        if value.items:
            return [each for k, item in enumerate(value.items) for each in self.telling_parts(item, (*way, k))]
        if value.object is not None:
            parts = [(key, self.part_of(value.object, key)) for key in value.object.keys]
            return [each for key, part in parts for each in self.telling_parts(part, (*way, key))]
        return [way] if isinstance(value.kind, (Scalar, Array)) and not self.is_optional(value) else []

    def is_optional(self, value: Value) -> bool:
        """Whether a number or array may be None, as far as its name tells."""
        return isinstance(value.expr, gast.Name) and value.expr.id in self.optional

    def part_at(self, value: Any, way: tuple[Any, ...]) -> Any:
        for step in way:
            value = value.items[step] if value.items else self.part_of(value.object, step)
        return value

    def is_there(self, maybe: Maybe, there: bool = True) -> Value:
        """The test whether there is one."""
        part = self.part_at(maybe.value, maybe.telling[0])
        operator = gast.IsNot() if there else gast.Is()
        test = gast.Compare(part.expr, [operator], [trees.const(None)])
        mark_pure(test)
        return Value(test, BOOL)

    def agreed(self, a: Any, b: Any) -> tuple[list[Any], list[list[tuple[Any, ...]]]]:
        """The forms of those of two values that are not None, and the ways to their telling parts."""
        there = [each for each in (a, b) if not is_none(each)]
        return list(map(self.form_of, there)), list(map(self.telling_parts, there))

    # ---------------------------------------------------------------- where ways join, and around loops
    def join_maybe(self, base: str, a: Any, b: Any, copies: Any) -> Any:
        forms, telling = self.agreed(a, b)
        both = [way for way in telling[0] if all(way in ways for ways in telling)]
        if not both or not same_form(forms):
            return Conflict("joined_kinds")
        x, y = [
            self.none_of(forms[0], [state]) if is_none(each) else without_none(each)
            for each, state in zip((a, b), self.joining)
        ]
        same = x.items is not None and x.items is y.items or x.object is not None and x.object is y.object
        joined = x if same else self.join_two(base, x, y, copies)
        return joined if isinstance(joined, Conflict) else Maybe("joined_kinds", value=joined, telling=both)

    def note_there(self, a: Value, b: Value, made: Any) -> None:
        """What is there on both ways is there behind them: it has names of its own, which are never None."""
        both = [way for way in self.telling_parts(a) if way in self.telling_parts(b)]
        for way in both if isinstance(made, Value) else ():
            name = self.part_at(made, way).expr
            if isinstance(name, gast.Name) and not any(trees.same(self.part_at(x, way).expr, name) for x in (a, b)):
                self.optional.discard(name.id)

    def add_maybes(self, entry: dict[Any, Any], facts: Any) -> None:
        """What is None where a loop begins, and something with parts later, begins with parts that are None."""
        for fact, (form, telling) in [(fact, found) for fact, found in facts.items() if fact[0] == "maybe"]:
            found = entry.get(fact[1])
            if isinstance(found, Value) and has_parts(found):  # there is one at first, and maybe none later
                entry[fact[1]] = Maybe("joined_kinds", value=found, telling=telling)
            elif is_none(found):
                entry[fact[1]] = Maybe("joined_kinds", value=self.none_of(form, [entry]), telling=telling)

    def note_maybe(self, facts: Any, key: Any, a: Any, b: Any) -> bool:
        """The same as `note_phi`, of something that is maybe None; whether that is new."""
        forms, telling = self.agreed(a, b)
        old = facts.get(("maybe", key))
        telling += [old[1]] if old else []
        both = [way for way in telling[0] if all(way in ways for ways in telling)]
        if not both or not same_form([*forms, *([old[0]] if old else [])]):
            facts["leaf", key, ()] = "conflict"
            return True
        facts["maybe", key] = forms[-1], both
        if old is None or old[1] != both:
            return True
        if is_none(a):  # the next walk begins with its parts
            return True
        end = self.none_of(facts["maybe", key][0], [self.state]) if is_none(b) else without_none(b)
        return self.note_phi(facts, key, (), without_none(a), end)

    def maybe_pairs(self, phi: Any, value: Any, pairs: list[tuple[str, gast.AST]], state: Any) -> None:
        if is_none(value):
            own = dict(state)
            self.phi_pairs(without_none(phi), self.none_of(self.form_of(phi), [own]), pairs, own)
        elif isinstance(value, Maybe) or not isinstance(value, Conflict):
            self.phi_pairs(without_none(phi), without_none(value), pairs, state)

    # ---------------------------------------------------------------- results of functions
    def maybe_result(self, maybe: Maybe, name: str = "value") -> Value:
        """What a function returns, or a choice gives, that is maybe None: what gets a name or is taken apart."""
        return Value(trees.name(name + MAYBE), UNKNOWN, True, maybe=maybe)

    def is_walked(self, static: Any) -> bool:
        """Whether a function is the user's, and is written where it is called, with what it is given."""
        if isinstance(static, BoundMethod):
            return static.function is not None
        known = isinstance(static, types.FunctionType) and registry.find(static) is None and not loading.home_of(static)
        return known or isinstance(static, LocalFunction)

    def visit_given(self, nodes: list[Any]) -> list[Value]:
        """The arguments of a call of such a function: also what is maybe None, as a whole."""
        maybe = {k: self.maybe_at(each) for k, each in enumerate(nodes) if isinstance(each, gast.Name)}
        others = [each for k, each in enumerate(nodes) if maybe.get(k) is None]
        values = iter(self.visit_all(others))
        found = [maybe.get(k) for k in range(len(nodes))]
        return [next(values) if each is None else self.maybe_result(each[1], each[0][1]) for each in found]

    def taken_apart(self, value: Value, node: Any) -> Value:
        """A result that is maybe None, where it is unpacked or an item or attribute of it is read."""
        if value.maybe is None or self.quiet:
            return value
        key = self.frame.number, RESULT
        self.state[key] = value.maybe
        self.look_first(gast.Name(RESULT, gast.Load(), None, None), node)
        return self.state.pop(key)

    # ---------------------------------------------------------------- tests
    def maybe_at(self, node: Any) -> tuple[Any, Maybe] | None:
        """Where the state has what a variable or attribute is, if that is maybe None."""
        key = self.state_key(node)
        found = self.state.get(key) if key is not None else None
        return (key, found) if isinstance(found, Maybe) else None

    def state_key(self, node: Any) -> Any:
        frame: Frame | None = self.frame
        if isinstance(node, gast.Name):
            while frame is not None and (frame.number, node.id) not in self.state and node.id not in frame.locals:
                frame = frame.parent
            return None if frame is None else (frame.number, node.id)
        if isinstance(node, gast.Attribute):
            owner = self.state.get(self.state_key(node.value))
            return (owner.object, node.attr) if isinstance(owner, Value) and owner.object is not None else None
        return None

    def none_test(self, node: Any) -> tuple[Any, Maybe, bool] | None:
        """`x is None`, of what is maybe None: where it is, and whether the test asks if there is one."""
        if not isinstance(node, gast.Compare) or len(node.ops) != 1:
            return None
        sides = [node.left, node.comparators[0]]
        asked = next((each for each in sides if not is_none_constant(each)), None)
        if len([each for each in sides if is_none_constant(each)]) != 1:
            return None
        if not isinstance(node.ops[0], (gast.Is, gast.IsNot)):
            return None
        found = self.maybe_at(asked)
        return None if found is None else (*found, isinstance(node.ops[0], gast.IsNot))

    def asked_as_test(self, node: Any) -> Any:
        """A test, with `x is not None` for x where it is maybe None: one that is something is true."""
        if isinstance(node, gast.BoolOp):
            return gast.copy_location(gast.BoolOp(node.op, [self.asked_as_test(each) for each in node.values]), node)
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            return gast.copy_location(gast.UnaryOp(node.op, self.asked_as_test(node.operand)), node)
        found = self.maybe_at(node)
        if found is not None and is_always_true(found[1].value):
            made = gast.Compare(node, [gast.IsNot()], [gast.Constant(None, None)])
            return gast.copy_location(made, node)
        return node

    def implied(self, node: Any, truth: bool) -> list[tuple[Any, Maybe]]:
        """What isn't None if a test has this outcome."""
        found = self.none_test(node)
        if found is not None:
            return [found[:2]] if found[2] == truth else []
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            return self.implied(node.operand, not truth)
        if isinstance(node, gast.BoolOp) and isinstance(node.op, gast.And) == truth:
            return [each for value in node.values for each in self.implied(value, truth)]
        return []

    def take_for_sure(self, found: list[tuple[Any, Maybe]]) -> None:
        """From here on these are not None."""
        for key, maybe in found:
            if self.state.get(key) is maybe:
                self.state[key] = dataclasses.replace(maybe.value, telling=maybe.telling)

    @contextlib.contextmanager
    def taken_for_sure(self, found: list[tuple[Any, Maybe]]) -> Iterator[None]:
        """In the block these are not None."""
        before = [(key, maybe) for key, maybe in found if self.state.get(key) is maybe]
        self.take_for_sure(before)
        taken = [self.state[key] for key, _ in before]
        yield
        for (key, maybe), value in zip(before, taken):
            if self.state.get(key) is value:
                self.state[key] = maybe

    def tests_before(self, node: gast.BoolOp) -> list[tuple[Any, Maybe]]:
        """What the operands before those that read it say is not None; the tests themselves are made ready."""
        found: list[tuple[Any, Maybe]] = []
        truth = isinstance(node.op, gast.And)
        read: set[Any] = set()
        for operand in node.values:
            for each in trees.walk(operand):
                asked = self.none_test(each)
                if asked is not None:
                    self.asked[id(each)] = self.is_there(asked[1], asked[2])
            found += [each for each in self.implied(operand, truth) if each[0] not in read]
            read |= {
                self.state_key(each) for each in trees.walk(operand) if isinstance(each, (gast.Name, gast.Attribute))
            }
        return found

    # ---------------------------------------------------------------- taking one apart
    def look_first(self, node: Any, reader: Any) -> None:
        """The program looks whether there is one before it takes it apart."""
        found = self.maybe_at(node)
        if found is None or self.quiet:
            return
        kind, message = APART[type(reader)]
        text = trees.const(message.format(name=getattr(reader, "attr", "")))
        raising = gast.Raise(trees.call(trees.builtin(kind), text), None)
        self.branch(
            self.is_there(found[1], False).expr, lambda: self.add(raising, ir.Plain(False)) and None, lambda: None
        )
        self.take_for_sure([found])

    def look_before_test(self, node: Any) -> None:
        """The same for what a test takes apart in any case."""
        if isinstance(node, SKIPPED):
            return
        if isinstance(node, (gast.Subscript, gast.Attribute)):
            self.look_first(node.value, node)
        for each in [node.values[0]] if isinstance(node, gast.BoolOp) else gast.iter_child_nodes(node):
            if isinstance(node, gast.IfExp) and each is not node.test:
                continue
            self.look_before_test(each)


def is_none_constant(node: Any) -> bool:
    return isinstance(node, gast.Constant) and node.value is None


def is_always_true(value: Value) -> bool:
    if value.items:
        return getattr(value.kind, "cls", None) is None
    cls = value.object.cls
    return (
        bool(value.object.keys) if cls in (dict, list) else not hasattr(cls, "__bool__") and not hasattr(cls, "__len__")
    )


def same_form(forms: list[Any]) -> bool:
    """Whether forms are the same; the kinds of objects in them may differ."""

    def plain(form: Any) -> Any:
        if form is None:
            return None
        if form[0] == "tuple":
            return "tuple", form[1], tuple(map(plain, form[2]))
        return "object", form[1], tuple((key, plain(each)) for key, each in form[2])

    return all(plain(each) == plain(forms[0]) for each in forms)
