"""A seeded generator of gast trees with every kind of node, in all positions that the grammar allows."""

import random
import sys

import gast

from s2sad.printer import BlankLine, Comment

PYTHON = sys.version_info[:2]
LOAD, STORE, DEL = gast.Load(), gast.Store(), gast.Del()


class RandomTrees:
    """Makes every kind of node there is, in all positions that the grammar allows."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.in_fstring = 0

    def chance(self, probability):
        return self.random.random() < probability

    def several(self, make, least=0, most=3):
        return [make() for _ in range(self.random.randint(least, most))]

    def maybe(self, make, probability=0.5):
        return make() if self.chance(probability) else None

    def identifier(self):
        return self.random.choice(
            ["a", "b", "x", "y", "np", "match", "case", "type", "_", "x_grad", "a_long_name_here"]
        )

    def name(self, ctx=LOAD):
        return gast.Name(self.identifier(), ctx, None, None)

    def expression(self, depth=4):
        if depth <= 0 or self.chance(0.1):
            return self.random.choice([self.name, self.name, self.constant])()
        kinds = [self.binary, self.binary, self.unary, self.boolean, self.comparison, self.ternary, self.function]
        kinds += [self.walrus, self.waiting, self.generation, self.call, self.call, self.attribute, self.subscript]
        kinds += [self.collection, self.dictionary, self.comprehension, self.joined]
        return self.random.choice(kinds)(depth - 1)

    def constant(self):
        values = [0, 1, -1, 2.5, -2.0, 1e300, -1e-7, 1e999, 3j, True, False, None, ..., 10**30, "text", b"bytes", ""]
        if not self.in_fstring:
            values += ["it's", 'a "b"', "'\"", "\\", "a\nb", "\x00\x7f", "\ud800", "é\u200b", "{x}", b"\xff'", b"'\""]
        value = self.random.choice(values)
        return gast.Constant(value, "u" if isinstance(value, str) and self.chance(0.05) else None)

    def binary(self, depth):
        names = "Add Sub Mult MatMult Div Mod FloorDiv LShift RShift BitOr BitXor BitAnd Pow".split()
        op = getattr(gast, self.random.choice(names))()
        return gast.BinOp(self.expression(depth), op, self.expression(depth))

    def unary(self, depth):
        return gast.UnaryOp(self.random.choice([gast.USub, gast.UAdd, gast.Invert, gast.Not])(), self.expression(depth))

    def boolean(self, depth):
        values = self.several(lambda: self.expression(depth), 2)
        return gast.BoolOp(self.random.choice([gast.And, gast.Or])(), values)

    def comparison(self, depth):
        others = self.several(lambda: self.expression(depth), 1)
        names = "Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn".split()
        return gast.Compare(
            self.expression(depth), [getattr(gast, self.random.choice(names))() for _ in others], others
        )

    def ternary(self, depth):
        return gast.IfExp(self.expression(depth), self.expression(depth), self.expression(depth))

    def function(self, depth):
        return gast.Lambda(self.arguments(depth, annotated=False), self.expression(depth))

    def walrus(self, depth):
        return gast.NamedExpr(self.name(STORE), self.expression(depth))

    def waiting(self, depth):
        return gast.Await(self.expression(depth))

    def generation(self, depth):
        if self.chance(0.3):
            return gast.YieldFrom(self.expression(depth))
        return gast.Yield(self.maybe(lambda: self.expression(depth)))

    def starred(self, depth, probability=0.15):
        node = self.expression(depth)
        return gast.Starred(node, LOAD) if self.chance(probability) else node

    def call(self, depth):
        if self.chance(0.15):
            return gast.Call(self.expression(depth), [self.comprehension(depth, gast.GeneratorExp)], [])
        arguments = self.several(lambda: self.starred(depth))
        return gast.Call(self.expression(depth), arguments, self.keywords(depth))

    def keywords(self, depth):
        make = lambda: gast.keyword(self.maybe(self.identifier, 0.8), self.expression(depth))
        return self.several(make, 0, 2)

    def attribute(self, depth, ctx=LOAD):
        return gast.Attribute(self.expression(depth), self.identifier(), ctx)

    def subscript(self, depth, ctx=LOAD):
        def item():
            if self.chance(0.5):
                return gast.Slice(*(self.maybe(lambda: self.expression(depth - 1)) for _ in range(3)))
            return self.starred(depth, 0.1)

        items = self.several(item, 1)
        kinds = {type(item) for item in items}
        if len(items) == 1 and self.chance(0.8) and gast.Starred not in kinds:
            return gast.Subscript(self.expression(depth), items[0], ctx)
        if gast.Starred in kinds and gast.Slice in kinds and PYTHON < (3, 11):
            items = [item for item in items if not isinstance(item, gast.Starred)]
        return gast.Subscript(self.expression(depth), gast.Tuple(items, LOAD), ctx)

    def collection(self, depth):
        elements = self.several(lambda: self.starred(depth))
        kind = self.random.choice([gast.List, gast.Tuple, gast.Tuple, gast.Set])
        return gast.Set(elements or [self.name()]) if kind is gast.Set else kind(elements, LOAD)

    def dictionary(self, depth):
        values = self.several(lambda: self.expression(depth))
        return gast.Dict([self.maybe(lambda: self.expression(depth), 0.85) for _ in values], values)

    def comprehension(self, depth, kind=None):
        def generator():
            tests = self.several(lambda: self.expression(depth), 0, 2)
            return gast.comprehension(self.target(depth), self.expression(depth), tests, int(self.chance(0.1)))

        kind = kind or self.random.choice([gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp])
        generators = self.several(generator, 1, 2)
        if kind is gast.DictComp:
            return kind(self.expression(depth), self.expression(depth), generators)
        return kind(self.expression(depth), generators)

    def joined(self, depth, level=0):
        if self.in_fstring > 1:  # deeper than that, Python 3.10 has no quotes left
            return self.name()
        texts = (
            ["text ", "{", "}}", " = "] if self.in_fstring else ["text ", "{", "}}", "it's", '"', "\n\\", "\\N{", "é"]
        )
        values = []
        for _ in range(self.random.randint(0, 3)):
            if self.chance(0.5):
                values.append(gast.Constant(self.random.choice(texts), None))
            values.append(self.field(depth))
        if self.chance(0.5):
            values.append(gast.Constant(self.random.choice(texts), None))
        return gast.JoinedStr(values)

    def field(self, depth, in_format=False):
        self.in_fstring += 1
        value = self.expression(min(depth, 2))
        self.in_fstring -= 1
        conversion = self.random.choice([-1, -1, 114, 115, 97])
        choices = [[], [gast.Constant(">10", None)]]
        if not in_format:
            choices += [
                [self.field(0, True)],
                [gast.Constant(">", None), self.field(1, True), gast.Constant(".3", None)],
            ]
        spec = gast.JoinedStr(self.random.choice(choices)) if self.chance(0.3) else None
        return gast.FormattedValue(value, conversion, spec)

    def target(self, depth, star=False):
        kind = self.random.randint(0, 9)
        if depth <= 0 or kind < 4:
            target = self.name(STORE)
        elif kind < 6:
            target = self.attribute(depth - 1, STORE)
        elif kind < 8:
            target = self.subscript(depth - 1, STORE)
        else:
            elements = self.several(lambda: self.target(depth - 1, star=True))
            if sum(isinstance(element, gast.Starred) for element in elements) > 1:
                elements = elements[:1]
            return self.random.choice([gast.Tuple, gast.List])(elements, STORE)
        return gast.Starred(target, STORE) if star and self.chance(0.15) else target

    def single_target(self, depth, ctx=STORE):
        return self.random.choice([lambda d, c: self.name(c), self.attribute, self.subscript])(depth, ctx)

    def arguments(self, depth, annotated=True):
        def parameter(star=False):
            annotation = self.maybe(lambda: self.expression(1), 0.3 if annotated else 0)
            if star and annotation and PYTHON >= (3, 11) and self.chance(0.3):
                annotation = gast.Starred(annotation, LOAD)
            return gast.Name(self.identifier(), gast.Param(), annotation, None)

        plain, first, only = self.several(parameter), self.several(parameter, 0, 1), self.several(parameter, 0, 2)
        defaults = [self.expression(depth) for _ in range(self.random.randint(0, len(plain) + len(first)))]
        star, stars = self.maybe(lambda: parameter(True), 0.3), self.maybe(parameter, 0.3)
        only_defaults = [self.maybe(lambda: self.expression(depth)) for _ in only]
        return gast.arguments(plain, first, star, only, only_defaults, stars, defaults)

    def pattern(self, depth=3, star=False):
        kind = self.random.randint(0, 9)
        if star and self.chance(0.15):
            return gast.MatchStar(self.maybe(lambda: "rest"))
        if depth <= 0 or kind < 3:
            value = self.random.choice([1, -2.0, 2j, "text", b"b"])
            attribute = gast.Attribute(gast.Name("np", LOAD, None, None), "field", LOAD)
            nodes = [gast.MatchValue(gast.Constant(value, None)), gast.MatchValue(attribute)]
            nodes += [gast.MatchSingleton(None), gast.MatchAs(None, None), gast.MatchAs(None, "capture")]
            return self.random.choice(nodes)
        patterns = self.several(lambda: self.pattern(depth - 1))
        if kind < 5:
            return gast.MatchSequence(self.several(lambda: self.pattern(depth - 1, star=True)))
        if kind < 6:
            keys = [gast.Constant(self.random.choice(["key", 1, -3]), None) for _ in patterns]
            return gast.MatchMapping(keys, patterns, self.maybe(lambda: "rest"))
        if kind < 8:
            cls = gast.Name("Class", LOAD, None, None)
            cls = gast.Attribute(cls, "Class", LOAD) if self.chance(0.5) else cls
            named = self.several(lambda: self.pattern(depth - 1))
            return gast.MatchClass(cls, patterns, [f"field{k}" for k in range(len(named))], named)
        if kind < 9:
            return gast.MatchAs(self.pattern(depth - 1), "whole")
        return gast.MatchOr([*patterns, self.pattern(depth - 1), self.pattern(depth - 1)])

    def statement(self, depth=3):
        simple = [self.evaluation, self.assignment, self.assignment, self.update, self.annotation, self.leaving]
        simple += [self.importing, self.scope, self.assertion]
        compound = [self.branch, self.loop, self.context, self.attempt, self.definition, self.matching]
        node = self.random.choice(simple if depth <= 0 or self.chance(0.6) else compound)(max(depth - 1, 0))
        if self.chance(0.2):
            node.comments = self.random.choice([["a line"], ["two", "lines"], [""], ["text\nwith a break"]])
        return node

    def block(self, depth, least=1):
        body = self.several(lambda: self.statement(depth), least)
        for _ in range(self.random.choice([0, 0, 0, 1, 2]) if body else 0):
            pseudo = self.random.choice([BlankLine(), Comment("text"), Comment("")])
            body.insert(self.random.randint(0, len(body)), pseudo)
        return body

    def evaluation(self, depth):
        if self.chance(0.2):
            text = self.random.choice(["Doc.", 'A "doc".\n\n    More \\ \t', '"', '"""', "", "x\\", "\r\x00'''"])
            return gast.Expr(gast.Constant(text, None))
        return gast.Expr(self.expression())

    def assignment(self, depth):
        return gast.Assign(self.several(lambda: self.target(2), 1, 2), self.expression(), None)

    def update(self, depth):
        op = self.random.choice([gast.Add, gast.Pow, gast.FloorDiv, gast.MatMult, gast.RShift])()
        return gast.AugAssign(self.single_target(1), op, self.expression())

    def annotation(self, depth):
        target = self.single_target(1)
        simple = int(isinstance(target, gast.Name) and self.chance(0.7))
        return gast.AnnAssign(target, self.expression(2), self.maybe(self.expression), simple)

    def leaving(self, depth):
        error = self.maybe(lambda: self.expression(2))
        nodes = [
            gast.Return(self.maybe(self.expression)),
            gast.Raise(error, error and self.maybe(self.expression, 0.3)),
        ]
        return self.random.choice([*nodes, gast.Pass(), gast.Break(), gast.Continue()])

    def importing(self, depth):
        names = self.several(lambda: gast.alias(self.identifier(), self.maybe(self.identifier)), 1, 9)
        if self.chance(0.3):
            return gast.Import(names)
        level = self.random.randint(0, 4)
        module = self.random.choice(["a", "a.b.c"]) if not level or self.chance(0.5) else None
        return gast.ImportFrom(module, [gast.alias("*", None)] if self.chance(0.1) else names, level)

    def scope(self, depth):
        if self.chance(0.5):

            def target():
                if self.chance(0.2):
                    return gast.Tuple(self.several(lambda: self.single_target(1, DEL)), DEL)
                return self.single_target(2, DEL)

            return gast.Delete(self.several(target, 1))
        return self.random.choice([gast.Global, gast.Nonlocal])(self.several(self.identifier, 1, 9))

    def assertion(self, depth):
        return gast.Assert(self.expression(), self.maybe(self.expression))

    def branch(self, depth):
        orelse = self.random.choice([lambda: [], lambda: [self.branch(depth)], lambda: self.block(depth)])()
        return gast.If(self.expression(), self.block(depth), orelse)

    def loop(self, depth):
        body, orelse = self.block(depth), self.block(depth, 0)
        if self.chance(0.4):
            return gast.While(self.expression(), body, orelse)
        kind = gast.AsyncFor if self.chance(0.2) else gast.For
        return kind(self.target(2), self.expression(), body, orelse, None)

    def context(self, depth):
        items = self.several(lambda: gast.withitem(self.expression(), self.maybe(lambda: self.target(2))), 1)
        return self.random.choice([gast.With, gast.With, gast.AsyncWith])(items, self.block(depth), None)

    def attempt(self, depth):
        star = PYTHON >= (3, 11) and self.chance(0.3)

        def handler():
            if not star and self.chance(0.2):
                return gast.ExceptHandler(None, None, self.block(depth))
            name = self.maybe(lambda: gast.Name("error", STORE, None, None))
            return gast.ExceptHandler(self.expression(2), name, self.block(depth))

        handlers = self.several(handler, int(star), 2)
        last = self.block(depth, 0 if handlers else 1)
        body, orelse = self.block(depth), self.block(depth, 0) if handlers else []
        return (gast.TryStar if star else gast.Try)(body, handlers, orelse, last)

    def definition(self, depth):
        decorators, parameters = self.several(lambda: self.expression(2), 0, 2), self.type_parameters()
        body = self.block(depth)
        if self.chance(0.3):
            bases = self.several(lambda: self.starred(2))
            return gast.ClassDef(self.identifier(), bases, self.keywords(2), body, decorators, parameters)
        kind = gast.AsyncFunctionDef if self.chance(0.2) else gast.FunctionDef
        returns = self.maybe(lambda: self.expression(2))
        return kind(self.identifier(), self.arguments(1), body, decorators, returns, None, parameters)

    def type_parameters(self):
        if PYTHON < (3, 12):
            return []

        def parameter():
            default = self.maybe(self.name) if PYTHON >= (3, 13) else None
            if self.chance(0.5):
                return gast.TypeVar("T", self.maybe(lambda: self.expression(2)), default)
            return self.random.choice([gast.TypeVarTuple, gast.ParamSpec])("P", default)

        return self.several(parameter) if self.chance(0.3) else []

    def matching(self, depth):
        if PYTHON >= (3, 12) and self.chance(0.3):
            return gast.TypeAlias(self.name(STORE), self.type_parameters(), self.expression())
        case = lambda: gast.match_case(self.pattern(), self.maybe(lambda: self.expression(2), 0.3), self.block(depth))
        return gast.Match(self.expression(2), self.several(case, 1))


class QuotedTexts:
    """F-strings that can be evaluated, with whatever makes them hard to write: quotes, backslashes, braces, nesting."""

    TEXTS = ["a", "'", '"', "'\"", "\\", "\n", "{", "}}", '"""', "'''", "\\N{DASH}", "é\ud800", "#", "!r:", ""]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def constant(self):
        text = "".join(self.random.choices(self.TEXTS, k=self.random.randint(0, 3)))
        return gast.Constant(text, None)

    def joined(self, depth):
        values = []
        for _ in range(self.random.randint(0, 2)):
            values += [self.constant(), self.field(depth)]
        return gast.JoinedStr([*values, self.constant()])

    def field(self, depth):
        value = self.joined(depth - 1) if depth and self.random.random() < 0.7 else self.constant()
        if self.random.random() < 0.3:
            key = self.constant()
            value = gast.Subscript(gast.Dict([key], [value]), key, LOAD)
        return gast.FormattedValue(value, self.random.choice([-1, 114, 115, 97]), self.format())

    def format(self):
        width = gast.FormattedValue(gast.Constant(self.random.randint(1, 9), None), -1, None)
        if self.random.random() < 0.3:
            width.format_spec = gast.JoinedStr([gast.FormattedValue(gast.Constant("02d", None), -1, None)])
        fill = gast.Constant(
            self.random.choice(["{", "}", "\\", "'", '"', "\n", "x"]) + self.random.choice("<>^"), None
        )
        return gast.JoinedStr([fill, width]) if self.random.random() < 0.5 else None
