"""Functions of `cmath` that make complex numbers of real ones, and real ones of them."""

from __future__ import annotations

import cmath
import math

from s2sad.equivalents.registry import equivalent


@equivalent(cmath.phase)
def phase(z):
    return math.atan2(z.imag, z.real)


@equivalent(cmath.polar)
def polar(z):
    return abs(z), math.atan2(z.imag, z.real)


@equivalent(cmath.rect)
def rect(r, phi):
    return complex(r * math.cos(phi), r * math.sin(phi))
