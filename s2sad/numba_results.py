"""Part of the stage `numba`: the ranks and sorts of number of what calls give."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import helpers, trees
from s2sad.numba_sorts import BLOCK, COUNT, LIKE_ARGUMENT, UNKNOWN, dtype_of, join, product_rank, wider, widest

COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "isnan", "isfinite", "isinf",
               "logical_and", "logical_or", "logical_not", "logical_xor", "signbit")  # fmt: skip
KEEPING = ("add", "subtract", "multiply", "maximum", "minimum", "fmax", "fmin", "negative", "absolute", "abs", "square",
           "power", "floor_divide", "remainder", "mod", "fmod", "sign", "positive", "bitwise_and", "bitwise_or",
           "clip")  # fmt: skip
SAME = ("zeros_like", "ones_like", "empty_like", "full_like", "copy", "ascontiguousarray", "transpose", "sort", "flip",
        "flipud", "fliplr", "roll", "cumsum", "cumprod", "nan_to_num", "triu", "tril", "swapaxes", "moveaxis", "pad",
        "polyder", "round", "around", "fix")  # fmt: skip
MADE = ("zeros", "ones", "empty", "full")
REDUCTIONS = ("sum", "prod", "mean", "max", "min", "amax", "amin", "var", "std", "all", "any", "ptp", "argmax",
              "argmin", "median", "nansum", "count_nonzero")  # fmt: skip


class Results:
    def of_Call(self, node: gast.Call) -> Any:
        function = node.func
        name = getattr(function, "special", None)
        if name == "logsumexp":
            return self.reduced("sum", self.of(node.args[0]), node.args, {k.arg: k.value for k in node.keywords})
        if name in ("solve_triangular", "cho_solve", "lu_solve"):
            return "f", self.of(node.args[1])[1]
        if name == "expm":
            return "f", self.of(node.args[0])[1]
        if name == "lu_factor":
            return "()", [("f", self.of(node.args[0])[1]), ("i", 1)]
        if name is not None:
            return self.of_ufunc(name, node)
        if isinstance(function, gast.Name):
            return self.of_named_call(function.id, node)
        found = trees.function_of(function)
        if found is np.ix_ and getattr(node, "block", False):
            return BLOCK if all(self.of(each) == ("i", 1) for each in node.args) else UNKNOWN
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
        if module == "numpy.fft" and node.args:
            return self.of_transform(function.attr, self.of(node.args[0]))
        return UNKNOWN

    def of_named_call(self, name: str, node: gast.Call) -> Any:
        helper = node.func.__dict__.get("function")
        if helper is helpers.last_stored:
            return self.of(node.args[0])
        if helper is helpers.unbroadcast:
            return self.of(node.args[0])[0], self.of(node.args[1])[1]
        if helper in LIKE_ARGUMENT and len(node.args) > LIKE_ARGUMENT[helper]:
            return self.of(node.args[LIKE_ARGUMENT[helper]])
        if self.world is not None and (name in self.world.functions or name in self.world.outside):
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

    @staticmethod
    def of_transform(name: str, sort: Any) -> Any:
        if name in ("fftfreq", "rfftfreq"):
            return "f", 1
        if name in ("fftshift", "ifftshift"):
            return sort
        return ("f" if name.startswith("ir") or name == "hfft" else "c"), sort[1]

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
        if name in ("real", "imag"):
            return ("f" if first[0] == "c" else first[0]), first[1]
        if name in REDUCTIONS:
            return self.reduced(name, first, args, given)
        if name in ("quantile", "percentile") and len(args) > 1:
            points = self.of(args[1])
            rank = 1 if points[0] == "[]" else points[1]
            _, left = self.reduced("mean", first, [args[0], *args[2:3]], given)
            return "f", left + rank if isinstance(left, int) and isinstance(rank, int) else None
        if name == "take_along_axis" and len(args) > 1:
            return first[0], self.of(args[1])[1]
        if name == "take" and len(args) > 1:
            axis = args[2] if len(args) > 2 else given.get("axis")
            rank = 1 if self.of(args[1])[0] == "[]" else self.of(args[1])[1]
            if axis is None or not isinstance(rank, int) or not isinstance(first[1], int):
                return first[0], (rank if axis is None else None)
            return first[0], first[1] - 1 + rank
        if name == "tile" and len(args) == 2:
            times = len(args[1].elts) if isinstance(args[1], (gast.Tuple, gast.List)) else 1
            return first[0], max(first[1], times) if isinstance(first[1], int) else None
        if name == "einsum" and args and isinstance(getattr(args[0], "value", None), str):
            return self.of_einsum(args[0].value, [self.of(each) for each in args[1:]])
        if name in ("split", "array_split", "hsplit", "vsplit", "dsplit"):
            return "[]", first
        if name == "polyval" and len(args) == 2:
            return wider(first, self.of(args[1])), self.of(args[1])[1]
        if name == "where" and len(args) == 3:
            sorts = [self.of(each) for each in args]
            return wider(sorts[1], sorts[2]), widest([sort[1] for sort in sorts])
        if name in ("outer", "eye", "identity", "vander", "diag") and args:
            rank = 2 if name != "diag" else {1: 2, 2: 1}.get(first[1])
            return ("f" if name in ("eye", "identity") else first[0]), rank
        if name == "cross" and len(args) == 2:
            other = self.of(args[1])
            return wider(first, other), widest([first[1], other[1]])
        if name in ("dot", "vdot") and len(args) == 2:
            return wider(first, self.of(args[1])), product_rank(first[1], self.of(args[1])[1])
        if name in ("array", "asarray"):
            return of_display(first)
        if name == "expand_dims":
            axes = given.get("axis", args[1] if len(args) > 1 else None)
            more = len(axes.elts) if isinstance(axes, gast.Tuple) else 1
            return first[0], first[1] + more if isinstance(first[1], int) else None
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
        if name == "broadcast_shapes" and args:  # as many lengths as there are axes
            ranks = [self.length(each) for each in args]
            most = widest(ranks)
            return ("()", [COUNT] * most) if most else UNKNOWN
        if name == "searchsorted" and len(args) > 1:
            places = self.of(args[1])
            return "i", 1 if places[0] == "[]" else places[1]
        if name == "argsort":
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
        if name == "norm" and len(node.args) == 1 and not node.keywords:
            return "f", 0
        if name == "svd" and first[1] == 2 and {k.arg for k in node.keywords} <= {"full_matrices"}:
            return "()", [first, ("f", 1), first]
        if not isinstance(first[1], int) or first[1] < 2 or node.keywords:
            return UNKNOWN
        numbers, real, vectors = (first[0], first[1] - 2), ("f", first[1] - 2), ("f", first[1] - 1)
        made = {"det": numbers, "slogdet": ("()", [numbers, real]), "eigvalsh": vectors,
                "eigh": ("()", [vectors, first]), "qr": ("()", [first, first])}  # fmt: skip
        return made.get(name, UNKNOWN)

    def of_einsum(self, text: str, sorts: list[Any]) -> Any:
        _, arrow, output = text.replace(" ", "").partition("->")
        if not arrow or "." in text:
            return UNKNOWN
        char: Any = sorts[0][0] if sorts else None
        for sort in sorts[1:]:
            char = wider((char, 0), sort)
        return char, len(output)

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
        char, rank = of_display(sort)
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
        found = self.of(shape)
        if found[0] == "()" and found[1] and all(each == COUNT for each in found[1]):
            return len(found[1])
        return 1 if found == COUNT else None


def of_display(sort: Any) -> Any:
    """What sort of array a list or tuple becomes.

    >>> of_display(("[]", ("[]", ("f", 1)))), of_display(("f", 2)), of_display(("()", [("f", 0)]))
    (('f', 3), ('f', 2), ('f', 1))
    """
    if sort[0] not in ("[]", "()"):
        return sort
    parts = [of_display(each) for each in (sort[1] if sort[0] == "()" else [sort[1]])] or [UNKNOWN]
    char, rank = parts[0]
    for each in parts[1:]:
        char, rank = wider((char, rank), each), rank if rank == each[1] else None
    return char, rank + 1 if isinstance(rank, int) else None
