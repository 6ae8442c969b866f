"""Part of the stage `infer`: functions of NumPy whose options say how much they give, or whether it is new memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad import ir, trees
from s2sad.equivalents import shapes
from s2sad.indexing import dim_of, unknown_dim
from s2sad.kinds import INT, Array, List, Static, Tuple
from s2sad.rules import registry
from s2sad.rules.results import floating, unless_narrow
from s2sad.values import MISSING, Value

UNIQUE = ("ar", "return_index", "return_inverse", "return_counts", "axis", "equal_nan", "sorted")
BIN_EDGES = ("a", "bins", "range", "weights")
HISTOGRAM = ("a", "bins", "range", "density", "weights")
ASTYPE = ("dtype", "order", "casting", "subok", "copy")


class NumPyOptions:
    def call_array(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.array(x, ndmin=2): the array with axes put before; np.array(x, copy=None): np.asarray."""
        least = self.known(keywords["ndmin"]) if "ndmin" in keywords else 0
        copied = self.known(keywords["copy"]) if "copy" in keywords else True
        shared = copied is None or copied is False and self.is_given_back(args, keywords)
        if not isinstance(least, int) or not (least or shared) or copied is not True and not shared:
            return None
        others = {key: value for key, value in keywords.items() if key != "ndmin" and not (shared and key == "copy")}
        if shared:
            function = Value(trees.attr(trees.module(np), "asarray"), Static(np.asarray))
            made = self.settle(self.call_value(function, args, others, node, hint))
        else:
            made = self.settle(self.call_rule(registry.find(np.array), function, args, others, node, None))
        if not least:
            return made
        return self.call_equivalent(shapes.with_axes_before, [made, keywords["ndmin"]], {}, node, hint)

    def is_given_back(self, args: list[Value], keywords: dict[str, Value]) -> bool:
        """Whether np.array(..., copy=False) is its argument itself, and no error."""
        given = {**dict(zip(("object", "dtype"), args)), **keywords}
        of_type = "dtype" not in given or self.has_type(args[0], given["dtype"]) is True
        return bool(args) and isinstance(args[0].kind, Array) and of_type and "order" not in given

    # ---------------------------------------------------------------- astype
    def call_astype_method(
        self, function: Value, owner: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any,
        hint: str | None,
    ) -> Value | None:  # fmt: skip
        """x.astype(dtype, copy=False) is x itself where it has that type, and another array where it hasn't."""
        if len(args) > 1:
            keywords = {**dict(zip(ASTYPE[1:], args[1:])), **keywords}
            return self.array_method(function, owner, name, args[:1], keywords, node, hint)
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
        if MISSING in known.values():
            return None
        usual = {"axis": None, "equal_nan": True, "sorted": True}
        other = {key: given[key] for key in usual if known.pop(key, usual[key]) != usual[key]}
        count = sum(bool(value) for value in known.values())
        rule = registry.find(np.unique)
        first = self.settle(self.list_as_array(given["ar"], node))
        if other:
            return self.unique_by_places(function, first, other, [key for key in UNIQUE if known.get(key)], node)
        if count == 0:
            return self.call_rule(rule, function, [first], {}, node, hint)
        bound = {"ar": first}
        call = self.call_expression(
            function.expr, [first.expr], {key: given[key].expr for key in UNIQUE if known.get(key)}
        )
        parts = [(self.result_kind(rule, bound, [first], node), rule, bound)]
        return self.several(call, [*parts, *[(Array("int64", None), None, {})] * count], "numpy")

    def unique_by_places(
        self, function: Value, numbers: Value, other: dict[str, Value], asked: list[str], node: Any
    ) -> Value:
        """The rows that differ along an axis, or numbers with an option that no rule knows: those at the places where
        each is found first. other: these options; asked: which results there are beside them."""
        found = {"return_index": self.key_value(True), **{key: self.key_value(True) for key in asked}}
        still = Value(numbers.expr, numbers.kind)
        whole = self.settle(self.pure_call(function, [still], {**found, **other}, node))
        names = [key for key in UNIQUE if key in found]
        places = Array("int64", (unknown_dim(),))
        beside = {
            key: self.emit(
                trees.index(whole.expr, trees.const(k)),
                ir.Plain(True),
                Array("int64", None) if key == "return_inverse" else places,
                False,
            )
            for k, key in enumerate(names, 1)
        }
        rule = registry.find(np.take)
        bound = {"a": numbers, "indices": beside["return_index"], "axis": other.get("axis", self.key_value(None))}
        op = ir.Primitive(
            rule,
            {name: self.operand(value) for name, value in bound.items()},
            {name: value.kind for name, value in bound.items()},
            {"axis": self.known(bound["axis"])},
            "numpy",
        )
        kind = self.result_kind(rule, bound, list(bound.values()), node)
        first = self.emit(trees.index(whole.expr, trees.const(0)), op, kind, True)
        return self.make_tuple([first, *[beside[key] for key in asked]]) if asked else first

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
        shared = moving and "density" in given and self.known(given["density"]) not in (None, False)
        if shared and self.known(given["density"]) is MISSING:
            return None
        if shared:
            del given["density"]
        numbers = self.settle(self.list_as_array(given["a"], node))
        others = {key: value for key, value in given.items() if key != "a"}
        still = Value(numbers.expr, numbers.kind)
        made = self.call_rule(registry.find(np.histogram), function, [still], others, node, None)
        if made.items is None:
            made = self.settle(made)
            kinds = made.kind.items
            parts = [
                self.emit(trees.index(made.expr, trees.const(k)), ir.Plain(True), kinds[k], False) for k in range(2)
            ]
        else:
            parts = list(made.items)
        edges = self.edges_of(numbers, bins, parts[1], node) if moving else parts[1]
        if shared:
            return self.make_tuple([self.call_equivalent(shapes.density, [parts[0], edges], {}, node, None), edges])
        return self.make_tuple([parts[0], edges])

    def call_bin_edges(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.histogram_bin_edges(x, 10): from the least number to the greatest."""
        given = {**dict(zip(BIN_EDGES, args)), **keywords}
        bins = self.known(given["bins"]) if "bins" in given else 10
        ranged = "range" in given and self.known(given["range"]) is not None
        listed = "bins" in given and isinstance(given["bins"].kind, (Array, List, Tuple))
        if "a" not in given or any(value.varied for key, value in given.items() if key != "a"):
            return None
        if not given["a"].varied or not (isinstance(bins, int) or listed):
            return None
        numbers = self.settle(self.list_as_array(given["a"], node))
        others = {key: value for key, value in given.items() if key != "a"}
        made = self.pure_call(function, [Value(numbers.expr, numbers.kind)], others, node)
        dtype = unless_narrow(floating(getattr(numbers.kind, "dtype", "")))
        kind = Array(dtype, (dim_of(bins + 1) if isinstance(bins, int) else unknown_dim(),))
        if ranged or listed:
            return self.emit(made.expr, ir.Plain(True), kind, False)
        return self.edges_of(numbers, bins, Value(made.expr, kind), node)

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
