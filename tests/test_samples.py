"""The samples run, and do what they are for."""

import re
import runpy
from pathlib import Path

import pytest

from tests import lessons

SAMPLES = Path(__file__).parent.parent / "samples"


def test_logistic_regression(capsys):
    pytest.importorskip("sklearn")
    runpy.run_path(str(SAMPLES / "logistic_regression.py"), run_name="__main__")
    out = capsys.readouterr().out
    assert "def loss_value_and_gradients(" in out
    losses = [float(found) for found in re.findall(r"^ +\d+  (\d\.\d+)$", out, re.M)]
    assert losses == sorted(losses, reverse=True) and losses[-1] < 0.1 < losses[0]
    assert float(re.search(r"test tumours: +([\d.]+)%", out)[1]) > 95.0


@pytest.mark.parametrize("lesson", lessons.LESSONS)
def test_lesson_prints_what_it_says(lesson):
    path = lessons.path_of(lesson)
    assert lessons.rerun(path) == path.read_text(), "`make golden` writes what the lessons print anew; read the diff"


def test_a_changed_output_is_noticed_and_written(tmp_path, monkeypatch):
    path = tmp_path / "lesson.py"
    path.write_text("# Prose.\n\nx = 2\nprint(x)\n#: 3\n#: 4\nprint()\n\n# The end.\n")
    lessons.rewrite(path)
    assert path.read_text() == "# Prose.\n\nx = 2\nprint(x)\n#: 2\nprint()\n\n# The end.\n"
