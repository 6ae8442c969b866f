"""scipy.special for Numba: the values of SciPy, of numbers and of arrays. The texts are plain Python too, and are run as
such here; that Numba takes them is seen on some."""

import math
import re

import gast
import numpy as np
import pytest

special = pytest.importorskip("scipy.special")

from s2sad import numba_options, value_and_gradients_function, value_and_tangent_function  # noqa: E402
from s2sad.numba_forms import Forms  # noqa: E402
from s2sad.numba_ranks import Expressions, mark_numpy  # noqa: E402
from s2sad.numba_rewriter import Rewriter  # noqa: E402
from s2sad.numba_special import mark  # noqa: E402
from s2sad.numba_special_texts import INNER, TEXTS, parameters  # noqa: E402
from s2sad.printer import to_text  # noqa: E402

SPACE = {"math": math, "np": np}
for _text in TEXTS.values():
    exec(re.sub(r"\{(\w+)\}", r"\1", _text), SPACE)

rng = np.random.default_rng(3)
ENDS = [0.0, 1.0, -1.0, 0.5, -0.5, 25.0, 24.99, -24.9, 5.0, 1e-300, -1e-300, 40.0, np.inf, -np.inf, np.nan]
X = np.concatenate([3.0 * rng.normal(size=150), rng.uniform(size=150), 10.0 ** rng.uniform(-12, 3, 150), ENDS])
Y = np.concatenate([10.0 ** rng.uniform(-6, 3, len(X) // 2), rng.uniform(-1.0, 3.0, len(X) - len(X) // 2)])
ARGUMENTS = {
    "polygamma": lambda x, y: (int(4 * abs(y)) % 5, abs(x)),
    "zeta": lambda x, y: (1.001 + abs(y), abs(x) + 1e-9),
    "beta": lambda x, y: (abs(x) + 1e-3, abs(y) + 1e-3),
    "betaln": lambda x, y: (abs(x) + 1e-3, abs(y) + 1e-3),
}


@pytest.mark.parametrize("name", [name for name in TEXTS if name not in INNER])
def test_numbers(name):
    if not hasattr(special, name):
        pytest.skip(f"this SciPy has no special.{name}")
    arguments = ARGUMENTS.get(name, lambda x, y: (x, y)[: len(parameters(name))])
    with np.errstate(all="ignore"):
        for x, y in zip(X, Y):
            args = arguments(x, y)
            wanted = float(getattr(special, name)(*args))
            if name == "gamma" and (x > 171.0 or x in (0.0, -1.0) or x == -np.inf):
                continue  # Python's own raises there, C's doesn't
            try:
                found = SPACE[name](*args)
            except (ValueError, OverflowError, ZeroDivisionError):  # so does this
                assert not math.isfinite(wanted) or wanted == 0.0, (name, args)
                continue
            small = 1e-11 if name == "betaln" else 1e-320  # a difference of large numbers, SciPy's too
            np.testing.assert_allclose(found, wanted, rtol=3e-12, atol=small, err_msg=f"{name}{args}")


VALUES = {
    "A": rng.uniform(0.2, 0.9, (3, 4)),
    "T": rng.uniform(0.2, 0.9, (2, 3, 4)),
    "row": rng.uniform(0.2, 0.9, 4),
    "column": rng.uniform(0.2, 0.9, (3, 1)),
    "s": 0.7,
    "n": 2,
}
SORTS = {name: (np.asarray(value).dtype.kind, np.ndim(value)) for name, value in VALUES.items()}


@pytest.mark.parametrize(
    "text",
    [
        "special.gammaln(s)", "special.psi(A)", "special.xlogy(A, row)", "special.xlogy(s, T)", "special.logit(column)",
        "special.rel_entr(column, row)", "special.polygamma(n, A)", "special.digamma(T)", "special.erfinv(A)",
        "special.logsumexp(A)", "special.logsumexp(A, axis=1)", "special.logsumexp(T, 0)", "special.logsumexp(row)",
        "special.logsumexp(T, axis=-2, keepdims=True)", "special.logsumexp(A, keepdims=True)",
        "special.softmax(A)", "special.softmax(A, axis=0)", "special.softmax(T, axis=-1)", "special.softmax(row)",
        "special.log_softmax(A)", "special.log_softmax(A, 1)", "special.log_softmax(T, axis=1)",
    ],
)  # fmt: skip
def test_arrays(text):
    tree = gast.parse(f"def f({', '.join(VALUES)}):\n    return {text}")
    mark_numpy(tree)
    for node in gast.walk(tree):
        if isinstance(node, gast.Name) and node.id == "special":
            node.module = special
    mark(tree, {})
    forms = Forms(set(VALUES), "np")
    made = Rewriter(forms, Expressions(dict(SORTS))).visit(tree.body[0])
    written = to_text(gast.Module([*forms.take_new(), made], []))
    assert "special" not in written
    space = {"np": np, "math": math}
    exec(written, space)
    found, wanted = space["f"](**VALUES), eval(text, {"special": special, **VALUES})
    np.testing.assert_allclose(found, wanted, rtol=1e-13)
    assert np.shape(found) == np.shape(wanted)


def likelihood(counts, rates, shape):
    counts = counts * 1.0
    total = np.sum(special.xlogy(counts, rates) - rates - special.gammaln(counts + 1.0))
    return total + shape * np.sum(special.log_ndtr(rates)) - special.gammaln(shape)


def mixture(A, w):
    return np.sum(special.logsumexp(A + np.log(w), axis=1)) + np.sum(special.softmax(A, axis=1)[:, 0] * A[:, 1])


ON_PROGRAMS = [
    (likelihood, (np.arange(5), np.linspace(0.5, 2.5, 5), 1.7)),
    (mixture, (rng.normal(size=(3, 4)), np.array([0.1, 0.2, 0.3, 0.4]))),
]


@pytest.mark.parametrize(("function", "args"), ON_PROGRAMS, ids=[each[0].__name__ for each in ON_PROGRAMS])
def test_compiled(function, args):
    pytest.importorskip("numba")
    params = {"likelihood": ["rates", "shape"], "mixture": ["A", "w"]}[function.__name__]
    for make in (value_and_gradients_function, value_and_tangent_function):
        plain, jitted = (make(function, params=params, jit=jit) for jit in (None, numba_options(cache=False)))
        given = {} if make is value_and_gradients_function else {"tangents": args[-len(params) :]}
        found, wanted = jitted(*args, **given), plain(*args, **given)
        np.testing.assert_allclose(found[0], wanted[0], rtol=1e-12)
        parts = zip(found[1], wanted[1]) if isinstance(found[1], tuple) else [(found[1], wanted[1])]
        for one, other in parts:
            np.testing.assert_allclose(one, other, rtol=1e-11)


def spectrum(x, w):
    return np.sum(np.fft.irfft(np.fft.rfft(x) * w, len(x)) ** 2)


def test_transforms_need_an_extra():
    pytest.importorskip("numba")
    args = np.linspace(-1.0, 1.0, 8), np.linspace(0.5, 1.0, 5)
    jitted = value_and_gradients_function(spectrum, jit=numba_options(cache=False))
    try:
        import rocket_fft  # noqa: F401
    except ImportError:
        with pytest.raises(NotImplementedError, match=r"Write instead: the same, with `pip install \"s2sad\[fft\]\"`"):
            jitted(*args)
        return
    found, wanted = jitted(*args), value_and_gradients_function(spectrum)(*args)
    for one, other in zip((found[0], *found[1]), (wanted[0], *wanted[1])):
        np.testing.assert_allclose(one, other, rtol=1e-12)
