"""Arrays and lists of positions that share memory, written after or before they are used as an index: the gradient is
that of the positions that were used, or the program is refused."""

import itertools

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function, value_and_tangent_function

from .checker import Cases, array

X = array(3, 3, seed=3)

# Statements that make positions, what is written, what is used.
GIVEN = "i = np.array([0, 2, 1])\n"
MAKERS = [
    ("p, q = np.diag_indices(3)", ["p", "q"], ["p", "q"]),
    ("t = np.diag_indices(3)\np, q = t", ["p"], ["q", "t", "t[1]"]),
    ("m = np.ones((3, 3))\np, q = np.diag_indices_from(m)", ["p"], ["q"]),
    ("for p in np.diag_indices(3):\n    pass\nt = np.diag_indices(3)", ["p"], ["t[0]"]),
    ("z = list(np.diag_indices(3))", ["z[0]"], ["z[1]"]),
    ("p, q = sorted(np.diag_indices(2), key=lambda v: v[0])", ["p"], ["q"]),
    ("z = dict(zip('ab', np.diag_indices(3)))", ["z['a']"], ["z['b']"]),
    ("p, q = np.nonzero(np.ones((2, 2)))", ["p"], ["p", "q"]),
    ("t = np.nonzero(np.eye(3))\np, q = t", ["p"], ["t", "t[0]"]),
    ("p, q = np.tril_indices(3)", ["p"], ["p", "q"]),
    (GIVEN + "t, = np.ix_(i)", ["i", "t"], ["i", "t"]),
    (GIVEN + "t = np.ix_(i, i)", ["i"], ["t", "t[0]"]),
    (GIVEN + "p, q = np.ix_(i, i)", ["i", "p"], ["q", "p, q"]),
    (GIVEN + "p, q = np.broadcast_arrays(i, i)", ["i", "p"], ["q"]),
    (GIVEN + "p, q = np.meshgrid(i, i, copy=False)", ["i"], ["q"]),
    (GIVEN + "p, q = np.unravel_index(i, (2, 2))", ["p"], ["p", "q"]),
    (GIVEN + "p = np.atleast_1d(i)", ["i", "p"], ["i", "p"]),
    (GIVEN + "p = np.int64(i)", ["i", "p"], ["i", "p"]),
    (GIVEN + "p = np.s_[i]", ["i", "p"], ["i", "p"]),
    (GIVEN + "t = np.index_exp[i, 1:]", ["i", "t[0]"], ["i", "t"]),
    (GIVEN + "z = [i, i]", ["i", "z[0]"], ["i", "z[1]"]),
    (GIVEN + "t = [i, i]\nu = tuple(t)", ["i"], ["u", "t[1]"]),
    (GIVEN + "p = i.flat", ["i", "p"], ["i", "p"]),
    ("t = [0, 1, 2]\nu = t", ["u", "t"], ["t", "t, 0", "t[1:]"]),
    ("t = [[0, 1], [1, 2]]\nu = t[0]", ["u", "t[0]"], ["u", "tuple(t)"]),
    ("t = np.array([[0, 1], [1, 2]])\nu = tuple(t)", ["t[0]", "u[0]"], ["u", "t"]),
    ("z = np.arange(3)\np, q = np.histogram(np.array([0.1, 1.2]), bins=z)", ["z", "q"], ["z", "q"]),
    ("m = np.array([True, False, True])\nt = m, 1", ["m"], ["t", "m"]),
]
USES = [
    "a = x[U]\nW\nreturn np.sum(a * a * a) + np.sum(x[U] * x[U])",
    "W\na = x[U]\nreturn np.sum(a * a * a)",
    "s = 0.0\nfor n in range(2):\n    s = s + np.sum(x[U] ** (n + 2))\n    W\nreturn s",
    "y = np.zeros_like(x)\ny[U] = x[U] ** 2\nW\ny[U] += x[U]\nreturn np.sum(y * y)",
]
WRITES = ["N[0] = 1", "N += 0 * N + (N < 1)"]


def programs():
    number = itertools.count()
    for (made, written, used), use in itertools.product(MAKERS, USES):
        for name, index in itertools.product(written, used):
            whole = made.startswith("t = [") or name[:2] in ("t[", "u[") or name == "m" or "i.flat" in made
            write = WRITES[0 if whole else next(number) % 2]
            yield f"{made}\n{use}".replace("U", index).replace("W", write.replace("N", name))


PROGRAMS = list(programs())
PARTS = 16


def judged(body):
    """(right or refused, or what is wrong) of a program in both modes, against a complex step."""
    text = "import numpy as np\ndef f(x):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    space = {}
    exec(compile(text, "<program>", "exec"), space)
    f, expected = space["f"], np.zeros_like(X)
    for k in np.ndindex(X.shape):
        moved = X.astype(complex)
        moved[k] += 1e-30j
        expected[k] = np.imag(f(moved)) / 1e-30
    direction = array(3, 3, seed=8)
    try:
        value, (gradient,) = value_and_gradients_function(f, source=text)(X.copy())
        again, tangent = value_and_tangent_function(f, source=text)(X.copy(), tangents=(direction,))
    except NotDifferentiableError:
        return "refused"
    right = value == again == f(X.copy()) and np.allclose(gradient, expected, rtol=1e-12)
    return "right" if right and np.isclose(tangent, np.sum(expected * direction), rtol=1e-12) else "wrong"


@pytest.mark.parametrize("part", range(PARTS))
def test_positions_written_in_place(part):
    found = [(judged(body), body) for body in PROGRAMS[part::PARTS]]
    assert not [body for kind, body in found if kind == "wrong"]
    assert sum(kind == "right" for kind, _ in found) > 0.7 * len(found)


case = Cases()


@case(X)
def ends_of_edges(x):
    sources, ends = np.nonzero(np.array([[1, 0, 1], [1, 1, 0], [1, 0, 0]]))
    return np.sum(x[sources] ** 3) + np.sum(x[ends] ** 2 * x[0])


@case(X)
def rows_and_columns_of_a_triangle(x):
    t = np.tril_indices(3)
    rows, columns = np.triu_indices(3)
    return np.sum(x[t[0]] ** 3) + np.sum(x[t[1]] ** 2) + np.sum(x[rows] * x[columns, 0][:, None])


@case(X)
def places_in_each_column(x):
    first, second, _ = np.argsort(x, axis=0)
    return np.sum(x[first] ** 3) + np.sum(x[second] ** 2)


@case(X)
def positions_of_a_vector(x):
    (positive,) = np.nonzero(x[0] > -9.0)
    p, q = np.diag_indices(3)
    return np.sum(x[positive] ** 3) + np.sum(x[positive, 0] ** 2) + np.sum(x[q] ** 3) + np.sum(x[q, p] ** 2)


@case(X)
def mapping_of_unknown_items(x):
    held = {name: each for name, each in zip("ab", np.diag_indices(3))}
    held["a"] += 0 * held["a"]
    a = x[held["b"]]
    held["a"] *= 0
    return np.sum(a**3) + np.sum(x[held["b"]] ** 2)


@case(X[0])
def data_in_an_index_expression(x):
    data = np.array([0.5, 2.0, 1.0])
    t = np.s_[data]
    a = np.sum(t * x[0])
    data[0] = 7.0
    return a * a + np.sum(t * t) * x[1]


@case(X[0])
def first_and_the_rest(x):
    data = np.array([0.5, 2.0, 1.0])
    p, *q = data[:, None]
    p[:1] += x[2]
    first, *rest = x * p
    return np.sum(p * q[0]) * x[1] + first * rest[1]


@pytest.mark.parametrize("each", case, ids=str)
def test_positions_from_calls(each):
    each.check()


@pytest.mark.parametrize("name", ["sources", "ends"])
def test_one_end_of_an_edge_is_added_to_with_add_at(name):
    def edges(x):
        sources, ends = np.nonzero(np.ones((2, 2)))
        a, b = x[sources], x[ends]
        return np.sum(a * a * b)

    assert f"np.add.at(x_grad, {name}, " in value_and_gradients_function(edges).source(X)


VIEWS = ["np.diff(kept, n=0)", "np.einsum('i->i', kept)", "np.linalg.matrix_power(kept[:1, None], 1)[0]"]


@pytest.mark.parametrize("made", VIEWS)
@pytest.mark.parametrize("loop", ["", "for _ in range(2):"])
def test_arguments_that_are_results_are_written(made, loop):
    """What is a view for these arguments alone has an adjoint of its own: refused, if the argument changes meanwhile."""
    lines = ["kept = x * 1.0", f"same = {made}", "s = x[0]", f"{loop or 'if True:'}"]
    lines += ["    s = s + np.sum(same * s)", "    kept[0] = s * x[1]", "return s + np.sum(same)"]
    text = "import numpy as np\ndef f(x):\n" + "".join(f"    {line}\n" for line in lines)
    space = {}
    exec(compile(text, "<program>", "exec"), space)
    with pytest.raises(NotDifferentiableError, match="may be the very array"):
        value_and_gradients_function(space["f"], source=text)(X[0].copy())
