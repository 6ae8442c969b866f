"""How the complete Q of a tall matrix changes: LAPACK makes it of Householder's reflections, one for each column.

Only the columns that belong to rows of R follow from a = Q R. The others are those of the product of the reflections,
which are differentiated one after the other (LAPACK Users' Guide, 3rd edition, 5.4.3: elementary reflectors).
"""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import kind


def complete_q_change(a, q, a_dot):
    """The change of q, the product of the reflections H = I - tau v v' that make a a triangle."""
    made, made_dot = np.eye(q.shape[-1], dtype=q.dtype) + np.zeros_like(q), np.zeros_like(q)
    for j in range(a.shape[-1]):
        first = np.eye(a.shape[-2] - j, dtype=a.dtype)[0]
        x, x_dot = a[..., j:, j], a_dot[..., j:, j]
        if np.any((np.sum(np.abs(x[..., 1:]), axis=-1) == 0) & (np.imag(x[..., 0]) == 0)):
            raise np.linalg.LinAlgError("the columns that complete Q have no derivative here: use mode='reduced'")
        length = np.sqrt(np.sum(np.abs(x) ** 2, axis=-1, keepdims=True))
        beta = np.where(np.real(x[..., :1]) < 0, length, -length)
        beta_dot = np.sum(np.real(np.conj(x) * x_dot), axis=-1, keepdims=True) / beta
        v, v_dot = x - beta * first, x_dot - beta_dot * first
        scale = beta * np.conj(v[..., :1])
        w = v / scale
        w_dot = (v_dot - w * (beta_dot * np.conj(v[..., :1]) + beta * np.conj(v_dot[..., :1]))) / scale
        reflection = np.eye(first.size, dtype=a.dtype) + np.expand_dims(w, -1) * np.conj(np.expand_dims(v, -2))
        change = np.expand_dims(w_dot, -1) * np.conj(np.expand_dims(v, -2))
        change = change + np.expand_dims(w, -1) * np.conj(np.expand_dims(v_dot, -2))
        turned, turned_dot = (np.conj(np.swapaxes(each, -1, -2)) for each in (reflection, change))
        below, below_dot = turned @ a[..., j:, :], turned_dot @ a[..., j:, :] + turned @ a_dot[..., j:, :]
        a, a_dot = (
            np.concatenate([a[..., :j, :], below], axis=-2),
            np.concatenate([a_dot[..., :j, :], below_dot], axis=-2),
        )
        beside_dot = made_dot[..., j:] @ reflection + made[..., j:] @ change
        made_dot = np.concatenate([made_dot[..., :j], beside_dot], axis=-1)
        made = np.concatenate([made[..., :j], made[..., j:] @ reflection], axis=-1)
    if made.size and np.max(np.abs(made - q)) > 1e-3:  # of a library that has other reflections
        raise np.linalg.LinAlgError("the columns that complete Q have no derivative here: use mode='reduced'")
    return made_dot


@kind(complete_q_change)
def complete_q_change_kind(a: Kind, q: Kind, a_dot: Kind) -> Kind:
    return q if isinstance(q, Array) else Array("", None)
