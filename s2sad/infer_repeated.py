"""Part of the stage `infer`: functions that NumPy applies again and again, as the loops that they are.

`np.vectorize(f)(x)` calls the user's f for each element, `np.subtract.reduce(x)` subtracts one row after the other;
`s2sad/equivalents` has the loops.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.equivalents import calling, repeating, sampled
from s2sad.kinds import Array, Kind, List, Scalar, Static, Tuple
from s2sad.local_functions import without_local_functions
from s2sad.values import MISSING, BoundMethod, LocalFunction, Partial, Value, Vectorized

_FOR_EACH: dict[int, Any] = {1: calling.for_each, 2: calling.for_each_pair, 3: calling.for_each_triple}
NARROW = ("float32", "float16", "complex64")  # types whose elements Python's numbers are not
_METHODS: dict[str, Any] = {
    "reduce": repeating.reduced_by,
    "accumulate": repeating.accumulated_by,
    "reduceat": repeating.reduced_in_segments,
}


class Repeated:
    # ---------------------------------------------------------------- np.vectorize
    def make_vectorized(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.vectorize(f), made in the user's function."""
        given = {**dict(zip(("pyfunc", "otypes", "doc", "excluded", "cache", "signature"), args)), **keywords}
        if "pyfunc" not in given:
            raise self.refuse("vectorize", node, what="without a function")
        expr = self.call_expression(function.expr, [v.expr for v in args], {k: v.expr for k, v in keywords.items()})
        return Value(without_local_functions(expr, "vectorize"), Static(Vectorized(given["pyfunc"], [], given)))

    def vectorized_outside(self, made: np.vectorize, function: Value) -> Vectorized:
        """What np.vectorize made outside of the user's function."""
        given = {key: self.key_value("given") for key in ("excluded", "signature") if getattr(made, key)}
        for key in ("pyfunc", "otypes"):
            value = getattr(made, key)
            self.guard(made, key, value)
            given[key] = self.outside_value(value, trees.attr(function.expr, key), ("vectorize", id(made), key))
        return Vectorized(given["pyfunc"], [], given)

    def call_vectorized(
        self, function: Value, made: Vectorized, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value:
        """np.vectorize(f)(x, y): the results for the elements, as an array."""
        own = isinstance(made.function.static, (LocalFunction, Partial, BoundMethod))
        if not own and not any(value.varied for value in [*args, *keywords.values()]):
            return self.opaque_call(function, args, keywords, node)
        for name in ("excluded", "signature"):
            value = made.keywords.get(name)
            if value is not None and self.known(value) not in (None, set(), ()):
                raise self.refuse("vectorize", node, what=f"with `{name}`")
        loop = _FOR_EACH.get(len(args))
        if loop is None or keywords:
            what = "with arguments by keyword" if keywords else f"of {len(args)} arguments"
            raise self.refuse("vectorize", node, what=what)
        otypes = made.keywords.get("otypes", self.key_value(None))
        known = self.known_list(otypes)
        if known is not None and (known is MISSING or list(known) not in ([float], ["d"])):
            raise self.refuse("vectorize", node, what="with other otypes than [float]")
        if known is None and self.does_more_than_give(made.function, node):
            raise self.refuse("vectorize_effects", node)
        typed = self.key_value(None if known is None else "d")
        if known is None and any(isinstance(v.kind, Array) and v.kind.dtype in NARROW for v in args):
            typed = self.call_equivalent(calling.type_of_first, [made.function, *args], {}, node, None)
        return self.call_equivalent(loop, [made.function, typed, *args], {}, node, hint)

    def does_more_than_give(self, function: Value, node: Any) -> bool:
        """Whether a function may write or print."""
        static = function.static
        if isinstance(static, LocalFunction):
            return not self.local_reads(static) or prints(static.tree)
        if not isinstance(static, FunctionType):
            return False
        tree = self.lowered_source(static, node)[0]
        return self.is_writer(static) or tree is not None and prints(tree)

    def call_interp(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.interp with a period is another one, of points that are sorted within it."""
        given = {**dict(zip(("x", "xp", "fp", "left", "right", "period"), args)), **keywords}
        if "period" not in given or not any(value.varied for value in given.values()):
            return None
        if self.known(given["period"]) is None:
            others = {key: value for key, value in given.items() if key != "period"}
            return self.call_known(function, np.interp, [], others, node, hint)
        return self.call_equivalent(sampled.periodic_interpolation, [], given, node, hint)

    # ---------------------------------------------------------------- methods of ufuncs
    def ufunc_method_as_loop(
        self,
        function: Value,
        ufunc: Any,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: Any,
    ) -> Value | None:
        """np.subtract.reduce(x, axis=1), np.multiply.at(a, places, b): where a gradient flows, as a loop."""
        inner = Value(function.expr.value, Static(ufunc))
        if name == "at" and ufunc.nout == 1 and len(args) == ufunc.nin + 1 and not keywords:
            target = args[0]
            if not any(v.varied for v in args):
                return None
            axes = args[1].items if isinstance(args[1].kind, Tuple) else None
            if axes is not None and len(axes) == 1:
                args = [target, axes[0], *args[2:]]
            pair = axes is not None and len(axes) == 2
            for each in axes or args[1:2]:
                if isinstance(each.kind, Scalar):
                    self.use_as_integer(each)
            fits = self.is_vector(args[1])
            if pair:
                fits = all(is_integer(getattr(each.kind, "item", each.kind)) for each in axes or ())
            if not isinstance(target.kind, Array) or not target.kind.dims or not fits:
                raise self.refuse("unknown_store", node)
            loop: Any = repeating.applied_at if ufunc.nin == 2 else repeating.applied_at_each
            if pair:
                loop = repeating.applied_at_pairs if ufunc.nin == 2 else repeating.applied_at_each_pair
            self.call_equivalent(loop, [inner, *args], {}, node, None)
            return Value(trees.const(None), Static(None))
        method = _METHODS.get(name)
        if method is None or ufunc.nin != 2 or ufunc.nout != 1 or not args or not args[0].varied:
            return None
        if set(keywords) - {"axis", "keepdims", "indices"} or not isinstance(args[0].kind, Array):
            return None
        return self.call_equivalent(method, [inner, *args], keywords, node, hint)

    def is_vector(self, value: Value) -> bool:
        """Whether an index is a vector of places, or one place."""
        return isinstance(value.kind, List) or is_integer(value.kind) and value.kind.rank in (0, 1)


def prints(tree: gast.FunctionDef) -> bool:
    return any(isinstance(each, gast.Name) and each.id == "print" for each in gast.walk(tree))


def is_integer(kind: Kind) -> bool:
    """Whether an index is of integers, one or an array of them."""
    return isinstance(kind, (Scalar, Array)) and (kind.char == "i" or kind.dtype == "real")
