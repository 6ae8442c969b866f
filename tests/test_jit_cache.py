"""The disk cache of compiled programs: found by another process, never out of date, rebuilt when damaged."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytest.importorskip("numba")

ROOT = Path(__file__).parent.parent
MODEL = """
    SCALE = 2.0

    def helper(x):
        return int(x) * SCALE

    def f(x):
        return x * x * SCALE + x * helper(x)
"""
RUN = """
    import sys
    import model
    from s2sad import numba_options, value_and_gradients_function
    {before}
    gradients = value_and_gradients_function(model.f, jit={jit})
    print(gradients(3.0), gradients.cache_info().jit_seconds > 0.0)
"""


class Place:
    """A folder with a module and a cache."""

    def __init__(self, folder):
        self.folder, self.cache = folder, folder / "cache"
        self.write(MODEL)

    def write(self, text):
        (self.folder / "model.py").write_text(textwrap.dedent(text))

    def environment(self):
        return {
            **os.environ,
            "S2SAD_CACHE_DIR": str(self.cache),
            "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, before="", jit="'numba'"):
        code = textwrap.dedent(RUN).format(before=before, jit=jit)
        return subprocess.Popen([sys.executable, "-c", code], env=self.environment(), stdout=subprocess.PIPE, text=True)

    def run_text(self, text, *arguments):
        subprocess.run([sys.executable, "-c", textwrap.dedent(text), *arguments], env=self.environment(), check=True)

    def run(self, before="", jit="'numba'"):
        """(value, gradients) and whether anything was compiled."""
        process = self.start(before, jit)
        return self.result(process)

    def result(self, process):
        out, _ = process.communicate()
        assert process.returncode == 0
        result, _, compiled = out.strip().rpartition(" ")
        return eval(result), compiled == "True"

    def files(self, suffix):
        return sorted(self.cache.rglob(f"*{suffix}"))


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


FIRST = (36.0, (18.0,))


def test_another_process_finds_it_and_what_changes_is_noticed(place):
    assert place.run() == (FIRST, True)
    assert place.run() == (FIRST, False)
    place.write(MODEL.replace("int(x)", "int(x + 1.0)"))  # in a function that the program calls
    assert place.run() == ((42.0, (20.0,)), True)
    place.write(MODEL.replace("SCALE = 2.0", "SCALE = 3.0"))
    assert place.run() == ((54.0, (27.0,)), True)
    place.write(MODEL)
    assert place.run() == (FIRST, False)
    assert place.run(before="model.SCALE = 3.0") == ((54.0, (27.0,)), False)


def test_two_processes_at_once_and_damaged_files(place):
    both = [place.start(), place.start()]
    assert [place.result(each)[0] for each in both] == [FIRST, FIRST]
    for suffix in (".nbc", "program.py"):
        [path] = place.files(suffix)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2] + b"!" + data[len(data) // 2 + 1 :])
        assert place.run()[0] == FIRST
    assert place.run() == (FIRST, False)


SEVERAL = "\n".join(
    [
        "import numpy as np",
        *(
            line
            for name, sign in (("f1", "+"), ("f2", "-"))
            for line in (
                f"def {name}(x, y):",
                *(f"    x = np.exp(-x * y) {sign} y * {k}.5 + np.sqrt(y * y + x * x)" for k in range(12)),
                "    return np.sum(x)",
            )
        ),
    ]
)
RUN_SEVERAL = """
    import sys
    import numpy as np
    import model
    from s2sad import value_and_gradients_function
    x = np.linspace(0.1, 0.9, 5)
    for name in sys.argv[1:]:
        compiled = value_and_gradients_function(getattr(model, name), jit="numba")(x, 0.3)
        plain = value_and_gradients_function(getattr(model, name))(x, 0.3)
        assert np.isclose(compiled[0], plain[0], rtol=1e-12), name
        assert all(np.allclose(*pair, rtol=1e-10) for pair in zip(compiled[1], plain[1])), name
"""


def test_programs_whose_parts_have_the_same_names(place):
    """Machine code from the disk calls its own functions, not those of that name that this process has compiled."""
    place.write(SEVERAL)
    place.run_text(RUN_SEVERAL, "f2")
    place.run_text(RUN_SEVERAL, "f1", "f2")


CONSTANTS = """
    import numba
    from types import SimpleNamespace

    SCALE = 2.0
    settings = SimpleNamespace(rate=0.5)

    @numba.njit
    def counted(n):
        return 2 * n
"""
USES = """
    import constants
    from constants import settings

    def f(x):
        return x * x * constants.SCALE * settings.rate * constants.counted(1) + x * constants.counted(2)
"""


def test_what_another_module_holds_is_noticed(place):
    constants = place.folder / "constants.py"
    constants.write_text(textwrap.dedent(CONSTANTS))
    place.write(USES)
    first = (9.0 * 2.0 + 12.0, (3.0 * 4.0 + 4.0,))
    assert place.run() == (first, True)
    assert place.run() == (first, False)
    assert place.run(before="model.constants.SCALE = 3.0")[0] == (9.0 * 3.0 + 12.0, (3.0 * 6.0 + 4.0,))
    for old, new in (
        ("SCALE = 2.0", "SCALE = 4.0"),
        ("rate=0.5", "rate=1.0"),
        ("return 2 * n", "return n + n + 2 * n"),
    ):
        assert old in CONSTANTS
        constants.write_text(textwrap.dedent(CONSTANTS.replace(old, new)))
        factor = 2 if "return" in new else 1
        expected = (9.0 * 4.0 + 12.0 * factor, (3.0 * 8.0 + 4.0 * factor,))
        assert place.run() == (expected, True)


RECURSIVE = """
    LAST = 2

    def power(x, n):
        return x * power(x, n - 1) if n > 0 else x

    def even(n):
        return True if n == 0 else odd(n - 1)

    def odd(n):
        return False if n == 0 else even(n - 1)

    def by_literals(x):
        n = 1
        return power(x, 2) + power(x, LAST) + power(x, n)

    def by_each_other(x):
        return x * x * x if even(4) else x
"""
RUN_RECURSIVE = """
    import sys
    import model
    from s2sad import value_and_gradients_function
    for name, expected in (("by_literals", (20.0, 28.0)), ("by_each_other", (8.0, 12.0))):
        gradients = value_and_gradients_function(getattr(model, name), jit="numba")
        value, (grad,) = gradients(2.0)
        assert (value, grad) == expected, name
        if name in sys.argv:
            assert gradients.cache_info().jit_seconds == 0.0, name
"""


def test_functions_that_call_themselves(place):
    """Numba's own cache lets them jump to nowhere if they do so with other types (numba/numba#6061)."""
    place.write(RECURSIVE)
    place.run_text(RUN_RECURSIVE)
    place.run_text(RUN_RECURSIVE, "by_literals")
