"""The classes of the objects in random programs. They compute with complex numbers as well."""

from __future__ import annotations

import collections
import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass
class State:
    """A number and an array, which a method changes in place."""

    x: Any
    v: Any

    def step(self, h: Any) -> Any:
        self.x = self.x + h * self.v[0]
        self.v *= 0.9
        return self.x

    def energy(self) -> Any:
        return self.x * self.x + np.sum(self.v * self.v)


class Total:
    """A number, and a list that grows."""

    scale = 0.5

    def __init__(self, start: Any, rows: list):
        self.value = start
        self.rows = rows

    def add(self, z: Any) -> Total:
        self.value += z * self.scale
        self.rows.append(self.value)
        return self

    def __iadd__(self, other: Any) -> Total:
        self.value = self.value + other
        return self

    @property
    def last(self) -> Any:
        return self.rows[-1] if self.rows else self.value


Point = collections.namedtuple("Point", "x v")
