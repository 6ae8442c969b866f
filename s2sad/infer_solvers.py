"""Part of the stage `infer`: library functions that are given a function of the user's, and solve or integrate it.

    x = optimize.brentq(g, a, b, args=(p,))        x = optimize.brentq(g, a, b, args=(p,))
                                              ->   ... the derivatives of g at x: slope (by x) and by p
    return x                                       p_grad = -dy / slope * ...

The call stays as it is. Beside it g is walked through at the solution, in place like any function that is called, so
that what it returns there depends on its parameters, and a rule (`rules/implicit.py`) says how the solution follows.
The text calls the solver again, so it can be differentiated again.
"""

from __future__ import annotations

import inspect
import types
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.infer_factors import SOLVERS, Factor
from s2sad.infer_frozen import Frozen
from s2sad.infer_grids import GRIDS, Grid
from s2sad.infer_memory import is_function
from s2sad.infer_nested import NESTED
from s2sad.infer_sparse import Sparse
from s2sad.infer_sparse_solvers import SparseFactor
from s2sad.infer_splines import FITPACK, SPLINES, Spline, SplineMethod
from s2sad.infer_surfaces import Surface
from s2sad.kinds import FLOAT, UNKNOWN, Array, Dict, List, Mapping, Record, Scalar, Static, Tuple
from s2sad.rules import implicit, loading, refused_interpolation, registry
from s2sad.values import BoundMethod, Choice, LocalFunction, Partial, Solution, Value

PYTHON_FLOAT = ("brentq", "brenth", "bisect", "ridder")  # what they return
ROOT_FINDERS = (*PYTHON_FLOAT, "toms748", "newton")
SYSTEMS = ("root", "fsolve", "fixed_point")
MINIMA = ("minimize", "least_squares")


@dataclass
class SolverCall:
    """A call of a solver. target: the user's function, at the top of a module; others: what it is given beside the
    unknowns; bound: the arguments by the solver's parameters."""

    name: str
    function: Value
    args: list[Value]
    keywords: dict[str, Value]
    bound: dict[str, Any]
    given: Value
    others: list[Value]

    @property
    def target(self) -> Any:
        return self.given.static


class Solvers:
    def call_solver(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """The call of a function of SciPy's that takes a function, or makes an object; None for any other."""
        home, name = loading.home_of(static), getattr(static, "__name__", type(static).__name__)
        if home == "scipy.linalg" and not self.quiet:
            if name in SOLVERS.values():
                return self.call_factor(function, name, args, keywords, node)
            return self.call_factor_solver(function, name, args, keywords, node, hint) if name in SOLVERS else None
        if isinstance(static, Spline):
            return self.call_spline(static, args, keywords, node, hint)
        if isinstance(static, Surface):
            return self.call_made_surface(static, args, keywords, node, hint)
        if isinstance(static, SplineMethod):
            return self.call_spline_method(static.spline, static.name, args, keywords, node, hint)
        if home == "scipy.stats":
            return self.frozen(function, static, args, keywords)
        if isinstance(static, Grid):
            return self.call_grid(static, args, keywords, node, hint)
        if home == "scipy.interpolate" and not self.quiet:
            made = self.call_interpolation(function, static, name, args, keywords, node, hint)
            if made is not None:
                return made
        if isinstance(static, SparseFactor):
            return self.solve_with_factor(static, args, keywords, node, hint)
        if not self.quiet and (home == "scipy.sparse" or type(getattr(static, "__self__", None)).__name__ == "SuperLU"):
            made = self.call_sparse(function, name, args, keywords, node, hint)
            if made is not None:
                return made
        if home in OBJECTS and name[:1] != "_" and not self.quiet:
            if self.flows(args, keywords):
                if registry.find(static) is not None:
                    return None
                raise self.refuse_object(static, name, OBJECTS[home], node)
            return self.opaque_call(function, args, keywords, node) if home == "scipy.interpolate" else None
        if home not in ("scipy.optimize", "scipy.integrate") or not isinstance(static, types.FunctionType):
            return None
        if not any(map(is_function, [*args, *keywords.values()])):
            return None
        if not self.flows(args, keywords):
            return self.opaque_call(function, args, keywords, node)
        if self.quiet:
            return self.guessed(function, name, args, keywords, node)
        if name in NESTED:
            return getattr(self, NESTED[name])(function, name, args, keywords, node, hint)
        handler = HANDLERS.get(name)
        if handler is not None:
            return getattr(self, handler)(self.bind_solver(function, static, args, keywords, node), node, hint)
        instead = next((text for names, text in INSTEAD if name in names.split()), None)
        if instead is None:
            return None
        raise self.refuse("solver", node, name=name, instead=instead)

    def refuse_object(self, static: Any, name: str, instead: str, node: Any) -> Exception:
        """Of a package whose functions make objects: one of them, or a method or an object itself."""
        owner = getattr(static, "__self__", None)
        if isinstance(static, types.MethodType) and owner is not None:
            made_by = owner if isinstance(owner, type) else type(owner)
            name = f"{made_by.__name__}.{name}"
        if loading.home_of(static) == "scipy.interpolate":
            instead = refused_interpolation.instead_of(name)
        return self.refuse("solver", node, name=name, instead=instead)

    def call_interpolation(
        self,
        function: Value,
        static: Any,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value | None:
        """A function or class of scipy.interpolate, or an object of one that is made outside of f."""
        if not isinstance(static, (type, types.FunctionType)):
            spline, grid = self.outside_spline(function, static), self.outside_grid(function, static)
            if spline is not None:
                return self.call_spline(spline, args, keywords, node, hint)
            method = self.outside_method(function, static)
            if method is not None:
                return self.call_spline_method(method.spline, method.name, args, keywords, node, hint)
            if not self.flows(args, keywords):
                return None
            surface = self.outside_surface(function, static, keywords)
            if surface is not None:
                return self.call_surface(surface, function, args, keywords, node, hint)
            return self.call_grid(grid, args, keywords, node, hint) if grid is not None else None
        if name in SPLINES:
            return self.make_spline(function, name, args, keywords, node)
        if name in FITPACK:
            return self.make_fitpack(function, name, args, keywords, node)
        if name == "RectBivariateSpline" and not self.flows(args, keywords):
            return self.make_surface(function, name, args, keywords)
        if not self.flows(args, keywords) and name != "RegularGridInterpolator":
            return None
        if name in GRIDS:
            return self.call_grid_function(function, name, args, keywords, node, hint)
        if name == "splev":
            return self.call_splev(function, args, keywords, node, hint)
        return self.call_splrep(function, args, keywords, node) if name == "splrep" else None

    def guessed(self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        """What a solver gives, while only kinds are asked for."""
        kind = FLOAT if name in PYTHON_FLOAT else Scalar("float64") if name in ROOT_FINDERS else UNKNOWN
        made = self.opaque_call(function, args, keywords, node)
        return Value(made.expr, kind, True)

    def flows(self, args: list[Value], keywords: dict[str, Value]) -> bool:
        """Whether a gradient may flow in: by an argument, or by what a function that is made here holds."""
        return any(map(self.may_vary, [*args, *keywords.values()]))

    def may_vary(self, value: Value) -> bool:
        """Whether a value depends on what is differentiated, or may hold something that does."""
        items = self.items_throughout(value) if isinstance(value.kind, (List, Tuple)) else None
        if items is not None and not value.varied:
            return any(map(self.may_vary, items))
        made_here = isinstance(value.static, MADE_HERE)
        holds = value.object is not None or isinstance(value.kind, (List, Mapping, Dict, Record))
        return value.varied or made_here or holds or any(map(self.may_vary, value.items or ()))

    def bind_solver(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> SolverCall:
        """The call, with a function that is made inside of f put at the top and what it captures among the others."""
        name, signature = static.__name__, inspect.signature(static)
        bound = signature.bind(*args, **keywords).arguments
        bound |= bound.pop("options", {}) if isinstance(bound.get("options"), dict) else {}
        first = next(iter(signature.parameters))
        given, captured = self.lifted(bound[first], name, node)
        if not isinstance(given.static, (types.FunctionType, types.BuiltinFunctionType, np.ufunc)):
            raise self.refuse("solver_function", node, name=name)
        others = bound.get("args")
        if others is None or others.static is None:
            passed = []
        elif isinstance(others.kind, Tuple) or others.items is not None:
            passed = self.parts_of(others, None, node)
        elif isinstance(others.kind, (Scalar, Array)) and name in SINGLE:
            passed = [others]
        else:
            raise self.refuse("solver_args", node, name=name)
        for option in OPTIONS.get(name, "").split():
            if option in bound and bound[option].static is not None and self.known(bound[option]) not in (False, ()):
                key = "solver_dense" if option == "dense_output" else "solver_option"
                raise self.refuse(key, node, name=name, option=option)
        args, keywords = list(args), dict(keywords)
        changed = {first: given}
        if captured:
            changed["args"] = self.make_tuple([*passed, *captured])
        for key, value in changed.items():
            position = list(signature.parameters).index(key)
            if key not in keywords and position < len(args):
                args[position] = value
            else:
                keywords[key] = value
        return SolverCall(name, function, args, keywords, bound, given, [*passed, *captured])

    # ---------------------------------------------------------------- one unknown
    def call_root_finder(self, call: SolverCall, node: Any, hint: str | None) -> Value:
        name, bound = call.name, call.bound
        for option, wanted in (("full_output", False), ("disp", True)):
            if option in bound and self.known(bound[option]) is not wanted:
                raise self.refuse("solver_option", node, name=name, option=option)
        starts = [bound[each] for each in ("a", "b", "x0", "x1") if each in bound]
        if not all(isinstance(each.kind, Scalar) and "complex" not in each.kind.dtype for each in starts):
            raise self.refuse("solver_start", node, name=name)
        kind = FLOAT if name in PYTHON_FLOAT else Scalar("float64")
        return self.root_of(call, self.solution(call.function, call.args, call.keywords, kind), node, hint)

    def root_of(self, call: SolverCall, root: Value, node: Any, hint: str | None, fixed: bool = False) -> Value:
        """A root that has been found (fixed: a fixed point), and how it follows what its function is given."""
        if not any(map(self.may_vary, call.others)):
            return root  # the same one for all brackets and first guesses
        target = self.gradient_of(call.target) if call.name == "minimize_scalar" else call.target
        residual = self.call_value(Value(call.given.expr, Static(target)), [root, *call.others], {}, node)
        slope = self.call_value(
            Value(call.given.expr, Static(self.gradient_of(target))), [root, *call.others], {}, node
        )
        if not residual.varied:
            return root
        if fixed:
            slope = self.binary(gast.Sub(), slope, Value(trees.const(1.0), FLOAT), node)
        values = [root, residual, self.without_gradient(slope)]
        return self.primitive(implicit.ROOT, values, lambda exprs: exprs[0], node, hint)

    def call_quadrature(self, call: SolverCall, node: Any, hint: str | None) -> Value:
        """quad(f, a, b, args) by its limits; the estimate of the error carries no derivative."""
        bound = call.bound
        op = self.integrand_beside(call, node)
        limits = [bound["a"], bound["b"]]
        if not all(
            isinstance(each.kind, Scalar) and "complex" not in each.kind.dtype for each in limits if each.varied
        ):
            raise self.refuse("solver_start", node, name="quad")
        whole = self.settle(self.solution(call.function, call.args, call.keywords, Tuple((FLOAT, FLOAT))))
        total, error = (
            self.emit(trees.index(whole.expr, trees.const(k)), ir.Plain(True), FLOAT, False) for k in range(2)
        )
        ends = [
            self.without_gradient(self.settle(self.call_value(call.given, [each, *call.others], {}, node)))
            if each.varied
            else Value(trees.const(0.0), FLOAT)
            for each in limits
        ]
        self.follow(total, op)
        if any(each.varied for each in limits):
            total = self.primitive(implicit.INTEGRAL, [total, *limits, *ends], lambda exprs: exprs[0], node, hint)
        return self.make_tuple([total, error])

    def integrand_beside(self, call: SolverCall, node: Any) -> ir.Solved | None:
        """The integrand as a function beside the main one, where a gradient flows to what it is given."""
        if not any(map(self.may_vary, call.others)):
            return None
        bound = call.bound
        options = {"a": bound["a"], "b": bound["b"]}
        options |= {key: bound[key] for key in ("epsabs", "epsrel", "limit") if key in bound}
        unknowns = [("x", FLOAT, False)]
        op = self.function_beside(
            call.target, unknowns, call.others, lambda value, unknown: value, node, call.name, options=options
        )
        from s2sad.rules.scipy.quadrature import QUAD_HELPERS  # only SciPy's users have it

        op.adjoint, op.tangent = QUAD_HELPERS
        return op

    def solution(self, function: Value, args: list[Value], keywords: dict[str, Value], kind: Any) -> Value:
        """The call itself, once, as it stands: no derivative comes through it."""
        operands = [self.whole(value).expr for value in args]
        named = {key: self.whole(value).expr for key, value in keywords.items()}
        self.effects += 1
        made = self.emit(self.call_expression(function.expr, operands, named), ir.Plain(False), kind, False)
        self.effects += 1
        return made


MADE_HERE = (
    BoundMethod,
    LocalFunction,
    Partial,
    Choice,
    Solution,
    Spline,
    SplineMethod,
    Surface,
    Grid,
    Sparse,
    SparseFactor,
    Factor,
    Frozen,
)
HANDLERS = {
    **dict.fromkeys(ROOT_FINDERS, "call_root_finder"),
    **dict.fromkeys(SYSTEMS, "call_system"),
    **dict.fromkeys(MINIMA, "call_minimum"),
    **dict.fromkeys(("root_scalar", "minimize_scalar"), "call_scalar"),
    "quad": "call_quadrature",
    "solve_ivp": "call_solve_ivp",
    "odeint": "call_odeint",
}
SINGLE = (
    "quad",
    "root",
    "fsolve",
    "minimize",
    "minimize_scalar",
    "root_scalar",
    "odeint",
)  # their `args` may be a value that is no tuple

# What the rules don't say.
OPTIONS = {
    "quad": "full_output points weight complex_func",
    "root": "jac",
    "fsolve": "full_output fprime",
    "minimize": "jac hess hessp bounds constraints callback",
    "least_squares": "jac bounds loss kwargs",
    "minimize_scalar": "bounds",
    "solve_ivp": "events dense_output vectorized",
    "odeint": "full_output Dfun tcrit",
}

# Packages whose functions make objects of their own.
OBJECTS = {
    "scipy.interpolate": refused_interpolation.OTHERWISE,
    "scipy.sparse": "the same with NumPy's arrays, `A.toarray()`",
}

INSTEAD = [
    (
        "quad_vec quad_explain qmc_quad",
        "a sum over the points and weights of a quadrature rule (`np.polynomial.legendre.leggauss`)",
    ),
    ("solve_bvp ode", "the steps of a method of fixed step (Runge-Kutta), as a loop"),
    (
        "broyden1 broyden2 anderson newton_krylov krylov linearmixing diagbroyden excitingmixing",
        "`optimize.root`; `optimize.brentq` or `optimize.newton` for one unknown",
    ),
    (
        "fmin fmin_bfgs fmin_cg fmin_l_bfgs_b fmin_slsqp fmin_tnc fmin_ncg fmin_powell fmin_cobyla",
        "`optimize.minimize`, whose result has a derivative",
    ),
    ("fminbound brent golden", "`optimize.minimize_scalar`, whose result has a derivative"),
    ("leastsq", "`optimize.least_squares`, whose result has a derivative"),
    (
        "brute basinhopping dual_annealing differential_evolution shgo direct",
        "`optimize.minimize`, from the point that the search finds with `s2sad.stop_gradient`",
    ),
]
