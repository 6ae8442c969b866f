"""The parts of tuples, dicts and records, by their kinds."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import Dict, Kind, Record, Tuple


def structure_parts(kind: Any) -> list[tuple[Any, Kind]]:
    """(position, key or attribute; kind) of each part."""
    if isinstance(kind, Tuple):
        return list(enumerate(kind.items))
    return list(kind.items if isinstance(kind, Dict) else kind.fields)


def part_of(kind: Kind, expr: gast.AST, key: Any) -> gast.AST:
    """The part of what an expression gives, as one reads it."""
    return (
        trees.attr(expr, key)
        if isinstance(kind, Record) and kind.cls is not list
        else trees.index(expr, trees.const(key))
    )
