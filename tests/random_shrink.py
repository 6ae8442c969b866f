"""Makes a failing program smaller while it fails the same way: fewer statements, smaller expressions, fewer parameters."""

from __future__ import annotations

import ast
import copy
import re
from typing import Any, Iterator

from tests.random_complex import Case
from tests.random_judge import Outcome, check

BLOCKS = ("body", "orelse", "finalbody")


def _nodes(tree: ast.AST) -> list[ast.AST]:
    return list(ast.walk(tree))


def _without_statements(tree: ast.Module) -> Iterator[ast.Module]:
    """Trees with one statement taken out, or a compound one replaced by what it holds."""
    for number, node in enumerate(_nodes(tree)):
        for field in BLOCKS:
            block = getattr(node, field, None)
            if not isinstance(block, list):
                continue
            for k in reversed(range(len(block))):
                inner = [each for name in BLOCKS for each in getattr(block[k], name, ())]
                is_function = isinstance(block[k], ast.FunctionDef)
                for replacement in ([], *([inner] if inner and not is_function else [])):
                    new = copy.deepcopy(tree)
                    target = getattr(_nodes(new)[number], field)
                    target[k : k + 1] = copy.deepcopy(replacement)
                    if not target and field == "body" and not isinstance(node, ast.Module):
                        target.append(ast.Pass())
                    yield new


def _simpler(node: ast.expr) -> list[ast.expr]:
    """What an expression may be replaced with: its parts, or a constant."""
    parts = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
    if isinstance(node, ast.Call):
        parts = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
    if isinstance(node, ast.Compare):
        parts = []
    if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) > 1:
        parts += [type(node)(node.elts[:-1], ast.Load()), type(node)(node.elts[1:], ast.Load())]
    if isinstance(node, ast.BoolOp):
        parts = list(node.values)
    if not isinstance(node, (ast.Constant, ast.Slice, ast.Compare, ast.BoolOp)):
        parts += [ast.Constant(1.0), *([] if isinstance(node, ast.Name) else [ast.Constant(0)])]
    return [each for each in parts if not (isinstance(each, ast.Name) and each.id in ("np", "math"))]


def _smaller_expressions(tree: ast.Module) -> Iterator[ast.Module]:
    for number, node in enumerate(_nodes(tree)):
        for field, value in ast.iter_fields(node):
            places = enumerate(value) if isinstance(value, list) else [(None, value)]
            for k, each in places:
                if not isinstance(each, ast.expr) or field in ("func", "target", "targets"):
                    continue
                if isinstance(getattr(each, "ctx", None), ast.Store):
                    continue
                for replacement in _simpler(each):
                    new = copy.deepcopy(tree)
                    parent = _nodes(new)[number]
                    if k is None:
                        setattr(parent, field, copy.deepcopy(replacement))
                    else:
                        getattr(parent, field)[k] = copy.deepcopy(replacement)
                    yield new


def _fewer_parameters(tree: ast.Module, args: tuple) -> Iterator[tuple[ast.Module, tuple]]:
    f = next(each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "f")
    for k in range(len(f.args.args)):
        if len(f.args.args) > 1:
            new = copy.deepcopy(tree)
            next(each for each in new.body if getattr(each, "name", "") == "f").args.args.pop(k)
            yield new, args[:k] + args[k + 1 :]


def _text(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _candidates(case: Case) -> Iterator[Case]:
    tree = ast.parse(case.text)
    for new in _without_statements(tree):
        yield Case(_text(new), case.args, case.seed)
    for new, args in _fewer_parameters(tree, case.args):
        yield Case(_text(new), args, case.seed)
    for new in _smaller_expressions(tree):
        yield Case(_text(new), case.args, case.seed)


def _size(case: Case) -> tuple[int, int, int]:
    tree = ast.parse(case.text)
    constants = sum(isinstance(each, ast.Constant) for each in _nodes(tree))
    return len(re.findall(r"\n", case.text)), len(_nodes(tree)) - constants, len(_nodes(tree))


def shrink(case: Case, outcome: Outcome, tries: int = 1500) -> tuple[Case, Outcome]:
    """A smaller case that fails the same way, and what came of it."""

    def same(other: Outcome) -> bool:
        return (other.kind, other.signature) == (outcome.kind, outcome.signature)

    best, again = case, True
    while again and tries > 0:
        again = False
        for candidate in _candidates(best):
            tries -= 1
            if tries <= 0:
                break
            found: Any = None
            try:
                if _size(candidate) < _size(best):
                    found = check(candidate, (outcome.mode,), 3.0)[outcome.mode]
            except (SyntaxError, ValueError, StopIteration):
                continue
            if found is not None and same(found):
                best, outcome, again = candidate, found, True
                break
    return best, outcome
