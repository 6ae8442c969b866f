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
from typing import Any

import numpy as np

from s2sad import ir, trees
from s2sad.infer_memory import is_function
from s2sad.kinds import FLOAT, UNKNOWN, Dict, List, Mapping, Record, Scalar, Static, Tuple
from s2sad.rules import implicit, loading
from s2sad.values import BoundMethod, Choice, LocalFunction, Partial, Value

PYTHON_FLOAT = ("brentq", "brenth", "bisect", "ridder")  # what they return
ROOT_FINDERS = (*PYTHON_FLOAT, "toms748", "newton")


class Solvers:
    def call_solver(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """The call of a function of SciPy's that takes a function, or makes an object; None for any other."""
        home, name = loading.home_of(static), getattr(static, "__name__", type(static).__name__)
        if home in OBJECTS and name[:1] != "_" and not self.quiet:
            if self.flows(args, keywords):
                raise self.refuse("solver", node, name=name, instead=OBJECTS[home])
            return self.opaque_call(function, args, keywords, node) if home == "scipy.interpolate" else None
        if home not in ("scipy.optimize", "scipy.integrate") or not isinstance(static, types.FunctionType):
            return None
        if not any(map(is_function, [*args, *keywords.values()])):
            return None
        if not self.flows(args, keywords):
            return self.opaque_call(function, args, keywords, node)
        if self.quiet:
            kind = FLOAT if name in PYTHON_FLOAT else Scalar("float64") if name in ROOT_FINDERS else UNKNOWN
            made = self.opaque_call(function, args, keywords, node)
            return Value(made.expr, kind, True)
        if home == "scipy.optimize" and name in ROOT_FINDERS:
            return self.call_root_finder(function, static, args, keywords, node, hint)
        if name == "quad":
            return self.call_quadrature(function, static, args, keywords, node, hint)
        instead = next((text for names, text in INSTEAD if name in names.split()), None)
        if instead is None:
            return None
        raise self.refuse("solver", node, name=name, instead=instead)

    def flows(self, args: list[Value], keywords: dict[str, Value]) -> bool:
        """Whether a gradient may flow in: by an argument, or by what a function that is made here holds."""
        return any(map(may_vary, [*args, *keywords.values()]))

    def call_root_finder(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        bound = inspect.signature(static).bind(*args, **keywords).arguments
        name = static.__name__
        given = bound.get("f") or bound["func"]
        for option, wanted in (("full_output", False), ("disp", True)):
            if option in bound and self.known(bound[option]) is not wanted:
                raise self.refuse("solver_option", node, name=name, option=option)
        starts = [bound[each] for each in ("a", "b", "x0", "x1") if each in bound]
        if not all(isinstance(each.kind, Scalar) and "complex" not in each.kind.dtype for each in starts):
            raise self.refuse("solver_start", node, name=name)
        target, others = self.function_given(given, bound, node, name)
        kind = FLOAT if name in PYTHON_FLOAT else Scalar("float64")
        root = self.solution(function, args, keywords, kind)
        if not any(map(may_vary, others)):
            return root  # the same one for all brackets and first guesses
        residual = self.call_value(Value(given.expr, Static(target)), [root, *others], {}, node)
        from s2sad.derived import grad  # it runs the pipeline that this stage is part of

        slope = self.call_value(Value(given.expr, Static(grad(target))), [root, *others], {}, node)
        if not residual.varied:
            return root
        values = [root, residual, self.without_gradient(slope)]
        return self.primitive(implicit.ROOT, values, lambda exprs: exprs[0], node, hint)

    def call_quadrature(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """quad(f, a, b, args) by its limits; the estimate of the error carries no derivative."""
        bound = inspect.signature(static).bind(*args, **keywords).arguments
        for option in ("full_output", "points", "weight", "complex_func"):
            if option in bound:
                raise self.refuse("solver_option", node, name="quad", option=option)
        target, others = self.function_given(bound["func"], bound, node, "quad")
        if any(map(may_vary, others)):
            raise self.refuse("quad_args", node)
        limits = [bound["a"], bound["b"]]
        if not all(
            isinstance(each.kind, Scalar) and "complex" not in each.kind.dtype for each in limits if each.varied
        ):
            raise self.refuse("solver_start", node, name="quad")
        whole = self.settle(self.solution(function, args, keywords, Tuple((FLOAT, FLOAT))))
        total, error = (
            self.emit(trees.index(whole.expr, trees.const(k)), ir.Plain(True), FLOAT, False) for k in range(2)
        )
        ends = [
            self.without_gradient(self.call_value(Value(bound["func"].expr, Static(target)), [each, *others], {}, node))
            if each.varied
            else Value(trees.const(0.0), FLOAT)
            for each in limits
        ]
        made = self.primitive(implicit.INTEGRAL, [total, *limits, *ends], lambda exprs: exprs[0], node, hint)
        return self.make_tuple([made, error])

    def function_given(self, given: Value, bound: dict[str, Value], node: Any, name: str) -> tuple[Any, list[Value]]:
        """The user's function, which must be known by itself, and the values that it takes beside the unknown."""
        if not isinstance(given.static, (types.FunctionType, types.BuiltinFunctionType, np.ufunc)):
            raise self.refuse("solver_function", node, name=name)
        others = bound.get("args")
        if others is None:
            return given.static, []
        if isinstance(others.kind, Tuple) or others.items is not None:
            return given.static, self.parts_of(others, None, node)
        raise self.refuse("solver_args", node, name=name)

    def solution(self, function: Value, args: list[Value], keywords: dict[str, Value], kind: Any) -> Value:
        """The call itself, once, as it stands: no derivative comes through it."""
        operands = [self.whole(value).expr for value in args]
        named = {key: self.whole(value).expr for key, value in keywords.items()}
        self.effects += 1
        made = self.emit(self.call_expression(function.expr, operands, named), ir.Plain(False), kind, False)
        self.effects += 1
        return made


def may_vary(value: Value) -> bool:
    """Whether a value depends on what is differentiated, or may hold something that does."""
    made_here = isinstance(value.static, (BoundMethod, LocalFunction, Partial, Choice))
    holds = value.object is not None or isinstance(value.kind, (List, Mapping, Dict, Record))
    return value.varied or made_here or holds or any(map(may_vary, value.items or ()))


# Packages whose functions make objects of their own.
OBJECTS = {
    "scipy.interpolate": "`np.interp`; or, for a spline through y, which is linear in y, `M @ y` with "
    "`M = CubicSpline(x, np.eye(len(x)))(t)`, made before",
    "scipy.sparse": "the same with NumPy's arrays, `A.toarray()`",
}

INSTEAD = [
    (
        "dblquad tplquad nquad quad_vec quad_explain qmc_quad",
        "a sum over the points and weights of a quadrature rule (`np.polynomial.legendre.leggauss`)",
    ),
    ("solve_ivp odeint solve_bvp ode", "the steps of a method of fixed step (Runge-Kutta), as a loop"),
    (
        "fsolve root root_scalar fixed_point broyden1 broyden2 anderson newton_krylov krylov linearmixing diagbroyden",
        "`optimize.brentq` or `optimize.newton` for one unknown, or the steps of Newton's method, as a loop",
    ),
    (
        "minimize minimize_scalar least_squares leastsq curve_fit fmin fmin_bfgs fmin_cg fmin_l_bfgs_b fmin_slsqp "
        "fmin_tnc fmin_ncg fmin_powell fmin_cobyla fminbound brent golden brute basinhopping dual_annealing "
        "differential_evolution shgo direct",
        "`optimize.brentq` or `optimize.newton` of the derivative, for one unknown, or the steps, as a loop",
    ),
]
