"""Rules that are loaded when a function of their library is met: importing s2sad imports none of these libraries.

A library's rules are in modules of their own, one for each of its packages. The user's program has imported the package
by the time that a function of it is looked up.

>>> home_of(dict), home_of(len)
('', '')
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

import numpy as np

from s2sad.forking import global_lock

# The package of a library, and the modules with its rules, in s2sad.rules.scipy (those of Python's own: s2sad.rules).
MODULES: dict[str, tuple[str, ...]] = {
    "statistics": ("python_statistics",),
    "scipy.fft": ("fft", "fft_several"),
    "scipy.integrate": ("integrate",),
    "scipy.interpolate": ("interpolate",),
    "scipy.linalg": (
        *("linalg", "linalg_decompositions", "linalg_eigen", "linalg_equations", "linalg_forms", "linalg_systems"),
        "linalg_squares",
    ),
    "scipy.ndimage": ("ndimage", "ndimage_fourier", "ndimage_labels", "ndimage_smooth", "ndimage_splines"),
    "scipy.optimize": (),
    "scipy.signal": (
        "signal",
        "signal_sequences",
        "signal_spectra",
        "signal_states",
        "signal_responses",
        "signal_rates",
    ),
    "scipy.spatial": ("spatial", "distances"),
    "scipy.special": ("special", "special_bessel", "special_functions", "special_gamma", "special_several"),
    "scipy.stats": (
        *("stats", "stats_discrete", "stats_lifetimes", "stats_samples", "stats_shapes", "stats_two_shapes"),
        *(
            "stats_families",
            "stats_further",
            "stats_lines",
            "stats_noncentral",
            "stats_rarer",
            "stats_spread",
            "stats_vectors",
        ),
    ),
}

# Modules of s2sad.equivalents, which are loaded with them.
EQUIVALENTS: dict[str, tuple[str, ...]] = {
    "scipy.integrate": ("quadratures",),
    "scipy.linalg": ("matrices",),
    "scipy.ndimage": ("filters",),
    "scipy.optimize": ("valleys",),
    "scipy.signal": ("spectra",),
    "scipy.stats": ("samples",),
}

_loaded: set[str] = set()
_loading = global_lock()


def load_rules_of(function: Any) -> bool:
    """Loads the rules of the package that a function is of, where there are some that are not loaded yet."""
    home = home_of(function) or getattr(function, "__module__", None)
    if home not in MODULES or home in _loaded:
        return False
    with _loading:
        if home not in _loaded:
            _load(home)
    return True


def load_all() -> None:
    """Loads the rules of all libraries that are installed (for lists of what there is)."""
    with _loading:
        for home in MODULES:
            if importlib.util.find_spec(home.partition(".")[0]) is not None:
                _load(home)


def _load(home: str) -> None:
    package = "s2sad.rules.scipy" if home.startswith("scipy.") else "s2sad.rules"
    for name in MODULES[home]:
        importlib.import_module(f"{package}.{name}")
    for name in EQUIVALENTS.get(home, ()):
        importlib.import_module(f"s2sad.equivalents.{name}")
    _loaded.add(home)


def home_of(function: Any) -> str:
    """The package of a library that a function is of: `scipy.linalg`; '' where it is of none with such rules."""
    if isinstance(function, np.ufunc):  # they don't say where they come from
        return "scipy.special" if "scipy.special" in sys.modules else ""
    module = getattr(function, "__module__", None)
    if not isinstance(module, str) or not module.startswith("scipy."):
        return ""
    return ".".join(module.split(".")[:2])
