"""The printer: random trees survive printing and parsing, and the text looks as a person would write it.

`python -m tests.test_printer 20000` tries that many random trees; so does the environment variable S2SAD_RANDOM_TREES.
"""

import ast
import copy
import math
import os
import pickle
import sys
import time

import gast
import pytest

from s2sad.printer import BlankLine, Comment, to_text
from tests.random_trees import LOAD, PYTHON, QuotedTexts, RandomTrees

COUNT = int(os.environ.get("S2SAD_RANDOM_TREES", "3000"))


class Normal(ast.NodeTransformer):
    """What no printer can keep: a negative constant is parsed as a minus."""

    def visit_Constant(self, node):
        value = node.value
        if not isinstance(value, bool) and isinstance(value, (int, float)) and math.copysign(1.0, value) < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        return node

    def visit_JoinedStr(self, node):
        self.generic_visit(node)
        # Python 3.12.1 puts an empty text after a field inside of a format.
        node.values = [value for value in node.values if not (isinstance(value, ast.Constant) and value.value == "")]
        return node


def without_pseudo(tree):
    for node in gast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                kept = [item for item in body if not isinstance(item, (Comment, BlankLine))]
                setattr(node, field, kept)
    return tree


def dump(tree):
    tree = gast.gast_to_ast(without_pseudo(copy.deepcopy(tree)))
    return ast.dump(Normal().visit(tree))


def round_trip(tree, width=100):
    text = to_text(tree, width)
    module = gast.Module(tree if isinstance(tree, list) else [tree], [])
    if isinstance(tree, gast.expr):
        module = gast.Module([gast.Expr(tree)], [])
    try:
        parsed = ast.dump(Normal().visit(ast.parse(text)))
    except SyntaxError as error:
        lines = text.splitlines()[max(error.lineno - 3, 0) : error.lineno + 2]
        raise AssertionError("\n".join([str(error), *lines])) from None
    assert parsed == dump(module), text
    return text


def check_random_tree(seed):
    trees = RandomTrees(seed)
    width = trees.random.choice([20, 50, 100, 10**9])
    round_trip(trees.expression(5) if seed % 2 else trees.statement(), width)


@pytest.mark.parametrize("start", range(0, COUNT, 500))
def test_random_trees(start):
    for seed in range(start, min(start + 500, COUNT)):
        check_random_tree(seed)


def test_quoting():
    for seed in range(500):
        tree = QuotedTexts(seed).joined(4)
        code = ast.fix_missing_locations(ast.Expression(gast.gast_to_ast(copy.deepcopy(tree))))
        text = to_text(tree, 10**9)
        assert eval(text) == eval(compile(code, "tree", "eval")), text


# Expressions that are printed as they stand here.
EXPRESSIONS = r"""
-2**2
(-2) ** 2
2**-1
-((-x) ** 2) ** 2
a**b**c
(a**b) ** c
a ** (b + c)
(a + b) ** 2
x.y**n
x[0] ** 2
a - (b - c)
a - b - c
a - (b + c)
a * (b / c)
a / b / c
-(a + b)
-a * b
-a.b
not a == b
not (a and b)
a == (not b)
(a < b) < c
a < b < c
(a < b) is True
(a or b) and c
a or b and c
a or (b or c)
a if b else c if d else e
(a if b else c) if d else e
a if (b if c else d) else e
(lambda: 1) if a else lambda: 2
lambda x, *args, y=1, **options: x + y
lambda: (yield)
(lambda x: x)()
(x := 1)
f(x := 1)
f(a=(x := 1))
[(y := f(x)) for x in z if (y := x)]
await f(x)
(await f)(x)
await (await x)
-(await x) ** 2
-await x ** 2
(x for x in y)
f(x for x in y)
f((x for x in y), 1)
f(*(x for x in y))
f(*args, k=1, **options)
f(*(a or b))
[*a, *(b or c)]
{**a, "b": 1, **(c or d)}
{*()}
()
(a,)
(1).real
1.5.real
1j.real
"a".join(b)
a[1]
a[1, 2]
a[(1, 2), 3]
a[(1,)]
a[()]
a[1, :, ::2]
a[...]
a[None, ..., -1]
a[1:2,]
a[:-1]
a[i:j:k]
a[i - 1 : i + 1]
a[: n - 1]
a[n - 1 :]
a[:: f(x)]
a[lambda: 1]
a[(lambda: 1) :]
a[(*b, 1)]
[x for x, y in z if x if y for w in x]
[x async for x in y]
{k: v for k, v in pairs.items()}
{x for x in (a if b else c)}
[x for x in y or z]
{1: lambda: 2}
f"{x!r:>{width}.3f} {y:02d}{{}}"
f"{a['key']}"
f'say "{a}"'
f"{ {1: 2}[1]}"
f"{(lambda: 1)()}"
f"{(yield)}"
f"{a if b else c}"
f"{(a if b else lambda: 1)}"
f"a\n{b}"
f"{f'{a}'}"
"it's"
'a "b"'
"\\n"
b"\xff"
1e999
1e+300
0.1
-0.0
"""


@pytest.mark.parametrize("text", EXPRESSIONS.strip().splitlines())
def test_expressions(text):
    assert to_text(gast.parse(text, mode="eval").body) == text


@pytest.mark.skipif(PYTHON < (3, 11), reason="syntax of Python 3.11")
def test_star_beside_a_slice():
    assert to_text(gast.parse("a[*b, 1:2]", mode="eval")) == "a[*b, 1:2]"


def test_fstrings_without_a_form_for_python_3_10():
    newline, x = gast.Constant("\n", None), gast.Name("x", LOAD, None, None)
    joined = gast.Call(gast.Attribute(newline, "join", LOAD), [x], [])
    spec = gast.JoinedStr([gast.Constant("{<5", None)])
    tree = gast.JoinedStr([gast.FormattedValue(joined, -1, None), gast.FormattedValue(x, 114, spec)])
    assert to_text(tree) == r'"{}{!r:{}}".format("\n".join(x), x, f"{{<5")'


NUMBERS = (0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan)
CONSTANTS = [0, -1, 10**5000, 1e22, 5e-324, *NUMBERS, True, None, ..., "a'\"\n\\", b"\x00'\"", (), (1, (2.0, "a"))]
CONSTANTS += [complex(x, y) for x in NUMBERS for y in NUMBERS]


def bits(value):
    if isinstance(value, complex):
        return "complex", bits(value.real), bits(value.imag)
    if isinstance(value, float):
        return "nan" if math.isnan(value) else (value, math.copysign(1.0, value))
    return tuple(map(bits, value)) if isinstance(value, tuple) else (value, type(value))


@pytest.mark.parametrize("value", CONSTANTS, ids=lambda value: type(value).__name__)
def test_constants(value):
    constant, one = gast.Constant(value, None), gast.Constant(1.0, None)
    assert bits(eval(to_text(constant), {"__builtins__": {}})) == bits(value)
    if isinstance(value, (float, complex)):
        assert bits(eval(to_text(gast.BinOp(constant, gast.Mult(), one)))) == bits(value * 1.0)
        assert bits(eval(to_text(gast.Call(gast.Attribute(constant, "conjugate", LOAD), [], [])))) == bits(
            value.conjugate()
        )


def test_constants_of_other_classes():
    np = pytest.importorskip("numpy")
    assert to_text(gast.Constant(np.float64(0.1), None)) == "0.1"
    with pytest.raises(TypeError, match="float32"):
        to_text(gast.Constant(np.float32(0.1), None))


def test_negative_constants_get_parentheses_only_where_a_minus_needs_them():
    two, x = gast.Constant(-2.0, None), gast.Name("x", LOAD, None, None)
    assert to_text(gast.BinOp(two, gast.Pow(), x)) == "(-2.0) ** x"
    assert to_text(gast.BinOp(x, gast.Pow(), two)) == "x**-2.0"
    assert to_text(gast.BinOp(x, gast.Mult(), two)) == "x * -2.0"
    assert to_text(gast.Attribute(two, "real", LOAD)) == "(-2.0).real"


# A module that is printed as it stands here.
MODULE = r'''
"""A module's docstring."""

from __future__ import annotations
import numpy as np, math
from .. import helpers as h, other
from . import *

a = b = 1
a, b = b, a
(a,) = [*c, 1]
x: float = 1.0
(y): int
x += 1, 2
x @= y
del a, b[0], (c, d)
assert a, (b, c)


@decorator(1)
@other.decorator
def f(x, /, y: int = 1, *args: int, z, w=2, **options) -> tuple[int, float]:
    """Doc "quoted".

    With \\ and\tone tab.
    """
    global a, b

    def inner():
        nonlocal z
        yield
        x = yield 1, 2
        yield from (yield)
        return (yield)

    for i, (j, k) in enumerate(x):
        continue
    else:
        pass
    while x := next(y):
        break
    if a:
        return
    elif b:
        return 1, *c
    else:
        raise
    return lambda: 0


class A(B, metaclass=C):
    """Doc."""

    async def method(self):
        async with a as b, c:
            async for x in await y:
                pass
        with ((a, b)):
            raise E from None
        with a, (b, c) as (d, e):
            ...


class Empty:
    pass


try:
    pass
except (A, B) as e:
    pass
except C:
    pass
except:
    pass
else:
    pass
finally:
    pass
match (a, b):
    case [1, -2.0, *rest] | {"key": [x, _], **others} if x := rest:
        pass
    case Class(1, (a | b) as c, field=None) | np.inf | "text":
        pass
    case (a as b) as c:
        pass
    case _:
        pass
'''


def test_module():
    assert to_text(gast.parse(MODULE)) == MODULE.lstrip()


@pytest.mark.skipif(PYTHON < (3, 12), reason="syntax of Python 3.12")
def test_type_parameters():
    text = "type A[T: int, *Ts, **P] = list[T]\n\n\nclass B[T](A):\n    def f[T](x: T) -> T:\n        pass\n"
    assert to_text(gast.parse(text)) == text


@pytest.mark.skipif(PYTHON < (3, 11), reason="syntax of Python 3.11")
def test_exception_groups():
    text = "try:\n    pass\nexcept* A as e:\n    pass\n\n\ndef f(*args: *T):\n    pass\n"
    assert to_text(gast.parse(text)) == text


COMMENTED = """
# of the module
# about f
#   indented, two
# lines
def f(x):
    # x
    if x:
        # first
        y = 1
        # last
    # elif y:
    elif y:
        # nothing to do
        pass
    else:

        #
        pass

    return y
"""


def test_comments():
    tree = gast.parse("def f(x):\n  if x: y = 1\n  elif y: pass\n  else: pass\n  return y")
    function, branch = tree.body[0], tree.body[0].body[0]
    function.comments = ["about f", "  indented, two\nlines"]
    branch.comments = ["x"]
    branch.orelse[0].comments = ["elif y:"]
    branch.body.insert(0, Comment("first"))
    branch.body.append(Comment("last"))
    branch.orelse[0].body = [Comment("nothing to do")]
    branch.orelse[0].orelse = [BlankLine(), Comment("")]
    function.body.insert(1, BlankLine())
    tree.body.insert(0, Comment("of the module"))
    assert to_text(tree) == COMMENTED.lstrip()
    assert to_text([Comment("alone")]) == "# alone\n"
    assert to_text([]) == to_text(gast.Module([], [])) == ""


def test_comments_on_handlers_and_cases():
    tree = gast.parse("try: pass\nexcept A: pass\nmatch x:\n  case 1: pass")
    tree.body[0].handlers[0].comments = ["handler"]
    tree.body[1].cases[0].comments = ["case"]
    lines = to_text(tree).splitlines()
    assert lines[2:4] == ["# handler", "except A:"] and lines[6:8] == ["    # case", "    case 1:"]


@pytest.mark.parametrize("node", [Comment("text"), BlankLine()])
def test_pseudo_statements_are_nodes(node):
    for twin in (copy.copy(node), copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert type(twin) is type(node) and twin.__dict__ == node.__dict__
    module = gast.fix_missing_locations(gast.Module([node], []))
    assert isinstance(node, gast.stmt) and node in list(gast.walk(module))


SPACED = """
import a

x = 1


# about f
def f():
    pass


y = 1


class A:
    x = 1

    def g(self):
        pass

    y = 1
"""


def test_empty_lines_around_definitions():
    tree = gast.parse("import a\nx = 1\ndef f(): pass\ny = 1\nclass A:\n  x = 1\n  def g(self): pass\n  y = 1")
    tree.body.insert(2, Comment("about f"))
    tree.body.insert(4, BlankLine())
    assert to_text(tree) == SPACED.lstrip()


def test_unknown_node():
    with pytest.raises(TypeError, match="Nonsense"):
        to_text(type("Nonsense", (gast.stmt,), {})())


# How lines of at most 40 columns are broken.
BROKEN = """
y = (
    alpha * first_value
    + beta * second_value
    - gamma
)
value = function_name(
    argument_one, argument_two
)
value = function_name(
    argument_one,
    argument_two + something_else,
    key=argument_three,
)
x_grad = x_grad + np.where(
    condition, y_grad, 0.0
)
x_grad = (
    a_first_term + a_second + third + x
) / (2.0 * h)
A[i, j] = (
    first_factor * second_factor_name
)
table = {
    "first": first_element,
    "second": second_element,
}
both = (
    first_value_name,
    second_value_name,
)
names = [
    name
    for name, other in sequence_name
    if other
]
result = (
    start.one(argument)
    .two(argument)
    .three(argument)
)
assert first_name == second_name, (
    "a message"
)
"""


def test_line_breaks():
    tree = gast.parse(BROKEN)
    assert to_text(tree, 40) == BROKEN.lstrip()
    assert max(map(len, to_text(tree, 120).splitlines())) > 80


LONG = """
def function_with_a_name(first_parameter, second_parameter=1, *, third) -> tuple[int, float]: pass
if first_condition and second_condition or not third_condition and fourth_one: pass
for element, other in zip(first_sequence, second_sequence, third_sequence): pass
with open(first_file_name) as first_file, open(second_file_name) as second_file: pass
from some.module.name import first_name, second_name as second, third_name
import first_module_name, second_module_name, third_module_name as third
global first_global_name, second_global_name, third_global_name
del first_name_to_delete, second_name.attribute[0], third_name_to_delete
assert first_condition_name == second_condition_name, f'a long message about {the_value}'
raise SomethingIsWrongError(first_part_of_the_message, second_part) from the_original_error
first_target_name, second_target_name[index] = third_target_name = some_function(argument)
result = [some_function(element) for element, other in some_sequence if condition(element)]
result = some_value_name if some_condition_name else lambda x: other_value_name + x
result = (yield first_value_of_a_tuple, second_value_of_a_tuple, third_value_of_it)
result = array[first_index_name - 1 : second_index_name + 1, :, third_index_name, (fourth,)]
async def f(): return await first_function_name(second_argument_name, third_argument)
class A(FirstBaseClass, SecondBaseClass, metaclass=AMetaClass[some_parameter]): attribute: int = 1
while (name_of_a_variable := some_function(first_argument_name, second_argument_name)): pass
"""


@pytest.mark.parametrize("text", LONG.strip().splitlines())
def test_long_lines_mean_the_same(text):
    tree = gast.parse(text)
    for width in (1, 20, 40, 60):
        broken = to_text(tree, width)
        assert ast.dump(ast.parse(broken)) == ast.dump(ast.parse(text)), broken
    assert max(map(len, broken.splitlines())) <= width


@pytest.mark.parametrize("kind", ["+ x", ".method(x)", ".name", "[x]", "if x:", "and x"])
def test_long_chains(kind):
    """No recursion for each link, no quadratic time; some of these are beyond what Python itself can parse."""
    x = gast.Name("x", LOAD, None, None)
    grow = {
        "+ x": lambda node: gast.BinOp(node, gast.Add(), x),
        ".method(x)": lambda node: gast.Call(gast.Attribute(node, "method", LOAD), [x], []),
        ".name": lambda node: gast.Attribute(node, "name", LOAD),
        "[x]": lambda node: gast.Subscript(node, x, LOAD),
        "if x:": lambda node: gast.If(x, [gast.Pass()], [node] if isinstance(node, gast.If) else []),
        "and x": lambda node: gast.BoolOp(gast.And(), [*getattr(node, "values", [x]), x]),
    }
    tree = x
    for _ in range(2000):
        tree = grow[kind](tree)
    start = time.perf_counter()
    text = to_text(tree, 10**9 if kind == "[x]" else 100)
    assert time.perf_counter() - start < 1.0
    assert text.count(kind) == 2000
    if kind == "+ x":
        assert sum(isinstance(node, ast.BinOp) for node in ast.walk(ast.parse(text))) == 2000


def test_speed():
    """100 statements take about 1 ms; the bound is wide, for a machine that has other things to do."""
    tree = gast.parse("for i in range(n):\n    A[i, j] = (A[i - 1, j] + f(x, axis=0) * np.sum(y)) / 5.0 - z**2\n" * 50)
    durations = []
    for _ in range(5):
        start = time.perf_counter()
        to_text(tree)
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.015


if __name__ == "__main__":
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    for number in range(total):
        check_random_tree(number)
    print(f"{total} random trees survive")
