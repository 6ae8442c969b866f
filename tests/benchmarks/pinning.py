"""One core and one thread for everything that a benchmark runs. To be called before NumPy is imported."""

from __future__ import annotations

import os
import sys

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "PYTHONHASHSEED": "0",
}


def pin(module: str) -> None:
    """Starts the module again, on one core, unless that is done."""
    if os.environ.get("S2SAD_BENCHMARK") == module:
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ.update(ONE_THREAD, S2SAD_BENCHMARK=module)
    os.execv(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]])
