"""Reading: a function -> its text and its gast tree.

The tree's nodes carry the line numbers of the user's file. What is found is always proven: the text is compiled again
and its code compared with the function's own, so that an edited file, or the wrong one of two lambdas, can't pass.

>>> text = "def area(r):  # of a disc\\n    return 3.14 * r * r\\n"
>>> space = {}
>>> exec(text, space)
>>> area = read(space["area"], source=text)
>>> type(area.tree).__name__, area.tree.name, area.tree.body[0].lineno
('FunctionDef', 'area', 2)
>>> area.line_text(1), area.statement_text(area.tree)
('def area(r):  # of a disc', 'def area(r):')

A decorated function is what its decorator made of it: the wrapper is read, also where `functools.wraps` left a
`__wrapped__`, since a decorator may change what the function does. Only what s2sad itself wrapped (`__s2sad_wrapped__`)
and what Numba compiled (`py_func`) is looked through.
"""

from __future__ import annotations

import ast
import functools
import itertools
import linecache
import os
import re
import sys
import types
import warnings
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad.comparing import compile_as, imports_of, places, same_code
from s2sad.errors import SourceError
from s2sad.forking import global_lock
from s2sad.quoting import WIDTH, one_line, shorten


@dataclass
class FunctionSource:
    """A function as its user wrote it. The tree is made anew by each `read`, so it may be changed."""

    filename: str
    name: str
    tree: gast.FunctionDef
    lines: list[str] = field(repr=False)
    function: Callable[..., Any]
    globals: dict[str, Any] = field(repr=False)
    closure: tuple[str, ...] = ()
    given: bool = False  # the text came from `source=`

    @property
    def text(self) -> str:
        """The text of the whole file or cell."""
        return "\n".join([*self.lines, ""])

    @property
    def first_line(self) -> int:
        """The line of `def` (or `lambda`), below any decorator."""
        return self.tree.lineno

    def line_text(self, lineno: int) -> str:
        """One line of the file, without its end; empty where there is none."""
        return self.lines[lineno - 1] if 1 <= lineno <= len(self.lines) else ""

    def statement_text(self, node: gast.AST, width: int = WIDTH) -> str:
        """The user's text of a statement (of a compound one its header) or expression, on one line, for a comment."""
        return shorten(one_line(self.lines, node), width)

    def text_for(self, other: Callable[..., Any]) -> str | None:
        """What to pass as `source=` to read another function: this text, if it was given and made that one too."""
        code = getattr(other, "__code__", None)
        return self.text if self.given and code is not None and code.co_filename == self.filename else None


def read(function: Callable[..., Any], source: str | None = None) -> FunctionSource:
    """Finds the text of a function and parses it; `source` is the text where Python keeps none (`exec`, a prompt)."""
    plain = _plain(function)
    code = plain.__code__
    found = _cache.get(id(code)) if source is None else None
    if found is None:
        found = _find(plain, _Text(_split(source)) if source is not None else _text_of(plain), source is not None)
        if id(code) not in _cache:
            weakref.finalize(code, _cache.pop, id(code), None).atexit = False
        _cache[id(code)] = found
    tree = _as_function(to_gast(found.node, found.shift), found.target)
    _write_private_names(tree, found.cls)
    lines, names = found.text.lines, code.co_freevars
    return FunctionSource(code.co_filename, tree.name, tree, lines, plain, plain.__globals__, names, found.given)


# ---------------------------------------------------------------- which function, which text
class _Text:
    """The lines of a file or cell, and its tree, parsed when first asked for."""

    def __init__(self, lines: list[str], origin: list[str] | None = None) -> None:
        self.lines = lines
        self.origin = origin  # linecache's own list: as long as it is the same, so is the file

    @functools.cached_property
    def tree(self) -> tuple[ast.AST, int]:
        return _parse(self.lines, 1, len(self.lines))


@dataclass
class _Candidate:
    """A function in a text: its ast node, what to add to the node's line numbers, the class it is written in, and the
    variable that a lambda is assigned to."""

    node: Any
    shift: int
    cls: str | None
    target: str | None = None

    @property
    def line(self) -> int:
        """Where Python says that the function starts: its first decorator."""
        decorators = getattr(self.node, "decorator_list", ())
        return min([self.node.lineno, *(each.lineno for each in decorators)]) + self.shift


@dataclass
class _Found(_Candidate):
    text: Any = None
    given: bool = False


_cache: dict[int, _Found] = {}  # by the id of a code object, for as long as that lives
_texts: weakref.WeakValueDictionary[str, _Text] = weakref.WeakValueDictionary()  # kept by what was found in them
_quiet = global_lock()  # around changes of the filters of warnings, which are global


def _plain(function: Any) -> types.FunctionType:
    """The Python function behind a method, a function that s2sad wrapped, or one that Numba compiled."""
    for _ in range(100):
        wrapped = getattr(function, "__s2sad_wrapped__", None)
        # functools.wraps copies attributes, so the mark may also come from what a decorator of the user's wraps.
        below = getattr(function, "__wrapped__", None)
        if wrapped is not None and getattr(below, "__s2sad_wrapped__", None) is not wrapped:
            function = wrapped
        elif isinstance(function, types.MethodType):
            function = function.__func__
        elif isinstance(function, types.FunctionType):
            return function
        elif isinstance(getattr(function, "py_func", None), types.FunctionType):
            function = function.py_func
        else:
            break
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None) or repr(function)
    if isinstance(function, type):
        raise SourceError(f"{name} is a class, not a function; pass a function that makes and uses it")
    if isinstance(function, functools.partial):
        raise SourceError(f"{name} has no source text of its own; pass the function it was made from, or a lambda")
    if not callable(function):
        raise SourceError(f"{name} is not a function")
    if hasattr(type(function).__call__, "__code__"):
        raise SourceError(f"{name} is an object that can be called; pass its method __call__")
    raise SourceError(
        f"{name} has no source text, as it is not written in Python; "
        "register a rule for it with @s2sad.partials or @s2sad.adjoint"
    )


def _split(text: str) -> list[str]:
    """The lines of a text as Python counts them: `str.splitlines` would also split at a form feed."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n").split("\n")


def _text_of(function: types.FunctionType) -> _Text:
    """The present text of the file or cell that the function was compiled from."""
    code = function.__code__
    name = code.co_filename
    if not name.startswith("<"):
        linecache.checkcache(name)
    lines = linecache.getlines(name, function.__globals__)
    if not lines and hasattr(linecache, "_getlines_from_code"):  # what was typed at the prompt of Python 3.13
        lines = linecache._getlines_from_code(code)
    known = _texts.get(name)
    if known is None or known.origin is not lines:
        known = _Text([line.removesuffix("\n") for line in lines], lines)
        _texts[name] = known
    if not lines:
        raise SourceError(_no_text(function))
    return known


def _no_text(function: types.FunctionType) -> str:
    name = function.__code__.co_filename
    if name.startswith("<"):
        why = "it was made by exec or eval, or typed at a prompt, and Python keeps no text of that"
    else:
        why = f"there is no file {name}"
    return f"s2sad can't find the source text of {function.__name__}: {why}; pass the text as source="


# ---------------------------------------------------------------- finding it in the text
def _find(function: types.FunctionType, text: _Text, given: bool) -> _Found:
    """The function's node, proven by its code. First in the lines around it, then in the whole text."""
    name = function.__name__
    broken = False
    try:
        for candidates in (_nearby, _everywhere):
            try:
                found = _choose(function, list(candidates(function, text)))
            except SourceError:
                raise
            except (SyntaxError, ValueError):  # the latter for characters that can't stand in a file
                broken = True
                continue
            if found is not None:
                return _Found(**vars(found), text=text, given=given)
    except (RecursionError, MemoryError):
        raise SourceError(
            f"{name} is nested too deeply to be read; split its longest expression, or raise sys.setrecursionlimit"
        ) from None
    if given:
        raise SourceError(f"the text passed as source= is not that of {name}: compiled, it gives other code")
    file = function.__code__.co_filename
    if not os.path.exists(file):  # a made-up name, for which linecache has another text
        raise SourceError(_no_text(function))
    what = "can't be parsed any more" if broken else f"has changed since {name} was imported"
    raise SourceError(f"{file} {what}; reload it (or pass the text that {name} was made from as source=)")


def _nearby(function: types.FunctionType, text: _Text) -> Iterator[_Candidate]:
    """What stands at the function's line: parses a few lines only, however long the file."""
    code = function.__code__
    last = _last_line(code)
    start = code.co_firstlineno
    if not 1 <= start <= last <= len(text.lines):
        return
    if code.co_name == "<lambda>":
        while start > 1 and not _STATEMENT.match(text.lines[start - 1]):
            start -= 1
    tree, shift = _parse_block(text.lines, start, last)
    for each in _functions(tree, shift, code.co_name, _class_of(function)):
        if each.line == code.co_firstlineno:
            yield each


def _everywhere(function: types.FunctionType, text: _Text) -> Iterator[_Candidate]:
    """All functions of the name. One at another line has the same code, so only lines above it came or went."""
    yield from _functions(*text.tree, function.__code__.co_name, None)


_STATEMENT = re.compile(r"(?!(?:else|elif|except|finally|case)\b)\w|@")  # a line that starts a statement of the module


def _functions(tree: ast.AST, shift: int, name: str, cls: str | None) -> Iterator[_Candidate]:
    """The functions (or lambdas) of a name in a tree."""
    stack: list[tuple[ast.AST, str | None, str | None]] = [(tree, cls, None)]
    while stack:
        node, inside, target = stack.pop()
        if isinstance(node, ast.Lambda):
            if name == "<lambda>":
                yield _Candidate(node, shift, inside, target)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            yield _Candidate(node, shift, inside)
        elif isinstance(node, ast.ClassDef):
            inside = node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            first = node.targets[0] if isinstance(node, ast.Assign) else node.target
            stack.extend((each, inside, None) for each in ast.iter_child_nodes(node) if each is not node.value)
            stack.extend((value, inside, each) for value, each in _assigned(first, node.value))
            continue
        stack.extend((each, inside, None) for each in ast.iter_child_nodes(node))


def _assigned(target: ast.AST, value: ast.AST) -> list[tuple[ast.AST, str | None]]:
    """The value of an assignment (of a tuple: its items) and the variables that they are assigned to."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [(item, each.id if isinstance(each, ast.Name) else None) for each, item in zip(target.elts, value.elts)]
    return [(value, target.id if isinstance(target, ast.Name) else None)]


def _choose(function: types.FunctionType, candidates: list[_Candidate]) -> _Candidate | None:
    """The candidate that has the function's code; of several the one at its place."""
    code = function.__code__
    same: list[tuple[_Candidate, types.CodeType]] = []
    for imported in imports_of(function) if candidates else ():
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = [(each, compile_as(code, each.node, each.cls, imported)) for each in candidates]
        same = [(each, one) for each, one in made if one is not None and same_code(one, code)]
        if same:
            break
    if not same:
        return None
    nearest = min(abs(each.line - code.co_firstlineno) for each, _ in same)
    same = [(each, made) for each, made in same if abs(each.line - code.co_firstlineno) == nearest]
    if len(same) > 1 and sys.version_info >= (3, 11):
        exact = [(each, made) for each, made in same if places(made) == places(code)]
        same = exact or same
    # Equal code with equal parameters is the same function, whichever of them it is.
    if len({ast.dump(each.node.args) for each, _ in same}) > 1:
        raise SourceError(
            f"several lambdas on line {code.co_firstlineno} of {code.co_filename} have the same code and differ "
            "in their defaults; write each on a line of its own"
        )
    return same[0][0]


# ---------------------------------------------------------------- parsing
def _parse(lines: list[str], first: int, last: int) -> tuple[ast.AST, int]:
    """Parses lines; also what has to be added to the tree's line numbers. Indented ones stay so, inside of an `if`:
    to dedent them would change the strings that go over several lines."""
    block = lines[first - 1 : last]
    head = next((line for line in block if line.strip() and not line.lstrip().startswith("#")), "")
    indented = head[:1] in (" ", "\t")
    text = "\n".join(["if 1:", *block, ""] if indented else [*block, ""])
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text), first - 1 - indented


def _parse_block(lines: list[str], first: int, last: int) -> tuple[ast.AST, int]:
    """Parses the statement from line `first` that reaches at least to line `last`.

    It ends before a line that is indented no more than its start. Such a line may also be part of a string or stand in
    brackets; then what comes before it doesn't parse, and the next one is tried.
    """
    depth = _indent(lines[first - 1])
    attempts = 0
    for number in range(last, len(lines) + 1):
        if number < len(lines):
            line = lines[number]
            if not line.strip() or line.lstrip()[0] in "#)]}" or _indent(line) > depth:
                continue
        try:
            return _parse(lines, first, number)
        except SyntaxError:
            attempts += 1
            if attempts > 5 or number == len(lines):
                raise
    raise SyntaxError("no end")


def _indent(line: str) -> int:
    line = line.expandtabs()
    return len(line) - len(line.lstrip(" \f"))


def _last_line(code: types.CodeType) -> int:
    """The last line that a code object has an instruction for."""
    last = max((line for _, _, line in code.co_lines() if line is not None), default=code.co_firstlineno)
    return max([last, *(_last_line(each) for each in code.co_consts if isinstance(each, types.CodeType))])


def _class_of(function: types.FunctionType) -> str | None:
    """The class that a function is written in, by its qualified name: `outer.<locals>.C.method.<locals>.f` -> C."""
    parts = getattr(function.__code__, "co_qualname", function.__qualname__).split(".")
    classes = [a for a, b in itertools.pairwise(parts) if b != "<locals>" and a.isidentifier()]
    return classes[-1] if classes else None


# ---------------------------------------------------------------- ast -> gast
_BARE = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)
_bare = {each: getattr(gast, each.__name__)() for base in _BARE for each in base.__subclasses__()}
_classes: dict[type, Any] = {}


def to_gast(root: Any, shift: int = 0) -> Any:
    """The gast tree of an ast tree, with `shift` added to its line numbers. Without recursion: sums of thousands of
    terms are nested as deeply."""
    made: list[Any] = [None]
    stack: list[tuple[ast.AST, Any, Any]] = [(root, made, 0)]
    while stack:
        node, holder, key = stack.pop()
        cls = node.__class__
        if cls in _bare:
            holder[key] = _bare[cls]
            continue
        new, fields = _new_node(node)
        holder[key] = new
        if shift and "lineno" in fields:
            fields["lineno"] += shift
            if fields.get("end_lineno") is not None:
                fields["end_lineno"] += shift
        for name, value in fields.items():
            if isinstance(value, list):
                fields[name] = items = value.copy()
                stack.extend((each, items, k) for k, each in enumerate(items) if isinstance(each, ast.AST))
            elif isinstance(value, ast.AST):
                stack.append((value, fields, name))
    return made[0]


def _new_node(node: ast.AST) -> tuple[Any, dict[str, Any]]:
    """A gast node, its fields still those of ast."""
    cls = node.__class__
    if cls is ast.arg:
        new = gast.Name(node.arg, gast.Param(), node.annotation, node.type_comment)  # type: ignore[attr-defined]
        return gast.copy_location(new, node), new.__dict__
    if cls not in _classes:
        _classes[cls] = getattr(gast, cls.__name__)
    new = _classes[cls].__new__(_classes[cls])
    fields = new.__dict__
    fields.update(node.__dict__)
    if cls is ast.Name:
        fields["annotation"] = fields["type_comment"] = None
    elif cls is ast.ExceptHandler and fields["name"]:
        fields["name"] = ast.copy_location(ast.Name(fields["name"], ast.Store()), node)
    elif cls in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        fields.setdefault("type_params", [])
    elif cls.__name__ in ("TypeVar", "TypeVarTuple", "ParamSpec"):
        fields.setdefault("default_value", None)
    return new, fields


def _as_function(tree: Any, name: str | None) -> gast.FunctionDef:
    """A lambda as a FunctionDef; any other function as it is."""
    if not isinstance(tree, gast.Lambda):
        return tree
    body = gast.copy_location(gast.Return(tree.body), tree.body)
    made = gast.FunctionDef(name or "function", tree.args, [body], [], None, None, [])
    return gast.copy_location(made, tree)


def _write_private_names(tree: gast.FunctionDef, cls: str | None) -> None:
    """`self.__rate`, in a method of the class Bond, is `self._Bond__rate` to everybody outside of it."""
    if cls is None or not cls.strip("_"):
        return
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, gast.Attribute) and node.attr.startswith("__") and not node.attr.endswith("__"):
            node.attr = f"_{cls.lstrip('_')}{node.attr}"
        stack.extend(each for each in gast.iter_child_nodes(node) if not isinstance(each, gast.ClassDef))
