"""Part of the stage `infer`: `min`, `max` and `sorted`: what is chosen is found without gradients, and then read."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.kinds import BOOL, INT, UNKNOWN, Array, List, Mapping, Scalar
from s2sad.values import BoundMethod, LocalFunction, Partial, Value


class Extremes:
    def call_extreme(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        """min and max: the reverse sweep gives the gradient to the one chosen, so the choice is made by comparing."""
        args = [self.as_iterated(args[0], node)] if len(args) == 1 else args
        if len(args) == 1 and isinstance(args[0].kind, Mapping) and not self.quiet:
            args = [self.as_list(args[0], node)]
        if (
            len(args) == 1
            and self.is_dict(args[0])
            and args[0].object is not None
            and args[0].varied
            and not self.quiet
        ):
            self.need_mapping(args[0].object, node)  # which of its keys it is, isn't known
        default = [keywords["default"]] if "default" in keywords else []
        varied = any(value.varied for value in [*args, *default])
        if len(args) == 1 and not varied and not self.quiet and self.asks_what_varies(keywords.get("key")):
            if isinstance(keywords["key"].static, BoundMethod):
                return self.extreme_by_method(function, args[0], keywords, node, hint)
            if not default:
                return self.extreme_of_list(function, self.as_list(args[0], node), keywords["key"], node, hint)
            return self.extreme_or_default(function, args[0], keywords, node, hint)
        if len(args) == 1 and (not varied or self.quiet):
            return (
                self.plain(function, args, dict(keywords.items()), self.sum_kind(args[0]))
                if "key" not in keywords
                else None
            )
        if not varied or self.quiet:
            kind = self.join_kinds([value.kind for value in args])
            return self.plain(function, args, keywords, kind) if "key" not in keywords else None
        if "default" in keywords:
            return self.extreme_or_default(function, args[0], keywords, node, hint)
        items = args if len(args) > 1 else args[0].items
        if items is None:
            return self.extreme_of_list(function, args[0], keywords.get("key"), node, hint)
        items = [self.settle(item) for item in items]
        best = items[0]
        keyed = self.apply_key(keywords.get("key"), best, node)
        for k, item in enumerate(items[1:], 1):
            other = self.apply_key(keywords.get("key"), item, node)
            op = gast.Gt() if function.static is max else gast.Lt()
            bound = keyed.expr
            if k > 1 and "key" not in keywords and all(isinstance(each.kind, (Scalar, Array)) for each in items):
                bound = gast.Call(function.expr, [each.expr for each in items[:k]], [])
                bound.pure = True
            own = self.comparison_method(op, other, keyed, node)
            looked = own.expr if own is not None else gast.Compare(other.expr, [op], [bound])
            test = self.emit(looked, ir.Plain(True), BOOL, False, "#c").expr
            before_best, before_key = best, keyed
            best = self.choose(test, lambda i=item: i, lambda b=before_best: b, hint)
            if "key" not in keywords and all(isinstance(each.kind, (Scalar, Array)) for each in items):
                self.block[-1].extreme = function.expr
            keyed = (
                best if "key" not in keywords else self.choose(test, lambda o=other: o, lambda k=before_key: k, None)
            )
        return best

    def asks_what_varies(self, key: Value | None) -> bool:
        """Whether a key is a function that is made here, or a method of something that carries a gradient."""
        static = None if key is None else key.static
        if isinstance(static, BoundMethod):
            return static.owner.varied
        return isinstance(static, (LocalFunction, Partial))

    def extreme_by_method(
        self, function: Value, value: Value, keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        """max(d, key=d.get): what is chosen carries no gradient, and the method is there when the program runs."""
        static = keywords["key"].static
        if static.function is not None or not isinstance(static.owner.kind, (List, Mapping, Array)):
            return None
        value = self.as_list(value, node)
        expr = gast.Call(function.expr, [value.expr], [gast.keyword(k, v.expr) for k, v in keywords.items()])
        kind = value.kind.item or UNKNOWN
        return self.emit(expr, ir.Plain(False), kind, False, hint)

    def extreme_or_default(
        self, function: Value, value: Value, keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value:
        """max(items, default=...), which an empty list has."""
        value = self.as_list(value, node)
        default = self.settle(keywords["default"])
        test = self.emit(
            gast.Compare(self.length_of(value.expr), [gast.Gt()], [trees.const(0)]), ir.Plain(True), BOOL, False, "#c"
        ).expr
        return self.choose(
            test, lambda: self.extreme_of_list(function, value, keywords.get("key"), node, hint), lambda: default, hint
        )

    def apply_key(self, key: Value | None, item: Value, node: Any) -> Value:
        return item if key is None or key.static is None else self.settle(self.call_value(key, [item], {}, node))

    def extreme_of_list(self, function: Value, value: Value, key: Value | None, node: Any, hint: Any) -> Value:
        """The position of the extreme item is found without gradients, then that item is read."""
        if not isinstance(value.kind, (List, Array)):
            raise self.refuse("extreme_key", node, name=function.static.__name__)
        value = self.settle(value)
        keys = self.sorting_keys(value, key, node)
        length = trees.call(trees.builtin("range"), trees.call(trees.builtin("len"), value.expr))
        if value.spread:
            length = gast.Starred(length, gast.Load())
        expr = gast.Call(function.expr, [length], [gast.keyword("key", trees.attr(keys, "__getitem__"))])
        for each in trees.walk(expr):
            if isinstance(each, gast.Call):
                each.pure = True
        position = self.emit(expr, ir.Plain(True, 20), INT, False, "#best")
        return (
            self.get_item(value, position.expr, node, hint)
            if not isinstance(position.expr, gast.Name)
            else self.unboxed(self.item_at(value, position.expr, hint or "#t"))
        )

    def sorted_keys(self, value: Value, keywords: dict[str, Value]) -> list[Any] | None:
        """The keys of a dict in their order, where they are strings that are known before f runs."""
        backwards = self.known(keywords["reverse"]) if "reverse" in keywords else False
        if not self.is_dict(value) or value.object is None or self.quiet or not keywords.keys() <= {"reverse"}:
            return None
        keys = value.object.keys
        if not value.varied or not isinstance(backwards, bool) or not all(isinstance(key, str) for key in keys):
            return None
        return sorted(keys, reverse=backwards)

    def call_sorted(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        """sorted(xs): the order is found without gradients, then the items are read in that order."""
        value = self.as_iterated(args[0], node)
        args = [value, *args[1:]]
        if isinstance(value.kind, Mapping) and not self.quiet:
            value = self.as_list(value, node)
            args = [value, *args[1:]]
        keys = self.sorted_keys(value, keywords)
        if keys is not None:
            return self.make_list([self.key_value(key) for key in keys], hint)
        if not value.varied or self.quiet:
            if all(
                not isinstance(v.static, (LocalFunction, Partial)) and not self.writes(v) for v in keywords.values()
            ):
                if isinstance(value.kind, List):
                    item = value.kind.item
                else:
                    numbers = value.items is not None or isinstance(value.kind, Array)
                    item = self.sum_kind(value) if numbers else UNKNOWN
                return self.plain(function, args, keywords, List(item))
        if self.quiet:
            raise self.refuse("sorted_key", node)
        value = self.as_list(value, node)
        if "key" in keywords:
            return self.sorted_by_key(value, keywords, node, hint)
        if not isinstance(value.kind, List):
            raise self.refuse("mixed_list", node)
        order = gast.Call(
            function.expr,
            [trees.call(trees.builtin("range"), trees.call(trees.builtin("len"), value.expr))],
            [
                gast.keyword("key", trees.attr(value.expr, "__getitem__")),
                *[gast.keyword(k, v.expr) for k, v in keywords.items()],
            ],
        )
        for each in trees.walk(order):
            if isinstance(each, gast.Call):
                each.pure = True
        positions = self.emit(order, ir.Plain(False), List(INT), False, "#order")
        expr = gast.Call(function.expr, [value.expr], [gast.keyword(k, v.expr) for k, v in keywords.items()])
        mark_pure(expr)
        kind = List(value.kind.item)
        op = ir.ListOp("take", [self.operand(value), positions.expr], [value.kind, positions.kind], kind)
        return self.emit(expr, op, kind, True, hint)
