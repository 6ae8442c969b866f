"""Part of the stage `infer`: dicts whose keys are not known before the function runs.

A dict starts as one of known keys, an Object whose parts are variables of their own. Where it is read or written with
a key that is not known, the walk begins again with the dict as a Mapping: memory whose shadow is a dict with the same
keys.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.infer_boxes import boxes_site
from s2sad.kinds import (
    BOOL,
    FLOAT,
    INT,
    UNKNOWN,
    Dict,
    Kind,
    List,
    Mapping,
    Never,
    Static,
    Unknown,
    as_mapping,
    carries_gradient,
    join,
    join_all,
)
from s2sad.values import Object, Restart, Value, own_variable, shown_variable


class Mappings:
    # ---------------------------------------------------------------- when a dict becomes a mapping
    def need_mapping(self, thing: Object, node: Any) -> None:
        """A dict is used with a key that is not known: the walk begins again with it as a mapping."""
        sites = self.mapping_sites(thing, set())
        known = self.facts.results.setdefault("mappings", set())
        if not sites or sites <= known:
            raise self.refuse("unknown_key", node)
        known |= sites
        raise Restart

    def need_mappings(self, things: list[Object], node: Any) -> None:
        """Dicts or lists that may be one or the other have different keys."""
        if any(thing.cls is not things[0].cls for thing in things) or things[0].cls not in (dict, list):
            raise self.refuse("joined_objects", node, name="it")
        joined = Object(things[0].cls, [], sources=tuple(things))
        if things[0].cls is dict:
            self.need_mapping(joined, node)
        else:
            self.need_plain_list(joined, node)

    def need_same_form(self, a: Value, b: Value) -> None:
        """A dict of known keys beside a mapping becomes one too, a list of many kinds beside a list a plain one."""
        for one, other in ((a, b), (b, a)):
            if one.object is None or other.object is not None:
                continue
            if one.object.cls is dict and isinstance(other.kind, Mapping):
                self.need_mapping(one.object, None)
            if one.object.cls is list and isinstance(other.kind, List):
                self.need_plain_list(one.object, None)

    def check_same_block(self, thing: Object, node: Any) -> None:
        """A key that is new, or goes, in a branch or a loop: which keys there are is not known afterwards."""
        if thing.block is not None and thing.block is not self.block and thing.cls in (dict, list):
            self.need_mappings([thing], node)

    def mapping_sites(self, thing: Object, seen: set[int]) -> set[Any]:
        if id(thing) in seen:
            return set()
        seen.add(id(thing))
        found = set() if thing.site is None else {thing.site}
        for each in thing.sources:
            found |= self.mapping_sites(each, seen)
        return found

    def dict_site(self) -> Any:
        key = ("dict", self.path, id(self.origin[1]))
        self.site_counts[key] = self.site_counts.get(key, 0) + 1
        return *key, self.site_counts[key]

    def is_mapping_site(self, site: Any) -> bool:
        return site in self.facts.results.get("mappings", ())

    def kind_with_items(self, kind: Kind, site: Any) -> Kind:
        """The kind of a list or mapping, with what is put into it later."""
        item = kind.item if isinstance(kind, List) else None
        if isinstance(item, Dict) and self.is_mapping_site(boxes_site([key for key, _ in item.items])):
            kind = List(as_mapping(item), kind.cls)
        found, _ = self.facts.list_items.get(site, (None, False))
        if found is not None and isinstance(kind, List):
            return List(join(kind.item, found), kind.cls)
        if found is not None and isinstance(kind, Mapping):
            return Mapping(None, join(kind.value, found), kind.default)
        return kind

    # ---------------------------------------------------------------- making one
    def mapping_of(self, parts: dict[Any, Value], hint: str | None, site: Any, node: Any = None) -> Value:
        """A mapping that begins with items of known keys."""
        values = [self.boxed(self.settle(value)) for value in parts.values()]
        kind = join_all(value.kind for value in values)
        whole = self.kind_with_items(Mapping(None, kind or Never()), site)
        varied = any(value.varied for value in values) or self.facts.list_items.get(site, (None, False))[1]
        if varied and isinstance(whole.value, Unknown):
            raise self.refuse("unknown_key", node)
        varied = varied and carries_gradient(whole.value)
        exprs = [self.operand(value) for value in values]
        op: ir.Op = ir.Plain(False)
        if varied:
            op = ir.Pack(exprs, [value.kind for value in values])
            op.keys = list(parts)
        made = self.emit(gast.Dict([self.key_node(key) for key in parts], exprs), op, whole, varied, hint, site)
        for value in parts.values():
            self.note_held(made.place.root, value, node)
        return made

    def make_mapping(self, node: gast.Dict, hint: str | None) -> Value:
        """{k: v, ...} with keys that are not known: an empty one, then a store for each."""
        pairs = []
        for key, each in zip(node.keys, node.values):
            value = self.visit(each)
            pairs.append((None if key is None else self.visit(key), value if key is None else self.settle(value)))
            if pairs[-1][0] is not None:
                self.check_key(pairs[-1][0], key)
        inert = all(key is not None and not value.varied for key, value in pairs)
        if self.quiet or inert:
            kind = join_all(value.kind for _, value in pairs)
            made = gast.Dict(
                [None if key is None else key.expr for key, _ in pairs], [value.expr for _, value in pairs]
            )
            if self.quiet:
                return Value(made, Mapping(None, kind), any(value.varied for _, value in pairs))
            site = self.dict_site()
            made_value = self.emit(made, ir.Plain(False), Mapping(None, kind), False, hint, site)
            made_value.varied = self.info[made_value.expr.id].varied
            return made_value
        pairs = [(None if key is None else self.settle(key), value) for key, value in pairs]
        made_value = self.mapping_of({}, hint, self.dict_site(), node)
        for key, value in pairs:
            if key is None:
                self.mapping_update(made_value, value, node)
            else:
                self.mapping_store(made_value, key, value, node)
        return made_value

    def check_key(self, key: Value, node: Any) -> None:
        """A key is told apart, not computed with: what is read from the keys of a dict has no gradient."""
        for each in key.items if key.items is not None else [key]:
            self.use_as_integer(each)
            if each.varied and not self.quiet:
                raise self.refuse("active_key", node)

    def mapping_store(self, base: Value, key: Value, value: Value, node: Any) -> None:
        self.check_key(key, node)
        index = self.key_expression(key)
        self.store(base, index, [("unknown", None)], base.kind.value or UNKNOWN, self.settle(value), None, node)

    def key_expression(self, key: Value) -> gast.AST:
        if key.items is not None:
            return gast.Tuple([self.key_expression(item) for item in key.items], gast.Load())
        return key.expr if self.trivial(key.expr) or isinstance(key.kind, Static) else self.settle(key).expr

    def mapping_update(self, base: Value, other: Value, node: Any) -> None:
        """base.update(other)."""
        if other.object is not None and other.object.cls is dict:
            for key in list(other.object.keys):
                self.mapping_store(base, self.key_value(key), self.state[other.object, key], node)
            return
        if not isinstance(other.kind, Mapping):
            if other.varied:
                raise self.refuse("unknown_key", node)
            self.note_store(base.place, False, node, "items")
            self.add(gast.Expr(trees.call(trees.attr(base.expr, "update"), other.expr)), ir.Plain(False))
            return
        it = self.mapping_iteration(self.settle(other), "items", node)
        self.with_loop_names(
            [own_variable("key"), own_variable("item")],
            lambda names: self.for_loop(
                it,
                gast.Tuple(
                    [gast.Name(own_variable(n), gast.Store(), None, None) for n in ("key", "item")], gast.Store()
                ),
                lambda: self.mapping_store(base, self.state[names[0]], self.state[names[1]], node),
                node,
            ),
        )

    def with_loop_names(self, names: list[str], run: Any) -> None:
        """Runs something with loop variables of our own; the user's variables of that name stay as they were."""
        keys = [(self.frame.number, name) for name in names]
        kept = [self.state.pop(key, None) for key in keys]
        run(keys)
        for key, value in zip(keys, kept):
            self.state.pop(key, None)
            if value is not None:
                self.state[key] = value

    def mapping_copy(self, value: Value, node: Any, hint: str | None) -> Value:
        made = self.mapping_of({}, hint, self.dict_site(), node)
        self.mapping_update(made, value, node)
        return made

    def merged(self, left: Value, right: Value, node: Any, hint: str | None) -> Value:
        """left | right, of dicts."""
        if left.object is not None and right.object is not None:
            parts = {key: self.state[left.object, key] for key in left.object.keys}
            parts.update({key: self.state[right.object, key] for key in right.object.keys})
            return self.make_dict(parts, hint)
        if not left.varied and not right.varied and left.object is None and right.object is None:
            return self.emit(
                gast.BinOp(left.expr, gast.BitOr(), right.expr),
                ir.Plain(False),
                join(left.kind, right.kind),
                False,
                hint,
            )
        made = self.mapping_of({}, hint, self.dict_site(), node)
        self.mapping_update(made, left, node)
        self.mapping_update(made, right, node)
        return made

    def is_dict(self, value: Value) -> bool:
        return isinstance(value.kind, Mapping) or value.object is not None and value.object.cls is dict

    def call_defaultdict(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        """defaultdict(float): a mapping that gets an item where a missing key is read."""
        factory = args[0].static if args else None
        if len(args) != 1 or keywords or self.quiet or factory not in (float, int, list, dict):
            if any(value.varied for value in [*args, *keywords.values()]):
                raise self.refuse("rule_keyword", node, name="defaultdict", keywords="these arguments")
            return None
        first: Kind = {float: FLOAT, int: INT}.get(factory, Never())
        site = self.dict_site()
        whole = self.kind_with_items(Mapping(None, first, factory), site)
        varied = self.facts.list_items.get(site, (None, False))[1] and carries_gradient(whole.value)
        expr = trees.call(function.expr, args[0].expr)
        return self.emit(expr, ir.Plain(False), whole, varied, hint, site)

    def ensure_key_of(self, base: Value, slice_node: gast.AST, node: Any) -> None:
        if base.kind.default is not None and not self.quiet:
            base = self.settle(base)
            index, _, values = self.index_expression(slice_node, base)
            for each in values:
                self.check_key(each, slice_node)
            self.ensure_key(base, index, node)

    def ensure_key(self, base: Value, index: gast.AST, node: Any) -> None:
        """Of a defaultdict: the item of a key that is missing is made before it is read."""
        factory = base.kind.default
        if factory is None or self.quiet:
            return
        test = self.emit(gast.Compare(index, [gast.NotIn()], [base.expr]), ir.Plain(True), BOOL, False, "#c").expr

        def insert() -> None:
            made = (
                self.make_list([])
                if factory is list
                else self.make_dict({})
                if factory is dict
                else self.key_value(factory())
            )
            self.store(base, index, [("unknown", None)], base.kind.value or UNKNOWN, self.settle(made), None, node)

        self.branch(test, insert, lambda: None)

    # ---------------------------------------------------------------- using one
    def mapping_iteration(self, owner: Value, view: str, node: Any) -> Any:
        """Over a mapping's keys, values or items; its keys at this moment are kept for the reverse sweep."""
        from s2sad.infer_loops import Iteration

        owner = self.settle(owner)
        listed = trees.call(trees.builtin("list"), owner.expr)
        mark_pure(listed)
        keys = self.emit(listed, ir.Plain(True), List(owner.kind.key or UNKNOWN), False, "#keys")
        count = self.length_of(keys.expr)
        expr = owner.expr if view == "keys" else trees.call(trees.attr(owner.expr, view))
        if view == "keys":
            return Iteration(keys.expr, count, "sequence", value=keys)
        made = Iteration(expr, count, "mapping", value=keys)
        made.owner, made.names = owner, view
        return made

    def bind_mapping(self, it: Any, index: gast.AST, pattern: Any) -> tuple[Value, gast.AST]:
        both = it.names == "items"
        patterns = (
            pattern.elts
            if both and isinstance(pattern, (gast.Tuple, gast.List)) and len(pattern.elts) == 2
            else [None, pattern]
        )
        hints = [
            shown_variable(each.id) if isinstance(each, gast.Name) else default
            for each, default in zip(patterns, ("key", "item"))
        ]
        key = self.item_at(it.value, index, hints[0])
        value = self.item_at(it.owner, key.expr, hints[1])
        if not both:
            return value, trees.name(value.expr.id, store=True)
        return self.make_tuple([key, value]), gast.Tuple(
            [trees.name(each.expr.id, store=True) for each in (key, value)], gast.Store()
        )

    def mapping_method(
        self, owner: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        call = gast.Call(
            trees.attr(owner.expr, name), [v.expr for v in args], [gast.keyword(k, v.expr) for k, v in keywords.items()]
        )
        none = Value(trees.const(None), Static(None))
        if self.quiet:
            kind = owner.kind.value or UNKNOWN if name in ("get", "pop", "setdefault") else UNKNOWN
            return Value(call, kind, owner.varied)
        owner = self.settle(owner)
        if name == "get":
            key = self.key_expression(self.settle(args[0]))
            test = self.emit(gast.Compare(key, [gast.In()], [owner.expr]), ir.Plain(True), BOOL, False, "#c").expr
            default = args[1] if len(args) > 1 else none
            return self.choose(test, lambda: self.mapping_item(owner, key), lambda: self.settle(default), None)
        if name == "setdefault":
            key = self.key_expression(self.settle(args[0]))
            test = self.emit(gast.Compare(key, [gast.NotIn()], [owner.expr]), ir.Plain(True), BOOL, False, "#c").expr
            value = self.settle(args[1])
            self.branch(test, lambda: self.mapping_store(owner, args[0], value, node), lambda: None)
            return self.mapping_item(owner, key)
        if name == "update":
            for other in args:
                self.mapping_update(owner, other, node)
            for key, value in keywords.items():
                self.mapping_store(owner, self.key_value(key), value, node)
            return none
        if name == "copy":
            return self.mapping_copy(owner, node, None)
        if name in ("keys", "values", "items"):
            if name == "keys" or not owner.varied:
                kind = List({"keys": owner.kind.key, "values": owner.kind.value}.get(name) or UNKNOWN)
                listed = trees.call(trees.builtin("list"), trees.call(trees.attr(owner.expr, name)))
                made = self.emit(listed, ir.Plain(False), kind, False, "#keys" if name == "keys" else name)
            else:
                made = self.collected(self.mapping_iteration(owner, name, node), node, name)
            made.view = name
            return made
        if name == "pop":
            return self.mapping_pop(owner, args, node)
        if owner.varied or any(v.varied for v in args):
            raise self.refuse("dict_method", node, name=name)
        if owner.place is not None and name in ("clear", "popitem"):
            self.note_store(owner.place, False, node, "items")
        return self.opaque_call(Value(trees.attr(owner.expr, name), UNKNOWN), args, keywords, node)

    def mapping_item(self, owner: Value, key: gast.AST) -> Value:
        return self.unboxed(self.item_at(owner, key, "item"))

    def mapping_pop(self, owner: Value, args: list[Value], node: Any) -> Value:
        key = self.key_expression(self.settle(args[0]))
        kind = owner.kind.value or UNKNOWN

        def taken() -> Value:
            call = trees.call(trees.attr(owner.expr, "pop"), key)
            self.note_store(owner.place, False, node, "items")
            op: ir.Op = ir.Pop(owner.place, kind, key) if owner.varied else ir.Plain(False)
            made = self.emit(call, op, kind, owner.varied and carries_gradient(kind))
            self.note_taken_out(owner.place.root, made, node)
            return self.unboxed(made)

        if len(args) == 1:
            return taken()
        test = self.emit(gast.Compare(key, [gast.In()], [owner.expr]), ir.Plain(True), BOOL, False, "#c").expr
        return self.choose(test, taken, lambda: self.settle(args[1]), None)

    def delete_from_mapping(self, base: Value, slice_node: gast.AST, node: Any) -> None:
        key = self.settle(self.visit(slice_node))
        if base.varied:
            self.mapping_pop(self.settle(base), [key], node)
            return
        self.note_store(base.place, False, node, "items")
        self.add(gast.Delete([trees.index(base.expr, self.key_expression(key))]), ir.Plain(False))
        self.effects += 1

    def mapping_comprehension(self, node: gast.DictComp, hint: str | None) -> Value:
        """{k: v for ...}, as a loop that stores."""
        names = {each.id for g in node.generators for each in trees.walk(g.target) if isinstance(each, gast.Name)}
        self.frame.locals.update(names)
        made = self.mapping_of({}, hint, self.dict_site(), node)

        def store() -> None:
            key = self.settle(self.visit(node.key))
            self.mapping_store(made, key, self.settle(self.visit(node.value)), node)

        self.with_loop_names(sorted(names), lambda keys: self.generators(node, 0, store))
        return made

    def generators(self, node: Any, k: int, innermost: Any) -> None:
        """The loops and conditions of a comprehension, from the k-th on."""
        if k == len(node.generators):
            innermost()
            return
        generator = node.generators[k]

        def conditions(c: int) -> None:
            if c == len(generator.ifs):
                self.generators(node, k + 1, innermost)
                return
            test = self.test(generator.ifs[c])
            if isinstance(test, bool):
                if test:
                    conditions(c + 1)
                return
            self.branch(test, lambda: conditions(c + 1), lambda: None)

        self.for_loop(
            self.iteration(generator.iter), generator.target, lambda: conditions(0), node if k == 0 else generator
        )

    def dict_of_pairs(self, node: gast.Call, hint: str | None) -> Value | None:
        """dict(zip(keys, values)), of keys that are not known."""
        function = self.visit(node.args[0].func)
        if function.static not in (zip, enumerate) or node.keywords or self.quiet:
            return None
        it = self.called_iteration(function, node.args[0])
        if it is None or it.what == "unroll":
            return (
                None
                if it is None
                else self.call_dict(
                    Value(trees.builtin("dict"), Static(dict)), [self.make_tuple(list(it.items))], {}, node, hint
                )
            )
        if not iteration_varies(it):
            return self.emit(
                trees.call(trees.builtin("dict"), it.expr),
                ir.Plain(False),
                Mapping(None, None),
                False,
                hint,
                self.dict_site(),
            )
        made = self.mapping_of({}, hint, self.dict_site(), node)
        pattern = gast.Tuple(
            [gast.Name(own_variable(n), gast.Store(), None, None) for n in ("key", "item")], gast.Store()
        )
        self.with_loop_names(
            [own_variable("key"), own_variable("item")],
            lambda names: self.for_loop(
                it, pattern, lambda: self.mapping_store(made, self.state[names[0]], self.state[names[1]], node), node
            ),
        )
        return made


def iteration_varies(it: Any) -> bool:
    return it.value is not None and it.value.varied or any(iteration_varies(part) for part in it.parts)
