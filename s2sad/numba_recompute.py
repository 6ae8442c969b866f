"""Part of the stage `numba_fusion`: what a later loop can compute again at little cost is not kept as an array.

    t, u = loop_1(x)               (u,) = loop_1(x)          u = sin(x), t = 2.0 * x * u
    x_grad = loop_2(t, u, dy)  ->  x_grad = loop_2(x, u, dy)

A large array costs its way to memory and back, and new pages of it; a few operations cost nothing beside that.
Computed again is what another loop over the same axes made in the same block, from arrays that nothing writes into;
functions such as exp and sin are not.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import gast

from s2sad import trees
from s2sad.numba_access import Access, overlap, views_of
from s2sad.numba_fused import Group
from s2sad.numba_lengths import is_method
from s2sad.numba_pieces import Piece
from s2sad.numba_short import local_index, split

CHEAP = 12  # operations for each element
COSTS = {"sqrt": 4, "absolute": 1, "abs": 1, "maximum": 1, "minimum": 1, "negative": 1, "square": 1, "where": 1,
         "cross": 3}  # fmt: skip
DEAR = 100


def cost_of(node: Any) -> int:
    """How many operations an expression is, about; a division counts as four."""
    if isinstance(node, gast.BinOp):
        own = 4 if isinstance(node.op, (gast.Div, gast.Pow)) else 1
        return own + cost_of(node.left) + cost_of(node.right)
    if isinstance(node, gast.UnaryOp):
        return 1 + cost_of(node.operand)
    if isinstance(node, gast.Compare):
        return 1 + cost_of(node.left) + sum(map(cost_of, node.comparators))
    if isinstance(node, gast.Call) and node.args:
        return COSTS.get(getattr(node.func, "attr", ""), DEAR) + sum(map(cost_of, node.args))
    return 0


def compute_again(planned: list[Any], written: set[str], rebound: set[str], memory: Any) -> None:
    """Adds to groups of a block what they compute again. written: the arrays, by root, that something writes into;
    rebound: the names that more than one statement binds."""
    made: dict[str, Piece] = {}  # by name, what earlier groups made

    def is_kept(name: str) -> bool:
        return name not in rebound and not overlap(memory.of(trees.name(name)), written)

    for group in planned:
        if not isinstance(group, Group):
            continue
        order: dict[str, Piece] = {}
        pending = sorted(cheap_reads(group, made))
        while pending:
            name = pending.pop()
            if name in order:
                continue
            piece = made[name]
            sources = {each for view in piece.views for each in trees.names_in(view.array)} | piece.elsewhere
            if not all(map(is_kept, sources | {name})) or not reads_in_place(piece, made):
                continue
            order[name] = piece
            pending += [each for each in sorted(sources) if each in made and is_cheap(made[each])]
        if order:
            again = [dataclasses.replace(piece, again=True) for name, piece in made.items() if name in order]
            group.pieces[:0] = again
            for piece in again:
                group.access.join(Access.of_piece(piece, memory))
        for piece in group.pieces:
            if piece.made() is not None and not piece.again and piece.name:
                made.pop(piece.name, None)  # the last one comes last
                made[piece.name] = piece


def cheap_reads(group: Group, made: dict[str, Piece]) -> set[str]:
    """Of what earlier groups over the same axes made cheaply, what a group reads in place."""
    found: set[str] = set()
    outer = split(group.pieces[0].axes)[0]
    there = {piece.name for piece in group.pieces}
    refused: set[str] = set()
    for piece in group.pieces:
        refused |= piece.elsewhere
        for view in views_of(piece):
            name = getattr(view.array, "id", None)
            if name is None or name not in made or name in there:
                refused |= trees.names_in(view.array)
                continue
            source = made[name]
            fits = split(source.axes)[0] == outer and local_index(view, source.made(), piece.axes, None) is not None
            (found if fits and is_cheap(source) and view is not piece.target else refused).add(name)
    return found - refused


def is_cheap(piece: Piece) -> bool:
    """Whether an element costs little; of a sum all that is added counts."""
    factor = math.prod(split(piece.axes)[1]) if piece.action == "sum" else 1
    return factor * (cost_of(piece.expression) + (piece.action == "sum")) <= CHEAP


def reads_in_place(piece: Piece, made: dict[str, Piece]) -> bool:
    """Whether a piece reads nothing twice that may be read once, and numbers of loops at their place."""
    if any(isinstance(each, gast.Call) and is_method(each, "pop") for each in trees.walk(piece.expression)):
        return False
    for view in piece.views:
        name = getattr(view.array, "id", "")
        if name in made and local_index(view, made[name].made(), piece.axes, None) is None:
            return False
    return True
