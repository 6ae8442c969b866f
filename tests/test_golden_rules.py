"""The text of each rule is that of tests/golden/rules; `make golden` writes it anew."""

import numpy as np
import pytest
import scipy

from tests import golden_rules


@pytest.mark.parametrize("family", golden_rules.CASES)
def test_rules(family):
    if "scipy" in family and tuple(map(int, scipy.__version__.split(".")[:2])) < (1, 16):
        pytest.skip("older versions of SciPy lack some functions and keywords")
    if family in ("tensors", "running") and np.lib.NumpyVersion(np.__version__) < "2.2.0":
        pytest.skip("older versions of NumPy lack some functions")
    path = golden_rules.path_of(family)
    assert path.is_file(), "run `make golden`, and read what it wrote"
    assert golden_rules.page(golden_rules.CASES[family]) == path.read_text(), "if this is wanted, run `make golden`"


def test_no_leftover_pages():
    assert {path.stem for path in golden_rules.FOLDER.glob("*.txt")} == set(golden_rules.CASES)
