"""The generated programs are those of tests/golden; `make golden` writes these anew."""

import pytest

from tests import golden_cases


@pytest.mark.parametrize("case", golden_cases.CASES)
def test_golden(case):
    path = golden_cases.path_of(case)
    assert path.is_file(), "run `make golden`, and read what it wrote"
    assert golden_cases.CASES[case]() == path.read_text(), "if this change is wanted, run `make golden`"


def test_no_leftover_files():
    assert golden_cases.kept() <= set(golden_cases.CASES)
