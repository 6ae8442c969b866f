"""Part of the stage `infer`: np.cross, whose result has another rank where its vectors have two elements.

Three elements each are what a program is made for: of arguments that is looked at in the call, as of slices
(`infer_windows.py`), and Numba compiles no others. Where it can't be known, nothing is taken for granted
(`rules/cross.py`).
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad.kinds import Dim
from s2sad.rules.cross import CROSS_OF_ANY
from s2sad.values import Value

AXES = ("axisa", "axisb", "axisc", "axis")


class Cross:
    def call_cross(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        given = {**dict(zip(("a", "b", *AXES), args)), **keywords}
        if set(given) - {"a", "b", *AXES} or not {"a", "b"} <= set(given):
            return None
        places = {name: self.known(given[name]) for name in AXES if name in given}
        both = places.get("axis")
        ends = [places.get("axisa", -1), places.get("axisb", -1)] if both is None else [both, both]
        vectors = [self.list_as_array(given[name], node, always=True) for name in ("a", "b")]
        if all(self.has_three(each, end) for each, end in zip(vectors, ends)):
            return None
        bound = {"a": self.settle(vectors[0]), "b": self.settle(vectors[1])}
        bound |= {name: given[name] for name in AXES if name in given}

        def made(exprs: list[gast.AST]) -> gast.AST:
            return self.call_expression(function.expr, exprs[:2], dict(zip(list(bound)[2:], exprs[2:])))

        return self.primitive(CROSS_OF_ANY, list(bound.values()), made, node, hint, bound=bound)

    def has_three(self, vectors: Value, axis: Any) -> bool:
        """Whether an array is known to hold vectors of three elements."""
        dims = getattr(vectors.kind, "dims", None)
        if self.request.options.get("compiled"):
            return True  # others are an error there (`numba_helpers.py`)
        if not dims or not isinstance(axis, int) or not -len(dims) <= axis < len(dims):
            return False
        return self.is_three(dims[axis].key if isinstance(dims[axis], Dim) else None)

    def is_three(self, key: Any) -> bool:
        if isinstance(key, int):
            return key == 3
        if isinstance(key, tuple) and key[:1] == ("broadcast",):
            return all(self.is_three(each) for each in key[1:])
        known = self.request.lengths.get(key)
        if known is None:
            return False
        self.reached[key, 3], self.reached[key, 4] = known[0] >= 3, known[0] >= 4
        return bool(known[0] == 3)
