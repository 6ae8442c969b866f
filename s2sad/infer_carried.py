"""Part of the stage `infer`: what an iteration takes over from the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from s2sad import ir, trees
from s2sad.core_generators import LEFT
from s2sad.infer_left import same_thing
from s2sad.infer_maybe import Maybe, is_none, may_be_none, without_none
from s2sad.infer_memory import is_function
from s2sad.ir import family
from s2sad.kinds import List, Mapping, Never, Tuple, join_variable, settled, tells_nothing
from s2sad.live_variables import Live, live_variables
from s2sad.values import Conflict, Object, Value, of_user

if TYPE_CHECKING:
    from s2sad.infer_loops import Iteration


class Carried:
    def run_loop(self, run: Any, node: Any, number: int) -> tuple[list[gast.stmt], bool]:
        """Walks through a loop's body until the kinds of what it carries stay the same."""
        site = (self.path, id(node))
        facts = self.facts.phis.setdefault(site, {})
        entry, outer_block, outer_loops, outer_breaks = self.before_loop(node), self.block, self.loops, self.breaks
        sites, known = dict(self.site_counts), self.known_memory()
        for _ in range(40):
            self.site_counts = dict(sites)
            self.forget_memory(known)
            self.loops = (*outer_loops, number)
            self.block = outer_block
            self.block, self.breaks = self.new_block(), []
            self.add_unset(entry, facts, node)
            self.add_maybes(entry, facts)
            self.state = dict(entry)
            phis: dict[Any, Any] = {}
            for key in list(facts):
                if key in entry and (len(key) == 2 and not isinstance(key[0], str)):
                    phis[key] = self.make_phi(key, entry[key], facts)
                    self.state[key] = phis[key]
            inner = dict(self.state)
            run()
            if self.block and isinstance(self.block[-1], gast.Break):
                self.breaks.append((self.state, self.block))
            ends = [(self.state, self.block)] if leaves_not(self.block) else []
            exits = [*ends, *self.breaks]
            if not self.new_phis(facts, entry, inner, phis, exits):
                break
        else:
            raise self.refuse("too_many_kinds", node)
        block, broke = self.block, bool(self.breaks)
        self.breaks, self.block, self.loops = outer_breaks, outer_block, outer_loops
        self.close_loop(node, number, entry, phis, exits, ends)
        return block, broke

    def known_memory(self) -> tuple[set[Any], int, list[tuple[ir.Root, int, int, int, int]]]:
        return (
            set(self.instances),
            len(self.object_events),
            [(root, len(root.stores), len(root.moves), len(root.deep), len(root.appends)) for root in self.roots],
        )

    def forget_memory(self, known: tuple[set[Any], int, list[tuple[ir.Root, int, int, int, int]]]) -> None:
        """What a walk that is done again has made, and the moments at which it wrote, are none of the program's.

        A function beside the main one that was first met in that walk is walked through again as well: its memory is
        among what was made."""
        instances, events, roots = known
        del self.object_events[events:]
        for key in [key for key in self.instances if key not in instances]:
            del self.instances[key]
        del self.roots[len(roots) :]
        for root, stores, moves, deep, appends in roots:
            del root.stores[stores:], root.moves[moves:], root.deep[deep:], root.appends[appends:]

    def new_phis(self, facts: Any, entry: Any, inner: Any, phis: Any, exits: Any) -> bool:
        """Whether the walk showed that more is carried from one iteration to the next than was thought."""
        changed = False
        for key, value in entry.items():
            for state, _ in exits:
                end = state.get(key)
                if end is None or same_thing(without_none(end), without_none(inner.get(key))):
                    continue
                if key not in phis:
                    facts[key] = None
                    self.note_phi(facts, key, (), value, end)
                    changed = True
                elif self.note_phi(facts, key, (), value, end):
                    changed = True
        return changed

    def note_phi(self, facts: Any, key: Any, path: tuple[Any, ...], a: Any, b: Any) -> bool:
        """Joins what is known of a carried value with what an iteration leaves; whether that is new."""
        leaf = ("leaf", key, path)
        old = facts.get(leaf)
        if old == "conflict":
            return False
        if not path and may_be_none(a, b):
            return self.note_maybe(facts, key, a, b)
        if isinstance(a, Conflict) or isinstance(b, Conflict):
            facts[leaf] = "conflict"
            return True
        if self.is_unset(a) and b.items is not None and old is None:
            facts["form", key, path] = len(b.items), getattr(b.kind, "cls", None)
            a = self.unset_value(facts, key, path)
        if a.items is not None and b.items is not None and len(a.items) == len(b.items) and old is None:
            if getattr(a.kind, "cls", None) is not getattr(b.kind, "cls", None):
                facts[leaf] = "conflict"
                return True
            return any(self.note_phi(facts, key, (*path, k), x, y) for k, (x, y) in enumerate(zip(a.items, b.items)))
        if self.is_unset(a) and (b.object is not None or isinstance(b.kind, (List, Mapping))):
            facts[leaf] = "conflict"
            return True
        self.need_same_form(a, b)
        if a.object is not None and b.object is not None and a.object.cls is b.object.cls and old is None:
            if set(a.object.keys) != set(b.object.keys):
                self.need_mappings([a.object, b.object], None)
            changed = False
            for part in a.object.keys:
                x, y = self.entry_part(a.object, part), self.entry_part(b.object, part)
                if x is None or y is None:
                    facts[leaf] = "conflict"
                    return True
                changed = self.note_phi(facts, key, (*path, part), x, y) or changed
            return changed
        if (a.static is None) != (b.static is None) or self.is_optional(a) or self.is_optional(b):
            facts["optional", key, path] = True
        kind = settled(
            join_variable(self.joined_kind(a, b), old[0] if old else None), ("carried", key, path), self.joined
        )
        varied = a.varied or b.varied or bool(old and old[1])
        if varied and tells_nothing(kind, a.kind, b.kind) or is_function(a) or is_function(b):
            facts[leaf] = "conflict"
            return True
        if old == (kind, varied):
            return False
        facts[leaf] = (kind, varied)
        return True

    def entry_part(self, thing: Object, key: Any) -> Any:
        return self.state.get((thing, key)) or self.any_part(thing, key)

    def any_part(self, thing: Object, key: Any) -> Any:
        for state, _ in self.breaks:
            if (thing, key) in state:
                return state[thing, key]
        return None

    def make_phi(self, key: Any, value: Any, facts: Any, path: tuple[Any, ...] = (), base: str | None = None) -> Any:
        """The name that carries a value from one iteration to the next (a tuple or record: one for each part)."""
        if base is None:
            base = self.base_name(key)
            if (
                isinstance(key[0], Object)
                and isinstance(value, Value)
                and isinstance(value.expr, gast.Name)
                and ir.is_ssa(value.expr.id)
            ):
                base = ir.base_of(value.expr.id)
        if not base.isidentifier():
            base = "#t"
        fact = facts.get(("leaf", key, path))
        if isinstance(value, Maybe) and fact != "conflict":
            made = self.make_phi(key, value.value, facts, path, base)
            telling = facts.get(("maybe", key), (None, value.telling))[1]
            return made if isinstance(made, Conflict) else Maybe("joined_kinds", value=made, telling=telling)
        if fact == "conflict" or isinstance(value, Conflict):
            return Conflict("carried_unset" if self.is_unset(value) else "joined_kinds")
        if fact is None and value.items is not None:
            items = [self.make_phi(key, item, facts, (*path, k), f"{base}_{k}") for k, item in enumerate(value.items)]
            conflict = next((each for each in items if isinstance(each, Conflict)), None)
            return conflict or self.make_tuple(items, value.kind.cls if isinstance(value.kind, Tuple) else None)
        if fact is None and value.object is not None:
            thing = Object(value.object.cls, list(value.object.keys), sources=(value.object,))
            thing.joined = self.loops[:-1]
            self.note_object_event("join", thing, value.object, entry=True)
            varied = False
            for part in thing.keys:
                made = self.make_phi(key, self.state[value.object, part], facts, (*path, part), f"{base}_{part}")
                if isinstance(made, Conflict):
                    return made
                self.state[thing, part] = self.phi_objects[thing, part] = made
                varied = varied or made.varied
            name = self.names.fresh(base)
            self.info[name] = ir.Info(value.kind, varied, None, None, self.loops, self.position)
            return Value(trees.name(name), value.kind, varied, object=thing)
        if fact is None:
            if ("maybe", key) not in facts or not is_none(value):
                return value
            name = self.names.fresh(base)  # what it is later isn't known yet
            self.info[name] = ir.Info(Never(), loops=self.loops, position=self.position)
            return Value(trees.name(name), Never())
        kind, varied = fact
        read = trees.names_in(value.expr)
        made_before = isinstance(kind, (List, Mapping)) and self.left_by_a_loop(read)
        unset = self.is_unset(value) or made_before or not self.one_way.isdisjoint(read)
        name = self.names.fresh(base)
        made = self.joined_value(name, kind, varied, [value])
        if ("optional", key, path) in facts:
            self.optional.add(name)
        self.info[name].carried = True
        if unset:
            self.one_way.add(name)
        self.info[name].unset = unset
        if made.place is not None:
            made.place.root.linear_checked = True
        return made

    def left_by_a_loop(self, names: set[str]) -> bool:
        """Whether a loop that is over has set one of these names, if it came that far."""
        known = [self.info[name] for name in names if name in self.info]
        return any(each.unset or not each.carried and not set(each.loops) <= set(self.loops) for each in known)

    def close_loop(self, node: Any, number: int, entry: Any, phis: Any, exits: Any, ends: Any) -> None:
        """Copies into the carried names, at the entry and at the ends of an iteration; the state after the loop."""
        entry_pairs: list[tuple[str, gast.AST]] = []
        after = {key: value for key, value in entry.items() if not self.is_unset(value)}
        self.live_names = self.live().at_start.get(id(node))
        live = self.live().after.get(id(node))
        self.closing = number
        for key, phi in phis.items():
            after[key] = phi
            after.update(self.parts_of_phi(phi))
            self.phi_key = key
            self.phi_pairs(phi, entry[key], entry_pairs, entry)
        names = [name for name, _ in entry_pairs]
        every = self.copies_at_exits(phis, exits)
        self.origin = (self.frame.source, node)
        for key, found in self.set_anew({*entry, *after}, every, exits, ends, live).items():
            after[key] = self.left_behind(key, found, every, exits, number)
        for thing_key in [k for state, _ in exits for k in state if isinstance(k[0], Object)]:
            after.setdefault(thing_key, next(state[thing_key] for state, _ in exits if thing_key in state))
        outer_loops, self.loops = self.loops, (*self.loops, number)
        for pairs, block in self.late_copies:
            if pairs:
                self.add_copies(pairs, block)
        self.loops = outer_loops
        self.late_copies.clear()
        self.entry_pairs[number] = (entry_pairs, names)
        self.state = {key: value for key, value in after.items() if self.is_live(key, live)}

    def parts_of_phi(self, phi: Any) -> dict[Any, Any]:
        """The parts of a carried dict or record, and of those in it: after the loop, they are what is carried."""
        found: dict[Any, Any] = {}
        inner = without_none(phi)
        for each in getattr(inner, "items", None) or ():
            found |= self.parts_of_phi(each)
        thing = getattr(inner, "object", None)
        for part in thing.keys if thing is not None else ():
            if (thing, part) in self.phi_objects:
                found[thing, part] = self.phi_objects[thing, part]
                found |= self.parts_of_phi(found[thing, part])
        return found

    def copies_at_exits(self, phis: Any, exits: Any) -> list[tuple[dict[Any, Any], list[Any]]]:
        """The states at the ends of an iteration, each with the copies that are made there into the carried names."""
        made = []
        for state, block in exits:
            pairs: list[tuple[str, gast.AST]] = []
            for key, phi in phis.items():
                if key in state:
                    self.phi_key = key
                    self.phi_pairs(phi, state[key], pairs, state)
            self.late_copies.append((pairs, block))
            made.append((state, pairs))
        return made

    def before_loop(self, node: Any) -> dict[Any, Any]:
        """The state where a loop begins. What an early return has set is not there: it would have left before the
        loop. Nor is a variable that is set again before it is read."""
        live = self.live().at_start.get(id(node))
        return {
            key: value
            for key, value in self.state.items()
            if self.is_live(key, live) and not (self.is_early_value(key) and self.marked_early(value))
        }

    def live(self) -> Live:
        """The variables of the function that is walked that may still be read, at its loops and branches."""
        if self.frame.live is None:
            self.frame.live = Live() if self.frame.tree is None else live_variables(self.frame.tree)
        return self.frame.live

    def live_from_here(self) -> set[str] | None:
        """The variables of this function that may be read after a part of the present statement; None: any."""
        return self.live().during.get(id(self.origin[1]))

    def live_after_call(self, node: Any) -> set[str] | None:
        """The variables of this function that may be read after a call in the present statement; None: any."""
        live, statement = self.live_from_here(), self.origin[1]
        if live is None or not any(each is node for each in trees.walk(statement)):
            return None
        own = {id(each) for each in trees.walk(node)}
        names = (each for each in trees.walk(statement) if isinstance(each, gast.Name) and id(each) not in own)
        return live | {each.id for each in names if not isinstance(each.ctx, gast.Store)}

    def is_live(self, key: Any, live: set[str] | None) -> bool:
        """Whether what the state has under a key may still be read; `live`: the variables of this function that may."""
        known = live if key[0] == self.frame.number else self.frame.callers.get(key[0])
        return known is None or of_user(key[1]) in known or key[1] == LEFT

    def phi_pairs(self, phi: Any, value: Any, pairs: list[tuple[str, gast.AST]], state: Any) -> None:
        if isinstance(phi, Maybe):
            self.maybe_pairs(phi, value, pairs, state)
            return
        if isinstance(phi, Conflict) or isinstance(value, Conflict) or phi is value:
            return
        if phi.items is not None and value.items is not None:
            for x, y in zip(phi.items, value.items):
                self.phi_pairs(x, y, pairs, state)
            return
        if phi.object is not None and value.object is not None:
            if phi.object is value.object:
                return
            if value.object not in phi.object.sources:
                self.loops = (*self.loops, self.closing)
                self.note_object_event("join", phi.object, value.object)
                self.loops = self.loops[:-1]
            for part in phi.object.keys:
                x, y = self.phi_part(phi.object, part), state.get((value.object, part))
                if x is not None and y is not None:
                    self.phi_pairs(x, y, pairs, state)
            if isinstance(phi.expr, gast.Name):
                pairs.append((phi.expr.id, value.expr))
            return
        if isinstance(phi.expr, gast.Name) and ir.is_ssa(phi.expr.id) and phi.expr.id in self.phi_sources:
            pairs.append((phi.expr.id, value.expr))
            self.phi_sources[phi.expr.id].append(value.expr)
            root = None if phi.place is None else phi.place.root
            for taken in [] if root is None else self.roots_of(value):
                if self.live_names is not None and value.place is not None and taken is not root:
                    self.note_sharing(state, self.phi_key, value, root, self.live_names, self.origin[1])
                if taken not in root.sources and taken is not root:
                    root.sources = (*root.sources, taken)
                    self.note_written_source(root)
                    self.note_written_later(taken, root)

    def note_written_later(self, taken: ir.Root, phi: ir.Root) -> None:
        """Memory made in one iteration lives on as `phi`, which the next iteration writes."""
        if not phi.stores:
            return
        for each in family(taken):
            each.stores.extend(store for store in phi.stores if store not in each.stores)
            each.loops = loops_of_both(each.loops, phi.loops[:-1])
            if each.site not in self.facts.written:
                self.facts.written.add(each.site)
                self.learnt = True

    def note_written_source(self, root: ir.Root) -> None:
        """A name takes over memory that is written: what is read through it changes as well."""
        marks = self.facts.results.setdefault("varied", set())
        for known in (self.facts.written, marks):
            if root.site not in known and any(each.site in known for each in family(root)):
                known.add(root.site)
                self.learnt = True

    def phi_part(self, thing: Object, part: Any) -> Any:
        return self.phi_objects.get((thing, part))


def leaves_not(block: list[gast.stmt]) -> bool:
    return leaves(block) is None


def leaves(block: list[gast.stmt]) -> str | None:
    from s2sad.infer_branches import leaves as found

    return found(block)


def loops_of_both(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(x for x, y in zip(a, b) if x == y)


def roots_of(it: Iteration) -> list[ir.Root]:
    """The memory that a loop reads from in each iteration."""
    own = [it.value.place.root] if it.value is not None and it.value.place is not None else []
    return own + [root for part in it.parts for root in roots_of(part)]
