"""Programs that write into memory through a second name of it: every way to make the name, every way to write.

    def f(x, buf):
        first = buf * x                    # the gradient needs what buf holds now
        t = np.frombuffer(buf)             # a way to make a second name (MAKERS)
        t.fill(7.0)                        # a way to write (WRITERS)
        return np.sum(first * first)

A gradient is right or refused. `python -m tests.alias_programs` tries all pairs, in some minutes; the suite
(tests/test_alias_programs.py) tries each way to make a name and each way to write.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from s2sad import value_and_gradients_function
from s2sad.errors import NotDifferentiableError

PRELUDE = """
import collections, copy, dataclasses, functools, itertools, operator, random
from numpy.lib.stride_tricks import as_strided, sliding_window_view
import numpy as np

Pair = collections.namedtuple("Pair", "first second")

@dataclasses.dataclass
class Box:
    held: object

class Plain:
    def __init__(self, held):
        self.held = held
    def get(self):
        return self.held

def same(a):
    return a
def boxed(a):
    return [a, 1.0]
def in_dict(a):
    return {"a": a}
def either(a, flag=True):
    return a if flag else a.copy()
def last(*args, **more):
    return (*args, *more.values())[-1]
def opaque(a, g=[lambda v: v]):
    return g[0](a)
def items_of(a):
    yield a
def fill_with(value, a):
    a.fill(value)
def fill_all(*arrays):
    for each in arrays:
        each[...] = 7.0
def call(g, *args):
    return g(*args)
KEPT = {}
"""

# An expression in which `buf`, an array of three floats, is given a second name; the writers write into it.
MAKERS = """
buf
buf[:]
buf[...]
buf[0:3]
buf[::-1]
buf[None][0]
buf[np.newaxis, :].ravel()
buf.T
buf.real
buf.view()
buf.view(np.float64)
buf.view(np.ndarray)
buf.view(dtype=np.float64)
buf.view(type=np.ndarray)
buf.view("f8")
buf.reshape(3)
buf.reshape(-1)
buf.reshape(3, 1)[:, 0]
buf.reshape((3,), order="A")
buf.ravel()
buf.ravel(order="K")
buf.squeeze()
buf.conj()
buf.conjugate()
np.conj(buf)
np.diff(buf, n=0)
np.linalg.matrix_power(buf[0:1, None], 1)[:, 0]
np.float64(buf)
buf.transpose()
buf.swapaxes(0, 0)
buf.diagonal() if buf.ndim > 1 else buf
buf.astype(float, copy=False)
buf.astype(np.float64, copy=False)
buf.__array__()
buf.__array_wrap__(buf)
buf.newbyteorder() if hasattr(buf, "newbyteorder") else buf
buf.getfield(np.float64)
buf.getfield(np.float64, 0)
buf.data.obj
buf.view().base
buf[:].base
buf.to_device("cpu") if hasattr(buf, "to_device") else buf
np.asarray(buf)
np.asarray(buf, dtype=float)
np.asarray(buf, np.float64)
np.asarray(buf, order="C")
np.asanyarray(buf)
np.ascontiguousarray(buf)
np.asfortranarray(buf)
np.asarray_chkfinite(buf)
np.require(buf)
np.require(buf, float, "C")
np.array(buf, copy=False)
np.array(buf, copy=None)
np.array(buf, copy=None, dtype=float)
np.array(buf, copy=None, ndmin=1)
np.atleast_1d(buf)
np.atleast_1d(buf, 1.0)[0]
np.atleast_2d(buf)[0]
np.atleast_3d(buf)[0, :, 0]
np.ravel(buf)
np.ravel(buf, order="A")
np.reshape(buf, 3)
np.reshape(buf, (3, 1))[:, 0]
np.reshape(buf, -1, order="A")
np.squeeze(buf)
np.transpose(buf)
np.matrix_transpose(buf[None])[:, 0]
np.swapaxes(buf[None], 0, 1)[:, 0]
np.moveaxis(buf[None], 0, 1)[:, 0]
np.rollaxis(buf[None], 1)[:, 0]
np.permute_dims(buf)
np.expand_dims(buf, 0)[0]
np.flip(buf)
np.flipud(buf)
np.fliplr(buf[None])[0]
np.rot90(buf[None])[:, 0]
np.real(buf)
np.real_if_close(buf)
np.nan_to_num(buf, copy=False)
np.lib.stride_tricks.as_strided(buf)
np.lib.stride_tricks.as_strided(buf, (3,), (8,))
as_strided(buf, shape=(3,), strides=(8,))
np.lib.stride_tricks.sliding_window_view(buf, 3, writeable=True)[0]
sliding_window_view(buf, window_shape=3, writeable=True)[0]
np.broadcast_arrays(buf, 1.0)[0]
np.broadcast_arrays(buf, buf)[1]
list(np.broadcast_arrays(buf, 1.0))[0]
np.split(buf, 1)[0]
np.split(buf, [3])[0]
np.array_split(buf, 1)[0]
np.hsplit(buf, 1)[0]
np.vsplit(buf[None], 1)[0][0]
np.dsplit(buf[None, None], 1)[0][0, 0]
np.unstack(buf[None])[0] if hasattr(np, "unstack") else buf
np.unstack(buf.reshape(1, 3), axis=0)[0] if hasattr(np, "unstack") else buf
np.frombuffer(buf)
np.frombuffer(buf, dtype=float)
np.frombuffer(buf, float, 3)
np.frombuffer(memoryview(buf))
np.frombuffer(buf.data)
np.asarray(memoryview(buf))
np.array(memoryview(buf), copy=False)
np.asarray(buf.data)
np.ndarray(3, buffer=buf)
np.ndarray((3,), float, buf)
np.ndarray((3,), dtype=float, buffer=buf)
np.ndarray(shape=(3,), dtype=float, buffer=buf.data)
np.from_dlpack(buf)
np.lib.array_utils.byte_bounds and buf
np.ma.asarray(buf)
np.ma.array(buf, copy=False)
np.ma.array(buf).data
np.ma.getdata(buf)
np.ma.masked_array(buf, mask=[False, True, False]).data
np.rec.array(buf, copy=False) if False else buf
np.asmatrix(buf).A1
np.asmatrix(buf)[0]
np.matrix(buf, copy=False).A1
np.nditer(buf, op_flags=["readwrite"]).operands[0]
np.nditer([buf], op_flags=[["readwrite"]]).itviews[0]
np.broadcast_to(buf, 3).base
np.meshgrid(buf, copy=False)[0]
np.ix_(buf)[0]
np.trim_zeros(buf)
np.choose(0, [buf]) if False else buf
np.select([True], [buf]) if False else buf
np.piecewise and buf
np.vectorize(lambda v: v) and buf
np.apply_along_axis(lambda v: v, 0, buf)
np.diagonal(np.diag(buf)) if False else buf
np.lib.mixins and buf
np.hstack([buf]) if False else buf
np.require(buf, requirements=["W"])
np.asarray([buf])[0] if False else buf
(buf,)[0]
[buf][0]
[buf, 1.0][0]
[1.0, buf][-1]
[[buf]][0][0]
[buf].pop()
[buf].copy()[0]
([buf] + [])[0]
([buf] * 2)[1]
[buf, buf][1:][0]
[*[buf]][0]
(*(buf,), 1.0)[0]
{"a": buf}["a"]
{"a": buf}.get("a")
{"a": buf}.pop("a")
{"a": buf}.setdefault("a", None)
{**{"a": buf}}["a"]
dict(a=buf)["a"]
dict([("a", buf)])["a"]
dict(zip(["a"], [buf]))["a"]
dict.fromkeys(["a"], buf)["a"]
list({"a": buf}.values())[0]
list({"a": buf}.items())[0][1]
next(iter({"a": buf}.values()))
{k: buf for k in "ab"}["a"]
{k: v for k, v in [("a", buf)]}["a"]
Pair(buf, 1.0).first
Pair(buf, 1.0)[0]
Pair(first=buf, second=1.0)._asdict()["first"]
Pair(1.0, 2.0)._replace(first=buf).first
Box(buf).held
dataclasses.replace(Box(1.0), held=buf).held
dataclasses.astuple(Box([1.0])) and buf
vars(Box(buf))["held"]
getattr(Box(buf), "held")
Plain(buf).held
Plain(buf).get()
[b for b in [buf]][0]
[b for b in (buf,)][0]
[b[:] for b in [buf]][0]
[same(b) for b in [buf]][0]
[np.asarray(b) for b in [buf]][0]
[b for r in [[buf]] for b in r][0]
[b for b in [buf] if b[0] > 0][0]
[b if True else 0 for b in [buf]][0]
[(b, 1) for b in [buf]][0][0]
[[b] for b in [buf]][0][0]
[{"a": b} for b in [buf]][0]["a"]
list(b for b in [buf])[0]
tuple(b for b in [buf])[0]
next(b for b in [buf])
next(iter([buf]))
next(iter((buf,)))
next(items_of(buf))
list(items_of(buf))[0]
list([buf])[0]
list((buf,))[0]
tuple([buf])[0]
sorted([buf], key=len)[0]
sorted([buf], key=lambda b: b[0])[0]
list(reversed([buf]))[0]
list(zip([buf], [1.0]))[0][0]
list(enumerate([buf]))[0][1]
list(map(lambda b: b, [buf]))[0]
list(map(same, [buf]))[0]
list(map(np.asarray, [buf]))[0]
list(filter(lambda b: True, [buf]))[0]
list(filter(None, [[buf]]))[0][0]
max([buf], key=len)
min([buf], key=lambda b: b[0])
max([[buf]], key=len)[0]
sum([[buf]], [])[0]
set([1.0]) and buf
copy.copy([buf])[0]
copy.copy({"a": buf})["a"]
copy.copy(Box(buf)).held
copy.copy((buf,))[0]
itertools.chain([buf]).__next__()
list(itertools.chain([buf], []))[0]
list(itertools.chain.from_iterable([[buf]]))[0]
next(itertools.cycle([buf]))
list(itertools.islice([buf], 1))[0]
list(itertools.repeat(buf, 2))[1]
list(itertools.zip_longest([buf], [1.0]))[0][0]
list(itertools.product([buf], [1.0]))[0][0]
list(itertools.starmap(last, [(1.0, buf)]))[0]
list(itertools.compress([buf], [1]))[0]
list(itertools.accumulate([buf]))[0]
list(itertools.takewhile(lambda b: True, [buf]))[0]
list(itertools.combinations([buf, 1.0], 1))[0][0]
itertools.tee([buf])[0].__next__()
collections.deque([buf])[0]
collections.deque([buf]).popleft()
collections.OrderedDict(a=buf)["a"]
collections.ChainMap({"a": buf})["a"]
collections.UserList([buf])[0]
functools.reduce(lambda a, b: b, [1.0, buf])
functools.partial(same, buf)()
operator.itemgetter(0)([buf])
operator.itemgetter(slice(None))(buf)
operator.attrgetter("held")(Box(buf))
operator.attrgetter("real")(buf)
operator.getitem([buf], 0)
operator.getitem(buf, slice(None))
operator.methodcaller("view")(buf)
operator.iadd(buf, 0.0)
operator.pos([buf][0]) if False else buf
(lambda b: b)(buf)
(lambda b=buf: b)()
(lambda: buf)()
(lambda *b: b[0])(buf)
(lambda **b: b["b"])(b=buf)
same(buf)
same(a=buf)
boxed(buf)[0]
in_dict(buf)["a"]
either(buf)
last(buf)
last(1.0, b=buf)
last(*[buf])
opaque(buf)
(np.asarray if True else np.array)(buf)
(buf if buf[0] > 0 else buf.copy())
(buf if buf[0] > 0 else None)
(buf.size and buf)
(None or [buf])[0]
(zz := buf)
((zz := [buf]), zz[0])[1]
np.ndarray.view(buf)
np.ndarray.reshape(buf, 3)
np.ndarray.__getitem__(buf, slice(None))
buf.__getitem__(slice(None))
list.__getitem__([buf], 0)
np.core.multiarray.asarray(buf) if False else buf
np.lib.scimath.sqrt and buf
np.lib.arraypad and buf if hasattr(np.lib, "arraypad") else buf
np.emath and buf
np.array([buf, buf], dtype=object)[0]
np.einsum("i->i", buf)
np.einsum("i", buf)
np.einsum("ii->i", np.diag(buf)) if False else buf
np.copyto(buf, buf) or buf
np.add(buf, 0.0, out=buf)
np.multiply(buf, 1.0, buf)
buf.clip(-9.0, 9.0, out=buf)
np.sort([buf])[0] if False else buf
np.split(buf, 1)[-1][:]
np.array_split(buf[None], 1)[0][0]
"""

# Statements that make it, and what is written into.
STATEMENTS = [
    ("for t in np.nditer(buf, op_flags=['readwrite']):\n    pass\nt = buf", "t"),
    ("rows = [buf]\nz = [r for r in rows]", "z[0]"),
    ("rows = [buf]\nz = list(rows)", "z[0]"),
    ("rows = [buf]\nz = rows[:]", "z[0]"),
    ("rows = [[buf]]\nz = [r for r in rows]", "z[0][0]"),
    ("rows = [[buf]]\nz = [c for r in rows for c in r]", "z[0]"),
    ("z = []\nz.append(buf)", "z[0]"),
    ("z = []\nz.insert(0, buf)", "z[0]"),
    ("z = []\nz.extend([buf])", "z[0]"),
    ("z = []\nz += [buf]", "z[0]"),
    ("z = [None]\nz[0] = buf", "z[0]"),
    ("z = [1.0]\nz[:] = [buf]", "z[0]"),
    ("z = {}\nz['a'] = buf", "z['a']"),
    ("z = {}\nz.update(a=buf)", "z['a']"),
    ("z = {}\nz |= {'a': buf}", "z['a']"),
    ("z = {}\nz.setdefault('a', buf)", "z['a']"),
    ("z = collections.defaultdict(list)\nz['a'].append(buf)", "z['a'][0]"),
    ("z = Box(None)\nz.held = buf", "z.held"),
    ("z = Box(None)\nsetattr(z, 'held', buf)", "z.held"),
    ("KEPT['a'] = buf\nz = KEPT['a']", "z"),
    ("a, b = buf, 1.0", "a"),
    ("a, *b = [1.0, buf]", "b[0]"),
    ("(a, b), c = (buf, 1.0), 2.0", "a"),
    ("[a] = [buf]", "a"),
    ("for a in [buf]:\n    pass", "a"),
    ("for a in (buf,):\n    pass", "a"),
    ("for a, b in zip([buf], [1.0]):\n    pass", "a"),
    ("for k, a in enumerate([buf]):\n    pass", "a"),
    ("for k, a in {'a': buf}.items():\n    pass", "a"),
    ("for a in buf[None]:\n    pass", "a"),
    ("for a in np.broadcast_arrays(buf, 1.0):\n    break", "a"),
    ("for a in np.split(buf, 1):\n    pass", "a"),
    ("for a in map(same, [buf]):\n    pass", "a"),
    ("for a in items_of(buf):\n    pass", "a"),
    ("for a in reversed([buf]):\n    pass", "a"),
    ("for a in sorted([buf], key=len):\n    pass", "a"),
    ("for a in itertools.chain([buf]):\n    pass", "a"),
    ("a = None\nfor k in range(2):\n    a = buf", "a"),
    ("a = np.zeros(3)\nif buf[0] > 0:\n    a = buf", "a"),
    ("a = np.zeros(3)\nif buf[0] > 0:\n    a = np.frombuffer(buf)", "a"),
    ("a = b = buf", "b"),
    ("a = buf\nb = a\nc = b", "c"),
    ("def inner():\n    return buf\na = inner()", "a"),
    ("def inner(b=buf):\n    return b\na = inner()", "a"),
    ("def inner(b=[buf]):\n    return b[0]\na = inner()", "a"),
    ("z = [buf]\ndef inner():\n    return z\na = inner()", "a[0]"),
    ("a = None\ndef inner():\n    nonlocal a\n    a = buf\ninner()", "a"),
    ("try:\n    a = buf\nexcept ValueError:\n    a = None", "a"),
    ("try:\n    a = np.frombuffer(buf)\nfinally:\n    pass", "a"),
    ("with np.errstate(all='ignore'):\n    a = np.frombuffer(buf)", "a"),
    ("it = iter([buf])\na = next(it)", "a"),
    ("match [buf]:\n    case [a]:\n        pass", "a"),
    ("match {'k': buf}:\n    case {'k': a}:\n        pass", "a"),
    ("z = np.empty(1, dtype=object)\nz[0] = buf", "z[0]"),
    ("z = set()\nz.add(id(buf))\na = buf", "a"),
    ("a = np.ma.array(buf, copy=False)\na = a.data", "a"),
    ("q = [buf, buf]\na, b = q", "b"),
    ("i = 0\na = [buf, buf][i]", "a"),
    ("i = 0\nz = [[buf], [buf]][i]", "z[0]"),
    ("i = int(buf[0] * 0)\na = [buf, buf][i]", "a"),
    ("i = int(buf[0] * 0)\na = (buf, 2.0)[i]", "a"),
    ("i = int(buf[0] * 0)\nz = {0: buf, 1: buf}\na = z[i]", "a"),
]

# Ways to write into `T`.
WRITERS = """
T.fill(7.0)
T[0] = 3.0
T[...] = 7.0
T[:] = [4.0, 5.0, 6.0]
T[0:2] = 9.0
T[[0, 1]] = 9.0
T[T > 1.6] = 9.0
T += 1.0
T *= 2.0
T[0] += 5.0
T[1:] *= 2.0
np.copyto(T, 7.0)
np.put(T, [0], 5.0)
np.place(T, T > 1.6, [9.0])
np.putmask(T, T > 1.6, 9.0)
np.put_along_axis(T, np.array([0, 1]), 9.0, 0)
np.add(T, 1.0, out=T)
np.add(T, 1.0, T)
np.exp(T, out=T)
np.add.at(T, [0, 0], 1.0)
np.cumsum(T, out=T)
np.clip(T, 0.0, 1.7, out=T)
np.nan_to_num(T, copy=False, nan=1.0) is T and T.fill(2.0)
T.put(0, 5.0)
T.itemset(0, 5.0) if hasattr(T, "itemset") else T.fill(1.0)
T.flat[0] = 3.0
T.flat = 4.0
T[::-1].sort()
T.partition(1) or T.fill(3.0)
T.real = 5.0
T.real[0] = 5.0
T.T[0] = 5.0
T.clip(0.0, 1.7, out=T)
T.cumsum(out=T)
T.byteswap(inplace=True)
T.setfield(5.0, float)
T.__setitem__(0, 3.0)
T.__iadd__(1.0)
T.__imul__(2.0)
T.view().fill(3.0)
T.reshape(-1)[0] = 5.0
T.ravel()[0] = 5.0
T[None][0, 0] = 5.0
T.data[0] = 5.0
memoryview(T)[0] = 5.0
np.asarray(T)[0] = 5.0
np.frombuffer(T).fill(7.0)
np.frombuffer(T)[0] = 5.0
np.ndarray.fill(T, 7.0)
np.ndarray.sort(T[::-1])
np.ndarray.__setitem__(T, 0, 3.0)
operator.setitem(T, 0, 3.0)
operator.iadd(T, 1.0)
operator.imul(T, 2.0)
operator.methodcaller("fill", 3.0)(T)
functools.partial(np.copyto, T)(3.0)
getattr(T, "fill")(7.0)
(lambda b: b.fill(7.0))(T)
np.random.default_rng(0).shuffle(T)
np.random.default_rng(0).random(out=T)
np.random.shuffle(T)
random.Random(0).shuffle(T)
list(map(lambda b: b.fill(7.0), [T]))
list(map(np.ndarray.fill, [T], [7.0]))
list(map(functools.partial(fill_with, 7.0), [T]))
list(filter(lambda b: b.fill(7.0), [T]))
any(fill_with(7.0, b) for b in [T])
[1 for b in [T] if fill_with(7.0, b)]
sorted([T, T], key=lambda b: b.fill(7.0) or 0)
[T, T].sort(key=lambda b: fill_with(7.0, b) or 0)
max([T, T], key=lambda b: b.fill(7.0) or 0)
functools.reduce(lambda a, b: b.fill(7.0), [T], 0.0)
functools.reduce(np.ndarray.__iadd__, [T, 1.0])
list(itertools.starmap(np.ndarray.fill, [(T, 7.0)]))
list(itertools.accumulate([T, 1.0], np.ndarray.__iadd__))
list(itertools.takewhile(lambda b: b.fill(7.0), [T]))
collections.deque(map(lambda b: b.fill(7.0), [T]), 0)
np.vectorize(lambda k: T.fill(7.0) or k)(1.0)
np.apply_along_axis(lambda b: b.fill(7.0) or 1.0, 0, T)
np.fromfunction(lambda k: T.fill(7.0) or k, (1,))
np.fromiter((T.fill(7.0) or 1.0 for k in range(2)), float)
next(map(lambda b: b.fill(7.0), [T]))
next(iter([b.fill(7.0) for b in (T,)]))
sum(T.fill(7.0) or 0.0 for k in range(1))
dict(a=T)["a"].fill(7.0)
{"f": T.fill}["f"](7.0)
[T.fill][0](7.0)
(T.fill if True else T.sort)(7.0)
fill_with(7.0, *[T])
fill_with(**{"value": 7.0, "a": T})
fill_all(T, T)
call(T.fill, 7.0)
call(lambda: T.fill(7.0))
call(functools.partial(T.fill, 7.0))
call(fill_with, 7.0, T)
exec("made.fill(7.0)", {"made": T})
eval("T.fill(7.0)", {"T": T})
[b.fill(7.0) for b in [T]]
fill = T.fill; fill(7.0)
np.fill_diagonal(T.reshape(1, 3), 5.0)
np.broadcast_arrays(T, 1.0)[0].fill(7.0)
np.split(T, 1)[0][0] = 5.0
for v in np.nditer(T, op_flags=["readwrite"]): v[...] = 7.0
for v in T.reshape(1, 3): v[0] = 5.0
for v in [T]: v.fill(5.0)
for v in np.split(T, 1): v.fill(5.0)
for i in range(3): T[i] = 2.0 * T[i]
for i in range(2): T += 1.0
"""


def pairs(text: str) -> list[str]:
    return [line for line in text.strip().splitlines() if line]


def makers(unnamed: bool = True) -> list[tuple[str, str]]:
    """(statements that make a second name, the expression for it); `unnamed`: also without a name, where it is used."""
    lines = pairs(MAKERS)
    named = [(f"t = {line}", "t") for line in lines]
    return [*named, *[(line, "") for line in lines if unnamed], *STATEMENTS]


# Where the memory comes from, and whether it is the parameter that gradients are asked for, in one of these forms.
SOURCES = {
    "parameter": "",
    "local": "buf = np.array([1.0, 2.0, 3.0])\n",
    "active": "buf = x * np.array([1.0, 2.0, 3.0])\n",
}
ORDERS = ("used", "made", "read")
TAILS = {
    "first": "return np.sum(first * first)",
    "later": "return np.sum(first * first) + np.sum(buf * buf) * x",
}


def program(maker: tuple[str, str], writer: str, source: str, tail: str, order: str = "used") -> str:
    """order: 'used': the memory is used before the second name is made; 'made': the other way round; 'read': it is used
    by its second name, and written by its first."""
    made, target = maker
    if not target:  # written into where it is made, without a name
        made, target = "", f"({made})"
        if writer.startswith(("T += ", "T *= ")):
            writer = writer.replace("T ", "T[...] ", 1)
    used, changed = (target, "buf") if order == "read" else ("buf", target)
    first = f"first = {used} * x"
    written = re.sub(r"(?<!\w)(?<!\.)T(?!\w)", lambda _: changed, writer)
    lines = [SOURCES[source].strip(), *([first, made] if order == "used" else [made, first]), written, TAILS[tail]]
    body = "\n".join(line for line in lines if line)
    return "def f(x, buf):\n" + "".join(f"    {line}\n" for line in body.splitlines())


def run(text: str) -> tuple[str, str]:
    """(right, refused, unfit, or what is wrong; why)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return judged(text)


def judged(text: str) -> tuple[str, str]:
    space: dict[str, Any] = {}
    whole = PRELUDE + text
    exec(compile(whole, "<program>", "exec"), space)
    f = space["f"]

    def at(x: float) -> float:
        return f(x, np.array([1.0, 2.0, 3.0]))

    try:
        value, h = at(1.5), 2.0**-8
        expected = (8.0 * (at(1.5 + h) - at(1.5 - h)) - (at(1.5 + 2 * h) - at(1.5 - 2 * h))) / (12.0 * h)
    except Exception as error:
        return "unfit", f"{type(error).__name__}: {error}"
    buf = np.array([1.0, 2.0, 3.0])
    try:
        got, (gradient,) = value_and_gradients_function(f, params=["x"], source=whole)(1.5, buf)
    except NotDifferentiableError as error:
        return "refused", error.key
    except Exception as error:
        return "crash", f"{type(error).__name__}: {str(error)[:160]}"
    if not np.array_equal(got, value):
        return "wrong value", f"{got}, not {value}"
    if not np.allclose(gradient, expected, rtol=1e-7, atol=1e-9):
        return "wrong", f"{gradient}, not {expected}"
    if not np.array_equal(buf, [1.0, 2.0, 3.0]):
        return "argument changed", str(buf)
    return "right", ""


def all_programs() -> Iterator[str]:
    for maker, writer, source, tail, order in itertools.product(makers(), pairs(WRITERS), SOURCES, TAILS, ORDERS):
        yield program(maker, writer, source, tail, order)


def few_programs() -> Iterator[str]:
    """Each way to make a name with two ways to write, and each way to write with two ways to make a name."""
    for k, maker in enumerate(makers(False)):
        for source in (("parameter", "local")[k % 2], "active"):
            writer = ("T.fill(7.0)", "T[0] = 3.0", "T += 1.0")[k % 3]
            yield program(maker, writer, source, list(TAILS)[k // 3 % 2], ORDERS[k // 2 % 3])
    for k, writer in enumerate(pairs(WRITERS)):
        for j, maker in enumerate([("t = np.frombuffer(buf)", "t"), ("z = [buf]", "z[0]")]):
            yield program(maker, writer, list(SOURCES)[(k + j) % 3], list(TAILS)[k % 2], ORDERS[(k // 3 + j) % 3])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", action="store_true", help="those of the suite only")
    parser.add_argument("--sample", type=int, default=0, help="that many, chosen with --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", nargs="*", default=["wrong", "wrong value", "argument changed", "crash"])
    options = parser.parse_args()
    programs = list(few_programs() if options.few else all_programs())
    if options.sample:
        chosen = np.random.default_rng(options.seed).choice(len(programs), options.sample, replace=False)
        programs = [programs[k] for k in chosen]
    counts: collections.Counter[str] = collections.Counter()
    for text in programs:
        kind, why = run(text)
        counts[kind] += 1
        if kind in options.show:
            print(f"## {kind}: {why}\n{text}", flush=True)
    print(f"# {len(programs)} programs: " + ", ".join(f"{n} {kind}" for kind, n in counts.most_common()))


if __name__ == "__main__":
    main()
