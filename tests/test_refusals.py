"""Refusals: the whole message and the place of each that can be seen in the text, and the table of all of them."""

import ast
import pathlib
import string
import sys

import gast
import pytest

from s2sad.check import check
from s2sad.errors import NotDifferentiableError
from s2sad.refusals import REFUSALS, refuse
from s2sad.source import read

PACKAGE = pathlib.Path(sys.modules[refuse.__module__].__file__).parent
counter = 0


def message_of(function, source=None):
    with pytest.raises(NotDifferentiableError) as error:
        check(read(function, source))
    return str(error.value)


def expected(function, line, cause, shown, carets, remedy, name=None):
    """The message; `line` counts from the function's first line."""
    code = function.__code__
    return (
        f"s2sad can't differentiate this: {cause}\n"
        f'  File "{code.co_filename}", line {code.co_firstlineno + line}, in {name or function.__name__}\n'
        f"    {shown}\n"
        f"    {carets}\n"
        f"  Write instead: {remedy}"
    )


# ---------------------------------------------------------------- functions that are refused
async def waits(x):
    return await x


def waits_inside(x):
    async def inner(y):
        async with y as z, y:
            return [each async for each in z]

    return inner


def generates(x):
    yield x


def generates_from(x):
    y = x + (yield from x)
    return y


def generates_in_a_lambda(x):
    return lambda: [(yield x)]


def defines_a_class(x):
    class Point:
        y = x

    return Point


def runs_text(x):
    return eval("x * x")


def runs_more_text(x):
    exec(
        "y = x"
    )
    return x


def compiles(x):
    return compile(x, "", "eval")


def imports_by_text(x):
    return __import__("math").sin(x)


def all_locals(x):
    y = x
    return locals()["y"]


def all_globals(x):
    return globals()["counter"] * x


def all_vars(x):
    return vars()["x"]


def passes_eval_on(x):
    return list(map(eval, x))


def sets_attribute(x, name):
    setattr(x, name, 1.0)
    return x


def deletes_attribute(x, name):
    delattr(x, name)
    return x


def writes_global(x):
    global counter
    counter += 1
    return x * counter


def writes_global_in_a_loop(x):
    global other, counter
    for counter, _ in x:
        pass


def writes_global_inside(x):
    def inner(y):
        global counter
        import math as counter
        return y

    return inner(x)


def imports_global(x):
    global counter
    from os import path as counter, sep  # noqa: F401, I001
    return x


def defines_global(x):
    global counter

    def counter(y):
        return y

    return counter(x)


def matches_global(x):
    global counter
    match x:
        case [_, *counter]:
            return x


def make_writes_nonlocal():
    total = 0.0

    def writes_nonlocal(x):
        nonlocal total
        total = total + x
        return total

    return writes_nonlocal


def make_writes_nonlocal_inside():
    total = 0.0

    def writes_nonlocal_inside(x):
        def inner(y):
            nonlocal total
            total += y

        inner(x)
        return x

    return writes_nonlocal_inside


RUNS_TEXT = "the code itself, or a function with that code, passed as a parameter"
NAMES = "the variables themselves, by their names, or a dict that holds them"
BY_NAME = "`obj.attribute = value`, or a dict with the names as its keys"
LIST = "a list: `values.append(...)` in place of `yield ...`, and `return values` at the end"
AS_PARAMETER = "as a parameter, and its new value returned beside the result"

REFUSED = [
    (
        waits, 0, "`waits` is an async function: other code runs while it waits, and may change what it computes with",
        "async def waits(x):", "^^^^^^^^^^^^^^^^^^^",
        "a plain function, `def waits(...)`, that takes what it would await as parameters",
    ),
    (
        waits_inside, 1, "`inner` is an async function: other code runs while it waits, and may change what it computes with",
        "async def inner(y):", "^^^^^^^^^^^^^^^^^^^",
        "a plain function, `def inner(...)`, that takes what it would await as parameters",
    ),
    (generates, 1, "`yield` makes `generates` a generator, which has no single value", "yield x", "^^^^^^^", LIST),
    (
        generates_from, 1, "`yield` makes `generates_from` a generator, which has no single value",
        "y = x + (yield from x)", "         ^^^^^^^^^^^^", LIST,
    ),
    (
        generates_in_a_lambda, 1, "`yield` makes `lambda` a generator, which has no single value",
        "return lambda: [(yield x)]", "                 ^^^^^^^", LIST,
    ),
    (
        defines_a_class, 1, "the class `Point` is defined inside of `defines_a_class`, and so is a new one in each call",
        "class Point:", "^^^^^^^^^^^^", "the class at the top level of the module, used from here by its name",
    ),
    (
        runs_text, 1, "`eval` runs text that is not known before the function is called",
        'return eval("x * x")', "       ^^^^", RUNS_TEXT,
    ),
    (runs_more_text, 1, "`exec` runs text that is not known before the function is called", "exec(", "^^^^", RUNS_TEXT),
    (
        compiles, 1, "`compile` runs text that is not known before the function is called",
        'return compile(x, "", "eval")', "       ^^^^^^^", RUNS_TEXT,
    ),
    (
        imports_by_text, 1, "`__import__` runs text that is not known before the function is called",
        'return __import__("math").sin(x)', "       ^^^^^^^^^^", RUNS_TEXT,
    ),
    (
        passes_eval_on, 1, "`eval` runs text that is not known before the function is called",
        "return list(map(eval, x))", "                ^^^^", RUNS_TEXT,
    ),
    (
        all_locals, 2, "`locals()` reaches variables other than by their names, which can't be followed",
        'return locals()["y"]', "       ^^^^^^", NAMES,
    ),
    (
        all_globals, 1, "`globals()` reaches variables other than by their names, which can't be followed",
        'return globals()["counter"] * x', "       ^^^^^^^", NAMES,
    ),
    (
        all_vars, 1, "`vars()` reaches variables other than by their names, which can't be followed",
        'return vars()["x"]', "       ^^^^^^", NAMES,
    ),
    (
        sets_attribute, 1, "`setattr` changes an attribute that is known by name only when the function is called",
        "setattr(x, name, 1.0)", "^^^^^^^", BY_NAME,
    ),
    (
        deletes_attribute, 1, "`delattr` changes an attribute that is known by name only when the function is called",
        "delattr(x, name)", "^^^^^^^", BY_NAME,
    ),
    (
        writes_global, 2, "`writes_global` assigns to the global variable `counter`, which outlives the call",
        "counter += 1", "^^^^^^^", f"`counter` {AS_PARAMETER}",
    ),
    (
        writes_global_in_a_loop, 2,
        "`writes_global_in_a_loop` assigns to the global variable `counter`, which outlives the call",
        "for counter, _ in x:", "    ^^^^^^^", f"`counter` {AS_PARAMETER}",
    ),
    (
        writes_global_inside, 3, "`writes_global_inside` assigns to the global variable `counter`, which outlives the call",
        "import math as counter", "       ^^^^^^^^^^^^^^^", f"`counter` {AS_PARAMETER}",
    ),
    (
        imports_global, 2, "`imports_global` assigns to the global variable `counter`, which outlives the call",
        "from os import path as counter, sep  # noqa: F401, I001", "               ^^^^^^^^^^^^^^^", f"`counter` {AS_PARAMETER}",
    ),
    (
        defines_global, 3, "`defines_global` assigns to the global variable `counter`, which outlives the call",
        "def counter(y):", "^^^^^^^^^^^^^^^", f"`counter` {AS_PARAMETER}",
    ),
    (
        matches_global, 3, "`matches_global` assigns to the global variable `counter`, which outlives the call",
        "case [_, *counter]:", "         ^^^^^^^^", f"`counter` {AS_PARAMETER}",
    ),
    (
        make_writes_nonlocal(), 2,
        "`total` belongs to a function around `writes_nonlocal`, is assigned to here, and so outlives the call",
        "total = total + x", "^^^^^", f"`total` {AS_PARAMETER}",
    ),
    (
        make_writes_nonlocal_inside(), 3,
        "`total` belongs to a function around `writes_nonlocal_inside`, is assigned to here, and so outlives the call",
        "total += y", "^^^^^", f"`total` {AS_PARAMETER}",
    ),
]


@pytest.mark.parametrize("function, line, cause, shown, carets, remedy", REFUSED, ids=[each[0].__name__ for each in REFUSED])
def test_refused(function, line, cause, shown, carets, remedy):
    assert message_of(function) == expected(function, line, cause, shown, carets, remedy)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="except* came with Python 3.11")
def test_groups_of_exceptions():
    text = "def f(x):\n    try:\n        return 1 / x\n    except* ZeroDivisionError as e:\n        pass\n"
    space = {}
    exec(text, space)
    assert message_of(space["f"], text) == expected(
        space["f"], 1, "`except*` takes a group of exceptions apart, and it can't be known which statements ran", "try:", "^^^^",
        "`except` with a tuple of exception classes, or an `if` that tests before the operation",
    )


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type statements came with Python 3.12")
def test_type_statement():
    text = "def f(x):\n    type Pair = tuple[float, float]\n    return x\n"
    space = {}
    exec(text, space)
    assert message_of(space["f"], text) == expected(
        space["f"], 1, "a `type` statement inside of a function", "type Pair = tuple[float, float]", "^" * 31,
        "the `type` statement at the top level of the module",
    )


def test_lambda_is_called_by_its_name():
    of_text = lambda x: eval("x")
    carets = " " * 20 + "^^^^"
    assert message_of(of_text) == expected(
        of_text, 0, "`eval` runs text that is not known before the function is called",
        'of_text = lambda x: eval("x")', carets, RUNS_TEXT, name="of_text",
    )


# ---------------------------------------------------------------- functions that are not refused
def reads_global(x):
    global counter
    return x * counter


def nested_functions(x):
    total = 0.0
    items = (k * x for k in range(3))

    def add(y):
        def deeper(z):
            nonlocal total
            total += z

        nonlocal total
        total += y
        deeper(y)

    for each in items:
        add(each)
    return total + (lambda y: y * y)(x), vars(counter), dir(x)


def own_names(x, eval, *exec, **setattr):
    def locals(globals):
        return globals(x)

    return eval(x) + locals(exec) + setattr["a"]


def own_method(x):
    return x.eval("a").compile(x.exec)


def make_own_eval():
    def eval(text):
        return text

    def by_closure(x):
        return eval(x)

    return by_closure


def delattr_of_the_module(x):
    import math

    del x[0]
    try:
        return math.sin(x)
    finally:
        print(x)


@pytest.mark.parametrize("function", [reads_global, nested_functions, own_names, own_method, make_own_eval(), delattr_of_the_module])
def test_not_refused(function):
    assert check(read(function)) is None


def test_global_of_the_same_name():
    text = "def f(x):\n    return eval(x)\n"
    space = {"eval": abs}
    exec(text, space)
    check(read(space["f"], text))


def test_sums_of_thousands_of_terms():
    made = read(reads_global)
    for _ in range(50_000):
        made.tree.body[1].value = gast.UnaryOp(gast.USub(), made.tree.body[1].value)
    check(made)
    node = made.tree.body[1].value
    while isinstance(node, gast.UnaryOp):
        node.operand, node = None, node.operand


# ---------------------------------------------------------------- the place
def places(x, é):
    z = [x, "日本" + é, eval("x")]; w = {	"a":	eval(
        z,
    )}
    return z, w


def marked(node, source):
    return str(refuse("too_deep", node, source)).split("\n")


def test_carets_under_wide_characters_and_tabs():
    made = read(places)
    calls = [each for each in gast.walk(made.tree) if isinstance(each, gast.Call)]
    # Characters of two columns in front of the node; the offsets of a node count bytes.
    assert marked(calls[0], made)[2:4] == [
        '    z = [x, "日本" + é, eval("x")]; w = {\t"a":\teval(',
        "    " + " " * 20 + "^^^^^^^^^",
    ]
    # A tab is as wide as above; a node over several lines is marked to the end of its first.
    assert marked(calls[1], made)[3] == "    " + " " * 37 + "\t" + " " * 4 + "\t" + "^^^^^"
    assert marked(made.tree.args.args[1], made)[2:4] == ["    def places(x, é):", "    " + " " * 14 + "^"]


def test_place_of_a_node_that_has_none():
    made = read(places)
    line = places.__code__.co_firstlineno
    for node in (None, gast.Name("x", gast.Load(), None, None)):
        assert marked(node, made)[1:4] == [
            f'  File "{__file__}", line {line}, in places', "    def places(x, é):", "    ^^^^^^^^^^^^^^^^^",
        ]
    assert marked(None, None) == [
        "s2sad can't differentiate this: this is nested too deeply",
        "  Write instead: a loop, or several statements; or raise sys.setrecursionlimit",
    ]


def test_place_that_is_not_in_the_text_any_more():
    made = read(places)
    lines = marked(gast.copy_location(gast.Pass(), gast.Pass()), made)
    made.lines = []
    assert marked(made.tree, made) == [*lines[:2], lines[-1]]


def test_words_that_are_not_given_are_the_text():
    made = read(places)
    node = made.tree.body[0].value.elts[1]
    assert str(refuse("unknown_store", node, made)).startswith(
        "s2sad can't differentiate this: what `\"日本\" + é` writes into is not known before `places` runs"
    )
    assert "`x` may be things of different types here" in str(refuse("joined_kinds", node, made, name="x"))
    assert "`\"日本\" + é` may be things of different types" in str(refuse("joined_kinds", node, made))


# ---------------------------------------------------------------- the table
def fields(template):
    return {field for _, field, _, _ in string.Formatter().parse(template) if field}


@pytest.mark.parametrize("key", REFUSALS)
def test_row_of_the_table(key):
    cause, remedy = REFUSALS[key]
    for text in (cause, remedy):
        assert text == text.strip() and not text.endswith((".", ",")) and "\n" not in text and "  " not in text
        assert text[0] in "`{.^" or text[0].islower() or text.startswith("NumPy")
        assert text.count("`") % 2 == 0
        assert all(field.isidentifier() for field in fields(text))
    assert fields(remedy) <= fields(cause) | {"name", "f", "text", "instead"}
    words = {name: f"<{name}>" for name in fields(cause) | fields(remedy)}
    message = str(refuse(key, None, read(places), **words))
    assert all(f"<{name}>" in message for name in words)
    assert str(refuse(key, read(places).tree.body[0], read(places)))  # also without its words


def refusals_raised():
    """(file, line, key, words) of each refusal that the package raises with its key written out."""
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            function = node.func if isinstance(node, ast.Call) else None
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
            if name in ("refuse", "Conflict") and node.args and isinstance(node.args[0], ast.Constant):
                yield path.name, node.lineno, node.args[0].value, {each.arg for each in node.keywords}


def test_each_refusal_that_is_raised_is_in_the_table():
    assert [each for each in refusals_raised() if each[2] not in REFUSALS] == []


def test_each_refusal_that_is_raised_has_its_words():
    # `name` comes later for a conflict, and is the text where it isn't given; `instead` is the rule's
    own = {"name", "text", "f", "instead"}
    missing = [(*each[:3], fields("".join(REFUSALS[each[2]])) - each[3] - own) for each in refusals_raised() if each[2] in REFUSALS]
    assert [each for each in missing if each[3]] == []
