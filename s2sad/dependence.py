"""Part of the stages `adjoint` and `tape`: whether an element of an array can be written again after a statement.

The classical dependence test of compilers. Where indices and the bounds of loops are affine (sums of loop variables,
sizes and numbers), "a later iteration touches the same element" is a system of linear inequalities; if it has no
rational solution (Fourier-Motzkin elimination), it has no integer one, and what the element holds stays:

    for i in range(1, n):
        x[i] = a * x[i - 1]        x[i - 1] is not written after it is read: it need not be saved
    for i in range(n):
        x[i] = b[i] - L[i, :i] @ x[:i]        nor is x[:i]: a slice is any index between its ends
"""

from __future__ import annotations

import itertools
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import sources
from s2sad.affine import ONCE, Form, form_of_tree, plus, times
from s2sad.aliases import may_follow
from s2sad.inlining import op_names
from s2sad.ir import family
from s2sad.kinds import Array, List, Mapping, Scalar
from s2sad.reading import common, length_read, reads
from s2sad.statements import blocks_of

ACCESSES = (ir.Load, ir.GetItem, ir.Store)
MOST = 300  # inequalities at once; with more, nothing is proven


class Access:
    """A read or write of one element (row, slice) of an array: where it stands, and its indices as trees."""

    def __init__(self, loops: tuple[int, ...], position: int, indices: list[gast.AST]) -> None:
        self.loops, self.position, self.indices = loops, position, indices


class Dependence:
    """Facts on the loops and stores of an inferred program, for questions about them."""

    def __init__(self, body: list[gast.stmt], info: dict[str, ir.Info]) -> None:
        self.info = info
        self.ranges: dict[int, tuple[str, list[gast.AST]]] = {}
        self.variables: dict[str, int] = {}
        self.stores: dict[int, gast.stmt] = {}
        self.fixed: tuple[int, ...] = ()
        self.carried: dict[str, int] = {}  # what an iteration takes over, and its loop
        self.branches: dict[int, tuple[tuple[gast.If, bool], ...]] = {}  # of a position: the branches it is in
        self.statements: list[gast.stmt] = []
        self.walk(body)

    def walk(self, block: list[gast.stmt], branches: tuple[tuple[gast.If, bool], ...] = ()) -> None:
        for node in block:
            self.statements.append(node)
            if branches and hasattr(node, "position"):
                self.branches[node.position] = branches
            if isinstance(getattr(node, "effect", None), ir.Store):
                self.stores[node.position] = node
            loop = getattr(node, "loop", None)
            if loop is not None:
                self.statements.extend(loop.bindings)
                self.carried.update(dict.fromkeys(loop.phis, loop.number))
                if loop.range is not None and isinstance(node, gast.For) and isinstance(node.target, gast.Name):
                    self.ranges[loop.number] = (node.target.id, loop.range)
                    self.variables[node.target.id] = loop.number
                elif loop.index is not None and loop.count is not None:
                    self.ranges[loop.number] = (loop.index, [trees.const(0), loop.count, trees.const(1)])
                    self.variables[loop.index] = loop.number
            for inner in blocks_of(node):
                taken = ((node, inner is node.body),) if isinstance(node, gast.If) else ()
                self.walk(inner, (*branches, *taken))

    # ---------------------------------------------------------------- questions
    def overwritten(self, root: ir.Root, first: Access | None, loops: tuple[int, ...], position: int) -> bool:
        """Whether what a root's memory holds (there, if an access is given) may be written after a moment."""
        for each in family(root):
            for moment in each.stores:
                if not may_follow(moment, loops, position, each.loops):
                    continue
                if each is not root and not each.sources and self.carried.get(root.name) in each.loops:
                    continue  # it is made anew in each iteration, and root is what was there before the iteration
                if first is None or len(family(root)) > 1:
                    return True
                store = self.stores.get(moment[1])
                if store is None or store.loops != moment[0] or store.effect.place.root is not each:
                    return True
                if self.may_hold_twice(each) and is_inside(store.effect):
                    return True
                second = self.access(store.effect.place, store.loops, store.position)
                if second is None or self.meet(first, second, each.loops):
                    return True
        return False

    def may_hold_twice(self, root: ir.Root) -> bool:
        """Whether one thing may be several items of a list or mapping; if they carry a gradient, that is refused."""
        known = self.info.get(root.name)
        return isinstance(root.kind, (List, Mapping)) and (known is None or not known.varied)

    def first_use(self, store: gast.stmt, roots: list[ir.Root]) -> bool:
        """Whether a store is the first thing that ever happens to its element, in memory that starts as a constant:
        nothing reads the element's adjoint after it was taken."""
        op = store.effect
        root = op.place.root
        born = self.info[root.name].statement if root.name in self.info else None
        if root.param is not None or root.sources or born is None or not is_constant(born, self.info):
            return False
        if ir.other_names(root, roots):
            return False
        second = self.access(op.place, store.loops, store.position)
        if second is None:
            return False
        for node in self.statements:
            effect = getattr(node, "effect", None)
            if node is born or effect is None or isinstance(effect, ir.Plain) or root not in self.memory(node, effect):
                continue
            if self.by_views(root, node, effect):
                continue
            if not may_follow((store.loops, store.position), node.loops, node.position, root.loops):
                continue
            place = effect.place if isinstance(effect, ACCESSES) else None
            first = self.access(place, node.loops, node.position) if place is not None and place.root is root else None
            if first is None or self.meet(first, second, root.loops):
                return False
        return True

    def by_views(self, root: ir.Root, node: gast.stmt, effect: Any) -> bool:
        """Whether a statement reads the memory through views of it alone: these were taken before, each by an access
        of its own."""
        if isinstance(effect, ACCESSES) or getattr(effect, "place", None) or getattr(effect, "places", None):
            return False
        for known in map(self.info.get, reads(node) | op_names(effect)):
            if known is not None and known.place is not None and known.place.root is root:
                taken = getattr(known.statement, "effect", None)
                if not isinstance(taken, (ir.Load, ir.GetItem)) or taken.place is None:
                    return False
        return True

    def memory(self, node: gast.stmt, effect: Any) -> set[ir.Root]:
        """The memory that a statement touches."""
        names = reads(node) | op_names(effect)
        found = {known.place.root for known in map(self.info.get, names) if known is not None and known.place}
        places = [getattr(effect, "place", None), *(getattr(effect, "places", None) or [])]
        return found | {each.root for each in places if each is not None}

    def access(self, place: ir.Place, loops: tuple[int, ...], position: int) -> Access | None:
        """The elements that a place is, if its path is of indices and slices alone."""
        indices: list[gast.AST] = []
        for step in place.path:
            if not isinstance(step, gast.Subscript) or not isinstance(step.value, gast.Name) or step.value.id != "_":
                return None
            elements = step.slice.elts if isinstance(step.slice, gast.Tuple) else [step.slice]
            if any(isinstance(each, gast.Slice) for each in indices):
                if not all(isinstance(each, gast.Slice) for each in elements):
                    return None
                continue  # some of what the first slices are
            for each in elements:
                if not isinstance(each, gast.Slice) and self.form(each, 0, loops) is None:
                    return Access(loops, position, indices)  # it may stand for several axes
                indices.append(each)
        return Access(loops, position, indices) if place.exact else None

    def meet(self, first: Access, second: Access, born: tuple[int, ...]) -> bool:
        """Whether the second access may touch the first one's element, later in time, in memory made in the loops
        `born`."""
        self.fixed = born
        shared = 0
        while shared < min(len(first.loops), len(second.loops)) and first.loops[shared] == second.loops[shared]:
            shared += 1
        bounds = [*self.bounds(first, 0), *self.bounds(second, 1)]
        pairs = []
        for axis, (a, b) in enumerate(zip(first.indices, second.indices)):
            one, other = self.index(a, axis, 0, first, bounds), self.index(b, axis, 1, second, bounds)
            if one is not None and other is not None:
                pairs.append((one, other))
        if not pairs:
            return True
        branches = [*self.conditions(first, 0), *self.conditions(second, 1)]
        for ordered in self.orders(first, second, shared, len(common(born, first.loops[:shared]))):
            for same in itertools.product(*[alike(one, other) for one, other in pairs], *branches):
                if feasible([*bounds, *ordered, *itertools.chain(*same)]):
                    return True
        return False

    def index(self, tree: gast.AST, axis: int, instance: int, at: Access, bounds: list[Form]) -> Form | None:
        """The form of an index; of a slice that of any index in it, with what is known of that among the bounds."""
        if not isinstance(tree, gast.Slice):
            return self.form(tree, instance, at.loops)
        made = {(f"axis {axis}", instance): 1}
        bounds.append(made)
        step = 1 if tree.step is None else trees.literal(tree.step)
        if isinstance(step, int) and step > 0:
            low, high = self.form(tree.lower, instance, at.loops), self.form(tree.upper, instance, at.loops)
            if low is not None and self.never_negative(low, instance, at):
                bounds.append(minus(made, low))
            if high is not None and self.never_negative(high, instance, at):
                bounds.append(minus(minus(high, made), {ONCE: 1}))
        return made

    def never_negative(self, form: Form, instance: int, at: Access) -> bool:
        """Whether an index is never below zero, where it would count from the end."""
        return not feasible([*self.bounds(at, instance), minus(minus({}, form), {ONCE: 1})])

    def orders(self, first: Access, second: Access, shared: int, same: int) -> list[list[Form]]:
        """The ways in which the second access comes after the first: in a later iteration, or later in the same. Both
        are in one iteration of the outermost `same` loops."""
        found: list[list[Form]] = []
        equal: list[Form] = []
        for depth, number in enumerate(first.loops[:shared]):
            name, bounds = self.ranges.get(number, (f"loop {number}", [None, None, gast.Constant(1, None)]))
            step = trees.literal(bounds[2])
            a, b = {(name, 0): 1}, {(name, 1): 1}
            if depth < same:
                pass
            elif not isinstance(step, int):
                found.append(list(equal))
            else:
                found.append([*equal, minus(minus(b, a) if step > 0 else minus(a, b), {ONCE: 1})])
            equal = [*equal, minus(a, b), minus(b, a)]
        if second.position > first.position and not self.exclude(first, second):
            found.append(equal)
        return found

    def exclude(self, first: Access, second: Access) -> bool:
        """Whether two accesses are in different branches of one `if`."""
        taken = {id(node): way for node, way in self.branches.get(first.position, ())}
        return any(taken.get(id(node), way) is not way for node, way in self.branches.get(second.position, ()))

    def conditions(self, at: Access, instance: int) -> list[list[list[Form]]]:
        """What the tests of the branches around an access say: for each test, the cases in which it comes out so."""
        found = []
        for node, way in self.branches.get(at.position, ()):
            test = node.test
            if not isinstance(test, gast.Compare) or len(test.ops) != 1:
                continue
            left = self.form(test.left, instance, at.loops)
            right = self.form(test.comparators[0], instance, at.loops)
            if left is None or right is None:
                continue
            more, less = minus(left, right), minus(right, left)
            greater, smaller = minus(more, {ONCE: 1}), minus(less, {ONCE: 1})
            cases = {
                gast.Eq: ([[more, less]], [[greater], [smaller]]),
                gast.NotEq: ([[greater], [smaller]], [[more, less]]),
                gast.Lt: ([[smaller]], [[more]]),
                gast.LtE: ([[less]], [[greater]]),
                gast.Gt: ([[greater]], [[less]]),
                gast.GtE: ([[more]], [[smaller]]),
            }.get(type(test.ops[0]))
            if cases is not None:
                found.append(cases[0] if way else cases[1])
        return found

    def bounds(self, at: Access, instance: int) -> list[Form]:
        """What is known of the loop variables around an access, each as an expression that is at least 0."""
        found: list[Form] = []
        for number in at.loops:
            if number not in self.ranges:
                continue
            name, (start, stop, step) = self.ranges[number]
            low, high = self.form(start, instance, at.loops), self.form(stop, instance, at.loops)
            variable = {(name, instance): 1}
            size = trees.literal(step)
            if not isinstance(size, int):
                continue
            if low is not None:
                found.append(minus(variable, low) if size > 0 else minus(low, variable))
            if high is not None:
                found.append(minus(minus(high, variable) if size > 0 else minus(variable, high), {ONCE: 1}))
        return found

    def form(self, expr: gast.AST | None, instance: int, loops: tuple[int, ...]) -> Form | None:
        """An expression as sums of loop variables of one instance, sizes and numbers; None if it is none."""
        if expr is None:
            return None

        def leaf(part: Any) -> Form | None:
            if isinstance(part, gast.Name):
                return self.form_of_name(part.id, instance, loops)
            return {("size", trees.show(part)): 1} if self.is_size(part) else None

        return form_of_tree(expr, leaf)

    def form_of_name(self, name: str, instance: int, loops: tuple[int, ...]) -> Form | None:
        if name in self.variables:
            return {(name, instance): 1} if self.variables[name] in loops else None
        info = self.info.get(name)
        if info is None or not isinstance(info.kind, Scalar) or info.kind.char not in "i":
            return None
        statement = info.statement
        if statement is not None and isinstance(statement.effect, ir.Plain) and statement.effect.pure:
            made = self.form(statement.value, instance, loops)
            if made is not None:
                return made
        return {name: 1} if self.is_fixed(info) else None

    def is_fixed(self, info: ir.Info) -> bool:
        """Whether a name holds one value all the time that the memory in question lives."""
        return info.loops == self.fixed[: len(info.loops)] and info.statement is not None or not info.loops

    def is_size(self, expr: gast.AST) -> bool:
        """len(x), x.size or x.shape[k] of an array that keeps its name: it never changes."""
        found = length_read(expr)
        base: Any = None if found is None else found[0]
        if isinstance(expr, gast.Attribute) and expr.attr == "size":
            base = expr.value
        known = self.info.get(base.id) if isinstance(base, gast.Name) else None
        return known is not None and isinstance(known.kind, Array) and self.is_fixed(known)


def is_inside(store: ir.Store) -> bool:
    """Whether a store into a list or mapping writes into what that holds."""
    return len(store.place.path) > 1 or store.operator is not None and not isinstance(store.target_kind, Scalar)


def is_constant(born: gast.stmt, info: dict[str, ir.Info]) -> bool:
    """Whether what a statement makes carries no derivative."""
    op = born.effect
    if isinstance(op, ir.Primitive):
        return not any(name in info and info[name].varied for name in sources(op, born))
    return isinstance(op, ir.Plain)


def dependence_of(program: ir.Inferred) -> Dependence | None:
    """The facts of a program, gathered once. Of a function called beside the main one there are none: its callers may
    write into what it reads."""
    if program.dependence is None and not program.beside:
        program.dependence = Dependence(program.body, program.info)
    return program.dependence


# --- linear inequalities ----------------------------------------------------------------------------------------------


def minus(a: Form, b: Form) -> Form:
    """The difference, with what cancels kept as zero: `feasible` cleans its system at each step."""
    made = dict(a)
    for key, value in b.items():
        made[key] = made.get(key, 0) - value
    return made


def alike(one: Form, other: Form) -> list[list[Form]]:
    """How two indices can mean the same element: they are equal, or one of them counts from the end."""
    at_least = {ONCE: 1}
    return [
        [minus(one, other), minus(other, one)],
        [one, minus(minus({}, other), at_least)],
        [other, minus(minus({}, one), at_least)],
    ]


def feasible(system: list[Form]) -> bool:
    """Whether expressions can all be at least 0 at once, for rational values of their atoms; sizes are at least 0."""
    atoms = {key for each in system for key in each if key is not ONCE}
    system = [*system, *[{key: 1} for key in atoms if isinstance(key, tuple) and key[0] == "size"]]
    while True:
        system = list({tuple(sorted(each.items(), key=repr)): each for each in map(cleaned, system)}.values())
        if any(each.get(ONCE, 0) < 0 for each in system if not set(each) - {ONCE}):
            return False
        system = [each for each in system if set(each) - {ONCE}]
        atoms = {key for each in system for key in each if key is not ONCE}
        if not atoms or len(system) > MOST:
            return True
        counts = {
            key: sum(each.get(key, 0) > 0 for each in system) * sum(each.get(key, 0) < 0 for each in system)
            for key in atoms
        }
        key = min(sorted(atoms, key=repr), key=lambda each: counts[each])
        lower = [each for each in system if each.get(key, 0) > 0]
        upper = [each for each in system if each.get(key, 0) < 0]
        system = [each for each in system if not each.get(key, 0)]
        for a, b in itertools.product(lower, upper):
            system.append(plus(times(a, -b[key]), times(b, a[key])))


def cleaned(form: Form) -> Form:
    return {key: value for key, value in form.items() if value}
