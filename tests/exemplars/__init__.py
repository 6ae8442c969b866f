"""Programs with their gradients written by hand: what s2sad generates is held against them.

Each module has a function of the module's name, and beside it the same name with `_value_and_gradients`, written by
hand in the style that the generated code should have. SIGNATURE states the kinds of its parameters, PARAMS the choice
of parameters, ARGS a call.
"""

import copy
import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Callable

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


@dataclass
class Exemplar:
    name: str
    module: ModuleType

    @property
    def function(self) -> Callable:
        return getattr(self.module, self.name)

    @property
    def by_hand(self) -> Callable:
        return getattr(self.module, f"{self.name}_value_and_gradients")

    @property
    def params(self) -> list[str] | None:
        return self.module.PARAMS

    def args(self) -> Any:
        """A fresh copy of the arguments, since some of the functions write into theirs."""
        return copy.deepcopy(self.module.ARGS)


def load(name: str) -> Exemplar:
    return Exemplar(name, importlib.import_module(f"tests.exemplars.{name}"))
