"""Part of the stage `infer`: loops over `zip`: several things at once, until the shortest of them ends."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.expressions import mark_pure
from s2sad.kinds import Array, Scalar
from s2sad.values import Value


class Zipped:
    def is_strict(self, node: gast.Call) -> bool | None:
        """Whether `zip` raises where its arguments are not equally long; None where that isn't known."""
        names = [each.arg for each in node.keywords]
        known = [self.known(self.visit(each.value)) for each in node.keywords if each.arg == "strict"]
        return known[0] if names == ["strict"] and isinstance(known[0], bool) else False if not names else None

    def zip_iteration(self, node: gast.Call) -> Any:
        """What a loop over `zip(...)` runs over; None where it isn't known whether that is strict."""
        strict = self.is_strict(node)
        if strict is None:
            return None
        rows = None if hasattr(node, "unpacked_into") or strict else self.starred_rows(node)
        if rows is not None:
            columns = self.columns(rows, node)
            return self.iteration_of_rows(rows, node) if columns is None else self.value_iteration(columns, node)
        count = getattr(node, "unpacked_into", len(node.args) - 1) - len(node.args) + 1
        inners = [inner for each in node.args for inner in self.zipped(each, count)]
        if strict:
            self.raise_unless_alike(inners, node)
        return self.at_once(inners, node)

    def iteration_of_rows(self, rows: Value, node: gast.Call) -> Any:
        """A loop over `zip(*rows)`, where it is known how many rows there are."""
        star = node.args[0]
        return self.at_once([self.value_iteration(part, star) for part in self.parts_of(rows, None, star)], node)

    def at_once(self, inners: list[Any], node: gast.AST) -> Any:
        unrolled = any(inner.what == "unroll" for inner in inners)
        return self.unrolled_zip(inners, node) if unrolled else self.together(inners)

    def zipped(self, node: gast.AST, count: int) -> list[Any]:
        """What one argument of `zip` is run over; of `*xs`, each of the xs, `count` of them where that isn't known."""
        if not isinstance(node, gast.Starred):
            return [self.iteration(node)]
        return [self.value_iteration(part, node) for part in self.rows_or_columns(node, count or None)]

    def together(self, inners: list[Any]) -> Any:
        from s2sad.infer_loops import Iteration

        if any(inner.what == "opaque" for inner in inners) or not inners:
            raise self.refuse("zip_opaque")
        counts = [inner.count for inner in inners if inner.count is not None]
        count = counts[0] if len(counts) == 1 else trees.call(trees.builtin("min"), *counts) if counts else None
        if count is not None:
            mark_pure(count)
        return Iteration(
            trees.call(trees.builtin("zip"), *[inner.expr for inner in inners]), count, "tuple", parts=inners
        )

    def unrolled_zip(self, inners: list[Any], node: gast.AST) -> Any:
        """With a tuple of different things, whose items are run through one by one."""
        from s2sad.infer_loops import Iteration, Later

        unsure = [inner for inner in inners if self.known_count(inner) is None and inner.what != "counter"]
        floats = [item for inner in inners if inner.what == "unroll" for item in inner.items]
        if unsure and all(isinstance(item.kind, Scalar) and item.kind.dtype == "float" for item in floats):
            listed = [self.make_list(list(inner.items)) if inner.what == "unroll" else None for inner in inners]
            return self.together(
                [inner if made is None else self.value_iteration(made, node) for inner, made in zip(inners, listed)]
            )
        length = min(known for known in map(self.known_count, inners) if known is not None)
        for inner in unsure:
            if inner.what == "range":
                self.raise_if_shorter(inner.count, length, node)

        def row_at(k: int) -> Value:
            row = []
            for inner in inners:
                if inner.what == "unroll":
                    row.append(inner.items[k])
                elif inner.what == "counter" and isinstance(inner.range[0], gast.Constant):
                    row.append(self.key_value(inner.range[0].value + k))
                elif (
                    inner.what == "range"
                    and isinstance(inner.range[0], gast.Constant)
                    and isinstance(inner.range[2], gast.Constant)
                ):
                    row.append(self.key_value(inner.range[0].value + k * inner.range[2].value))
                elif inner.what == "sequence" and not inner.backwards:
                    row.append(self.get_item(inner.value, trees.const(k), node))
                else:
                    raise self.refuse("zip_opaque", node)
            return self.make_tuple(row)

        return Iteration(inners[0].expr, None, "unroll", items=Later(length, row_at))

    def known_count(self, it: Any) -> int | None:
        """How many items there are, where that is known."""
        if it.what == "unroll":
            return len(it.items)
        if it.what == "tuple":
            counts = [self.known_count(part) for part in it.parts if part.what != "counter"]
            known = [count for count in counts if count is not None]
            return min(known) if known and len(known) == len(counts) else None
        if it.what == "range":
            bounds = [self.known_number(each) for each in it.range]
            return None if None in bounds else len(range(*bounds))
        kind = it.value.kind if it.what == "sequence" and it.value is not None else None
        key = kind.dims[0].key if isinstance(kind, Array) and kind.dims else None
        return key if isinstance(key, int) else None

    def known_number(self, expr: gast.AST) -> int | None:
        info = self.info.get(expr.id) if isinstance(expr, gast.Name) else None
        number = info.kind.symbol if info is not None and isinstance(info.kind, Scalar) else trees.literal(expr)
        return number if isinstance(number, int) else None

    def raise_if_shorter(self, count: gast.AST, length: int, node: Any) -> None:
        text = f"{self.shown(node)} ends before its tuple does: shorten that to what is used"
        self.raise_if(gast.Compare(count, [gast.Lt()], [trees.const(length)]), text)

    def raise_unless_alike(self, inners: list[Any], node: Any) -> None:
        """zip(x, y, strict=True)"""
        counts = [trees.const(len(inner.items)) if inner.what == "unroll" else inner.count for inner in inners]
        if None in counts:
            raise self.refuse("zip_opaque", node)
        known = [self.known_count(inner) for inner in inners]
        for count, number in zip(counts[1:], known[1:]):
            if number is None or number != known[0]:
                self.raise_if(
                    gast.Compare(counts[0], [gast.NotEq()], [count]), "zip() has arguments of different lengths"
                )
