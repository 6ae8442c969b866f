"""Part of the stage `infer`: what an iteration takes over from the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from s2sad import ir, trees
from s2sad.infer_joins import part_name
from s2sad.infer_maybe import Maybe, is_none, may_be_none, without_none
from s2sad.infer_memory import is_function
from s2sad.ir import family
from s2sad.kinds import Array, Kind, List, Mapping, Never, Scalar, Static, Tuple, Unknown, join, settled
from s2sad.live_variables import Live, live_variables
from s2sad.values import Conflict, Object, Value

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
        if (a.static is None) != (b.static is None) or isinstance(b.expr, gast.Name) and b.expr.id in self.optional:
            facts["optional", key, path] = True
        kind = settled(join(self.joined_kind(a, b), old[0] if old else None), ("carried", key, path), self.joined)
        varied = a.varied or b.varied or bool(old and old[1])
        if isinstance(kind, Unknown) and varied or is_function(a) or is_function(b):
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
        unset = self.is_unset(value) or isinstance(value.expr, gast.Name) and value.expr.id in self.one_way
        if unset and varied and isinstance(kind, (List, Mapping)):  # its adjoint is made like what there is
            return Conflict("carried_unset")
        name = self.names.fresh(base)
        made = self.joined_value(name, kind, varied, [value])
        if ("optional", key, path) in facts:
            self.optional.add(name)
        self.info[name].carried = True
        if self.is_unset(value):
            self.one_way.add(name)
        self.info[name].unset = unset
        if made.place is not None:
            made.place.root.linear_checked = True
        return made

    def close_loop(self, node: Any, number: int, entry: Any, phis: Any, exits: Any, ends: Any) -> None:
        """Copies into the carried names, at the entry and at the ends of an iteration; the state after the loop."""
        entry_pairs: list[tuple[str, gast.AST]] = []
        after = {key: value for key, value in entry.items() if not self.is_unset(value)}
        self.live_names = self.live().at_start.get(id(node))
        live = self.live().after.get(id(node))
        self.closing = number
        names: list[str] = []
        for key, phi in phis.items():
            after[key] = phi
            thing = getattr(without_none(phi), "object", None)
            if thing is not None:
                after.update({(thing, part): self.phi_objects[thing, part] for part in thing.keys})
            self.phi_key = key
            self.phi_pairs(phi, entry[key], entry_pairs, entry)
        names = [name for name, _ in entry_pairs]
        fresh: dict[Any, Any] = {}
        every: list[tuple[dict[Any, Any], list[Any]]] = []
        for state, block in exits:
            pairs: list[tuple[str, gast.AST]] = []
            for key, phi in phis.items():
                if key in state:
                    self.phi_key = key
                    self.phi_pairs(phi, state[key], pairs, state)
            for key, value in state.items():
                if self.is_early_value(key) and any(block is each for _, each in ends):
                    continue  # an iteration that goes on has not returned: what it holds is never read
                # the parts of a carried dict or record are carried themselves
                new = key not in entry and key not in after and self.is_live(key, live)
                if new and isinstance(value, (Value, Conflict)):
                    fresh.setdefault(key, []).append((value, pairs))
            self.late_copies.append((pairs, block))
            every.append((state, pairs))
        self.origin = (self.frame.source, node)
        for key, found in fresh.items():
            first = found[0][0]
            early = None
            if self.is_early_value(key) and not self.one_early_value([value for value, _ in found]):
                for value, _ in found:
                    self.give_early_values(value, [state for state, _ in exits])
                early = self.early_value(key[1], found)
            if early is not None:
                after[key] = early
            elif all(same_thing(value, first) for value, _ in found):
                without = [self.scope_of(block) for state, block in exits if key not in state]
                ends = [(state, pairs) for state, pairs in every if any(pairs is each for _, each in found)]
                after[key] = self.kept_value(self.base_name(key), first, ends, number, without)
            elif all(isinstance(value, Value) and value.items is None and value.object is None for value, _ in found):
                kind: Kind | None = None
                for value, _ in found:
                    kind = join(kind, value.kind)
                name = self.names.fresh(self.base_name(key))
                varied = any(value.varied for value, _ in found)
                if varied and isinstance(kind, Unknown):
                    after[key] = Conflict("joined_kinds")
                    continue
                after[key] = self.joined_value(name, kind, varied, [value for value, _ in found])
                for value, pairs in found:
                    pairs.append((name, value.expr))
                    state = next(state for state, each in every if each is pairs)
                    self.note_second_name(state, self.base_name(key), value, after[key])
            else:
                after[key] = Conflict("joined_objects")
            if isinstance(key[0], Object):
                self.note_maybe_unset(after[key])
            if self.is_early_value(key):
                states = [state for state, _ in exits]
                self.early_names |= self.leaf_names(after[key], states) - self.named_elsewhere(key, states)
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

    def kept_value(self, base: str, value: Any, ends: Any, number: int, without: Any) -> Any:
        """What a loop has set and leaves behind. What iterations set anew that leave it as it is (those that end in the
        blocks `without`), and what is carried to the next, is copied at the ends of those that set it."""
        if isinstance(value, Maybe):
            return Conflict("joined_kinds")
        if not isinstance(value, Value) or isinstance(value.kind, Static):
            return value
        if value.items is not None:
            parts = [
                self.kept_value(part_name(base, k), item, ends, number, without) for k, item in enumerate(value.items)
            ]
            if any(isinstance(part, Conflict) for part in parts):
                return Conflict("joined_objects")
            same = all(part is item for part, item in zip(parts, value.items))
            return value if same else self.make_tuple(parts, getattr(value.kind, "cls", None))
        names = trees.names_in(value.expr) | ({value.place.root.name} if value.place is not None else set())
        read = [self.info[each] for each in names if each in self.info]
        if not any(number in each.loops and is_set_again(each, without) for each in read):
            return value
        if value.object is not None or value.varied and isinstance(value.kind, Unknown):
            return Conflict("joined_objects")
        name = self.names.fresh(base)
        made = self.joined_value(name, value.kind, value.varied, [value])
        for state, pairs in ends:
            pairs.append((name, value.expr))
            self.note_second_name(state, base, value, made)
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
        return known is None or key[1] in known

    def marked_early(self, value: Any) -> bool:
        if not isinstance(value, Value):
            return False
        if value.items is not None:
            return any(map(self.marked_early, value.items))
        if value.object is not None:
            return True
        return isinstance(value.expr, gast.Name) and value.expr.id in self.info and self.info[value.expr.id].early

    def is_early_value(self, key: Any) -> bool:
        """Whether a variable is the one that holds what an early `return` in a loop returns."""
        last = self.frame.tree.body[-1] if isinstance(self.frame.tree, gast.FunctionDef) else None
        return getattr(last, "early", False) and key == (self.frame.number, last.value.id)

    def leaf_names(self, value: Any, states: list[dict[Any, Any]]) -> set[str]:
        """The names of the program that a value is made of."""
        if not isinstance(value, Value):
            return set()
        parts = list(value.items or ())
        if value.object is not None:
            parts += [state.get((value.object, key)) for state in states for key in value.object.keys]
        found = {name for part in parts for name in self.leaf_names(part, states)}
        return found | ({value.expr.id} if isinstance(value.expr, gast.Name) else set())

    def named_elsewhere(self, key: Any, states: list[dict[Any, Any]]) -> set[str]:
        """The names of the program that other variables stand for."""
        held = [(other, value) for state in states for other, value in state.items()]
        held = [(other, value) for other, value in held if other != key and not isinstance(other[0], Object)]
        return {name for _, value in held for name in self.leaf_names(value, states)}

    def give_early_values(self, value: Any, states: list[dict[Any, Any]]) -> None:
        """What an early return in a loop has set gets something to hold before the loop, as it is to be copied."""
        for name in sorted(self.leaf_names(value, states)):
            block, _ = self.early_homes.get(name, (None, None))
            if block is None or block is self.block:  # beside the loop, it is copied only where it was set
                continue
            self.give_early_value(name)

    def give_early_lists(self, names: list[str]) -> None:
        """A list has something to hold before the loop in any case: its adjoint is made like it, also if nothing was
        returned early."""
        for name in names:
            if isinstance(self.info[name].kind, List):
                self.give_early_value(name)

    def give_early_value(self, name: str) -> None:
        block, loop = self.early_homes.pop(name)
        at = next((k for k, each in enumerate(block) if each is loop), 0)
        kind = self.info[name].kind
        start: gast.AST = gast.List([], gast.Load()) if isinstance(kind, List) else trees.const(0.0)
        pairs = [(name, start if isinstance(kind, (List, Scalar, Array)) else trees.const(None))]
        node = gast.Assign([trees.name("_", store=True)], trees.const(None), None)
        node.effect, node.origin, node.loops, node.position = ir.Copy(pairs), None, self.loops, loop.position
        block.insert(at, node)

    def one_early_value(self, values: list[Any]) -> bool:
        """Whether these are one value, that an inner loop has set and that already has names of its own."""
        return self.marked_early(values[0]) and all(same_thing(value, values[0]) for value in values)

    def early_value(self, base: str, found: list[tuple[Any, list[Any]]]) -> Value | None:
        """What early returns have set in a loop, under names of its own, which no other variable has."""
        values = [value for value, _ in found]
        if any(not isinstance(value, Value) for value in values):
            return None
        first = values[0]
        if isinstance(first.kind, Static) and all(value.kind == first.kind for value in values):
            return first
        if all(value.items is not None and len(value.items) == len(first.items or ()) for value in values):
            items = []
            for k in range(len(first.items)):
                items.append(self.early_value(part_name(base, k), [(value.items[k], pairs) for value, pairs in found]))
            cls = first.kind.cls if isinstance(first.kind, Tuple) else None
            return None if None in items else self.make_tuple(items, cls)
        kind: Kind | None = None
        for value in values:
            kind = join(kind, value.kind)
        if any(value.items is not None or value.object is not None for value in values):
            return None
        if isinstance(kind, (Static, Mapping, Unknown)):
            return None
        name = self.names.fresh(base)
        made = self.joined_value(name, kind, any(value.varied for value in values), values)
        for value, pairs in found:
            pairs.append((name, value.expr))
        self.info[name].early = True
        return made

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
            if phi.place is not None and value.place is not None:
                root = phi.place.root
                if self.live_names is not None and value.place.root is not root:
                    self.note_sharing(state, self.phi_key, value, root, self.live_names, self.origin[1])
                if value.place.root not in root.sources and value.place.root is not root:
                    root.sources = (*root.sources, value.place.root)
                    self.note_written_source(root)
                    self.note_written_later(value.place.root, root)

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


def is_set_again(info: ir.Info, scopes: list[tuple[int, ...]]) -> bool:
    """Whether a name may be set in an iteration that ends in one of these blocks."""
    return info.carried or info.scope is None or any(info.scope == each[: len(info.scope)] for each in scopes)


def same_thing(a: Any, b: Any) -> bool:
    from s2sad.infer_branches import same_value

    if a is b or same_value(a, b):
        return True
    if isinstance(a, Value) and isinstance(b, Value):
        if a.object is not None and a.object is b.object:
            return True
        if a.items is not None and b.items is not None and len(a.items) == len(b.items):
            return all(same_thing(x, y) for x, y in zip(a.items, b.items))
        if isinstance(a.kind, Static) and a.kind == b.kind:
            return True
    return False
