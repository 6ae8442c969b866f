"""Compiles a generated program with Numba: `jit="numba"`.

The text that is compiled is the program as the stage `numba_target` wrote it for Numba. Its functions, and the user's
functions that it calls, are compiled over a copy of the globals as they are now: Numba takes them as constants. So a
global that the text reads is a guard: when it is rebound, or an array in it changes, the program is compiled anew.
"""

from __future__ import annotations

import ast
import builtins
import functools
import hashlib
import inspect
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad import numba_cache, numba_custom, numba_errors
from s2sad.cache import Entry, keep
from s2sad.compiling import register_text
from s2sad.errors import S2sadError
from s2sad.jit_options import JitOptions, need_numba
from s2sad.numba_assumed import DIFFERENT
from s2sad.numba_attributes import Path
from s2sad.numba_boundary import binder, contiguous, filler, is_contiguous, parameters_of
from s2sad.numba_callers import for_callers
from s2sad.numba_globals import as_constant
from s2sad.numba_target import NumbaText, function_text, program_text, text_for_equal_lengths, text_of_function
from s2sad.requests import Program
from s2sad.source import read
from s2sad.value_programs import value_alone
from s2sad.values import MISSING


class JitEntry(Entry):
    """A generated program and its compiled form. `plain` is the same program, not compiled."""

    __slots__ = ("callers", "compiled", "first", "for_equal", "for_equal_fits", "guarded", "options", "warned", "world")

    def __init__(self, plain: Callable, program: Program, origin: types.FunctionType, options: JitOptions) -> None:
        super().__init__(plain, program, origin)
        self.options = options
        fused = options.error_model == "numpy" and not options.parallel  # Numba runs statements of arrays side by side
        text = program_text(program, origin, options.parallel, fused, options.boundscheck)
        self.world = World(origin, plain, options)
        self.compiled = self.told(self.world.compile_program(text, program), text)
        self.checks = (*self.checks, self.world.holds)
        # For lengths that are equal where they meet: it is tried first, and the other compiled when they aren't.
        made = text_for_equal_lengths(program, origin, options.boundscheck) if fused else None
        self.for_equal = None
        if made is not None:
            self.for_equal = self.told(World(origin, plain, options).compile_program(made[0], program), made[0])
        self.for_equal_fits = None if made is None else test_of_lengths(program, made[1])
        self.first: JitEntry | None = None  # of its value alone
        self.callers: Any = None  # for compiled code of the user's
        self.warned: set[str] = set()
        self.guarded = Guarded(self, text)
        self.function = self.guarded

    def compiled_for_callers(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What compiled code of the user's can call: Numba's dispatcher, where no argument becomes a tuple."""
        if self.for_equal_fits is not None and self.for_equal_fits(*args, **kwargs):
            return self.for_equal
        if not self.guarded.needed and self.guarded.bind is None:
            return self.compiled
        if self.callers is None:
            self.callers = for_callers(self.compiled, self.program, self.plain) or self.guarded
        return self.callers

    def value_for_callers(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same for its first half alone, which gives the value, or for all of it."""
        keep(self.plain, "first", lambda: self.for_value(self.origin.__name__))
        return (self if self.first is None else self.first).compiled_for_callers(args, kwargs)

    def for_value(self, of: str) -> Callable[..., Any]:
        """Compiled, what gives the value (in a pair with no gradients), or else the program itself."""
        program = value_alone(self.program, of)
        if program is None:
            return self.function
        self.first = JitEntry(self.plain, program, self.origin, self.options)
        self.first.warned = self.warned
        return self.first.function

    def told(self, compiled: Any, text: NumbaText) -> Any:
        """The dispatcher, whose first call from Python says at the user's line what Numba says of the program."""
        compile_for = compiled._compile_for_args

        def compile_for_args(*args: Any, **kwargs: Any) -> Any:
            try:
                with warnings.catch_warnings():
                    ignore_what_numba_advises()
                    return compile_for(*args, **kwargs)
            except Exception as error:
                if not numba_errors.is_numba_error(error):
                    raise
                refusal = numba_errors.refusal(error, text, self.origin)
            raise refusal

        compiled._compile_for_args = compile_for_args
        compiled.told = functools.partial(self.told, text=text)  # for the functions around it
        return compiled

    def jit_seconds(self) -> float:
        own = sum(compile_seconds(each) for each in (self.compiled, self.for_equal) if each is not None)
        return own if self.first is None else own + self.first.jit_seconds()


def ignore_what_numba_advises() -> None:
    """What could be faster in the program, and what Numba does itself, is nothing that the user could change."""
    from numba.core.errors import NumbaPendingDeprecationWarning, NumbaPerformanceWarning

    warnings.simplefilter("ignore", NumbaPerformanceWarning)
    warnings.simplefilter("ignore", NumbaPendingDeprecationWarning)  # of lists as arguments
    # Python 3.13 says so where Numba takes a generator expression apart.
    warnings.filterwarnings("ignore", "Assigning a code object of non-matching type", DeprecationWarning)


def compile_seconds(compiled: Any) -> float:
    """The seconds that a dispatcher of Numba's has spent on compiling."""
    found = compiled.stats.cache_hits
    made = (compiled.get_metadata(each) for each in compiled.signatures if each not in found)
    return sum(each["timers"]["compiler_lock"] for each in made if each and "timers" in each)


def test_of_lengths(program: Program, test: str) -> Callable[..., bool]:
    """A function of the program's parameters that looks at their lengths; those of tangents that aren't given fit."""
    parameters = [f"{name}=None" for name in parameters_of(program)]
    space: dict[str, Any] = {}
    body = f"    try:\n        return {test}\n    except AttributeError:\n        return True\n"
    exec(f"def fits({', '.join(parameters)}):\n{body}", space)
    return space["fits"]  # type: ignore[no-any-return]


class Guarded:
    """Calls the compiled program, or, where Numba can't compile it and that is allowed, the plain one."""

    def __init__(self, entry: JitEntry, text: NumbaText) -> None:
        self.entry, self.text = entry, text
        self.compiled = entry.compiled
        self.convert, self.needed = text.convert, text.needed
        self.bind, self.fill = binder(entry.program, entry.plain), filler(entry.plain)
        self.for_equal = entry.for_equal
        self.fits: Any = entry.for_equal_fits
        self.differed = False  # differed: the lengths of a call did; then they are looked at before

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        given = args, kwargs
        if self.bind is not None:
            args, kwargs = self.bind(*args, **kwargs), {}
        elif self.fill is not None:
            args, kwargs = self.fill(*args, **kwargs), {}
        try:
            if self.for_equal is not None and (not self.differed or self.fits(*args, **kwargs)):
                try:
                    return self.run(self.for_equal, args, kwargs)
                except ValueError as error:
                    if error.args != (DIFFERENT,):
                        raise
                    self.differed = True
            return self.run(self.compiled, args, kwargs)
        except Exception as error:
            if numba_errors.is_of_layouts(error) and not is_contiguous([*given[0], *given[1].values()]):
                return self(*map(contiguous, given[0]), **{name: contiguous(each) for name, each in given[1].items()})
            if numba_errors.is_of_a_copy(error):  # while it ran: it isn't run once more
                raise numba_errors.refusal(error, self.text, self.entry.origin) from error
            refusal: Exception = error
            if not isinstance(error, numba_errors.NotCompiledError):
                if not numba_errors.is_numba_error(error):
                    raise
                refusal = numba_errors.refusal(error, self.text, self.entry.origin)
        if not self.entry.options.fallback:
            raise refusal
        if not self.entry.warned:
            self.entry.warned.add(self.entry.program.name)
            warnings.warn(f"runs as plain Python: {refusal}", numba_errors.NotCompiledWarning, stacklevel=3)
        return self.entry.plain(*given[0], **given[1])

    def run(self, compiled: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return compiled(*args, **kwargs) if self.convert is None else self.convert(compiled, args, kwargs)


class World:
    """What compiled code sees of the user's modules: a copy of what it reads, its functions compiled as well."""

    def __init__(self, origin: types.FunctionType, plain: Callable, options: JitOptions) -> None:
        self.origin, self.plain, self.options = origin, plain, options
        self.numba = need_numba("numba")
        self.njit = self.numba.njit(**options.for_numba())
        self.checked = options.boundscheck and not options.parallel  # looked at in the text
        self.fingerprint = numba_cache.Fingerprint() if options.cache else None
        self.note(sorted(options.for_numba().items()))
        self.made: dict[Any, Any] = {}
        self.pending: list[tuple[dict[str, Any], str, Any]] = []
        self.read: list[tuple[Callable[[], Any], Any, Any]] = []

    def note(self, *values: Any) -> None:
        """What the machine code depends on."""
        if self.fingerprint is not None:
            self.fingerprint.add(*values)

    def holds(self) -> bool:
        """Whether what was read is still as it was."""
        for look, value, content in self.read:
            found = look()
            if found is not value or content is not None and content_of(found) != content:
                return False
        return True

    def compile_program(self, text: NumbaText, program: Program) -> Any:
        functions = list(self.functions_of(self.plain))
        cells: dict[str, Any] = {}
        for function in functions:
            cells.update(zip(function.__code__.co_freevars, function.__closure__ or ()))
        own = {node.name for node in ast.parse(text.text).body if isinstance(node, ast.FunctionDef)}
        cells = {name: cell for name, cell in cells.items() if name not in own}
        return self.run(text, program.name, self.origin.__globals__, cells, main=True)[program.name]

    def functions_of(self, plain: Any) -> Any:
        """The generated functions, each once."""
        seen, todo = [], [plain]
        while todo:
            each = todo.pop()
            if each in seen or not isinstance(each, types.FunctionType):
                continue
            seen.append(each)
            yield each
            for cell in each.__closure__ or ():
                try:
                    value = cell.cell_contents
                except ValueError:
                    continue
                if isinstance(value, types.FunctionType) and value.__code__.co_filename == each.__code__.co_filename:
                    todo.append(value)

    def run(
        self, text: NumbaText, name: str, around: dict[str, Any], cells: dict[str, Any], main: bool = False
    ) -> dict[str, Any]:
        """The names of a text, its functions compiled. Everything else it reads comes from around it.

        The text of the program, `main`, comes last: then all is known that its machine code depends on.
        """
        self.note(text.text)
        tree, modules = ast.parse(text.text), text.modules
        own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        # A function that calls itself is found by Numba only in a module that it can import.
        space: dict[str, Any] = {"__name__": __name__, "__builtins__": builtins, **modules}
        for each in sorted(global_names(tree) - own):
            if each in modules:
                continue
            path = text.paths.get(each)
            root = each if path is None else path.root
            if root in cells:
                look = self.reader_of_cell(cells[root])
            elif root in around:
                look = self.reader_of_global(around, root)
            else:
                continue
            if path is not None and path.steps[-1] in (numba_custom.VALUE, numba_custom.PULLBACK):
                whole = self.reader_of_path(look, path._replace(steps=path.steps[:-1]))
                space[each] = self.half(whole, path.steps[-1] == numba_custom.PULLBACK)
                continue
            self.put(space, each, look if path is None else self.reader_of_path(look, path))
        digest = self.fingerprint.digest() if main and self.fingerprint is not None else None
        kept = numba_cache.file_of(text.text, digest) if digest is not None else None
        filename = kept or register_text(text.text, name)
        exec(compile(tree, filename, "exec", dont_inherit=True), space)
        mark = hashlib.sha256(text.text.encode()).hexdigest()[:16]
        for each in own:
            space[each].__module__ = __name__
            # Machine code from the disk must not meet other functions of the same name in this process.
            space[each].__qualname__ = f"{each}_{mark}"
            options = self.options.for_numba()
            options["boundscheck"] = options["boundscheck"] and each in text.indexing
            if each in text.inner:  # nobody calls it from Python: half of what it costs to compile
                options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
            space[each] = self.numba.njit(**options)(space[each])
        if kept is not None:
            numba_cache.keep_on_disk(space[name])
        return space

    @staticmethod
    def reader_of_cell(cell: Any) -> Callable[[], Any]:
        def look() -> Any:
            try:
                return cell.cell_contents
            except (ValueError, AttributeError):
                return MISSING

        return look if isinstance(cell, types.CellType) else lambda: cell

    @staticmethod
    def reader_of_global(around: dict[str, Any], name: str) -> Callable[[], Any]:
        return lambda: around.get(name, MISSING)

    @staticmethod
    def reader_of_path(look: Callable[[], Any], path: Path) -> Callable[[], Any]:
        return lambda: path.of(look())

    def put(self, space: dict[str, Any], name: str, look: Callable[[], Any]) -> None:
        """Takes a value from around a text into the namespace of the compiled one."""
        value = look()
        self.read.append((look, value, content_of(value)))
        self.note(name)
        if isinstance(value, types.FunctionType):
            self.note(value.__defaults__, value.__kwdefaults__)
            self.read.append((lambda: getattr(look(), "__code__", None), value.__code__, None))
            if value not in self.made:
                self.made[value] = None
                self.made[value] = self.compiled_function(value)
                for where, called, function in self.pending:
                    where[called] = self.made[function]
            if self.made[value] is None:  # functions that call each other
                self.pending.append((space, name, value))
            value = self.made[value]
        else:
            constant = as_constant(value)
            value = value if constant is None else constant
            self.note(value)
        if value is not MISSING:
            space[name] = value

    def half(self, look: Callable[[], Any], second: bool) -> Any:
        """One of the two functions that a `custom_gradient` is taken apart into, compiled."""
        custom = look()
        self.read.append((look, custom, None))
        self.read.append((lambda: getattr(look().function, "__code__", None), custom.function.__code__, None))
        key = custom.function, second
        if key not in self.made:
            tree = numba_custom.halves_of(custom)[second]  # type: ignore[index]
            text, name = text_of_function(tree, custom.function, self.checked), tree.name
            cells = dict(zip(custom.function.__code__.co_freevars, custom.function.__closure__ or ()))
            self.made[key] = self.run(text, name, custom.function.__globals__, cells)[name]
        return self.made[key]

    def compiled_function(self, function: types.FunctionType) -> Any:
        """A function of the user's that the program calls."""
        try:
            source = read(function)
        except S2sadError:
            self.note(function)
            return self.njit(function)
        text, name = function_text(source, function, self.checked), source.tree.name
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
        made = self.run(text, name, function.__globals__, cells)[name]
        own = {name: each.default for name, each in inspect.signature(function).parameters.items()}
        defaults = [own[each] for each in inspect.signature(made.py_func).parameters if own[each] is not inspect._empty]
        if not made.py_func.__defaults__:
            return made
        made.py_func.__defaults__ = tuple(defaults[len(defaults) - len(made.py_func.__defaults__) :])
        return self.njit(made.py_func)


def content_of(value: Any) -> Any:
    """What can change in a value that stays the same object; None where nothing can, or it isn't compiled in."""
    if isinstance(value, np.ndarray):
        return value.tobytes() if value.dtype.kind != "O" else None
    return repr(as_constant(value)) if type(value) in (list, dict) else None


def global_names(tree: ast.AST) -> set[str]:
    """The names that the functions of a text read from around them (or more)."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
