"""Part of the stage `simplify`: sums and products of the reverse sweep, as a person would write them.

    2.0 * (dy * x)                       2.0 * dy * x                     numbers before arrays
    g * t - g * u                  ->    g * (t - u)                      a common factor once (algebra_sums.py)
    np.sum(-(g / b), axis=0)             -np.sum(g, axis=0) / b           sums first, where shapes shrink
    np.sum(g * x)                        g @ x                            of vectors

Only adjoint code is rewritten: what is equal but for rounding will do there, while the value is f's own, bit for bit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.algebra_sums import Sums, is_as_large
from s2sad.expression_kinds import ExpressionKinds, axes_of_sum, is_numpy, kind_of_names, same_axes
from s2sad.expressions import rebuilt
from s2sad.fewer_operations import elements, is_whole, simpler_axes
from s2sad.identities import (
    first_along,
    listed,
    transposed,
    without_complex_zero,
    without_defaults,
    without_repetition,
    without_sign,
)
from s2sad.joined_choices import joined_choices
from s2sad.kinds import ONE, Array, Kind, Scalar
from s2sad.named_products import Named, changes, forward_products, names_of, product_of, products
from s2sad.sharing import Sharing, written_in
from s2sad.statements import all_of, blocks_of, targets
from s2sad.terms import Factor, Term, as_product, as_sum, key_of, raised, sum_tree

ARITHMETIC = (gast.BinOp, gast.UnaryOp)
PARTS = (gast.Name, gast.Attribute, gast.Subscript)
LONGEST = 12  # terms of a sum in which common factors are looked for


def rewrite(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """Rewrites the expressions of the reverse sweep."""
    Algebra(body, info, kinds).block(body, ())


class Algebra(Sums):
    def __init__(self, body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
        self.body, self.info, self.kinds = body, info, kinds
        self.kind_of = kind_of_names(info, kinds)
        self.known = ExpressionKinds(self.kind_of)
        self.products = products(body, info)
        self.forward = forward_products(body, info, self.kind_of)
        self.loops: tuple[int, ...] = ()
        self.target = ""  # the variable that is set
        self.at_hand: list[Named] = []  # those of the forward part that hold to its end, as far as it has come
        self.named: list[Named] = []  # products and quotients that have a name, in this block

    # --- statements ---

    def block(self, block: list[gast.stmt], loops: tuple[int, ...]) -> None:
        named: list[Named] = []
        for node in block:
            self.loops, self.named = loops, [*named, *self.at_hand]
            if getattr(node, "reverse", False):
                self.statement(node)
            loop = getattr(getattr(node, "forward", node), "loop", None)  # a reversed loop's is that of its `forward`
            for inner in blocks_of(node):
                self.block(inner, loops if loop is None else (*loops, loop.number))
            if named:
                changed = changes(node)
                named = [each for each in named if changed.isdisjoint((each[0], *names_of(each[1])))]
            if self.forward.outside:
                self.at_hand += [each for name, each in self.forward.outside.items() if name in targets(node)]
            if getattr(node, "restore", False):
                named += self.forward.restored(node, block)
            elif getattr(node, "reverse", False) and isinstance(node, gast.Assign):
                named += self.product_named(node)

    def statement(self, node: gast.stmt) -> None:
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            op.pairs = [(target, self.expression_for(target, source)) for target, source in op.pairs]
        elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            if not getattr(node, "restore", False):
                node.value = self.expression_for(node.targets[0].id, node.value)
        elif isinstance(node, gast.Assign) and not getattr(node, "restore", False):
            node.value = self.expression(node.value)
        elif isinstance(node, gast.AugAssign) and isinstance(node.op, (gast.Add, gast.Sub)):
            node.value = self.expression(node.value)
            positive = without_sign(node.value)
            if positive is not None:
                node.op = gast.Sub() if isinstance(node.op, gast.Add) else gast.Add()
                node.value = positive
        elif isinstance(node, gast.Expr):
            node.value = self.expression(node.value)

    def product_named(self, node: gast.Assign) -> list[Named]:
        """t, g / y of `t = g / y`: where g / y is needed again, it has that name."""
        target = node.targets[0]
        term = product_of(node.value, self.known.rank) if isinstance(target, gast.Name) else None
        return [] if term is None else [(target.id, term)]

    # --- expressions, from the inside ---

    def expression_for(self, target: str, node: gast.AST) -> gast.AST:
        """What a name is set to."""
        self.target = ir.variable(target)
        made = self.expression(node)
        self.target = ""
        if isinstance(node, ARITHMETIC) and isinstance(made, PARTS) and self.known.rank(made) != 0:
            if is_written(target, made, self.body, self.info, self.kind_of):
                # What may be a number has no method `copy`.
                return node if self.known.rank(made) is None else trees.call(trees.attr(made, "copy"))
        return made

    def expression(self, node: gast.AST) -> gast.AST:
        if ir.summary(node).size < 3:
            return node
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub, gast.Mult, gast.Div)):
            return self.sum(node)
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
            return self.sum(node)
        if trees.is_where(node) and is_numpy(node.args[0], "isinf"):
            return self.beside_infinity(node)
        node = self.parts(node)
        if isinstance(node, gast.Attribute) and node.attr == "T":
            return transposed(node)
        if isinstance(node, gast.BinOp) and isinstance(node.op, gast.MatMult):
            return self.sign_outside(node)
        if isinstance(node, gast.ListComp):
            return without_repetition(node)
        if is_numpy(node, "real") and len(node.args) == 1 and self.is_float(node.args[0]):
            return node.args[0]
        if is_numpy(node, "mean") and len(node.args) == 1:
            return self.mean(node)
        if is_numpy(node, "sum"):
            return self.reduced(node)
        if isinstance(node, gast.Call):
            return listed(node, self.known)
        if isinstance(node, gast.Subscript):
            made = self.picked(node)
            return made if made is not node else simpler_axes(node, self.known.dims)
        return node

    def sign_outside(self, node: gast.BinOp) -> gast.AST:
        """-A.T @ B is -(A.T @ B), of matrices: what is multiplied out is mostly smaller."""
        left, right = self.without_sign(node.left), self.without_sign(node.right)
        made = gast.BinOp(left or node.left, node.op, right or node.right)
        return node if left is right is None else made if left and right else trees.neg(made)

    def without_sign(self, node: gast.AST) -> gast.AST | None:
        """e, of a matrix -e."""
        if not isinstance(node, gast.UnaryOp) or not isinstance(node.op, gast.USub):
            return None
        product = isinstance(node.operand, gast.BinOp) and isinstance(node.operand.op, gast.MatMult)
        return node.operand if product or self.known.rank(node) == 2 else None

    def picked(self, node: gast.Subscript) -> gast.AST:
        """np.sum(x, axis=1, keepdims=True)[:, 0] is np.sum(x, axis=1), also as a factor of a product."""
        term = as_product(node.value, self.known.rank)
        arrays = [k for k, factor in enumerate(term.factors) if self.known.rank(factor.node) != 0]
        if len(arrays) != 1 or not is_numpy(term.factors[arrays[0]].node, "sum"):
            return node
        call = term.factors[arrays[0]].node
        found, rank = axes_of_sum(call), self.known.rank(call.args[0])
        if found is None or rank is None or found[0] is None or not found[1]:
            return node
        axes = tuple(axis % rank for axis in found[0])
        if first_along(node.slice, rank) != set(axes):
            return node
        axis = trees.const(axes[0] if len(axes) == 1 else axes)
        made = gast.Call(call.func, call.args, [gast.keyword("axis", axis)])
        left = rank - len(axes)
        factors = [each if each.over else replace(each, rank=left) for each in term.factors]
        factors[arrays[0]] = replace(factors[arrays[0]], node=made, rank=left)
        return replace(term, factors=tuple(factors)).tree()

    def parts(self, node: gast.AST) -> gast.AST:
        """The expression with its parts rewritten."""
        return rebuilt(node, self.expression, kept=("ctx", "op", "slice"))  # an index is of whole numbers

    def beside_infinity(self, node: gast.AST) -> gast.AST:
        """Where factors may be too large, their product may be infinite where they are not: it isn't used."""
        named, self.named = self.named, []
        node = self.parts(node)
        self.named = named
        return node

    def sum(self, node: gast.AST) -> gast.AST:
        terms = [self.tidied(self.inside(term)) for term in as_sum(node, self.known.rank)]
        factors = [factor.node for term in terms for factor in term.factors]
        if not all(map(self.is_number, factors)):
            return self.parts(node)
        if all(map(self.is_whole, factors)):
            return node
        terms = [self.cancelled(self.spread(self.reduced_quotient(self.unguarded(term)))) for term in terms]
        for k, term in enumerate(terms):
            terms[k] = self.with_names(self.cancelled(term, terms[:k] + terms[k + 1 :]))
        terms = without_complex_zero(terms)
        if 1 < len(terms) <= LONGEST:
            terms = self.factored(self.merged(terms))
        size = abs(terms[0].number)
        if len(terms) > 1 and size != 1.0 and all(abs(term.number) == size and term.factors for term in terms):
            inner = sum_tree([self.guarded(replace(term, number=term.number / size)) for term in terms])
            return Term(size, (Factor(inner, self.known.rank(inner)),)).tree()
        return sum_tree(joined_choices([self.guarded(term) for term in terms], self.known.rank))

    def inside(self, term: Term) -> Term:
        """A term whose factors are rewritten, and taken apart again where that made products of them."""
        made = Term(term.number)
        for factor in term.factors:
            node = self.expression(factor.node)
            if factor.over:
                number, node = self.number_before(node)
                made = made.times(number)
            made *= as_product(node, self.known.rank) if factor.over else Term(1.0, (replace(factor, node=node),))
        return made

    def tidied(self, term: Term) -> Term:
        """2 * g * x is 2.0 * g * x, x ** 3 * x is x ** 4, and zeros that others make as large aren't added."""
        factors = list(term.factors)
        for k, factor in enumerate(factors):
            rest = factors[:k] + factors[k + 1 :]
            value = trees.literal(factor.node)
            if factor.over and type(value) is int and value and any(self.is_float(each.node) for each in rest):
                return self.tidied(replace(term, factors=tuple(rest)).times(float(value)))
            power = raised(factor.node)
            if power is not None and factor.over:
                again = next((j for j, each in enumerate(rest) if each.key == (True, key_of(power[0]))), None)
                if again is not None:
                    node = gast.BinOp(power[0], gast.Pow(), trees.const(power[1] + 1))
                    rest[again] = Factor(node, factor.rank)
                    return self.tidied(replace(term, factors=tuple(rest)))
            inner = self.added_to_zeros(factor.node)
            if inner is not None and factor.over:
                made = replace(term, factors=(*factors[:k], Factor(inner, self.known.rank(inner)), *factors[k + 1 :]))
                if is_as_large(self.shape(made), self.shape(term)):
                    return self.tidied(made)
        return term

    def is_float(self, node: gast.AST) -> bool:
        names = any(isinstance(each, gast.Name) for each in trees.walk(node))
        return names and self.known.is_float(node)

    def added_to_zeros(self, node: gast.AST) -> gast.AST | None:
        """e, of `np.zeros_like(x) + e`."""
        if not isinstance(node, gast.BinOp) or not isinstance(node.op, gast.Add):
            return None
        zeros = is_numpy(node.left, "zeros_like") and self.known.is_float(node.left.args[0])
        return node.right if zeros and self.known.dims(node.right) is not None else None

    def number_before(self, node: gast.AST) -> tuple[float, gast.AST]:
        """(2.0 * x)[:, None] is 2.0 times x[:, None]."""
        if not isinstance(node, gast.Subscript) or not all(map(is_whole, elements(node.slice))):
            return 1.0, node
        term = as_product(node.value, self.known.rank)
        if term.number == 1.0 or not term.has_over or self.known.dims(node) is None:
            return 1.0, node
        return term.number, trees.index(replace(term, number=1.0).tree(), node.slice)

    def is_number(self, node: gast.AST) -> bool:
        """Whether the expression is arithmetic: not the sum of two lists."""
        if isinstance(node, gast.Subscript):
            whole = any(isinstance(each, gast.Slice) for each in trees.walk(node.slice))
            return not whole or self.is_number(node.value)
        if isinstance(node, gast.Name):
            kind = self.kind_of(node.id)
            return kind is None or isinstance(kind, (Scalar, Array))
        return not isinstance(node, (gast.List, gast.Tuple, gast.Dict, gast.ListComp, gast.DictComp))

    def is_whole(self, node: gast.AST) -> bool:
        """Whether it is a whole number, as in an index: 2.0 * n isn't one."""
        if isinstance(node, gast.Constant):
            return isinstance(node.value, int)
        if isinstance(node, gast.Subscript):
            return getattr(node.value, "attr", "") == "shape"
        kind = self.kind_of(node.id) if isinstance(node, gast.Name) else None
        return isinstance(kind, Scalar) and kind.char in "iub"

    # --- calls of np.sum ---

    def reduced(self, node: gast.Call) -> gast.AST:
        """Signs, numbers and what is the same for all that is summed stand outside; of two vectors it is a product."""
        node = without_defaults(node)
        found, dims = axes_of_sum(node), self.known.dims(node.args[0])
        if found is None:
            return node
        term = as_product(node.args[0], self.known.rank)
        if not dims:
            return self.signed(node, term)
        axes = tuple(range(len(dims))) if found[0] is None else tuple(axis % len(dims) for axis in found[0])
        outside = tuple(factor for factor in term.factors if self.is_outside(factor, dims, axes, found[1]))
        inner = Term(1.0, tuple(factor for factor in term.factors if factor not in outside))
        shape = self.shape(inner)
        if not inner.has_over or shape is None or not same_axes(shape, dims):
            return self.signed(node, term)
        made = self.product_of_vectors(inner, found) or self.call_again(node, inner.tree())
        rank = 0 if found[0] is None else len(dims) if found[1] else len(dims) - len(axes)
        before = [factor for factor in outside if factor.over]
        after = [replace(factor, rank=rank) for factor in outside if not factor.over]
        return Term(term.number, (*before, Factor(made, rank), *after)).tree()

    def mean(self, node: gast.Call) -> gast.AST:
        """np.mean(2.0 * x) is 2.0 * np.mean(x)."""
        term = as_product(node.args[0], self.known.rank)
        if term.number == 1.0 or not term.has_over:
            return node
        call = self.call_again(node, replace(term, number=1.0).tree())
        return Term(term.number, (Factor(call, self.known.rank(call)),)).tree()

    def is_outside(self, factor: Factor, dims: Any, axes: tuple[int, ...], keepdims: bool) -> bool:
        """Whether a factor is the same for all that is summed, and fits to the sum as it stands."""
        own = self.known.dims(factor.node)
        if own is None:
            return False
        extra = len(dims) - len(own)
        if keepdims:
            return all(axis < extra or own[axis - extra] == ONE for axis in axes)
        return all(axis < extra for axis in axes)

    def signed(self, node: gast.Call, term: Term) -> gast.AST:
        """np.sum(-x) is -np.sum(x)."""
        if term.number >= 0:
            return node
        return trees.neg(self.call_again(node, replace(term, number=-term.number).tree()))

    def call_again(self, node: gast.Call, argument: gast.AST) -> gast.Call:
        return gast.Call(node.func, [argument], node.keywords)

    def product_of_vectors(self, term: Term, found: Any) -> gast.AST | None:
        if found[0] is not None or found[1] or len(term.factors) < 2 or term.has_over < len(term.factors):
            return None
        last = term.factors[-1].node
        first = replace(term, factors=term.factors[:-1]).tree()
        a, b = self.known.dims(first), self.known.dims(last)
        if a is None or b is None or len(a) != 1 or len(b) != 1:
            return None
        if not same_axes(a, b) and not (
            a[0].many and b[0].many
        ):  # of lengths other than 1, their product needs equal ones
            return None
        if not (self.known.is_float(first) and self.known.is_float(last)):
            return None
        return gast.BinOp(first, gast.MatMult(), last)


def is_written(target: str, made: gast.AST, body: list[gast.stmt], info: dict[str, ir.Info], kind_of: Any) -> bool:
    """Whether a name that is set to an array as it stands, no new one, or that array, is written in place somewhere."""
    sharing = Sharing(body, info, kind_of)
    together = {target, *trees.names_in(made)}.union(*map(sharing.group, trees.names_in(made)))
    return any(not together.isdisjoint(written_in(node)) for node in all_of(body))
