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

from s2sad import helpers, trees
from s2sad.kinds import Array, Dict, Kind, List, Record, Scalar, Tuple

Sort = tuple[Any, Any]  # ('b', 'i', 'f', 'c' or None, the rank or None); ('[]', the Sort of the items) for a list

UNKNOWN: Sort = (None, None)
TRUTH: Sort = ("b", 0)
COUNT: Sort = ("i", 0)
ORDER = "bifc"
COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "isnan", "isfinite", "isinf",
               "logical_and", "logical_or", "logical_not", "logical_xor", "signbit")  # fmt: skip
KEEPING = ("add", "subtract", "multiply", "maximum", "minimum", "fmax", "fmin", "negative", "absolute", "abs", "square",
           "power", "floor_divide", "remainder", "mod", "fmod", "sign", "positive", "bitwise_and", "bitwise_or",
           "clip")  # fmt: skip
SAME = ("zeros_like", "ones_like", "empty_like", "full_like", "copy", "ascontiguousarray", "transpose", "sort", "flip",
        "flipud", "fliplr", "roll", "cumsum", "cumprod", "nan_to_num", "triu", "tril", "swapaxes")  # fmt: skip
MADE = ("zeros", "ones", "empty", "full")
REDUCTIONS = ("sum", "prod", "mean", "max", "min", "amax", "amin", "var", "std", "all", "any", "ptp", "argmax",
              "argmin", "median", "nansum", "count_nonzero")  # fmt: skip


def sort_of(kind: Kind | None) -> Sort:
    """What a kind says."""
    if isinstance(kind, Scalar):
        return kind.char, 0
    if isinstance(kind, Array):
        return (None if kind.char in "?O" else kind.char), (None if kind.dims is None else len(kind.dims))
    if isinstance(kind, List) and kind.item is not None:
        return "[]", sort_of(kind.item)
    if isinstance(kind, Dict):
        return "{}", {key: sort_of(each) for key, each in kind.items}
    if isinstance(kind, Record) and kind.cls is not list:
        return "{}", {key: sort_of(each) for key, each in kind.fields}
    if isinstance(kind, Tuple) and kind.items and all(each == kind.items[0] for each in kind.items):
        return "[]", sort_of(kind.items[0])
    return UNKNOWN


def of_functions(tree: gast.Module, given: dict[str, dict[str, Sort]]) -> dict[str, dict[str, Sort]]:
    """By function, what is known of its names. given: what was known before."""
    functions = {node.name: node for node in tree.body if isinstance(node, gast.FunctionDef)}
    known = {name: dict(given.get(name, {})) for name in functions}
    world = World(functions, known)
    for _ in range(4):
        before = repr(known)
        for name in reversed(functions):
            Walk(world, known[name], set(given.get(name, {}))).function(functions[name])
        if repr(known) == before:
            break
    return known


class World:
    """The functions of a text: what they are called with, and what they return."""

    def __init__(self, functions: dict[str, gast.FunctionDef], known: dict[str, dict[str, Sort]]) -> None:
        self.functions, self.known = functions, known
        self.results: dict[str, Any] = {}

    def called(self, name: str, sorts: list[Any]) -> Any:
        args = self.functions[name].args
        for parameter, sort in zip([*args.posonlyargs, *args.args], sorts):
            note(self.known[name], parameter.id, sort)
        return self.results.get(name, UNKNOWN)


def note(known: dict[str, Any], name: str, sort: Any) -> None:
    """One more value that a name stands for."""
    if sort == UNKNOWN and name in known:
        return
    found = known.get(name, UNKNOWN)
    known[name] = sort if found in (UNKNOWN, sort) else join(found, sort)


def join(a: Any, b: Any) -> Any:
    if a == b or b == UNKNOWN:
        return a
    if a == UNKNOWN:
        return b
    if "[]" in (a[0], b[0]):
        return ("[]", join(a[1], b[1])) if a[0] == b[0] else ("?", "?")
    if {"()", "{}"} & {a[0], b[0]}:
        return ("?", "?")
    char = max(a[0], b[0], key=ORDER.find) if a[0] in tuple(ORDER) and b[0] in tuple(ORDER) else None
    return char, (a[1] if a[1] == b[1] else "?")


class Expressions:
    """What an expression gives."""

    def __init__(self, known: dict[str, Any], world: World | None = None) -> None:
        self.known, self.world = known, world

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
        for each in node.elts:
            made = join(made, self.of(each))
        return "[]", made

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
            made = self.operation(each.op, made, self.of(each.right))
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
        if not isinstance(base[1], int):
            return base[0], None
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

    def of_Call(self, node: gast.Call) -> Any:
        function = node.func
        if isinstance(function, gast.Name):
            return self.of_named_call(function.id, node)
        found = trees.function_of(function)
        if found is None:
            return self.of_method(function, node) if isinstance(function, gast.Attribute) else UNKNOWN
        module = getattr(trees.function_of(function.value), "__name__", "")
        if module in ("math", "cmath"):
            counts = ("floor", "ceil", "trunc", "gcd", "lcm", "comb", "perm", "factorial", "isqrt")
            truths = ("isnan", "isinf", "isfinite", "isclose")
            char = "i" if function.attr in counts else "b" if function.attr in truths else "f"
            return ("c" if module == "cmath" else char), 0
        if isinstance(found, np.ufunc):
            return self.of_ufunc(function.attr, node)
        if module == "numpy":
            return self.of_numpy(function.attr, node.args, {k.arg: k.value for k in node.keywords})
        if module == "numpy.linalg":
            return self.of_linalg(function.attr, node)
        return UNKNOWN

    def of_named_call(self, name: str, node: gast.Call) -> Any:
        helper = node.func.__dict__.get("function")
        if helper is helpers.last_stored:
            return self.of(node.args[0])
        if helper is helpers.unbroadcast:
            return self.of(node.args[0])[0], self.of(node.args[1])[1]
        if self.world is not None and name in self.world.functions:
            return self.world.called(name, [self.of(each) for each in node.args])
        if name in ("len", "int", "round"):
            return COUNT
        if name in ("float", "complex", "bool"):
            return {"float": "f", "complex": "c", "bool": "b"}[name], 0
        if name == "abs" and node.args:
            char, rank = self.of(node.args[0])
            return ("f" if char == "c" else char), rank
        if name in ("min", "max", "sum") and len(node.args) > 1:
            made: Any = self.of(node.args[0])
            for each in node.args[1:]:
                made = join(made, self.of(each))
            return made
        if name in ("min", "max", "sum") and node.args:
            return self.item(node.args[0])
        if name in ("list", "sorted", "reversed", "tuple") and node.args:
            return "[]", self.item(node.args[0])
        return UNKNOWN

    def of_ufunc(self, name: str, node: gast.Call) -> Any:
        sorts = [self.of(each) for each in node.args]
        rank = widest([sort[1] for sort in sorts])
        if name in COMPARISONS:
            return "b", rank
        char: Any = sorts[0][0] if sorts else None
        for sort in sorts[1:]:
            char = wider((char, 0), sort)
        if name == "matmul" and len(sorts) == 2:
            return char, product_rank(sorts[0][1], sorts[1][1])
        if name not in KEEPING and char in ("b", "i"):
            char = "f"
        return ("f" if name in ("abs", "absolute") and char == "c" else char), rank

    def of_numpy(self, name: str, args: list[Any], given: dict[Any, Any]) -> Any:
        first: Any = self.of(args[0]) if args else UNKNOWN
        if name in MADE and args:
            char = self.of(args[1])[0] if name == "full" and len(args) > 1 else dtype_of(given.get("dtype"), args[1:])
            return char, self.length(args[0])
        if name in SAME:
            return first
        if name in REDUCTIONS:
            return self.reduced(name, first, args, given)
        if name == "where" and len(args) == 3:
            sorts = [self.of(each) for each in args]
            return wider(sorts[1], sorts[2]), widest([sort[1] for sort in sorts])
        if name in ("outer", "eye", "identity", "diag") and args:
            rank = 2 if name != "diag" else {1: 2, 2: 1}.get(first[1])
            return ("f" if name in ("eye", "identity") else first[0]), rank
        if name == "cross" and len(args) == 2:
            other = self.of(args[1])
            return wider(first, other), widest([first[1], other[1]])
        if name in ("dot", "vdot") and len(args) == 2:
            return wider(first, self.of(args[1])), product_rank(first[1], self.of(args[1])[1])
        if name in ("array", "asarray"):
            if first[0] == "[]":
                inner: Any = first[1]
                depth = 1
                while inner[0] == "[]":
                    inner, depth = inner[1], depth + 1
                return inner[0], inner[1] + depth if isinstance(inner[1], int) else None
            return first
        if name == "expand_dims":
            return first[0], first[1] + 1 if isinstance(first[1], int) else None
        if name in ("reshape", "broadcast_to") and len(args) == 2:
            return first[0], self.length(args[1])
        if name in ("ravel", "concatenate", "arange", "linspace", "repeat", "append", "atleast_1d", "hstack"):
            if name in ("concatenate", "hstack"):
                return self.item(args[0]) if args else UNKNOWN
            char = first[0] if name != "linspace" else "f"
            return char, 1
        if name in ("stack", "vstack"):
            char, rank = self.item(args[0])
            return char, (2 if name == "vstack" else rank + 1 if isinstance(rank, int) else None)
        if name in ("argsort", "searchsorted"):
            return "i", first[1]
        return UNKNOWN

    def of_linalg(self, name: str, node: gast.Call) -> Any:
        first: Any = self.of(node.args[0]) if node.args else UNKNOWN
        if name in ("inv", "cholesky", "pinv"):
            return first
        if name == "cross":
            return self.of_numpy(name, node.args, {})
        if name == "solve" and len(node.args) == 2:
            return wider(first, self.of(node.args[1])), self.of(node.args[1])[1]
        if name in ("det", "norm") and len(node.args) == 1 and not node.keywords:
            return "f", 0
        return UNKNOWN

    def of_method(self, function: gast.Attribute, node: gast.Call) -> Any:
        base, name = self.of(function.value), function.attr
        given = {k.arg: k.value for k in node.keywords}
        if base[0] == "[]":
            return base[1] if name == "pop" else base if name == "copy" else UNKNOWN
        if name in ("copy", "cumsum"):
            return base
        if name == "astype":
            return dtype_of(None, node.args), base[1]
        if name in ("ravel", "flatten"):
            return base[0], 1
        if name == "reshape":
            return base[0], len(node.args) if len(node.args) > 1 else self.length(node.args[0])
        if name in REDUCTIONS:
            return self.reduced(name, base, [function.value, *node.args], given)
        if name == "transpose":
            return base
        if name == "dot" and node.args:
            return wider(base, self.of(node.args[0])), product_rank(base[1], self.of(node.args[0])[1])
        return UNKNOWN

    def reduced(self, name: str, sort: Any, args: list[Any], given: dict[Any, Any]) -> Any:
        char, rank = sort
        if name in ("all", "any"):
            char = "b"
        elif name in ("argmax", "argmin", "count_nonzero"):
            char = "i"
        elif char in ("b", "i") and name in ("mean", "var", "std", "median"):
            char = "f"
        elif char == "b" and name in ("sum", "prod"):
            char = "i"
        axis = args[1] if len(args) > 1 else given.get("axis")
        if axis is None or isinstance(axis, gast.Constant) and axis.value is None:
            return char, (rank if "keepdims" in given else 0)
        count = len(axis.elts) if isinstance(axis, gast.Tuple) else 1
        return char, rank - (0 if "keepdims" in given else count) if isinstance(rank, int) else None

    def length(self, shape: gast.AST) -> int | None:
        """The rank of an array of this shape."""
        if isinstance(shape, (gast.Tuple, gast.List)):
            return None if any(isinstance(each, gast.Starred) for each in shape.elts) else len(shape.elts)
        if isinstance(shape, gast.Attribute) and shape.attr == "shape":
            return self.rank(shape.value)
        if isinstance(shape, gast.Call) and getattr(shape.func, "attr", "") == "shape" and shape.args:
            return self.rank(shape.args[0])
        return 1 if self.of(shape) == COUNT else None

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
        args = [*node.args.posonlyargs, *node.args.args]
        for parameter, default in zip(args[len(args) - len(node.args.defaults) :], node.args.defaults):
            if parameter.id not in self.known and isinstance(default, gast.Constant) and default.value == 1.0:
                self.known.pop(parameter.id, None)
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


def bind(known: dict[str, Any], target: Any, sort: Any, fixed: Any = ()) -> None:
    """What a target stands for after an assignment."""
    if isinstance(target, gast.Name):
        if target.id not in fixed:
            note(known, target.id, sort)
    elif isinstance(target, (gast.Tuple, gast.List)):
        for k, each in enumerate(target.elts):
            if sort[0] == "()" and len(sort[1]) == len(target.elts):
                part = sort[1][k]
            elif sort[0] == "[]":
                part = sort[1]
            else:
                part = (sort[0], sort[1] - 1) if isinstance(sort[1], int) and sort[1] else UNKNOWN
            bind(known, each, part, fixed)


def wider(a: Any, b: Any) -> Any:
    """The sort of number that two give together."""
    if a[0] == "c" or b[0] == "c":
        return "c"
    if a[0] not in tuple(ORDER) or b[0] not in tuple(ORDER):
        return None
    return max(a[0], b[0], key=ORDER.find)


def widest(ranks: list[Any]) -> int | None:
    return max(ranks) if ranks and all(isinstance(rank, int) for rank in ranks) else None


def product_rank(a: Any, b: Any) -> int | None:
    if not isinstance(a, int) or not isinstance(b, int):
        return None
    if a > 2 or b > 2:
        return max(a, b) - (1 if 1 in (a, b) else 0)
    return a + b - 2 if a and b else max(a, b)


def dtype_of(node: gast.AST | None, others: list[Any]) -> Any:
    """The sort of a dtype that is given; a float where none is."""
    node = node or (others[0] if others else None)
    if node is None:
        return "f"
    name = getattr(node, "attr", getattr(node, "id", ""))
    if name == "dtype":
        return None
    return {"int": "i", "bool": "b", "comp": "c", "floa": "f", "doub": "f"}.get(name[:4])


def mark_numpy(tree: gast.AST) -> None:
    """For examples: `np` is NumPy."""
    for node in trees.walk(tree):
        if isinstance(node, gast.Name) and node.id == "np":
            node.module = np
