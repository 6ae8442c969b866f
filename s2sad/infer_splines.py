"""Part of the stage `infer`: SciPy's splines, which are objects that are made of points and then called.

spline = CubicSpline(x, y)           spline = CubicSpline(x, y)
value = spline(t)               ->   basis = CubicSpline(x, np.eye(len(y)))      # only if y carries a gradient
                                     value = spline(t)                           # by the rules in `rules/splines.py`
"""

from __future__ import annotations

import dataclasses
import inspect
import types
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import mark_pure, owner_of_method
from s2sad.kinds import UNKNOWN, Array, Dim, Scalar, Static, Tuple
from s2sad.local_functions import RESULT
from s2sad.rules import refused_interpolation, splines
from s2sad.values import Value

# By class, the options with which a spline is linear in y, and where the default is what these are.
LINEAR = {
    "CubicSpline": ("bc_type", "extrapolate"),
    "make_interp_spline": ("k",),
    "interp1d": ("kind",),
    "BSpline": ("k", "extrapolate"),
    "make_lsq_spline": ("t", "k", "w"),
    "make_smoothing_spline": ("w", "lam"),
    "UnivariateSpline": ("k", "s"),
    "InterpolatedUnivariateSpline": ("k",),
}
ARRAYS = ("t", "w")  # options that are arrays of constants
POINTS = {"BSpline": ("t", "c")}  # what the points and values are called, if not x and y: here knots and coefficients
DEGREES = {"linear": 1, "slinear": 1, "quadratic": 2, "cubic": 3}  # of interp1d
# By class, the function of s2sad.equivalents.slopes for its slopes, in which it is linear too; None: they are given.
SLOPED = {"PchipInterpolator": "monotone_slopes", "Akima1DInterpolator": "akima_slopes", "CubicHermiteSpline": None}
FITPACK = ("UnivariateSpline", "InterpolatedUnivariateSpline", "LSQUnivariateSpline")  # by where they are evaluated
SPLINES = (*(name for name in LINEAR if name not in FITPACK), *SLOPED)
CLASSES = ("CubicSpline", "BSpline", "PPoly", "interp1d", *SLOPED, *FITPACK)
METHODS = ("derivative", "antiderivative", "integrate", "integral")
OTHER_METHODS = ("derivatives", "roots", "solve")  # of which there is no derivative


@dataclass(eq=False)
class Spline:
    """A spline that is made inside of f. basis: the splines through unit vectors, where y carries a gradient."""

    name: str
    whole: Value
    y: Value
    basis: Value
    degree: int | None = None  # of interp1d
    slope: Value | None = None
    slopes: Value | None = None  # those at the points, where it follows y by them
    by_slopes: Value | None = None  # and the splines with unit vectors as slopes
    highest: int | None = None  # the highest derivative that the class gives


@dataclass(eq=False)
class SplineMethod:
    """spline.derivative, before it is called."""

    spline: Spline
    name: str


def interpolate_of_scipy() -> types.ModuleType:
    """scipy.interpolate, which is there where one of its functions is called."""
    from scipy import interpolate

    return interpolate


class Splines:
    def make_spline(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        bound = inspect.signature(function.static).bind(*args, **keywords).arguments
        x, y = (bound.pop(key) for key in POINTS.get(name, ("x", "y")))
        given_slopes = bound.pop("dydx", None)
        if any(each.varied for each in [*self.leaves_of(x), *bound.values()]):
            raise self.refuse("spline_points", node, name=name)
        varied = any(each.varied for each in self.leaves_of(y))
        nothing = Value(trees.const(None), Static(None))
        basis = nothing
        options = {key: value for key, value in bound.items() if value.static is not None}
        if name == "make_smoothing_spline" and varied and not self.is_smoothed_linearly(function, options):
            raise self.refuse("solver", node, name=name, instead=refused_interpolation.instead_of(name))
        if name in SLOPED and (varied or given_slopes is not None and given_slopes.varied):
            return self.make_sloped(function, name, args, keywords, [x, y, given_slopes], options, node)
        if varied:
            y = self.array_of(y, node)
            self.check_options(name, options, node)
            if y.kind.rank != 1 or y.kind.char == "c":
                raise self.refuse("spline_vector", node, name=name)
        else:
            y = nothing if self.rank_of(y) == 1 else y
        whole = self.solution(function, args, keywords, Static("spline"))
        given = {key: value.expr for key, value in options.items()}
        if varied:
            unit = trees.np_call("eye", trees.call(trees.builtin("len"), self.operand(y)))
            axis = {"axis": trees.const(0)} if name == "interp1d" else {}
            same = function.expr
            if name in FITPACK:  # through the points; the same piecewise polynomial
                given.pop("s", None)
                same = trees.attr(trees.module(interpolate_of_scipy()), "make_interp_spline")
            basis = self.plain_call(same, [x.expr, unit], {**given, **axis})
        made = Spline(name, whole, y, basis)
        if name in FITPACK:
            made.highest = self.known(options["k"]) if "k" in options else 3
        if name == "interp1d":
            kind = self.known(options["kind"]) if "kind" in options else "linear"
            fixed = not set(options) - {"kind"} and kind in DEGREES
            made.degree = DEGREES[kind] if fixed else None
        return Value(trees.name(f"{name}{RESULT}"), Static(made))

    def check_options(self, name: str, options: dict[str, Value], node: Any) -> None:
        """Refuses those with which a spline may not be linear in y, or with which it isn't known."""
        texts = [self.known(value) for key, value in options.items() if key not in (*ARRAYS, "lam", "s")]
        plain = all(isinstance(each, (str, int)) and each != "periodic" for each in texts)
        if not set(options) <= set(LINEAR[name]) or not plain:
            raise self.refuse("spline_options", node, name=name, options=", ".join(options))

    def is_smoothed_linearly(self, function: Value, options: dict[str, Value]) -> bool:
        """Whether `lam` is given, and this SciPy smooths the rows of a matrix in one call."""
        given = "lam" in options and self.known(options["lam"]) is not None
        return given and "axis" in inspect.signature(function.static).parameters

    def make_sloped(
        self,
        function: Value,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        points: list[Value],
        options: dict[str, Value],
        node: Any,
    ) -> Value:
        """A spline of cubic pieces with given values and slopes at the points: linear in both."""
        from scipy import interpolate

        from s2sad.equivalents import slopes  # only SciPy's users have it

        if any(self.known(value) != ("akima" if key == "method" else True) for key, value in options.items()):
            raise self.refuse("spline_options", node, name=name, options=", ".join(options))
        x, y = (self.settle(self.as_points(each, node)) for each in points[:2])
        if y.kind.rank != 1 or y.kind.char == "c":
            raise self.refuse("spline_vector", node, name=name)
        whole = self.solution(function, args, keywords, Static("spline"))
        y = self.at_this_moment(y)
        if points[2] is None:
            found = self.settle(self.call_equivalent(getattr(slopes, SLOPED[name]), [x, y], {}, node, None))
        else:
            found = self.at_this_moment(self.settle(self.as_points(points[2], node)))
        made = trees.attr(trees.module(interpolate), "CubicHermiteSpline")
        unit = self.plain_call(trees.attr(trees.module(np), "eye"), [trees.call(trees.builtin("len"), y.expr)], {}).expr
        zero = trees.np_call("zeros_like", unit)
        by_values, by_slopes = (self.plain_call(made, [x.expr, *pair], {}) for pair in ((unit, zero), (zero, unit)))
        spline = Spline(name, whole, y, by_values, slopes=found, by_slopes=by_slopes)
        return Value(trees.name(f"{name}{RESULT}"), Static(spline))

    def call_spline(
        self, spline: Spline, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """spline(t), spline(t, nu)."""
        given = dict(zip(("t", "nu"), args)) | keywords
        t = given.get("t") or given.pop("x", None)
        nu = self.known(given["nu"]) if "nu" in given else 0
        if t is None or set(given) - {"t", "nu"} or len(args) > 2 or not isinstance(nu, int):
            raise self.refuse("solver_option", node, name=spline.name, option=", ".join(keywords) or "these arguments")
        if spline.highest is not None and nu >= spline.highest:
            raise self.refuse("spline_degree", node, name=spline.name)
        t = self.settle(t if isinstance(t.kind, (Array, Scalar)) else self.as_array(t, node))
        extra = [given["nu"].expr] if "nu" in given else []
        number = Value(trees.const(nu), Scalar("int", nu))

        def call(exprs: list[gast.AST]) -> gast.AST:
            return trees.call(spline.whole.expr, exprs[0], *extra)

        if spline.slopes is not None:
            values = [t, spline.y, spline.slopes, spline.whole, spline.basis, spline.by_slopes, number]
            return self.primitive(splines.HERMITE, values, call, node, hint)
        if self.holds_rows(spline) and spline.name != "interp1d":
            return self.primitive(splines.ROWS, [t, spline.whole, number], call, node, hint)
        if spline.y.static is not None and not (isinstance(spline.y.kind, Array) and spline.y.kind.rank == 1):
            raise self.refuse("spline_vector", node, name=spline.name)
        if spline.name != "interp1d":
            values = [t, spline.y, spline.whole, spline.basis, number]
            return self.primitive(splines.SPLINE, values, call, node, hint)
        if t.varied and spline.degree is None:
            raise self.refuse("spline_options", node, name="interp1d", options="kind, fill_value")
        if t.varied and spline.slope is None:
            from scipy import interpolate

            whole = spline.whole.expr
            made = trees.attr(trees.module(interpolate), "make_interp_spline")
            degree = trees.const(spline.degree)
            same = self.plain_call(made, [trees.attr(whole, "x"), trees.attr(whole, "y"), degree], {})
            spline.slope = self.plain_call(trees.attr(same.expr, "derivative"), [], {})
        slope = spline.slope or Value(trees.const(None), Static(None))
        values = [t, spline.y, spline.whole, spline.basis, slope]
        return self.primitive(splines.INTERPOLATION, values, call, node, hint)

    def call_spline_method(
        self, spline: Spline, name: str, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """spline.derivative(), spline.integrate(a, b)."""
        if name in OTHER_METHODS:
            function = Value(trees.attr(spline.whole.expr, name), UNKNOWN)
            if not self.flows(args, keywords):
                return self.opaque_call(function, args, keywords, node)
            full = f"{spline.name}.{name}"
            raise self.refuse("solver", node, name=full, instead=refused_interpolation.instead_of(full))
        if name in ("integrate", "integral"):
            return self.integral_of_spline(spline, name, args, keywords, node, hint)
        given = [*args, *keywords.values()]
        order = self.known(given[0]) if given else 1
        if len(given) > 1 or not isinstance(order, int) or order < 0:
            raise self.refuse("solver_option", node, name=spline.name, option=", ".join(keywords) or "these arguments")

        def of(value: Value | None) -> Any:
            if value is None or value.static is None:
                return value
            return self.plain_call(trees.attr(value.expr, name), [each.expr for each in given], {})

        made = dataclasses.replace(
            spline, whole=of(spline.whole), basis=of(spline.basis), by_slopes=of(spline.by_slopes)
        )
        if spline.highest is not None:
            made.highest = spline.highest + (-order if name == "derivative" else order)
        return Value(trees.name(f"{spline.name}{RESULT}"), Static(made))

    def integral_of_spline(
        self, spline: Spline, name: str, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        given = dict(zip(("a", "b"), args)) | keywords
        ends = [self.settle(given[key]) for key in ("a", "b") if key in given]
        if (
            len(args) > 2
            or len(ends) != len(given)
            or len(ends) != 2
            or not all(isinstance(e.kind, Scalar) for e in ends)
        ):
            raise self.refuse("solver_option", node, name=spline.name, option=", ".join(keywords) or "these arguments")

        def call(exprs: list[gast.AST]) -> gast.AST:
            return trees.call(trees.attr(spline.whole.expr, name), exprs[0], exprs[1])

        if spline.slopes is not None:
            values = [*ends, spline.y, spline.slopes, spline.whole, spline.basis, spline.by_slopes]
            return self.primitive(splines.HERMITE_INTEGRAL, values, call, node, hint)
        if self.holds_rows(spline):
            return self.primitive(splines.INTEGRAL_OF_ROWS, [*ends, spline.whole], call, node, hint)
        if spline.y.static is not None and not (isinstance(spline.y.kind, Array) and spline.y.kind.rank == 1):
            raise self.refuse("spline_vector", node, name=spline.name)
        values = [*ends, spline.y, spline.whole, spline.basis]
        rule = splines.INTEGRAL if name == "integrate" else splines.FITPACK_INTEGRAL
        return self.primitive(rule, values, call, node, hint)

    def call_splev(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """splev(x, (t, c, k), der): the value of the B-spline with these knots, coefficients and degree."""
        given = dict(zip(("x", "tck", "der"), args)) | keywords
        if set(given) - {"x", "tck", "der"} or len(args) > 3 or "tck" not in given:
            return None
        nu = self.known(given["der"]) if "der" in given else 0
        tck = given["tck"]
        if not isinstance(nu, int) or tck.items is not None and len(tck.items) != 3:
            return None
        nothing = Value(trees.const(None), Static(None))
        c = nothing
        if tck.items is None:
            if tck.varied:
                return None
            tck = self.whole(tck)
            parts: list[gast.AST] = [trees.index(tck.expr, trees.const(k)) for k in range(3)]
        else:
            knots, c, k = tck.items
            if knots.varied or k.varied:
                raise self.refuse("spline_points", node, name="splev")
            knots, c = (self.settle(self.as_points(each, node)) for each in (knots, c))
            parts = [knots.expr, c.expr, k.expr]
            if c.kind.rank != 1 or c.kind.char == "c":
                raise self.refuse("spline_vector", node, name="splev")
        from scipy import interpolate

        made = trees.attr(trees.module(interpolate), "BSpline")
        x = self.settle(self.as_points(given["x"], node))
        whole = self.plain_call(made, parts, {}) if x.varied else nothing
        basis = nothing
        if c.varied:
            unit = trees.np_call("eye", trees.call(trees.builtin("len"), c.expr))
            basis = self.plain_call(made, [parts[0], unit, parts[2]], {})
        extra = [given["der"].expr] if "der" in given else []

        def call(exprs: list[gast.AST]) -> gast.AST:
            whole = tck.expr if tck.items is None else gast.Tuple([parts[0], exprs[1], parts[2]], gast.Load())
            return trees.call(function.expr, exprs[0], whole, *extra)

        values = [x, c, whole, basis, Value(trees.const(nu), Scalar("int", nu))]
        return self.primitive(splines.SPLINE, values, call, node, hint)

    def call_splrep(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value | None:
        """splrep(x, y, k=3, s=0): the knots, coefficients and degree of the spline through the points."""
        given = dict(zip(("x", "y", "w"), args)) | keywords
        k, s = (self.known(given[key]) if key in given else default for key, default in (("k", 3), ("s", 0)))
        if set(given) - {"x", "y", "k", "s"} or not isinstance(k, int) or s not in (0, None):
            return None
        x, y = (self.settle(self.as_points(given[key], node)) for key in ("x", "y"))
        if x.varied or y.kind.rank != 1 or y.kind.char == "c":
            return None
        whole = self.solution(function, args, keywords, Static("spline"))
        vector = Array("float64", (Dim(("knots", id(node))),))
        knots, found = (
            self.emit(trees.index(whole.expr, trees.const(place)), ir.Plain(True), vector, False) for place in (0, 1)
        )
        from scipy import interpolate

        made = trees.attr(trees.module(interpolate), "make_interp_spline")
        unit = trees.np_call("eye", trees.call(trees.builtin("len"), y.expr))
        basis = self.plain_call(made, [x.expr, unit, trees.const(k)], {"t": knots.expr})
        y = self.at_this_moment(y)
        values = [y, found, Value(trees.attr(basis.expr, "c"), Array("float64", None))]
        c = self.primitive(splines.COEFFICIENTS, values, lambda exprs: exprs[1], node)
        return self.make_tuple([knots, c, Value(trees.const(k), Scalar("int", k))])

    def as_points(self, value: Value, node: Any) -> Value:
        return value if isinstance(value.kind, (Array, Scalar)) else self.as_array(value, node)

    def part_of_spline(self, spline: Spline, name: str, node: Any) -> Value:
        """An attribute or method: it carries no derivative, unless the spline's values do."""
        if name in METHODS and self.has_method(spline, name):
            return Value(trees.attr(spline.whole.expr, name), Static(SplineMethod(spline, name)))
        if name != "get_knots" and (spline.y.varied or spline.slopes is not None):
            raise self.refuse("solver_part", node, name=spline.name, part=name)
        if name in OTHER_METHODS:
            return Value(trees.attr(spline.whole.expr, name), Static(SplineMethod(spline, name)))
        return Value(trees.attr(spline.whole.expr, name), UNKNOWN)

    def has_method(self, spline: Spline, name: str) -> bool:
        """FITPACK's integrals have a name of their own, and take a spline for 0 outside of its points."""
        other = {"integrate": spline.name in FITPACK, "integral": spline.name not in FITPACK}
        return spline.name != "interp1d" and not other.get(name, False)

    def outside_method(self, function: Value, static: Any) -> SplineMethod | None:
        """A method of a spline that exists before f runs."""
        if not isinstance(static, types.MethodType) or static.__name__ not in METHODS:
            return None
        spline = self.outside_spline(Value(owner_of_method(function.expr), Static(static.__self__)), static.__self__)
        if spline is None or not self.has_method(spline, static.__name__):
            return None
        return SplineMethod(spline, static.__name__)

    def make_fitpack(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value | None:
        """UnivariateSpline(x, y), of numbers that carry no gradient; by y, if it goes through all points (s=0)."""
        if self.flows(args, keywords):
            through = "s" in keywords and self.known(keywords["s"]) == 0 if name == "UnivariateSpline" else True
            if name not in LINEAR or not through:
                return None
            return self.make_spline(function, name, args, keywords, node)
        degree = self.known(keywords["k"]) if "k" in keywords else 3
        if "ext" in keywords or len(args) > (4 if name == "LSQUnivariateSpline" else 3) or not isinstance(degree, int):
            return None
        exprs = [self.settle(value).expr for value in args]
        whole = self.plain_call(function.expr, exprs, {key: self.settle(each).expr for key, each in keywords.items()})
        nothing = Value(trees.const(None), Static(None))
        return Value(trees.name(f"{name}{RESULT}"), Static(Spline(name, whole, nothing, nothing, highest=degree)))

    def holds_rows(self, spline: Spline) -> bool:
        """Whether its values are known to be vectors, none of which carries a gradient."""
        return not spline.y.varied and isinstance(spline.y.kind, Array) and spline.y.kind.rank == 2

    def outside_spline(self, function: Value, static: Any) -> Spline | None:
        """A spline that exists before f runs: a global, or captured."""
        name = type(static).__name__
        if name not in CLASSES:
            return None
        nothing = Value(trees.const(None), Static(None))
        if name in FITPACK:  # beyond its points it goes on, or is 0 there
            degree = static._eval_args[2]
            return Spline(name, function, nothing, nothing, highest=degree) if static.ext in (0, 1, 2) else None
        inner = {"BSpline": 1, "interp1d": 0}.get(name, 2)
        axes = np.ndim(static.y) - 1 if name == "interp1d" else np.ndim(static.c) - inner
        dims = tuple(Dim(("values", k)) for k in range(axes + 1))
        y = nothing if axes == 0 else Value(trees.const(None), Array("float64", dims))
        made = Spline(name, function, y, nothing)
        if name == "interp1d" and static.fill_value is not None:
            kind = static._kind if isinstance(static._kind, str) else ""
            plain = static.bounds_error or str(static.fill_value) == "extrapolate"
            made.degree = DEGREES.get(kind) if plain else None
        return made

    def plain_call(self, function: gast.AST, args: list[gast.AST], keywords: dict[str, gast.AST]) -> Value:
        """A call that carries no derivative, as a statement."""
        expr = trees.call(function, *args, **keywords)
        for each in [expr, *args]:
            if isinstance(each, gast.Call):
                mark_pure(each)
        return self.emit(expr, ir.Plain(True, 50), Static("spline"), False)

    def leaves_of(self, value: Value) -> list[Value]:
        items = self.items_throughout(value)
        return [each for item in items for each in self.leaves_of(item)] if items else [value]

    def rank_of(self, value: Value) -> int | None:
        if isinstance(value.kind, Tuple) or self.items_throughout(value) is not None:
            return 1 if all(isinstance(each.kind, Scalar) for each in self.leaves_of(value)) else 2
        return getattr(value.kind, "rank", 1 if not isinstance(value.kind, Array) else None)
