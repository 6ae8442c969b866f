"""`match` made into `if`/`elif` chains.

before:

    match shape:
        case Circle(radius=r):
            return 3.0 * r * r
        case [0, y] | [y, 0] if y > 0:
            return y

after (with `from collections.abc import Sequence` at the top of the function):

    if isinstance(shape, Circle) and hasattr(shape, "radius"):
        r = shape.radius
        return 3.0 * r * r
    ...

A pattern becomes a test and the assignments of what it captures. What Python does with a pattern is kept but for how
often it reads an element or attribute of the subject, and for the words of a `TypeError` about a class pattern.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad.core_nodes import (
    Names,
    assign,
    both,
    call,
    constant,
    copy_tree,
    either,
    load,
    names_of,
    new_if,
    place,
    store,
    walk,
)

Block = list[gast.stmt]

# A class pattern `float(x)` gives the subject itself to its one positional pattern for these, and for what is
# derived from them.
_SELF = {"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
_SELF_FLAG = 1 << 22
_NO_SEQUENCE = ("str", "bytes", "bytearray")

SELF = ("",)  # what `fields_of_class` gives for a class whose one positional pattern is for the subject itself

# From the expression of a class in a pattern to its `__match_args__` (or SELF), None where it can't be told.
Fields = Callable[[gast.expr], "tuple[str, ...] | None"]


def fields_of_class(cls: type) -> tuple[str, ...]:
    """The attributes for the positional patterns of a class; SELF for `float` and its like.

    >>> fields_of_class(float) is SELF, fields_of_class(slice)
    (True, ())
    """
    fields = getattr(cls, "__match_args__", None)
    if fields is None:
        return SELF if cls.__flags__ & _SELF_FLAG else ()
    return tuple(fields)


@dataclass
class Found:
    """What a pattern asks and captures; `tests` is None where it can never match."""

    tests: list[gast.expr] | None = field(default_factory=list)
    binds: Block = field(default_factory=list)
    # The captured names for which an expression can stand in.
    parts: dict[str, gast.expr] = field(default_factory=dict)

    def add(self, other: Found) -> None:
        self.tests = None if self.tests is None or other.tests is None else self.tests + other.tests
        self.binds += other.binds
        self.parts |= other.parts


class MatchLowering:
    def __init__(self, tree: gast.FunctionDef, names: Names, fields: Fields | None) -> None:
        self.names = names
        self.fields = fields
        self.reads = _reads(tree)

    def lower(self, s: Any) -> Block:
        """The statements for a `match`; the bodies of its cases are in them as they are."""
        out: Block = []
        captured = {name for case in s.cases for name in _captured(case)}
        subject = self.subject(s.subject, captured, out, s)
        cases = [(case, self.pattern(case.pattern, subject)) for case in s.cases]
        rest: Block = []
        for case, found in reversed(cases):
            if found.tests is not None:
                rest = self.case(case, found, found.tests, rest, s)
        return out + rest

    def subject(self, e: Any, captured: set[str], out: Block, s: Any) -> gast.expr:
        """The subject as an expression that can stand several times: names and constants, and tuples of these."""
        if isinstance(e, gast.Tuple) and not any(isinstance(element, gast.Starred) for element in e.elts):
            parts: list[gast.expr] = []
            for i, element in enumerate(e.elts):
                later = not all(map(_is_simple, e.elts[i + 1 :]))  # keep the order of evaluation
                held = later and isinstance(element, gast.Name)
                parts.append(self.hold(element, out, s) if held else self.subject(element, captured, out, s))
            return place(gast.Tuple(parts, gast.Load()), e)
        if isinstance(e, gast.Constant) or isinstance(e, gast.Name) and e.id not in captured:
            return e
        return self.hold(e, out, s)

    def hold(self, e: Any, out: Block, s: Any) -> gast.expr:
        name = self.names.fresh("subject")
        out.append(assign(name, e, s))
        return place(load(name), e)

    def case(self, case: Any, found: Found, tests: list[gast.expr], rest: Block, s: Any) -> Block:
        """`if tests and guard: captures; body` `else: rest`"""
        guard, origin = case.guard, case.pattern
        if guard is not None and found.binds and tests and self.can_stand_in(case, found, s):
            guard = _replace(guard, found.parts)
        elif guard is not None and found.binds and not tests:
            return [*found.binds, new_if(guard, case.body, rest, origin)]
        elif guard is not None and found.binds:
            inner: Any = new_if(guard, case.body, [], origin)
            test = place(both(tests), origin)
            if not rest:
                return [new_if(test, [*found.binds, inner], [], origin)]
            matched = self.names.fresh("matched")
            inner.body = [assign(matched, constant(True), origin), *inner.body]
            return [
                assign(matched, constant(False), origin),
                new_if(test, [*found.binds, inner], [], origin),
                new_if(place(gast.UnaryOp(gast.Not(), load(matched)), origin), rest, [], origin),
            ]
        tests = [*tests, guard] if guard is not None else tests
        body = [*found.binds, *case.body]
        return [new_if(place(both(tests), origin), body, rest, origin)] if tests else body

    def can_stand_in(self, case: Any, found: Found, s: Any) -> bool:
        """Whether the guard may read the parts of the subject instead of the names that capture them.

        Then these are bound only where the guard holds: nothing else may read them.
        """
        captured = _captured(case)
        barred = (gast.Lambda, gast.NamedExpr, gast.comprehension)
        if not captured & set(_reads(case.guard)) <= set(found.parts):
            return False
        if any(isinstance(node, barred) for node in walk(case.guard)):
            return False
        own: Counter[str] = Counter()
        for other in s.cases:
            names = _captured(other)
            for tree in [*other.body, *([other.guard] if other.guard is not None else [])]:
                own.update({name: n for name, n in _reads(tree).items() if name in names})
        return all(self.reads[name] == own[name] for name in captured)

    # Patterns

    def pattern(self, p: Any, view: gast.expr) -> Found:
        if isinstance(p, gast.MatchAs):
            found = self.pattern(p.pattern, view) if p.pattern is not None else Found()
            if p.name is not None:
                found.binds.append(assign(p.name, copy_tree(view), p))
                found.parts[p.name] = view
            return found
        if isinstance(p, gast.MatchValue):
            return Found([place(gast.Compare(copy_tree(view), [gast.Eq()], [copy_tree(p.value)]), p)])
        if isinstance(p, gast.MatchSingleton):
            return Found([place(gast.Compare(copy_tree(view), [gast.Is()], [constant(p.value)]), p)])
        if isinstance(p, gast.MatchOr):
            return self.alternatives(p, view)
        if isinstance(p, gast.MatchSequence):
            return self.sequence(p, view)
        if isinstance(p, gast.MatchMapping):
            return self.mapping(p, view)
        return self.instance(p, view)

    def alternatives(self, p: Any, view: gast.expr) -> Found:
        if all(isinstance(one, gast.MatchValue) and _is_literal(one.value) for one in p.patterns):
            options = gast.Tuple([copy_tree(one.value) for one in p.patterns], gast.Load())
            return Found([place(gast.Compare(copy_tree(view), [gast.In()], [options]), p)])
        if all(isinstance(one, gast.MatchClass) and not one.patterns and not one.kwd_attrs for one in p.patterns):
            classes = gast.Tuple([copy_tree(one.cls) for one in p.patterns], gast.Load())
            return Found([self.is_a(view, classes, p)])
        options = [found for one in p.patterns if (found := self.pattern(one, view)).tests is not None]
        if not options:
            return Found(None)
        result = Found(_shared(options))
        if all(found.tests for found in options):
            result.add(Found([place(either([both(found.tests or []) for found in options]), p)]))
        if len({"".join(map(gast.dump, found.binds)) for found in options}) == 1:
            result.binds, result.parts = options[0].binds, options[0].parts
            return result
        result.binds = options[-1].binds
        for found in reversed(options[:-1]):
            test = copy_tree(place(both(found.tests or [constant(True)]), p))
            result.binds = [new_if(test, found.binds, result.binds, p)]
        return result

    def sequence(self, p: Any, view: Any) -> Found:
        patterns = p.patterns
        star = next((i for i, one in enumerate(patterns) if isinstance(one, gast.MatchStar)), None)
        least = len(patterns) - (star is not None)
        if isinstance(view, gast.Tuple):
            found = Found()
            if len(view.elts) < least or star is None and len(view.elts) > least:
                return Found(None)
        else:
            found = Found([*self.is_sequence(view, p), *self.has_length(view, least, star is None, p)])
            if least and all(map(_is_capture, patterns)):
                return self.unpacked(found, patterns, view, p)
        for i, one in enumerate(patterns):
            after = len(patterns) - 1 - i
            if i == star:
                if one.name is not None:
                    found.binds.append(assign(one.name, self.middle(view, i, after), p))
            elif isinstance(view, gast.Tuple):
                found.add(self.pattern(one, view.elts[i if star is None or i < star else len(view.elts) - 1 - after]))
            elif not _is_wildcard(one):
                index = constant(i) if star is None or i < star else gast.UnaryOp(gast.USub(), constant(after + 1))
                element = gast.Subscript(copy_tree(view), index, gast.Load())
                found.add(self.pattern(one, place(element, p)))
        return found

    def unpacked(self, found: Found, patterns: list[Any], view: gast.expr, p: Any) -> Found:
        """`case [x, y, *rest]` -> `x, y, *rest = view`"""
        targets: list[gast.expr] = []
        index: gast.expr
        starred = False
        for i, one in enumerate(patterns):
            if isinstance(one, gast.MatchStar):
                targets.append(gast.Starred(store(one.name), gast.Store()))
                starred = True
            else:
                targets.append(store(one.name))
                index = gast.UnaryOp(gast.USub(), constant(len(patterns) - i)) if starred else constant(i)
                found.parts[one.name] = place(gast.Subscript(copy_tree(view), index, gast.Load()), p)
        found.binds.append(assign(gast.Tuple(targets, gast.Store()), copy_tree(view), p))
        return found

    def middle(self, view: Any, before: int, after: int) -> gast.expr:
        """What `*rest` captures, a list: `list(view)[before:-after]`"""
        if isinstance(view, gast.Tuple):
            return gast.List([copy_tree(e) for e in view.elts[before : len(view.elts) - after]], gast.Load())
        items = call(self.names.builtin("list"), copy_tree(view))
        if not before and not after:
            return items
        upper = gast.UnaryOp(gast.USub(), constant(after)) if after else None
        return gast.Subscript(items, gast.Slice(constant(before) if before else None, upper, None), gast.Load())

    def is_sequence(self, view: gast.expr, p: Any) -> list[gast.expr]:
        texts = gast.Tuple([self.names.builtin(name) for name in _NO_SEQUENCE], gast.Load())
        sequence = load(self.names.imported("collections.abc", "Sequence"))
        return [self.is_a(view, sequence, p), place(gast.UnaryOp(gast.Not(), self.is_a(view, texts, p)), p)]

    def has_length(self, view: gast.expr, length: int, exact: bool, p: Any) -> list[gast.expr]:
        if not exact and not length:
            return []
        size = call(self.names.builtin("len"), copy_tree(view))
        return [place(gast.Compare(size, [gast.Eq() if exact else gast.GtE()], [constant(length)]), p)]

    def mapping(self, p: Any, view: gast.expr) -> Found:
        found = Found([self.is_a(view, load(self.names.imported("collections.abc", "Mapping")), p)])
        for key in p.keys:
            found.add(Found([place(gast.Compare(copy_tree(key), [gast.In()], [copy_tree(view)]), p)]))
        for key, one in zip(p.keys, p.patterns):
            found.add(self.pattern(one, place(gast.Subscript(copy_tree(view), copy_tree(key), gast.Load()), p)))
        if p.rest is not None:
            found.binds.append(assign(p.rest, call(self.names.builtin("dict"), copy_tree(view)), p))
            for key in p.keys:
                item = gast.Subscript(load(p.rest), copy_tree(key), gast.Del())
                found.binds.append(place(gast.Delete([item]), p))
        return found

    def instance(self, p: Any, view: gast.expr) -> Found:
        """A class pattern: `Point(a, y=b)`."""
        found = Found([self.is_a(view, copy_tree(p.cls), p)])
        fields = self.fields_of(p)
        if fields == SELF and p.patterns:
            found.add(self.pattern(p.patterns[0], view))
        else:
            for i, one in enumerate(p.patterns):
                found.add(self.pattern(one, self.attribute(p, fields, i, view)))
        for name, one in zip(p.kwd_attrs, p.kwd_patterns):
            if name not in (fields or ()):
                test = call(self.names.builtin("hasattr"), copy_tree(view), constant(name))
                found.add(Found([place(test, p)]))
            found.add(self.pattern(one, place(gast.Attribute(copy_tree(view), name, gast.Load()), p)))
        return found

    def fields_of(self, p: Any) -> tuple[str, ...] | None:
        if self.fields is not None and (known := self.fields(p.cls)) is not None:
            return known
        return SELF if isinstance(p.cls, gast.Name) and p.cls.id in _SELF and not self.names.hides(p.cls.id) else None

    def attribute(self, p: Any, fields: tuple[str, ...] | None, i: int, view: gast.expr) -> gast.expr:
        if fields is not None and i < len(fields) and fields != SELF:
            return place(gast.Attribute(copy_tree(view), fields[i], gast.Load()), p)
        names = gast.Attribute(copy_tree(p.cls), "__match_args__", gast.Load())
        name = gast.Subscript(names, constant(i), gast.Load())
        return place(call(self.names.builtin("getattr"), copy_tree(view), name), p)

    def is_a(self, view: gast.expr, classes: gast.expr, p: Any) -> gast.expr:
        return place(call(self.names.builtin("isinstance"), copy_tree(view), classes), p)


def _reads(tree: Any) -> Counter[str]:
    """How often each name stands in a tree; what patterns capture doesn't count."""
    return Counter(node.id for node in walk(tree) if isinstance(node, gast.Name))


def _shared(options: list[Found]) -> list[gast.expr]:
    """Takes the tests that all options begin with out of them."""
    shared: list[gast.expr] = []
    while all(found.tests for found in options) and len({gast.dump((found.tests or [])[0]) for found in options}) == 1:
        shared += [found.tests.pop(0) for found in options if found.tests][:1]
    return shared


def _captured(case: Any) -> set[str]:
    """The names that a case may bind before its body runs."""
    found = {name for node in walk(case.pattern) if isinstance(node, gast.pattern) for name in names_of(node)}
    if case.guard is not None:
        found |= {node.target.id for node in walk(case.guard) if isinstance(node, gast.NamedExpr)}
    return found


def _is_capture(p: Any) -> bool:
    plain = isinstance(p, gast.MatchStar) or isinstance(p, gast.MatchAs) and p.pattern is None
    return plain and p.name is not None


def _is_wildcard(p: Any) -> bool:
    return isinstance(p, gast.MatchAs) and p.pattern is None and p.name is None


def _is_simple(e: Any) -> bool:
    return isinstance(e, (gast.Name, gast.Constant)) or isinstance(e, gast.Tuple) and all(map(_is_simple, e.elts))


def _is_literal(e: Any) -> bool:
    return isinstance(e, gast.Constant) or isinstance(e, gast.UnaryOp) and isinstance(e.operand, gast.Constant)


def _replace(guard: Any, parts: dict[str, gast.expr]) -> Any:
    """The guard with expressions in the place of names."""
    holder = gast.Expr(copy_tree(guard))
    for node in list(walk(holder)):
        for name in node._fields:
            item = getattr(node, name, None)
            if isinstance(item, gast.Name) and item.id in parts:
                setattr(node, name, copy_tree(parts[item.id]))
            elif type(item) is list:
                item[:] = [copy_tree(parts[e.id]) if isinstance(e, gast.Name) and e.id in parts else e for e in item]
    return holder.value
