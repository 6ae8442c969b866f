"""What is real in any case (lengths, singular values), of arrays of which it is known at run time only whether they are
real or complex: its adjoint is real too, also where it meets complex numbers."""

import linecache

import numpy as np
import pytest

import s2sad

TEXT = """
def f(a):
    w = np.linalg.eigvals(a)
    M = np.outer(w, [1, 2, 0.5]) + a + np.eye(3) * 4
    r = {}
    return np.sum((w * w / r).real)
"""

REAL = [
    "np.abs(w)",
    "abs(w)",
    "w.__abs__()",
    "abs(w) * 2.0 + 1.0",
    "np.linalg.svd(M, compute_uv=False)",
    "np.linalg.svdvals(M)",
    "np.linalg.eigvalsh(M @ M.conj().T)",
    "np.linalg.eigh(M @ M.conj().T)[0]",
    "np.linalg.slogdet(M)[1]",
    "np.linalg.norm(M)",
    "np.linalg.norm(M, 'nuc')",
    "np.linalg.norm(M, 1)",
    "np.linalg.norm(M, axis=0)",
    "np.linalg.matrix_norm(M, ord=2)",
    "np.linalg.vector_norm(M, axis=1)",
    "np.linalg.cond(M)",
    "np.std(M)",
    "M.var(axis=0)",
    "np.nanstd(M)",
    "np.nanvar(M, axis=1)",
    "np.angle(M[0]) + 9",
    "np.max(np.abs(w))",
    "abs(w).sum()",
    "(np.conj(w) * w).real",
    "np.vdot(w, w).real",
    "np.fft.hfft(w, 3)",
    "np.fft.irfft2(M, s=(3, 3))[0]",
    "np.fft.irfftn(M, s=(3, 3), axes=(0, 1))[0]",
    "max(abs(w[0]), abs(w[1]))",
    "np.array([abs(k) for k in w])",
    "list(map(abs, w))[0]",
    "np.hypot(w.real, w.imag)",
    "np.vectorize(abs)(w)",
    "np.apply_along_axis(np.linalg.norm, 0, M)",
    "np.where(abs(w) > 2, abs(w), w.real + 9)",
    "np.stack([abs(w), abs(w) ** 2])[0]",
    "np.fft.irfft(w, 3) + 5",
]

COMPLEX = np.array([[1.0, 2.0, 0.3], [-2.0, 1.5, 0.4], [0.2, 0.1, 3.0]])
SYMMETRIC = np.array([[1.0, 0.2, 0.3], [0.2, 1.5, 0.4], [0.3, 0.4, 3.0]])


def function_of(text):
    name = f"<{text}>"
    linecache.cache[name] = len(text), None, text.splitlines(True), name
    made = {"np": np}
    exec(compile(text, name, "exec"), made)
    return made["f"]


@pytest.mark.parametrize("expression", REAL)
@pytest.mark.parametrize("a", [COMPLEX, SYMMETRIC], ids=["complex", "real"])
def test_real_in_any_case(expression, a):
    f = function_of(TEXT.format(expression))
    direction = np.random.default_rng(5).normal(size=(3, 3))
    step = 1e-5
    expected = (f(a + step * direction) - f(a - step * direction)) / (2 * step)
    assert np.sum(s2sad.grad(f)(a) * direction) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert s2sad.jvp(f, (a,), (direction,))[1] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_refused_while_it_runs():
    """A rule that refuses what is known at run time only says so in whole."""
    f = function_of("""
import scipy.linalg
def f(a):
    M = np.outer(np.linalg.eigvals(a), [1, 2, 0.5])
    return np.sum(scipy.linalg.eigvalsh(M @ M.conj().T, np.eye(3)))
""")
    with pytest.raises(NotImplementedError, match="the rule for `eigvalsh` fails here: "):
        s2sad.grad(f)(COMPLEX)
