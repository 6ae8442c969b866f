"""Each refusal has a program, and its whole message is on a page for people to read: tests/golden/refusals.txt."""

import re

import pytest

from s2sad.refusals import REFUSALS
from tests import refusal_programs
from tests.refusal_programs import ELSEWHERE, NOT_SHOWN, PROGRAMS, refusal


def test_every_refusal_has_a_program():
    shown = {key for key, _, _ in PROGRAMS}
    missing = {key for key in REFUSALS if not key.startswith("grad_of_")} - shown - NOT_SHOWN - ELSEWHERE
    assert not missing and not shown & (NOT_SHOWN | ELSEWHERE)


@pytest.mark.parametrize(("key", "f", "args"), PROGRAMS, ids=[key for key, _, _ in PROGRAMS])
def test_program(key, f, args):
    error = refusal(f, args)
    assert error is not None and error.key == key
    place = re.search(r'\n  File "(.*)", line (\d+), in .*\n    (.*)\n    ( *)(\^+)\n  Write instead: .+$', str(error))
    assert place, str(error)
    _, line, text, before, carets = place.groups()
    first, last = f.__code__.co_firstlineno, max(number for _, _, number in f.__code__.co_lines() if number)
    assert first <= int(line) <= last and len(before) + len(carets) <= len(text)


def test_the_page():
    assert refusal_programs.PAGE.read_text() == refusal_programs.page(), "`make golden` writes it anew; read the diff"
