"""A function that is made inside of f (a lambda, a nested `def`) is written in place where it is called: a program has
no such function. Where one would be needed as a value, put into a list that grows or handed to the unknown, it is
refused. The names of such functions end in `#`, so that they are found here and are never taken for another's.

>>> refuse_local_functions([trees.assign("x.1", trees.name("y.2"))], None)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

from s2sad import trees
from s2sad.refusals import refuse

MARK = "#"
GENERATOR = "#generator"  # ends the name of a generator that waits, which is only there to be run through
MAYBE = "#maybe"  # ends the name of a result that is maybe None, which is only there to get a name
RESULT = "#result"  # ends the name of what a solver returns, which is only there for its parts
# What factors a matrix, what alone uses the factor, and what gives parts that have a derivative.
FACTORS = {"lu_factor": ("lu_solve", "lu(a)"), "cho_factor": ("cho_solve", "cholesky(a)")}
SECOND = "(...)[1]"  # the second part of what a solver gives, where that has no rule
LAMBDA = "lambda"  # as no function can be called


def local_name(name: str) -> str:
    """The name that stands for a local function in expressions."""
    return name + MARK


def without_local_functions(expr: gast.AST, name: str) -> gast.AST:
    """An expression that makes a function of others (functools.partial); of local ones it makes a local one."""
    return trees.name(local_name(name)) if any(each.endswith(MARK) for each in trees.names_in(expr)) else expr


def refuse_local_functions(body: list[gast.stmt], source: Any) -> None:
    """Raises NotDifferentiableError where statements read a local function as a value."""
    origin = (source, None)
    for node in with_copies(body):  # a statement before the expressions in it
        if isinstance(node, gast.stmt):
            origin = getattr(node, "origin", None) or origin
        elif isinstance(node, gast.Name) and node.id.endswith(RESULT):
            name = node.id.removesuffix(RESULT)
            if name in FACTORS:
                raise refuse(
                    "factor_whole", origin[1], origin[0], name=name, solver=FACTORS[name][0], instead=FACTORS[name][1]
                )
            raise refuse("solver_second" if SECOND in name else "solver_whole", origin[1], origin[0], name=name)
        elif isinstance(node, gast.Name) and node.id.endswith(MAYBE):
            raise refuse("joined_kinds", origin[1], origin[0], name=node.id.removesuffix(MAYBE))
        elif isinstance(node, gast.Name) and node.id.endswith(GENERATOR):
            name = f"`{node.id.removesuffix(GENERATOR)}`"
            raise refuse("runs_later", origin[1], origin[0], name=name)
        elif isinstance(node, gast.Name) and node.id.endswith(MARK):
            raise refuse("function_value", origin[1], origin[0], name=node.id.removesuffix(MARK))


def with_copies(body: list[gast.stmt]) -> Iterator[gast.AST]:
    """All nodes of statements, and of what is set where ways join."""
    for statement in body:
        for node in trees.walk(statement):
            yield node
            for _, source in getattr(getattr(node, "effect", None), "pairs", ()):
                yield from trees.walk(source)
