"""Finds in a generated program what it doesn't need. `python -m tests.needless FILE ...` prints it.

* a value that nothing reads, or that is set anew before anything does;
* an adjoint that begins as zero and is only added to once;
* a list of saved values that nothing takes from;
* a function before the main one that no other calls;
* a branch that is never or always taken, or does nothing; statements behind a `return` or `raise`;
* a temporary (`t1`, `t1_grad`) that is used once, where its expression would fit into the line of 100 columns. Not
  where a comment stands in between (it is the user's line that the rest belongs to), or repeats the temporary's line,
  nor where the expression has an effect: it takes from a list, or calls the half of a function. What is returned has
  a name.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Iterator

WIDTH = 100
EFFECT = re.compile(r"\w+\.pop\(|\w+_(forward|backward)\d*\(")
TEMPORARY = re.compile(r"t\d+(_grad\d*)?")  # a tangent stands beside the statement that it belongs to


def needless(text: str) -> list[str]:
    """What a program could do without, each with its line."""
    tree = ast.parse(text)
    found = never_called(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found += [*Liveness(node).unread(), *zeros_added_to_once(node), *saved_and_never_taken(node)]
            found += [*dead_branches(node), *temporaries_used_once(node, text.splitlines())]
    return sorted(set(found), key=lambda each: int(each.split()[1].rstrip(":")))


def never_called(tree: ast.Module) -> list[str]:
    """Functions before the main one, the last, that no other one calls."""
    helpers = [node for node in tree.body if isinstance(node, ast.FunctionDef)][:-1]
    used = {node: set(names(node)) for node in tree.body}
    unused = [each for each in helpers if not any(each.name in used[other] for other in used if other is not each)]
    return [says(each, f"{each.name} is never called") for each in unused]


def names(node: ast.AST, context: type = ast.Load) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, context)]


def blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        inner = getattr(node, field, None)
        if isinstance(inner, list):
            yield inner
    for each in getattr(node, "handlers", ()):
        yield each.body


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    for block in blocks(node):
        for each in block:
            yield each
            if not isinstance(each, ast.FunctionDef):
                yield from statements(each)


def says(node: ast.AST, what: str) -> str:
    return f"line {node.lineno}: {what}"


class Liveness:
    """Which names may still be read behind each statement of a function."""

    def __init__(self, function: ast.FunctionDef) -> None:
        self.function = function
        self.dead: dict[ast.stmt, str] = {}
        self.loops: set[str] = set()  # what is read behind and around the innermost loop
        self.everywhere: set[str] = set()  # what an exception may lead to
        inner = [each for each in ast.walk(function) if isinstance(each, (ast.FunctionDef, ast.Lambda))]
        for each in inner:
            if each is not function:
                self.everywhere |= set(names(each))
        for each in ast.walk(function):
            if isinstance(each, (ast.Global, ast.Nonlocal)):
                self.everywhere |= set(each.names)

    def unread(self) -> list[str]:
        self.block(self.function.body, set())
        return [says(node, f"nothing reads {name}") for node, name in self.dead.items()]

    def block(self, block: list[ast.stmt], live: set[str]) -> set[str]:
        for node in reversed(block):
            live = self.statement(node, live)
        return live

    def statement(self, node: ast.stmt, live: set[str]) -> set[str]:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            return self.assignment(node, live)
        if isinstance(node, ast.If):
            return set(names(node.test)) | self.block(node.body, live) | self.block(node.orelse, live)
        if isinstance(node, (ast.For, ast.While)):
            return self.loop(node, live)
        if isinstance(node, ast.Try):
            before, self.everywhere = self.everywhere, self.everywhere | live
            for handler in node.handlers:
                self.everywhere = self.everywhere | self.block(handler.body, live)
            live = self.block(node.finalbody, live)
            made = self.block(node.body, self.block(node.orelse, live)) | self.everywhere
            self.everywhere = before
            return made
        if isinstance(node, ast.With):
            return set(names(node)) | self.block(node.body, live)
        if isinstance(node, ast.Return):
            return set(names(node))
        if isinstance(node, (ast.Break, ast.Continue)):
            return live | self.loops
        return live | set(names(node)) | self.everywhere

    def loop(self, node: ast.For | ast.While, live: set[str]) -> set[str]:
        head = set(names(node.iter if isinstance(node, ast.For) else node.test))
        behind = self.block(node.orelse, live)
        around, outer = behind | head, self.loops
        for _ in range(20):
            self.loops = around
            again = around | self.block(node.body, around)
            if again == around:
                break
            around = again
        self.loops = outer
        return around | head

    def assignment(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign, live: set[str]) -> set[str]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        stored = [name for each in targets for name in names(each, ast.Store)]
        inside = {name for each in targets for name in names(each)}
        if stored and not set(stored) & (live | self.everywhere):
            self.dead[node] = " and ".join(stored)
        else:
            self.dead.pop(node, None)
        live = live - set(stored)
        if isinstance(node, ast.AugAssign):
            inside |= set(stored)
        return live | inside | (set(names(node.value)) if node.value is not None else set())


def zeros_added_to_once(function: ast.FunctionDef) -> list[str]:
    """`a = 0.0`, then, in the same block, the only other thing that sets it: `a += ...`."""
    found = []
    stores: dict[str, int] = {}
    for each in statements(function):
        for name in names(each, ast.Store) if isinstance(each, (ast.Assign, ast.AugAssign)) else ():
            stores[name] = stores.get(name, 0) + 1
    for block in every_block(function):
        zeros: dict[str, ast.stmt] = {}
        for node in block:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in zeros:
                if stores[node.target.id] == 2 and isinstance(node.op, (ast.Add, ast.Sub)):
                    found.append(says(zeros[node.target.id], f"{node.target.id} is zero and only added to"))
            read = set(names(node)) | (set(names(node, ast.Store)))
            zeros = {name: made for name, made in zeros.items() if name not in read}
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and is_zero(node.value):
                zeros[node.targets[0].id] = node
    return found


def is_zero(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("zeros", "zeros_like")
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not node.value


def every_block(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    for node in [function, *statements(function)]:
        if node is function or not isinstance(node, ast.FunctionDef):
            yield from blocks(node)


def saved_and_never_taken(function: ast.FunctionDef) -> list[str]:
    """A list that is made empty and appended to, and that nothing else reads."""
    appended: dict[str, ast.AST] = {}
    read: dict[str, int] = {}
    for name in names(function):
        read[name] = read.get(name, 0) + 1
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            if isinstance(node.func.value, ast.Name):
                appended.setdefault(node.func.value.id, node)
                read[node.func.value.id] -= 1
    return [says(node, f"nothing takes from {name}") for name, node in appended.items() if not read[name]]


def dead_branches(function: ast.FunctionDef) -> Iterator[str]:
    for node in statements(function):
        if isinstance(node, (ast.If, ast.While)) and isinstance(node.test, ast.Constant):
            if not (isinstance(node, ast.While) and node.test.value):
                yield says(node, "the test is known")
        if isinstance(node, ast.If) and all(isinstance(each, ast.Pass) for each in [*node.body, *node.orelse]):
            yield says(node, "the branch does nothing")
        if isinstance(node, ast.If) and node.orelse and all(isinstance(each, ast.Pass) for each in node.orelse):
            yield says(node, "the else does nothing")
    for block in every_block(function):
        for k, node in enumerate(block[:-1]):
            if isinstance(node, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
                yield says(block[k + 1], "is never reached")
            if isinstance(node, ast.Pass):
                yield says(node, "pass among other statements")


def temporaries_used_once(function: ast.FunctionDef, lines: list[str]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for each in ast.walk(function):
        if isinstance(each, ast.Name):
            counts[each.id] = counts.get(each.id, 0) + 1
    for block in every_block(function):
        for k, node in enumerate(block):
            if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
                continue
            name = node.targets[0].id
            if not TEMPORARY.fullmatch(name) or counts[name] != 2 or EFFECT.match(ast.unparse(node.value)):
                continue
            for user in block[k + 1 :]:
                if name in names(user):
                    if (
                        not list(blocks(user))
                        and not isinstance(user, ast.Return)
                        and fits(node, user, lines)
                        and not is_told(node, user, lines)
                    ):
                        yield says(node, f"{name} is used once, in line {user.lineno}")
                    break
                if list(blocks(user)) or moves_past(node.value, user):
                    break


def moves_past(value: ast.AST, node: ast.stmt) -> bool:
    """Whether a statement may change what an expression reads, or has an effect that the order matters for."""
    if not isinstance(node, (ast.Assign, ast.AugAssign)) or set(names(node, ast.Store)) & set(names(value)):
        return True
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(not isinstance(each, ast.Name) for each in targets) or isinstance(node, ast.AugAssign)


def fits(node: ast.Assign, user: ast.stmt, lines: list[str]) -> bool:
    """Whether the line that uses a temporary has room for its expression, in brackets where it is no call or name."""
    if user.end_lineno != user.lineno or node.end_lineno != node.lineno:
        return False
    atom = isinstance(node.value, (ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.Constant))
    more = len(ast.unparse(node.value)) + (0 if atom else 2) - len(node.targets[0].id)
    return len(lines[user.lineno - 1]) + more <= WIDTH


def is_told(node: ast.Assign, user: ast.stmt, lines: list[str]) -> bool:
    """Whether comments show the two in different lines of the user's."""
    between = lines[node.lineno : user.lineno - 1]
    line = lines[node.lineno - 1].strip()
    return any(each.strip().startswith("#") for each in between) or any(each.strip() == f"# {line}" for each in lines)


if __name__ == "__main__":
    for file in sys.argv[1:]:
        for each in needless(Path(file).read_text()):
            print(f"{file}: {each}")
