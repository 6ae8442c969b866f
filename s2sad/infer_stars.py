"""Part of the stage `infer`: what a star takes apart, where its length isn't known before the function runs.

hypot(*v)                  the function says how many arguments it takes: `a, b = v`, as f fails for others
for a, b in zip(*rows)     the loop says of how many
xs, ys = zip(*points)      of a list of pairs: a loop that fills two lists
max(*xs), [*xs, y]         as the list that it is
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.equivalents.iterating import columns_of_rows
from s2sad.kinds import UNKNOWN, Array, List, Never, Scalar, Tuple
from s2sad.rules import loading
from s2sad.values import BoundMethod, LocalFunction, Partial, Value, own_target, own_variable

AS_MANY = (np.meshgrid, np.broadcast_arrays, np.ix_)  # return as many arrays as they are given


class Stars:
    def call_arguments(self, function: Value, node: gast.Call, values: list[Value], names: set[str]) -> list[Value]:
        """The arguments by position, those with a star taken apart. names: those that are given by name."""
        positional: list[Value] = []
        for each, value in zip(node.args, values):
            if not isinstance(each, gast.Starred):
                positional.append(value)
            elif self.length_is_known(value):
                positional.extend(self.parts_of(value, None, each))
            elif each is node.args[-1] and self.has_room(function.static, len(positional)):
                positional.append(self.spread(value, each))
            else:
                positional.extend(self.parts_of(value, self.wanted(function, node, names), each))
        return positional

    def has_room(self, static: Any, given: int) -> bool:
        """Whether all that follows these arguments goes to a parameter `*args` of a user's function."""
        if isinstance(static, BoundMethod) and isinstance(static.function, types.FunctionType):
            return self.has_room(static.function, given + 1)
        if isinstance(static, type) and isinstance(static.__init__, types.FunctionType):
            return self.has_room(static.__init__, given + 1)
        if isinstance(static, LocalFunction):
            args = static.tree.args
            return args.vararg is not None and given >= len(args.posonlyargs) + len(args.args)
        if not isinstance(static, types.FunctionType) or loading.home_of(static):
            return False
        return bool(static.__code__.co_flags & inspect.CO_VARARGS) and given >= static.__code__.co_argcount

    def spread(self, value: Value, node: Any) -> Value:
        """Any number of arguments in one value."""
        value = self.as_items(self.as_iterated(value, node))
        if self.quiet or not isinstance(value.kind, (List, Array)):
            raise self.refuse("unpack_length", node)
        return dataclasses.replace(self.settle(value), spread=True)

    def gathered(self, rest: list[Value]) -> Value:
        """What a parameter `*args` stands for."""
        if not rest or not rest[-1].spread:
            return self.make_tuple(rest)
        whole = rest[-1]
        if len(rest) > 1:
            listed = self.settle(self.make_list(rest[:-1]))
            whole = self.container_operator(gast.Add(), listed, self.settle(self.as_list(whole, None)), None)
        return self.settle(self.as_tuple(self.settle(whole)))

    def length_is_known(self, value: Value) -> bool:
        """Whether it is known how many parts a value has."""
        known = value.kind.dims[0].key if isinstance(value.kind, Array) and value.kind.dims else None
        if value.items is not None or value.object is not None or isinstance(known, int):
            return True
        return isinstance(value.kind, List) and self.items_throughout(value) is not None

    def wanted(self, function: Value, node: gast.Call, names: set[str]) -> int | None:
        """How many arguments by position a call lacks, if its function takes a certain number of them only."""
        if sum(isinstance(each, gast.Starred) for each in node.args) > 1:
            return None
        if function.static in AS_MANY and hasattr(node, "columns"):
            return len(node.columns) - len(node.args) + 1
        found = self.taken_by(function.static, names)
        return None if found is None or found < len(node.args) else found - len(node.args) + 1

    def taken_by(self, static: Any, names: set[Any]) -> int | None:
        """How many arguments by position a function takes if these are given by name; None: more or fewer."""
        if isinstance(static, (Partial, functools.partial)):
            inner = static.function.static if isinstance(static, Partial) else static.func
            given = static.positional if isinstance(static, Partial) else static.args
            found = self.taken_by(inner, names | set(static.keywords))
            return None if found is None else found - len(given)
        if isinstance(static, BoundMethod) and static.function is not None:
            found = self.taken_by(static.function, names)
            return None if found is None else found - 1
        if isinstance(static, np.ufunc):
            return static.nin
        if isinstance(static, LocalFunction):
            return taken_by_local(static, names)
        return taken_by_signature(static, names)

    def rows_or_columns(self, node: gast.Starred, count: int | None) -> list[Value]:
        """What `*rows` gives to `zip`. count: how many the loop over it takes."""
        value = self.visit(node.value)
        return self.parts_of(value, None if self.length_is_known(value) else count, node)

    def starred_rows(self, node: gast.Call) -> Value | None:
        """The rows in `zip(*rows)`, where that has nothing else."""
        if self.quiet or len(node.args) != 1 or not isinstance(node.args[0], gast.Starred) or node.keywords:
            return None
        value = self.visit(node.args[0].value)
        return value if self.length_is_known(value) else self.as_items(self.as_iterated(value, node))

    def columns(self, value: Value, node: gast.Call, hints: list[str] | None = None) -> Value | None:
        """`zip(*points)` of a list of tuples, or of an array with as many columns as there are names for them: a list
        for each column; of a list of lists, or of an array, of which it isn't known how many there are: a list of the
        columns. None where it is known how many rows there are, or nothing of the columns."""
        if self.length_is_known(value):
            return None
        count = columns_of(value.kind, hints)
        if count is None:
            item = value.kind.item if isinstance(value.kind, List) else None
            rows = isinstance(item, List) or isinstance(item, Array) and item.rank
            if rows or isinstance(value.kind, Array) and value.kind.rank == 2:
                return self.settle(self.call_equivalent(columns_of_rows, [value], {}, node, None))
            return None
        lists = [self.make_list([], hints[k] if hints else "column") for k in range(count)]
        names = [own_variable(f"item_{k}") for k in range(count)]

        def body() -> None:
            for made, name in zip(lists, names):
                self.list_method(made, "append", [self.state[self.frame.number, name]], node)

        pattern = own_target(*[f"item_{k}" for k in range(count)])
        if count == 1:
            pattern = gast.Tuple([pattern], gast.Store())
        self.for_loop(self.value_iteration(value, node), pattern, body, node)
        for name in names:
            self.state.pop((self.frame.number, name), None)
        return self.make_tuple([self.settle(self.as_tuple(each)) for each in lists])

    def as_tuple(self, value: Value) -> Value:
        expr = trees.call(trees.builtin("tuple"), value.expr)
        if isinstance(value.kind, Array):
            return self.list_operation("rows", [value], expr, value, kind=List(self.sum_kind(value)))
        return self.list_operation("copy", [value], expr, value)

    def starred_list(self, nodes: list[Any], hint: str | None) -> Value | None:
        """`[*xs, y]`, where it isn't known how many xs there are: lists, one behind the other."""
        if not any(map(is_starred, nodes)) or self.quiet:
            return None
        values = self.visit_all([each.value if is_starred(each) else each for each in nodes])
        return self.joined_list(nodes, values, hint)

    def joined_list(self, nodes: list[Any], values: list[Value], hint: str | None) -> Value:
        groups: list[Any] = []
        for each, value in zip(nodes, values):
            if is_starred(each) and not self.length_is_known(value) and isinstance(value.kind, (List, Array)):
                groups.append(self.as_plain_list(self.as_list(value, each), each))
                continue
            if not groups or not isinstance(groups[-1], list):
                groups.append([])
            groups[-1] += self.parts_of(value, None, each) if is_starred(each) else [value]
        made = [self.make_list(group, hint) if isinstance(group, list) else group for group in groups]
        if len(groups) == 1 and not isinstance(groups[0], list):
            expr = trees.call(trees.builtin("list"), made[0].expr)
            return self.list_operation("copy", made, expr, made[0], hint)
        total = made[0]
        for each in made[1:]:
            total = self.container_operator(gast.Add(), self.settle(total), self.settle(each), hint)
        return total

    def starred_extreme(
        self, function: Value, node: gast.Call, values: list[Value], keywords: dict[str, Value], hint: Any
    ) -> Value | None:
        """`max(*xs)` of numbers of which it isn't known how many there are; of one alone it fails."""
        given = list(zip(node.args, values))
        if self.quiet or not any(is_starred(each) and not self.length_is_known(value) for each, value in given):
            return None
        if len(given) == 1:
            whole = self.as_list(self.as_items(values[0]), node)
        else:
            whole = self.joined_list(node.args, values[: len(given)], None)
        if not isinstance(whole.kind, List) or not isinstance(whole.kind.item, (Scalar, Never, type(None))):
            return None
        if whole.varied:
            return self.call_extreme(function, [dataclasses.replace(whole, spread=True)], keywords, node, hint)
        expr = gast.Call(function.expr, [gast.Starred(whole.expr, gast.Load())], [])
        expr.keywords = [gast.keyword(name, value.expr) for name, value in keywords.items()]
        return Value(expr, whole.kind.item or UNKNOWN)


def is_starred(node: Any) -> bool:
    return isinstance(node, gast.Starred)


def columns_of(kind: Any, hints: list[str] | None) -> int | None:
    """How many columns what `zip(*...)` is given has."""
    if isinstance(kind, List) and isinstance(kind.item, Tuple):
        return len(kind.item.items)
    if isinstance(kind, Array) and kind.dims and len(kind.dims) > 1:
        return kind.dims[1].key if isinstance(kind.dims[1].key, int) else len(hints) if hints else None
    return None


def taken_by_local(static: LocalFunction, names: set[Any]) -> int | None:
    args = static.tree.args
    if args.vararg is not None:
        return None
    plain = [each.id for each in [*args.posonlyargs, *args.args]]
    return counted(plain, plain[len(plain) - len(args.defaults) :] if args.defaults else [], names)


def taken_by_signature(static: Any, names: set[Any]) -> int | None:
    if not isinstance(static, (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)):
        return None
    try:
        parameters = inspect.signature(static).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return None
    plain = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return counted(
        [each.name for each in plain], [each.name for each in plain if each.default is not each.empty], names
    )


def counted(plain: list[str], optional: list[str], names: set[Any]) -> int | None:
    """How many of the parameters are given by position; None where some may be left out."""
    wanted = [each for each in plain if each not in names]
    return None if set(wanted) & set(optional) else len(wanted)
