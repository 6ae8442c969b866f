"""Stage `numba`: the program as text that Numba compiles.

What NumPy and Python offer and Numba does not is written otherwise, as `numba_forms.py` says; where that takes a loop,
it is a function printed beside the program. The comments stay, and so does everything that Numba knows.

>>> import gast
>>> tree = gast.parse("def f(A):\\n    for i in reversed(range(1, n)):\\n        t = A.max()")
>>> print(to_text(rewritten(tree, {}, {})), end="")
def f(A):
    for i in range(n - 1, 0, -1):
        t = A.max()
"""

from __future__ import annotations

import ast
import math
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import numba_linalg, numba_slices, numba_special, trees
from s2sad.jit_options import need_numba
from s2sad.kinds import Kind, kind_of
from s2sad.named_numbers import without_names
from s2sad.numba_attributes import Path, with_names
from s2sad.numba_blocks import mark_blocks
from s2sad.numba_boundary import (
    Boundary,
    begin_as_given,
    by_position,
    drop_sharing_checks,
    has_narrow,
    takes_all_by_position,
)
from s2sad.numba_bounds import with_bounds
from s2sad.numba_by_rank import by_rank
from s2sad.numba_custom import PULLBACK, VALUE, halves_of, with_halves
from s2sad.numba_forms import Forms
from s2sad.numba_fusion import assumptions, fits, fuse
from s2sad.numba_globals import as_constant, with_attributes
from s2sad.numba_parallel import run_side_by_side, without_unit_steps
from s2sad.numba_quotients import with_reciprocals
from s2sad.numba_ranks import Expressions, of_functions
from s2sad.numba_rarer import with_axes_to_squeeze
from s2sad.numba_records import Records, unlike_as_tuples
from s2sad.numba_recursion import with_one_tape, without_literals
from s2sad.numba_rewriter import Rewriter
from s2sad.numba_rows import saves_in_rows
from s2sad.numba_sorts import UNKNOWN, sort_of
from s2sad.numba_tapes import saves_in_arrays
from s2sad.numba_unified import (
    arrays_from_the_start,
    arrays_of_indices,
    of_several_ranks,
    saved_with_none,
    sets_none,
    shapes_apart,
)
from s2sad.numba_unset import numbers_for_none, raise_without_value
from s2sad.numba_views import Memory
from s2sad.printer import BlankLine, Comment, to_text
from s2sad.requests import Program


@dataclass
class NumbaText:
    """text: of a module, whose functions Numba compiles; origins: by line, the user's source and node that it comes
    from; modules: the modules that it needs and f's file may not have; indexing: the functions in it that use indices
    which may be out of bounds; inner: the functions that only others in it call; convert: how the arguments cross the
    boundary; needed: whether that isn't for speed alone; foreign: a parameter that can't; paths: the names in it that
    stand for attributes of what is around f."""

    text: str
    origins: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    modules: dict[str, Any] = field(default_factory=dict)
    indexing: set[str] = field(default_factory=set)
    inner: set[str] = field(default_factory=set)
    convert: Callable[..., Any] | None = None
    needed: bool = False
    foreign: str = ""
    paths: dict[str, Path] = field(default_factory=dict)

    def line(self, number: int) -> str:
        lines = self.text.split("\n")
        return lines[number - 1].strip() if 1 <= number <= len(lines) else ""


def program_text(
    program: Program, origin: types.FunctionType, parallel: bool = False, fused: bool = True, checked: bool = True
) -> NumbaText:
    """A generated program as text for Numba. parallel: with loops whose iterations run side by side; fused: with loops
    in the place of statements of arrays; checked: with indices looked at."""
    modules: dict[str, Any] = {}
    paths: dict[str, Path] = {}
    tree = adapted(program, origin, modules, parallel, fused, paths=paths, checked=checked)
    return as_text(program, tree, modules, paths)


def text_for_equal_lengths(
    program: Program, origin: types.FunctionType, checked: bool = True
) -> tuple[NumbaText, str] | None:
    """The program for arguments whose lengths are equal where they meet, and the test of that, if there are such."""
    modules: dict[str, Any] = {}
    paths: dict[str, Path] = {}
    tests: list[str] = []
    args = program.tree.body[-1].args
    if Boundary(program).needed or not takes_all_by_position(args):
        return None
    tree = adapted(program, origin, modules, tests=tests, paths=paths, checked=checked)
    return (as_text(program, tree, modules, paths), tests[0]) if tests else None


def as_text(program: Program, tree: gast.Module, modules: dict[str, Any], paths: dict[str, Path]) -> NumbaText:
    text = to_text(tree)
    boundary = Boundary(program)
    inner = {node.name for node in tree.body if isinstance(node, gast.FunctionDef)} - {program.name}
    crossing = boundary.convert, boundary.needed, boundary.foreign
    return NumbaText(text, origins(tree, text), modules, indexing(tree), inner, *crossing, paths)


def standalone_text(program: Program, origin: types.FunctionType) -> str:
    """The program for Numba as a module that stands alone: the functions decorated, and compiled what it imports."""
    modules: dict[str, Any] = {}
    made = adapted(program, origin, modules)
    imports = [node for node in made.body if isinstance(node, (gast.Import, gast.ImportFrom))]
    bound = {each.asname or each.name for node in imports for each in node.names}
    for name, module in modules.items():
        if module in (np, math) and name not in bound and name in trees.names_in(made):
            imports.insert(0, gast.Import([gast.alias(module.__name__, name if name != module.__name__ else None)]))
            made.body.insert(0, imports[0])
    alias = "numba"
    while alias in origin.__globals__ and origin.__globals__[alias].__class__ is not types.ModuleType:
        alias += "_"
    njit = trees.attr(trees.name(alias), "njit")
    late: list[Any] = []
    for node in imports:
        for each in node.names if isinstance(node, gast.ImportFrom) else []:
            name = each.asname or each.name
            if isinstance(origin.__globals__.get(name), types.FunctionType):
                late.append(trees.assign(name, trees.call(njit, trees.name(name))))
    checked = indexing(made)
    for node in made.body:
        if isinstance(node, gast.FunctionDef):
            keywords = {"error_model": trees.const("numpy")}
            keywords |= {"boundscheck": trees.const(True)} if node.name in checked else {}
            node.decorator_list = [trees.call(njit, **keywords)]
    rest = [node for node in made.body if node not in imports]
    own = gast.Import([gast.alias("numba", alias if alias != "numba" else None)])
    return to_text(gast.Module([own, *imports, *([BlankLine(), *late] if late else []), *rest], []))


def adapted(
    program: Program,
    origin: types.FunctionType,
    modules: dict[str, Any],
    parallel: bool = False,
    fused: bool = True,
    tests: list[str] | None = None,
    paths: dict[str, Path] | None = None,
    checked: bool = True,
) -> gast.Module:
    """The tree of a program, written for Numba. tests: gets what the lengths are taken to be, if they are; paths: what
    the names mean that stand for attributes around f (without it these stay); checked: with indices looked at."""
    tree, boundary, outside = trees.copy_tree(program.tree), Boundary(program), around(origin)
    outside.update((key, each) for key, each in program.externals.items() if not isinstance(each, types.CellType))
    if paths is not None:
        used = {*trees.names_in(tree), *outside}
        with_halves(tree, outside, used, paths)
        with_names(tree, outside, used, paths)
    without_names(tree)
    used = {*trees.names_in(tree), *outside}
    for node in tree.body:
        if isinstance(node, gast.FunctionDef):
            numbers_for_none(node, program.kinds if node.name == program.name else {}, used)
    tree.body[-1].args = by_position(tree.body[-1].args)
    kinds = {program.name: {**program.kinds, **boundary.kinds}}
    begin_as_given(tree.body[-1], boundary.kinds)
    if boundary.classes or boundary.tuples:
        tree = with_records(tree, boundary, kinds, modules)
    drop_sharing_checks(tree, set(boundary.names))
    if parallel:
        without_unit_steps(tree)
        used = {*trees.names_in(tree), *outside}
        for node in tree.body:
            if isinstance(node, gast.FunctionDef):
                saves_in_rows(node, kinds.get(node.name, {}), used, numpy_name(tree, outside, used, modules))
        found = of_functions(tree, sorts_of(kinds, {}))
        for node in tree.body:
            if isinstance(node, gast.FunctionDef) and run_side_by_side(node, Expressions(found[node.name])):
                modules["prange"] = need_numba("numba").prange
    tree.outside = halves_called(paths or {}, outside)
    made = rewritten(tree, kinds, modules, outside, fused, tests)
    raise_without_value(made.body[-1])
    return made if parallel or not checked else with_bounds(made, {*trees.names_in(made), *outside, *modules})


def halves_called(paths: dict[str, Path], outside: dict[str, Any]) -> dict[str, Any]:
    """The halves of functions with their own gradients that a program calls, by its names for them."""
    found: dict[str, Any] = {}
    for name, path in paths.items():
        if path.steps[-1] in (VALUE, PULLBACK):
            custom = path._replace(steps=path.steps[:-1]).of(outside[path.root])
            half = halves_of(custom)[path.steps[-1] == PULLBACK]  # type: ignore[index]
            mark_modules(half, custom.function)
            read = {key: value for key, value in around(custom.function).items() if key in trees.names_in(half)}
            found[name] = half, sorts_of({"": {}}, read)[""]
    return found


def around(function: types.FunctionType) -> dict[str, Any]:
    """What stands around a function, by name: globals, and what it captures."""
    found = dict(function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not set yet
            found.pop(name, None)
    return found


def with_records(
    tree: gast.Module, boundary: Boundary, kinds: dict[str, dict[str, Kind]], modules: dict[str, Any]
) -> gast.Module:
    """Dicts and objects as named tuples, whose classes stand above the functions."""
    found = of_functions(tree, sorts_of(kinds, {}))
    names = {cls._fields: name for name, cls in boundary.classes.items()}
    tuples = {cls._fields: name for name, cls in boundary.tuples.items()}
    classes = {**boundary.classes, **boundary.tuples}
    body: list[Any] = [Records(names, Expressions(found[node.name]), tuples).visit(node)
                       if isinstance(node, gast.FunctionDef) else node for node in tree.body]  # fmt: skip
    used = set.union(*[trees.names_in(node) for node in body if isinstance(node, gast.FunctionDef)])
    classes = {name: cls for name, cls in classes.items() if name in boundary.classes or name in used}
    modules.update(classes)
    made = []
    for name, cls in classes.items():
        call = trees.call(trees.name("namedtuple"), trees.const(name), trees.const(list(cls._fields)))
        made.append(trees.assign(name, call))
    imports = [node for node in body if isinstance(node, (gast.Import, gast.ImportFrom))]
    if not made:
        return gast.Module(body, [])
    own = gast.ImportFrom("collections", [gast.alias("namedtuple", None)], 0)
    rest = [node for node in body if node not in imports]
    return gast.Module([own, *imports, BlankLine(), *made, *rest], [])


def sorts_of(kinds: dict[str, dict[str, Kind]], namespace: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the kinds say of the names in each function, and of the numbers around it."""
    outside = {key: sort_of(kind_of(value)) for key, value in namespace.items() if is_constant(value)}
    given = {name: {key: sort_of(kind) for key, kind in known.items()} for name, known in kinds.items()}
    return {name: {**outside, **{k: s for k, s in known.items() if s != UNKNOWN}} for name, known in given.items()}


def is_constant(value: Any) -> bool:
    return isinstance(value, np.ndarray) or as_constant(value) is not None


def function_text(source: Any, function: types.FunctionType, checked: bool = True) -> NumbaText:
    """A function of the user's that a program calls, as text for Numba."""
    return text_of_function(source.tree, function, checked)


def text_of_function(tree: gast.FunctionDef, function: types.FunctionType, checked: bool = True) -> NumbaText:
    """The tree of one, or a half of it, which reads what is around the function."""
    tree.decorator_list, tree.returns = [], None
    for each in [*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs]:
        each.annotation = None
    if tree.args.vararg is None and tree.args.kwarg is None:
        tree.args = by_position(tree.args)
    mark_modules(tree, function)
    modules: dict[str, Any] = {}
    paths: dict[str, Path] = {}
    outside = around(function)
    with_names(tree, outside, {*trees.names_in(tree), *outside}, paths)
    made = rewritten(gast.Module([tree], []), {}, modules, outside)
    raise_without_value(made.body[-1])
    if checked:
        made = with_bounds(made, {*trees.names_in(made), *outside, *modules})
    helpers = {node.name for node in made.body if isinstance(node, gast.FunctionDef)} - {tree.name}
    return NumbaText(to_text(made), {}, modules, indexing(made), helpers, paths=paths)


def mark_modules(tree: gast.AST, function: types.FunctionType) -> None:
    """Notes at each name of a module which one it is, as it is noted in generated programs."""
    own, outside = set(function.__code__.co_varnames), around(function)
    for node in trees.walk(tree):
        if isinstance(node, gast.Name) and node.id not in own:
            value = outside.get(node.id)
            if isinstance(value, types.ModuleType):
                node.module = value


def rewritten(
    tree: gast.Module,
    kinds: dict[str, dict[str, Kind]],
    modules: dict[str, Any],
    namespace: dict[str, Any] | None = None,
    fused: bool = False,
    tests: list[str] | None = None,
) -> gast.Module:
    """The module with everything written as Numba has it. kinds: of the names in each function; `modules` gets what
    the text needs beside what it has; fused: with loops in the place of statements of arrays; tests: see `adapted`."""
    names, namespace = {node.id for node in trees.walk(tree) if isinstance(node, gast.Name)}, namespace or {}
    used, read = names | set(namespace), {name: namespace[name] for name in read_from_around(tree) & set(namespace)}
    numba_special.mark(tree, read)
    with_attributes(tree, read)
    forms = Forms(used, numpy_name(tree, namespace, used, modules), modules)
    forms.narrow = any(map(has_narrow, (kind for own in kinds.values() for kind in own.values())))
    numba_linalg.by_numpy(tree, read, forms.numpy)
    with_axes_to_squeeze(tree, kinds, forms.numpy)
    shapes_apart(tree, used)
    arrays = arrays_of_indices(tree, forms.numpy)
    kinds = {name: {k: v for k, v in own.items() if (name, k) not in arrays} for name, own in kinds.items()}
    given = sorts_of(kinds, read)
    if getattr(tree, "outside", {}) or any(is_of_unknown_rank(sort) for own in given.values() for sort in own.values()):
        given = with_ranks_found(tree, given)
    note_cotangent(tree, given)
    for node in tree.body:
        for name in mark_blocks(node):
            given.get(getattr(node, "name", ""), {}).pop(name, None)
    with_one_tape(tree, forms.numpy, lambda name: of_functions(tree, given)[name])
    without_literals(tree, read)
    if any(sets_none(node) for node in trees.walk(tree)):
        found = of_functions(tree, given)
        for node in tree.body:
            if isinstance(node, gast.FunctionDef):
                saved_with_none(node, Expressions(found[node.name]), used, forms.numpy)
    found = of_functions(tree, given)
    for node in tree.body:
        if isinstance(node, gast.FunctionDef):
            unlike_as_tuples(node, Expressions(found[node.name]))
            with_reciprocals(node, kinds.get(node.name, {}))
            saves_in_arrays(node, kinds.get(node.name, {}), used, forms.numpy)
    found = with_arrays_from_the_start(tree, given, forms.numpy)
    others = {name for name, value in read.items() if not isinstance(value, types.ModuleType)}
    if by_rank(tree, {name: {**own, **found[name]} for name, own in given.items()}, others):
        # What became an array from the start is not looked for again: its rank is known by now.
        given = {name: {key: found[name].get(key, sort) for key, sort in own.items()} for name, own in given.items()}
        found = with_arrays_from_the_start(tree, given, forms.numpy)
    forms.solves_matrices = numba_slices.solves_matrices(tree, found)
    body: list[Any] = []
    loops = fused and fits(tree, kinds)
    for node in tree.body:
        if isinstance(node, gast.FunctionDef):
            known, memory = Expressions(found[node.name]), Memory(node, node.name in kinds)
            if loops:
                own = kinds.get(node.name)
                assumed = None if tests is None or own is None else assumptions(node, known, forms, own)
                if assumed is not None and tests is not None:
                    tests.append(assumed.test())
                fuse(node, known, memory, forms, assumed)
            rewriter = Rewriter(forms, known, memory)
            made = rewriter.visit(node)
            for helper in forms.take_new():
                body += [helper, BlankLine(), BlankLine()]
            body.append(made)
        else:
            body.append(node)
    return gast.Module(without_idle(body), [])


def read_from_around(tree: gast.Module) -> set[str]:
    """The names that the functions of a text have from around them: one that a function sets is its own."""
    found: set[str] = set()
    for node in tree.body:
        names = [each for each in trees.walk(node) if isinstance(each, gast.Name)]
        found |= {each.id for each in names} - {each.id for each in names if not isinstance(each.ctx, gast.Load)}
    return found


def note_cotangent(tree: gast.Module, given: dict[str, dict[str, Any]]) -> None:
    """Where f's value is of a kind that isn't known, neither is that of `dy`: it is no larger than the value."""
    main = tree.body[-1]
    if not isinstance(main, gast.FunctionDef) or main.name not in given:
        return
    positional = [*main.args.posonlyargs, *main.args.args]
    defaults = zip(positional[len(positional) - len(main.args.defaults) :], main.args.defaults)
    names = [each.id for each, default in defaults if isinstance(default, gast.Constant) and default.value == 1.0]
    for name in names:
        if given[main.name].get(name, UNKNOWN) != UNKNOWN:
            continue
        for node in trees.walk(main):
            if isinstance(node, gast.Name) and node.id == name:
                node.cotangent = True
        if of_functions(tree, given)[main.name].get("value") == ("f", 0):
            given[main.name][name] = ("f", 0)


def with_arrays_from_the_start(tree: gast.Module, given: Any, numpy: str) -> dict[str, dict[str, Any]]:
    """What is known of all names, once each is a number or an array throughout."""
    found = of_functions(tree, given)
    functions = [node for node in tree.body if isinstance(node, gast.FunctionDef)]
    changed = [arrays_from_the_start(node, Expressions(found[node.name]), numpy) for node in functions]
    if not any(changed):
        return found
    # An array of unknown rank was a number before it was one of a known rank.
    sure = {name: {k: sort for k, sort in own.items() if not is_of_unknown_rank(sort)} for name, own in given.items()}
    made = of_functions(tree, sure)
    for name, own in given.items():
        made.get(name, {}).update({k: sort for k, sort in own.items() if made.get(name, {}).get(k, UNKNOWN) == UNKNOWN})
    return made


def with_ranks_found(tree: gast.Module, given: Any) -> Any:
    """The ranks that aren't known before, and follow from the text: of what has as many axes as others together, or is
    given by a function that is read here first (`halves_called`)."""
    sure = {name: {k: sort for k, sort in own.items() if not is_of_unknown_rank(sort)} for name, own in given.items()}
    found = of_functions(tree, sure)
    for function in [node for node in tree.body if isinstance(node, gast.FunctionDef) and node.name in given]:
        made = found.get(function.name, {})
        apart = of_several_ranks(function, Expressions(made))
        for key, sort in given[function.name].items():
            known = made.get(key, UNKNOWN)
            follows = is_of_unknown_rank(sort) and isinstance(known[1], int) and key not in apart
            sure[function.name][key] = known if follows else sort
    return {**given, **sure}


def is_of_unknown_rank(sort: Any) -> bool:
    if sort[0] == "[]":
        return is_of_unknown_rank(sort[1])
    return sort[1] is None and sort[0] in ("b", "i", "f", "c")


def without_idle(body: list[Any]) -> list[Any]:
    """Without the helpers that nothing calls any more, since they are written otherwise."""
    called = {each.id for node in body for each in trees.walk(node) if isinstance(each, gast.Name)}
    last = max((k for k, node in enumerate(body) if isinstance(node, gast.FunctionDef)), default=0)
    kept: list[Any] = []
    for k, node in enumerate(body):
        if isinstance(node, gast.FunctionDef) and node.name not in called and k != last:
            while kept and isinstance(kept[-1], BlankLine):
                kept.pop()
            continue
        kept.append(node)
    return kept


def numpy_name(tree: gast.AST, namespace: dict[str, Any], used: set[str], modules: dict[str, Any]) -> str:
    """What the text calls NumPy."""
    for node in trees.walk(tree):
        if isinstance(node, gast.Name) and getattr(node, "module", None) is np:
            return node.id
    name = "np"
    while name in used and namespace.get(name) is not np:
        name += "_"
    modules[name] = np
    return name


def indexing(tree: gast.Module) -> set[str]:
    """The functions that use indices. Slices are cut at the bounds, and the helpers keep to them."""
    found = set()
    for function in tree.body:
        if isinstance(function, gast.FunctionDef) and not getattr(function, "helper", False):
            if any(map(may_be_out_of_bounds, trees.walk(function))):
                found.add(function.name)
    return found


def may_be_out_of_bounds(node: gast.AST) -> bool:
    return isinstance(node, gast.Subscript) and not is_slice(node.slice) and not getattr(node, "there", False)


def is_slice(index: gast.AST) -> bool:
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    new = (isinstance(part, gast.Constant) and part.value in (None, ...) for part in parts)
    return all(isinstance(part, gast.Slice) or whole for part, whole in zip(parts, new))


def origins(tree: gast.Module, text: str) -> dict[int, tuple[Any, Any]]:
    """By line of the text, the user's source and node that the statement there comes from."""
    found: dict[int, tuple[Any, Any]] = {}

    def pair(block: list[Any], printed: list[ast.stmt], around: Any) -> None:
        block = [node for node in block if not isinstance(node, (Comment, BlankLine))]
        if len(block) != len(printed):
            return
        for node, shown in zip(block, printed):
            origin = getattr(node, "origin", None) or around
            if origin is not None and getattr(origin[1], "lineno", None) is not None:
                for line in range(shown.lineno, (shown.end_lineno or shown.lineno) + 1):
                    found[line] = origin
            for part in ("body", "orelse", "finalbody"):
                if isinstance(getattr(node, part, None), list) and hasattr(shown, part):
                    pair(getattr(node, part), getattr(shown, part), origin)

    pair(tree.body, ast.parse(text).body, None)
    return found
