"""Generated programs have nothing that they don't need: no dead store, zero, branch or save, no temporary used once."""

import re

import pytest

from tests import golden_cases, lessons
from tests.needless import needless
from tests.readme_blocks import README

HEAD = "def f_value_and_gradients(x, y, dy=1.0):\n"
BODY = """    t1 = x * y
    if t1 > 0.0:
        value = t1 * x
        # return t1 * x
        x_grad = dy * t1
        y_grad = 0.0
    else:
        value = x
        x_grad = dy
        y_grad = dy
    return value, (x_grad, y_grad)
"""


def test_a_program_that_needs_all_it_has():
    assert needless(HEAD + BODY) == []


@pytest.mark.parametrize(
    "before, after, found",
    [
        ("    return", "    x_grad = 0.0 * x_grad\n    t2 = y\n    return", "line 13: nothing reads t2"),
        ("    if t1", "    y_grad = 0.0\n    if t1", "line 3: nothing reads y_grad"),
        ("    t1 = x * y\n", "    for k in range(3):\n        t1 = x * y\n        t9 = t1\n", "line 4: nothing reads t9"),
        ("    return", "    z = 0.0\n    z += x_grad\n    x_grad = z * y_grad\n    return", "line 12: z is zero and only added to"),
        ("    if t1", "    saved = []\n    saved.append(t1)\n    if t1", "line 4: nothing takes from saved"),
        ("    if t1 >", "    if 0 >", ""),
        ("    if t1 > 0.0:", "    if True:", "line 3: the test is known"),
        ("        y_grad = dy\n", "        y_grad = dy\n        pass\n        x_grad += x\n", "line 12: pass among other statements"),
        ("    return", "    if x:\n        pass\n    return", "line 12: the branch does nothing"),
        ("    value = x\n", "    value = x\n        raise ValueError\n", "line 11: is never reached"),
        ("    value = x\n", "    t3_grad = x * y\n        value = t3_grad + 1.0\n", "line 9: t3_grad is used once, in line 10"),
        ("    value = x\n", "    t3_grad = x * y\n        # comment\n        value = t3_grad + 1.0\n", ""),
        ("    value = x\n", f"    t3_grad = x * y\n        value = t3_grad + {'y + ' * 20}1.0\n", ""),
        ("    value = x\n", "    t3_grad = x * y\n        x *= 2.0\n        value = t3_grad + x\n", ""),
    ],
)  # fmt: skip
def test_what_is_found(before, after, found):
    text = (HEAD + BODY).replace(before, after, 1)
    assert text != HEAD + BODY
    assert needless(text) == ([found] if found else [])


def test_a_function_that_nothing_calls():
    helper = "def helper(a):\n    return helper(a)\n\n\n"
    assert needless(helper + HEAD + BODY) == ["line 1: helper is never called"]
    assert needless(helper + HEAD + BODY.replace("x * y", "helper(x * y)")) == []


@pytest.mark.parametrize("case", sorted(golden_cases.CASES))
def test_golden(case):
    assert needless(golden_cases.path_of(case).read_text()) == []


def printed_programs():
    """The programs that README.md and the lessons show."""
    yield from re.findall(r"<!-- printed -->\n```python\n(.*?)```", README.read_text(), re.DOTALL)
    for lesson in lessons.LESSONS:
        lines = lessons.path_of(lesson).read_text().splitlines()
        shown = [line[3:] if line.startswith(lessons.MARK) else "" for line in lines]
        for head, block in re.findall(r"^(def \w+\(.*\n)((?:    .*\n|\n(?=    ))+)", "\n".join(shown), re.MULTILINE):
            if "    return" in block:  # else a lesson shows a part of it
                yield head + block


PROGRAMS = list(printed_programs())


def test_there_are_programs():
    assert len(PROGRAMS) > 20


@pytest.mark.parametrize("text", PROGRAMS, ids=range(len(PROGRAMS)))
def test_printed(text):
    assert needless(text) == []
