"""The core form: what it looks like, that it is in the small language, and that it does what the function does."""

import ast
import contextlib
import copy
import io
import os
import textwrap
from pathlib import Path

import gast
import pytest

from s2sad.core import lower, used_names
from s2sad.core_form import is_core
from s2sad.core_match import SELF, fields_of_class
from tests import core_cases, core_cases_patterns, core_cases_protected
from tests.core_random import build, differences, parse, program, show
from tests.core_texts import BEFORE_AND_AFTER


def function(body, head="def f(x):"):
    return head + "\n" + textwrap.indent(body, "    ")


@pytest.mark.parametrize("name", BEFORE_AND_AFTER)
def test_before_and_after(name):
    before, after = BEFORE_AND_AFTER[name]
    core = lower(parse(function(before)))
    assert show(core) == show(parse(function(after)))
    assert is_core(core) == []
    assert show(lower(core)) == show(core)


def test_head():
    tree = parse('@d\ndef f(x: int, /, *a, k: float = 1.0, **w) -> float:\n    "Text."\n    return x')
    assert show(lower(tree)) == "def f(x: int, /, *a, k: float=1.0, **w) -> float:\n    return x"
    assert show(tree).startswith("@d")


def test_new_names():
    text = function("for i in x:\n    if i:\n        return i\nreturn value(returned_1)")
    assert used_names(parse(text)) == {"f", "x", "i", "value", "returned_1"}
    core = show(lower(parse(text), {"returned", "value_1"}))
    assert "value_2 = i" in core and "returned_2 = True" in core
    # a built-in function that f or its module hides
    text = "def f(x, len):\n    match x:\n        case [a, 0]: return a"
    core = show(lower(parse(text), {"isinstance", "Sequence"}))
    assert "from builtins import isinstance as isinstance_1, len as len_1" in core
    assert "from collections.abc import Sequence as Sequence_1" in core
    assert "isinstance_1(x, Sequence_1)" in core and "len_1(x) == 2" in core


def test_used_names():
    text = """
        def f(a, *b, c=d, **e):
            import g.h, i as j
            from k import l as m, n
            global o
            def p(q): nonlocal_name
            match r:
                case [s, *t] | {"k": s, **t}: pass
                case u() as v: pass
            try: pass
            except w as x: pass
            class y(z): pass
            [aa for bb in cc if (dd := 1)]
            lambda ee: ff.gg(hh=ii)
    """
    names = set("abcdefgjmnopqrstuvwxyz") | {"nonlocal_name", "aa", "bb", "cc", "dd", "ee", "ff", "ii"}
    assert used_names(parse(textwrap.dedent(text))) == names


def test_fields_of_classes():
    tree = parse("def f(s):\n    match s:\n        case Point(a, y=b): return a\n        case Meters(v): return v")
    known = {
        "Point": fields_of_class(core_cases_patterns.Point),
        "Meters": fields_of_class(type("Meters", (float,), {})),
    }
    assert known == {"Point": ("x", "y"), "Meters": SELF}
    assert show(lower(tree, fields=lambda cls: known.get(cls.id))) == textwrap.dedent("""\
        def f(s):
            if isinstance(s, Point):
                a = s.x
                b = s.y
                value = a
            elif isinstance(s, Meters):
                v = s
                value = v
            else:
                value = None
            return value""")


def test_positions():
    text = "def f(x):\n    for y in x:\n        if y:\n            return (\n                y)\n        z = (w := y) + 1\n    return z"
    core = lower(parse(text))
    for node in gast.walk(core):
        parameter = isinstance(getattr(node, "ctx", None), gast.Param)
        if isinstance(node, (gast.stmt, gast.expr)) and node is not core and not parameter:
            assert 1 < node.lineno <= node.end_lineno <= 7, gast.dump(node)
    lines = {
        ast.unparse(gast.gast_to_ast(node)): node.lineno for node in gast.walk(core) if isinstance(node, gast.stmt)
    }
    wanted = {
        "value = y": 4,
        "returned = False": 2,
        "w = y": 6,
        "z = w + 1": 6,
        "value = z": 7,
        "return value": 7,
        "break": 4,
    }
    assert {text: lines[text] for text in wanted} == wanted


def test_many_early_returns_do_not_nest_too_deep():
    tests = "".join(f"g({i})\nif x == {i}:\n    return -x\n" for i in range(300))
    chain = "".join(f"if x == {i}:\n    return -x\n" for i in range(300, 600))
    tree = parse(function(tests + chain + "return x"))
    core = lower(tree)
    assert is_core(core) == []
    assert max(len(line) - len(line.lstrip()) for line in show(core).splitlines()) < 60
    seen = []
    run = build(parse(show(core)), {"g": seen.append})
    assert [run(i) for i in (0, 7, 8, 9, 150, 299, 300, 450, 599, 600)] == [
        0,
        -7,
        -8,
        -9,
        -150,
        -299,
        -300,
        -450,
        -599,
        600,
    ]
    assert seen[:3] == [0, 0, 1] and len(seen) == 1 + 8 + 9 + 10 + 151 + 300 + 300 * 4


def test_deep_expressions():
    tree = parse("def f(x):\n    if x:\n        return x\n    return x")
    total = tree.body[1].value
    for _ in range(5000):
        total = gast.copy_location(gast.BinOp(total, gast.Add(), gast.Constant(1, None)), total)
    tree.body[1].value = total
    assert is_core(lower(tree)) == []


def test_is_core_finds_what_is_not():
    body = """
        a: int = 1
        b = c = 2
        for i in x:
            if i: break
            continue
        else:
            return 1
        match x:
            case 1: pass
        with x:
            while True: break
        try:
            return 2
        finally:
            d = [(e := 1) for e in x]
        return (f := 1)
    """
    assert is_core(parse("@d\n" + function(textwrap.dedent(body).strip()))) == [
        "line 2: decorator",
        *(
            "line 3: AnnAssign",
            "line 4: 2 targets",
            "line 5: else of a loop",
            "line 6: break that is not last in its loop",
        ),
        *("line 7: Continue", "line 9: return that is not last", "line 10: Match", "line 15: return that is not last"),
        *("line 17: :=", "line 18: :="),
    ]


def outcome(function, arguments):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            result = repr(function(*copy.deepcopy(arguments)))
        except Exception as error:
            result = type(error), str(error), repr(error.__cause__), repr(error.__context__)
    return result, output.getvalue()


CASE_TREES = {
    tree.name: tree
    for module in (core_cases, core_cases_protected, core_cases_patterns)
    for tree in gast.parse(Path(module.__file__).read_text()).body
    if isinstance(tree, gast.FunctionDef)
}


@pytest.mark.parametrize("name", core_cases.CASES)
def test_same_outcome(name):
    function, arguments = core_cases.CASES[name]
    core = lower(CASE_TREES[name])
    assert is_core(core) == []
    after = build(core, function.__globals__)
    from_text = build(parse(show(core)), function.__globals__)
    for args in arguments:
        wanted = outcome(function, args)
        assert outcome(after, args) == wanted, (args, show(core))
        assert outcome(from_text, args) == wanted, (args, show(core))


@pytest.mark.rows
@pytest.mark.parametrize("part", range(10))
def test_random_programs(part):
    count = int(os.environ.get("S2SAD_RANDOM_CORES", "500")) // 10
    for seed in range(part * count, (part + 1) * count):
        assert differences(program(seed), range(seed, seed + 4)) is None, program(seed)
