"""What is written otherwise for Numba gives what NumPy gives. The texts are plain Python too, so most of them are only run
as such here; that Numba takes them is seen on some."""

import gast
import numpy as np
import pytest

from s2sad import trees
from s2sad.numba_forms import Forms
from s2sad.numba_ranks import Expressions, mark_numpy
from s2sad.numba_rewriter import Rewriter
from s2sad.printer import to_text

rng = np.random.default_rng(5)
VALUES = {
    "A": rng.normal(size=(3, 4)),
    "B": rng.normal(size=(4, 3)),
    "S": rng.normal(size=(3, 3)),
    "T": rng.normal(size=(2, 3, 4)),
    "U": rng.normal(size=(2, 4, 5)),
    "u": rng.normal(size=4),
    "v": rng.normal(size=4),
    "M": rng.normal(size=(3, 4)) > 0.0,
    "nan": np.array([[1.0, np.nan], [0.0, 2.0]]),
    "one": rng.normal(size=(3, 1)),
    "z": np.array([-1.0, 0.0, 2.0, np.nan]),
    "n": 3,
}
SORTS = {name: (np.asarray(value).dtype.kind, np.ndim(value)) for name, value in VALUES.items()}

EXPRESSIONS = [
    *(f"np.{name}(A, axis={axis})" for name in ("sum", "prod", "mean", "max", "min", "amax") for axis in (0, -1)),
    "np.all(A > 0.0, axis=0)", "np.any(A > 0.0, axis=1)", "np.sum(M, axis=1, keepdims=True)", "np.mean(M, axis=0)",
    "np.sum(T, axis=(0, 2))", "np.sum(T, axis=1)", "np.max(T, axis=(0, 1), keepdims=True)", "np.mean(T, axis=(1, 2))",
    "np.sum(A, keepdims=True)", "np.sum(u, axis=0, keepdims=True)", "np.max(A, axis=(0, 1), keepdims=True)", "A.sum(axis=0)", "T.max(axis=-2)", "A.mean(0)", "np.max(nan, axis=0)",
    "np.min(nan, axis=1)", "np.add.reduce(A)", "np.maximum.reduce(A, axis=1)", "np.add.outer(u, v)",
    "np.multiply.outer(u, v)", "np.inner(u, v)", "np.tensordot(A, B, axes=1)", "np.matmul(T, U)", "T @ U", "T @ B", "A @ U",
    "T @ u", "np.einsum('ij,jk->ik', A, B)", "np.einsum('ij,j->i', A, u)", "np.einsum('ii', S)", "np.einsum('ij->ji', A)",
    "np.einsum('bij,bjk->bik', T, U)", "np.einsum('i,i', u, v)", "np.einsum(',i->i', 2.0, u)", "np.diagonal(S)", "np.linalg.norm(A, axis=1)",
    "np.var(A, axis=1)", "A.std(axis=0, ddof=1)", "np.var(T, axis=-1, keepdims=True)", "np.std(A, ddof=1)", "T.var()",
    "np.std(A, keepdims=True)", "np.var(u, ddof=n - 2)", "u.std(axis=0)", "np.matmul(A, u)", "np.matmul(u, v)",
    "np.dot(2.0, A)", "np.linalg.norm(A, axis=1, keepdims=True)", "np.diff(u)", "np.diff(A, axis=0)", "np.diff(T, axis=1)",
    "np.diff(u, prepend=v[:1], append=v[:1])", "np.diff(u, append=0.5)", "np.diff(A, axis=0, prepend=A[:1])", "np.diff(A, axis=1, append=A[:, :2])",
    "np.cumprod(u, axis=0)", "np.cumsum(u, axis=-1)", "np.clip(z, -1.5, u[:1])", "np.clip(n, 1.0, 2.0)", "np.clip(A, u, v)",
    "np.finfo(float).max", "np.flip(u, 0)", "np.flip(T, axis=-2)", "np.clip(n, -np.finfo(float).max, 1.5)",
    "np.expand_dims(A, (0, -1))", "np.expand_dims(n, (-2, -1))", "np.expand_dims(T, 1)",
    "np.squeeze(one, axis=1)", "np.roll(A, 1, axis=0)", "np.roll(T, -2, axis=2)", "np.repeat(A, 2, axis=1)",
    "np.tile(u, n)", "np.array(A.T)", "np.clip(np.searchsorted(np.sort(u), v[0]), 1, 3)", "np.array(u[0]) * u", "(3.0 * u).astype(int)",
    "np.reshape(u[0], (n - 2, 1, 1))", "np.interp(u, np.sort(v), v, 0.5, right=2.0)", "np.interp(u[0], np.sort(v), v, 0.5, u[1])",
    "np.pad(u, 1)", "np.pad(u, (1, n))", "np.pad(A, ((1, 1), (0, n)))", "np.pad(T, 1, constant_values=2)", "np.pad(A, 2, 'edge')",
    "np.pad(A, (3, 4), mode='wrap')", "np.pad(A, (7, 4), 'reflect')", "np.pad(A, (7, 4), mode='symmetric')",
    "np.pad(one, (2, 1), mode='reflect')", "np.polyval(u, A)", "np.polyval(u, v[0])", "np.polyder(u)", "np.polyder(u[:1])",
    "np.moveaxis(T, 0, -1)", "np.moveaxis(T, -1, 0)", "np.reshape(u[0], (1, 1))", "np.cumprod(A, axis=0)", "np.cumsum(T, axis=1)",
    "np.cumsum(A, 1)",
    "np.outer(u, v)", "np.linalg.cross(S, S[1])", "np.where(A > 0.0, A, 1.0)", "np.where(M, A[:, :1], A[:1])", "np.where(M[:1], 0.5, one)", "np.where(M, 0.5, A * A)", "np.heaviside(z, 0.5)", "np.concatenate([u, v])", "np.stack([u, v])", "np.ndim(T)",
    "np.array([[u[0], 1.0, n], [0.0, 2.0 * v[1], 1]])", "np.array([[1, n], [n, 2]])", "np.array([u[0], n, True])", "np.array([[u[0], 1j]])",
    "np.array([[u[0], 1.0], [0.0] * len([1.0, 2.0])])", "np.array([[[1.0, u[1]]], [[v[0], n]]])", "np.array([0.5] * 3)",
    "[i for i in reversed(range(n))]", "[i for i in reversed(range(2, 9, 3))]", "[i for i in reversed(range(9, n, -1))]",
    "[i for i in reversed(u)]", "2 ** n", "n // 2 + n % 2", "7 // n",
]  # fmt: skip


def run(text, values):
    """The text written for Numba, as plain Python."""
    tree = gast.parse(f"def f({', '.join(VALUES)}):\n    return {text}")
    mark_numpy(tree)
    forms = Forms(set(VALUES), "np")
    made = Rewriter(forms, Expressions(dict(SORTS))).visit(tree.body[0])
    space = {"np": np}
    exec(to_text(gast.Module([*forms.take_new(), made], [])), space)
    return space["f"](**values)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_gives_what_numpy_gives(text):
    found, wanted = run(text, VALUES), eval(text, {"np": np, **VALUES})
    np.testing.assert_allclose(found, wanted, rtol=1e-13)
    assert np.shape(found) == np.shape(wanted)


@pytest.mark.parametrize(
    "text", ["np.max(A[:, :0], axis=1)", "np.squeeze(A, axis=1)", "np.einsum('ij,ij->i', A, S)", "n // (n - n)"]
)
def test_errors_stay(text):
    with pytest.raises((ValueError, ZeroDivisionError)):
        run(text, VALUES)


def stored(text, name):
    """What is in an array after a statement."""
    tree = gast.parse(f"def f({', '.join(VALUES)}, k):\n    {text}\n    return {name}")
    mark_numpy(tree)
    forms = Forms(set(VALUES), "np")
    made = Rewriter(forms, Expressions({**SORTS, "k": ("i", 1)})).visit(tree.body[0])
    space = {"np": np}
    exec(to_text(gast.Module([*forms.take_new(), made], [])), space)
    values = {key: np.copy(value) for key, value in VALUES.items()}
    return space["f"](**values, k=np.array([1, 1, 0]))


@pytest.mark.parametrize(
    "text, name",
    [
        ("np.add.at(u, k, 1.5)", "u"),
        ("np.add.at(A, k, A[:3] * 2.0)", "A"),
        ("np.subtract.at(A, (k, k), u[:3])", "A"),
        ("np.copyto(A, 2.0)", "A"),
        ("np.exp(u, out=v)", "v"),
        ("A[...] += 1.0", "A"),
        ("S @= S.T", "S"),
    ],
)
def test_statements(text, name):
    values = {key: np.copy(value) for key, value in VALUES.items()}
    space = {"np": np, "k": np.array([1, 1, 0]), **values}
    exec(text.replace("S @= S.T", "S[:] = S @ S.T"), space)
    np.testing.assert_allclose(stored(text, name), space[name], rtol=1e-14)


def test_numba_takes_them():
    numba = pytest.importorskip("numba")
    tree = gast.parse(
        "def f(A, u, k):\n"
        "    t = np.max(A, axis=1, keepdims=True)\n"
        "    np.add.at(u, k, 1.0)\n"
        "    return np.sum(A / t, axis=0), u, np.einsum('ij,j->i', A, u)\n"
    )
    mark_numpy(tree)
    forms = Forms(set(), "np")
    made = Rewriter(forms, Expressions({"A": ("f", 2), "u": ("f", 1), "k": ("i", 1)})).visit(tree.body[0])
    space = {"np": np}
    exec(to_text(gast.Module([*forms.take_new(), made], [])), space)
    plain = space["f"](VALUES["A"], np.copy(VALUES["u"]), np.array([1, 1, 0]))
    for name, value in space.items():
        if getattr(value, "__module__", "") is None or type(value).__name__ == "function":
            space[name] = numba.njit(value)
    found = space["f"](VALUES["A"], np.copy(VALUES["u"]), np.array([1, 1, 0]))
    for one, other in zip(found, plain):
        np.testing.assert_allclose(one, other, rtol=1e-13)


def test_names_are_hygienic():
    tree = gast.parse("def f(A, sum_along_0):\n    return np.sum(A, axis=0) * sum_along_0").body[0]
    mark_numpy(tree)
    forms = Forms({node.id for node in trees.walk(tree) if isinstance(node, gast.Name)}, "np")
    made = Rewriter(forms, Expressions({"A": ("f", 2)})).visit(tree)
    assert "return sum_along_0_(A) * sum_along_0" in to_text(gast.Module([*forms.take_new(), made], []))
