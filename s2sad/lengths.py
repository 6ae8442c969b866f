"""Lengths of arguments that a program takes to be equal, because those of the call that it is made for are.

`x[1:] * y[1:]` broadcasts where one of the two has a single element, so its adjoint would have to look at the shapes.
Where x and y are equally long neither can be the only one. So the stage `adjoint` notes which lengths it would like to
be equal (`wished`); if they are, in this call, the program is made for arguments of equal lengths:

>>> without_first = Dim(("without", ("x", 0), 1)), Dim(("without", ("y", 0), 1))
>>> wished(*without_first, {("x", 0): 7, ("y", 0): 7})
[(('x', 0), ('y', 0))]
>>> renamed(Array("float64", (Dim(("y", 0), True),)), [(("x", 0), ("y", 0))])
Array(dtype='float64', dims=(Dim(key=('x', 0), many=True),))

A call with others gets a program of its own (`fits`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from s2sad.indexing import fewer, part_of
from s2sad.kinds import Array, Dict, Dim, Kind, Record, Scalar, Tuple, with_dims
from s2sad.requests import Program
from s2sad.structures import structure_parts

Key = Any
Pair = tuple[Key, Key]
Joined = Mapping[Key, Iterable[Key]]
_NO_JOINS: Joined = {}
SHORTER = {"without": ("-", operator.sub), "part of": ("//", operator.floordiv)}  # n items less; one of n equal parts


def lengths_of(values: dict[str, Any], kinds: dict[str, Kind]) -> dict[Key, tuple[int, str]]:
    """What names a length of an argument, or an argument that may be one: the length, and how it is found.

    >>> kinds = {"x": Array("float64", (Dim(("x", 0), True),)), "n": Scalar("int")}
    >>> lengths_of({"x": np.zeros(3), "n": 5}, kinds)
    {('x', 0): (3, 'x.shape[0]'), ('parameter', ('n',)): (5, 'n')}
    """
    found: dict[Key, tuple[int, str]] = {}
    for name, kind in kinds.items():
        if isinstance(kind, Scalar) and kind.dtype == "int":
            found["parameter", (name,)] = values[name], name
        found.update(_lengths_in(values[name], kind, name))
    return found


def _lengths_in(value: Any, kind: Kind, text: str) -> Iterator[tuple[Key, tuple[int, str]]]:
    if isinstance(kind, Array) and isinstance(value, np.ndarray) and kind.rank == value.ndim:
        for axis, (dim, length) in enumerate(zip(kind.dims or (), value.shape)):
            if not isinstance(dim.key, int):
                yield dim.key, (length, f"{text}.shape[{axis}]")
    elif isinstance(kind, Record) and kind.cls is not list:
        for key, each in kind.fields:
            yield from _lengths_in(getattr(value, key), each, f"{text}.{key}")
    elif isinstance(kind, (Tuple, Dict)):
        for key, each in structure_parts(kind):
            yield from _lengths_in(value[key], each, f"{text}[{key!r}]")


def wished(one: Any, other: Any, lengths: dict[Key, Any], joined: Joined = _NO_JOINS) -> list[Pair] | None:
    """The pairs of lengths that would have to be equal for two axes to be equally long; None where that isn't enough.
    A number may be one of a pair. joined: what axes may be that have a name for several ways.

    >>> wished(Dim(("broadcast", ("x", 0), ("y", 0))), Dim(("z", 0)), dict.fromkeys([("x", 0), ("y", 0), ("z", 0)]))
    [(('x', 0), ('z', 0)), (('y', 0), ('z', 0))]
    >>> wished(Dim(("x", 0)), Dim(("without", ("y", 0), 1)), dict.fromkeys([("x", 0), ("y", 0)]))  # x * np.diff(y)
    [(('x', 0), ('without', ('y', 0), 1))]
    """
    one, other = (each.key if isinstance(each, Dim) else each for each in (one, other))
    if one == other:
        return []
    if is_known(one, lengths) and is_known(other, lengths):
        return None if isinstance(one, int) and isinstance(other, int) else [(one, other)]
    for first, second in ((one, other), (other, one)):
        if isinstance(first, int) and is_shortened(second, lengths):
            whole = first + second[2] if second[0] == "without" else first * second[2]
            return [(second[1], whole)]
        if is_array_length(first, lengths) and is_shortened(second, lengths):
            return [(first, second)]
    for first, second in ((one, other), (other, one)):
        parts = _ways(first, joined)
        if parts:
            left = {key: ways for key, ways in joined.items() if key not in first[1]} if first[0] == "join" else joined
            return _all(wished(part, second, lengths, left) for part in parts)
    if not isinstance(one, tuple) or not isinstance(other, tuple) or len(one) != len(other):
        return None
    if one in lengths or other in lengths:
        return None
    return _all(wished(a, b, lengths, joined) for a, b in zip(one, other))


def is_known(key: Key, lengths: dict[Key, Any]) -> bool:
    return key in lengths or isinstance(key, int)


def is_shortened(key: Key, lengths: dict[Key, Any]) -> bool:
    """Whether an axis is one with a known length, less a number of items, or one of its equal parts."""
    return is_less(key) and key[1] in lengths


def is_less(key: Key) -> bool:
    return isinstance(key, tuple) and key[0] in SHORTER


def is_array_length(key: Key, lengths: dict[Key, Any]) -> bool:
    return key in lengths and key[0] != "parameter"


def _ways(key: Any, joined: Joined) -> list[Any]:
    """The lengths that one may be, which is a broadcast or a join of them."""
    if not isinstance(key, tuple) or key[0] not in ("broadcast", "join"):
        return []
    if key[0] == "broadcast":
        return list(key[1:])
    named = key[1] & joined.keys()
    return sorted((key[1] - named).union(*map(joined.__getitem__, named)) - named, key=repr)


def _all(parts: Any) -> list[Pair] | None:
    found: list[Pair] = []
    for part in parts:
        if part is None:
            return None
        found += part
    return found


def held(pairs: Sequence[Pair], lengths: dict[Key, tuple[int, str]]) -> list[Pair]:
    """Those that are equal in this call."""
    return [(a, b) for a, b in pairs if _length(a, lengths)[0] == _length(b, lengths)[0]]


def _length(key: Key, lengths: dict[Key, tuple[int, str]]) -> tuple[int, str]:
    if is_shortened(key, lengths):
        length, text = lengths[key[1]]
        sign, shorter = SHORTER[key[0]]
        return shorter(length, key[2]), f"{text} {sign} {key[2]}"
    return (key, str(key)) if isinstance(key, int) else lengths[key]


def renamed(kind: Any, equal: Sequence[Pair]) -> Any:
    """The kind with one name for lengths that are equal."""
    names = canonical(equal)

    def change(dim: Dim, axis: int) -> Dim:
        key = names.get(dim.key, dim.key)
        if not is_less(key):
            return Dim(key, dim.many)
        whole = Dim(names.get(key[1], key[1]))
        return fewer(whole, key[2]) if key[0] == "without" else part_of(whole, key[2])

    return with_dims(kind, change)


def canonical(equal: Sequence[Pair]) -> dict[Key, Key]:
    """One name for all lengths that are equal: the number, the length of another axis less a number of items, or the
    integer among them, which can have no other."""
    names: dict[Key, Key] = {}
    for pair in equal:
        a: Key = names.get(pair[0], pair[0])
        b: Key = names.get(pair[1], pair[1])
        better = isinstance(b, int) or not isinstance(a, int) and (b[0] == "parameter" or is_less(b))
        first, second = (b, a) if better else (a, b)
        names |= {each: first for each, name in names.items() if name == second} | {second: first, first: first}
    return names


def fits(program: Program, lengths: dict[Key, Any], names: Sequence[str]) -> Callable[..., bool] | None:
    """A function of f's arguments: whether a program that was made for these lengths is the one for them; None where it
    is for any."""
    tests = [
        f"{_length(a, lengths)[1]} {relation} {_length(b, lengths)[1]}"
        for relation, pairs in (("==", program.equal), ("!=", program.unequal))
        for a, b in pairs
    ]
    tests += [f"{lengths[key][1]} {'>=' if enough else '<'} {stop}" for (key, stop), enough in program.reached.items()]
    if not tests:
        return None
    return eval(f"lambda {', '.join(names)}: {' and '.join(tests)}")  # type: ignore[no-any-return]
