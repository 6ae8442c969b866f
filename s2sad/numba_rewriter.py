"""Part of the stage `numba`: the statements and expressions of a function, each written anew as the forms have it.

>>> import gast
>>> from s2sad.numba_forms import show
>>> show("A[...]"), show("np.sum(A[A > 0.0])")
('A[:]', 'np.sum(taken_where_2(A, A > 0.0))')
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import numba_statements as statements
from s2sad import trees
from s2sad.helpers import last_stored
from s2sad.numba_blocks import as_mesh, block_last_stored, block_stored, block_taken
from s2sad.numba_bounds import note_axes
from s2sad.numba_forms import Forms
from s2sad.numba_ranges import Ranges
from s2sad.numba_ranks import Expressions
from s2sad.numba_sorts import BLOCK, COUNT, UNKNOWN, bind
from s2sad.numba_views import Memory, as_read, at_indices, at_mask, in_place, stored
from s2sad.printer import BlankLine, Comment


class Rewriter(gast.NodeTransformer):
    """Writes each statement and expression anew, the parts of it first."""

    def __init__(self, forms: Forms, known: Expressions, memory: Memory | None = None) -> None:
        self.forms, self.known, self.memory = forms, known, memory
        self.carried: set[str] = set()  # the variables that the loops around compute
        self.ranges = Ranges()

    def visit_While(self, node: gast.While) -> gast.AST:
        """Of `while True` with one `break` Numba (0.68) takes what stands at the break for what always follows, and
        gives what is set there another name in the rest of the body too: it never ended. Not so if there is a test."""
        if isinstance(node.test, gast.Constant) and node.test.value:
            node.test = trees.call(trees.builtin("bool"), trees.const(1))
        return self.in_loop(node)

    def in_loop(self, node: Any) -> gast.AST:
        outer = self.carried
        self.carried = outer | assigned(node.body)
        made = self.generic_visit(node)
        self.carried = outer
        return made

    def visit_AugAssign(self, node: gast.AugAssign) -> gast.AST:
        sorts = (self.known.of(node.target), self.known.of(node.value))
        if isinstance(node.target, gast.Subscript) and self.known.of(node.target.slice) == BLOCK:
            place = as_read(node.target)
            place.stored = False
            return self.visit(gast.Assign([node.target], gast.BinOp(place, node.op, node.value), None))
        growing = isinstance(node.target, gast.Name) and node.target.id in self.carried
        overlaps = self.memory is not None and not self.memory.apart(node.target, node.value)
        added = in_place(self.forms, node, self.known) if sorts[0][1] not in (0, None, "?") else None
        self.generic_visit(node)
        if overlaps and sorts[0][0] != "[]" and 0 not in (sorts[0][1], sorts[1][1]):  # see numba_views.py
            unknown = not isinstance(sorts[1][1], int)
            node.value = gast.UnaryOp(gast.UAdd(), node.value) if unknown else self.forms.np("copy", node.value)
        if added is not None:
            return self.with_value(added, node)
        if isinstance(node.op, gast.MatMult):  # in place, as NumPy has it
            place = trees.copy_tree(node.target)
            place.ctx = gast.Load()
            return statements.whole_store(place, trees.binary(gast.MatMult, trees.copy_tree(place), node.value))
        if not isinstance(node.target, gast.Name):
            return node
        left = trees.name(node.target.id)
        made = self.forms.operation(node.op, left, node.value, sorts, growing and not is_counter(node))
        return node if made is None else gast.Assign([node.target], made, None)

    def with_value(self, added: Any, node: gast.AugAssign) -> gast.stmt:
        """The statement that writes into a part of an array in place, its parts written anew."""
        if isinstance(added, gast.AugAssign):
            added.value = node.value
        else:
            added.value.args = [*[self.visit(each) for each in added.value.args[:-1]], node.value]
        return added

    def visit(self, node: Any) -> Any:
        if isinstance(node, (Comment, BlankLine)):
            return node
        for target in targets_of(node):
            target.stored = True  # no value that is read
        made = super().visit(node)
        for attribute in ("comments", "origin", "reverse", "blank"):
            first = made[0] if isinstance(made, list) and made else made
            if first is not node and hasattr(node, attribute) and isinstance(first, gast.stmt):
                setattr(first, attribute, getattr(node, attribute))
        return made

    def visit_Assign(self, node: gast.Assign) -> Any:
        """A list of tuples is made by a loop: what is written into arrays in one that a comprehension made gets lost in
        Numba (0.68)."""
        made = node.value
        if isinstance(made, (gast.Tuple, gast.List)) and self.is_part(node.targets[0]):
            node.value = trees.call(trees.attr(trees.name(self.forms.numpy, module=np), "array"), made)
        if not (isinstance(made, gast.ListComp) and is_tuple(made.elt) and isinstance(node.targets[0], gast.Name)):
            call = self.block(node.targets[0], made) or stored(self.forms, node, self.known, self.memory)
            return self.generic_visit(node if call is None else call)
        [loop] = made.generators
        names = {each.id for each in trees.walk(loop.target) if isinstance(each, gast.Name)}
        for each in trees.walk(made):  # a comprehension's variables are its own
            if isinstance(each, gast.Name) and each.id in names:
                each.id = self.forms.fresh(each.id, self.known)
        name = target = node.targets[0].id
        if name in trees.names_in(loop.iter):  # layers = [... for each in layers]
            target = self.forms.fresh(name, self.known)
        append = trees.call(trees.attr(trees.name(target), "append"), made.elt)
        body: list[Any] = [gast.Expr(append)]
        for test in loop.ifs:
            body = [gast.If(test, body, [])]
        start = trees.assign(target, gast.List([], gast.Load()))
        end = [trees.assign(name, trees.name(target))] if name != target else []
        return [start, self.visit(gast.For(loop.target, loop.iter, body, [], None)), *end]

    def block(self, target: Any, value: Any) -> Any:
        """What stores into a block of a matrix; None where the target is none."""
        fits = isinstance(target, gast.Subscript) and self.known.rank(target.value) == 2
        return block_stored(self.forms, target, value, self.known) if fits else None

    def is_part(self, target: gast.AST) -> bool:
        """Whether a place is one in an array: of numbers that are put there, Numba wants an array."""
        if not isinstance(target, gast.Subscript) or not self.known.rank(target.value):
            return False
        return self.known.char(target.value) is not None

    def visit_For(self, node: gast.For) -> gast.AST:
        node.iter = self.forms.iterated(node.iter, self.known)
        with self.ranges.inside(node, lambda each: bool(self.known.rank(each) and self.known.char(each))):
            return self.in_loop(node)

    def visit_ListComp(self, node: gast.ListComp) -> gast.AST:
        """The variables of a comprehension are its own: another one may have the name for arrays of another rank."""
        outer = self.known
        self.known = Expressions(dict(outer.known), outer.world)
        for loop in node.generators:
            sort = self.known.item(loop.iter)
            for each in trees.walk(loop.target) if sort != UNKNOWN else ():
                if isinstance(each, gast.Name):
                    self.known.known.pop(each.id, None)
            bind(self.known.known, loop.target, sort)
        made = self.generic_visit(node)
        self.known = outer
        return made

    def visit_comprehension(self, node: gast.comprehension) -> gast.AST:
        node.iter = self.forms.iterated(node.iter, self.known)
        return self.generic_visit(node)

    def visit_If(self, node: gast.If) -> Any:
        """Without `if np.result_type(made[0]).kind in "bi": raise ...` of np.vectorize, where that is known."""
        test: Any = node.test
        asked: Any = getattr(getattr(test, "left", None), "value", None)
        if isinstance(test, gast.Compare) and isinstance(asked, gast.Call) and getattr(test.left, "attr", "") == "kind":
            char, among = self.known.char(asked.args[0]), getattr(test.comparators[0], "value", None)
            is_type = trees.function_of(asked.func) is np.result_type and isinstance(test.ops[0], gast.In)
            if is_type and isinstance(among, str) and char is not None and char not in among and not node.orelse:
                return []
        return self.generic_visit(node)

    def visit_Call(self, node: gast.Call) -> gast.AST:
        if getattr(node.func, "attr", "") == "tolist" and not node.args and self.known.rank(node.func.value) == 1:
            return self.generic_visit(trees.call(trees.builtin("list"), node.func.value))
        if self.known.of(node) == BLOCK:
            pair = gast.Tuple(node.args, gast.Load())
            return self.generic_visit(gast.Tuple([pair], gast.Load()))
        if getattr(node.func, "function", None) is last_stored:
            made = block_last_stored(self.forms, node, self.known)
            if made is not None:
                return self.generic_visit(made)
        before = self.forms.prepared(node, self.known)
        self.generic_visit(node)
        return self.forms.call(node, self.known, before)

    def visit_BinOp(self, node: gast.BinOp) -> gast.AST:
        sorts = (self.known.of(node.left), self.known.of(node.right))
        pending, spine = node, [node]  # a long sum is no deep recursion
        while isinstance(pending.left, gast.BinOp) and not isinstance(pending.left.op, (gast.MatMult, gast.Pow)):
            pending = pending.left
            spine.append(pending)
        if len(spine) > 50:
            for each in spine:
                each.right = self.visit(each.right)
            spine[-1].left = self.visit(spine[-1].left)
            return node
        growing = any(isinstance(each, gast.Name) and each.id in self.carried for each in (node.left, node.right))
        self.generic_visit(node)
        if sorts == (COUNT, COUNT) and isinstance(node.op, (gast.Mod, gast.FloorDiv)):
            if self.ranges.is_positive(node.right):
                return self.ranges.divided(node) or node
        return self.forms.operation(node.op, node.left, node.right, sorts, growing) or node

    def visit_Subscript(self, node: gast.Subscript) -> gast.AST:
        rank = self.known.rank(node.value)
        note_axes(node, self.known)
        taken = None
        if not getattr(node, "stored", False):
            taken = block_taken(self.forms, node, self.known) if rank == 2 else None
            taken = taken or at_indices(self.forms, node, self.known) or at_mask(self.forms, node, self.known)
        if taken is not None:
            return self.generic_visit(taken)
        if rank != 2 or getattr(node, "stored", False):
            node.slice = as_mesh(self.forms, node.slice, self.known)
        self.generic_visit(node)
        if rank and isinstance(node.slice, gast.Constant) and node.slice.value is ...:
            node.slice = trees.const(slice(None))  # of `A[...] += x` Numba makes nothing
        if rank == 0 and isinstance(node.slice, gast.Tuple) and not node.slice.elts:
            return node.value
        return node

    def visit_Expr(self, node: gast.Expr) -> gast.AST:
        made = statements.statement(self.forms, node, self.known)
        return self.generic_visit(node if made is None else made)


def targets_of(node: Any) -> list[Any]:
    """What a statement stores to or deletes."""
    found = list(getattr(node, "targets", [getattr(node, "target", None)]))
    for each in found:
        found += each.elts if isinstance(each, (gast.Tuple, gast.List)) else []
        found += [each.value] if isinstance(each, gast.Starred) else []
    return [each for each in found if isinstance(each, gast.Subscript)]


def is_tuple(node: gast.AST) -> bool:
    """Whether an expression makes a tuple, a named one too."""
    named = isinstance(node, gast.Call) and getattr(node.func, "id", "").startswith("Fields_")
    return named or isinstance(node, gast.Tuple)


def assigned(body: list[Any]) -> set[str]:
    """The names that statements assign to, other than as the variable of a loop."""
    found: set[str] = set()
    for statement in body:
        for node in trees.walk(statement):
            targets = node.targets if isinstance(node, gast.Assign) else []
            targets = [node.target] if isinstance(node, gast.AugAssign) else targets
            for target in targets:
                parts = target.elts if isinstance(target, gast.Tuple) else [target]
                found |= {part.id for part in parts if isinstance(part, gast.Name)}
    return found


def is_counter(node: gast.AugAssign) -> bool:
    """`n += 1`: it would take centuries to overflow."""
    return isinstance(node.op, (gast.Add, gast.Sub)) and trees.literal(node.value) is not None
