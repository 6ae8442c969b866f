"""Part of the stage `infer`: Python's built-in functions, and those of its library that work alike."""

from __future__ import annotations

import copy
import dataclasses
import functools
import operator
import types
from collections import defaultdict, deque
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.infer_expressions import SliceOf
from s2sad.kinds import (
    BOOL,
    FLOAT,
    INT,
    UNKNOWN,
    Array,
    Kind,
    List,
    Mapping,
    Record,
    Scalar,
    Static,
    Text,
    Tuple,
    carries_gradient,
)
from s2sad.local_functions import without_local_functions
from s2sad.rules import registry
from s2sad.values import (
    MISSING,
    BoundMethod,
    LocalFunction,
    Object,
    Partial,
    Value,
    is_active_text,
    own_target,
    own_variable,
)


class Builtins:
    """Each handler takes (function, args, keywords, node, hint) and gives a Value, or None to let the call be
    treated as any."""

    def plain(self, function: Value, args: list[Value], keywords: dict[str, Value], kind: Kind) -> Value:
        expr = gast.Call(function.expr, [v.expr for v in args], [gast.keyword(k, v.expr) for k, v in keywords.items()])
        mark_pure(expr)
        return Value(expr, kind)

    def call_len(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        value = args[0]
        own = self.own_method(value, "__len__")
        if own is not None:
            return self.call_special(value, own, [], node)
        if value.items is not None:
            return self.key_value(len(value.items))
        if value.object is not None and value.object.cls is dict:
            return self.key_value(len(value.object.keys))
        symbol = None
        if isinstance(value.kind, Array) and value.kind.dims:
            dim = value.kind.dims[0]
            symbol = dim.key if isinstance(dim.key, int) else dim
        return self.plain(function, args, {}, Scalar("int", symbol))

    def call_inert(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        static = function.static
        if static in (str, repr):
            return self.plain(function, args, keywords, Text(any(each.varied for each in args)))
        if static is round and len(args) == 2:
            return self.plain(function, args, keywords, FLOAT)
        return self.plain(function, args, keywords, {int: INT, round: INT, bool: BOOL}.get(static, UNKNOWN))

    def call_text(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value:
        """np.array2string(x): text made of numbers, for people to read."""
        return self.plain(function, args, keywords, Text(any(each.varied for each in args)))

    def call_float(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        rule = registry.find(function.static)
        if args and is_active_text(args[0]):
            raise self.refuse("string", node)
        if rule is None or not any(value.varied for value in [*args, *keywords.values()]):
            return self.plain(function, args, keywords, Scalar(function.static.__name__))
        return None

    def call_sum(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        value = self.as_iterated(args[0], node)
        args = [value, *args[1:]]
        start = args[1] if len(args) > 1 else keywords.get("start")
        if value.object is not None and value.object.cls is dict:
            return None
        if value.items is not None:
            if not value.varied or self.quiet:
                return self.plain(function, args, keywords, self.sum_kind(value))
            value = self.make_list(value.items)
        if not value.varied and not (start is not None and start.varied) or self.quiet:
            return self.plain(function, [value, *args[1:]], keywords, self.sum_kind(value))
        if isinstance(value.kind, Array):
            rows = self.array_as_list(value, node)
            value = rows
        if not isinstance(value.kind, List):
            raise self.refuse("unknown_loop", node)
        if start is not None and not isinstance(start.kind, (Scalar, Array)):  # lists, one behind the other
            add = Value(trees.attr(trees.module(operator), "add"), Static(operator.add))
            return self.call_reduce(function, [add, value, start], {}, node, hint)
        values = [value] if start is None else [value, self.settle(start)]
        expr = gast.Call(function.expr, [each.expr for each in values], [])
        kind = self.sum_kind(value)
        if start is not None:
            rule = registry.find(operator.add)
            each = Value(expr, kind, True)
            kind = self.result_kind(rule, dict(zip(rule.parameters.parameters, (each, start))), [each, start], node)
        return self.list_operation("sum", values, expr, value, hint, kind=kind)

    def sum_kind(self, value: Value) -> Kind:
        if value.items is not None:
            return self.join_kinds([item.kind for item in value.items])
        if isinstance(value.kind, List):
            return value.kind.item or INT
        if isinstance(value.kind, Array) and value.kind.dims is not None:
            return self.indexed_kind(value, [("int", None)])
        return UNKNOWN

    def array_as_list(self, value: Value, node: Any, cls: type = list) -> Value:
        """The rows of an array, as a list, or as a tuple of a length that isn't known."""
        value = self.settle(value)
        item = self.indexed_kind(value, [("int", None)])
        expr = trees.call(trees.builtin(cls.__name__), value.expr)
        return self.list_operation("rows", [value], expr, value, kind=List(item))

    def call_map(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        walked = isinstance(args[0].static, (LocalFunction, Partial))
        if isinstance(args[0].static, (types.FunctionType, functools.partial)):
            walked = self.is_writer(args[0].static)
        if not walked and not any(value.varied for value in args[1:]):
            return None
        if self.quiet:
            return None
        made = self.make_list([], hint or "items")
        its = [self.value_iteration(value, node) for value in args[1:]]
        if all(it.what == "unroll" for it in its):
            rows = zip(*[it.items for it in its])
            return self.make_list([self.settle(self.call_value(args[0], list(row), {}, node)) for row in rows], hint)
        it = its[0] if len(its) == 1 else self.together(its)
        pattern = (
            gast.Tuple(
                [gast.Name(own_variable(f"item_{k}"), gast.Store(), None, None) for k in range(len(its))], gast.Store()
            )
            if len(its) > 1
            else own_target("item")
        )
        key = [(self.frame.number, each.id) for each in (pattern.elts if len(its) > 1 else [pattern])]

        def body() -> None:
            items = [self.state[each] for each in key]
            self.list_method(made, "append", [self.settle(self.call_value(args[0], items, {}, node))], node)

        self.for_loop(it, pattern, body, node)
        for each in key:
            self.state.pop(each, None)
        return made

    def call_filter(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        local = isinstance(args[0].static, (LocalFunction, Partial, BoundMethod)) or self.is_writer(args[0].static)
        if self.quiet or not local and not any(value.varied for value in args):
            return None
        return self.filtered(args[0], args[1], node, hint)

    def call_list(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        if not args:
            return self.make_list([], hint)
        value = args[0]
        if value.items is not None:
            return self.make_list(value.items, hint)
        if value.object is not None and value.object.cls is dict:
            return self.make_list([self.key_value(key) for key in value.object.keys])
        if isinstance(value.kind, List):
            known = self.known_items(value)
            if known:
                return self.make_list(known, hint)
            return self.list_operation("copy", [value], gast.Call(function.expr, [value.expr], []), value, hint)
        if isinstance(value.kind, Mapping):
            return self.emit(
                gast.Call(function.expr, [value.expr], []),
                ir.Plain(False),
                List(value.kind.key or UNKNOWN),
                False,
                hint,
            )
        if isinstance(value.kind, Array) and value.varied:
            return self.array_as_list(value, node)
        if isinstance(value.kind, Array):
            return Value(gast.Call(function.expr, [value.expr], []), List(self.indexed_kind(value, [("int", None)])))
        if isinstance(node, gast.Call) and node.args and not value.varied:
            return Value(gast.Call(function.expr, [value.expr], []), List(self.item_given(value)))
        return None

    def call_tuple(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        if not args:
            return self.make_tuple([])
        value = args[0]
        if value.items is not None:
            return self.make_tuple(value.items)
        if isinstance(value.kind, List) and (
            value.varied or carries_gradient(value.kind.item) or self.known_items(value)
        ):
            items = self.items_throughout(value)
            if items is not None:
                return self.make_tuple(items)
            return self.list_operation("copy", [value], gast.Call(function.expr, [value.expr], []), value, hint)
        if value.varied and isinstance(value.kind, Array):
            return (
                self.make_tuple(self.parts_of(value, None, node))
                if value.kind.dims and isinstance(value.kind.dims[0].key, int)
                else self.array_as_list(value, node, tuple)
            )
        if value.varied:
            return None
        dims = value.kind.dims if isinstance(value.kind, Array) else None
        known = dims is not None and len(dims) == 1 and isinstance(dims[0].key, int)
        return self.plain(
            function, args, keywords, Tuple((Scalar(value.kind.dtype),) * dims[0].key) if known else UNKNOWN
        )

    def call_dict(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        parts: dict[Any, Value] = {}
        if args:
            value = args[0]
            if value.object is not None and value.object.cls is dict:
                parts.update({key: self.state[value.object, key] for key in value.object.keys})
            elif isinstance(value.kind, Mapping) and not self.quiet:
                made = self.mapping_copy(value, node, hint)
                for key, item in keywords.items():
                    self.mapping_store(made, self.key_value(key), item, node)
                return made
            elif self.items_throughout(value) is not None:
                for pair in self.items_throughout(value):
                    key, item = self.parts_of(pair, 2, node)
                    known = self.known(key)
                    if known is MISSING:
                        raise self.refuse("unknown_key", node)
                    parts[known] = item
            elif value.varied:
                raise self.refuse("unknown_key", node)
            else:
                return self.opaque_call(function, args, keywords, node)
        parts.update(keywords)
        return self.make_dict(parts, hint)

    def call_reversed(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        value = args[0]
        if value.items is not None:
            return self.make_tuple(value.items[::-1])
        if isinstance(value.kind, List) and value.varied:
            value = self.as_plain_list(value, node)
            expr = trees.index(value.expr, gast.Slice(None, None, trees.const(-1)))
            return self.list_operation("reversed", [value], expr, value, hint)
        if isinstance(value.kind, Array) and value.varied and not self.quiet:
            return self.collected(self.turned_round(self.value_iteration(value, node)), node, hint)
        return None

    def call_reduce(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        """functools.reduce(f, xs, start) is a loop that carries one value."""
        step, value = args[0], args[1]
        if not any(v.varied for v in args) and not isinstance(step.static, (LocalFunction, Partial)):
            return None
        it = self.value_iteration(value, node)
        key = (self.frame.number, f"<reduced at {node.lineno}:{node.col_offset}>")
        if it.what == "unroll":
            items = list(it.items)
            if not items and len(args) < 3:
                return self.opaque_call(function, args, {}, node)  # fails, as in f
            total = args[2] if len(args) > 2 else items.pop(0)
            for item in items:
                total = self.settle(self.call_value(step, [total, item], {}, node))
            return total
        if len(args) < 3:
            value = self.settle(value)
            first = self.get_item(value, trees.const(0), node)
            rest = self.get_item(value, gast.Slice(trees.const(1), None, None), node)
            it = self.value_iteration(rest, node)
            args = [*args, first]
        self.state[key] = self.settle(args[2])
        pattern = own_target("item")
        outer = self.state.get((self.frame.number, own_variable("item")))
        self.hints[key] = hint or "total"

        def body() -> None:
            item = self.state[self.frame.number, own_variable("item")]
            self.state[key] = self.settle(self.call_value(step, [self.state[key], item], {}, node), hint or "total")

        self.for_loop(it, pattern, body, node)
        if outer is not None:
            self.state[self.frame.number, own_variable("item")] = outer
        else:
            self.state.pop((self.frame.number, own_variable("item")), None)
        return self.state.pop(key)

    def call_partial(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        made = Partial(args[0], [self.settle(v) for v in args[1:]], {k: self.settle(v) for k, v in keywords.items()})
        expr = gast.Call(function.expr, [v.expr for v in args], [gast.keyword(k, v.expr) for k, v in keywords.items()])
        return Value(without_local_functions(expr, "partial"), Static(made))

    def call_add_at(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        """np.add.at(a, index, values)."""
        base, index, value = self.settle(args[0]), args[1], self.settle(args[2])
        parts = [self.index_part(item, base) for item in (index.items or [index])]
        operand = self.operand(index)
        kind = self.indexed_kind(base, parts)
        place = base.place
        if place is None or not place.exact or not isinstance(base.kind, Array):
            raise self.refuse("unknown_owner", node)
        value = self.stored_as(base, value, node)
        value = Value(self.operand(value), value.kind, value.varied)
        self.note_store(place, value.varied, node)
        op = ir.Store(
            ir.Place(place.root, (*place.path, trees.index(trees.name("_"), operand))),
            value.expr,
            value.kind,
            kind,
            gast.Add(),
        )
        op.value_varied, op.repeats = value.varied, True
        self.add(gast.Expr(gast.Call(function.expr, [base.expr, operand, value.expr], [])), op)
        return Value(trees.const(None), Static(None))

    def call_zip(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        """`zip` or `enumerate` of what has been made already: a list or tuple of what a loop over it would run over."""
        static, strict = function.static, keywords.get("strict")
        if all(value.items is not None for value in args) and not keywords:
            if static is zip:
                return self.make_tuple([self.make_tuple(list(row)) for row in zip(*[value.items for value in args])])
            return self.make_tuple([self.make_tuple([self.key_value(k), item]) for k, item in enumerate(args[0].items)])
        known = None if strict is None else self.known(strict)
        if not any(value.varied for value in args) or self.quiet or known is MISSING:
            return None
        if static is zip:
            inners = [self.given_iteration(k, value, node, len(args)) for k, value in enumerate(args)]
            if known:
                self.raise_unless_alike(inners, node)
            it = self.at_once(inners, node)
        else:
            start = [*args[1:], *keywords.values()]
            it = self.numbered(self.value_iteration(args[0], node), start[0] if start else None)
        return self.collected(it, node, hint)

    def given_iteration(self, k: int, value: Value, node: Any, count: int) -> Any:
        """What a loop over the k-th argument of a call runs over. A range stays one: making it does nothing."""
        given = getattr(node, "args", [])
        written = given[k] if len(given) == count else None
        named = isinstance(written, gast.Call) and isinstance(written.func, gast.Name)
        is_range = named and self.visit(written.func).static is range
        return self.iteration(written) if is_range else self.value_iteration(value, node)

    def collected(self, it: Any, node: Any, hint: Any) -> Value:
        """What a loop would run over, as a list; as a tuple where it is known how many items there are."""
        if it.what == "unroll":
            return self.make_tuple(list(it.items))
        made = self.make_list([], hint or "items")
        pattern = own_target("item")
        key = (self.frame.number, own_variable("item"))
        outer = self.state.get(key)
        self.for_loop(it, pattern, lambda: self.list_method(made, "append", [self.state[key]], node) and None, node)
        self.state.pop(key, None)
        if outer is not None:
            self.state[key] = outer
        return made

    def call_replace(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        owner = args[0]
        if owner.object is None:
            return None
        cls = owner.object.cls
        if function.static is dataclasses.replace and is_made_anew(cls, owner.object.keys):
            names = [each.name for each in dataclasses.fields(cls) if each.init]
            parts = {key: self.read_part(owner, key, node) for key in names if key not in keywords} | keywords
            made = Value(trees.attr(owner.expr, "__class__"), Static(cls))
            return self.construct(made, cls, [], parts, node, hint)
        thing = Object(cls, list(owner.object.keys))
        for key in thing.keys:
            self.state[thing, key] = self.settle(keywords.get(key) or self.state[owner.object, key])
        expr = gast.Call(function.expr, [owner.expr], [gast.keyword(k, v.expr) for k, v in keywords.items()])
        kind = Record(thing.cls, tuple((key, self.state[thing, key].kind) for key in thing.keys))
        return self.made_object(thing, expr, kind, hint)

    def call_range(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        for value in args:
            self.use_as_integer(value)
        return self.plain(function, args, keywords, List(INT))

    def call_slice(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        bounds = [None, args[0], None] if len(args) == 1 else [*args, None][:3]
        for each in args:
            self.use_as_integer(each)
        symbols = tuple(None if each is None else self.bound_symbol(each) for each in bounds)
        return self.plain(function, args, keywords, Static(SliceOf(symbols)))

    def call_ndarray(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        values = [*args, *keywords.values()]
        if len(args) > 2 or set(keywords) - {"shape", "dtype"}:  # a buffer: the array lies in its memory
            if any(value.varied for value in values):
                raise self.refuse("rule_keyword", node, name="ndarray", keywords="buffer")
            return self.pure_call(function, args, keywords, node)
        rule = registry.find(np.empty)
        bound = rule.bind(args, keywords)
        for value in args[:1]:
            for each in value.items or [value]:
                if isinstance(each.kind, Scalar):
                    self.use_as_integer(each)
        names = list(keywords)

        def rebuild(exprs: list[gast.AST]) -> gast.AST:
            return gast.Call(
                function.expr, exprs[: len(args)], [gast.keyword(k, e) for k, e in zip(names, exprs[len(args) :])]
            )

        return self.primitive(rule, values, rebuild, node, hint, bound=bound)

    def builtin_handler(self, static: Any) -> Any:
        try:
            name = HANDLERS.get(static)
        except TypeError:
            return None
        return getattr(self, name) if name else None


def is_made_anew(cls: type, keys: list[Any]) -> bool:
    """Whether `dataclasses.replace` does more than to give some fields other values."""
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return hasattr(cls, "__post_init__") or {each.name for each in fields if each.init} != set(keys)


HANDLERS: dict[Any, str] = {
    len: "call_len",
    float: "call_float",
    int: "call_inert",
    round: "call_inert",
    bool: "call_inert",
    str: "call_inert",
    repr: "call_inert",
    complex: "call_float",
    sum: "call_sum",
    min: "call_extreme",
    max: "call_extreme",
    map: "call_map",
    list: "call_list",
    tuple: "call_tuple",
    dict: "call_dict",
    sorted: "call_sorted",
    reversed: "call_reversed",
    zip: "call_zip",
    enumerate: "call_zip",
    functools.reduce: "call_reduce",
    functools.partial: "call_partial",
    getattr: "call_getattr",
    callable: "call_callable",
    dataclasses.replace: "call_replace",
    dataclasses.astuple: "call_fields",
    dataclasses.asdict: "call_fields",
    copy.copy: "call_copy",
    copy.deepcopy: "call_deepcopy",
    filter: "call_filter",
    range: "call_range",
    np.ndarray: "call_ndarray",
    setattr: "call_setattr",
    object.__new__: "call_new",
    object.__setattr__: "call_set_plainly",
    deque: "call_deque",
    defaultdict: "call_defaultdict",
    iter: "call_iter",
    next: "call_next",
    type: "call_type",
    hasattr: "call_hasattr",
    slice: "call_slice",
    **dict.fromkeys(
        [np.array2string, np.array_repr, np.array_str, np.base_repr, np.binary_repr]
        + [np.format_float_positional, np.format_float_scientific],
        "call_text",
    ),
}
