"""The samples run, and do what they are for."""

import re
import runpy
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"


def test_logistic_regression(capsys):
    pytest.importorskip("sklearn")
    runpy.run_path(str(SAMPLES / "logistic_regression.py"), run_name="__main__")
    out = capsys.readouterr().out
    assert "def loss_value_and_gradients(" in out
    losses = [float(found) for found in re.findall(r"^ +\d+  (\d\.\d+)$", out, re.M)]
    assert losses == sorted(losses, reverse=True) and losses[-1] < 0.1 < losses[0]
    assert float(re.search(r"test tumours: +([\d.]+)%", out)[1]) > 95.0
