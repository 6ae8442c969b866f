"""Stage `infer`: walks through the core form as a call with arguments of these kinds would.

It finds the kind of each value, whether it depends on a chosen parameter (`varied`: forward activity), which function
each call means, and what memory each name refers to. What it makes is the same program in single assignment, the user's
functions that need a gradient written in place, one operation a statement where a gradient flows:

    def f(x, n):                 z.3 = x.1 * x.1
        z = x * x         ->     t.4 = z.3 + 1.0
        return (z + 1.0) * n     t.5 = t.4 * n.2
                                 value: t.5
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.errors import NotDifferentiableError
from s2sad.expressions import is_call, is_pure, scope_of, size_of
from s2sad.infer_aliases import Aliases
from s2sad.infer_array_arguments import ArrayArguments
from s2sad.infer_attributes import Attributes
from s2sad.infer_boxes import Boxes
from s2sad.infer_branches import Branches
from s2sad.infer_builtins import Builtins
from s2sad.infer_calls import Calls
from s2sad.infer_carried import Carried
from s2sad.infer_checkpoints import Checkpoints
from s2sad.infer_choices import Choices
from s2sad.infer_classes import Classes
from s2sad.infer_comprehensions import Comprehensions
from s2sad.infer_copies import Copies
from s2sad.infer_cross import Cross
from s2sad.infer_displays import Displays
from s2sad.infer_dunders import Dunders
from s2sad.infer_expressions import Expressions
from s2sad.infer_extremes import Extremes
from s2sad.infer_factors import Factors
from s2sad.infer_fixed_lists import FixedLists
from s2sad.infer_frozen import FrozenDistributions
from s2sad.infer_functions import Functions, identity_of
from s2sad.infer_generators import Consumer, Generators
from s2sad.infer_gradients import Gradients
from s2sad.infer_grids import Grids
from s2sad.infer_grown import GrownLists
from s2sad.infer_holdings import Holdings
from s2sad.infer_inner import InnerDerivatives
from s2sad.infer_inserts import Inserts
from s2sad.infer_inspection import Inspection
from s2sad.infer_iterators import Iterators
from s2sad.infer_joined_objects import Event, JoinedObjects
from s2sad.infer_joins import Joins
from s2sad.infer_left import LeftBehind
from s2sad.infer_lifting import Lifting
from s2sad.infer_lists import Lists
from s2sad.infer_loops import Loops
from s2sad.infer_mappings import Mappings
from s2sad.infer_maybe import MaybeNone
from s2sad.infer_memory import Memory
from s2sad.infer_methods import Methods
from s2sad.infer_names import Lookups
from s2sad.infer_nested import Nested
from s2sad.infer_numpy import NumPy
from s2sad.infer_numpy_options import NumPyOptions
from s2sad.infer_operations import Operations
from s2sad.infer_origins import Origins, holds_lists
from s2sad.infer_outputs import Outputs
from s2sad.infer_parameters import Parameters
from s2sad.infer_plain_calls import PlainCalls
from s2sad.infer_recursion import Recursion
from s2sad.infer_repeated import Repeated
from s2sad.infer_rules import Rules
from s2sad.infer_scopes import Scopes
from s2sad.infer_sequences import Sequences
from s2sad.infer_several import SeveralResults
from s2sad.infer_solutions import Solutions
from s2sad.infer_solvers import Solvers
from s2sad.infer_sparse import SparseMatrices
from s2sad.infer_sparse_made import SparseMade
from s2sad.infer_sparse_solvers import SparseSolvers
from s2sad.infer_splines import Splines
from s2sad.infer_stars import Stars
from s2sad.infer_statements import Statements
from s2sad.infer_stores import Stores
from s2sad.infer_surfaces import Surfaces
from s2sad.infer_trajectories import Trajectories
from s2sad.infer_try import Try
from s2sad.infer_ufuncs import Ufuncs
from s2sad.infer_unrolled import Unrolled
from s2sad.infer_unset import Unset
from s2sad.infer_vectorized import VectorizedCalls
from s2sad.infer_views import Views
from s2sad.infer_windows import Windows
from s2sad.infer_writers import Writers
from s2sad.infer_zipped import Zipped
from s2sad.kinds import Array, Kind, List, Mapping, Scalar, Static, Unknown
from s2sad.live_variables import runs_later
from s2sad.refusals import refuse
from s2sad.rules import registry
from s2sad.values import Conflict, Facts, Frame, Object, Restart, Value


def infer(request: Any, tree: gast.FunctionDef, facts: Facts | None = None) -> ir.Inferred:
    """Walks through `tree`, the core form of the request's function, until nothing new is learnt."""
    plain = request.namespace.get("range", range) is range
    facts = facts or Facts(counts={(name,) for name in obvious_counts(tree)} if plain else set())
    forgotten = False
    for _ in range(60):
        facts.phis.clear()  # what was joined when less was known may be too wide
        walker = Infer(request, tree, facts)
        try:
            result = walker.run()
        except Restart:
            continue
        except NotDifferentiableError:
            if walker.learnt:  # what is known now may be enough
                continue
            raise
        if walker.learnt:
            continue
        stale = set() if forgotten else walker.no_longer_written()
        if not stale:
            return result
        facts.written -= stale
        forgotten = True
    raise refuse("too_many_kinds", tree, request.source)


def obvious_counts(tree: gast.FunctionDef) -> set[str]:
    """The names that stand in `range(...)`: a parameter of that name is a count, which need not be found out."""
    return {
        each.id
        for node in trees.walk(tree)
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id == "range"
        for each in node.args
        if isinstance(each, gast.Name)
    }


class Infer(
    Statements,
    Expressions,
    Displays,
    Dunders,
    Choices,
    Calls,
    PlainCalls,
    Rules,
    Gradients,
    InnerDerivatives,
    Builtins,
    Copies,
    Inspection,
    Extremes,
    Lists,
    FixedLists,
    GrownLists,
    Generators,
    Mappings,
    Iterators,
    Loops,
    Unrolled,
    Zipped,
    Memory,
    MaybeNone,
    Scopes,
    Unset,
    Recursion,
    Try,
    Aliases,
    Holdings,
    Origins,
    NumPy,
    Ufuncs,
    ArrayArguments,
    Writers,
    Outputs,
    Methods,
    Views,
    Attributes,
    Stores,
    Sequences,
    Joins,
    JoinedObjects,
    Functions,
    Classes,
    Lookups,
    Operations,
    Carried,
    LeftBehind,
    Comprehensions,
    Parameters,
    Branches,
    Boxes,
    SeveralResults,
    Repeated,
    VectorizedCalls,
    Solvers,
    Solutions,
    Splines,
    FrozenDistributions,
    Stars,
    Factors,
    SparseMatrices,
    Grids,
    Surfaces,
    SparseMade,
    SparseSolvers,
    Trajectories,
    Lifting,
    Inserts,
    Checkpoints,
    Windows,
    Cross,
    Nested,
    NumPyOptions,
):
    """One walk. The mixins hold one part of the language each, this class the whole function and the program made."""

    def __init__(self, request: Any, tree: gast.FunctionDef, facts: Facts) -> None:
        self.request, self.tree, self.facts = request, tree, facts
        self.names = ir.Names()
        self.info: dict[str, ir.Info] = {}
        self.state: dict[Any, Any] = {}
        self.block: list[gast.stmt] = []
        self.guards: dict[Any, Any] = {}
        self.note_guard(registry.state, "version", registry.state["version"])
        self.externals: dict[str, Any] = {}
        self.roots: list[ir.Root] = []
        self.learnt = False
        self.quiet = 0
        self.effects = 0
        self.walked_is_repeatable = False
        self.walked_names: set[str] = set()
        self.position = 0
        self.loops: tuple[int, ...] = ()
        self.scopes: dict[int, tuple[tuple[int, ...], list[gast.stmt]]] = {}
        self.block_count = 0
        self.path: tuple[Any, ...] = ()
        self.origin: Any = None
        self.stack: list[Any] = []
        self.undecided: set[Any] = set()  # functions beside the main one that are walked through for what ends them
        self.under_way: dict[Any, list[list[Value]]] = {}
        self.inner_calls: dict[Any, int] = {}
        self.instances: dict[Any, Any] = {}
        self.breaks: list[tuple[dict[Any, Any], list[gast.stmt]]] = []
        self.joining: Any = ({}, {})
        self.joining_test: Any = None
        self.optional: set[str] = set()
        self.one_way: set[str] = set()
        self.headers: dict[int, list[gast.stmt]] = {}  # by identity, what loops set before their bodies run
        self.never_set: set[str] = set()
        self.maybe_unset: set[str] = set()
        self.second_names: set[tuple[str, str]] = set()  # variables, each with a name of something older that it means
        self.beside: list[Any] = []  # the functions beside the main one that are walked through, inside of one another
        self.branch_start = 0
        self.sharings: list[Any] = []
        self.doubtful: list[Any] = []
        self.assumed: Any = None
        self.assumptions: list[Any] = []
        self.iterated: list[ir.Root] = []
        self.joined_early_objects: list[Any] = []
        self.object_events: list[Event] = []
        self.asked: dict[int, Value] = {}
        self.early_names: set[str] = set()
        self.early_homes: dict[str, Any] = {}
        self.held: list[Any] = []
        self.taken_out: list[Any] = []
        self.boxings: list[Any] = []
        self.varied_raises = 0  # statements `raise` that put values into the exception that need a gradient
        self.exceptions: set[str] = set()
        self.consumers: dict[int, Consumer] = {}  # by calls of generators: what is done with their items
        self.ready: dict[int, Value] = {}  # calls of generators that have been run through, in a comprehension
        self.endless: set[str] = set()  # iterators without an end
        self.boxed_objects: list[Any] = []
        self.boxed_lists: list[tuple[Any, Any]] = []
        self.mapping_views: list[Any] = []
        self.views: dict[Object, tuple[Any, Any]] = {}  # of dicts, that are kept: where they are made
        self.part_writes: dict[Any, list[Any]] = {}
        self.live_names: set[str] | None = None
        self.phi_key: Any = None
        self.outside_objects: dict[Any, Object] = {}
        self.pending_parts: dict[Any, Any] = {}
        self.phi_sources: dict[str, list[gast.AST]] = {}
        self.leaf_sites: dict[str, Any] = {}
        self.joined: dict[Any, set[Any]] = {}  # by the name of an axis where ways join: what it may be
        self.reached: dict[tuple[Any, int], bool] = {}  # whether an axis is as long as a slice of it goes
        self.filled: dict[int, Any] = {}  # loops that have been walked through, by their statements (infer_grown.py)
        self.counted: dict[str, Any] = {}  # variables of loops over ranges: their first and last value, as forms
        self.hints: dict[Any, str] = {}
        self.loop_count = 0
        self.site_counts: dict[Any, int] = {}
        self.entry_pairs: dict[int, Any] = {}
        self.late_copies: list[Any] = []
        self.wholes: dict[str, Value] = {}
        self.held_in: dict[str, list[ir.Root]] = {}
        self.common: dict[str, ir.Root] = {}
        self.part_stores: list[Any] = []
        self.looked_at: set[int] = set()
        self.escaped: list[ir.Root] = []
        self.phi_objects: dict[Any, Any] = {}
        self.lowered: dict[int, gast.FunctionDef] = facts.results.setdefault("lowered", {})

    # ---------------------------------------------------------------- the whole function
    def run(self) -> ir.Inferred:
        source = self.request.source
        function = self.request.function
        self.frame = self.main_frame = self.new_frame(source, function, self.tree, self.request.namespace, None)
        self.origin = (source, self.tree)
        if function is not None:
            self.stack.append(identity_of(function) if hasattr(function, "__code__") else None)
        parameters: dict[str, Value] = {}
        for name, kind in self.request.kinds.items():
            parameters[name] = self.parameter(name, kind)
            self.state[self.frame.number, name] = parameters[name]
        for name, other in self.request.options.get("same", {}).items():
            self.state[self.frame.number, name] = parameters[other]
        for each in parameters.values():
            self.capture(each)
        value = self.at_the_end(self.run_body(self.tree))
        self.check_result(value)
        self.check_assumptions()
        self.check_sharings()
        self.check_doubtful()
        self.check_object_joins()
        self.result = value
        self.check_holdings()
        self.check_assumptions()  # again: what is written through a list is known now
        return ir.Inferred(
            self.tree.name,
            self.block,
            value,
            parameters,
            self.info,
            self.names,
            list(self.guards.values()),
            self.externals,
            self.roots,
            self.instances,
            {name: parameters[name] for name in self.request.params},
            tuple(name for name, given in parameters.items() if self.is_written_in_part(given)),
            joined=self.joined,
            reached=self.reached,
        )

    def is_written_in_part(self, value: Any) -> bool:
        """Whether a dict or record, or one in it, gets another value for a key or an attribute."""
        if not isinstance(value, Value):
            return False
        parts = list(value.items or ())
        if value.object is not None:
            parts += [self.state.get((value.object, key)) for key in value.object.keys]
        return value.object in self.part_writes or any(map(self.is_written_in_part, parts))

    def at_the_end(self, value: Value) -> Value:
        """The value returned; views of written memory in it are read when the function ends, not when they were
        made."""
        if value.items is not None:
            made = copy.copy(value)
            made.items = [self.at_the_end(item) for item in value.items]
            return made
        if value.object is not None:
            made = copy.copy(value)  # a parameter that is returned keeps the parts that it had when f was called
            parts = {key: self.state[value.object, key] for key in value.object.keys}
            for part in parts.values():
                if isinstance(part, Conflict):
                    raise self.refuse(part.key, None, name="a part of the value", **part.words)
            made.parts = {key: self.at_the_end(part) for key, part in parts.items()}
            return made
        if value.place is not None and value.place.path and value.varied and self.is_written(value.place.root):
            return self.emit_load(value)
        return value

    def capture(self, value: Value) -> None:
        """Notes what the parts of a dict or record are at this moment."""
        for item in value.items or ():
            self.capture(item)
        if value.object is not None:
            value.parts = {key: self.state[value.object, key] for key in value.object.keys}
            for part in value.parts.values():
                if isinstance(part, Conflict):
                    raise self.refuse(part.key, None, name="a part of the value", **part.words)
                self.capture(part)

    def run_body(self, tree: gast.FunctionDef, hint: str | None = "value") -> Value:
        """Walks through a function's statements and gives the value that it returns."""
        body = tree.body
        returned = body[-1] if body and isinstance(body[-1], gast.Return) else None
        self.walk(body[:-1] if returned else body)
        if returned is None or returned.value is None:
            return Value(trees.const(None), Static(None))
        self.origin = (self.frame.source, returned)
        self.look_whether_set(returned)
        self.note_returned_objects()
        found = self.maybe_at(returned.value)
        if found is not None and self.is_inner():
            return self.maybe_result(found[1])
        value = self.settle(self.visit(returned.value, hint=hint), hint)
        if hint is not None and isinstance(value.expr, gast.Name) and ir.base_of(value.expr.id) == "#t":
            self.names.shown[value.expr.id] = hint
        return value

    # ---------------------------------------------------------------- frames and what is emitted
    def new_frame(
        self, source: Any, function: Any, tree: Any, namespace: dict[str, Any], parent: Frame | None
    ) -> Frame:
        cells = {}
        code = getattr(function, "__code__", None)
        if code is not None and function.__closure__:
            cells = dict(zip(code.co_freevars, function.__closure__))
        found = self.facts.results.get(("scope", id(tree)))
        if found is None:
            found = self.facts.results[("scope", id(tree))] = scope_of(tree)
        local, nonlocals, globals_ = found
        return Frame(
            source,
            function,
            namespace,
            cells,
            set(local),
            parent,
            nonlocals,
            globals_,
            number=(*self.path, id(tree)),
            tree=tree,
            makes_functions=any(runs_later(each, tree) for each in trees.walk(tree)),
        )

    def add(self, node: gast.stmt, op: ir.Op | None = None) -> gast.stmt:
        """Appends a statement to the program."""
        node.effect = op
        for place in () if op is None else (getattr(op, "place", None), *getattr(op, "places", ())):
            if place is not None and place.path:
                self.check_position(place)
        node.origin = self.origin if self.frame.stands_for is None else self.frame.stands_for[:2]
        node.loops, node.scope = self.loops, self.scope()
        self.position += 1
        node.position = self.position
        self.block.append(node)
        return node

    def emit(
        self, expr: gast.AST, op: ir.Op | None, kind: Kind, varied: bool, hint: str | None = None, site: Any = None
    ) -> Value:
        """name = expr: a new statement, and the value that it makes. Mutable results are memory of their own."""
        name = self.names.fresh(hint or "#t")
        node = self.add(gast.Assign([trees.name(name, store=True)], expr, None), op)
        node.number = isinstance(kind, Scalar)
        place = None
        if isinstance(kind, (Array, List, Mapping, Unknown)):
            site = site or (self.path, self.site_number())
            kind = self.kind_with_items(kind, site)
            place = ir.Place(self.new_root(site, name, kind))
            if op is None or isinstance(op, ir.Plain):
                self.note_origins(place.root, expr, kind)
            elif isinstance(op, ir.ListOp) and isinstance(kind, List) and not isinstance(kind.item, Scalar):
                self.note_items_of(place.root, self.origins(expr))
            elif isinstance(op, ir.ListOp) and any(holds_lists(each) for each in op.kinds):
                self.note_shared(Value(trees.name(name), kind, place=place), self.origins(expr))
            varied = (
                varied
                or place.root.site in self.facts.written
                and place.root.site in self.facts.results.get("varied", ())
            )
        self.info[name] = ir.Info(kind, varied, node, place, self.loops, node.position, scope=self.scope())
        return Value(trees.name(name), kind, varied, place=place)

    def no_longer_written(self) -> set[Any]:
        """The places that make memory of which an earlier walk said that it is written, and this one doesn't: what
        became a statement of its own in between has moved the numbers of those after it in the same statement."""
        made = [root for root in self.roots if root.site[1:] and isinstance(root.site[1], tuple)]
        written = {root.site for root in made if root.stores or root.moves or root.deep}
        return {root.site for root in made if root.site in self.facts.written} - written

    def site_number(self) -> Any:
        """Names the place in the user's code that makes memory, mostly the same in each walk."""
        counts = self.site_counts
        key = (self.path, id(self.origin[1]))
        counts[key] = counts.get(key, 0) + 1
        return key[1], counts[key]

    def settle(self, value: Value, hint: str | None = None, pure: bool | None = None) -> Value:
        """The same value with a name or constant as its expression."""
        expr = value.expr
        if expr.__class__ in (gast.Name, gast.Constant) or isinstance(value.kind, Static) and not is_call(expr):
            return value
        if (
            value.items is not None
            and all(self.trivial(item.expr) for item in value.items)
            and expr.__class__ is gast.Tuple
        ):
            return value
        if self.quiet:
            return value
        made = self.emit(
            expr, ir.Plain(is_pure(expr) if pure is None else pure, size_of(expr)), value.kind, value.varied, hint
        )
        if getattr(expr, "known_part", False):
            self.info[made.expr.id].statement.taken_out = True
        varied = value.varied or self.info[made.expr.id].varied
        if value.place is not None and isinstance(made.expr, gast.Name):
            self.info[made.expr.id].place = value.place
        place = value.place or made.place
        made = dataclasses.replace(value, expr=made.expr, varied=varied, place=place, given=())
        self.note_whole(made)
        return made

    def trivial(self, expr: gast.AST) -> bool:
        return expr.__class__ in (gast.Name, gast.Constant) or trees.is_library_constant(expr)

    def refuse(self, key: str, node: Any = None, /, **words: Any) -> Exception:
        source = self.frame.source
        node = node if node is not None and hasattr(node, "lineno") else self.origin[1]
        if self.frame.stands_for is not None:
            source, _, node = self.frame.stands_for
        return refuse(key, node, source, **words)

    # ---------------------------------------------------------------- statements
