"""The stages in their order: from a request (a function, the kinds of its arguments, the parameters to differentiate) to
a program (the text of its gradient)."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from s2sad.errors import InternalError, S2sadError
from s2sad.kinds import Kind


@dataclass
class Request:
    """What is to be differentiated.

    kinds: one per parameter of the function (`*args` is a Tuple kind, `**kwargs` a Dict kind); params: the names to
    differentiate, in order; namespace: the globals that the function sees.
    """

    source: Any
    function: Any
    kinds: dict[str, Kind]
    params: tuple[str, ...]
    namespace: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Guard:
    """Something of the world that the transformation relied on; looked at again at each call.

    space: a globals dict, a closure cell or an object with attributes; name: of the global or attribute (None for a
    cell); test: 'is' (the same object), 'kind' (a value of the same kind), 'code' (a function with the same code).
    """

    space: Any
    name: str | None
    test: str
    expected: Any


@dataclass
class Program:
    """A generated program.

    text: of a module that stands alone; name: of its main function; own_imports: the imported names that are not to be
    taken from the function's globals; externals: names that the text uses and that can't be imported (a value that is
    a closure cell stays live); skipped: the parameters that get None as their gradient; sharing: pairs of parameters
    that must not share memory, since f writes into the first.
    """

    text: str
    name: str
    own_imports: set[str] = field(default_factory=set)
    externals: dict[str, Any] = field(default_factory=dict)
    guards: list[Guard] = field(default_factory=list)
    dy_name: str = "dy"
    value_kind: Kind | None = None
    gradient_kinds: dict[str, Kind] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    sharing: tuple[tuple[str, str], ...] = ()


from s2sad.activity import active_names  # noqa: E402  (the stages use the classes above)
from s2sad.aliases import drop_aliases
from s2sad.check import check  # noqa: E402
from s2sad.core import lower  # noqa: E402
from s2sad.infer import infer  # noqa: E402
from s2sad.printer import to_text  # noqa: E402
from s2sad.program import Builder, show_statements  # noqa: E402
from s2sad.refusals import refuse  # noqa: E402
from s2sad.simplify import inline_plain, simplify  # noqa: E402
from s2sad.tape import provide  # noqa: E402


def generate(request: Request) -> Program:
    """The program that computes the value and the gradients that the request asks for.

    Raises NotDifferentiableError at the user's line, for what can't be differentiated exactly.
    """
    return run(request, lambda stage, make: None)


def stages(request: Request) -> list[tuple[str, str]]:
    """(stage, what it made, as text), in order."""
    made: list[tuple[str, str]] = []
    program = run(request, lambda stage, make: made.append((stage, make())))
    return [*made, ("text", program.text)]


def run(request: Request, show: Callable[[str, Callable[[], str]], None]) -> Program:
    """All stages, one after the other. `show` is told what each one made."""
    collecting = gc.isenabled()
    gc.disable()  # the trees all live to the end: looking for garbage among them finds none, and takes a third of the time
    try:
        return run_stages(request, show)
    except RecursionError:
        raise refuse("too_deep", request.source.tree, request.source) from None
    except (S2sadError, KeyboardInterrupt):
        raise
    except Exception as error:
        name = request.source.name
        raise InternalError(
            f"s2sad failed at {name} ({type(error).__name__}: {error}). That is a defect of s2sad, not of {name}; "
            f"please report it with the text of {name} and the types of the arguments"
        ) from error
    finally:
        if collecting:
            gc.enable()


def run_stages(request: Request, show: Callable[[str, Callable[[], str]], None]) -> Program:
    source = request.source
    check(source)
    core = lower(source.tree, set(request.namespace))
    show("core", lambda: to_text(core))
    inferred = infer(request, core)
    inline_plain(inferred)
    show("infer", lambda: show_statements(inferred.body))
    active = active_names(inferred)
    show("activity", lambda: "\n".join(sorted(active)) + "\n")
    builder = Builder(request, inferred, active)
    reverse = builder.reverse_sweep()
    show("adjoint", lambda: show_statements(reverse))
    stacks = provide(inferred, inferred.body, reverse)
    show("tape", lambda: show_statements(inferred.body) + "\n" + show_statements(reverse))
    body = builder.assemble(stacks, inferred.body, reverse)
    drop_aliases(body, inferred.info, builder.dy)
    simplify(body, inferred.info)
    show("simplify", lambda: show_statements(body))
    return builder.program(body)
