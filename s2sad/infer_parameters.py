"""Part of the stage `infer`: the parameters of f, and their parts."""

from __future__ import annotations

import copy
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import (
    Array,
    Dict,
    Dim,
    Kind,
    List,
    Mapping,
    Record,
    Scalar,
    Static,
    Tuple,
    Unknown,
    as_given,
    as_mapping,
    carries_gradient,
)
from s2sad.values import Object, Value


class Parameters:
    def parameter(self, name: str, kind: Kind) -> Value:
        ssa = self.names.fresh(name)
        chosen = name in self.request.params
        return self.input_value(trees.name(ssa), ssa, kind, chosen, (name,))

    def input_value(self, expr: gast.AST, ssa: str, kind: Kind, chosen: bool, site: tuple[Any, ...]) -> Value:
        """A parameter, or a part of one: leaves get names of their own, made when first read."""
        if isinstance(kind, Scalar) and kind.dtype == "int" and chosen and site not in self.facts.counts:
            kind = Scalar("real")
            self.leaf_sites[ssa] = site
        if isinstance(kind, Scalar) and kind.dtype == "int" and kind.symbol is None and not self.loops:
            key = ("parameter", site)  # arrays made with it are of one length
            kind = Scalar("int", Dim(key, any(key in pair for pair in self.request.equal)))
        if isinstance(kind, Tuple) and len(site) < 6:
            items = [self.input_part(expr, ssa, k, each, chosen, site) for k, each in enumerate(kind.items)]
            self.mark_unpacked(expr, [(*site, k) for k in range(len(items))], items)
            return Value(expr, kind, any(i.varied for i in items), items=items)
        kind = self.plain_if_needed(kind, ("param", *site))
        if isinstance(kind, Dict) and self.is_mapping_site(("param", *site)):
            kind = as_mapping(kind)
        if isinstance(kind, (Dict, Record)) and len(site) < 6:
            return self.input_object(expr, ssa, kind, chosen, site)
        varied = chosen and carries_gradient(kind) and not isinstance(kind, Unknown)
        place = None
        if isinstance(kind, (Array, List, Mapping)):
            root = self.new_root(("param", *site), ssa, kind)
            root.param = ".".join(map(str, site))
            root.given = kind
            root.kind = kind = self.kind_with_items(kind, root.site)
            varied = varied and getattr(kind, "item", kind) is not None
            varied = varied or root.site in self.facts.written and root.site in self.facts.results.get("varied", ())
            place = ir.Place(root)
            if root.site in self.facts.written and len(site) == 1 and expr.__class__ is gast.Name:
                self.emit_copy_of_parameter(ssa, as_given(kind, root.given))
        self.info[ssa] = ir.Info(kind, varied, place=place)
        return Value(expr if len(site) == 1 else trees.name(ssa), kind, varied, place=place)

    def input_object(self, expr: gast.AST, ssa: str, kind: Dict | Record, chosen: bool, site: tuple[Any, ...]) -> Value:
        """A dict or an object that is a parameter, or a part of one; one that is written is a copy of it."""
        parts = kind.items if isinstance(kind, Dict) else kind.fields
        by_name = isinstance(kind, Record) and kind.cls is not list
        cls = dict if isinstance(kind, Dict) else kind.cls
        thing = Object(cls, [key for key, _ in parts], param=site, site=("param", *site), block=self.block)
        varied = False
        copied = ("object", *site) in self.facts.written
        if copied:
            made = trees.call(trees.attr(expr, "copy"))
            if isinstance(kind, Record):
                made = trees.call(trees.attr(trees.name("copy", module=copy), "copy"), expr)
            self.add(gast.Assign([expr], made, None), ir.Plain(False))
            self.block[-1].parameter_copy = True
            self.block[-1].effect.pure = False
        for key, each in parts:
            part = self.input_part(expr, ssa, key, each, chosen, site, by_name)
            self.state[thing, key] = part
            varied = varied or part.varied
            if copied and part.place is not None and part.place.root.site in self.facts.written:
                target = trees.attr(expr, key) if by_name else trees.index(expr, trees.const(key))
                self.add(gast.Assign([target], part.expr, None), ir.Plain(False))
                self.block[-1].writes_part = thing
        self.info[ssa] = ir.Info(kind, varied)
        return Value(expr, kind, varied, object=thing)

    def input_part(
        self, expr: gast.AST, ssa: str, key: Any, kind: Kind, chosen: bool, site: Any, field: bool = False
    ) -> Value:
        base = self.part_names().get((*site, key)) or f"{ir.base_of(ssa)}_{key}"
        if not base.isidentifier():
            base = f"{ir.base_of(ssa)}_item"
        part_expr = trees.attr(expr, key) if field else trees.index(expr, trees.const(key))
        if isinstance(kind, Static):
            return Value(part_expr, kind)
        name = self.names.fresh(base)
        value = self.input_value(part_expr, name, kind, chosen, (*site, key))
        if value.expr.__class__ is gast.Name:
            self.add(trees.assign(name, part_expr), ir.Plain(True, 1))
            self.block[-1].taken_out = True
            self.info[name].statement = self.block[-1]
            if value.place is not None and value.place.root.site in self.facts.written:
                self.emit_copy_of_parameter(name, kind)
        return value

    def mark_unpacked(self, whole: gast.AST, sites: list[Any], items: list[Value]) -> None:
        """Where f has a name for each item of a tuple, `a = p[0]; b = p[1]` may become `a, b = p` (`unpacking.py`)."""
        if set(sites) <= self.part_names().keys():
            for k, item in enumerate(items):
                made = self.info[item.expr.id].statement if isinstance(item.expr, gast.Name) else None
                if made is not None:
                    made.unpacks = (whole, k, len(items))

    def part_names(self) -> dict[tuple[Any, ...], str]:
        """What f calls the parts of its parameters."""
        found = self.facts.results.get("part names")
        if found is None:
            found = self.facts.results["part names"] = names_of_parts(self.tree)
        return found

    def emit_copy_of_parameter(self, ssa: str, kind: Kind) -> None:
        """f writes into this parameter: the caller's own stays as it is, a copy is written."""
        self.look_at_parameter(ssa)
        if isinstance(kind, Mapping):
            keys = self.emit(
                trees.call(trees.builtin("list"), trees.name(ssa)), ir.Plain(True), List(None), False, "#keys"
            )
            next(root for root in self.roots if root.name == ssa).keys = keys.expr.id
        node = gast.Assign([trees.name(ssa)], self.deep_copy_expression(trees.name(ssa), kind), None)
        self.add(node, ir.Plain(False))
        node.parameter_copy = True

    def deep_copy_expression(self, expr: gast.AST, kind: Kind) -> gast.AST:
        if isinstance(kind, Array):
            if kind.rank is not None and kind.rank < 2:
                return trees.call(trees.attr(expr, "copy"))
            return trees.np_call("copy", expr)  # in the order in which the elements lie, as f's own array has them
        if isinstance(kind, List):
            if isinstance(kind.item, (Array, List, Mapping)):
                item = self.names.fresh("item")
                inner = self.deep_copy_expression(trees.name(item), kind.item)
                loop = gast.comprehension(trees.name(item, store=True), expr, [], 0)
                return gast.ListComp(inner, [loop])
            return trees.call(trees.name("list"), expr)
        if isinstance(kind, Mapping) and isinstance(kind.value, (Array, List, Mapping)):
            key, item = self.names.fresh("key"), self.names.fresh("item")
            target = gast.Tuple([trees.name(key, store=True), trees.name(item, store=True)], gast.Store())
            loop = gast.comprehension(target, trees.call(trees.attr(expr, "items")), [], 0)
            return gast.DictComp(trees.name(key), self.deep_copy_expression(trees.name(item), kind.value), [loop])
        return trees.call(trees.attr(expr, "copy"))


def names_of_parts(tree: gast.FunctionDef) -> dict[tuple[Any, ...], str]:
    """The names that a function gives to parts of its parameters, by the way that leads there.

    >>> tree = gast.parse("def f(p, q):\\n    (a, b), _ = p\\n    c = q['k'].x\\n    b = p[1]").body[0]
    >>> names_of_parts(tree)
    {('p', 0, 0): 'a', ('p', 0, 1): 'b', ('q', 'k', 'x'): 'c'}
    """
    parameters = {each.id for each in gast.walk(tree.args) if isinstance(each, gast.Name)}
    found: dict[tuple[Any, ...], str] = {}
    seen = {*parameters, "_"}

    def name(target: gast.AST, way: tuple[Any, ...] | None) -> None:
        if isinstance(target, (gast.Tuple, gast.List)):
            plain = not any(isinstance(each, gast.Starred) for each in target.elts)
            for k, each in enumerate(target.elts):
                name(each, (*way, k) if plain and way is not None else None)
        elif isinstance(target, gast.Name):
            if way is not None and len(way) > 1 and target.id not in seen:
                found.setdefault(way, target.id)
            seen.add(target.id)

    for node in trees.walk(tree):
        if isinstance(node, gast.Assign):
            for target in node.targets:
                name(target, way_to(node.value, parameters))
        elif isinstance(node, (gast.For, gast.AugAssign)):
            name(node.target, None)
    return found


def way_to(expr: gast.AST, parameters: set[str]) -> tuple[Any, ...] | None:
    """(parameter, key, attribute ...) of `parameter[key].attribute`; None of anything else."""
    if isinstance(expr, gast.Name):
        return (expr.id,) if expr.id in parameters else None
    inner = way_to(expr.value, parameters) if isinstance(expr, (gast.Subscript, gast.Attribute)) else None
    if inner is None:
        return None
    key = expr.attr if isinstance(expr, gast.Attribute) else getattr(expr.slice, "value", None)
    return (*inner, key) if isinstance(key, (str, int)) else None
