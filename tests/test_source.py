"""Reading functions: wherever they live, the right text is found, and a wrong one never passes."""

import ast
import functools
import gc
import importlib
import linecache
import math
import pathlib
import sys
import threading
import zipfile

import gast
import pytest

from s2sad import source
from s2sad.errors import SourceError
from s2sad.source import read, to_gast

HERE = pathlib.Path(__file__)


def dump(made):
    return gast.dump(made.tree)


def from_text(text, name="f"):
    space = {}
    exec(text, space)
    return space[name]


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module and imports it."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def make(text, name="s2sad_test_module", encoding="utf-8"):
        path = tmp_path / f"{name}.py"
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        importlib.invalidate_caches()
        made.append(name)
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    yield make
    for name in made:
        sys.modules.pop(name, None)


# ---------------------------------------------------------------- where functions live
def plain(x, y=2.0):  # a comment
    """With a text."""
    z = x * y
    return z


def test_function_of_a_file():
    made = read(plain)
    start = plain.__code__.co_firstlineno
    assert made.name == "plain" and isinstance(made.tree, gast.FunctionDef)
    assert made.filename == plain.__code__.co_filename
    assert made.first_line == start and [each.lineno for each in made.tree.body] == [start + 1, start + 2, start + 3]
    assert made.tree.body[-1].end_lineno == start + 3 and made.tree.body[-1].col_offset == 4
    assert made.line_text(start + 2) == "    z = x * y" and made.line_text(0) == "" == made.line_text(10**6)
    assert made.text == HERE.read_text(encoding="utf-8")
    assert made.function is plain and made.globals is globals() and made.closure == () and not made.given
    assert [each.id for each in made.tree.args.args] == ["x", "y"]


def make_nested(scale):
    if scale:

        def nested(x):
            text = """
several lines,
    not dedented
"""
            return scale * x, text

        return nested


def test_nested_function():
    made = read(make_nested(2.0))
    assert made.closure == ("scale",) and made.tree.body[0].value.value == "\nseveral lines,\n    not dedented\n"
    assert made.line_text(made.tree.body[1].lineno).strip() == "return scale * x, text"


class Base:
    __private = 2.0

    def scaled(self, x):
        return x * self.__private

    def twice(self, x):
        return 2 * x


class Derived(Base):
    def twice(self, x):
        inner = lambda y: super(Derived, self).twice(y)
        return super().twice(x) + inner(x)

    @staticmethod
    def still(x):
        return x

    @classmethod
    def of(cls, x):
        return cls, x

    by_lambda = lambda self, x: self._Base__private * x


@pytest.mark.parametrize(
    "function, name",
    [
        (Base.scaled, "scaled"),
        (Base().scaled, "scaled"),
        (Derived.twice, "twice"),
        (Derived.still, "still"),
        (Derived.of, "of"),
        (Derived.by_lambda, "by_lambda"),
    ],
)
def test_method(function, name):
    made = read(function)
    assert made.name == name and made.line_text(made.first_line).strip().startswith((f"def {name}(", "by_lambda = "))


def factorial(n):
    return 1 if n == 0 else n * factorial(n - 1)


def make_recursive():
    def inner(n):
        return 1 if n == 0 else n * inner(n - 1) + factorial(n)

    def factorial(n):
        return n

    return inner


class Same:
    def Same(self, n):
        return n if n < 0 else Same().Same(n - 1)


def test_recursive_function():
    assert read(factorial).name == "factorial" and read(make_recursive()).closure == ("factorial", "inner")
    assert read(Same.Same).name == "Same"


def deco(function):
    return function


def swap(function):
    @functools.wraps(function)
    def wrapper(x, y):
        return function(y, x)

    return wrapper


@deco
@functools.partial(
    lambda key, function: function,
    (1, 2),
)
def decorated(
    x,
):
    return x


@swap
def swapped(x, y):
    return x - y


def test_decorated_function():
    made = read(decorated)
    assert made.name == "decorated" and len(made.tree.decorator_list) == 2
    assert made.line_text(made.first_line) == "def decorated("
    assert read(swapped).name == "wrapper"  # a decorator may change what the function does


def test_what_s2sad_wrapped_is_looked_through():
    @functools.wraps(plain)
    def ours(*args):
        return plain(*args)

    ours.__s2sad_wrapped__ = plain
    assert read(ours).name == "plain"

    @functools.wraps(ours)  # copies the mark
    def users(x):
        return 2 * ours(x)

    assert users.__s2sad_wrapped__ is plain and read(users).name == "users"


def test_what_numba_compiled_is_looked_through():
    class Dispatcher:
        py_func = plain

    dispatcher = Dispatcher()
    dispatcher.py_func = plain
    assert read(dispatcher).name == "plain"


def twin(x):
    return x


first_twin = twin


def twin(x):
    return x + 1


def with_imports(x, ast=None):
    def inner(y):
        return math.sin(y) + importlib.abc.name(y) + HERE.name(y)

    return ast.parse(x) + functools.partial(x).keywords(SourceError.args(x)) + inner(x).real(x)


def test_calls_through_imported_names():
    # From Python 3.11 on, these compile to other code than calls of methods.
    assert read(with_imports).name == "with_imports"
    text = "def f(x):\n    return math.sin(x) + SourceError.args(x)\n"
    space = {"math": math, "SourceError": SourceError}
    exec(text, space)
    assert read(space["f"], source=text).name == "f"


def test_same_name_twice():
    assert dump(read(first_twin)) != dump(read(twin))
    assert read(first_twin).first_line < read(twin).first_line


def with_assert(x):
    assert x > 0, "positive"
    return math.sqrt(x)


def test_function_whose_asserts_pytest_rewrote():
    assert [type(each).__name__ for each in read(with_assert).tree.body] == ["Assert", "Return"]


# ---------------------------------------------------------------- lambdas
one, two = lambda x: x + 1, lambda x: x + 2
three = lambda x: x * 3
pair = [lambda x: x * x, lambda x: x * x]
by_default = [lambda x, k=1: x * k, lambda x, k=2: x * k]
in_dict = {"a": lambda x: (
    x,
    # a comment
    x + 1,
), "b": lambda: 0}
of_default = lambda x, g=lambda y: y + 1: g(x)
curried = lambda x: lambda y: x + y
annotated: object = lambda x: x - 1
scaled = [lambda x: k * x for k in (2.0, 3.0)]
print_later = deco(lambda x: print(x))
(walrus := lambda x: x - 7)


@pytest.mark.parametrize(
    "function, name, text",
    [
        (one, "one", "x + 1"),
        (two, "two", "x + 2"),
        (three, "three", "x * 3"),
        (in_dict["a"], "function", "(x, x + 1,)"),
        (in_dict["b"], "function", "0"),
        (of_default, "of_default", "g(x)"),
        (of_default.__defaults__[0], "function", "y + 1"),
        (curried, "curried", "lambda y: x + y"),
        (curried(1), "function", "x + y"),
        (annotated, "annotated", "x - 1"),
        (scaled[1], "function", "k * x"),
        (print_later, "function", "print(x)"),
        (walrus, "walrus", "x - 7"),
    ],
)
def test_lambda(function, name, text):
    made = read(function)
    assert made.name == made.tree.name == name
    (body,) = made.tree.body
    assert isinstance(body, gast.Return) and made.statement_text(body) == text
    assert made.first_line == function.__code__.co_firstlineno


def test_equal_lambdas_on_one_line():
    assert [made.statement_text(made.tree.body[0]) for made in map(read, pair)] == ["x * x", "x * x"]
    if sys.version_info >= (3, 11):
        assert read(pair[0]).tree.col_offset < read(pair[1]).tree.col_offset
        assert [read(each).tree.args.defaults[0].value for each in by_default] == [1, 2]
    else:
        with pytest.raises(SourceError, match="several lambdas on line .* differ in their defaults; write each"):
            read(by_default[0])


def test_lambda_in_a_decorator_and_in_a_branch(module):
    made = module(
        "kept = []\n"
        "def keep(key):\n    kept.append(key)\n    return lambda f: f\n"
        "@keep(lambda x: x + 5)\ndef f(x):\n    return x\n"
        "try:\n    g = lambda x: x\nexcept ValueError:\n    g = lambda x: -x\nelse:\n    h = lambda x: 2 * x\n"
    )
    assert [read(each).first_line for each in (made.kept[0], made.g, made.h)] == [5, 9, 13]


# ---------------------------------------------------------------- texts of all sorts
def test_windows_line_ends_and_tabs(module):
    made = module(b"class C:\r\n\tdef f(self, x):\r\n\t\tif x:\r\n\t\t\treturn x\r\n\t\treturn -x\r\n")
    assert read(made.C.f).line_text(4) == "\t\t\treturn x" and read(made.C.f).tree.body[1].lineno == 5


def test_no_newline_at_the_end_and_strange_characters(module):
    made = module("\ufeff# \x0c form feed\nname = '\u2028'\n\x0c\ndef größe(é, λ=1):\n\tä = é * λ\n\treturn ä")
    found = read(made.größe)
    assert found.name == "größe" and found.first_line == 4
    assert found.statement_text(found.tree.body[0]) == "ä = é * λ"


def test_encoding_of_the_file(module):
    made = module("# -*- coding: latin-1 -*-\ndef f(x):\n    return x, 'é'\n", encoding="latin-1")
    assert read(made.f).line_text(3) == "    return x, 'é'"


def test_comments_and_continued_lines_that_stand_out(module):
    made = module(
        "if True:\n    def f(x):\n        # type: (float) -> float\n        a = [x,\n 2,\n]  # out\n# far out\n"
        "        b = '''\nleft\n'''\n        return a, b\n\n\nleft = 1\n"
    )
    assert [each.lineno for each in read(made.f).tree.body] == [4, 8, 11]


def test_future_annotations(module):
    made = module("from __future__ import annotations\ndef f(x):\n    def g(y: Unknown) -> Other: return y\n    return g(x)\n")
    assert read(made.f).name == "f"


def test_module_under_an_alias_and_in_an_archive(tmp_path, monkeypatch):
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("s2sad_zipped.py", "\n\ndef f(x):\n    return x\n")
    monkeypatch.syspath_prepend(path)
    import s2sad_zipped as alias

    assert read(alias.f).first_line == 3
    del sys.modules["s2sad_zipped"]


def test_cell_of_a_notebook():
    text = "k = 2\n\ndef f(x):\n    return k * x\n"
    name = "<cell 1 of test_source>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    space = {}
    exec(compile(text, name, "exec"), space)
    assert read(space["f"]).first_line == 3 and read(space["f"]).filename == name
    del linecache.cache[name]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_type_parameters():
    text = "def outer(k):\n    def f[T](x: T) -> T:\n        y: T = k * x\n        return T, y\n    return f\nf = outer(1)\n"
    assert read(from_text(text), source=text).tree.type_params[0].name == "T"


# ---------------------------------------------------------------- source=
EXEC = "def g(x):\n    return x\n\ndef f(x):\n    return g(x) + 1\n"


def test_text_that_was_executed():
    f = from_text(EXEC)
    with pytest.raises(SourceError) as error:
        read(f)
    assert str(error.value) == (
        "s2sad can't find the source text of f: it was made by exec or eval, or typed at a prompt, "
        "and Python keeps no text of that; pass the text as source="
    )
    made = read(f, source=EXEC)
    assert made.first_line == 4 and made.filename == "<string>" and made.given
    assert read(f).first_line == 4  # known from now on
    g = f.__globals__["g"]
    assert read(g, source=made.text_for(g)).first_line == 1 and made.text_for(plain) is None


@pytest.mark.parametrize("text", ["def f(x):\n    return g(x) + 1", "\r\n    def f(x):\r\n        return g(x) + 1\r\n"])
def test_only_the_text_of_the_function(text):
    made = read(from_text(EXEC), source=text)
    assert made.lines[made.first_line - 1].strip() == "def f(x):"
    assert made.line_text(made.tree.body[0].lineno).strip() == "return g(x) + 1"


@pytest.mark.parametrize("text", ["def f(x):\n    return g(x) + 2\n", "def f(y):\n    return g(y) + 1\n", "x = 1\n", "", "def f(", "\0"])
def test_text_of_something_else(text):
    with pytest.raises(SourceError, match="the text passed as source= is not that of f: compiled, it gives other code"):
        read(from_text(EXEC), source=text)


def test_a_made_up_file_name():
    space = {"__name__": __name__, "__loader__": globals().get("__loader__")}
    exec(compile(EXEC, "made_up.py", "exec"), space)
    with pytest.raises(SourceError, match=r"there is no file made_up.py; pass the text as source="):
        read(space["f"])


# ---------------------------------------------------------------- changed files
CHANGES = {
    "other operator": "    return x - 1.0\n",
    "other number": "    return x + 2.0\n",
    "other type of number": "    return x + 1\n",
    "other name": "    return y + 1.0\n",
    "other nested function": "    return (lambda: x + 1.0)()\n",
    "other sign of zero": "    return x + 1.0, -0.0\n",
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_file(module, tmp_path, change):
    made = module("def f(x):\n    return x + 1.0\n")
    path = tmp_path / "s2sad_test_module.py"
    path.write_text("def f(x):\n" + CHANGES[change] + "# longer\n")
    with pytest.raises(SourceError) as error:
        read(made.f)
    assert str(error.value) == (
        f"{path} has changed since f was imported; reload it (or pass the text that f was made from as source=)"
    )
    path.write_text("def f(x:\n")
    with pytest.raises(SourceError, match="can't be parsed any more; reload it"):
        read(made.f)
    path.write_text("\n")
    with pytest.raises(SourceError, match="has changed since f was imported"):
        read(made.f)


def test_changed_only_elsewhere(module, tmp_path):
    made = module("def f(x):\n    return x + 1.0\n")
    (tmp_path / "s2sad_test_module.py").write_text("import math\n\n\n\n@deco\ndef f(x):  # new\n    return x + 1.0\n")
    assert read(made.f).first_line == 6


def test_read_before_the_change(module, tmp_path):
    made = module("def f(x):\n    return x + 1.0\n")
    read(made.f)
    (tmp_path / "s2sad_test_module.py").write_text("def f(x):\n    return x + 123.0\n")
    assert read(made.f).tree.body[0].value.right.value == 1.0


def test_constants_that_are_hard_to_compare(module):
    made = module("def f(x):\n    return x in {1, 'a', None}, 1e400 - 1e400, (0.0, -0.0), 1j, ..., b'a', 'a.<locals>.b'\n")
    assert read(made.f).name == "f"


# ---------------------------------------------------------------- no Python source
@pytest.mark.parametrize(
    "function, message",
    [
        (math.sin, "sin has no source text, as it is not written in Python; register a rule for it with @s2sad.partials or"),
        (len, "len has no source text, as it is not written in Python"),
        (Base, "Base is a class, not a function; pass a function that makes and uses it"),
        (functools.partial(plain, 1.0), "has no source text of its own; pass the function it was made from, or a lambda"),
        (3.0, "3.0 is not a function"),
    ],
)
def test_no_source(function, message):
    with pytest.raises(SourceError) as error:
        read(function)
    assert message in str(error.value)


def test_object_that_can_be_called():
    class Model:
        def __call__(self, x):
            return x

    with pytest.raises(SourceError, match="is an object that can be called; pass its method __call__"):
        read(Model())
    assert read(Model().__call__).name == "__call__"


# ---------------------------------------------------------------- size, speed, memory
def test_only_the_function_itself_is_parsed(module, monkeypatch):
    made = module("def f0(x):\n    return x\n\n\n" * 3000 + "def f(x):\n    return 2 * x\n" + "def g(x):\n    return x\n" * 3000)
    sizes = []
    monkeypatch.setattr(source.ast, "parse", lambda text, parse=ast.parse: sizes.append(len(text)) or parse(text))
    assert read(made.f).first_line == 12001
    assert read(made.f).first_line == 12001  # from the cache
    assert len(sizes) == 1 and sizes[0] < 100


def test_long_functions_and_sums(module):
    body = "".join(f"    a{k} = x * {k}\n" for k in range(5000))
    made = module(f"def f(x):\n{body}    return a0\ndef g(x):\n    return {' + '.join(['x'] * 600)}\n")
    assert len(read(made.f).tree.body) == 5001
    depth, node = 0, read(made.g).tree.body[0].value
    while isinstance(node, gast.BinOp):
        depth, node = depth + 1, node.left
    assert depth == 599


def test_a_tree_of_any_depth():
    node = ast.Name("x", ast.Load())
    for _ in range(100_000):
        node = ast.UnaryOp(ast.USub(), node)
    made = to_gast(node)
    while isinstance(made, gast.UnaryOp):
        made.operand, made = None, made.operand
        node.operand, node = None, node.operand  # so that taking them apart doesn't go deep either
    assert made.id == "x"


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_too_deep(module, monkeypatch, error):
    made = module("def f(x):\n    return x\n")

    def parse(text):
        raise error

    monkeypatch.setattr(source.ast, "parse", parse)
    with pytest.raises(SourceError) as raised:
        read(made.f)
    assert str(raised.value) == (
        "f is nested too deeply to be read; split its longest expression, or raise sys.setrecursionlimit"
    )


def test_each_reading_gives_a_tree_of_its_own():
    assert read(plain).tree is not read(plain).tree and dump(read(plain)) == dump(read(plain))


def test_the_cache_lets_go():
    f = from_text(EXEC)
    read(f, source=EXEC)
    key = id(f.__code__)
    assert key in source._cache
    f.__globals__.clear()
    del f
    gc.collect()
    assert key not in source._cache


def test_threads():
    made = []
    threads = [threading.Thread(target=lambda: made.append(dump(read(test_threads)))) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == 16 and len(set(made)) == 1


def test_warnings_are_not_given_again(module):
    # Python warns of both when it compiles the file; reading them again must not.
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = module("def f(x):\n    return x is 1, '\\d'\n")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert read(made.f).name == "f"
    assert not caught


# ---------------------------------------------------------------- gast

@pytest.mark.parametrize("name", ["ast", "functools", "typing", "dataclasses", "random", "statistics"])
def test_conversion_is_that_of_gast(name):
    tree = ast.parse(pathlib.Path(importlib.import_module(name).__file__).read_text(encoding="utf-8"))
    assert gast.dump(to_gast(tree)) == gast.dump(gast.ast_to_gast(tree))


def test_conversion_keeps_and_shifts_places():
    text = "match a:\n    case [1, *rest]: b = [x for x in a]\nasync def f(x, /, *, y: int = 1, **z): return x.y[1:2, ...]\n"
    tree = ast.parse(text)
    expected = gast.ast_to_gast(ast.increment_lineno(ast.parse(text), 7))
    assert gast.dump(to_gast(tree, 7), include_attributes=True) == gast.dump(expected, include_attributes=True)


# ---------------------------------------------------------------- the text of statements
def quoted(a, n, file):
    for   i in range(n):  # all of them
        a = (a +  # first
             i)
    while (a and
           n):
        pass
    if (n): b = 1; c = 2
    elif a:
        b = a.sum(
            axis=0,
        ).mean()
    else:
        b = """x
        y"""
    try:
        pass
    except (ValueError,
            TypeError) as error:
        pass
    with open(file) as f, (
            open(file)) as g: b = 2
    match n:
        case {"a": 1}: pass
    def inner(
        x: int, *args: float,  # more
        k={1: 2},
    ) -> int: return 1
    d = f"{a  }  {b:{c}}" + \
        "x   y"  # end
    é = "é"; e = {1: 2,
       3: 4}
    long = ["aaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "cccccccccccccccccccccccc", "ddddddddddddd"]
    return a [ 0 ], lambda: {  1: 2  }


QUOTED = [
    "for i in range(n):",
    "a = (a + i)",
    "while (a and n):",
    "pass",
    "if (n):",
    "b = 1",
    "c = 2",
    "elif a:",
    "b = a.sum(axis=0,).mean()",
    'b = """x ...',
    "try:",
    "pass",
    "except (ValueError, TypeError) as error:",
    "pass",
    "with open(file) as f, (open(file)) as g:",
    "b = 2",
    "match n:",
    "pass",
    "def inner(x: int, *args: float, k={1: 2},) -> int:",
    "return 1",
    'd = f"{a  }  {b:{c}}" + "x   y"',
    'é = "é"',
    "e = {1: 2, 3: 4}",
    'long = ["aaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", ...',
    "return a [ 0 ], lambda: { 1: 2 }",
]


def test_statement_text():
    made = read(quoted)
    nodes = [each for each in gast.walk(made.tree) if isinstance(each, (gast.stmt, gast.ExceptHandler)) and each is not made.tree]
    nodes.sort(key=lambda each: (each.lineno, each.col_offset))
    assert [made.statement_text(each) for each in nodes] == QUOTED
    assert made.statement_text(made.tree) == "def quoted(a, n, file):"


def test_statement_text_of_nodes_that_are_not_the_users():
    made = read(quoted)
    assert made.statement_text(gast.Pass()) == ""
    loop = made.tree.body[0]
    assert made.statement_text(gast.copy_location(gast.Pass(), loop)) == "for i in range(n):"
    assert made.statement_text(gast.copy_location(gast.If(loop.iter, [gast.Pass()], []), loop.body[0])) == "a = (a + i)"
