"""Where eigenvalues or singular values are equal: what treats them alike has a derivative, one of them by itself has none."""

import numpy as np
import pytest
from scipy import linalg

from s2sad import grad, jvp

A = np.diag([2.0, 2.0, 3.0])
ALIKE = {
    "eigvalsh": (lambda a: np.sum(np.log(np.linalg.eigvalsh(a))), np.diag([0.5, 0.5, 1 / 3])),
    "product": (lambda a: np.prod(np.linalg.eigvalsh(a)), np.diag([6.0, 6.0, 4.0])),
    "eigh": (lambda a: np.sum(np.linalg.eigh(a)[0] ** 2), 2 * A),
    "eigvals": (lambda a: np.sum(np.real(np.linalg.eigvals(a)) ** 2), 2 * A),
    "eig": (lambda a: np.sum(np.real(np.linalg.eig(a)[0])), np.eye(3)),
    "svd": (lambda a: np.sum(np.linalg.svd(a)[1] ** 2), 2 * A),
    "svdvals": (lambda a: np.sum(np.linalg.svdvals(a)), np.eye(3)),
    "scipy eigvalsh": (lambda a: np.sum(linalg.eigvalsh(a)), np.eye(3)),
    "scipy eigvals": (lambda a: np.sum(np.real(linalg.eigvals(a))), np.eye(3)),
    "scipy eig": (lambda a: np.sum(np.real(linalg.eig(a)[0]) ** 2), 2 * A),
    "scipy svdvals": (lambda a: np.sum(linalg.svdvals(a)), np.eye(3)),
    "tridiagonal": (lambda a: np.sum(linalg.eigvalsh_tridiagonal(np.diag(a), np.diag(a, 1)) ** 2), 2 * A),
    "the greatest": (lambda a: np.max(np.linalg.eigvalsh(-a)), np.diag([-0.5, -0.5, 0.0])),  # as those that tie do
    "zeros": (lambda a: np.sum(np.linalg.svdvals(a - 2 * np.eye(3))), np.diag([0.0, 0.0, 1.0])),
}
ONE = {
    "eigvalsh": lambda a: np.linalg.eigvalsh(a)[0],
    "eigh": lambda a: np.linalg.eigh(a)[0][0],
    "eigvals": lambda a: np.real(np.linalg.eigvals(a)[0]),
    "svd": lambda a: np.linalg.svd(a)[1][1],
    "svd of values": lambda a: np.linalg.svd(a, compute_uv=False)[2],
    "scipy eigvals": lambda a: np.real(linalg.eigvals(a)[0]),
    "scipy eigh": lambda a: linalg.eigh(a, 2 * np.eye(3), eigvals_only=True)[0],
    "scipy svd": lambda a: linalg.svd(a)[1][1],
    "tridiagonal": lambda a: linalg.eigvalsh_tridiagonal(np.diag(a), np.diag(a, 1))[0],
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_treats_equal_ones_alike(name):
    f, expected = ALIKE[name]
    assert grad(f)(A) == pytest.approx(expected)
    direction = np.diag([1.0, 1.0, 3.0])
    if name not in ("eigh", "eig", "scipy eig"):  # forward mode has the vectors beside
        assert jvp(f, (A,), (direction,))[1] == pytest.approx(np.sum(expected * direction))


@pytest.mark.parametrize("name", ONE)
def test_one_of_equal_ones(name):
    with pytest.raises(np.linalg.LinAlgError, match="one of them by itself has no derivative"):
        grad(ONE[name])(A)
    with pytest.raises(np.linalg.LinAlgError, match="has no derivative|have no derivative"):
        jvp(ONE[name], (A,), (np.ones((3, 3)),))
    with pytest.raises(np.linalg.LinAlgError, match="has no derivative|have no derivative"):
        jvp(ONE[name], (A,), (np.diag([1.0, 2.0, 3.0]),))  # they part, along vectors that stay
    assert grad(ONE[name])(A + np.diag([0.0, 0.1, 0.0])).shape == (3, 3)
