"""What the stages after the core form hand to one another: statements in single assignment, and what each one does.

A statement is a gast node. Its attribute `op` says what it does for differentiation (one of the classes below); a
statement whose `op` is None does nothing that a derivative could see. `origin` is the user's statement that it comes
from.

Names in single assignment are written `x.3`: the user's name, a dot and a number. No name of a user has a dot, so they
can never collide; the stage `naming` gives them back their names.

>>> base_of("x.3")
'x'
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad.kinds import Kind

# What the names are based on that stages make: temporaries, tests, positions, the value.
GENERATED = ("#t", "#c", "#best", "#order", "#keys", "value")


def base_of(ssa: str) -> str:
    """The user's name that a name in single assignment stands for."""
    return ssa.rpartition(".")[0]


def shown_name(name: str) -> str:
    """A name in single assignment as a message says it: what the user has no name for is an item."""
    base = base_of(name) or name
    return "item" if base.startswith("#") else base


def is_ssa(name: str) -> bool:
    return "." in name


def variable(ssa: str) -> str:
    """What names have in common that may become one: the user's variable, its adjoint, tangent or saved values.

    >>> variable("x.3"), variable("x.3_dot.7"), variable("x.5_grad.8"), variable("#t.3_dot.7")
    ('x', 'x._dot', 'x._grad', '#t.3_dot')
    """
    base = base_of(ssa)
    for suffix in ("_dot", "_grad", "_saved"):
        inner = base.removesuffix(suffix)
        if inner != base and is_ssa(inner) and not inner.startswith("#"):
            return f"{variable(inner)}.{suffix}"
    return base


class Names:
    """A supply of names in single assignment."""

    def __init__(self) -> None:
        self._count = itertools.count(1)
        self.shown: dict[str, str] = {}  # temporaries that the user has a name for
        self.unnamed: set[str] = set()  # items that the user may have a name for

    def fresh(self, base: str) -> str:
        return f"{base}.{next(self._count)}"


@dataclass
class Root:
    """A piece of memory (an array, a list, a dict of unknown keys) that one name owns."""

    site: Any
    name: str
    kind: Kind
    loops: tuple[int, ...] = ()
    param: str | None = None
    born: int = 0
    stores: list[tuple[tuple[int, ...], int]] = field(default_factory=list)
    moves: list[tuple[tuple[int, ...], int, bool, bool]] = field(
        default_factory=list
    )  # of items; at the end; of the length
    deep: list[tuple[tuple[int, ...], int]] = field(default_factory=list)  # writes into what it holds
    depths: dict[tuple[tuple[int, ...], int], int] = field(default_factory=dict)  # of these: how far inside at most
    sources: tuple[Root, ...] = ()
    holders: tuple[Root, ...] = ()  # it was taken out of a tuple or record that these lists hold
    inside: bool = False  # what is joined was taken out of lists
    shares: bool = False  # it may be, or hold, any of its sources (infer_origins.py)
    shrinks: bool = False  # items are taken out, or put in elsewhere than at the end
    resized_inside: bool = False  # a list that it holds gets longer or shorter
    whole: bool = False  # where ways join: it is one of its sources itself, not a part of it
    apart: bool = False  # where ways join: nothing that is used later is another name of what it may be
    joined_at: Any = None  # where ways join and it is one of its sources: the user's source and node
    given: Any = None  # of a parameter: its kind as the caller gives it
    outside: bool = False  # a global's or captured variable's, or of what such a one holds
    begun: Any = None  # of a list: with how many items it is made, if known, and among which statements
    in_order: bool = False  # an array that lies in C order, or holds such: views that need that are written into
    appends: list[Any] = field(default_factory=list)  # the statements among which each `append` to it stands

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def family(root: Root) -> list[Root]:
    """A root and all that it may be another name for."""
    found, todo = [], [root]
    while todo:
        each = todo.pop()
        if each not in found:
            found.append(each)
            todo.extend(each.sources)
    return found


def other_names(root: Root, roots: Iterable[Root]) -> list[Root]:
    """Those of the roots that may be another name for this one."""
    return [each for each in roots if each is not root and root in family(each)]


def written_roots(roots: Iterable[Root]) -> set[Root]:
    """The roots whose memory is written, maybe through another name."""
    written = [root for root in roots if root.stores or root.deep or root.moves]
    return {each for root in written for each in family(root)}


@dataclass
class Place:
    """Where in a root's memory a value lives: the root and the selectors that lead there, each an expression tree with
    the name `_` standing for what it selects from (`_[i]`, `_.T`)."""

    root: Root
    path: tuple[gast.AST, ...] = ()
    exact: bool = True
    since: tuple[int, tuple[int, ...]] = (0, ())  # the position and loops where it was taken out of a list or mapping


@dataclass
class Op:
    """What a statement does, for differentiation."""


@dataclass
class Primitive(Op):
    """target = a function that has a rule. `arguments`: parameter -> operand (a name or a constant)."""

    rule: Any
    arguments: dict[str, Any]
    kinds: dict[str, Kind]
    constants: dict[str, Any]
    library: str = "numpy"
    arrays: list[gast.AST] | None = None
    array_kinds: list[Kind] | None = None


@dataclass
class Several(Primitive):
    """target = a function with several results that has one rule for all of them. `results`: the names of the parts,
    each set by a Part right behind; `values`: what each part holds then, where its memory is written later."""

    results: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


@dataclass
class Plain(Op):
    """target = an expression that carries no derivative. `pure`: it can be evaluated again."""

    pure: bool = True
    cost: int = 1


@dataclass
class Part(Plain):
    """target = a part of `whole`, the result of a Several, which has the derivative."""

    whole: str = ""


@dataclass
class Again(Plain):
    """target = an array that a list holds, which has another name already, as it is from now on. What is added to the
    adjoint of the new name is that of the other one; where the list's items are written, both are that of the item."""


@dataclass
class Copy(Op):
    """targets = sources, all at once."""

    pairs: list[tuple[str, gast.AST]] = field(default_factory=list)
    origins: dict[str, Any] = field(default_factory=dict)  # the user's line of what was put into a pair


@dataclass
class GetItem(Op):
    """target = base[index], of an array, list or mapping, read at this moment. `place` is set where its memory is
    written."""

    base: str
    index: gast.AST
    kind: Kind
    base_kind: Kind
    index_kind: Kind
    place: Place | None = None


@dataclass
class Load(Op):
    """target = what a place in written memory holds at this moment."""

    place: Place
    kind: Kind


@dataclass
class Store(Op):
    """place = value, or place op= value where `operator` is given; index, parts: of an array, if it is written through
    one; repeats: what an index selects twice is added twice."""

    place: Place
    value: gast.AST
    value_kind: Kind
    target_kind: Kind
    operator: Any = None
    old: str | None = None
    result: str | None = None
    index: Any = None
    parts: Any = ()
    repeats: bool = False


@dataclass
class Pack(Op):
    """target = [items], or a dict of unknown keys; the adjoint has the same structure."""

    items: list[gast.AST]
    kinds: list[Kind]


@dataclass
class Append(Op):
    """list.append(value)."""

    place: Place
    value: gast.AST
    value_kind: Kind


@dataclass
class Extend(Op):
    """list.extend(other list)."""

    place: Place
    value: gast.AST
    value_kind: Kind
    count: str


@dataclass
class Insert(Append):
    """list.insert(position, value)."""

    position: gast.AST | None = None


@dataclass
class SliceStore(Extend):
    """list[start:...] = value, in the place of the items `old`; with a step, `slice` is the whole of the slice."""

    start: gast.AST | None = None
    old: gast.AST | None = None
    slice: gast.AST | None = None


@dataclass
class Reorder(Append):
    """list.reverse(), list.sort(), deque.rotate(): what = 'reverse', 'order' (value: where each item came from),
    'rotate', 'swap' (order: the two positions)."""

    what: str = "reverse"
    order: gast.AST | None = None


@dataclass
class Pop(Op):
    """target = list.pop(position), or from its end; of a mapping, the item of that key."""

    place: Place
    kind: Kind
    position: gast.AST | None = None


@dataclass
class Clear(Pop):
    """list.clear(): the target holds what there was."""


@dataclass
class ListOp(Op):
    """target = a list made from others: 'sum', 'copy', 'reversed', 'slice', 'concat', 'repeat', 'rows', 'array'."""

    what: str
    operands: list[gast.AST]
    kinds: list[Kind]
    kind: Kind


@dataclass
class PairCall(Op):
    """targets, saved = forward(...): a function that is differentiated beside the main one."""

    instance: Any
    arguments: list[gast.AST]
    results: list[str]
    saved: str


@dataclass
class Solved(Op):
    """target = what a library's solver finds of a function, which stands beside the main one as `instance`.

    arguments: what that function is given after the unknowns; starts: what else the solution follows, by the parameter
    of the helpers that say how: `adjoint`, `tangent` (`rules/implicit.py`, `rules/trajectories.py`); options: further
    arguments of these.
    """

    instance: Any
    unknowns: int
    solution: gast.AST
    arguments: list[gast.AST]
    kinds: list[Kind]
    starts: list[gast.AST]
    start_kinds: list[Kind]
    adjoint: Any
    tangent: Any
    options: dict[str, gast.AST]

    def sought(self, info: dict[str, Info]) -> list[int]:
        """The positions of the unknowns that a derivative is asked for by."""
        return [k for k in range(self.unknowns) if info[self.instance.leaves[k]].varied]


@dataclass
class Checked(Op):
    """target = a function that brings its own gradient, called at run time (`custom_gradient`)."""

    arguments: list[gast.AST]
    kinds: list[Kind]
    pullback: str
    tangent: bool = False


@dataclass
class GradOf(Op):
    """Statements for the reverse sweep (`grad_of`): the names whose adjoints they get, and what they read."""

    grads: list[gast.AST]
    kinds: list[Kind]
    places: list[Place | None]  # of names of written memory
    reads: list[gast.AST]
    template: Any


@dataclass
class Info:
    """What is known of a name in single assignment."""

    kind: Kind
    varied: bool = False
    statement: gast.stmt | None = None
    place: Place | None = None
    loops: tuple[int, ...] = ()
    position: int = 0
    early: bool = False  # it is set where the function is left, in a loop, and read only if that has happened
    unset: bool = False  # carried around a loop, and maybe without a value where it begins
    missing: bool = False  # where ways join, on one of which it may have no value
    starts_unset: bool = False  # carried, and given no value before the loop, or in a branch before it
    carried: bool = False  # around a loop: after it, what its last iteration leaves
    left: bool = False  # behind a loop: what its iterations have set, if they came that far
    scope: tuple[int, ...] | None = None  # of the block that sets it
    gives: Kind | None = None  # of an iterator: the kind of its items


@dataclass
class Joined:
    """An `if` statement's extra facts (attribute `joins` of the node): nothing but a marker for printing."""


@dataclass
class Loop:
    """What a For or While node of the inferred program carries as attribute `loop`."""

    number: int
    index: str | None = None  # the position, 0, 1, ...; for a range from 0 it is the loop's own variable
    count: gast.AST | None = None  # how many iterations ran, an expression that holds after the loop
    bindings: list[gast.stmt] = field(default_factory=list)  # what the header binds, as statements
    sequence: gast.AST | None = None
    range: list[gast.AST] | None = None  # start, stop, step where the iterable is a range
    phis: list[str] = field(default_factory=list)
    snapshots: gast.AST | None = None  # of a loop over `checkpoint(...)`: how many states to keep
    length: gast.AST | None = None  # and how many iterations it has
    whole: list[gast.stmt] | None = None  # the block that an iteration that breaks doesn't reach, and isn't reversed


@dataclass
class Inferred:
    """What the stage `infer` makes of a function."""

    name: str
    body: list[gast.stmt]
    value: Any
    parameters: dict[str, Any]
    info: dict[str, Info]
    names: Names
    guards: list[Any]
    externals: dict[str, Any]
    roots: list[Root]
    instances: dict[Any, Any]
    params: dict[str, Any]
    written: tuple[str, ...] = ()  # the parameters that are dicts or records, or hold such, and are written into
    joined: dict[Any, set[Any]] = field(default_factory=dict)  # names of axes where ways join: what each may be
    reached: dict[tuple[Any, int], bool] = field(default_factory=dict)  # whether axes are as long as slices of them go
    beside: bool = False  # of a function that is called beside the main one
    dependence: Any = None  # what `dependence.py` has gathered


def statement_copy(node: gast.AST) -> gast.AST:
    """A shallow copy of a node, its extra attributes too."""
    new = node.__class__.__new__(node.__class__)
    new.__dict__.update(node.__dict__)
    new.__dict__.pop("_summary", None)
    return new


class Summary:
    """What stages ask of an expression again and again: the names in single assignment that it reads, each as often
    as it
    stands there, its size in nodes, and whether it has a call, a subscript, an attribute, a `.pop()` or `.append()`."""

    __slots__ = ("append", "attribute", "call", "names", "pop", "size", "subscript")

    def __init__(self, node: gast.AST) -> None:
        kind = node.__class__
        self.size = 1
        self.call = kind is gast.Call
        self.subscript = kind is gast.Subscript
        self.attribute = kind is gast.Attribute
        self.pop = self.append = False
        if kind is gast.Call and node.func.__class__ is gast.Attribute:
            self.pop, self.append = node.func.attr == "pop", node.func.attr == "append"
        self.names: tuple[str, ...] = (node.id,) if kind is gast.Name and "." in node.id else ()
        if kind is gast.Name or kind is gast.Constant:
            return
        names: list[str] = []
        for field_name in node._fields:
            value = getattr(node, field_name, None)
            for each in value if value.__class__ is list else (value,):
                if isinstance(each, gast.AST):
                    inner = summary(each)
                    names.extend(inner.names)
                    self.size += inner.size
                    self.call = self.call or inner.call
                    self.subscript = self.subscript or inner.subscript
                    self.attribute = self.attribute or inner.attribute
                    self.pop = self.pop or inner.pop
                    self.append = self.append or inner.append
        self.names = tuple(names)


def summary(node: gast.AST) -> Summary:
    """The summary of an expression, kept on its node: expressions are never changed in place before they are named."""
    found = node.__dict__.get("_summary")
    if found is None:
        spine = [node]  # the left spine of a long sum is no deep recursion
        while spine[-1].__class__ is gast.BinOp and "_summary" not in spine[-1].left.__dict__:
            spine.append(spine[-1].left)
        for each in reversed(spine):
            found = each._summary = Summary(each)
    return found


def replace(op: Op, **changes: Any) -> Op:
    return dataclasses.replace(op, **changes)
