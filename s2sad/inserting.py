"""`grad_of`: statements of the user's that run in the reverse sweep, and the part of the stage `program` that puts them
there.

    with grad_of(y) as y_grad:                      y_grad = dy * np.cos(y)
        y_grad = np.clip(y_grad, -1, 1)    ->       # with grad_of(y) as y_grad:
                                                    y_grad = np.clip(y_grad, -1, 1)
                                                    x_grad = 2.0 * y_grad * x
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import gast

from s2sad import ir, trees
from s2sad.errors import OutsideGradientError
from s2sad.expressions import rebuilt
from s2sad.printer import Comment
from s2sad.statements import blocks_of


class grad_of:
    """In a function that is differentiated: statements for the reverse sweep, at the place where it passes this one.

        with grad_of(y) as y_grad:
            print("y_grad is", y_grad)
            y_grad = np.clip(y_grad, -1.0, 1.0)

    y: a variable (or part of one, as in `params["W"]`) that holds a number or an array; y_grad is its adjoint, as far
    as the statements below this place determine it, of y's shape. What the body assigns to y_grad, or writes into it,
    is what the reverse sweep goes on with. The body may read the function's variables, which are as they were here.
    The generated program contains the body and not grad_of. Where y carries no gradient (it depends on no parameter
    that is differentiated, or the value doesn't depend on it) the body is left out; of several names, one that carries
    none is None.

    Python can't skip the body of a `with` when the function is called by itself: that raises an OutsideGradientError.
    Written as a loop, the same statements run in the gradient, and not at all in the function itself:

        for y_grad in grad_of(y):
            print("y_grad is", y_grad)

    >>> from s2sad import value_and_gradients_function
    >>> def f(x):
    ...     y = 3.0 * x
    ...     for y_grad in grad_of(y):
    ...         print("y_grad is", y_grad)
    ...         y_grad = min(y_grad, 1.0)
    ...     return y * y
    >>> f(2.0)
    36.0
    >>> value_and_gradients_function(f)(2.0)
    y_grad is 12.0
    (36.0, (3.0,))
    """

    def __init__(self, value: Any) -> None:
        pass

    def __enter__(self) -> NoReturn:
        raise OutsideGradientError(
            "the body of `with grad_of(...)` is for the gradient, and Python can't skip it when the function is called "
            "by itself: write `for ... in grad_of(...):`, whose body the function itself does not run, or take the "
            "value that value_and_gradients_function returns"
        )

    def __exit__(self, *error: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())


@dataclass
class Template:
    """The statements to insert. names: what they call the adjoints; own: the other names that they set; changes: of
    each adjoint, 'nothing', 'memory' or 'name'. Placeholders `#0`, `#1`, ... stand for what they read of f."""

    body: list[gast.stmt]
    names: list[str | None]
    own: list[str]
    changes: list[str]
    header: Any  # the user's statement, with its source


@dataclass
class Insertion:
    """What a statement that stands for inserted ones has to become. kept: which adjoints have a name of their own."""

    template: Template
    kept: list[bool]


READERS = (gast.BinOp, gast.UnaryOp, gast.Compare, gast.FormattedValue, gast.BoolOp)
LOOKING = {"print", "abs", "float", "len", "max", "min", "repr", "str", "sum", "type", "isinstance"}
ELEMENTWISE = {"clip", "copy", "maximum", "minimum", "nan_to_num", "where", "zeros_like"}
LOOKING_IN_NUMPY = ELEMENTWISE | {"abs", "all", "any", "array2string", "isfinite", "isnan", "max", "mean", "min"}
LOOKING_IN_NUMPY |= {"norm", "sqrt", "square", "std", "sum"}


def changes_of(name: str | None, body: list[gast.stmt]) -> str:
    """What a body does to an adjoint: 'nothing' where that is sure, 'name' where it assigns to it, else 'memory': it
    may write into the array.

    >>> body = gast.parse("print(g, np.sum(g)); h = 2 * g[0]").body
    >>> changes_of("g", body), changes_of("g", gast.parse("g *= 2").body), changes_of("g", gast.parse("g = 0").body)
    ('nothing', 'memory', 'name')
    """
    found = "nothing"
    looked_at: set[int] = set()
    for statement in body:
        for node in trees.walk(statement):
            if isinstance(node, gast.AugAssign) and is_name(node.target, name):
                found = "memory"
                looked_at.add(id(node.target))
            elif (
                isinstance(node, gast.Subscript)
                and isinstance(node.ctx, gast.Load)
                or isinstance(node, gast.Attribute)
                and node.attr in ("shape", "size", "ndim", "dtype")
            ):
                looked_at.add(id(node.value))
            elif isinstance(node, READERS):
                looked_at.update(map(id, gast.iter_child_nodes(node)))
            elif isinstance(node, gast.Call) and only_looks(node):
                looked_at.update(map(id, node.args))
    for statement in body:
        for node in trees.walk(statement):
            if is_name(node, name) and id(node) not in looked_at:
                if not isinstance(node.ctx, gast.Load):
                    return "name"
                found = "memory"
    return found


def is_name(node: Any, name: str | None) -> bool:
    return isinstance(node, gast.Name) and node.id == name


def only_looks(call: gast.Call) -> bool:
    """Whether a call is of a function that surely doesn't write into its arguments, nor keeps them."""
    if any(keyword.arg == "out" for keyword in call.keywords):
        return False
    if isinstance(call.func, gast.Name):
        return call.func.id in LOOKING
    return isinstance(call.func, gast.Attribute) and call.func.attr in LOOKING_IN_NUMPY


def keeps_shape(name: str | None, body: list[gast.stmt]) -> bool:
    """Whether all that is assigned to an adjoint is made elementwise of itself."""
    for statement in body:
        for node in trees.walk(statement):
            if isinstance(node, gast.Assign) and any(is_name(each, name) for each in trees.walk(node.targets[0])):
                value = node.value
                parts = [value] if isinstance(value, gast.Name) else []
                if isinstance(value, gast.BinOp) and not isinstance(value.op, gast.MatMult):
                    parts = [value.left, value.right]
                elif isinstance(value, gast.Call) and getattr(value.func, "attr", "") in ELEMENTWISE:
                    parts = list(value.args)
                if not any(is_name(each, name) for each in parts):
                    return False
            elif isinstance(node, (gast.For, gast.With)) and any(
                is_name(each, name) and not isinstance(each.ctx, gast.Load) for each in trees.walk(node)
            ):
                return False
    return True


def drop_places(block: list[gast.stmt]) -> None:
    """Takes the places of `grad_of` out of the forward sweep."""
    block[:] = [node for node in block if not isinstance(getattr(node, "effect", None), ir.GradOf)]
    for node in block:
        for inner in blocks_of(node):
            drop_places(inner)


def expand(block: list[gast.stmt]) -> None:
    """Puts the inserted statements in the places of those that stand for them."""
    made: list[gast.stmt] = []
    for node in block:
        for inner in blocks_of(node):
            expand(inner)
        made.extend(inserted(node) if hasattr(node, "inserted") else [node])
    block[:] = made


def inserted(node: Any) -> list[gast.stmt]:
    template: Template = node.inserted.template
    call = node.value
    target = node.targets[0] if isinstance(node, gast.Assign) else None
    targets = iter(target.elts if isinstance(target, gast.Tuple) else [] if target is None else [target])
    meanings: dict[str, gast.AST] = {}
    made: list[gast.stmt] = []
    for name, kept, value in zip(template.names, node.inserted.kept, call.args):
        if kept:
            own = next(targets)
            made.append(trees.assign(own.id, value))
            value = trees.name(own.id)
        if name is not None:
            meanings[name] = value
    for position, value in enumerate(call.args[len(template.names) :]):
        meanings[f"#{position}"] = value
    meanings.update(zip(template.own, targets))
    made.extend(renamed(each, meanings) for each in template.body)
    for each in made:
        each.reverse, each.origin = True, node.origin
    source, header = template.header
    return [Comment(source.statement_text(header)), *made]


def renamed(tree: Any, meanings: dict[str, gast.AST]) -> Any:
    """A copy of a tree in which names are replaced."""
    if isinstance(tree, gast.Name) and tree.id in meanings:
        found = trees.copy_tree(meanings[tree.id])
        return trees.name(found.id, store=not isinstance(tree.ctx, gast.Load)) if is_plain_name(found) else found
    return rebuilt(tree, lambda part: renamed(part, meanings))


def is_plain_name(node: gast.AST) -> bool:
    return isinstance(node, gast.Name) and not hasattr(node, "module") and not hasattr(node, "scope")
