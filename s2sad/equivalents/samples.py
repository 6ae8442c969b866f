"""scipy.stats: what is made of other functions of samples. Loaded with the rules of scipy.stats.

`nan_policy` is not known to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from s2sad.equivalents.registry import equivalent


@equivalent(stats.gzscore)
def geometric_scores(a: Any, *, axis: Any = 0, ddof: int = 0) -> Any:
    return stats.zscore(np.log(a), axis=axis, ddof=ddof)


@equivalent(stats.median_abs_deviation)
def median_of_deviations(x: Any, axis: Any = 0, *, scale: Any = 1.0, keepdims: bool = False) -> Any:
    """About the median: with another center it is refused."""
    middle = np.median(x, axis=axis, keepdims=True)
    unit = 0.6744897501960817 if isinstance(scale, str) else scale  # scale="normal"
    return np.median(np.abs(x - middle), axis=axis, keepdims=keepdims) / unit
