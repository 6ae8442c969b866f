"""Stage `compiling`: from the text of a program to a function object that sees the world as the user's function does.

The text is a module that stands alone. Here its top level becomes the body of a factory: the program's own helpers and
imports are closure cells, everything else is looked up in the user's globals, which stay live and are never written to:

    import numpy as np                        def outer(scale):               # the closure of f, its own cells
                                                  def factory(lookup):        # what can't be imported
    def helper(a): ...               ->               def helper(a): ...
    def f_value_and_gradients(x, dy=1.0): ...         def f_value_and_gradients(x, dy=1.0): ...
                                                      return (helper, f_value_and_gradients)

The lines keep their numbers, and the text is known to `linecache`, so that tracebacks, `pdb` and `inspect` show it.

>>> double = define("def double(x):\\n    return factor * x\\n", {"factor": 2.0})
>>> double(21.0)
42.0
>>> import inspect
>>> print(inspect.getsource(double), end="")
def double(x):
    return factor * x
"""

from __future__ import annotations
import __future__

import ast
import builtins
import hashlib
import linecache
import types
import weakref
from collections import deque
from typing import Any

from s2sad.forking import global_lock
from s2sad.requests import Program

_registering = global_lock()
_gone: deque[str] = deque()  # the names of texts whose code is gone, and that `linecache` knows still


def define(text: str, namespace: dict[str, Any]) -> types.FunctionType:
    """The one function that `text` defines, over `namespace`, which is not written to.

    NumPy looks for `__builtins__` in it, as in every module's namespace.
    """
    filename = register_text(text, text[4 : text.index("(")])
    function = types.FunctionType(_code_in(_compile(ast.parse(text), filename)), namespace)
    _forget_with(function.__code__, filename)
    return function


def compile_program(
    program: Program, function: types.FunctionType | None, world: types.FunctionType | None = None
) -> types.FunctionType:
    """The main function of a program: with the defaults of `function`, over the globals and the closure of `world` (or
    of the same function)."""
    world = world or function
    tree = ast.parse(program.text)
    body, made = _factory_body(tree, program)
    filename = register_text(program.text, program.name)
    cells = _cells(program, world)
    objects = {name: value for name, value in program.externals.items() if name not in cells}
    code = _code_in(_code_in(_compile(_enclose(body, made, sorted(cells), list(objects)), filename)))
    namespace = world.__globals__ if world is not None else {"__name__": program.name, "__builtins__": builtins}
    closure = tuple(cells[name] for name in code.co_freevars)
    functions = types.FunctionType(code, namespace, closure=closure)(**objects)
    for each in functions:
        each.__qualname__ = each.__name__
    main = functions[made.index(program.name)]
    if function is not None:
        _take_defaults(main, function, program.dy_name)
    _forget_with(main.__code__, filename)
    return main


def _cells(program: Program, function: types.FunctionType | None) -> dict[str, types.CellType]:
    """The closure cells that the text may read: those of the function, and externals that are cells themselves."""
    cells = {name: value for name, value in program.externals.items() if isinstance(value, types.CellType)}
    if function is not None and function.__closure__:
        own = zip(function.__code__.co_freevars, function.__closure__)
        cells.update((name, cell) for name, cell in own if name not in program.externals)
    return cells


def _factory_body(tree: ast.Module, program: Program) -> tuple[list[ast.stmt], list[str]]:
    """The statements of the text that go into the factory, and the names of the functions among them."""
    body: list[ast.stmt] = []
    made: list[str] = []
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                continue
            # What f's module imports itself is taken from its globals, which may have been rebound since.
            node.names = [alias for alias in node.names if _bound_name(alias) in program.own_imports]
            if not node.names:
                continue
        elif isinstance(node, ast.FunctionDef):
            made.append(node.name)
            if node.name == program.name:
                _drop_defaults(node, program.dy_name)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        body.append(node)
    return body, made


def _bound_name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _drop_defaults(node: ast.FunctionDef, dy_name: str) -> None:
    """Takes out the defaults of f's own parameters: they were evaluated when f was defined, and come from there."""
    arguments = node.args
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        if default is not None and each.arg != dy_name:
            arguments.kw_defaults[arguments.kwonlyargs.index(each)] = ast.copy_location(ast.Constant(None), default)
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    arguments.defaults = [
        default if each.arg == dy_name else ast.copy_location(ast.Constant(None), default)
        for each, default in zip(with_default, arguments.defaults)
    ]


def _take_defaults(main: types.FunctionType, function: types.FunctionType, dy_name: str) -> None:
    """Gives main the defaults of f, and for dy the one that the text has."""
    keywords = dict(function.__kwdefaults__ or {})
    defaults = function.__defaults__ or ()
    code = main.__code__
    if main.__kwdefaults__ and dy_name in main.__kwdefaults__:
        keywords[dy_name] = main.__kwdefaults__[dy_name]
    elif main.__defaults__ and code.co_varnames[code.co_argcount - 1] == dy_name:
        defaults = (*defaults, main.__defaults__[-1])
    main.__defaults__ = defaults or None
    main.__kwdefaults__ = keywords or None  # type: ignore[assignment]


def _enclose(body: list[ast.stmt], made: list[str], cells: list[str], objects: list[str]) -> ast.Module:
    """outer(cells) around factory(objects) around the statements."""
    tree = ast.parse(
        f"def outer({', '.join(cells)}):\n def factory({', '.join(objects)}):\n  return ({', '.join(made)},)"
    )
    outer = tree.body[0]
    assert isinstance(outer, ast.FunctionDef) and isinstance(outer.body[0], ast.FunctionDef)
    outer.body[0].body[:0] = body
    return tree


def _compile(tree: ast.Module, filename: str) -> types.CodeType:
    # Annotations are kept as text: what they name may not exist here.
    return compile(tree, filename, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)


def _code_in(code: types.CodeType) -> types.CodeType:
    return next(each for each in code.co_consts if isinstance(each, types.CodeType))


def register_text(text: str, name: str) -> str:
    """Makes the lines of a text known under a file name of its own, the same one in each run of the user's program."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    with _registering:
        while _gone:
            linecache.cache.pop(_gone.popleft(), None)
        filename, count = f"<s2sad {name} {digest}>", 1
        while filename in linecache.cache:
            count += 1
            filename = f"<s2sad {name} {digest} {count}>"
        # Without a modification time, linecache never looks for a file of this name.
        lines = [line + "\n" for line in text.removesuffix("\n").split("\n")]
        linecache.cache[filename] = (len(text), None, lines, filename)
    return filename


def _forget_with(code: types.CodeType, filename: str) -> None:
    """The lines go when the code is gone and another text comes: not at once, as code may be collected anywhere, in
    the midst of a loop of `linecache` over the names that it knows too, which then misses one (`checkcache`)."""
    weakref.finalize(code, _gone.append, filename).atexit = False
