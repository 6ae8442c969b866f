"""Comparing: whether the text that was found is what a function was compiled from.

The text is compiled again, under the same conditions, and the code compared. Line numbers don't matter.

>>> text = "def f(x):\\n    return x + 1"
>>> def code_of(text):
...     return next(each for each in compile(text, "", "exec").co_consts if isinstance(each, types.CodeType))
>>> made = compile_as(code_of("\\n\\n\\n" + text), ast.parse(text).body[0], None, ())
>>> same_code(made, code_of(text)), same_code(made, code_of(text + ".0"))
(True, False)
"""

from __future__ import annotations
import __future__ as futures

import ast
import dis
import itertools
import sys
import types
from collections.abc import Iterator
from typing import Any

_FUTURES = 0
for _name in futures.all_feature_names:
    _FUTURES |= getattr(futures, _name).compiler_flag


def imports_of(function: types.FunctionType) -> Iterator[tuple[str, ...]]:
    """The names that the function's module imports, as far as the code shows it: a guess, then what must be so.

    From Python 3.11 on, `np.sum(x)` compiles to other code where the text imports `np` at its top level, and so does
    `super()` where the module has a variable of that name.
    """
    names = {name for code in _all_codes(function.__code__) for name in code.co_names}
    guess = tuple(sorted(name for name in names if isinstance(function.__globals__.get(name), types.ModuleType)))
    yield guess
    if sys.version_info >= (3, 11):
        # What is called like a method (`LOAD_METHOD`) has no import; for any other name an import makes no difference.
        methods = set()
        for code in _all_codes(function.__code__):
            names.update(code.co_varnames, code.co_freevars, code.co_cellvars)
            steps = [each for each in dis.get_instructions(code) if each.opname != "EXTENDED_ARG"]
            for base, step in itertools.pairwise(steps):
                if step.opname == "LOAD_METHOD" or (step.opname == "LOAD_ATTR" and "NULL|self" in step.argrepr):
                    methods.add(base.argval[-1] if isinstance(base.argval, tuple) else base.argval)
                elif step.opname == "LOAD_SUPER_ATTR":
                    methods.add("super")
        exact = tuple(sorted(name for name in names - methods if name.isidentifier()))
        if exact != guess:
            yield exact


def _all_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code object and those of the functions inside."""
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _all_codes(each)


def compile_as(code: types.CodeType, node: Any, cls: str | None, imported: tuple[str, ...]) -> types.CodeType | None:
    """The code object of a function's node, compiled as `code` was: with the same free names, in its class (for private
    names), in a module that imports these names."""
    place = {"lineno": node.lineno, "col_offset": 0, "end_lineno": node.lineno, "end_col_offset": 0}
    if isinstance(node, ast.Lambda):
        # The defaults may hold lambdas, and they are not part of the code.
        defaults: list[Any] = [ast.Constant(None, **place) for _ in node.args.defaults]
        keywords: list[Any] = [each and ast.Constant(None, **place) for each in node.args.kw_defaults]
        parameters = ast.arguments(**{**vars(node.args), "defaults": defaults, "kw_defaults": keywords})
        node = ast.Expr(ast.copy_location(ast.Lambda(parameters, node.body), node), **place)
    if cls is not None:
        header: dict[str, Any] = dict(bases=[], keywords=[], decorator_list=[], type_params=[], **place)
        node = ast.ClassDef(name=cls, body=[node], **header)
    if code.co_freevars:
        # What the text itself binds is global to the function, unless it is one of its free variables.
        own = getattr(node, "name", "")
        outside = [ast.Global([own], **place)] if own and own not in code.co_freevars else []
        free = [ast.arg(arg=name, annotation=None, **place) for name in code.co_freevars]
        parameters = ast.arguments([], free, None, [], [], None, [])
        node = ast.FunctionDef("<around>", parameters, [*outside, node], [], None, None, **place)
        node.type_params = []
    imports = [ast.Import([ast.alias(name, None, **place) for name in imported], **place)] if imported else []
    made = compile(ast.Module([*imports, node], []), code.co_filename, "exec", code.co_flags & _FUTURES, True)
    level = [made]
    while level:
        level = [each for outer in level for each in outer.co_consts if isinstance(each, types.CodeType)]
        for each in level:
            if each.co_name == code.co_name and each.co_flags & 1:  # the code of a class is not optimized
                return each
    return None


def same_code(made: types.CodeType, code: types.CodeType) -> bool:
    """Whether two code objects do the same; where they stand in the file doesn't matter."""
    parameters = code.co_argcount + code.co_kwonlyargcount
    if _signature(made) != _signature(code) or made.co_varnames[:parameters] != code.co_varnames[:parameters]:
        return False
    if _rewritten(code):
        constants = [repr(each) for each in code.co_consts]
        return (
            set(made.co_names) <= set(code.co_names)
            and set(made.co_varnames) <= set(code.co_varnames)
            and all(isinstance(each, types.CodeType) or repr(each) in constants for each in made.co_consts)
        )
    if (made.co_code, made.co_names, made.co_varnames) != (code.co_code, code.co_names, code.co_varnames):
        return False
    if made.co_freevars != code.co_freevars or len(made.co_consts) != len(code.co_consts):
        return False
    return all(map(_same_constant, made.co_consts, code.co_consts))


def _signature(code: types.CodeType) -> tuple[Any, ...]:
    return code.co_name, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags & 0x2AC


def _rewritten(code: types.CodeType) -> bool:
    """Whether pytest rewrote the asserts, so that the code can't be compared one to one."""
    names = code.co_names + code.co_varnames
    return any(name.startswith("@py") for name in names) or any(
        _rewritten(each) for each in code.co_consts if isinstance(each, types.CodeType)
    )


def _same_constant(a: Any, b: Any) -> bool:
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return same_code(a, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same_constant, a, b))
    if isinstance(a, frozenset):
        return set(map(repr, a)) == set(map(repr, b))
    if isinstance(a, str):  # in Python 3.10 the qualified name of a nested function is a constant
        return a == b or ("<locals>." in a and a.rpartition("<locals>.")[2] == b.rpartition("<locals>.")[2])
    return repr(a) == repr(b)  # also tells 0.0 from -0.0, and finds nan equal to nan


def places(code: types.CodeType) -> list[Any]:
    """The columns of each instruction: what tells two equal lambdas on one line apart."""
    return [place[2:] for place in code.co_positions()]  # type: ignore[attr-defined]
