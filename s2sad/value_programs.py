"""The first half of a generated program alone: what computes the value, without what only the gradients need.

    def f_value_and_gradients(x, dy=1.0):        def f_value(x, dy=1.0):
        saved = []                                   t1 = x * x
        t1 = x * x                                   value = t1 * x
        saved.append(t1)                             return value, ()
        value = t1 * x                    ->
        t1_grad = dy * x
        ...

Compiled by Numba, this is what `make_vjp` runs first.
"""

from __future__ import annotations

import dataclasses

import gast

from s2sad import trees
from s2sad.program import docstring_of
from s2sad.reading import all_blocks
from s2sad.requests import Program
from s2sad.statements import all_of, own_expressions


def value_alone(program: Program, of: str) -> Program | None:
    """The program that returns the value of `of`, and no gradients; None where that isn't known before `dy` is used."""
    tree = trees.copy_tree(program.tree)
    main = tree.body[-1]
    end = main.body[-1]
    place = next(k for k, node in enumerate(main.body) if program.dy_name in trees.names_in(node) or node is end)
    body, rest = main.body[:place], main.body[place:-1]
    if not isinstance(end, gast.Return) or not isinstance(end.value, gast.Tuple) or len(end.value.elts) != 2:
        return None
    value = end.value.elts[0]
    if trees.names_in(value) & {program.dy_name, *names_set(rest)}:
        return None
    drop_lists(body, trees.names_in(value))
    main.name = program.name.removesuffix("_value_and_gradients") + "_value"
    result = gast.Tuple([value, gast.Tuple([], gast.Load())], gast.Load())
    main.body = [docstring_of(f"The value of {of}."), *body[1:], gast.Return(result)]
    return dataclasses.replace(program, tree=tree, name=main.name, gradient_kinds={})


def names_set(body: list[gast.stmt]) -> set[str]:
    nodes = [each for node in body for each in trees.walk(node)]
    found = {each.id for each in nodes if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store)}
    return found | {
        each.target.id for each in nodes if isinstance(each, gast.AugAssign) and isinstance(each.target, gast.Name)
    }


def drop_lists(body: list[gast.stmt], returned: set[str]) -> None:
    """Takes out the lists that are only appended to."""
    filled = {name for node in all_of(body) if (name := list_filled(node))}
    read = set(returned)
    for node in all_of(body):
        if not list_filled(node):
            read |= names_read(node)
    dropped = filled - read
    for block in all_blocks(body):
        block[:] = [node for node in block if list_filled(node) not in dropped] or [gast.Pass()]


def list_filled(node: gast.stmt) -> str | None:
    """The name of a list that a statement sets to an empty one or appends to."""
    if isinstance(node, gast.Assign) and isinstance(node.value, gast.List) and not node.value.elts:
        return node.targets[0].id if isinstance(node.targets[0], gast.Name) else None
    call = node.value if isinstance(node, gast.Expr) else None
    if isinstance(call, gast.Call) and isinstance(call.func, gast.Attribute) and call.func.attr == "append":
        return call.func.value.id if isinstance(call.func.value, gast.Name) else None
    return None


def names_read(node: gast.stmt) -> set[str]:
    """The names in a statement, without those of the statements inside of it."""
    return {name for each in own_expressions(node) for name in trees.names_in(each)}
