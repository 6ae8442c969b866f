"""The exceptions that s2sad raises; each derives from the built-in one that a user would expect."""

from __future__ import annotations


class S2sadError(Exception):
    """The base of every exception that s2sad raises on purpose."""


class NotDifferentiableError(S2sadError, NotImplementedError):
    """Something in the user's function that s2sad can't differentiate exactly, shown at the user's line.

    `key` names the kind of refusal, a row of the tables in refusals_of_code.py and refusals_of_data.py.
    """

    key = ""


class UndefinedNameError(NotDifferentiableError, NameError):
    """A name in the user's function that is not defined, when the function is transformed."""


class InternalError(S2sadError, RuntimeError):
    """s2sad itself failed: a defect of it, not of the user's function. The cause is in `__cause__`."""


class ParameterError(S2sadError, ValueError):
    """A wrong choice of `params`, a wrong `dy`, a wrong option."""


class ArgumentError(S2sadError, TypeError):
    """An argument that can't have a gradient but is asked for one, or a call that f itself would refuse."""


class OutsideGradientError(S2sadError, RuntimeError):
    """A function with a `with grad_of(...)` was called by itself, outside of a gradient."""


class SourceError(S2sadError, ValueError):
    """The source text of a function can't be found, or no longer matches the function."""


class RuleError(S2sadError, ValueError):
    """A rule for a function is wrong: its arity, a name in it, where it is registered."""


class RuleRefusalError(RuleError):
    """What a rule's `refuse("cause: what to write instead")` raises; the part after the colon may be missing."""

    def __init__(self, reason: str) -> None:
        cause, _, instead = reason.partition(": ")
        super().__init__(cause)
        self.instead = next((instead[len(v) :] for v in ("write ", "use ", "give ") if instead.startswith(v)), instead)
