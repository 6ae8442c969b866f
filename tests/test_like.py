"""Types in text: `--like`, annotations and defaults."""

import collections
import dataclasses
import typing

import numpy as np
import pytest
from numpy.typing import NDArray

from s2sad import kinds
from s2sad.errors import ParameterError
from s2sad.like import OPEN, kind_of_type, parameter_kinds, parse_like, show

Point = collections.namedtuple("Point", "x y")


class Pair(typing.NamedTuple):
    scale: float
    values: NDArray[np.float64]


@dataclasses.dataclass
class Model:
    weights: "float[:, :]"
    steps: int
    pair: Pair


class Plain:
    pass


@pytest.mark.parametrize(
    "text, shown",
    [
        ("float", "float"),
        ("np.float32", "np.float32"),
        ("float[:, :]", "float[:, :]"),
        ("float[:, 1]", "float[:, 1]"),
        ("float32[3, n]", "np.float32[3, n]"),
        ("bool[:]", "bool[:]"),
        ("complex[...]", "complex[...]"),
        ("any", "any"),
        ("np.ndarray", "any"),
        ("NDArray[np.float64]", "float[...]"),
        ("list[float[:]]", "list[float[:]]"),
        ("[float, float]", "list[float]"),
        ("[]", "[]"),
        ("(float, int)", "(float, int)"),
        ("tuple[float, int]", "(float, int)"),
        ("(float,)", "(float,)"),
        ("{'W': float[:], 'b': float}", "{'W': float[:], 'b': float}"),
        ("dict[str, float]", "dict[any, float]"),
        ("Point(float, y=int)", "Point(float, int)"),
        ("Pair", "Pair(float, float[...])"),
        ("Model", "Model(weights=float[:, :], steps=int, pair=Pair(float, float[...]))"),
        ("Plain(x=float)", "Plain(x=float)"),
        ("'fast'", "'fast'"),
        ("None", "None"),
        ("np.sin", "sin"),
        ("3", "int"),
        ("-2.5", "float"),
        ("True", "bool"),
    ],
)
def test_types(text, shown):
    assert show(parse_like(f"x={text}", globals())["x"]) == shown


def test_kinds_are_those_of_values():
    like = parse_like("x=float, W=float[:, 1], p={'b': float[:]}, xs=list[float], f=np.sin")
    values = {"x": 2.0, "W": np.ones((3, 1)), "p": {"b": np.ones(2)}, "xs": [1.0], "f": np.sin}
    assert like == {name: kinds.kind_of(value, name) for name, value in values.items()}


def test_axes_may_be_shorter_than_others():
    like = parse_like("x=float[n], y=float[n - 1], z=float[n // 4], u=float[n//4], v=float[n - 1]")
    assert like["y"].dims == like["v"].dims != like["z"].dims == like["u"].dims != like["x"].dims


def test_named_axes_have_one_length():
    like = parse_like("A=float[n, m], x=float[m]")
    assert like["A"].dims[1] == like["x"].dims[0] != like["A"].dims[0]


@pytest.mark.parametrize(
    "text, message",
    [
        ("float", 'write name=type, as in "x=float, W=float[:, :]"'),
        ("x=float[:", "unbalanced brackets"),
        ("x=float), y=(int", "can't read"),
        ("x=", "can't read 'x=': "),
        ("**x", "write name=type"),
        ("x=float, x=int", "x is given twice"),
        ("x=foo", "x: foo is not known here"),
        ("x=np.foo", "x: np.foo is not known here"),
        ("x=1 + 2", "x: that is no type"),
        ("x=list", "x: say what the list holds, as in list[float]"),
        ("x=list[float, int]", "x: write list[float]"),
        ("x=tuple[float, ...]", "x: a tuple's length must be known"),
        ("x=float[1:2]", "x: an axis is written as :, a number or a name, or less than that"),
        ("x=float[:, ...]", "x: an axis is written as :, a number or a name"),
        ("x=str", "x: give the string itself"),
        ("x=Point", "x: say what Point.x is, as in Point(x=float)"),
        ("x=Point(float)", "x: Point has the fields x, y"),
        ("x=Model()", "x: Model has the fields weights, steps, pair"),
        ("x=Plain", "x: say what Plain holds, as in Plain(x=float)"),
        ("x=len", "x: len is not known here"),
        ("x=np.sin(1)", "x: np.sin is no class"),
    ],
)
def test_mistakes(text, message):
    with pytest.raises(ParameterError) as raised:
        parse_like(text, globals())
    assert str(raised.value).startswith("--like: ")
    assert message in str(raised.value) and "\n" not in str(raised.value)


def example(
    a,
    b: float,
    c: np.ndarray,
    d: NDArray[np.float32],
    e: list[float],
    f: "float[:, :]",
    g: "typing.List[float]",
    h: typing.Callable,
    i: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    j: typing.Annotated[float, "metres"],
    k: typing.Optional[float] = None,
    m=3,
    n="fast",
    o=1.0,
    *args: float,
    p: Model,
    **kwargs,
):
    pass


def test_annotations_and_defaults():
    found, left_open = parameter_kinds(example)
    assert {name: show(kind) for name, kind in found.items()} == {
        "a": "any", "b": "float", "c": "any", "d": "np.float32[...]", "e": "list[float]", "f": "float[:, :]",
        "g": "list[float]", "h": "any", "i": "float[:, :]", "j": "float", "k": "None", "m": "int", "n": "'fast'",
        "o": "float", "args": "()", "p": show(kind_of_type(Model, "p")), "kwargs": "{}",
    }  # fmt: skip
    assert left_open == ["a", "c", "h"]
    assert found["a"] == OPEN


def test_like_goes_before_annotations():
    found, left_open = parameter_kinds(example, "a=float, b=np.float32, args=(float, float)")
    assert [show(found[name]) for name in ("a", "b", "args")] == ["float", "np.float32", "(float, float)"]
    assert left_open == ["c", "h"]


def test_unknown_parameter():
    with pytest.raises(ParameterError, match=r"--like: z is no parameter of <lambda> \(it has: x, y\)"):
        parameter_kinds(lambda x, y: x, "z=float")


@dataclasses.dataclass
class Egg:
    hen: "Hen"


@dataclasses.dataclass
class Hen:
    egg: Egg


def test_recursive_dataclass_is_left_open():
    @dataclasses.dataclass
    class Node:
        value: float
        next: "Node"

    assert kind_of_type(Node, "node") is None
    assert kind_of_type(Hen, "hen") is None
