"""Random programs of loops over the slices of arrays, as substitution, decompositions and filters written as loops have
them: what a slice holds is copied, or read again from where it stands, by whether a later iteration may write into it.

    python -m tests.random_slices 0 5000    # these seeds, each with the sizes 3 and 6
"""

from __future__ import annotations

import functools

from .random_branches import main
from .random_indices import Writer, judged

START = {
    "a": ("a = x * np.arange(1.0, 2 * n + 2) / n", "a = np.zeros(2 * n + 1)\n    a[0] = x"),
    "b": ("b = np.cos(x * np.arange(2.0 * n + 1))", "b = np.zeros(2 * n + 1)"),
    "c": (
        "c = np.zeros((n + 2, n + 2)) + x / n",
        "c = np.sin(x * np.reshape(np.arange((n + 2.0) ** 2), (n + 2, n + 2)))",
        "c = np.zeros((n + 2, n + 2)).T + x * np.eye(n + 2)",
    ),
}
SLICES = (
    *(":{v}", ":{v}", "{v}:", "{v} + 1:", ":{v} + 1", "{v} - 2:{v}", "{v}:{v} + 2", "{v} + 1:{v} + 3", ":{v} - 1", "{w}:{v}"),
    *("n - {v}:", ":n - {v}", "-{v}:", ":-{v}", "-2:", "1:", ":-1", ":", "::2", "{v}::2", "::-1", "{v}::-1", ":{v}:-1", ":n"),
    *("{w}:{v} + {w}", "k:{v}", ":2", "{v} % 3:", "1:{v}"),
)  # fmt: skip
# Of half of the programs: ends that meet, or just don't.
NEAR = (":{v}", ":{v} + 1", "{v}:", "{v} + 1:", "{v} - 1:{v} + 1", "{v}:{v} + 2", ":{v} - 1")
NEAR_INDEX = ("{v}", "{v}", "{v} + 1", "{v} - 1")
AGAIN = ("", "", "", "", "[::-1]", "[1:]", "[:-1]", "[:{v}]", "[::2]")
READS = (
    *("np.sum({s})", "np.sum({s})", "{s} @ {s}", "np.sum({s} ** 2)", "np.sum(np.sin({s}))", "np.sum({s} * x)", "np.sum({s} * {e})"),
    *("a[{i}] * np.sum({s})", "{s} @ {s2}", "np.sum({s} * {s2})", "np.max({s})"),
)  # fmt: skip
WRITES = (
    *("{s} = {e}", "{s} *= {e}", "{s} += {e}", "{s} -= 0.3 * {s2}", "{s} = {s2}", "{s} = np.sin({s2})", "{s} += x * {s2}"),
    *("{e} = 0.1 * {r}", "{e} = x - 0.2 * {r}", "{e} = ({e} - 0.1 * {r}) / (2.0 + {e})", "{e} += 0.1 * {r}", "{e} = {r}"),
)  # fmt: skip


class Slices(Writer):
    start = START

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.near = seed % 2 == 1

    def index(self, loops: list[str]) -> str:
        if not (self.near and loops):
            return super().index(loops)
        return self.rng.choice(NEAR_INDEX).format(v=self.rng.choice(loops))

    def cut(self, loops: list[str]) -> str:
        v, w = (self.rng.choice(loops), self.rng.choice(loops)) if loops else ("k", "1")
        return self.rng.choice(NEAR if self.near else SLICES).format(v=v, w=w)

    def sliced(self, loops: list[str], name: str) -> str:
        if name != "c":
            again = "" if self.near else self.rng.choice(AGAIN).format(v=loops[-1] if loops else "k")
            return f"{name}[{self.cut(loops)}]{again}"
        return self.rng.choice(("c[{i}, {s}]", "c[{i}, {s}]", "c[{s}, {i}]", "c[{i}][{s}]")).format(
            i=self.index(loops), s=self.cut(loops)
        )

    def pair(self, loops: list[str]) -> tuple[str, str]:
        """Two slices, often of one length."""
        first = self.sliced(loops, self.rng.choice("aaac" if self.near else "aabc"))
        if self.rng.random() < 0.6:
            name = self.rng.choice("ab")
            second = first if first[0] == "c" else name + first[1:]
            if first[0] == "c" and "][" not in first:
                second = self.rng.choice((f"c[{self.index(loops)},", "c[0,")) + first.partition(",")[2]
            return first, second
        return first, self.sliced(loops, self.rng.choice("abc"))

    def reading(self, loops: list[str]) -> str:
        s, s2 = self.pair(loops)
        return self.rng.choice(READS).format(s=s, s2=s2, e=self.element(loops), i=self.index(loops))

    def statement(self, loops: list[str], indent: str) -> None:
        what = self.rng.random()
        if what < 0.55:
            s, s2 = self.pair(loops)
            form = self.rng.choice(WRITES)
            self.lines.append(indent + form.format(s=s, s2=s2, e=self.element(loops), r=self.reading(loops)))
        elif what < 0.7:
            self.lines.append(f"{indent}p = p + {self.reading(loops)}")
        else:
            super().statement(loops, indent)


judge = functools.partial(judged, Slices)

if __name__ == "__main__":
    main(judge, (3, 6))
