"""A function of a file, without running the file: what `s2sad dump --no-import` reads.

Nothing of the file is executed but the `def` of the function and of those that it calls, without their bodies. Each
name that they use is looked up in the text: imports of known libraries, other functions, simple constants (numbers,
strings, containers of them, arithmetic with them). A name that would need more than that is refused, with its line.

>>> import pathlib, tempfile
>>> path = pathlib.Path(tempfile.mkdtemp(), "unimported_example.py")
>>> _ = path.write_text("import math\\nRATE = 2 * math.pi\\nprint('not run')\\ndef f(x):\\n    return RATE * x\\n")
>>> load_unimported(f"{path}:f")(1.0) == 2 * math.pi
True
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import dis
import importlib
import math
import operator
import os
import sys
import tokenize
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from s2sad.errors import ParameterError

LIBRARIES = frozenset(
    ["math", "cmath", "numpy", "scipy", "operator", "functools", "itertools", "collections", "dataclasses", "typing"]
    + ["numbers", "copy", "__future__"]
)
# What a constant may be computed with.
OPERATORS: dict[type, Any] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip
FUNCTIONS = [np.array, np.asarray, np.float32, np.float64, float, int, complex, abs, math.sqrt, math.exp, math.log]
LARGEST = 10**6  # no constant is computed that could have more digits or items than this


def load_unimported(target: str, folder: Path | None = None) -> types.FunctionType:
    """The function that `FILE.py:f` names, made without running the file. ParameterError for what that can't give.

    folder: if the file is not there, it is looked for from here and from the folders above.
    """
    from s2sad.targets import found_from, reason

    place, _, name = target.rpartition(":")
    if not place.endswith(".py") or not name:
        raise ParameterError(f"{target}: --no-import reads a file: write FILE.py:function")
    path = found_from(Path(place), folder)
    if not path.is_file():
        raise ParameterError(f"{path}: {'is no file' if path.exists() else 'no such file'}")
    if "." in name:
        raise ParameterError(f"{target}: a method needs its class, which --no-import doesn't make: name a function")
    try:
        with tokenize.open(path) as stream:
            text = stream.read()
        tree = ast.parse(text, str(path))
    except (SyntaxError, ValueError) as error:  # the latter for characters that can't stand in a file
        raise ParameterError(reason(str(path), error)) from None
    return _Module(path, tree).function(name)


class _Module:
    """The names of a file's top level, made one by one as they are asked for."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        self.path, self.file = path, str(path.resolve())
        self.bound: dict[str, list[ast.stmt]] = {}
        self.stars: list[ast.ImportFrom] = []
        for statement in tree.body:
            for name in _names_bound(statement):
                self.bound.setdefault(name, []).append(statement)
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
                self.stars.append(statement)
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                for name in node.names:
                    self.bound.setdefault(name, []).append(node)
        self.imports = [each for each in tree.body if isinstance(each, (ast.Import, ast.ImportFrom))]
        self.module = _stand_in(path)
        self.space = vars(self.module)
        self.wanted: list[str] = []  # which name is needed for which one

    def function(self, name: str) -> types.FunctionType:
        if name not in self.bound:
            known = [key for key, found in self.bound.items() if isinstance(found[0], ast.FunctionDef)]
            listed = f" (it has: {', '.join(known[:10])})" if known else ""
            raise ParameterError(f"{self.path} has no function {name}{listed}")
        for statement in self.imports:
            for each in _names_bound(statement):
                with contextlib.suppress(ParameterError):
                    self.define(each)  # in the file's order: it decides under which of several names a module is used
        self.wanted.clear()
        self.define(name)
        value = self.space[name]
        if not isinstance(value, types.FunctionType) or value.__globals__ is not self.space:
            raise ParameterError(f"{self.path}:{name} is no function that is written in this file")
        return value

    # ---------------------------------------------------------------- one name
    def define(self, name: str) -> None:
        """Gives the name its value, if the file does."""
        if name in self.space or name not in self.bound and (hasattr(builtins, name) or not self.stars):
            return
        self.wanted.append(name)
        if name not in self.bound:
            self.from_stars(name)
        else:
            statements = self.bound[name]
            if len(statements) > 1:
                lines = ", ".join(str(each.lineno) for each in statements)
                raise self.refuse(statements[0], f"is set in several places (lines {lines})")
            self.by_statement(name, statements[0])
        self.wanted.pop()

    def by_statement(self, name: str, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Import):
            self.by_import(name, statement)
        elif isinstance(statement, ast.ImportFrom):
            alias = next(each for each in statement.names if (each.asname or each.name) == name)
            self.space[name] = self.imported_name(statement, alias.name)
        elif isinstance(statement, ast.FunctionDef):
            self.by_def(statement)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if not all(isinstance(each, ast.Name) for each in targets):
                raise self.refuse(statement, "is set together with others")
            self.space[name] = self.constant(statement.value)
        else:
            raise self.refuse(statement, f"is set by {_description(statement)}")

    def by_import(self, name: str, statement: ast.Import) -> None:
        for alias in statement.names:
            top = alias.name.partition(".")[0]
            if (alias.asname or top) == name:
                module = self.library(alias.name, statement)
                self.space[name] = module if alias.asname else sys.modules[top]

    def imported_name(self, statement: ast.ImportFrom, name: str) -> Any:
        module = self.library("." * statement.level + (statement.module or ""), statement)
        if hasattr(module, name):
            return getattr(module, name)
        return self.library(f"{module.__name__}.{name}", statement)

    def from_stars(self, name: str) -> None:
        for statement in reversed(self.stars):
            module = self.library("." * statement.level + (statement.module or ""), statement)
            if name in getattr(module, "__all__", [each for each in vars(module) if not each.startswith("_")]):
                self.space[name] = getattr(module, name)
                return

    def library(self, name: str, statement: ast.stmt) -> types.ModuleType:
        if name.partition(".")[0] not in LIBRARIES:
            raise self.refuse(statement, f"comes from {name}, and only math, numpy, scipy and their like are imported")
        try:
            with _without_own_folder(self.file):
                return importlib.import_module(name)
        except ImportError as error:
            raise self.refuse(statement, f"can't be imported: {error}") from None

    # ---------------------------------------------------------------- functions
    def by_def(self, node: ast.FunctionDef) -> None:
        """Executes the `def` alone: no decorator, no default that is more than a constant, annotations as text."""
        if node.decorator_list:
            raise self.refuse(node, "has a decorator, which may do anything")
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        with_default = positional[len(positional) - len(arguments.defaults) :]
        defaults = tuple(map(self.default, with_default, arguments.defaults))
        named = zip(arguments.kwonlyargs, arguments.kw_defaults)
        keywords = {each.arg: self.default(each, value) for each, value in named if value}
        bare = ast.copy_location(ast.FunctionDef(**{**vars(node), "args": _without_defaults(arguments)}), node)
        flags = __future__.annotations.compiler_flag
        code = compile(ast.Module([bare], []), self.file, "exec", flags, dont_inherit=True)
        exec(code, self.space)
        function = self.space[node.name]
        function.__defaults__, function.__kwdefaults__ = defaults or None, keywords or None
        annotated = {each.arg: each.annotation for each in [*positional, *arguments.kwonlyargs] if each.annotation}
        for name, each in annotated.items():
            text = each.value if isinstance(each, ast.Constant) else ast.unparse(each)
            function.__annotations__[name] = text
        for name in _globals_of(function.__code__):
            self.define(name)

    def default(self, parameter: ast.arg, node: ast.expr) -> Any:
        self.wanted.append(f"the default of {parameter.arg}")
        made = self.constant(node)
        self.wanted.pop()
        return made

    # ---------------------------------------------------------------- constants
    def constant(self, node: ast.expr) -> Any:
        """The value of an expression of constants, which can neither do nor cost anything."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            make = {ast.Tuple: tuple, ast.List: list, ast.Set: set}[type(node)]
            return make(map(self.constant, node.elts))
        if isinstance(node, ast.Dict) and all(node.keys):
            return dict(zip(map(self.constant, node.keys), map(self.constant, node.values)))  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            self.define(node.id)
            return self.space[node.id] if node.id in self.space else getattr(builtins, node.id, None)
        if isinstance(node, ast.Attribute):
            owner = self.constant(node.value)
            if isinstance(owner, types.ModuleType) and hasattr(owner, node.attr):
                return getattr(owner, node.attr)
        return self.computed(node)

    def computed(self, node: ast.expr) -> Any:
        try:
            if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
                return OPERATORS[type(node.op)](_number(self.constant(node.operand)))
            if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
                left, right = _number(self.constant(node.left)), _number(self.constant(node.right))
                if isinstance(node.op, ast.Pow) and abs(right) * len(f"{left!r}") > LARGEST:
                    raise ValueError("it may be too large")
                return OPERATORS[type(node.op)](left, right)
            if isinstance(node, ast.Call) and not node.keywords:
                function = self.constant(node.func)
                if any(function is each for each in FUNCTIONS):
                    return function(*map(self.constant, node.args))
        except ParameterError:
            raise
        except (ArithmeticError, ValueError, TypeError) as error:
            raise self.refuse(node, f"is `{_shown(node)}`, which can't be computed: {error}") from None
        raise self.refuse(node, f"is `{_shown(node)}`, which is more than a simple constant")

    def refuse(self, node: ast.AST, why: str) -> ParameterError:
        *users, name = self.wanted
        used = f", which {users[-1]} uses," if users else ""
        line = getattr(node, "lineno", 0)
        what = f"{self.path}, line {line}: {name}{used} {why}"
        return ParameterError(f"{what}; leave --no-import out if you trust the file")


# ---------------------------------------------------------------------------------------------------- helpers
def _names_bound(statement: ast.stmt) -> list[str]:
    """The names of the module that a statement at its top level binds (or deletes), also inside of its blocks."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [statement.name]
    names: list[str] = []
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [each.asname or each.name.partition(".")[0] for each in node.names if each.name != "*"]
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.append(node.id)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            names.append(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.append(node.rest)
        todo.extend(ast.iter_child_nodes(node))
    return list(dict.fromkeys(names))


def _globals_of(code: types.CodeType) -> list[str]:
    """The global names that a function reads, those that it defines inside of it included."""
    names = [each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            names += _globals_of(inner)
    return list(dict.fromkeys(names))


def _without_defaults(arguments: ast.arguments) -> ast.arguments:
    """The parameters with None for each default (they are filled in), and without what is not evaluated anyway."""
    none = [ast.copy_location(ast.Constant(None), each) for each in arguments.defaults]
    keywords = [each and ast.copy_location(ast.Constant(None), each) for each in arguments.kw_defaults]
    return ast.arguments(**{**vars(arguments), "defaults": none, "kw_defaults": keywords})


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, complex, np.number)):
        raise TypeError(f"{type(value).__name__} is no number")
    return value


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) < 60 else f"{text[:56]} ..."


def _description(statement: ast.stmt) -> str:
    if isinstance(statement, ast.ClassDef):
        return "a class, whose body would have to run"
    words = {ast.AsyncFunctionDef: "an async function", ast.AugAssign: "an augmented assignment", ast.For: "a loop"}
    words |= {ast.While: "a loop", ast.If: "an `if`", ast.With: "a `with`", ast.Try: "a `try`", ast.Delete: "a `del`"}
    return words.get(type(statement), "a statement that would have to run")


@contextlib.contextmanager
def _without_own_folder(file: str) -> Iterator[None]:
    """Libraries are not looked for beside the file, nor in the current folder: a file there would be run."""
    before = list(sys.path)
    sys.path[:] = _path_without(Path(file))
    try:
        yield
    finally:
        sys.path[:] = before


def _path_without(file: Path) -> list[str]:
    """Where Python looks for modules, without the folders of the file's package and the current one."""
    here = {os.path.realpath("")}
    for folder in file.parents:
        here.add(os.path.realpath(folder))
        if not (folder / "__init__.py").is_file():
            break
    return [each for each in sys.path if os.path.realpath(each) not in here]


def _stand_in(path: Path) -> types.ModuleType:
    """An empty module under the name that the file would have if it was imported, and under which programs import
    what they need from it."""
    folder, parts = path.resolve().parent, [path.stem]
    packages: list[Path] = []
    while (folder / "__init__.py").is_file():
        packages.insert(0, folder)
        parts.insert(0, folder.name)
        folder = folder.parent
    for k, package in enumerate(packages):
        name = ".".join(parts[: k + 1])
        if name not in sys.modules:
            parent = sys.modules[name] = types.ModuleType(name)
            parent.__path__ = [str(package)]
    # At the end: nothing there, nor in the current folder, can stand in for a library.
    sys.path[:] = [*_path_without(path.resolve()), str(folder)]
    name = ".".join(parts)
    if name in sys.modules and len(parts) == 1:
        name += "_"
    module = sys.modules[name] = types.ModuleType(name)
    module.__file__ = str(path.resolve())
    module.__package__ = name.rpartition(".")[0]
    module.__dict__["__builtins__"] = builtins
    return module
