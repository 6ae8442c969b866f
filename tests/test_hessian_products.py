"""`hvp` and `hessian` of programs whose gradients can't be run in forward mode: they go the other way, and give the
differences of the gradients; and what they make is made once."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from s2sad import NotDifferentiableError, gradients_function, hessian, hvp, pipeline
from tests.reference import leaves, mapped

V = np.array([0.3, 0.5, -0.4])


def calls_itself(x, n):
    def power(v, k):
        return v * x[1] if k == 0 else power(v * x[0], k - 1) * v + x[2]

    return power(x[1], n)


def adaptive(c, end):
    def g(t):
        return c[0] + c[1] * math.sin(4.0 * c[2] * t)

    def area(a, b, depth):
        m = (a + b) / 2
        whole, halves = (b - a) * g(m), (b - a) * (g((a + m) / 2) + g((m + b) / 2)) / 2
        if depth == 0 or abs(whole - halves) < 1e-3:
            return halves * halves
        return area(a, m, depth - 1) + area(m, b, depth - 1)

    return area(0.0, end, 3)


def cholesky(A):
    L = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(i + 1):
            s = A[i][j] - sum(L[i][k] * L[j][k] for k in range(j))
            L[i][j] = math.sqrt(s) if i == j else s / L[j][j]
    return L[2][0] * L[2][1] + L[2][2]


def sorted_pairs(xs):
    pairs = [(x, k) for k, x in enumerate(xs)]
    pairs.sort(key=lambda pair: -pair[0])
    return sum(x**3 * rank * (k + 1) for rank, (x, k) in enumerate(pairs, start=1))


def layers(params, x):
    for layer in params["layers"][:-1]:
        x = np.tanh(x @ layer["W"] + layer["b"])
    last = params["layers"][-1]
    return np.sum((x @ last["W"] + last["b"]) ** 3)


@dataclass
class State:
    s: float
    i: float


def epidemic(rates, name="SIR"):
    state = State(0.9, 0.1)
    states = [state]
    for _ in range(3):
        new = rates["infect"] * state.s * state.i
        state = State(state.s - new, state.i + new - rates["recover"] * state.i)
        states.append(state)
    return max(states, key=lambda each: each.i).i * states[-1].s


MATRIX = [[2.0, 0.3, 0.4], [0.3, 1.5, 0.2], [0.4, 0.2, 1.8]]
NET = {"layers": [{"W": np.outer(V, V), "b": V}, {"W": np.outer(V, V + 1.0), "b": V * V}], "name": "net"}
PROGRAMS = [
    (calls_itself, (V, 2)),
    (adaptive, (V, 1.5)),
    (cholesky, (MATRIX,)),
    (sorted_pairs, ([0.7, 1.2, -0.4],)),
    (layers, (NET, np.array([[0.2, 0.1, 0.7]]))),
    (epidemic, ({"infect": 1.4, "recover": 0.3},)),
]


def numbers(structure):
    found = [each for _, each in leaves(structure) if isinstance(each, (float, np.ndarray))]
    return np.concatenate([np.ravel(each) for each in found])


@pytest.mark.not_alone("one imports a class from here, and with it s2sad")
@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=lambda each: getattr(each, "__name__", ""))
def test_product(f, args):
    def direction(path, leaf):
        if isinstance(leaf, np.ndarray):
            return np.cos(np.arange(leaf.size) + len(path)).reshape(leaf.shape)
        return math.cos(sum(map(ord, map(str, "".join(map(str, path))))) * 1.0) if isinstance(leaf, float) else None

    tangent = mapped(args[0], direction)

    def gradients(h):
        moves = dict(leaves(tangent))
        moved = mapped(args[0], lambda path, leaf: leaf if moves[path] is None else leaf + h * moves[path])
        return numbers(gradients_function(f, [0])(moved, *args[1:])[0])

    single = hvp(f, args, (tangent,), 0)
    (listed,) = hvp(f, args, (tangent,), [0])
    h = 1e-3
    fine, coarse = ((gradients(s) - gradients(-s)) / (2 * s) for s in (h / 2, h))
    np.testing.assert_allclose(numbers(single), (4 * fine - coarse) / 3, rtol=1e-7, atol=1e-8)
    np.testing.assert_array_equal(numbers(single), numbers(listed))
    assert [path for path, _ in leaves(single)] == [path for path, _ in leaves(args[0])]


def test_products_for_all_parameters():
    first, second = hvp(calls_itself, (V, 2), (np.ones(3), None))
    np.testing.assert_array_equal(first, hvp(calls_itself, (V, 2), (np.ones(3),), "x"))
    assert second == 0.0

    def repeated(x, n):
        return sum(calls_itself(x, 2) for _ in range(n))

    product, none = hvp(repeated, (V, 2), (np.ones(3), None))
    np.testing.assert_allclose(product, 2.0 * first)
    assert none is None


def test_hessian():
    made = hessian(calls_itself)(V, 2)
    columns = [hvp(calls_itself, (V, 2), (unit,), 0) for unit in np.eye(3)]
    np.testing.assert_array_equal(made, np.stack(columns, axis=-1))
    np.testing.assert_allclose(made, made.T, rtol=1e-12)


def test_of_a_method():
    class Model:
        def __init__(self, w):
            self.w = w

        def energy(self, x, n):
            return calls_itself(x * self.w, n)

    for w in (1.0, 2.0):  # made anew for each: the products of one aren't those of the other
        want = hvp(lambda x, n: calls_itself(x * w, n), (V, 2), (np.ones(3),), ["x"])  # noqa: B023
        np.testing.assert_allclose(hvp(Model(w).energy, (V, 2), (np.ones(3),), ["x"]), want)


@pytest.mark.parametrize("inner", [calls_itself, lambda x, n: np.sum(x * x * x) * n])
def test_made_once(inner, monkeypatch):
    def f(x, n):
        return inner(x, n)

    made = []
    generate = pipeline.generate
    monkeypatch.setattr(pipeline, "generate", lambda request: made.append(request) or generate(request))
    hvp(f, (V, 3), (np.ones(3),), 0)
    count = len(made)
    assert count > 0
    hvp(f, (V + 1.0, 4), (np.zeros(3),), 0)
    assert len(made) == count


def test_gradients_of_unknown_kind_that_do_not_change():
    linalg, sparse = pytest.importorskip("scipy.sparse.linalg"), pytest.importorskip("scipy.sparse")
    A = sparse.csr_matrix(4.0 * np.eye(3) + 0.5)

    def f(b, w):
        return w @ linalg.cg(A, b, rtol=1e-12)[0]

    assert hvp(f, (V, V), (np.ones(3),), "b").tolist() == [0.0, 0.0, 0.0]


def test_what_both_ways_refuse_is_refused_at_the_users_line():
    def f(x):
        return float(str(x)) * x

    with pytest.raises(NotDifferentiableError, match=r"return float\(str\(x\)\) \* x"):
        hvp(f, (2.0,), (1.0,))
