"""Part of the stage `infer`: solvers of SciPy that are made of others: integrals over areas and volumes, which are
integrals of integrals, and the parameters of a curve, which make a sum of squares small.
"""

from __future__ import annotations

import inspect
import types
from typing import Any

from s2sad import ir, trees
from s2sad.kinds import UNKNOWN, Array, Dim, Scalar, Static
from s2sad.local_functions import RESULT, SECOND
from s2sad.rules import implicit
from s2sad.values import Solution, Value

LOCAL = ("p0", "maxfev", "method", "full_output", "absolute_sigma", "check_finite", "ftol", "xtol", "gtol")


class Nested:
    def call_nested(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """dblquad, tplquad, nquad: the integral; the estimate of its error, which has no rule, is refused."""
        from s2sad.equivalents import quadratures  # only SciPy's users have it

        plain: Any = {"dblquad": quadratures.double_integral, "tplquad": quadratures.triple_integral}.get(name)
        if name == "nquad":
            bound = inspect.signature(function.static).bind(*args, **keywords).arguments
            ranges = self.items_throughout(bound["ranges"])
            if set(bound) - {"func", "ranges", "args"} or any(
                self.items_throughout(each) is None for each in ranges or ()
            ):
                raise self.refuse("solver_option", node, name=name, option="opts, or ranges that are functions")
            plain = {2: quadratures.integral_over_two, 3: quadratures.integral_over_three}.get(len(ranges or ()))
            if plain is None:
                raise self.refuse("solver_option", node, name=name, option="other than two or three ranges")
        total = self.call_equivalent(plain, args, keywords, node, hint)
        return self.make_tuple([total, self.without_rule(name)])

    def without_rule(self, name: str) -> Value:
        """A part of what a solver gives that nothing may be done with."""
        part = trees.name(f"{name}{SECOND}{RESULT}")
        return Value(part, Static(Solution(f"{name}{SECOND}", part, {}, ())))

    def call_curve_fit(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """curve_fit(f, x, y): the parameters where the gradient of the sum of squares is zero."""
        bound = inspect.signature(function.static).bind(*args, **keywords).arguments
        bound |= bound.pop("kwargs", {})
        given, captured = self.lifted(bound["f"], name, node)
        count = number_of_parameters(given.static)
        if captured or count is None:
            raise self.refuse("solver_function", node, name=name)
        other = [key for key in bound if key not in ("f", "xdata", "ydata", *LOCAL)]
        if other or "full_output" in bound and self.known(bound["full_output"]) is not False:
            raise self.refuse("solver_option", node, name=name, option=", ".join(other) or "full_output")
        data = [self.settle(self.array_or_number(bound[key], node)) for key in ("xdata", "ydata")]
        key = "misfit", given.static
        cost = self.facts.results.get(key) or self.facts.results.setdefault(
            key, implicit.misfit_of(given.static, count)
        )
        x = Array("float64", (Dim(("unknowns", id(node))),))
        plain = self.plain_of(self.gradient_of(cost), [Value(trees.name("x"), x), *data], {})
        op = self.function_beside(
            plain, [("x", x, True)], data, lambda value, unknown: self.flat(value, node), node, name
        )
        op.adjoint, op.tangent = implicit.ROOT_HELPERS
        if "f" in keywords:
            keywords = {**keywords, "f": given}
        else:
            args = [given, *args[1:]]
        whole = self.solution(function, args, keywords, UNKNOWN)
        made = self.emit(trees.index(whole.expr, trees.const(0)), ir.Plain(True), x, False, hint or "popt")
        self.follow(made, op)
        return self.make_tuple([made, self.without_rule(name)])

    def array_or_number(self, value: Value, node: Any) -> Value:
        return value if isinstance(value.kind, (Array, Scalar)) else self.as_array(value, node)


def number_of_parameters(function: Any) -> int | None:
    """How many parameters a curve has; None where it takes any number of them."""
    if not isinstance(function, types.FunctionType):
        return None
    given = list(inspect.signature(function).parameters.values())
    plain = all(each.kind is each.POSITIONAL_OR_KEYWORD for each in given)
    return len(given) - 1 if plain and len(given) > 1 else None


NESTED = {
    **dict.fromkeys(("dblquad", "tplquad", "nquad"), "call_nested"),
    "curve_fit": "call_curve_fit",
}
