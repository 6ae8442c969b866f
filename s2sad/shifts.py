"""Part of the stage `activity`: shifts that cancel get no adjoint.

a + np.log(np.sum(np.exp(x - a)))             a logarithm of a sum of exponentials
e = np.exp(x - a); e / np.sum(e)              softmax
z -= a; z - np.log(np.sum(np.exp(z)))         the logarithm of it

They are the same for every a: its adjoint would be a sum of rounding errors. `a` is mostly a maximum. What a shift does
to each value that is made of it is followed (`shift_degrees.py`), to where it is gone, or to where it is felt.
"""

from __future__ import annotations

import heapq
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import leaves, sources
from s2sad.inlining import op_names
from s2sad.ir import family
from s2sad.kinds import Array, Kind, Scalar
from s2sad.reading import reads
from s2sad.shift_degrees import Degree, Mixed, Operand, of_item, of_primitive, of_two, shift_itself
from s2sad.statements import blocks_of, targets

OPERATORS = {gast.Add: "add", gast.Sub: "subtract", gast.Mult: "multiply", gast.Div: "divide"}
FAR = 40  # a shift that is felt in more statements than these isn't followed


def drop_shifts(program: ir.Inferred, active: set[str]) -> None:
    """Takes names out of the active ones that are such shifts."""
    order = Order(program)
    for name in sorted(active):
        if len(order.setters.get(name, ())) == 1 and Shift(order, name).is_gone():
            active.discard(name)


class Order:
    """The statements of a program in their order, and for each name those that set and read it."""

    def __init__(self, program: ir.Inferred) -> None:
        self.program = program
        self.statements: list[gast.stmt] = []
        self.ends: list[tuple[int, int]] = []  # of each statement: its block, and the last statement in it
        self.setters: dict[str, list[int]] = {}
        self.readers: dict[str, list[int]] = {}
        self.walk(program.body)
        self.returned = {name for leaf in leaves(program.value) for name in trees.names_in(leaf.expr)}
        self.together = {id(root): {id(root): root} for root in program.roots}
        for root in program.roots:
            for each in [*family(root), *root.holders]:
                both = self.together[id(root)] | self.together.get(id(each), {id(each): each})
                for one in both:
                    self.together[one] = both

    def sharing(self, name: str) -> list[ir.Root]:
        """The memory that a name's may be part of, or hold, or be seen as: that itself among it."""
        info = self.program.info.get(name)
        if info is None or info.place is None:
            return []
        root = info.place.root
        return list(self.together.get(id(root), {id(root): root}).values())

    def walk(self, block: list[gast.stmt], first: list[gast.stmt] | None = None) -> None:
        """first: what the header of a loop binds."""
        own, name = [], len(self.ends)
        for node in [*(first or []), *block]:
            at = len(self.statements)
            own.append(at)
            self.statements.append(node)
            self.ends.append((name, at))
            loop = getattr(node, "loop", None)
            bound = {each for binding in loop.bindings for each in targets(binding)} if loop is not None else set()
            for each in targets(node) - bound:
                self.setters.setdefault(each, []).append(at)
            op: Any = getattr(node, "effect", None)
            places = [place for place in [getattr(op, "place", None), *(getattr(op, "places", None) or ())] if place]
            for each in reads(node) | op_names(op) | {place.root.name for place in places}:
                self.readers.setdefault(each, []).append(at)
            bindings = loop.bindings if loop is not None else None
            for inner in blocks_of(node):
                self.walk(inner, bindings)
                bindings = None
        for at in own:
            self.ends[at] = (name, len(self.statements) - 1)

    def kind(self, operand: Any) -> Kind | None:
        if not isinstance(operand, gast.Name):
            return Scalar("float")
        if operand.id not in self.program.info:  # of what is outside of the function nothing is known here
            raise Mixed
        return self.program.info[operand.id].kind


class Shift:
    """One name, taken to be shifted, and the degrees of what is made of it."""

    def __init__(self, order: Order, name: str) -> None:
        self.order, self.name = order, name
        self.start = order.setters[name][0]
        self.block, self.end = order.ends[self.start]
        self.degrees: dict[str, Degree] = {}
        self.memory: dict[str, list[tuple[int, Operand]]] = {}  # of written memory: from which statement on
        self.done: set[int] = set()
        self.todo: list[int] = []

    def is_gone(self) -> bool:
        """Whether nothing that leaves the block of the shift, or reaches the value, follows it."""
        info = self.order.program.info[self.name]
        if not isinstance(info.kind, (Scalar, Array)) or self.is_written(self.name):
            return False
        try:
            self.found(self.name, shift_itself(info.kind))
            while self.todo:
                self.follow(heapq.heappop(self.todo))
            self.verify()
        except Mixed:
            return False
        return True

    # ---------------------------------------------------------------- what is known of names
    def degree(self, operand: Any) -> Operand:
        if isinstance(operand, gast.Name) and not self.is_memory(operand.id):
            return self.degrees.get(operand.id)
        if trees.names_in(operand) & self.degrees.keys():
            raise Mixed
        return None

    def kind(self, operand: Any) -> Kind | None:
        return self.order.kind(operand)

    def is_steady(self, name: str) -> bool:
        """Whether a name is of one number wherever the shift is felt."""
        kind = self.order.program.info[name].kind if name in self.order.program.info else None
        setters = self.order.setters.get(name, [])
        return isinstance(kind, Scalar) and all(
            not self.start < at <= self.end or self.order.ends[at][0] == self.block for at in setters
        )

    def is_written(self, name: str) -> bool:
        return any(each.stores or each.deep for each in self.order.sharing(name))

    def is_memory(self, name: str) -> bool:
        """Whether a name is of memory that is written: no value, as what is read from it at a moment."""
        place = self.order.program.info[name].place if name in self.order.program.info else None
        return place is not None and place.root.name == name and self.is_written(name)

    def is_arange(self, node: gast.AST) -> bool:
        """np.arange(n): its k-th number selects the k-th of what is shifted."""
        info = self.order.program.info.get(getattr(node, "id", ""))
        call = getattr(info.statement, "value", None) if info is not None else None
        if not isinstance(call, gast.Call) or len(call.args) != 1 or call.keywords or info is None:
            return False
        dims = getattr(info.kind, "dims", None)
        return getattr(call.func, "attr", "") == "arange" and dims is not None and len(dims) == 1 and dims[0].many

    # ---------------------------------------------------------------- the way of a shift
    def found(self, name: str, degree: Operand) -> None:
        """Notes what a name is, and what reads it."""
        old = self.degrees.get(name)
        if old == degree:
            return
        if old is not None or degree is None:
            raise Mixed
        place = self.order.program.info[name].place
        self.degrees[name] = degree
        if place is not None and self.is_memory(name):
            self.changed(place.root, self.order.setters[name][0], degree)
        else:
            self.push(name, -1)

    def push(self, name: str, after: int) -> None:
        for at in self.order.readers.get(name, ()):
            if at > after and self.takes_derivative(at, name):
                heapq.heappush(self.todo, at)

    def takes_derivative(self, at: int, name: str) -> bool:
        """Whether a statement hands on a derivative by a name, and doesn't just look at it or at its shape."""
        node = self.order.statements[at]
        op: Any = getattr(node, "effect", None)
        if op is None or type(op) is ir.Plain:
            return False
        if isinstance(op, ir.Primitive):
            return name in sources(op, node)
        return True

    def follow(self, at: int) -> None:
        if not self.start < at <= self.end or len(self.done) > FAR:
            raise Mixed
        self.done.add(at)
        node = self.order.statements[at]
        op: Any = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            for target, source in op.pairs:
                if self.degree(source) is not None:
                    self.found(target, self.degree(source))
        elif isinstance(op, (ir.Store, ir.Append)):
            self.write(at, op)
        elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            self.set(at, node.targets[0].id, op)
        else:
            raise Mixed

    def set(self, at: int, name: str, op: Any) -> None:
        if type(op) is ir.Primitive:
            self.suppose_sums(op)
            self.found(name, of_primitive(op, self, self.order.program.info[name].kind))
        elif isinstance(op, ir.Load) and (not op.place.path or self.held(op.place.root, at) is None):
            self.found(name, self.held(op.place.root, at))
        elif isinstance(op, ir.GetItem) and not trees.names_in(op.index) & self.degrees.keys():
            base = self.degrees.get(op.base) if op.place is None else self.held(op.place.root, at)
            self.found(name, None if base is None else of_item(base, op, self.is_arange))
        elif isinstance(op, ir.Pack) and len({self.degree(each) for each in op.items}) == 1:
            self.found(name, self.degree(op.items[0]))
        elif isinstance(op, ir.ListOp) and op.what == "sum" and len(op.operands) == 1:
            degree = self.degree(op.operands[0])
            if degree is not None and not degree.is_product:
                raise Mixed
            self.found(name, degree)
        else:
            raise Mixed

    def suppose_sums(self, op: ir.Primitive) -> None:
        """s = 0.0, and s = s + x in a loop: what is carried is what is added."""
        operands = [each for each in op.arguments.values() if isinstance(each, gast.Name)]
        degrees = [self.degree(each) for each in operands]
        if len(operands) == 2 and getattr(op.rule.function, "__name__", "") in ("add", "iadd"):
            for each, degree, other in zip(operands, degrees, degrees[::-1]):
                if degree is None and other is not None and other.is_product and self.starts_at_zero(each.id):
                    self.found(each.id, other)

    def starts_at_zero(self, name: str) -> bool:
        copies = self.copies_to(name)
        return len(copies) > 1 and any(trees.literal(each) == 0 for each in copies)

    def copies_to(self, name: str) -> list[gast.AST]:
        """What is copied to a name by all that sets it; of none if something else does."""
        found = []
        for at in self.order.setters.get(name, ()):
            op: Any = getattr(self.order.statements[at], "effect", None)
            if not isinstance(op, ir.Copy):
                return []
            found += [source for target, source in op.pairs if target == name]
        return found

    # ---------------------------------------------------------------- written memory
    def changed(self, root: ir.Root, at: int, degree: Operand) -> None:
        """Notes what memory holds from a statement on."""
        if len(self.order.sharing(root.name)) != 1 or root.deep:
            raise Mixed
        states = self.memory.setdefault(root.name, [])
        if (at, degree) in states:
            return
        if any(when >= at for when, _ in states):
            raise Mixed
        states.append((at, degree))
        self.push(root.name, at)

    def held(self, root: ir.Root, at: int) -> Operand:
        if root.name in self.degrees and root.name not in self.memory:
            raise Mixed
        states = [degree for when, degree in self.memory.get(root.name, ()) if when < at]
        return states[-1] if states else None

    def write(self, at: int, op: Any) -> None:
        root, value = op.place.root, self.degree(op.value)
        if op.place.path or type(op) not in (ir.Store, ir.Append):
            raise Mixed
        if isinstance(op, ir.Append):
            if value is None or value != self.degrees.get(root.name, value):
                raise Mixed
            self.found(root.name, value)
            return
        own = self.held(root, at)
        made = value
        if op.operator is not None:
            name = OPERATORS.get(type(op.operator))
            if name is None:
                raise Mixed
            made = of_two(name, [None, op.value], [own, value], self)
        setters = self.order.setters.get(root.name, ())
        made_in = self.order.ends[setters[0]][0] if setters else 0
        if made != own:
            if self.order.ends[at][0] != made_in or not isinstance(root.kind, Array):
                raise Mixed  # it may run again, or not at all, before the memory is made anew
            self.changed(root, at, made)

    # ---------------------------------------------------------------- at the end
    def verify(self) -> None:
        """Nothing that is returned follows the shift, and what several statements set is the same by each."""
        if not self.done:
            raise Mixed
        for name in self.order.returned:
            states = self.memory.get(name)
            if name in self.degrees and states is None or states and states[-1][1] is not None:
                raise Mixed
        for name, degree in self.degrees.items():
            setters = self.order.setters[name]
            op: Any = getattr(self.order.statements[setters[0]], "effect", None)
            if name not in self.memory:  # each write into memory is followed
                parts = self.copies_to(name) if len(setters) > 1 else []
                fits = len(setters) == 1 or bool(parts)
            else:
                parts = op.items if isinstance(op, ir.Pack) else []
                fits = isinstance(op, ir.Pack) or isinstance(self.order.program.info[name].kind, Array)
            if not fits or not all(map(self.is_like(degree), parts)):
                raise Mixed

    def is_like(self, degree: Degree) -> Any:
        def like(operand: Any) -> bool:
            return self.degree(operand) == degree or degree.is_product and trees.literal(operand) == 0

        return like
