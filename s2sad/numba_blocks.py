"""Part of the stage `numba`: blocks of matrices, `A[np.ix_(rows, columns)]`.

Numba has no `np.ix_`, nor indices of two axes. Here the two vectors stay what they are, `((rows, columns),)`, which
Numba itself takes for no index, and functions read, store and add what stands where they cross. That is done where all
that becomes of the result of `np.ix_` is an index, also one that the reverse sweep takes from its list.

>>> tree = gast.parse("t = np.ix_(r, c)\\nB = A[t]\\ns = np.ix_(r, c)\\nC = s[0]")
>>> mark_blocks(tree)
{'t'}
>>> [hasattr(each.value, "block") for each in tree.body if isinstance(each.value, gast.Call)]
[True, False]
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import gast

from s2sad import trees
from s2sad.helpers import last_stored
from s2sad.numba_sorts import BLOCK

TAKEN = """
def block_of(a, rows, columns):
    made = np.empty((rows.size, columns.size), a.dtype)
    for i in range(rows.size):
        for j in range(columns.size):
            made[i, j] = a[rows[i], columns[j]]
    return made
"""
STORED = """
def into_block(a, rows, columns, values):
    values = np.broadcast_to(values, (rows.size, columns.size)).copy()
    for i in range(rows.size):
        for j in range(columns.size):
            a[rows[i], columns[j]] {sign}= values[i, j]
"""
LAST = """
def last_in_block(grad, a, rows, columns):
    winner = np.full(a.shape, -1)
    for i in range(rows.size):
        for j in range(columns.size):
            winner[rows[i], columns[j]] = i * columns.size + j
    made = np.zeros_like(grad)
    for i in range(rows.size):
        for j in range(columns.size):
            if winner[rows[i], columns[j]] == i * columns.size + j:
                made[i, j] = grad[i, j]
    return made
"""


def mark_blocks(tree: gast.AST) -> set[str]:
    """Notes at each `np.ix_(rows, columns)` that it is nothing but an index; the names that stand for such."""
    names = {name for name in map(name_of_block, trees.walk(tree)) if name}
    while True:
        good = names - escaping(tree, names)
        if good == names:
            break
        names = good
    for node in trees.walk(tree):
        if isinstance(node, gast.Assign) and name_of_block(node) in names:
            node.value.block = True
        for index in indices_in(node):
            if is_block(index):
                index.block = True
    return names


def is_block(node: Any) -> bool:
    called = getattr(getattr(node, "func", None), "attr", "") == "ix_"
    return called and len(node.args) == 2 and not node.keywords


def name_of_block(node: Any) -> str | None:
    """The name that a statement gives to what `np.ix_` makes."""
    given = isinstance(node, gast.Assign) and is_block(node.value) and len(node.targets) == 1
    return getattr(node.targets[0], "id", None) if given else None


def indices_in(node: Any) -> list[Any]:
    """What arrays are indexed with by an expression."""
    if isinstance(node, gast.Subscript):
        return [node.slice]
    if isinstance(node, gast.Call) and getattr(node.func, "attr", "") == "at" and len(node.args) == 3:
        return [node.args[1]]
    if isinstance(node, gast.Call) and getattr(node.func, "function", None) is last_stored:
        return [node.args[2]]
    return []


def escaping(tree: gast.AST, names: set[str]) -> set[str]:
    """Those of the names that are used otherwise than as indices, or set to something else."""
    nodes = list(trees.walk(tree))
    fine = Counter(getattr(index, "id", None) for node in nodes for index in indices_in(node))
    fine.update(map(name_of_block, nodes))
    for place in {node.targets[0].id for node in nodes if getattr(node, "stack", None)}:
        kept = [layout(node.args[0], names) for node in nodes if is_call_of(node, place, "append")]
        kept += [
            layout(node.targets[0], names) for node in nodes if is_call_of(getattr(node, "value", None), place, "pop")
        ]
        if len(set(kept)) == 1:  # each comes back under its own name, and nothing else does
            fine.update(name for each in kept for name in dict(each).values())
    uses = Counter(getattr(node, "id", None) for node in nodes)
    return {name for name in names if uses[name] != fine[name]}


def is_call_of(node: Any, name: str, method: str) -> bool:
    called: Any = getattr(node, "func", None)
    return getattr(called, "attr", "") == method and getattr(called.value, "id", "") == name


def layout(node: Any, names: set[str]) -> tuple[tuple[int, str], ...]:
    """Where the names stand in what is put into a list, or comes out of it."""
    parts = node.elts if isinstance(node, gast.Tuple) else [node]
    return tuple((k, each.id) for k, each in enumerate(parts) if getattr(each, "id", "") in names)


def crossing(index: Any, known: Any) -> list[Any]:
    """The rows and the columns that an index stands for; none where it is something else."""
    if known.of(index) != BLOCK:
        return []
    if isinstance(index, gast.Call):
        return list(index.args)
    pair = trees.index(trees.copy_tree(index), trees.const(0))
    return [trees.index(trees.copy_tree(pair), trees.const(k)) for k in (0, 1)]


def block_taken(forms: Any, node: gast.Subscript, known: Any) -> gast.Call | None:
    """`A[np.ix_(rows, columns)]` where it is read."""
    vectors = crossing(node.slice, known)
    return forms.helper("taken_at_block", TAKEN.strip() + "\n", node.value, *vectors) if vectors else None


def block_stored(forms: Any, target: Any, value: Any, known: Any, sign: str = "") -> gast.Expr | None:
    """The same where something is stored, or, with a sign, added one by one."""
    vectors = crossing(target.slice, known) if isinstance(target, gast.Subscript) else []
    if not vectors:
        return None
    place = trees.copy_tree(target.value)
    key = f"{ {'': 'store', '+': 'add', '-': 'subtract'}[sign] }_at_block"
    return gast.Expr(forms.helper(key, STORED.strip().format(sign=sign) + "\n", place, *vectors, value))


def block_last_stored(forms: Any, node: gast.Call, known: Any) -> gast.Call | None:
    vectors = crossing(node.args[2], known)
    if vectors and known.rank(node.args[1]) != 2:
        node.args[2] = as_mesh(forms, node.args[2], known)
    elif vectors:
        return forms.helper("last_in_block", LAST.strip() + "\n", *node.args[:2], *vectors)
    return None


def as_mesh(forms: Any, index: Any, known: Any) -> Any:
    """An index as NumPy makes it, where the array is none of two axes: Numba refuses it."""
    vectors = crossing(index, known)
    return forms.np("ix_", *vectors) if vectors else index
