"""Part of the stage `simplify`: arrays of the sweep that nothing else refers to are changed in place, not copied.

    x_grad.7 = x_grad.4 + t.5 * w.2        x_grad += t * w          (marked here, printed so by `shortening`)
    u_grad.9 = np.array(t.8_grad)     ->   u_grad.9 = t.8_grad      (and then one name for both)
    return value, (x_grad.7.copy(),)       return value, (x_grad.7,)

A name owns its array if every name that may share memory with it (`Sharing`) was made by the sweep itself, and none of
the others is read afterwards (`Liveness`).
"""

from __future__ import annotations

import functools
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, is_numpy, kind_of_names, same_axes
from s2sad.expressions import replace_nodes
from s2sad.gathering import gather
from s2sad.inlining import rename_all
from s2sad.ir import variable
from s2sad.kinds import Array, Kind, List, Scalar, loose
from s2sad.reading import free_reads, reads
from s2sad.sharing import Sharing, is_new
from s2sad.statements import all_of, blocks_of, nested, own_expressions, read_list, targets

WIDE = ("float64", "complex128")
NARROWER = {"float64": "bif", "complex128": "bifc"}


def use_ownership(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """Takes out the copies that nobody needs, and marks the sums that can be made in place."""

    kind_of = kind_of_names(info, kinds)
    gather(body, info, kind_of)
    start = next((k for k, node in enumerate(body) if getattr(node, "reverse", False)), len(body))
    sweep = body[start:]
    owned = Ownership(sweep, info, kind_of)
    while owned.take_out_copy():
        owned = Ownership(sweep, info, kind_of)
    body[start:] = sweep
    owned.mark_sums()


def gives_diagonal(node: gast.AST) -> bool:
    return is_numpy(node, "diag") or is_numpy(node, "diagonal")


class Ownership:
    def __init__(self, sweep: list[gast.stmt], info: dict[str, ir.Info], kind_of: Any) -> None:
        self.sweep, self.kind_of = sweep, kind_of
        self.known = ExpressionKinds(kind_of)
        self.copies: list[tuple[gast.stmt, list[gast.stmt]]] = []
        self.sums: list[tuple[gast.stmt, str, gast.AST]] = []  # (statement, its target, the value)
        self.given: set[str] = set()  # among the results of a helper: of no known kind, if it is differentiated again
        self.find(sweep)
        self.info = info
        wanted = {id(node) for node, *_ in self.sums} | {id(node) for node, _ in self.copies}
        self.live = Liveness(wanted)
        if wanted:
            self.live.block(sweep, set())

    @functools.cached_property
    def sharing(self) -> Sharing:
        return Sharing(self.sweep, self.info, self.kind_of)

    def find(self, block: list[gast.stmt]) -> None:
        for node in block:
            if isinstance(node, gast.Return):
                self.copies.append((node, block))
            elif getattr(node, "reverse", False):
                op = getattr(node, "effect", None)
                if isinstance(op, ir.Copy):
                    op.pairs[:] = [(target, self.without_copy(source)) for target, source in op.pairs]
                    self.sums += [(node, target, source) for target, source in op.pairs if changed_name(target, source)]
                    if any(copied_name(source) for _, source in op.pairs):
                        self.copies.append((node, block))
                elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Tuple):
                    self.given |= trees.names_in(node.targets[0]) if isinstance(node.value, gast.Call) else set()
                elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                    node.value = self.without_copy(node.value)
                    if copied_name(node.value):
                        self.copies.append((node, block))
                    elif changed_name(node.targets[0].id, node.value):
                        self.sums.append((node, node.targets[0].id, node.value))
            for inner in blocks_of(node):
                self.find(inner)

    def without_copy(self, value: gast.AST) -> gast.AST:
        """x * y, of `np.array(x * y)`: that is a new array anyway, if it isn't a number."""
        if is_numpy(value, "array") and len(value.args) == 1 and not value.keywords:
            inner = value.args[0]
            if (isinstance(inner, (gast.BinOp, gast.UnaryOp)) or is_new(inner)) and self.known.dims(inner):
                return inner
        return value

    def is_owner(self, name: str, node: gast.stmt, target: str | None = None) -> bool:
        """Whether nothing that is read after a statement shares memory with what the name holds then."""
        if self.sharing.is_outside(name):
            return False
        live = self.live.after[id(node)]
        return not any(other in live for other in self.sharing.group(name) if other != target)

    @functools.cached_property
    def read_only(self) -> set[str]:
        """Names of diagonals: of a matrix NumPy gives them as views that can't be written."""
        return {
            name
            for node in all_of(self.sweep)
            if isinstance(node, gast.Assign) and gives_diagonal(node.value)
            for name in targets(node)
            if getattr(self.kind_of(name), "rank", 1) in (1, None) or is_numpy(node.value, "diagonal")
        }

    # --- copies ---

    def take_out_copy(self) -> bool:
        """Takes out one that nobody needs; whether there was any, so that others are to be looked for again."""
        for node, block in self.copies:
            op = getattr(node, "effect", None)
            if isinstance(node, gast.Return):
                self.returned(node)
                continue
            if isinstance(op, ir.Copy):
                for k, (target, source) in enumerate(op.pairs):
                    name = copied_name(source)
                    if name and self.is_needless(node, target, name):
                        op.pairs[k] = target, trees.name(name)
                        return True
                continue
            target, name = node.targets[0].id, copied_name(node.value)
            if self.is_needless(node, target, name):
                if self.sharing.sets(name) == self.sharing.sets(target) == 1:
                    first, second = (name, target) if keeps(name, target) else (target, name)
                    block.remove(node)
                    rename_all(self.sweep, {second: first})
                else:
                    node.value = trees.name(name)
                return True
            if self.is_only_read(target, name, block, node):
                node.value = trees.name(name)
                return True
        return False

    def is_needless(self, node: gast.stmt, target: str, name: str) -> bool:
        """Whether a copy may take over what the name holds, as that is not used any more."""
        if self.read_only and not self.read_only.isdisjoint({name, *self.sharing.group(name)}):
            return False
        kind, own = self.kind_of(name), self.kind_of(target)
        if isinstance(kind, List) and isinstance(own, List):
            return kind == own and isinstance(kind.item, Scalar) and self.is_owner(name, node, target)
        return self.is_alike(target, name) and self.is_owner(name, node, target)

    def is_alike(self, target: str, name: str) -> bool:
        """Whether a copy is an array as the original is: np.array may have made one of a number."""
        kind, own = self.kind_of(name), self.kind_of(target)
        if not (isinstance(kind, Array) and isinstance(own, Array) and kind.dims and own.dims):
            return False
        return kind.dtype == own.dtype and same_axes(kind.dims, own.dims)

    def is_only_read(self, target: str, name: str, block: list[gast.stmt], node: gast.stmt) -> bool:
        """Whether all that reads a copy comes before the original is written, and nothing writes the copy."""
        alone = self.sharing.group(target) == {target} and self.sharing.sets(target) == 1
        if not alone or self.sharing.is_outside(name) or not self.is_alike(target, name):
            return False
        written_names = {target, *self.sharing.group(name)}
        left = sum(read_list(each).count(target) for each in all_of(self.sweep))
        at = next(k for k, each in enumerate(block) if each is node)
        for each in block[at + 1 :]:
            inner = nested(each)
            left -= sum(read_list(one).count(target) for one in inner)
            if not left:
                return not any(may_write(one, written_names) for one in inner)
            if any(may_write(one, written_names) for one in inner):
                return False
        return False

    def returned(self, node: gast.Return) -> None:
        """Copies in what is returned: the caller shall not get one array twice."""
        read = ir.summary(node.value).names
        found = []
        for each in trees.walk(node.value):
            name = copied_name(each)
            if not name or self.sharing.is_outside(name) or not isinstance(self.kind_of(name), Array):
                continue
            if sum(other in self.sharing.group(name) for other in read) == 1:
                found.append((each, name))
        if found:
            node.value = replace_nodes(node.value, {id(each): self.uncopied(each, name) for each, name in found})

    def uncopied(self, copy: gast.AST, name: str) -> gast.AST:
        """The name alone; np.array of what may be a number makes an array of it."""
        plain = bool(self.kind_of(name).dims) or not is_numpy(copy, "array")
        return trees.name(name) if plain else trees.np_call("asarray", trees.name(name))

    # --- sums ---

    def mark_sums(self) -> None:
        for node, target, value in self.sums:
            name = changed_name(target, value)
            kinds = (self.kind_of(target), self.kind_of(name))
            if all(isinstance(kind, Scalar) for kind in kinds):
                value.in_place = not self.given & trees.names_in(value)
            elif self.fits(name, value) and self.is_owner(name, node, target):
                value.in_place = self.is_alone(node, name, target)

    def is_alone(self, node: gast.stmt, name: str, target: str) -> bool:
        """Whether the other copies that are made at the same time read nothing of that memory."""
        op = getattr(node, "effect", None)
        if not isinstance(op, ir.Copy):
            return True
        group = self.sharing.group(name)
        return not any(
            read in group for other, source in op.pairs if other != target for read in ir.summary(source).names
        )

    def fits(self, name: str, value: gast.AST) -> bool:
        """Whether the result has the shape and the dtype of what the name holds."""
        kind: Any = self.kind_of(name)
        if not isinstance(kind, Array) or not kind.dims or kind.dtype not in WIDE:
            return False
        dims = self.known.dims(value)
        if dims is None or len(dims) != len(kind.dims):
            return False
        if not all(own.many or own == made and not loose(own) for own, made in zip(kind.dims, dims)):
            return False
        for each in trees.walk(value):
            if isinstance(each, gast.Name) and ir.is_ssa(each.id):
                other = self.kind_of(each.id)
                if not isinstance(other, (Scalar, Array)) or other.char not in NARROWER[kind.dtype]:
                    return False
                if other.dtype in ("longdouble", "clongdouble", "float128", "complex256"):
                    return False
            elif isinstance(each, gast.Constant) and isinstance(each.value, complex) and kind.dtype == "float64":
                return False
        return True


def changed_name(target: str, value: gast.AST) -> str:
    """x.2, of `x.3 = x.2 + a - b`, `x.2 * a`, `a * x.2` or `x.2 / a`, where the two may get one name; else ''."""
    if not isinstance(value, gast.BinOp):
        return ""
    left = value.left
    if isinstance(value.op, (gast.Add, gast.Sub)):
        while isinstance(left, gast.BinOp) and isinstance(left.op, (gast.Add, gast.Sub)):
            left = left.left
    elif not isinstance(value.op, (gast.Mult, gast.Div)):
        return ""
    for each in (left, value.right) if isinstance(value.op, gast.Mult) else (left,):
        if isinstance(each, gast.Name) and ir.is_ssa(each.id) and variable(each.id) == variable(target):
            return each.id
    return ""


def copied_name(value: gast.AST) -> str:
    """x, of `np.array(x)`, `x.copy()` or `list(x)`; else ''. Not where the copy is made for its C order."""
    if not isinstance(value, gast.Call) or value.keywords or getattr(value, "in_order", False):
        return ""
    listed = getattr(value.func, "builtin", None) is list
    if (listed or is_numpy(value, "array")) and len(value.args) == 1:
        inner = value.args[0]
    elif isinstance(value.func, gast.Attribute) and value.func.attr == "copy" and not value.args:
        inner = value.func.value
    else:
        return ""
    return inner.id if isinstance(inner, gast.Name) and ir.is_ssa(inner.id) else ""


def may_write(node: gast.stmt, names: set[str]) -> bool:
    """Whether a statement may write into the memory of one of these."""
    if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
        return bool(getattr(node, "impure", False))
    if isinstance(node, (gast.Assign, gast.AugAssign)):
        target = node.target if isinstance(node, gast.AugAssign) else node.targets[0]
        return not names.isdisjoint(trees.names_in(target)) or bool(getattr(node, "impure", False))
    return any(not names.isdisjoint(trees.names_in(each)) for each in own_expressions(node))


def keeps(name: str, target: str) -> bool:
    """Whether of two names for one adjoint the first is the one to keep: the user's rather than a temporary's."""
    return target.startswith("#") and not name.startswith("#")


class Liveness:
    """Which names are read after a statement."""

    def __init__(self, wanted: set[int]) -> None:
        self.wanted = wanted
        self.after: dict[int, frozenset[str]] = {}

    def block(self, block: list[gast.stmt], live: set[str]) -> set[str]:
        for node in reversed(block):
            if id(node) in self.wanted:
                self.after[id(node)] = frozenset(live)
            live = self.before(node, live)
        return live

    def before(self, node: gast.stmt, live: set[str]) -> set[str]:
        if isinstance(node, (gast.For, gast.While)):
            around = live | free_reads(node.body) | reads(node)
            return around | self.block(node.body, set(around))
        if isinstance(node, gast.Try):
            everything = live.union(*(free_reads(inner) for inner in blocks_of(node)))
            return everything.union(*(self.block(inner, set(everything)) for inner in blocks_of(node)))
        inner = blocks_of(node)
        if inner:
            before = [self.block(each, set(live)) for each in inner]
            return set().union(*before) | reads(node)
        live -= targets(node)
        live |= reads(node)
        return live
