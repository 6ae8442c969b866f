"""Part of the stage `infer`: lists and tuples where NumPy takes an array, ints where it takes a count."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from s2sad.kinds import Array, List, Scalar, Tuple
from s2sad.values import MISSING, BoundMethod, Value

# What takes integers in all its parameters; the parameters that take one in any function without derivative.
OF_INTEGERS = {
    math.comb, math.perm, math.factorial, math.gcd, math.lcm, math.isqrt, np.gcd, np.lcm, np.bitwise_and, np.bitwise_or,
    np.bitwise_xor, np.invert, np.left_shift, np.right_shift, np.zeros, np.ones, np.empty, np.eye, np.identity, np.tri,
    np.tril_indices, np.triu_indices, np.diag_indices, np.indices, np.unravel_index, np.ravel_multi_index,
    np.bartlett, np.blackman, np.hamming, np.hanning, np.fft.fftfreq, np.fft.rfftfreq, np.ndindex, np.mask_indices,
    np.bitwise_count, operator.index,
}  # fmt: skip
LISTS_OF_AXES = (np.roll, np.flip, np.expand_dims)  # others raise TypeError for `axis=[0, 1]`
SIZES = ("shape", "newshape", "axes", "pad_width", "reps", "shift", "source", "destination")
INTEGERS = {"axis", "axis1", "axis2", "decimals", "ndigits", "k", "kth", "shape", "minlength"}


class ArrayArguments:
    def without_flat(self, args: list[Value], node: Any) -> list[Value]:
        """`A.flat` as an argument: its elements."""
        return [
            self.flat_elements(v, node) if isinstance(v.static, BoundMethod) and v.static.name == "flat" else v
            for v in args
        ]

    def note_counts(self, rule: Any, bound: dict[str, Value]) -> None:
        """An int that is given where a rule has no derivative (an axis, a number of items) is a count, not a number."""
        for name, value in bound.items():
            if rule.form == "nondifferentiable":
                count = rule.function in OF_INTEGERS or name in INTEGERS
            else:
                count = name not in rule.wrt
            if count and isinstance(value, Value):  # the options of a function without a signature are a dict
                self.use_parts_as_integers(value)

    def use_parts_as_integers(self, value: Value) -> None:
        for each in [value] if value.items is None else value.items:
            if each.items is not None:
                self.use_parts_as_integers(each)
            elif isinstance(each.kind, Scalar):
                self.use_as_integer(each)

    def as_array(self, value: Value, node: Any) -> Value:
        """np.array(value), of a list or tuple that a function of NumPy gets as an array."""
        return self.call_function(np.array, [value], node)

    def array_of(self, value: Value, node: Any) -> Value:
        """An array as it is, anything else as the array that NumPy makes of it; under a name."""
        return self.settle(value if isinstance(value.kind, Array) else self.as_array(value, node))

    def arrays_for(
        self, rule: Any, bound: dict[str, Value], args: list[Value], keywords: dict[str, Value], node: Any
    ) -> tuple[list[Value], dict[str, Value], dict[str, Value]]:
        """The arguments with each list or tuple that is meant as an array made one, where a gradient flows."""
        library = getattr(rule.function, "__module__", None) or "numpy"
        if (
            rule.form == "nondifferentiable"
            or not library.startswith(("numpy", "scipy"))
            or self.quiet
            or rule.function in (np.where,)
        ):
            return args, keywords, bound
        if not any(bound[name].varied for name in rule.wrt if name in bound):
            return args, keywords, bound
        made: dict[int, Value] = {}
        for name in rule.wrt:
            value = bound.get(name)
            if value is None or value.static is None:
                continue
            if name == rule.variadic:
                items = self.items_throughout(value)
                if rule.function in (np.array, np.asarray, np.asanyarray) or items is None:
                    continue
                if any(self.is_listed(item) for item in items):
                    changed = [
                        self.settle(self.as_array(item, node)) if self.is_listed(item) else item for item in items
                    ]
                    made[id(value)] = self.make_tuple(changed)
            elif self.is_listed(value):
                made[id(value)] = self.settle(self.as_array(value, node))
        return with_others(made, args, keywords, bound)

    def lists_of_integers(
        self, rule: Any, bound: dict[str, Value], args: list[Value], keywords: dict[str, Value]
    ) -> tuple[list[Value], dict[str, Value], dict[str, Value]]:
        """The arguments with each list of integers that is a shape, axes or numbers of items as the tuple of them.
        Those that are positions stay lists: as an index, a tuple is another thing."""
        if not rule.own or rule.form == "nondifferentiable" and rule.function not in OF_INTEGERS:
            return args, keywords, bound
        made: dict[int, Value] = {}
        for name, value in bound.items():
            listed = name in SIZES or name == "axis" and rule.function in LISTS_OF_AXES
            if not listed or not isinstance(value, Value):
                continue
            for each in [value, *(value.items or ())]:  # of `*shape`, each is an argument
                tuples = self.as_tuples(each)
                if tuples is not None and tuples is not each:
                    made[id(each)] = tuples
        return with_others(made, args, keywords, bound)

    def as_tuples(self, value: Value) -> Value | None:
        """An integer, or a tuple for a tuple or list of such; None where there is anything else in it."""
        if value.items is None and not isinstance(value.kind, List):
            return value if isinstance(value.kind, Scalar) and value.kind.char == "i" else None
        items = self.items_throughout(value)
        inner = [None] if items is None else [self.as_tuples(each) for each in items]
        if None in inner or not inner:
            return None
        if value.items is not None and all(one is other for one, other in zip(inner, value.items)):
            return value
        return self.make_tuple(inner)

    def tuples_as_lists(self, rule: Any, bound: dict[str, Value], node: Any) -> dict[int, Value]:
        """What carries a gradient into a function and has several parts: of `math`, a tuple is a list there, whose
        adjoint is one value; of NumPy, an array."""
        made: dict[int, Value] = {}
        for name, value in bound.items():
            if name not in rule.wrt or not value.varied:
                continue
            if self.is_fixed_list(value):
                items = [self.list_as_array(item, node) for item in self.as_items(value).items]
                made[id(value)] = self.make_list(items)
                if self.is_fixed_list(made[id(value)]):
                    self.need_plain_list(value.object, node)
            elif value.object is not None:
                raise self.refuse("rule_keyword", node, name=rule.name, keywords=name)
            elif name != rule.variadic and value.items is not None:
                listed = rule.library == "math"
                operator = getattr(rule.function, "__module__", "") == "_operator"
                if operator and not any(isinstance(other.kind, Array) for other in bound.values()):
                    raise self.refuse("rule_keyword", node, name=rule.name, keywords=name)
                made[id(value)] = self.make_list(value.items) if listed else self.list_as_array(value, node)
        return made

    def is_listed(self, value: Value) -> bool:
        return isinstance(value.kind, (List, Tuple)) and (value.items is not None or isinstance(value.kind, List))

    def known_list(self, value: Value) -> Any:
        parts = None if value.items is not None else self.items_throughout(value)
        if parts is not None:
            items = [self.known(each) for each in parts]
            return MISSING if MISSING in items else items
        return self.known(value)


def with_others(
    made: dict[int, Value], args: list[Value], keywords: dict[str, Value], bound: dict[str, Value]
) -> tuple[list[Value], dict[str, Value], dict[str, Value]]:
    """The arguments, those that something was made of replaced by that."""

    def new(value: Value) -> Value:
        return made.get(id(value), value)

    return [new(v) for v in args], {k: new(v) for k, v in keywords.items()}, {k: new(v) for k, v in bound.items()}
