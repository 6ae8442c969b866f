"""The statements of the random programs that make lists, tuples and dicts, change them, and go through them."""

from __future__ import annotations

from typing import Any

from tests.random_expressions import Expressions, Type, array_of


class Containers(Expressions):
    """Statements over containers."""

    def make_container(self, _: int) -> None:
        kind = self.random.choice("lltdL")
        made, type_ = getattr(self, f"made_{kind}")()
        name = self.target(type_)
        self.line(f"{name} = {made}")
        self.variables[name] = type_

    def made_l(self) -> tuple[str, Type]:
        if self.random.random() < 0.3:
            return f"[{self.comprehension()}]", "l"
        if self.random.random() < 0.3:
            made = self.list_of_another()
            if made:
                return made, "l"
        items = ", ".join(self.scalar(1) for _ in range(self.random.randint(1, 3)))
        return f"[{items}]", "l"

    def list_of_another(self) -> str | None:
        """A list of numbers made from a list or an array that is there."""
        name = self.pick("l", "a")
        if not name or self.variables[name] != "l" and len(self.variables[name][1]) != 1:
            return None
        ways = [f"list({name})", f"sorted({name})", f"list(reversed({name}))", f"[*{name}, {self.scalar(0)}]"]
        if self.variables[name] == "l":
            ways += [f"{name}[1:] + {name}[:1]", f"{name} * 2", f"{name}[::-1]", f"{name}.copy()", f"{name}[:]"]
        else:
            ways += [f"{name}.tolist()", f"{name}[::-1].tolist()"]
        return self.random.choice(ways)

    def made_L(self) -> tuple[str, Type]:
        name = self.pick("L")
        if name and self.random.random() < 0.4:
            shape = self.variables[name][1]
            factor = self.scalar_leaf()
            ways = [f"[q * {factor} for q in {name}]", f"{name} + [{self.array(shape, 1)}]", f"{name}[::-1]"]
            ways += [f"[q + p for q, p in zip({name}, {name}[::-1])]", f"list({name})", f"{name}[:1] * 2"]
            return self.random.choice(ways), ("L", shape)
        shape = self.shape()
        return f"[{self.array(shape, 1)}, {self.array(shape, 1)}]", ("L", shape)

    def made_t(self) -> tuple[str, Type]:
        types, texts = zip(*(self.any_item() for _ in range(self.random.randint(1, 3))))
        return f"({', '.join(texts)},)", ("t", types)

    def made_d(self) -> tuple[str, Type]:
        keys = self.random.sample(["a", "b", "grad", "x"], self.random.randint(1, 3))
        items = [(key, self.any_item()) for key in keys]
        made = "{" + ", ".join(f"{key!r}: {text}" for key, (_, text) in items) + "}"
        return made, ("d", tuple((key, item) for key, (item, _) in items))

    # ------------------------------------------------------------------------------------------ changes
    def change_list(self, _: int) -> Any:
        name = self.pick("l")
        if not name:
            return False
        ways = ["append", "append", "store", "store", "augment", "extend", "double", "negative", "insert", "reverse"]
        ways += ["pop", "first", "delete", "slice", "plus", "sort"]
        way = self.random.choice(ways)
        if way in ("pop", "first", "delete") and self.depth_of_loops:
            return False
        self.line(
            {
                "append": f"{name}.append({self.scalar()})",
                "store": f"{name}[0] = {self.scalar()}",
                "augment": f"{name}[-1] {self.random.choice('+-*')}= {self.bounded(1)}",
                "pop": f"if len({name}) > 1: {self.target('s', new=True)} = {name}.pop()",
                "first": f"if len({name}) > 1: {name}[0] = {name}.pop(0) * 0.5",
                "delete": f"if len({name}) > 2: del {name}[1]",
                "extend": f"{name}.extend([{self.scalar(1)}, {self.scalar(1)}])",
                "double": f"{name} = {name} + [{self.scalar(1)}]",
                "negative": f"{name}[-1] = {name}[0] * {self.bounded(1)}",
                "insert": f"{name}.insert({self.random.choice(['0', '1', '-1'])}, {self.scalar(1)})",
                "reverse": f"{name}.reverse()",
                "slice": f"{name}[:1] = [{self.scalar(1)}, {self.scalar(0)}]",
                "plus": f"{name} += [{self.scalar(1)}]",
                "sort": f"{name}.sort()",
            }[way]
        )
        return None

    def change_other(self, _: int) -> Any:
        """Writes into a list of arrays, or a dict; takes a tuple apart."""
        name = self.pick("L", "d", "t")
        if not name:
            return False
        kind = self.variables[name]
        if kind[0] == "L":
            self.change_arrays(name, kind[1])
        elif kind[0] == "d":
            self.change_dict(name, kind[1])
        else:
            names = [self.target(item, new=True) for item in kind[1]]
            self.line(f"{', '.join(names)}, = {name}")
            self.variables.update(zip(names, kind[1]))
        return None

    def change_arrays(self, name: str, shape: tuple) -> None:
        ways = [f"{name}.append({self.array(shape, 1)})", f"{name}[0] = {self.array(shape, 1)}"]
        ways += [f"{name}[-1] += {self.smaller(shape)}", f"{name}[0][...] = {self.smaller(shape)}"]
        ways += [f"{name}[-1] *= {self.smaller(shape, bounded=True)}", f"{name}.insert(0, {self.array(shape, 1)})"]
        ways += [f"{name}.reverse()", f"{name}[0], {name}[-1] = {name}[-1], {name}[0]"]
        if shape:
            ways += [f"{name}[0][0] = {self.smaller(shape[1:])}", f"{name}[-1][-1] *= {self.bounded(0)}"]
        self.line(self.random.choice(ways))

    def change_dict(self, name: str, items: tuple) -> None:
        key, item = self.random.choice(items)
        if item != "s" and self.random.random() < 0.5:
            shape = item[1]
            part = self.random.choice(["[...]", "[0]", "[-1]"]) if shape else "[...]"
            inner = shape if part == "[...]" else shape[1:]
            self.line(f"{name}[{key!r}]{part} {self.random.choice(['', '+'])}= {self.smaller(inner)}")
            return
        value = self.of_type(item)
        operator = self.random.choice(["", "+", "*"]) if item == "s" else ""
        self.line(f"{name}[{key!r}] {operator}= {value if operator != '*' else self.bounded(1)}")

    def unpack(self, _: int) -> Any:
        """Takes a list, an array or a row of them apart."""
        name = self.pick("l", "a")
        if not name:
            return False
        kind = self.variables[name]
        first, rest = self.target("s", new=True), self.target("l", new=True)
        if first == rest:
            return False
        if kind == "l":
            self.line(f"{first}, *{rest} = {name} + [{self.scalar(0)}]")
            self.variables[first], self.variables[rest] = "s", "l"
            return None
        shape = kind[1]
        if not shape or shape[0] not in (2, 3):
            return False
        names = [first, rest, self.target("s", new=True)][: shape[0]]
        if len(set(names)) < len(names):
            return False
        self.line(f"{', '.join(names)} = {name}")
        self.variables.update(dict.fromkeys(names, array_of(shape[1:]) if len(shape) > 1 else "s"))
        return None

    def go_through(self, depth: int) -> Any:
        """A loop that sums up over a dict, or that pops a list empty."""
        total = self.target("s", new=True)
        name = self.pick("l", "d")
        if not name or total == name:
            return False
        self.line(f"{total} = {self.scalar_leaf()}")
        if self.variables[name] == "l":
            copy = self.target("l", new=True)
            if copy in (total, name):
                return False
            self.line(f"{copy} = list({name})")
            self.line(f"while {copy}:")
            self.line(f"    {total} = {total} * 0.5 + {copy}.pop({self.random.choice(['', '0', '-1'])})")
        else:
            self.line(f"for key in {name}:")
            self.line(f"    {total} += np.sum({name}[key]) * {self.constant()}")
        self.variables[total] = "s"
        return None
