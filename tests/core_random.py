"""Random programs full of jumps, and a way to run a function before and after it is brought into core form.

`python -m tests.core_random 20000` tries that many programs.
"""

import ast
import random
import re
import sys
import warnings

import gast

from s2sad.core import lower
from s2sad.core_form import is_core


class World:
    """What a program can call. Every call is noted, and what it gives depends on the seed and on how many came before."""

    def __init__(self, seed):
        self.seed = seed
        self.trace = []

    def random(self):
        return random.Random(self.seed * 100003 + len(self.trace)).random()

    def note(self, *what):
        self.trace.append(what)

    def c(self, k):
        """A condition."""
        answer = self.random() < 0.45 and len(self.trace) < 150
        self.note("c", k, answer)
        return answer

    def v(self, k=None):
        """A value."""
        answer = int(self.random() * 4)
        self.note("v", k, answer)
        return answer

    def boom(self, k):
        """Raises now and then."""
        answer = self.random()
        self.note("boom", k)
        if answer < 0.3:
            raise (KeyError if answer < 0.1 else ValueError)(k)

    def done(self):
        self.note("done")
        return len(self.trace) > 200

    def cm(self, k):
        return Manager(self, k)

    def names(self):
        return {name: getattr(self, name) for name in ("c", "v", "boom", "done", "cm", "note")}


class Manager:
    """A context manager that may swallow what is raised inside, or raise itself when it is left."""

    def __init__(self, world, k):
        self.world, self.k = world, k

    def __enter__(self):
        self.world.note("enter", self.k)
        return self

    def __exit__(self, kind, error, trace):
        answer = self.world.random()
        self.world.note("exit", self.k, kind)
        if self.k % 3 == 0 and answer < 0.4:
            raise ValueError("exit", self.k)
        return self.k % 2 == 0 and answer < 0.8 and kind is not None and issubclass(kind, Exception)


def run(function, arguments, world):
    """The value or exception of a call, and the trace of what it did."""
    try:
        result = ("value", function(*arguments))
    except Exception as error:
        result = ("raised", type(error), str(error), type(error.__context__))
    return result, world.trace


def parse(text):
    return gast.parse(text).body[0]


def show(tree):
    return ast.unparse(gast.gast_to_ast(tree))


def build(tree, names):
    """The function of a tree; each of its nodes must have a position."""
    module = gast.Module([tree], [])
    namespace = dict(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `assert (x, y)` and its like
        exec(compile(gast.gast_to_ast(module), "<core>", "exec"), namespace)
    return namespace[tree.name]


def differences(text, seeds):
    """What is wrong with the core form of a program, as a text; None if nothing is."""
    tree = parse(text)
    before = gast.dump(tree, include_attributes=True)
    core = lower(tree)
    if problems := is_core(core):
        return f"no core form: {problems}\n{show(core)}"
    if gast.dump(tree, include_attributes=True) != before:
        return "the input was changed"
    if show(lower(core)) != show(core):
        return f"lowered again:\n{show(core)}\n{show(lower(core))}"
    for seed in seeds:
        outcomes = []
        for one in (tree, core):
            world = World(seed)
            outcomes.append(run(build(one, world.names()), (seed % 5,), world))
        if outcomes[0] != outcomes[1]:
            return f"seed {seed}: {outcomes[0]}\n{outcomes[1]}\n{show(core)}"
    # and as text, which is what goes into files
    world = World(1)
    again = run(build(parse(show(core)), world.names()), (1,), world)
    world = World(1)
    return None if again == run(build(core, world.names()), (1,), world) else f"text differs:\n{show(core)}"


class Programs:
    """Makes programs: loops, branches, jumps of all kinds, `try`, `with`, `match`, `:=`, nested to a depth."""

    def __init__(self, seed, depth=4, finally_jumps=True):
        self.random = random.Random(seed)
        self.depth = depth
        self.finally_jumps = finally_jumps
        self.count = 0
        self.left = self.random.choice((6, 12, 25, 40))  # how many more statements may be made
        self.lines = []

    def text(self):
        self.lines = ["def f(x):", "    a = b = p = q = x", "    z = [0, 0]"]
        self.block(1, loop=False, jumps=True)
        if self.random.random() < 0.5:
            self.add(1, f"return {self.value()}")
        return "\n".join(self.lines)

    def add(self, level, line):
        self.lines.append("    " * level + line)

    def k(self):
        self.count += 1
        return self.count

    def value(self):
        forms = ("v({k})", "a", "a + b", "(a, b)", "{k}", "-1", "(w := v({k})) + w", "None", "z[0] + (a := v({k}))")
        if self.random.random() < 0.2:
            return self.expression(3)
        return self.random.choice(forms).format(k=self.k())

    def expression(self, depth):
        """Any expression; many of its parts have a `:=`."""
        if depth == 0:
            return self.random.choice(("v({k})", "c({k})", "a", "p", "q", "{k}", "(p := v({k}))", "(q := p)")).format(
                k=self.k()
            )
        forms = (
            "(p := E)", "(q := E)", "(E + E)", "(E - E)", "-E", "(not E)", "(E and E)", "(E or E or E)", "(E and E and E)",
            "(E if E else E)", "(E < E)", "(E < E <= E)", "(E == E != E < E)", "v((E, E)[0])", "v(k=E)", "z[E % 2]",
            "[E, E]", "(E, *[E, E], E)", "max(*[E, E], E, key=lambda v: v)", "{str(E): E, **{str(E): E}}", "z[E:E:1]",
            'f"{L}:{L!r}"', "sum([E for i in (1, 2)])", "[E for i in range(3) if E]", "{str(E): E for i in (1, 2)}",
            "[[E for p_ in (i, 1)] for i in (1, 2)]", "dict(k=E, **{'l': E})", "str(E).join([str(E)])", "z.count(E)",
        )  # fmt: skip
        return self.filled(self.random.choice(forms), depth - 1)

    def filled(self, form, depth):
        """A form with an expression for each E, and one without quotes for each L."""
        parts = re.split("([EL])", form)
        return "".join(self.expression(depth * (part == "E")) if part in ("E", "L") else part for part in parts)

    def test(self):
        forms = ["c({k})"] * 6 + [
            "not c({k})",
            "c({k}) and c({j})",
            "(w := c({k}))",
            "c({k}) and (w := c({j}))",
            "c({k}) or (w := v({j})) > 1 or c({k})",
            "a < (a := v({k})) < v({j})",
            "a is b",
            "v({k}) in (a, b)",
            "len([y for i in range(2) if (y := v({k}))]) > 1",
        ]
        if self.random.random() < 0.2:
            return self.expression(2)
        return self.random.choice(forms).format(k=self.k(), j=self.k())

    def block(self, level, loop, jumps):
        size = self.random.choice((1, 1, 2, 2, 3, 4) if level > 1 else (2, 3, 4, 5))
        for i in range(size):
            if i == 0 or self.left > 0:
                self.statement(level, loop, jumps)

    def statement(self, level, loop, jumps):
        compound = [self.if_] * 5 + [self.for_] * 2 + [self.while_] * 2 + [self.try_] * 2 + [self.with_, self.match]
        self.left -= 1
        if level <= self.depth and self.left > 0 and self.random.random() < 0.6:
            self.random.choice(compound)(level, loop, jumps)
        elif jumps and self.random.random() < 0.3:
            self.jump(level, loop)
        else:
            simple = (
                "note({k}, a, b)",
                "a = v({k})",
                "a = b = v({k})",
                "z[a % 2] = a = z[1] = v({k})",
                "b += (a := v({k}))",
                "z[a % 2] += (a := v({k}))",
                "boom({k})",
                "n: int = v({k})",
                "z = [a, (y := v({k})), *z][:2]",
                "pass",
                "E",
                "note(E, E)",
                "z[E] = z[E] = E",
                "z[E] += E",
                "p -= E",
                "assert E, E",
                "z[E], q = E, E",
            )
            line = self.random.choice(simple)
            self.add(level, self.filled(line.format(k=self.k()), 2))

    def jump(self, level, loop):
        choices = [f"return {self.value()}", f"return {self.value()}", "return", f"raise ValueError({self.k()})"]
        self.add(level, self.random.choice(choices + (["break", "continue"] * 3 if loop else [])))

    def if_(self, level, loop, jumps):
        self.add(level, f"if {self.test()}:")
        self.block(level + 1, loop, jumps)
        while self.random.random() < 0.25:
            self.add(level, f"elif {self.test()}:")
            self.block(level + 1, loop, jumps)
        if self.random.random() < 0.4:
            self.add(level, "else:")
            self.block(level + 1, loop, jumps)

    def for_(self, level, loop, jumps):
        self.add(level, f"for i in range(v({self.k()})):")
        self.block(level + 1, True, True)
        self.loop_else(level, loop, jumps)

    def while_(self, level, loop, jumps):
        if self.random.random() < 0.5:
            self.add(level, f"while {self.random.choice(('c({k})', '(w := c({k}))')).format(k=self.k())}:")
        else:
            self.add(level, "while True:")
            self.add(level + 1, f"if done(): {'return a' if jumps and self.random.random() < 0.3 else 'break'}")
        self.block(level + 1, True, True)
        self.loop_else(level, loop, jumps)

    def loop_else(self, level, loop, jumps):
        if self.random.random() < 0.3:
            self.add(level, "else:")
            self.block(level + 1, loop, jumps)

    def try_(self, level, loop, jumps):
        self.add(level, "try:")
        self.block(level + 1, loop, jumps)
        handlers = self.random.choice((0, 1, 1, 2))
        for i in range(handlers):
            self.add(level, ("except ValueError as e:", "except Exception:")[i])
            self.block(level + 1, loop, jumps)
        if handlers and self.random.random() < 0.3:
            self.add(level, "else:")
            self.block(level + 1, loop, jumps)
        if not handlers or self.random.random() < 0.3:
            self.add(level, "finally:")
            self.block(level + 1, loop, jumps and self.finally_jumps and self.random.random() < 0.3)

    def with_(self, level, loop, jumps):
        managers = ", ".join(f"cm({self.k()})" for _ in range(self.random.choice((1, 1, 1, 2))))
        self.add(level, f"with {managers}:")
        self.block(level + 1, loop, jumps)

    def match(self, level, loop, jumps):
        subject = self.random.choice(("v({k})", "(v({k}), a)", "z", "a"))
        self.add(level, f"match {subject.format(k=self.k())}:")
        patterns = (
            "0",
            "1 | 2",
            "[0, y]",
            "[y, 0] | [0, y]",
            "int(y)",
            "[y, _] if c({k})",
            "y if c({k})",
            "[p, q] if p < q",
        )
        for pattern in self.random.sample(patterns, self.random.choice((1, 2, 3))):
            self.add(level + 1, f"case {pattern.format(k=self.k())}:")
            self.block(level + 2, loop, jumps)
        if self.random.random() < 0.5:
            self.add(level + 1, "case _:")
            self.block(level + 2, loop, jumps)


def program(seed):
    return Programs(seed, depth=2 + seed % 4, finally_jumps=seed % 3 == 0).text()


def main(count, start=0):
    failures = 0
    for seed in range(start, start + count):
        text = program(seed)
        try:
            problem = differences(text, range(seed, seed + 6))
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        if problem:
            failures += 1
            print(f"=== program {seed} ({len(text.splitlines())} lines)")
            if failures < 4:
                print(text)
                print(problem)
    print(f"{count} programs, {failures} failures")
    return failures


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
