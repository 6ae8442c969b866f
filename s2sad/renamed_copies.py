"""Copies of a part of the inferred program, with what the statements do for differentiation, under names of their own.

x.3 = a.1 * x.2        ->        x.7 = a.1 * x.2          where x.3 is to have a new name
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable
from typing import Any

import gast

from s2sad import ir, trees


class Copies:
    """Copies of statements in which the names of one part of the program have new names."""

    def __init__(self, info: dict[str, ir.Info], names: ir.Names, renamed: Iterable[str | None]) -> None:
        self.info, self.names = info, names
        self.renamed = {name for name in renamed if name is not None}
        self.known: dict[str, str] = {}
        self.nodes: dict[int, Any] = {}

    def name(self, old: str) -> str:
        if old in self.known:
            return self.known[old]
        if old.endswith("_saved.0") and old[: -len("_saved.0")] in self.renamed:
            self.known[old] = f"{self.name(old[: -len('_saved.0')])}_saved.0"
        elif old in self.renamed:
            self.known[old] = self.names.fresh(ir.base_of(old))
        else:
            return old
        if old in self.info:
            self.info[self.known[old]] = dataclasses.replace(self.info[old], statement=None)
        return self.known[old]

    def block(self, block: list[gast.stmt], without: set[int]) -> list[gast.stmt]:
        return [self.statement(node, without) for node in block if id(node) not in without]

    def block_of_loop(self, loop: gast.For) -> list[gast.stmt]:
        """A loop whose own names are new; what it runs over isn't part of it."""
        made = self.statement(loop, set())
        made.iter = loop.iter
        return [made]

    def statement(self, node: Any, without: set[int]) -> Any:
        made = ir.statement_copy(node)
        self.nodes[id(node)] = made
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list) and value and isinstance(value[0], gast.stmt):
                setattr(made, field, self.block(value, without))
            elif isinstance(value, (list, gast.AST)):
                setattr(made, field, self.part(value))
        for mark in ("counter", "save", "stack"):
            if isinstance(getattr(node, mark, None), str):
                setattr(made, mark, self.name(getattr(node, mark)))
        if getattr(node, "effect", None) is not None:
            made.effect = self.effect(node.effect)
        if getattr(node, "loop", None) is not None:
            made.loop = dataclasses.replace(
                node.loop,
                **{key: self.part(getattr(node.loop, key)) for key in ("count", "sequence", "range")},
                index=None if node.loop.index is None else self.name(node.loop.index),
                bindings=self.block(node.loop.bindings, without),
                phis=[self.name(each) for each in node.loop.phis],
            )
            made.loop.counted = getattr(node.loop, "counted", False)
        if getattr(node, "forward", None) is not None:
            made.forward = self.nodes.get(id(node.forward), node.forward)
        return made

    def part(self, value: Any) -> Any:
        """An expression, or a list of such."""
        if isinstance(value, list):
            return [self.part(each) for each in value]
        if not isinstance(value, gast.AST):
            return value
        made = trees.copy_tree(value)
        for each in trees.walk(made):
            each.__dict__.pop("_summary", None)
            if isinstance(each, gast.Name):
                each.id = self.name(each.id)
        return made

    def effect(self, op: ir.Op) -> ir.Op:
        made = copy.copy(op)
        for key, value in vars(op).items():
            if isinstance(value, str):
                setattr(made, key, self.name(value))
            elif isinstance(value, gast.AST):
                setattr(made, key, self.part(value))
            elif isinstance(value, list):
                setattr(made, key, [self.item(each) for each in value])
            elif isinstance(value, dict):
                setattr(made, key, {k: self.part(v) for k, v in value.items()} if key != "origins" else dict(value))
            elif isinstance(value, ir.Place):
                setattr(made, key, dataclasses.replace(value, path=tuple(self.part(each) for each in value.path)))
        return made

    def item(self, value: Any) -> Any:
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
            return self.name(value[0]), self.part(value[1])
        return self.name(value) if isinstance(value, str) else self.part(value)
