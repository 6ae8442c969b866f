"""Part of the stage `infer`: np.vectorize, which calls the user's function for each element or vector, as the loop that
it is; `s2sad/equivalents` has the loops.
"""

from __future__ import annotations

import re
from types import FunctionType
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.equivalents import calling
from s2sad.kinds import Array, Static
from s2sad.local_functions import without_local_functions
from s2sad.values import BoundMethod, LocalFunction, Partial, Value, Vectorized

_FOR_EACH: dict[int, Any] = {1: calling.for_each, 2: calling.for_each_pair, 3: calling.for_each_triple}
_FOR_EACH_PART: dict[int, Any] = {
    1: calling.for_each_part,
    2: calling.for_each_pair_of_parts,
    3: calling.for_each_triple_of_parts,
}
_OPTIONS = ("pyfunc", "otypes", "doc", "excluded", "cache", "signature")
NARROW = ("float32", "float16", "complex64")  # types whose elements Python's numbers are not


class VectorizedCalls:
    def make_vectorized(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.vectorize(f), made in the user's function."""
        given = {**dict(zip(_OPTIONS, args)), **keywords}
        if "pyfunc" not in given:
            raise self.refuse("vectorize", node, what="without a function")
        expr = self.call_expression(function.expr, [v.expr for v in args], {k: v.expr for k, v in keywords.items()})
        return Value(without_local_functions(expr, "vectorize"), Static(Vectorized(given["pyfunc"], [], given)))

    def vectorized_outside(self, made: np.vectorize, function: Value) -> Vectorized:
        """What np.vectorize made outside of the user's function."""
        excluded = Excluded(made)
        self.note_guard(excluded, "names", excluded.first)
        given = {"excluded": self.key_value(tuple(excluded.first))}
        for key in ("signature", "cache"):
            self.note_guard(made, key, value := getattr(made, key))
            given[key] = self.key_value(value)
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
        called, args = self.elements_of_call(made, args, keywords, node)
        ranks = self.ranks_of_parts(made, args, node)
        loop = _FOR_EACH.get(len(args), calling.for_each_of_several) if ranks is None else _FOR_EACH_PART.get(len(args))
        if loop is None or not args:
            raise self.refuse("vectorize", node, what=f"of {len(args)} arguments")
        otypes = self.type_of_vectorized(made, node)
        once = self.known(made.keywords.get("cache", self.key_value(False))) is True
        if otypes is None and not once and ranks is None and self.does_more_than_give(made.function, node):
            raise self.refuse("vectorize_effects", node)
        typed = self.key_value(otypes)
        if ranks is not None:
            return self.call_equivalent(loop, [called, typed, *map(self.key_value, ranks), *args], {}, node, hint)
        if otypes is None and any(isinstance(v.kind, Array) and v.kind.dtype in NARROW for v in args):
            typed = self.call_equivalent(calling.type_of_first, [called, *args], {}, node, None)
        count = self.count_of_results(made.function, node)
        places = self.key_value(None) if count is None else self.make_tuple([self.key_value(k) for k in range(count)])
        return self.call_equivalent(loop, [called, typed, places, *args], {}, node, hint)

    def count_of_results(self, function: Value, node: Any) -> int | None:
        """How long the tuple is that a function returns; None where it returns something else."""
        static = function.static
        while isinstance(static, (Partial, BoundMethod)):
            static = static.function.static if isinstance(static, Partial) else static.function
        tree = None
        if isinstance(static, LocalFunction):
            tree = static.tree
        elif isinstance(static, FunctionType):
            tree = getattr(self.lowered_source(static, node)[1], "tree", None)
        returned = [] if tree is None else returned_by(tree)
        lengths = {length_of_display(each) for each in returned}
        return lengths.pop() if len(lengths) == 1 else None

    def type_of_vectorized(self, made: Vectorized, node: Any) -> str | None:
        """What all results are converted to: the letter of a type, or None where the first of them decides."""
        otypes = self.known_list(made.keywords.get("otypes", self.key_value(None)))
        if otypes is None:
            return None
        try:
            (letter,) = [np.dtype(each).char for each in otypes]
        except (TypeError, ValueError):
            raise self.refuse("vectorize", node, what="with other otypes than [float]") from None
        if letter not in "dfDF":
            raise self.refuse("vectorize", node, what="with other otypes than [float]")
        return letter

    def elements_of_call(
        self, made: Vectorized, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> tuple[Value, list[Value]]:
        """A function of the arguments that are taken apart, and these: it has the `excluded` ones as they are."""
        excluded = self.names_in_set(made.keywords.get("excluded"))
        if excluded is None:
            raise self.refuse("vectorize", node, what="with an `excluded` that isn't written out")
        if not keywords and not any(k in excluded for k in range(len(args))):
            return made.function, args
        names = names_of_parameters(made.function.static)
        if names is None or len(args) > len(names) or any(key not in names for key in keywords):
            raise self.refuse("vectorize", node, what="with arguments whose names aren't those of a Python function")
        given = {k: (value, k in excluded) for k, value in enumerate(args)}
        given.update({names.index(key): (value, key in excluded) for key, value in keywords.items()})
        moving = [k for k in sorted(given) if not given[k][1]]
        if (
            not moving
            or moving != list(range(moving[0], moving[-1] + 1))
            or any(k not in given for k in range(moving[0]))
        ):
            raise self.refuse("vectorize", node, what="with `excluded` arguments between others")
        before = [given[k][0] for k in range(moving[0])]
        behind = {names[k]: given[k][0] for k in sorted(given) if k > moving[-1]}
        if not before and not behind:
            return made.function, [given[k][0] for k in moving]
        called = Value(made.function.expr, Static(Partial(made.function, before, behind)))
        return called, [given[k][0] for k in moving]

    def names_in_set(self, value: Value | None) -> tuple[Any, ...] | None:
        """What stands in a set or list of names and numbers; None where that isn't known."""
        if value is None or self.known(value) is None:
            return ()
        if isinstance(value.expr, gast.Set) and all(isinstance(each, gast.Constant) for each in value.expr.elts):
            return tuple(each.value for each in value.expr.elts)
        known = self.known_list(value)
        return tuple(known) if isinstance(known, (list, tuple, set, frozenset)) else None

    def ranks_of_parts(self, made: Vectorized, args: list[Value], node: Any) -> list[int] | None:
        """How many axes of each argument the function gets at once, by a signature like "(n),(n,m)->(m)"."""
        signature = self.known(made.keywords.get("signature", self.key_value(None)))
        if signature is None:
            return None
        inner, _, result = signature.replace(" ", "").partition("->") if isinstance(signature, str) else ("", "", "")
        parts = re.findall(r"\(([^()]*)\)", inner)
        if len(parts) != len(args) or not re.fullmatch(r"\([^()]*\)", result):
            raise self.refuse("vectorize", node, what="with a `signature` of other arguments, or of several results")
        ranks = [len(each.split(",")) if each else 0 for each in parts]
        if max(ranks) > 2:
            raise self.refuse("vectorize", node, what="with a `signature` of more than two axes")
        return ranks

    def does_more_than_give(self, function: Value, node: Any) -> bool:
        """Whether a function may write or print."""
        static = function.static
        if isinstance(static, LocalFunction):
            return not self.local_reads(static) or prints(static.tree)
        if not isinstance(static, FunctionType):
            return False
        tree = self.lowered_source(static, node)[0]
        return self.is_writer(static) or tree is not None and prints(tree)


class Excluded:
    """The set `excluded` of what np.vectorize made, for a guard that sees whether it has other items now."""

    def __init__(self, made: np.vectorize) -> None:
        self.made, self.first = made, frozenset(made.excluded)

    @property
    def names(self) -> frozenset[Any] | None:
        return self.first if self.made.excluded == self.first else None


def names_of_parameters(static: Any) -> list[str] | None:
    """The names of a Python function's positional parameters."""
    if isinstance(static, LocalFunction):
        return [each.id for each in static.tree.args.args]
    if isinstance(static, FunctionType):
        return list(static.__code__.co_varnames[: static.__code__.co_argcount])
    return None


def returned_by(tree: gast.AST) -> list[gast.AST]:
    """What the `return` statements of a function give, but not those of functions inside of it."""
    if isinstance(tree, gast.Lambda):
        return [tree.body]
    found, open_ = [], list(tree.body)
    while open_:
        each = open_.pop()
        if isinstance(each, gast.Return):
            found.append(each.value)
        elif not isinstance(each, (gast.FunctionDef, gast.ClassDef, gast.Lambda)):
            open_ += gast.iter_child_nodes(each)
    return found


def length_of_display(node: gast.AST) -> int | None:
    """How many items are written out in a tuple."""
    if not isinstance(node, gast.Tuple) or any(isinstance(each, gast.Starred) for each in node.elts):
        return None
    return len(node.elts) or None


def prints(tree: gast.FunctionDef) -> bool:
    return any(isinstance(each, gast.Name) and each.id == "print" for each in gast.walk(tree))
