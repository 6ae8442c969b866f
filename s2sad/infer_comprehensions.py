"""Part of the stage `infer`: comprehensions: as they are where no gradient flows, else loops."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import is_pure, told_from_none
from s2sad.infer_fixed_lists import LONGEST
from s2sad.kinds import UNKNOWN, Array, List, Mapping, Scalar, Static
from s2sad.values import MISSING, Conflict, Value


class Comprehensions:
    def visit_ListComp(self, node: gast.ListComp, hint: str | None = None) -> Value:
        return self.comprehension(node, hint)

    def visit_GeneratorExp(self, node: gast.GeneratorExp) -> Value:
        made = self.comprehension(node, None)
        self.check_iterator(node, "this generator", made)
        if getattr(node, "rebound", False) and not self.quiet:
            raise self.refuse("runs_later", node, name="this generator")
        return made

    def visit_SetComp(self, node: gast.SetComp) -> Value:
        made = self.comprehension(node, None)
        if isinstance(made.expr, gast.SetComp):
            return made
        if made.varied:
            raise self.refuse("active_set", node)
        return self.call_value(Value(trees.builtin("set"), Static(set)), [made], {}, node)

    def comprehension(self, node: Any, hint: str | None) -> Value:
        """[e for x in xs if c]: as it is if no gradient flows, else a loop that appends."""
        if self.inert_comprehension(node):
            return Value(
                self.renamed(node, set()),
                UNKNOWN if not isinstance(node, gast.ListComp) else List(self.comprehension_kind(node)),
            )
        if self.quiet:
            return Value(self.renamed(node, set()), UNKNOWN, True)
        with self.prepared(node):
            return self.loop_of_comprehension(node, hint)

    def loop_of_comprehension(self, node: Any, hint: str | None) -> Value:
        names = {each.id for g in node.generators for each in trees.walk(g.target) if isinstance(each, gast.Name)}
        site = ("comprehension", self.path, id(node))
        unrolled, counted_out = self.unrolled_comprehension(node, site)
        if unrolled is not None:
            return self.make_fixed_list(unrolled, hint, site) or self.make_list(unrolled, hint)
        saved = {(self.frame.number, name): self.state.get((self.frame.number, name)) for name in names}
        self.frame.locals.update(names)
        made = self.make_list([], hint or "items")

        def level(k: int) -> Any:
            def body() -> None:
                if k < len(node.generators):
                    generator = node.generators[k]
                    it = self.iteration(generator.iter)
                    if k == 0:  # read outside of the comprehension; its own variables are others than those around it
                        self.state = {key: value for key, value in self.state.items() if key not in saved}
                    self.for_loop(it, generator.target, conditions(k, 0), (node if k == 0 else generator))
                else:
                    self.list_method(made, "append", [self.settle(self.visit(node.elt))], node)

            return body

        def conditions(k: int, c: int) -> Any:
            tests = node.generators[k].ifs

            def body() -> None:
                if c == len(tests):
                    level(k + 1)()
                    return
                test = self.test(tests[c])
                if isinstance(test, bool):
                    if test:
                        conditions(k, c + 1)()
                    return
                self.branch(test, conditions(k, c + 1), lambda: None)

            return body

        boxed_before = len(self.boxed_objects)
        level(0)()
        for key, value in saved.items():
            if value is None:
                self.state.pop(key, None)
            else:
                self.state[key] = value
        if counted_out:
            self.boxed_lists += [(site, thing) for thing in self.boxed_objects[boxed_before:]]
        return made

    def numbers_run_over(self, it: Any) -> list[Value] | None:
        """The numbers that a loop over a short range that is known runs over."""
        bounds = [trees.literal(each) for each in it.range] if it.what == "range" else [None]
        if not all(isinstance(each, int) for each in bounds) or len(numbers := range(*bounds)) > LONGEST:
            return None
        return [self.key_value(k) for k in numbers]

    def unrolled_comprehension(self, node: Any, site: Any) -> tuple[list[Value] | None, bool]:
        """The items of one over what is followed item by item, and of one that makes such a list. And whether it runs
        over a range that is written out, so that it could make one."""
        generator = node.generators[0]
        if len(node.generators) != 1 or generator.ifs:
            return None, False
        before, block = dict(self.state), len(self.block)
        it = self.iteration(generator.iter)
        numbers = self.numbers_run_over(it)
        if numbers is not None and site in self.facts.results.get("followed_lists", ()):
            it.what, it.items = "unroll", numbers
        if it.what != "unroll":
            self.state = before
            del self.block[block:]
            return None, numbers is not None
        made = []
        names = {each.id for each in trees.walk(generator.target) if isinstance(each, gast.Name)}
        saved = {name: self.state.get((self.frame.number, name)) for name in names}
        self.frame.locals.update(names)
        for item in it.items:
            self.bind(generator.target, item)
            made.append(self.settle(self.visit(node.elt)))
        for name, value in saved.items():
            if value is None:
                self.state.pop((self.frame.number, name), None)
            else:
                self.state[self.frame.number, name] = value
        return made, False

    def visit_DictComp(self, node: gast.DictComp, hint: str | None = None) -> Value:
        if self.inert_comprehension(node):
            kind, expr = self.comprehension_kind(node), self.renamed(node, set())
            if self.quiet or not isinstance(kind, Scalar) or kind.dtype not in ("int", "float"):
                return Value(expr, UNKNOWN)
            return self.emit(expr, ir.Plain(is_pure(expr)), Mapping(None, Scalar(kind.dtype)), False, hint)
        with self.prepared(node):
            return self.dict_of_comprehension(node, hint)

    def dict_of_comprehension(self, node: gast.DictComp, hint: str | None) -> Value:
        generator = node.generators[0]
        it = self.iteration(generator.iter)
        if len(node.generators) != 1 or generator.ifs or it.what != "unroll":
            if self.quiet:
                return Value(self.renamed(node, set()), UNKNOWN, True)
            return self.mapping_comprehension(node, hint)
        parts = {}
        for each in trees.walk(generator.target):
            if isinstance(each, gast.Name):
                self.frame.locals.add(each.id)
        for item in it.items:
            self.bind(generator.target, item)
            key = self.known(self.visit(node.key))
            if key is MISSING:
                return self.mapping_comprehension(node, hint)
            parts[key] = self.visit(node.value)
            if not self.quiet:
                parts[key] = self.settle(parts[key])
        return self.make_dict(parts, hint)

    def inert_comprehension(self, node: Any) -> bool:
        """Whether no gradient flows through it and it calls nothing that exists only here."""
        if self.needs_statements(node):
            return False
        if isinstance(getattr(node, "elt", None), (gast.Name, gast.Subscript, gast.Attribute)):
            kind = self.comprehension_kind(node)
            if isinstance(kind, (Array, List, Mapping)):
                return False  # its items are other names for memory that was there before
        for each in trees.walk(node):
            if isinstance(each, gast.Call) and self.may_write(each):
                return False
            if isinstance(each, gast.Name):
                found = self.lookup_quietly(each.id)
                if (
                    isinstance(found, Conflict)
                    or isinstance(found, Value)
                    and self.is_optional(found)
                    or isinstance(found, Value)
                    and (found.varied or found.items is not None or found.object is not None)
                ):
                    return False
        return True

    def renamed(self, node: Any, bound: set[str]) -> Any:
        """An expression with the function's names in single assignment; names that it binds itself stay."""
        bound = bound | {
            each.id
            for g in trees.walk(node)
            if isinstance(g, gast.comprehension)
            for each in trees.walk(g.target)
            if isinstance(each, gast.Name)
        }
        bound |= {each.id for g in trees.walk(node) if isinstance(g, gast.arguments) for each in g.args}

        def change(tree: Any) -> Any:
            if isinstance(tree, gast.Name):
                return tree if tree.id in bound else self.visit(tree).expr
            if not isinstance(tree, gast.AST):
                return tree
            made = ir.statement_copy(tree)
            for name in tree._fields:
                value = getattr(tree, name, None)
                if isinstance(value, list):
                    setattr(made, name, [change(item) for item in value])
                elif isinstance(value, gast.AST) and not isinstance(value, gast.expr_context):
                    setattr(made, name, change(value))
            return told_from_none(made)

        return change(node)
