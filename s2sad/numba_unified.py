"""Part of the stage `numba`: one type for what a variable, or a list of saved values, holds.

Numba gives each variable one type. Three things of the program are written otherwise for that:

* The adjoint of an array is 0.0 until there is something to add, or one number for all elements: for Numba an array
  with axes of length 1.
* Of a variable that may be None, what is saved is whether it is, and a value in any case.
* A list of indices is an array.
* The shape that arrays are broadcast to has a name of its own each time: it may have another number of axes.

>>> import gast
>>> from s2sad.numba_ranks import Expressions, mark_numpy, of_functions
>>> tree = gast.parse("def f(a):\\n    b = 0.0\\n    if a[0] > 0:\\n        b = a[[1, 0]]\\n    return b + a")
>>> mark_numpy(tree)
>>> arrays_of_indices(tree, "np")
set()
>>> arrays_from_the_start(tree.body[0], Expressions(of_functions(tree, {"f": {"a": ("f", 1)}})["f"]), "np")
True
>>> print(gast.unparse(tree))
def f(a):
    b = np.zeros((1,))
    if a[0] > 0:
        b = a[np.array([1, 0])]
    return b + a
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_ranks import Expressions
from s2sad.numba_tapes import fresh, is_pop, is_push, like
from s2sad.reading import all_blocks
from s2sad.statements import blocks_of


def shapes_apart(tree: gast.Module, used: set[str]) -> None:
    """Another name for each `np.broadcast_shapes(...)` that has the same one, in the main block of a function."""
    for function in [node for node in tree.body if isinstance(node, gast.FunctionDef)]:
        bound = [each.id for each in trees.walk(function) if isinstance(each, gast.Name)
                 and isinstance(each.ctx, (gast.Store, gast.Param))]  # fmt: skip
        here = [node.targets[0].id for node in function.body if binds_a_shape(node)]
        renamed: dict[str, str] = {}
        for node in function.body:
            for each in trees.walk(node):
                if isinstance(each, gast.Name) and each.id in renamed:
                    each.id = renamed[each.id]
            if binds_a_shape(node):
                name: Any = node.targets[0]
                own = next((key for key, value in renamed.items() if value == name.id), name.id)
                if own in renamed or here.count(own) > 1 and here.count(own) == bound.count(own):
                    name.id = renamed[own] = fresh(own, used)


def binds_a_shape(node: Any) -> bool:
    if not isinstance(node, gast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], gast.Name):
        return False
    return isinstance(node.value, gast.Call) and trees.function_of(node.value.func) is np.broadcast_shapes


def arrays_of_indices(tree: gast.AST, numpy: str) -> set[tuple[str, str]]:
    """`A[[0, 2]]` is `A[np.array([0, 2])]`, also where the list has a name and is used for nothing else: the functions
    and names of such."""
    named: set[tuple[str, str]] = set()
    indices = {id(node) for each in trees.walk(tree) for node in indices_in(each)}
    for function in [node for node in trees.walk(tree) if isinstance(node, gast.FunctionDef)]:
        reads: dict[str, int] = {}
        for each in trees.walk(function):
            if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Load):
                reads[each.id] = reads.get(each.id, 0) + 1
        own = [each for each in trees.walk(function) if id(each) in indices]
        for name, nodes in assigned_values(function).items():
            as_index = sum(getattr(each, "id", "") == name for each in own)
            if as_index and as_index == reads.get(name) and all(is_display(node.value) for node in nodes):
                named.add((function.name, name))
                for node in nodes:
                    node.value = np_call(numpy, "array", node.value)
    for node in trees.walk(tree):
        if isinstance(node, gast.Subscript):
            several = isinstance(node.slice, gast.Tuple)
            parts = node.slice.elts if several else [node.slice]
            made = [np_call(numpy, "array", each) if is_display(each) else each for each in parts]
            node.slice = gast.Tuple(made, gast.Load()) if several else made[0]
    return named


def indices_in(node: Any) -> list[gast.AST]:
    """What arrays are indexed with by an expression: by brackets, or by `np.add.at`."""
    at = isinstance(node, gast.Call) and getattr(node.func, "attr", "") == "at" and len(node.args) > 1
    index = node.slice if isinstance(node, gast.Subscript) else node.args[1] if at else None
    return index.elts if isinstance(index, gast.Tuple) else [] if index is None else [index]


def is_display(node: gast.AST) -> bool:
    return isinstance(node, gast.List) and bool(node.elts)


def np_call(numpy: str, function: str, *args: gast.AST) -> gast.Call:
    return trees.call(trees.attr(trees.name(numpy, module=np), function), *args)


# ------------------------------------------------------------------------------------------ numbers, arrays later
def arrays_from_the_start(function: gast.FunctionDef, known: Expressions, numpy: str) -> bool:
    """Changes `b = 0.0`, and `b_grad = dy`, where b is an array elsewhere; whether there was something to change."""
    changed = False
    for name, values in assigned_values(function).items():
        found = [(node, rank_apart_from(name, node.value, known)) for node in values]
        adjoint = name.rstrip("0123456789_").endswith("_grad")
        numbers = [node for node, rank in found if is_zero(node.value) or adjoint and rank == 0]
        ranks = {rank for node, rank in found if not is_zero(node.value)} - {None, 0}
        if not numbers or len(ranks) != 1 or is_added_to(function, name, numbers):
            continue
        shape = trees.const((1,) * ranks.pop())
        for node in numbers:
            zero = is_zero(node.value)
            node.value = np_call(numpy, "zeros", shape) if zero else np_call(numpy, "full", shape, node.value)
        changed = True
    return changed


def of_several_ranks(function: gast.FunctionDef, known: Expressions) -> set[str]:
    """The variables that may be a number first and an array later."""
    ranks = {
        name: {rank_apart_from(name, node.value, known) for node in values if not is_zero(node.value)}
        for name, values in assigned_values(function).items()
    }
    return {name for name, found in ranks.items() if len(found) > 1}


def statements_of(function: gast.FunctionDef) -> list[Any]:
    return [node for block in all_blocks(function.body) for node in block]


def assigned_values(function: gast.FunctionDef) -> dict[str, list[gast.Assign]]:
    """The statements that set each variable, where all of them do nothing else."""
    found: dict[str, list[gast.Assign]] = {}
    others: set[str] = {each.id for each in function.args.args}
    for node in statements_of(function):
        targets = node.targets if isinstance(node, gast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, gast.Assign) and len(targets) == 1 and isinstance(targets[0], gast.Name):
            found.setdefault(targets[0].id, []).append(node)
        elif not isinstance(node, gast.AugAssign):
            others |= {each.id for target in targets if target is not None for each in names_stored(target)}
    return {name: nodes for name, nodes in found.items() if name not in others}


def names_stored(target: gast.AST) -> list[gast.Name]:
    return [each for each in trees.walk(target) if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store)]


def is_zero(node: gast.AST) -> bool:
    return isinstance(node, gast.Constant) and type(node.value) is float and node.value == 0.0


def rank_apart_from(name: str, node: gast.AST, known: Expressions) -> Any:
    """The rank that an expression has where the variable in it is a number."""
    return Expressions({**known.known, name: ("f", 0)}, known.world).rank(node)


def is_added_to(function: gast.FunctionDef, name: str, numbers: list[gast.Assign]) -> bool:
    """Whether the variable is changed in place where it may be the array of length 1 that stands for a number."""

    def sets_number(node: gast.stmt) -> bool:
        return any(each is number for each in trees.walk(node) for number in numbers)

    def adds(block: list[Any], whole: bool) -> bool:
        for node in block:
            target = node.targets[0] if isinstance(node, gast.Assign) else getattr(node, "target", None)
            if isinstance(node, gast.AugAssign) and getattr(target, "id", "") == name and not whole:
                return True
            if isinstance(node, gast.Assign) and getattr(target, "id", "") == name:
                whole = not sets_number(node)
            inner = blocks_of(node)
            may_be_number = bool(inner) and sets_number(node)
            again = may_be_number and isinstance(node, (gast.For, gast.While))  # by the next iteration
            if any(adds(each, whole and not again) for each in inner):
                return True
            whole = whole and not may_be_number
        return False

    return adds(function.body, False)


# ------------------------------------------------------------------------------------------ values or None
def saved_with_none(function: gast.FunctionDef, known: Expressions, used: set[str], numpy: str) -> None:
    """Changes the lists of saved values that may be None."""
    statements = statements_of(function)
    maybe = {node.targets[0].id for node in statements if sets_none(node)}
    for start in [node for node in statements if getattr(node, "stack", None)]:
        name = start.targets[0].id
        pushes = [node for node in statements if is_push(node, name)]
        pops = [(block, node) for block in all_blocks(function.body) for node in block if is_pop(node, name)]
        parts = [[getattr(each, "id", "") for each in items_of(node.value.args[0])] for node in pushes]
        places = sorted({k for each in parts for k, part in enumerate(each) if part in maybe})
        if not places or len({len(each) for each in [*parts, *(items_of(node.targets[0]) for _, node in pops)]}) != 1:
            continue
        empty = {k: empty_value(known, [each[k] for each in parts], numpy) for k in places}
        if all(empty.values()):
            asked = {
                k for k in places for _, node in pops if is_asked_for(function, node, items_of(node.targets[0])[k])
            }
            for node in pushes:
                push_with_none(node, empty, asked)
            for block, node in pops if asked else []:
                pop_with_none(block, node, sorted(asked), used)


def sets_none(node: Any) -> bool:
    return isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) and is_none(node.value)


def is_asked_for(function: gast.FunctionDef, pop: Any, target: Any) -> bool:
    """Whether the program looks if a value is None once it was popped."""
    first = next(k for k, node in enumerate(function.body) if any(each is pop for each in trees.walk(node)))
    return any(
        isinstance(node, gast.Compare) and is_none(node.comparators[0]) and getattr(node.left, "id", "") == target.id
        for statement in function.body[first:]
        for node in trees.walk(statement)
    )


def is_none(node: gast.AST) -> bool:
    return isinstance(node, gast.Constant) and node.value is None


def items_of(node: gast.AST) -> list[gast.AST]:
    return node.elts if isinstance(node, gast.Tuple) else [node]


def empty_value(known: Expressions, names: list[str], numpy: str) -> gast.AST | None:
    """What is saved in the place of None: a number, or an array without elements."""
    sorts = {known.known.get(name, (None, None)) for name in names if isinstance(known.known.get(name), tuple)}
    if len(sorts) != 1:
        return None
    [(char, rank)] = sorts
    if char != "f" or not isinstance(rank, int):
        return None
    return np_call(numpy, "zeros", trees.const((0,) * rank)) if rank else trees.const(0.0)


def push_with_none(node: Any, empty: dict[int, Any], asked: set[int]) -> None:
    items = items_of(node.value.args[0])
    flags: list[gast.AST] = []
    for k, value in empty.items():
        test = trees.is_none(trees.copy_tree(items[k]))
        flags += [trees.copy_tree(test)] if k in asked else []
        there = gast.UnaryOp(gast.UAdd(), items[k])  # Numba takes it for what is surely there
        items[k] = gast.IfExp(test, trees.copy_tree(value), there)
    node.value.args = [gast.Tuple([*items, *flags], gast.Load()) if len(items + flags) > 1 else items[0]]


def pop_with_none(block: list[Any], node: Any, places: list[int], used: set[str]) -> None:
    targets = list(items_of(node.targets[0]))
    later, flags = [], []
    for k in places:
        target = targets[k]
        value, flag = fresh(f"{target.id}_value", used), fresh(f"{target.id}_missing", used)
        targets[k] = trees.name(value, store=True)
        flags.append(trees.name(flag, store=True))
        chosen = gast.IfExp(trees.name(flag), trees.const(None), trees.name(value))
        later.append(like(gast.Assign([target], chosen, None), node, leading=False))
    node.targets = [gast.Tuple([*targets, *flags], gast.Store())]
    at = next(k for k, each in enumerate(block) if each is node)
    block[at + 1 : at + 1] = later
