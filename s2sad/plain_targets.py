"""Part of the stage `simplify`: what is added to a view is turned instead.

x_grad.4[:, 2:3].T[...] += t.5         ->     x_grad.4[:, 2:3] += t.5.T
w_grad.6[None] += np.sum(t.7, axis=0, keepdims=True)     ->     w_grad.6 += np.sum(t.7, axis=0)
"""

from __future__ import annotations

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, axes_of_sum, is_new_axis, is_numpy, kind_of_names
from s2sad.kinds import Kind
from s2sad.statements import all_of


def use_plain_targets(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    known = ExpressionKinds(kind_of_names(info, kinds))
    for node in all_of(body):
        if not getattr(node, "reverse", False) or not isinstance(node, gast.AugAssign):
            continue
        if isinstance(node.op, (gast.Add, gast.Sub)) and isinstance(node.target, gast.Subscript):
            untranspose(node, known)
            drop_new_axes(node, known)


def untranspose(node: gast.AugAssign, known: ExpressionKinds) -> None:
    """x[...] += t.T, of `x[...].T[...] += t`."""
    view, index = node.target.value, node.target.slice
    whole = isinstance(index, gast.Constant) and index.value is ...
    turned = isinstance(view, gast.Attribute) and view.attr == "T" and isinstance(view.value, gast.Subscript)
    if whole and turned and known.rank(node.value) == 2 and known.rank(view.value) in (2, None):
        node.target = view.value
        node.value = trees.attr(node.value, "T")


def drop_new_axes(node: gast.AugAssign, known: ExpressionKinds) -> None:
    """x[:, k] += np.sum(t, axis=1), of `x[:, None, k] += np.sum(t, axis=1, keepdims=True)`."""
    index = node.target.slice
    steps = index.elts if isinstance(index, gast.Tuple) else [index]
    new = {k for k, step in enumerate(steps) if is_new_axis(step)}
    if not new or not all(k in new or isinstance(step, gast.Slice) for k, step in enumerate(steps)):
        return
    found = axes_of_sum(node.value) if is_numpy(node.value, "sum") else None
    rank = known.rank(node.value.args[0]) if found is not None else None
    if found is None or found[0] is None or not found[1] or not rank or {axis % rank for axis in found[0]} != new:
        return
    axes = sorted(axis if axis == -1 else axis % rank for axis in found[0])
    axis = trees.const(axes[0] if len(axes) == 1 else tuple(axes))
    node.value = trees.np_call("sum", node.value.args[0], axis=axis)
    left = [step for k, step in enumerate(steps) if k not in new]
    if left:
        node.target = trees.index(node.target.value, left[0] if len(left) == 1 else gast.Tuple(left, gast.Load()))
        node.target.ctx = gast.Store()
    elif isinstance(node.target.value, (gast.Name, gast.Subscript)):
        node.target = node.target.value
