"""Random programs over lists of pairs, of short lists and of dicts: items are taken out, read and written part by part, put
in the place of others, and the list grows, shrinks and moves its items meanwhile. What is read of an item adds to that
part of the list's adjoint only while the item stays where it is.

    python -m tests.random_items 0 5000    # these seeds, each with the sizes 2 and 4
"""

from __future__ import annotations

import functools

from .random_branches import main
from .random_indices import TESTS, VALUES, Writer, judged

FORMS = (("({}, {})", "0", "1"), ("[{}, {}]", "0", "1"), ('{{"u": {}, "v": {}}}', '"u"', '"v"'))
INDEX = ("{v}", "{v}", "{v}", "{v} + 1", "{v} - 1", "-1", "0", "1", "n", "-{v} - 1", "n - {v}")
MOVES = ("ps.append({item})", "ps.insert(0, {item})", "ps.pop()", "ps.pop(0)", "ps.append(ps.pop(0))", "ps.append({name})",
         "ps.insert(1, ps.pop())", "ps.reverse()", "qs.append({name})", "qs.append({item})", "ps.extend(qs)")  # fmt: skip
TAKES = ("q = ps[{i}]", "q = ps[{i}]", "r = ps[{i}]", "r = q", "q = qs[{i}]", "r = ps[{i}] if x.real > 0.1 else q",
         "q, r = r, q", "q, r = ps[{i}], ps[{j}]", "ps[{i}], ps[{j}] = ps[{j}], ps[{i}]", "q = ps[1:][{i}]", "qs = ps[cut]",
         "r = ps[::-1][{i}]", "qs = ps[1:]", "qs = list(ps)")  # fmt: skip


class Items(Writer):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.form, *self.keys = FORMS[seed % 3]
        self.still = 0  # how many loops around go through the list itself

    def index(self, loops: list[str]) -> str:
        v = self.rng.choice([each for each in loops if len(each) == 1] or ["k"])
        return self.rng.choice(INDEX).format(v=v)

    def part(self, loops: list[str]) -> str:
        whole = self.rng.choice(("q", "q", "r", f"ps[{self.index(loops)}]", f"qs[{self.index(loops)}]"))
        return f"{whole}[{self.rng.choice(self.keys)}]"

    def element(self, loops: list[str]) -> str:
        return self.part(loops) if self.rng.random() < 0.8 else f"a[{self.index(loops)}]"

    def value(self, loops: list[str]) -> str:
        return self.rng.choice(VALUES).format(r=self.element(loops), s=self.element(loops))

    def item(self, loops: list[str]) -> str:
        return self.form.format(self.value(loops), self.value(loops))

    def statement(self, loops: list[str], indent: str) -> None:
        what = self.rng.random()
        if what < 0.3:
            form = self.rng.choice(("p = p + {r} * {s}", "p += {r}", "t = {r} * {s}", "p += x * {r}"))
            self.lines.append(indent + form.format(r=self.part(loops), s=self.part(loops)))
        elif what < 0.5:
            self.lines.append(indent + self.rng.choice(TAKES).format(i=self.index(loops), j=self.index(loops)))
        elif what < 0.62:
            self.lines.append(f"{indent}ps[{self.index(loops)}] = {self.item(loops)}")
        elif what < 0.72 and self.form[0] != "(":
            self.lines.append(f"{indent}{self.part(loops)} {self.rng.choice(('=', '+=', '*='))} {self.value(loops)}")
        elif what < 0.85 and not self.still:
            form = self.rng.choice(MOVES)
            self.lines.append(indent + form.format(item=self.item(loops), name=self.rng.choice(("q", "r"))))
        elif what < 0.9:
            self.lines.append(f"{indent}k = {self.rng.choice(('k + 1', '1', 'n - 1', 'len(ps) - 1'))}")
        else:
            v = self.rng.choice([each for each in loops if len(each) == 1] or ["k"])
            self.branch(self.rng.choice(TESTS).format(v=v, w="k"), loops, indent)

    def loop(self, loops: list[str], indent: str) -> None:
        if self.rng.random() < 0.6:
            super().loop(loops, indent)
            return
        name = self.rng.choice(("q", "r"))
        self.lines.append(
            indent
            + self.rng.choice(("for {q} in ps:", "for j, {q} in enumerate(ps):", "for {q} in qs:")).format(q=name)
        )
        self.still += 1
        for _ in range(self.rng.randint(1, 3)):
            self.statement([*loops, "k"], indent + "    ")
        self.still -= 1

    def program(self) -> str:
        self.lines = [
            "    t, p, k = x, x, 1",
            "    a = x * np.arange(1.0, 2 * n + 2) / n",
            "    ps, qs, cut = [], [], slice(1, None)",
        ]
        self.lines += ["    for i in range(n + 2):", f"        ps.append({self.form.format('x * i', 'a[i]')})"]
        self.lines += [f"        qs.append({self.form.format('t', 'a[i] * x')})", "        t = 0.5 * t + 0.1 * i"]
        self.lines += ["    q, r = ps[0], qs[1]"]
        for _ in range(self.rng.randint(1, 3)):
            self.loop([], "    ")
            if self.rng.random() < 0.4:
                self.statement([], "    ")
        end = self.rng.choice(ENDS).format(u=self.keys[0], v=self.keys[1])
        return "\n".join(["def f(x, n):", *self.lines, f"    return {end}", ""])


ENDS = ("p + q[{u}] * r[{v}]", "p + sum(each[{u}] * each[{v}] for each in ps)", "p * t + ps[1][{u}] + ps[-1][{v}]",
        "p + ps[0][{v}] * q[{u}] + sum(each[{v}] for each in qs)")  # fmt: skip

judge = functools.partial(judged, Items)

if __name__ == "__main__":
    main(judge, (2, 4))
