"""The value first, the gradients later and as often as asked: a generated program cut in two where `dy` comes in.

    def f_value_and_gradients(x, dy=1.0):        def f_forward(x):
        value = math.exp(x)                          value = math.exp(x)
                                           ->        return value, locals()
        x_grad = dy * value
        return value, (x_grad,)                  def f_backward(*, value=None, dy=1.0):
                                                     x_grad = dy * value
                                                     return (x_grad,)

What the second half reads of the first is copied when the first has run, where the caller holds it as well (the
arguments, the value) and may change it; and once more for each call, where the second half may write into it or
return it (`pullback_memory.py`).

A program that can't be cut (its value is known only after dy is used, or it writes into memory that has two names) is
run again as a whole for each dy, on a copy of the arguments. So is one that Numba compiles, which hands out no lists of
what it saved; its value comes from its first half alone (`value_programs.py`).
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import enum
import types
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from s2sad.cache import PLAIN_TYPES, Entry, keep
from s2sad.compiling import compile_program
from s2sad.cotangents import Misfit, fit, has_shape_of, misfit_error
from s2sad.kinds import Array, Scalar, named
from s2sad.pullback_memory import Sharing, of_halves, summaries
from s2sad.requests import Program


class Pullback:
    """A function from `dy` to the gradients. It may be called any number of times."""

    def __init__(self, run: Callable[..., Any], value: Any, program: Program, name: str, single: bool) -> None:
        self._run, self._program, self._name, self._single = run, program, name, single
        # The caller may change the value itself.
        self._like_value = snapshot(value)
        self.__name__ = self.__qualname__ = f"{name}_vjp"

    def __call__(self, dy: Any = None) -> Any:
        given = {}
        if dy is not None:
            try:
                fitted = fit(dy, self._program.value_kind)
            except Misfit:
                raise misfit_error(dy, self._like_value, self._name) from None
            if not has_shape_of(dy, self._like_value):
                raise misfit_error(dy, self._like_value, self._name)
            given = {self._program.dy_name: fitted}
        gradients = self._run(given)
        return gradients[0] if self._single else gradients

    def __repr__(self) -> str:
        return f"<the gradients of {self._name} as a function of dy>"


def pullback(
    entry: Entry, args: tuple[Any, ...], kwargs: dict[str, Any], name: str, single: bool
) -> tuple[Any, Pullback]:
    """The value of a call, and the function from dy to its gradients."""
    if entry.plain is not entry.function:
        return compiled_pullback(entry, args, kwargs, name, single)
    halves = keep(entry.plain, "halves", lambda: _halves(entry))
    if halves is not None:
        value, scope = halves.forward(*args, **kwargs)
        state = {key: scope[key] for key in halves.state if key in scope}
        sharing = halves.sharing
        if not _shares_what_is_written(state, sharing.written):
            outside = {key: each for key, each in state.items() if key in sharing.outside}
            state.update(snapshot(outside, _copies_of_arrays(outside)))
            changing = {key: state.pop(key) for key in _changing(state, sharing)}

            def backward(dy: dict[str, Any]) -> Any:
                return halves.backward(**state, **snapshot(changing), **dy)

            return value, Pullback(backward, value, entry.program, name, single)
    else:
        value = NotImplemented
    args, kwargs = snapshot((args, kwargs))

    def run(dy: dict[str, Any]) -> Any:
        own_args, own_kwargs = snapshot((args, kwargs))
        return entry.function(*own_args, **own_kwargs, **dy)[1]

    if value is NotImplemented:
        own_args, own_kwargs = snapshot((args, kwargs))
        value = entry.function(*own_args, **own_kwargs)[0]
    return value, Pullback(run, value, entry.program, name, single)


def compiled_pullback(
    entry: Any, args: tuple[Any, ...], kwargs: dict[str, Any], name: str, single: bool
) -> tuple[Any, Pullback]:
    """Of a compiled program, which is not cut: its first half gives the value, for each dy it is run as a whole."""
    first = keep(entry.plain, "first", lambda: entry.for_value(name))
    held = snapshot((args, kwargs))
    simple = all(isinstance(each, np.ndarray) or type(each) in PLAIN_TYPES for each in (*args, *kwargs.values()))

    def run(function: Callable[..., Any], which: int, dy: dict[str, Any]) -> Any:
        """What is returned shares no memory with what is held. The program doesn't write into its arguments."""
        given = held if simple else snapshot(held)
        result = function(*given[0], **given[1], **dy)[which]
        return snapshot(result) if simple and _may_share(result, held) else result

    value = run(first, 0, {})
    return value, Pullback(lambda dy: run(entry.function, 1, dy), value, entry.program, name, single)


def _may_share(result: Any, held: Any) -> bool:
    own = _arrays_in(held)
    return any(np.may_share_memory(a, b) for a in _arrays_in(result) for b in own)


def snapshot(value: Any, memo: dict[int, Any] | None = None) -> Any:
    """A copy that shares no memory that could be written into; one object in the original is one in the copy."""
    if type(value) in PLAIN_TYPES or value is None or isinstance(value, (str, bytes)):
        return value
    memo = {} if memo is None else memo
    found = memo.get(id(value))
    if found is not None:
        return found
    if isinstance(value, np.ndarray):
        made: Any = value.copy(order="K")
    elif isinstance(value, tuple):
        items = [snapshot(item, memo) for item in value]
        made = named(type(value), tuple(items))
    elif isinstance(value, list):
        made = memo[id(value)] = []
        made.extend(snapshot(item, memo) for item in value)
    elif isinstance(value, dict):
        made = memo[id(value)] = copy.copy(value)
        made.update({key: snapshot(item, memo) for key, item in value.items()})
    elif hasattr(value, "__dict__") and not callable(value) and not isinstance(value, (types.ModuleType, enum.Enum)):
        made = memo[id(value)] = copy.copy(value)
        vars(made).update({key: snapshot(item, memo) for key, item in vars(value).items()})
    else:
        made = value
    memo[id(value)] = made
    return made


def _copies_of_arrays(state: dict[str, Any]) -> dict[int, Any]:
    """By id, copies of arrays, in which views of these are views of the copies."""
    arrays = [each for each in state.values() if type(each) is np.ndarray]
    made: dict[int, Any] = {id(each): each.copy() for each in arrays if each.base is None and each.flags.c_contiguous}
    for view in arrays:
        whole = made.get(id(view.base))
        if whole is not None and view.size:
            offset = view.__array_interface__["data"][0] - view.base.__array_interface__["data"][0]  # type: ignore[union-attr]
            made[id(view)] = np.ndarray(view.shape, view.dtype, whole, offset, view.strides)
    return made


def _arrays_in(value: Any) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [array for item in value for array in _arrays_in(item)]
    if hasattr(value, "__dict__") and not callable(value) and not isinstance(value, (types.ModuleType, enum.Enum)):
        return _arrays_in(list(vars(value).values()))
    return []


def _changing(state: dict[str, Any], sharing: Sharing) -> set[str]:
    """The names of what is copied for each call: with what is written, all that hold the same arrays and lists."""
    written = {each for name in sharing.written & state.keys() for each in _parts_in(state[name])}
    same = {name for name, value in state.items() if written and written & _parts_in(value)}
    return same | (sharing.written | sharing.handed_out) & state.keys()


def _parts_in(value: Any) -> set[int]:
    """Which arrays, lists and other objects that may be written there are."""
    if type(value) in PLAIN_TYPES or isinstance(value, str):
        return set()
    found = {id(value)}
    if isinstance(value, dict):
        value = list(value.values())
    elif hasattr(value, "__dict__") and not callable(value) and not isinstance(value, (types.ModuleType, enum.Enum)):
        value = list(vars(value).values())
    if isinstance(value, (list, tuple)):
        for item in value:
            found |= _parts_in(item)
    return found


def _shares_what_is_written(state: dict[str, Any], written: frozenset[str]) -> bool:
    """Whether an array that the second half writes into overlaps another one: copies of the two would not."""
    if not written:
        return False
    own = [array for name in written & state.keys() for array in _arrays_in(state[name])]
    every = _arrays_in(state)
    return any(a is not b and np.may_share_memory(a, b) for a in own for b in every)


# ---------------------------------------------------------------------------------------------- cutting
@dataclasses.dataclass
class _Halves:
    """state: the names that the second half reads of the first."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    state: tuple[str, ...]
    sharing: Sharing


def _halves(entry: Entry) -> _Halves | None:
    program, origin = entry.program, entry.origin
    numbers = {key for key, kind in program.parameters.items() if isinstance(kind, (Array, Scalar))}
    if isinstance(program.value_kind, (Array, Scalar)):
        numbers.add(program.dy_name)
    cut = cut_in_two(program.text, program.name, program.dy_name, numbers)
    if cut is None:
        return None
    text, forward, backward, state, sharing = cut
    own = {**program.externals, _LOCALS: locals}
    first = dataclasses.replace(program, text=text, name=forward, externals=own)
    second = dataclasses.replace(program, text=text, name=backward, externals=own)
    return _Halves(compile_program(first, origin), compile_program(second, None, origin), state, sharing)


_LOCALS = "locals_of_forward"


def cut_in_two(
    text: str, name: str, dy_name: str, numbers: set[str] | None = None
) -> tuple[str, str, str, tuple[str, ...], Sharing] | None:
    """The text with the main function cut in two, the names of the two, what the second reads of the first, and what
    happens to the memory of that. None where there is no place to cut. numbers: the parameters, dy too, that
    are numbers or arrays and no lists."""
    tree = ast.parse(text)
    main = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    end = main.body[-1]
    if not (isinstance(end, ast.Return) and isinstance(end.value, ast.Tuple) and len(end.value.elts) == 2):
        return None
    value, gradients = end.value.elts
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {main.name}
    parameters = {each.arg for each in _parameters(main)}
    used |= parameters
    first, second = _cut(main.body[:-1], dy_name, used)
    second.append(ast.Return(gradients))
    stored = _names(second, ast.Store)
    known = _names(first, ast.Store) | parameters - {dy_name}
    state = sorted(known & _names(second))
    defined = {node.name for each in first for node in ast.walk(each) if isinstance(node, ast.FunctionDef)}
    if _names([value], ast.Load) & (stored | {dy_name}) or defined & set(state):
        return None
    stem = name.removesuffix("_value_and_gradients")
    forward, backward = _free(f"{stem}_forward", used), _free(f"{stem}_backward", used)
    scope = ast.Call(ast.Name(_LOCALS, ast.Load()), [], [])
    lists = parameters - (numbers or set())
    helpers = summaries(ast.Module([node for node in tree.body if node is not main], []))
    sharing = of_halves(first, second[:-1], [value], [gradients], parameters, helpers, lists).among(state)
    functions = [
        _function(forward, _without(main.args, dy_name), [*first, ast.Return(ast.Tuple([value, scope], ast.Load()))]),
        _function(backward, _keywords(state, main.args, dy_name), second),
    ]
    tree.body = [each for each in tree.body if each is not main] + functions
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n", forward, backward, tuple(state), sharing


def _cut(body: list[ast.stmt], dy_name: str, used: set[str]) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The statements before dy is used, and those from there on. An `if` in which both stand becomes two of them."""
    place = next((k for k, node in enumerate(body) if dy_name in _names([node])), len(body))
    first, second = list(body[:place]), list(body[place:])
    if second and isinstance(second[0], ast.If) and dy_name not in _names([second[0].test]):
        node = second[0]
        flag = _free("branch", used)
        used.add(flag)
        before, after = _cut(node.body, dy_name, used)
        before_else, after_else = _cut(node.orelse, dy_name, used)
        first.append(ast.Assign([ast.Name(flag, ast.Store())], node.test))
        first.append(ast.If(ast.Name(flag, ast.Load()), before or [ast.Pass()], before_else))
        second[0] = ast.If(ast.Name(flag, ast.Load()), after or [ast.Pass()], after_else)
    return first, second


def _function(name: str, arguments: ast.arguments, body: list[ast.stmt]) -> ast.stmt:
    template = ast.parse("def f(): pass").body[0]
    assert isinstance(template, ast.FunctionDef)
    template.name, template.args, template.body = name, arguments, body
    return template


def _free(name: str, used: set[str]) -> str:
    while name in used:
        name += "_"
    return name


def _names(nodes: Iterable[ast.AST], context: type = ast.expr_context) -> set[str]:
    """The names in the nodes that are read (ast.Load), stored (ast.Store) or either."""
    found = set()
    for outer in nodes:
        for node in ast.walk(outer):
            if isinstance(node, ast.Name) and isinstance(node.ctx, context):
                found.add(node.id)
            elif context is not ast.Load and isinstance(node, ast.FunctionDef):
                found.add(node.name)
            elif context is not ast.Load and isinstance(node, ast.alias):
                found.add(node.asname or node.name.partition(".")[0])
            elif context is not ast.Load and isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
    return found


def _parameters(main: ast.FunctionDef) -> list[ast.arg]:
    arguments = main.args
    extra = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def _without(arguments: ast.arguments, dy_name: str) -> ast.arguments:
    """The parameters without dy, which is the last positional one or a keyword-only one."""
    made = copy.deepcopy(arguments)
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        if each.arg == dy_name:
            made.kwonlyargs = [arg for arg in made.kwonlyargs if arg.arg != dy_name]
            made.kw_defaults = [copy.deepcopy(other) for other in arguments.kw_defaults if other is not default]
    for positional in (made.args, made.posonlyargs):
        if positional and positional[-1].arg == dy_name:
            positional.pop()
            made.defaults.pop()
    return made


def _keywords(state: list[str], arguments: ast.arguments, dy_name: str) -> ast.arguments:
    """`*, a=None, b=None, dy=1.0`: a name that the first half did not bind is one that the second doesn't reach."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(
        zip([each.arg for each in positional[len(positional) - len(arguments.defaults) :]], arguments.defaults)
    )
    defaults.update(
        (each.arg, value) for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults) if value is not None
    )
    made = ast.parse(f"def f(*, {''.join(name + '=None, ' for name in state)}{dy_name}=None): pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    made.args.kw_defaults[-1] = copy.deepcopy(defaults[dy_name])
    return made.args
