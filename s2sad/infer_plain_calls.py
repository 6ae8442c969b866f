"""Part of the stage `infer`: calls that stay as they stand, since no gradient flows through them, and what
they may write."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.drawn import drawn_kind, draws
from s2sad.expressions import mark_pure
from s2sad.infer_memory import is_function
from s2sad.infer_outputs import WRITING, harmless_by_name
from s2sad.kinds import BOOL, FLOAT, INT, UNKNOWN, Kind, Tuple, Unknown
from s2sad.values import BoundMethod, Value

TUPLES = (
    itertools.combinations,
    itertools.combinations_with_replacement,
    itertools.permutations,
    itertools.product,
    itertools.pairwise,
)


class PlainCalls:
    def call_expression(self, function: gast.AST, args: list[gast.AST], keywords: dict[str, gast.AST]) -> gast.Call:
        return gast.Call(function, list(args), [gast.keyword(key, value) for key, value in keywords.items()])

    def opaque_call(
        self,
        function: Value,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        written: Sequence[Value] = (),
        reads_only: bool = False,
    ) -> Value:
        """A call that no gradient flows through: done once, in its place. written: what it is known to write into."""
        expr = self.call_expression(
            function.expr, [value.expr for value in args], {k: v.expr for k, v in keywords.items()}
        )
        static = function.static
        if self.quiet:
            if not harmless(static) and any(value.varied and value.place is not None for value in args):
                raise self.refuse("no_rule", node, name=getattr(static, "__name__", "it"), module="")
            return Value(expr, self.guess_kind(static, args, keywords))
        if pure_builtin(static):
            mark_pure(expr)
            return Value(expr, self.guess_kind(static, args, keywords))
        if isinstance(static, BoundMethod) and static.name in WRITING and not self.is_memory(static.owner):
            if static.owner.place is None:
                raise self.refuse("unknown_store", node)
            written = [*written, static.owner]
        known = reads_only or harmless(static) and not self.given_writer(static, args, keywords)
        touched = [] if known and not written else [*(written or [*args, *keywords.values()])]
        if not known:
            touched.append(function)  # what it belongs to
        places = [place for value in touched for place in self.memory_in(value)]
        if not known:
            self.escaped += [place.root for place in places if place.root not in self.escaped]
            places = [*places, *map(ir.Place, self.escaped)]  # what another call was given, it may have kept
        self.note_writes(places, node)
        self.effects += 1
        made = self.emit(expr, ir.Plain(False), self.guess_kind(static, args, keywords), False)
        self.effects += 1
        self.info[made.expr.id].gives = self.given_items(static, args, keywords)
        if (
            static in (itertools.count, itertools.cycle)
            or static is itertools.repeat
            and len(args) + len(keywords) == 1
        ):
            self.endless.add(made.expr.id)
        if not self.makes_new(expr):
            given = [place.root for value in [*args, *keywords.values()] for place in self.memory_in(value)]
            self.note_shared(made, given if known else [*given, *self.escaped])
        return made

    def given_items(self, static: Any, args: list[Value], keywords: dict[str, Value]) -> Kind | None:
        """The kind of the tuples that np.ndindex or a function of itertools gives, of what carries no gradient."""
        if static is np.ndindex:
            shape = args[0].kind if len(args) == 1 and isinstance(args[0].kind, Tuple) else None
            return Tuple((INT,) * (len(args) if shape is None else len(shape.items)))
        if static not in TUPLES or keywords or not args:
            return None
        items = [self.sum_kind(each) for each in args]
        if static is itertools.product:
            return Tuple(tuple(items))
        length = 2 if static is itertools.pairwise else self.known(args[1]) if len(args) == 2 else None
        return Tuple((items[0],) * length) if isinstance(length, int) else None

    def pure_call(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        expr = self.call_expression(
            function.expr, [value.expr for value in args], {k: v.expr for k, v in keywords.items()}
        )
        mark_pure(expr)
        return Value(expr, UNKNOWN)

    def call_refused(
        self, function: Value, reason: tuple[str, str], args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        """A function that has no derivative, on constants alone."""
        if any(value.varied for value in [*args, *keywords.values()]) and not self.quiet:
            name = getattr(function.static, "__name__", trees.show(function.expr).rpartition(".")[2])
            raise self.refuse("refused", node, name=name, why=reason[0], instead=reason[1])
        return self.opaque_call(function, args, keywords, node)

    def given_writer(self, static: Any, args: list[Value], keywords: dict[str, Value]) -> bool:
        """Whether a call that writes nothing itself is given a function that may: map(fill, rows)."""
        if any(self.is_writer(value.static) for value in [*args, *keywords.values()] if is_function(value)):
            return True
        called = args[:1] if static in (map, filter) else [v for k, v in keywords.items() if k == "key"]
        return any(isinstance(value.kind, Unknown) for value in called)

    def guess_kind(self, static: Any, args: list[Value], keywords: dict[str, Value]) -> Any:
        if draws(static):
            return drawn_kind(static, [each.kind for each in args], {k: each.kind for k, each in keywords.items()})
        if (
            static is len
            or static is int
            or static is round
            and len(args) == 1
            or static is id
            or static is hash
            or static is ord
        ):
            return INT
        if static is float:
            return FLOAT
        if static in (bool, isinstance, callable, any, all, hasattr, issubclass):
            return BOOL
        return UNKNOWN


def pure_builtin(static: Any) -> bool:
    return static in (len, isinstance, callable, hasattr, range, type, ord, chr, str, repr, hash, any, all)


def harmless(static: Any) -> bool:
    """Whether a function is known to write into none of its arguments."""
    module = getattr(static, "__module__", None) or ""
    if static is memoryview or module.startswith("numpy.ma"):  # what they give shares the argument's memory
        return False
    if static is print or isinstance(static, type) and module == "builtins" or module == "builtins":
        return True
    if module.startswith(("numpy", "math")) and harmless_by_name(static):
        return True
    return isinstance(static, BoundMethod)
