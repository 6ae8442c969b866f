"""Part of the stage `infer`: functions that NumPy applies again and again, as the loops that they are.

`np.subtract.reduce(x)` subtracts one row after the other; `s2sad/equivalents` has the loops.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad import trees
from s2sad.equivalents import repeating, sampled
from s2sad.kinds import Array, Kind, List, Scalar, Static, Tuple
from s2sad.values import Value

_METHODS: dict[str, Any] = {
    "reduce": repeating.reduced_by,
    "accumulate": repeating.accumulated_by,
    "reduceat": repeating.reduced_in_segments,
}


class Repeated:
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
        if name in ("reduce", "reduceat") and ufunc in (np.power, np.arctan2) and any(v.varied for v in args):
            raise self.refuse("reduced_otherwise", node, name=ufunc.__name__)
        method = _METHODS.get(name)
        if method is None or ufunc.nin != 2 or ufunc.nout != 1 or not args or not args[0].varied:
            return None
        if set(keywords) - {"axis", "keepdims", "indices"} or not isinstance(args[0].kind, Array):
            return None
        return self.call_equivalent(method, [inner, *args], keywords, node, hint)

    def is_vector(self, value: Value) -> bool:
        """Whether an index is a vector of places, or one place."""
        return isinstance(value.kind, List) or is_integer(value.kind) and value.kind.rank in (0, 1)


def is_integer(kind: Kind) -> bool:
    """Whether an index is of integers, one or an array of them."""
    return isinstance(kind, (Scalar, Array)) and (kind.char == "i" or kind.dtype == "real")
