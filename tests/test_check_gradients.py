"""`check_gradients`: what it finds right, what it finds wrong, and how it says so. The gradients are written by hand."""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

import numpy as np
import pytest

from s2sad import WrongGradientError, check_gradients, pipeline
from s2sad.differences import Differences, contract, get, identical, leaves, name_of, put, random_like
from s2sad.kinds import kind_of


class Point(NamedTuple):
    x: float
    y: float


@dataclasses.dataclass(frozen=True)
class Net:
    W: np.ndarray
    name: str = "net"


@pytest.fixture
def by_hand(monkeypatch):
    """Makes the pipeline give this text for the value and gradients, with `f` as the function itself."""

    def use(function, body, value=0.0, **externals):
        name = function.__name__.strip("<>")
        text = f"def {name}_value_and_gradients({body}"

        def generate(request):
            own = {"f": function, "np": np, "math": math, **externals}
            return pipeline.Program(text, f"{name}_value_and_gradients", externals=own, value_kind=kind_of(value))

        monkeypatch.setattr(pipeline, "generate", generate)
        return function

    return use


def test_right(by_hand):
    f = by_hand(lambda x, y: x * x * y, "x, y, dy=1.0):\n return f(x, y), (dy * 2 * x * y, dy * x * x)")
    report = check_gradients(f, 2.0, 3.0)
    assert report.ok and report.raise_if_wrong() is report
    assert [(row.parameter, row.gradient, row.ok) for row in report.rows] == [("x", 12.0, True), ("y", 4.0, True)]
    assert all(row.error < 1e-12 for row in report.rows)
    table = str(report).splitlines()
    assert table[0].split() == ["parameter", "gradient", "differences", "error"]
    assert table[1].split()[:3] == ["x", "12", "12"]
    assert table[-1] == "the gradients of <lambda> agree with finite differences"


def test_wrong_shapes(by_hand):
    f = by_hand(
        lambda x, y: x * y[0], "x, y, dy=1.0):\n return f(x, y), (np.full(2, dy * y[0]), [dy * x, np.zeros(1)])"
    )
    text = str(check_gradients(f, 2.0, [3.0, 1.0]))
    assert "the gradient of x has the shape (2,), x itself ()" in text
    assert "the gradient of y[1] has the shape (1,), y[1] itself ()" in text


@pytest.mark.parametrize("factor", [1.0 + 1e-5, -1.0, 0.0, float("nan"), float("inf")])
def test_wrong(by_hand, factor):
    f = by_hand(lambda x: math.sin(x), f"x, dy=1.0):\n return f(x), (dy * math.cos(x) * float('{factor}'),)")
    report = check_gradients(f, 0.5)
    assert not report.ok and not report
    assert "WRONG" in str(report).splitlines()[1]
    assert str(report).endswith("the gradients of <lambda> are wrong in 1 of 1 elements")
    with pytest.raises(WrongGradientError, match="WRONG") as caught:
        report.raise_if_wrong()
    assert isinstance(caught.value, AssertionError)


def test_elements_of_arrays(by_hand):
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    f = by_hand(lambda x: np.sum(x**3), "x, dy=1.0):\n g = 3.0 * x**2 * dy\n g[1, 0] += 1e-3\n return f(x), (g,)")
    report = check_gradients(f, x)
    assert [row.parameter for row in report.rows] == ["x[0, 0]", "x[0, 1]", "x[1, 0]", "x[1, 1]"]
    assert [row.ok for row in report.rows] == [True, True, False, True]
    assert check_gradients(f, x, rtol=1e-4).ok
    assert check_gradients(f, x, atol=1e-2).ok
    assert len(check_gradients(f, x, elements=2).rows) == 2


def test_the_whole_value_is_multiplied_by_dy(by_hand):
    x = np.array([1.0, 2.0, 3.0])
    f = by_hand(lambda x: x * x, "x, dy=1.0):\n return f(x), (2.0 * x * dy,)", x)
    assert check_gradients(f, x).ok
    assert check_gradients(f, x, dy=np.array([0.0, 1.0, 0.0])).ok
    f = by_hand(lambda x: x * x, "x, dy=1.0):\n return f(x), (2.0 * x,)", x)
    assert not check_gradients(f, x).ok


def test_structures(by_hand):
    def f(net, point):
        return np.sum(net.W) * point.x, [point.y, "text", 3]

    made = by_hand(
        f,
        "net, point, dy=(1.0, [1.0, None, None])):\n"
        " g = Net(np.full_like(net.W, dy[0] * point.x)), Point(dy[0] * np.sum(net.W), dy[1][0])\n"
        " return f(net, point), g",
        None,
        Net=Net,
        Point=Point,
    )
    report = check_gradients(made, Net(np.ones(2)), Point(2.0, 3.0), dy=(0.5, [2.0, None, None]))
    assert report.ok
    assert [row.parameter for row in report.rows] == ["net.W[0]", "net.W[1]", "point[0]", "point[1]"]


def test_keywords_defaults_and_rest(by_hand):
    def f(x, *rest, k=2.0, **named):
        return x * rest[0] * k * named["d"]

    body = "x, *rest, k=2.0, dy=1.0, **named):\n r, d = rest[0], named['d']\n"
    gradients = "(dy * r * k * d, (dy * x * k * d,), dy * x * r * d, {'d': dy * x * r * k})"
    made = by_hand(f, f"{body} return f(x, *rest, k=k, **named), {gradients}")
    report = check_gradients(made, 2.0, 3.0, d=5.0)
    assert [row.parameter for row in report.rows] == ["x", "rest[0]", "k", "named['d']"]
    assert report.ok


def test_chosen_parameters(by_hand):
    f = by_hand(lambda x, y: x * y, "x, y, dy=1.0):\n return f(x, y), (dy * x,)")
    for params in ("y", ["y"], 1, [1]):
        assert [row.parameter for row in check_gradients(f, 2.0, 3.0, params=params).rows] == ["y"]


def test_single_precision(by_hand):
    x = np.array([0.1, 2.0], np.float32)
    f = by_hand(lambda x: np.sum(np.exp(x)), "x, dy=1.0):\n return f(x), (np.exp(x) * np.float32(dy),)", np.float32(1))
    assert check_gradients(f, x).ok


def test_complex_numbers(by_hand):
    z = np.array([1.0 + 2.0j, -0.5j])
    f = by_hand(lambda z: np.sum(np.abs(z) ** 2), "z, dy=1.0):\n return f(z), (2.0 * np.conj(z) * dy,)")
    assert check_gradients(f, z).ok
    f = by_hand(lambda z: np.sum(np.abs(z) ** 2), "z, dy=1.0):\n return f(z), (2.0 * z * dy,)")
    assert not check_gradients(f, z).ok
    f = by_hand(lambda z: z * z, "z, dy=1.0):\n return f(z), (2.0 * z * dy,)", 1j)
    assert check_gradients(f, 1.0 + 2.0j).ok


def test_what_else_may_be_wrong(by_hand):
    f = by_hand(lambda x: x * 3.0, "x, dy=1.0):\n return f(x) + 1e-15, (3.0 * dy,)")
    report = check_gradients(f, 0.1)
    assert not report.ok and "but <lambda> itself returns 0.3" in report.faults[0]
    f = by_hand(lambda x: np.sum(x), "x, dy=1.0):\n v = f(x)\n x[0] = 5.0\n return v, (np.full_like(x, dy),)")
    report = check_gradients(f, np.ones(2))
    assert not report.ok and "the arguments were modified" in str(report)


def test_a_function_that_writes_into_its_argument(by_hand):
    def f(x):
        x *= 2.0
        return np.sum(x)

    x = np.ones(2)
    made = by_hand(f, "x, dy=1.0):\n return f(x.copy()), (np.full_like(x, 2.0 * dy),)", np.float64(1))
    assert check_gradients(made, x).ok
    assert x.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "f, x, derivative",
    [
        (math.sin, 0.5, math.cos(0.5)),
        (abs, -2.0, -1.0),
        (abs, 0.0, 0.0),
        (lambda x: max(x, 0.0), 0.0, 0.5),
        (np.exp, 20.0, math.exp(20.0)),
        (lambda x: 1e8 + x, 1.0, 1.0),
        (np.sqrt, 1e-4, 50.0),
        (np.log, 1e-7, 1e7),
        (lambda x: x * np.conj(x), 3.0, 6.0),
    ],
)
def test_differences(f, x, derivative):
    number, relative, absolute = Differences(f).at(x)
    assert abs(number - derivative) <= relative * abs(derivative) + absolute


def test_the_complex_step_is_used_where_it_agrees():
    assert Differences(lambda x: x**3).at(2.0)[0] == 12.0
    differences = Differences(lambda x: (x * np.conj(x)).real)
    assert differences.at(2.0)[1] == 1e-6 and not differences.complex_step


def test_helpers():
    value = (1.0, [np.array([1.0, 2.0])], {"a": 3}, "text", Point(1.0, 2.0))
    paths = [path for path, _ in leaves(value)]
    assert [name_of("v", path) for path in paths] == [
        "v[0]",
        "v[1][0][0]",
        "v[1][0][1]",
        "v[2]['a']",
        "v[4][0]",
        "v[4][1]",
    ]
    for path in paths:
        assert get(put(value, path, 9.0), path) == 9.0
        assert get(value, path) != 9.0
    assert type(put(value, paths[-1], 9.0)[-1]) is Point
    assert put(np.ones(2, np.float32), (("index", (0,)),), 2.0).dtype == np.float64
    dy = random_like(value, np.random.default_rng(0))
    assert dy[2] == {"a": None} and dy[3] is None and dy[1][0].shape == (2,)
    assert contract((2.0, [np.array([1.0, 10.0])], {"a": None}, None, Point(1.0, 1.0)), value) == 2.0 + 21.0 + 3.0
    assert identical(value, value) and not identical(value, put(value, paths[1], 9.0))
    assert identical(float("nan"), float("nan")) and not identical(1, 1.0)
    assert not identical(np.ones(2), np.ones(2, np.float32))
