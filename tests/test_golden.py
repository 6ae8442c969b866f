"""The generated programs are those of tests/golden; `make golden` writes these anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import golden_cases

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("case", golden_cases.CASES)
def test_golden(case):
    path = golden_cases.path_of(case)
    assert path.is_file(), "run `make golden`, and read what it wrote"
    assert golden_cases.CASES[case]() == path.read_text(), "if this change is wanted, run `make golden`"


def test_no_leftover_files():
    assert golden_cases.kept() <= set(golden_cases.CASES)


@pytest.mark.long
@pytest.mark.parametrize("seed", ["1", "4242"])
def test_the_same_text_in_every_process(seed):
    """Names and order depend on no hash: what another process makes, with another seed, is the same text."""
    program = "from tests.golden_cases import CASES, path_of\n"
    program += "print([case for case in CASES if CASES[case]() != path_of(case).read_text()])"
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    found = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
