"""Bodies of functions and what they are in core form, as texts."""

import textwrap

BEFORE_AND_AFTER = {}


def before_after(name, before, after):
    BEFORE_AND_AFTER[name] = (textwrap.dedent(before).strip(), textwrap.dedent(after).strip())


for name, text in {
    "plain": "s = 0.0\nfor i in range(n):\n    s += x[i]\nreturn s",
    "try": "try:\n    y = g(x)\nexcept E as e:\n    raise F from e\nelse:\n    h()\nfinally:\n    k()\nreturn y",
    "definitions": "import m\n\ndef g(a):\n    if a:\n        return 1\n    return (b := 2)\nreturn g(x)",
    "nothing": "print(x)",
    "branches": "if x:\n    y = 1\nelif z:\n    y = 2\nelse:\n    y = 3\nreturn [a for a in y if a]",
    "tail break": "while True:\n    x = g(x)\n    if x:\n        break\nreturn x",
    "later lambda": "return any((y := a) for a in x)",
}.items():
    before_after(f"unchanged: {name}", text, text)

before_after(
    "early return",
    "if x > 0:\n    return x\nreturn -x",
    """
    if x > 0:
        value = x
    else:
        value = -x
    return value
""",
)
before_after(
    "elif chain",
    "if x > 1:\n    return 1\nif x > 0:\n    y = 2\n    return y\ng()\nif x:\n    return 3",
    """
    if x > 1:
        value = 1
    elif x > 0:
        y = 2
        value = y
    else:
        g()
        if x:
            value = 3
        else:
            value = None
    return value
""",
)
before_after(
    "bare return",
    "if x:\n    return\ng(x)\nif not x:\n    return None\nh(x)",
    """
    if not x:
        g(x)
        if x:
            h(x)
""",
)
before_after(
    "half of the branches return",
    "if a:\n    y = 1\nelif b:\n    return 3\nelse:\n    y = 2\nreturn y",
    """
    returned = False
    if a:
        y = 1
    elif b:
        value = 3
        returned = True
    else:
        y = 2
    if not returned:
        value = y
    return value
""",
)
before_after(
    "code that can't be reached",
    "while True:\n    if x:\n        return 1\n        g()\n    h()\n    continue\n    k()\nm()",
    """
    while True:
        if x:
            value = 1
            break
        else:
            h()
    return value
""",
)
before_after(
    "return in a loop",
    "for y in x:\n    if y:\n        return y\n    g(y)\nh()\nreturn k()",
    """
    returned = False
    for y in x:
        if y:
            value = y
            returned = True
            break
        else:
            g(y)
    if not returned:
        h()
        value = k()
    return value
""",
)
before_after(
    "return in a loop, or a constant",
    "for y in x:\n    for z in y:\n        if z:\n            return z\nreturn -1",
    """
    value = -1
    for y in x:
        returned = False
        for z in y:
            if z:
                value = z
                returned = True
                break
        if returned:
            break
    return value
""",
)
before_after(
    "continue and break",
    "for y in x:\n    if a is None: continue\n    if b < y:\n        g()\n        break\n    h()",
    """
    for y in x:
        if a is not None:
            if b < y:
                g()
                break
            else:
                h()
""",
)
before_after(
    "jumps out of the middle",
    """
    for y in x:
        if a:
            if b: continue
            g()
        elif c:
            break
        h()
    return 0
""",
    """
    for y in x:
        broke = False
        skipped = False
        if a:
            if b:
                skipped = True
            else:
                g()
        elif c:
            broke = True
        if broke:
            break
        elif not skipped:
            h()
    return 0
""",
)
before_after(
    "else of a loop",
    "for y in x:\n    if y: break\nelse:\n    g()\nwhile z:\n    h()\nelse:\n    k()\nreturn x",
    """
    broke = False
    for y in x:
        if y:
            broke = True
            break
    if not broke:
        g()
    while z:
        h()
    k()
    return x
""",
)
before_after(
    "return in a handler",
    "try:\n    y = g(x)\nexcept E:\n    return None\nh(y)\nreturn y",
    """
    try:
        y = g(x)
    except E:
        value = None
    else:
        h(y)
        value = y
    return value
""",
)
before_after(
    "return in try",
    "try:\n    return g(x)\nexcept E:\n    pass\nfinally:\n    h()\nreturn k()",
    """
    returned = False
    try:
        value = g(x)
        returned = True
    except E:
        pass
    finally:
        h()
    if not returned:
        value = k()
    return value
""",
)
before_after(
    "return in with",
    "with g(x):\n    return h(x)",
    """
    value = None
    with g(x):
        value = h(x)
    return value
""",
)
before_after(
    "break in with",
    "for y in x:\n    with g(y):\n        if y: break\n        h()\n    k()",
    """
    for y in x:
        broke = False
        with g(y):
            if y:
                broke = True
            else:
                h()
        if broke:
            break
        else:
            k()
""",
)
before_after(
    "jump in finally",
    "for y in x:\n    try:\n        g()\n    finally:\n        if y: break\n    h()",
    """
    for y in x:
        broke = False
        try:
            g()
        except BaseException:
            if y:
                broke = True
            if not broke:
                raise
        else:
            if y:
                broke = True
        if broke:
            break
        else:
            h()
""",
)
before_after(
    "match on values",
    """
    match g(x):
        case 0: return 1
        case 1 | 2: y = 3
        case None | a.b: y = 4
        case -1.5 if z: y = 5
        case other: y = other
    return y
""",
    """
    subject = g(x)
    if subject == 0:
        value = 1
    else:
        if subject in (1, 2):
            y = 3
        elif subject is None or subject == a.b:
            y = 4
        elif subject == -1.5 and z:
            y = 5
        else:
            other = subject
            y = other
        value = y
    return value
""",
)
before_after(
    "match on classes",
    """
    match x:
        case float() | int(): y = x
        case str(text) as z: y = z
        case Point(x=0, y=b) if b > 1: y = b
        case Pair(a, _): y = a
""",
    """
    if isinstance(x, (float, int)):
        y = x
    elif isinstance(x, str):
        text = x
        z = x
        y = z
    elif isinstance(x, Point) and hasattr(x, 'x') and (x.x == 0) and hasattr(x, 'y') and (x.y > 1):
        b = x.y
        y = b
    elif isinstance(x, Pair):
        a = getattr(x, Pair.__match_args__[0])
        y = a
""",
)
before_after(
    "match on sequences",
    """
    match x:
        case [a, b]: y = a
        case [0, z] | [z, 0]: y = z
        case [1, *more]: y = more
""",
    """
    from collections.abc import Sequence
    if isinstance(x, Sequence) and (not isinstance(x, (str, bytes, bytearray))) and (len(x) == 2):
        a, b = x
        y = a
    elif isinstance(x, Sequence) and (not isinstance(x, (str, bytes, bytearray))) and (len(x) == 2) and (x[0] == 0 or x[1] == 0):
        if x[0] == 0:
            z = x[1]
        else:
            z = x[0]
        y = z
    elif isinstance(x, Sequence) and (not isinstance(x, (str, bytes, bytearray))) and (len(x) >= 1) and (x[0] == 1):
        more = list(x)[1:]
        y = more
""",
)
before_after(
    "match on a tuple",
    "match x, y:\n    case 0, 0: z = 1\n    case a, 0: z = a\n    case a, b if a < b: z = b",
    """
    if x == 0 and y == 0:
        z = 1
    elif y == 0:
        a = x
        z = a
    else:
        a = x
        b = y
        if a < b:
            z = b
""",
)
before_after(
    "match on a mapping",
    "match x:\n    case {'k': 1, 'r': r, **more}: y = r, more",
    """
    from collections.abc import Mapping
    if isinstance(x, Mapping) and 'k' in x and ('r' in x) and (x['k'] == 1):
        r = x['r']
        more = dict(x)
        del more['k']
        del more['r']
        y = (r, more)
""",
)
before_after(
    "match with a guard that may fail",
    "match x:\n    case P(k=a) if g(a): y = 1\n    case _: y = a",
    """
    matched = False
    if isinstance(x, P) and hasattr(x, 'k'):
        a = x.k
        if g(a):
            matched = True
            y = 1
    if not matched:
        y = a
""",
)
before_after(
    "walrus in an if",
    "if (n := len(x)) > 3 and a and (b := g(n)):\n    h(b)\nreturn n",
    """
    n = len(x)
    if n > 3 and a:
        b = g(n)
        if b:
            h(b)
    return n
""",
)
before_after(
    "walrus in a while",
    "while (y := g(x)) > 1 and (z := h(y)):\n    x = z\nreturn y",
    """
    while True:
        y = g(x)
        if not y > 1:
            break
        else:
            z = h(y)
            if not z:
                break
            else:
                x = z
    return y
""",
)
before_after(
    "walrus and what is evaluated before it",
    "return f(x, g(x), k=y + (x := h(1)))",
    """
    part = x
    part_1 = g(x)
    x = h(1)
    return f(part, part_1, k=part_2 + x)
""".replace("    x = h", "    part_2 = y\n    x = h"),
)
before_after(
    "walrus behind or",
    "z = a or (b := g(x)) or c",
    """
    condition = a
    if not condition:
        b = g(x)
        condition = b or c
    z = condition
""",
)
before_after(
    "walrus in a ternary",
    "z = (y := g(x)) if x else -1",
    """
    if x:
        y = g(x)
        chosen = y
    else:
        chosen = -1
    z = chosen
""",
)
before_after(
    "walrus in a comprehension",
    "return [y for a in x for b in a if b if (y := g(a)) > b]",
    """
    items = []
    for a in x:
        for b in a:
            if b:
                y = g(a)
                if y > b:
                    items.append(y)
    return items
""",
)
before_after(
    "chained assignments",
    "a = b = g(x)\nx[0] = x[1] = 0.0\nx[0] = c = x[c] = h()",
    """
    a = g(x)
    b = a
    x[0] = 0.0
    x[1] = 0.0
    shared = h()
    x[0] = shared
    c = shared
    x[c] = shared
""",
)
before_after("annotations", "a: float = 1.0\nb: int\nx[0]: float = a\nreturn a", "a = 1.0\nx[0] = a\nreturn a")
before_after("nothing left", "'A docstring.'", "pass")
before_after("only return None", "g(x)\nreturn None", "g(x)")
