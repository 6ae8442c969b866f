"""Part of the stage `infer`: functions of NumPy whose options say how much they give, or whether it is new memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad import ir, trees
from s2sad.equivalents import shapes
from s2sad.kinds import INT, Array, List
from s2sad.rules import registry
from s2sad.values import MISSING, Value

UNIQUE = ("ar", "return_index", "return_inverse", "return_counts", "axis", "equal_nan")
HISTOGRAM = ("a", "bins", "range", "density", "weights")
ASTYPE = ("dtype", "order", "casting", "subok", "copy")


class NumPyOptions:
    def call_array(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.array(x, ndmin=2): the array with axes put before."""
        least = self.known(keywords["ndmin"]) if "ndmin" in keywords else 0
        copied = "copy" not in keywords or self.known(keywords["copy"]) is True
        if not isinstance(least, int) or least == 0 or not copied:
            return None
        others = {key: value for key, value in keywords.items() if key != "ndmin"}
        made = self.settle(self.call_rule(registry.find(np.array), function, args, others, node, None))
        return self.call_equivalent(shapes.with_axes_before, [made, keywords["ndmin"]], {}, node, hint)

    # ---------------------------------------------------------------- astype
    def call_astype_method(
        self, function: Value, owner: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any,
        hint: str | None,
    ) -> Value | None:  # fmt: skip
        """x.astype(dtype, copy=False) is x itself where it has that type, and another array where it hasn't."""
        given = {**dict(zip(ASTYPE, args)), **keywords}
        if "copy" not in given or self.known(given["copy"]) is not False:
            return None
        if "order" in given and self.known(given["order"]) not in ("K", "A"):
            return None
        same = self.has_type(owner, given.get("dtype"))
        if same is None:
            return None
        if same:
            return owner
        others = {key: value for key, value in given.items() if key not in ("copy", "order")}
        return self.array_method(function, owner, name, [], others, node, hint)

    def call_astype(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        if len(args) != 2 or "copy" not in keywords or self.known(keywords["copy"]) is not False:
            return None
        same = self.has_type(args[0], args[1])
        if same is None:
            return None
        others = {key: value for key, value in keywords.items() if key != "copy"}
        rule = registry.find(function.static)
        return args[0] if same else self.call_rule(rule, function, args, others, node, hint)

    def has_type(self, value: Value, dtype: Value | None) -> bool | None:
        """Whether an array has this dtype; None where that isn't known."""
        wanted = MISSING if dtype is None else self.known(dtype)
        if wanted is MISSING or wanted is None or not isinstance(value.kind, Array) or not value.kind.dtype:
            return None
        try:
            return bool(np.dtype(value.kind.dtype) == np.dtype(wanted))
        except TypeError:
            return None

    # ---------------------------------------------------------------- what lies where, beside the numbers
    def call_unique(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.unique(x, return_counts=True): the numbers, and places and counts, which change in jumps."""
        given = {**dict(zip(UNIQUE, args)), **keywords}
        if "ar" not in given or not given["ar"].varied or len(given) == 1:
            return None
        known = {key: self.known(value) for key, value in given.items() if key != "ar"}
        if known.pop("axis", None) is not None or known.pop("equal_nan", True) is not True or MISSING in known.values():
            return None
        count = sum(bool(value) for value in known.values())
        rule = registry.find(np.unique)
        first = self.settle(self.list_as_array(given["ar"], node))
        if count == 0:
            return self.call_rule(rule, function, [first], {}, node, hint)
        bound = {"ar": first}
        call = self.call_expression(
            function.expr, [first.expr], {key: given[key].expr for key in UNIQUE if known.get(key)}
        )
        parts = [(self.result_kind(rule, bound, [first], node), rule, bound)]
        return self.several(call, [*parts, *[(Array("int64", None), None, {})] * count], "numpy")

    def call_histogram(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.histogram(x, 10): how many numbers are in a bin changes in jumps; the edges go from the least number to
        the greatest, where no range is given."""
        given = {**dict(zip(HISTOGRAM, args)), **keywords}
        if "a" not in given or not given["a"].varied or any(given[k].varied for k in ("bins", "range") if k in given):
            return None
        bins = self.known(given["bins"]) if "bins" in given else 10
        counted = isinstance(bins, int)
        if not counted and not ("bins" in given and isinstance(given["bins"].kind, (Array, List))):
            return None
        ranged = "range" in given and self.known(given["range"]) is not None
        moving = counted and not ranged
        if moving and "density" in given and self.known(given["density"]) not in (None, False):
            return None
        numbers = self.settle(self.list_as_array(given["a"], node))
        still = {**given, "a": Value(numbers.expr, numbers.kind)}
        made = self.call_rule(registry.find(np.histogram), function, [], still, node, None)
        if made.items is None:
            made = self.settle(made)
            kinds = made.kind.items
            parts = [
                self.emit(trees.index(made.expr, trees.const(k)), ir.Plain(True), kinds[k], False) for k in range(2)
            ]
        else:
            parts = list(made.items)
        return self.make_tuple([parts[0], self.edges_of(numbers, bins, parts[1], node) if moving else parts[1]])

    def edges_of(self, numbers: Value, bins: int, edges: Value, node: Any) -> Value:
        """The edges, as those of np.linspace(np.min(x), np.max(x), bins + 1)."""
        ends = [self.settle(self.call_function(each, [numbers], node)) for each in (np.min, np.max)]
        rule = registry.find(np.linspace)
        names = dict(zip(rule.parameters.parameters, [*ends, Value(trees.const(bins + 1), INT)]))
        op = ir.Primitive(
            rule,
            {name: value.expr for name, value in names.items()},
            {name: value.kind for name, value in names.items()},
            {"num": bins + 1},
            "numpy",
        )
        return self.emit(edges.expr, op, edges.kind, True)
