"""Part of the stage `numba`: the ranks and the sorts of number of the expressions in a program's text.

Names that the program's own kinds don't say anything of (most adjoints) get theirs from what is assigned to them.

>>> import gast
>>> tree = gast.parse("def f(A):\\n    v = A[0] > 1\\n    w = np.where(v, A.T @ A, 0.0)\\n    i = len(w) + 1")
>>> mark_numpy(tree)
>>> found = of_functions(tree, {"f": {"A": ("f", 2)}})["f"]
>>> found["v"], found["w"], found["i"]
(('b', 1), ('f', 2), ('i', 0))
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_results import Results
from s2sad.numba_sorts import BLOCK, COUNT, TRUTH, UNKNOWN, Sort, bind, join, note, product_rank, wider, widest


def of_functions(tree: gast.Module, given: dict[str, dict[str, Sort]]) -> dict[str, dict[str, Sort]]:
    """By function, what is known of its names. given: what was known before."""
    functions = {node.name: node for node in tree.body if isinstance(node, gast.FunctionDef)}
    world = World(functions, getattr(tree, "outside", {}))
    known = world.known = {name: Names(given.get(name, {})) for name in functions}
    for _ in range(4):
        before = repr(known)
        world.unsure = set()
        for name in reversed(functions):
            Walk(world, known[name], set(given.get(name, {}))).function(functions[name])
        if repr(known) == before:
            break
    world.settled = True
    for names in known.values():
        names.world = world
    return known  # type: ignore[return-value]


class Names(dict[str, Any]):
    """What is known of the names of a function, and of the functions that it calls."""

    world: World | None = None


class World:
    """The functions of a text: what they are called with, and what they return. settled: all that is known; unsure:
    those that are called with something that isn't known; outside: functions that the text calls and that aren't in it,
    each with what is known of the names around it."""

    def __init__(self, functions: dict[str, gast.FunctionDef], outside: dict[str, Any]) -> None:
        self.functions, self.outside = functions, outside
        self.of_outside: dict[tuple[str, str], Any] = {}
        self.known: dict[str, Names] = {}
        self.results: dict[str, Any] = {}
        self.settled = False
        self.unsure: set[str] = set()

    def called(self, name: str, sorts: list[Any]) -> Any:
        if name in self.outside:
            return self.called_outside(name, sorts)
        if self.settled:
            return self.results.get(name, UNKNOWN)
        args = self.functions[name].args
        for parameter, sort in zip([*args.posonlyargs, *args.args], sorts):
            note(self.known[name], parameter.id, sort)
        if UNKNOWN in sorts or len(sorts) < len(args.posonlyargs) + len(args.args):
            self.unsure.add(name)
        return self.results.get(name, UNKNOWN)

    def called_outside(self, name: str, sorts: list[Any]) -> Any:
        """What one that isn't in the text gives, for arguments of these sorts."""
        key = name, repr(sorts)
        if key not in self.of_outside:
            function, around = self.outside[name]
            given = {each.id: sort for each, sort in zip(function.args.args, sorts) if sort != UNKNOWN}
            inside, known = World({}, {}), Names({**around, **given})
            for _ in range(3):  # what an iteration takes over from the one before
                Walk(inside, known, set(given)).function(function)
            self.of_outside[key] = inside.results.get(function.name, UNKNOWN)
        return self.of_outside[key]


class Expressions(Results):
    """What an expression gives."""

    def __init__(self, known: dict[str, Any], world: World | None = None) -> None:
        self.known, self.world = known, world or getattr(known, "world", None)

    def of(self, node: gast.AST) -> Any:
        method = getattr(self, f"of_{type(node).__name__}", None)
        return UNKNOWN if method is None else method(node)

    def rank(self, node: gast.AST) -> int | None:
        rank = self.of(node)[1]
        return rank if isinstance(rank, int) else None

    def char(self, node: gast.AST) -> str | None:
        char = self.of(node)[0]
        return char if char in ("b", "i", "f", "c") else None

    def of_Name(self, node: gast.Name) -> Any:
        return self.known.get(node.id, UNKNOWN)

    def of_Constant(self, node: gast.Constant) -> Any:
        return {bool: TRUTH, int: COUNT, float: ("f", 0), complex: ("c", 0)}.get(type(node.value), UNKNOWN)

    def of_List(self, node: gast.List) -> Any:
        made: Any = UNKNOWN
        found = [self.of(each) for each in node.elts]
        for each in found:
            made = join(made, each)
        return ("()", found) if are_unlike(found) else ("[]", made)

    def of_Tuple(self, node: gast.Tuple) -> Any:
        return "()", [self.of(each) for each in node.elts]

    def of_Dict(self, node: gast.Dict) -> Any:
        return "{}", {getattr(key, "value", None): self.of(each) for key, each in zip(node.keys, node.values)}

    def of_ListComp(self, node: gast.ListComp) -> Any:
        inner = Expressions(dict(self.known), self.world)
        for loop in node.generators:
            bind(inner.known, loop.target, inner.item(loop.iter))
        return "[]", inner.of(node.elt)

    def of_BinOp(self, node: gast.BinOp) -> Any:
        """A long sum is no deep recursion."""
        spine = [node]
        while isinstance(spine[-1].left, gast.BinOp):
            spine.append(spine[-1].left)
        made = self.of(spine[-1].left)
        for each in reversed(spine):
            other = self.of(each.right)
            if getattr(each.right, "cotangent", False) and other == UNKNOWN and isinstance(each.op, gast.Add):
                continue  # `np.zeros_like(value) + dy`: dy is no larger
            made = self.operation(each.op, made, other)
        return made

    def operation(self, op: gast.AST, left: Any, right: Any) -> Any:
        if "[]" in (left[0], right[0]):
            return left if left[0] == "[]" else right
        if {"()", "{}"} & {left[0], right[0]}:
            return UNKNOWN
        if isinstance(op, gast.MatMult):
            return wider(left, right), product_rank(left[1], right[1])
        char = wider(left, right)
        if isinstance(op, gast.Div) and char in ("b", "i"):
            char = "f"
        if isinstance(op, (gast.Add, gast.Sub, gast.Mult, gast.Pow)) and char == "b":
            char = "i"
        return char, widest([left[1], right[1]])

    def of_UnaryOp(self, node: gast.UnaryOp) -> Any:
        return TRUTH if isinstance(node.op, gast.Not) else self.of(node.operand)

    def of_Compare(self, node: gast.Compare) -> Any:
        if isinstance(node.ops[0], (gast.In, gast.NotIn, gast.Is, gast.IsNot)):
            return TRUTH
        return "b", widest([self.of(each)[1] for each in (node.left, *node.comparators)])

    def of_BoolOp(self, node: gast.BoolOp) -> Any:
        found = [self.of(each) for each in node.values]
        return found[0] if all(each == found[0] for each in found) else UNKNOWN

    def of_IfExp(self, node: gast.IfExp) -> Any:
        return join(self.of(node.body), self.of(node.orelse))

    def of_Attribute(self, node: gast.Attribute) -> Any:
        function = trees.function_of(node)
        if isinstance(function, float):
            return "f", 0
        base = self.of(node.value)
        if base[0] == "{}":
            return base[1].get(node.attr, UNKNOWN)
        if node.attr in ("T", "real", "imag"):
            return ("f" if node.attr != "T" and base[0] == "c" else base[0]), base[1]
        if node.attr in ("size", "ndim"):
            return COUNT
        return ("[]", COUNT) if node.attr == "shape" else UNKNOWN

    def of_Subscript(self, node: gast.Subscript) -> Any:
        base = self.of(node.value)
        if base[0] == "{}":
            return base[1].get(getattr(node.slice, "value", None), UNKNOWN)
        if base[0] == "[]":
            return base if isinstance(node.slice, gast.Slice) else base[1]
        if base[0] == "()":
            value = trees.literal(node.slice)
            return base[1][value] if isinstance(value, int) and -len(base[1]) <= value < len(base[1]) else UNKNOWN
        if base == BLOCK:
            return "[]", ("i", 1)
        if not isinstance(base[1], int):
            return base[0], None
        if self.of(node.slice) == BLOCK:
            return base[0], (2 if base[1] == 2 else None)
        return base[0], self.indexed(base[1], node.slice)

    def indexed(self, rank: int, index: gast.AST) -> int | None:
        steps = index.elts if isinstance(index, gast.Tuple) else [index]
        new = gone = 0
        advanced: list[int] = []
        for step in steps:
            if isinstance(step, gast.Slice) or isinstance(step, gast.Constant) and step.value is ...:
                continue
            if isinstance(step, gast.Constant) and step.value is None:
                new += 1
                continue
            char, its_rank = self.of(step)
            if char not in ("i", "b") or not isinstance(its_rank, int):
                return None
            gone += its_rank if char == "b" else 1
            if its_rank:
                advanced.append(1 if char == "b" else its_rank)
        return rank - gone + new + max(advanced, default=0)

    def item(self, node: gast.AST) -> Any:
        """What iterating gives."""
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Name):
            name, args = node.func.id, node.args
            if name == "range":
                return COUNT
            if name == "enumerate":
                return "()", [COUNT, self.item(args[0])]
            if name == "zip":
                return "()", [self.item(each) for each in args]
            if name in ("reversed", "list"):
                return self.item(args[0])
        sort = self.of(node)
        if sort[0] == "[]":
            return sort[1]
        if sort[0] == "()":
            made: Any = UNKNOWN
            for each in sort[1]:
                made = join(made, each)
            return made
        return sort[0], sort[1] - 1 if isinstance(sort[1], int) and sort[1] else None


class Walk:
    """Goes through the statements of one function."""

    def __init__(self, world: World, known: dict[str, Any], fixed: set[str]) -> None:
        self.world, self.known, self.fixed = world, known, fixed
        self.expressions = Expressions(known, world)

    def function(self, node: gast.FunctionDef) -> None:
        self.block(node.body, node.name)

    def block(self, body: list[Any], name: str) -> None:
        of = self.expressions.of
        for node in body:
            for each in trees.walk(node) if isinstance(node, (gast.Assign, gast.Return, gast.Expr)) else ():
                if isinstance(each, gast.comprehension):
                    self.bind(each.target, self.expressions.item(each.iter))
            if isinstance(node, gast.Assign):
                for target in node.targets:
                    self.bind(target, of(node.value))
            elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
                found = self.known.get(node.target.id, UNKNOWN)
                self.bind(node.target, self.expressions.operation(node.op, found, of(node.value)))
            elif isinstance(node, gast.For):
                self.bind(node.target, self.expressions.item(node.iter))
            elif isinstance(node, gast.Expr) and isinstance(node.value, gast.Call):
                self.appended(node.value)
            elif isinstance(node, gast.Return) and node.value is not None:
                made = of(node.value)
                found = self.world.results.get(name, UNKNOWN)
                self.world.results[name] = made if found == UNKNOWN or made[0] == "()" else join(found, made)
            for part in ("body", "orelse", "finalbody"):
                if isinstance(getattr(node, part, None), list):
                    self.block(getattr(node, part), name)

    def bind(self, target: Any, sort: Any) -> None:
        bind(self.known, target, sort, self.fixed)

    def appended(self, call: gast.Call) -> None:
        function = call.func
        if not (isinstance(function, gast.Attribute) and function.attr == "append" and call.args):
            self.expressions.of(call)
            return
        if isinstance(function.value, gast.Name) and function.value.id not in self.fixed:
            note(self.known, function.value.id, ("[]", self.expressions.of(call.args[0])))


def are_unlike(sorts: list[Any]) -> bool:
    """Whether items can't be of one type, so that together they are a tuple to Numba."""
    ranks = {rank for char, rank in sorts if char in ("b", "i", "f", "c") and isinstance(rank, int)}
    return len(ranks) > 1 or bool(ranks) and any(char in ("[]", "()", "{}") for char, _ in sorts)


def mark_numpy(tree: gast.AST) -> None:
    """For examples: `np` is NumPy."""
    for node in trees.walk(tree):
        if isinstance(node, gast.Name) and node.id == "np":
            node.module = np
