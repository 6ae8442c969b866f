"""The stages in their order: from a request (a function, the kinds of its arguments, the parameters to differentiate)
to a program (the text of its gradient, or of its tangent)."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable

from s2sad.activity import active_names
from s2sad.aliases import drop_aliases
from s2sad.check import check
from s2sad.comments import show_statements
from s2sad.core import lower
from s2sad.core_iterators import settle_iterators
from s2sad.errors import InternalError, S2sadError
from s2sad.infer import infer
from s2sad.inlining import inline_block, use_negatives
from s2sad.ir import Inferred
from s2sad.lengths import Pair, held, renamed
from s2sad.lengths_read import read_lengths_elsewhere
from s2sad.looks import drop_looks, drop_unread_marks, names_of
from s2sad.looped_slices import take_from_whole
from s2sad.printer import to_text
from s2sad.program import Builder
from s2sad.refusals import refuse
from s2sad.repeated import compute_once
from s2sad.requests import Guard, Program, Request
from s2sad.saved import save_together
from s2sad.shifts import drop_shifts
from s2sad.simplify import simplify
from s2sad.tangent_program import ForwardBuilder
from s2sad.tape import provide
from s2sad.values_at_hand import use_names, use_values

__all__ = ["Guard", "Program", "Request", "generate", "stages"]


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
    gc.disable()  # the trees all live to the end: looking for garbage among them finds none, and takes long
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
    hidden = {*request.namespace, *getattr(getattr(request.function, "__code__", None), "co_freevars", ())}
    settle_iterators(core, lambda name: name not in hidden)
    show("core", lambda: to_text(core))
    inferred = infer(request, core)
    drop_looks(inferred.body, names_of(inferred.value))
    drop_unread_marks(inferred.body, names_of(inferred.value))
    inline_block(inferred)
    compute_once(inferred)
    show("infer", lambda: show_statements(inferred.body))
    if request.mode != "forward":
        take_from_whole(inferred)
    active = active_names(inferred)
    if request.mode != "forward":
        drop_shifts(inferred, active)
    show("activity", lambda: "\n".join(sorted(active)) + "\n")
    make = forward if request.mode == "forward" else reverse
    program = make(request, inferred, active, show)
    program.reached = {**inferred.reached, **program.reached}
    return program


Show = Callable[[str, Callable[[], str]], None]


def reverse(request: Request, inferred: Inferred, active: set[str], show: Show) -> Program:
    """Value and gradients: the function, then its reverse sweep."""
    builder = Builder(request, inferred, active)
    sweep = builder.reverse_sweep()
    equal = held(builder.adjoint.wishes, request.lengths)
    if set(equal) - set(request.equal):  # a shorter program, for such lengths
        return run_stages(with_equal(request, equal), show)
    show("adjoint", lambda: show_statements(sweep))
    read_lengths_elsewhere(sweep, inferred)
    use_negatives(inferred, sweep)
    use_values(inferred, inferred.body, sweep)
    stacks = provide(inferred, inferred.body, sweep, builder.helpers)
    show("tape", lambda: show_statements(inferred.body) + "\n" + show_statements(sweep))
    body = builder.assemble(stacks, inferred.body, sweep)
    drop_aliases(body, inferred.info, builder.dy, builder.adjoint.kinds)
    simplify(body, inferred.info, builder.adjoint.kinds, {builder.dy}, inferred.names)
    save_together(body, inferred.names, inferred.info)
    show("simplify", lambda: show_statements(body))
    return builder.program(body)


def with_equal(request: Request, equal: list[Pair]) -> Request:
    """The request for a program that takes these lengths to be equal, as they are in this call."""
    together = (*request.equal, *equal)
    kinds = {name: renamed(kind, together) for name, kind in request.kinds.items()}
    return dataclasses.replace(request, kinds=kinds, equal=together)


def forward(request: Request, inferred: Inferred, active: set[str], show: Show) -> Program:
    """Value and tangent: the function, with the tangent of each statement beside it."""
    builder = ForwardBuilder(request, inferred, active)
    sweep = builder.forward_sweep()
    show("tangent", lambda: show_statements(sweep))
    body = builder.assemble_forward(sweep)
    use_names(body, inferred.info, builder.tangent.kinds)
    drop_aliases(body, inferred.info, "", builder.tangent.kinds)
    simplify(body, inferred.info, builder.tangent.kinds, set(builder.inputs.values()), inferred.names)
    show("simplify", lambda: show_statements(body))
    return builder.forward_program(body)
