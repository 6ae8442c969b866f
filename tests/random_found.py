"""Programs that random programs led to, shrunk: once wrong or failing, since then right in all modes."""

from __future__ import annotations

from typing import Any

from numpy import array

FOUND: dict[str, Any] = {
    # What is multiplied in place by more than one number has an adjoint of its shape, also if all of it was one number.
    """def f(steps):
    s = np.full(1, 1.0) * steps
    s *= np.zeros(1)
    return np.sum(s)
""": (-0.785,),
    """def f(x):
    s = np.ones((2, 3)) * x
    s *= np.array([1.0, 2.0, 3.0])
    s /= np.array([[1.0], [4.0]])
    s *= [2.0, 0.5, 1.0]
    return np.sum(s)
""": (-0.785,),
    # What is taken apart keeps its name as long as it is needed.
    """def f(w):
    w = w[1]
    value_grad, t2 = w
    return np.mean(w) + t2
""": ((-1.034, array([0.995, -0.826])),),
    # The adjoint of a sum of a list holds one array several times: it was written into in place.
    """def f(x):
    w = [x * 1.0, x * 2.0]
    w[0][0] = x[1]
    w[1][1] *= x[0]
    return sum(w)
""": (array([0.3, 0.5]),),
    # dy was written into, where it is a list of arrays inside of a tuple.
    """def f(x):
    w = [x * 1.0, x * 2.0]
    w[0][0] = x[1]
    w[1][1] *= x[0]
    return w, x
""": (array([0.3, 0.5]),),
    """def f(x):
    x[0][...] = np.tanh(x[0])
    return x
""": ([array([-0.563, 0.813, -0.129]), array([-0.76, -0.216, 0.338])],),
    # A comprehension over zip through which no gradient flows: the kind of its items.
    """def f(t1):
    w = [t1[0] for k in range(1, 3)]
    w[0] = sum(w) ** 2
    return w
""": ((-1.082, array([1.322, -0.753])),),
    # An array without axes: `x_grad /= a` wrote into the caller's.
    """def f(x_grad):
    a = float(x_grad)
    x_grad = x_grad / a + a
    return x_grad
""": (array(0.07),),
    # Second order: a list that is returned early or not at all.
    """def f(w):
    for u in w:
        if u < 0.3:
            return [w, w * u]
    return [w * w]
""": (array([1.179, 0.746, 1.322]),),
    # Second order: a tangent that is known to be zero.
    """def f(a):
    return np.abs(np.full(2, a[0, 2]))
""": (array([[0.64, 0.281, -0.274]]),),
    # A number minus what an unknown call gives: its gradient was an array of no axes.
    """def several(a, *rest, **more):
    return sum(more)
def f(a):
    a -= several(2, 1.0)
    b = a if 1.0 > 0.0 else 1.0
    return a
""": (-1.248,),
    # Forward mode: the sum of what may be a number, of no known dtype, that doesn't change.
    """def f(x):
    a = [np.full(1, 2), 2.0]
    a[1] *= 1.0
    return 1.0 + np.sum(a[0])
""": (array([-0.115, 0.527]),),
    # Forward mode over forward mode: a copy of what doesn't change, whose memory another name may have.
    """def f(y):
    r = (1.0, y, np.where(1.0 > 0.1, y, 1.0))
    v, u, x_grad = r
    x_grad -= y ** 2
    x_saved, a_grad, dy = r
    while 1.0 < 0.3:
        x_grad = a_grad
    return x_grad
""": (array([[-0.577, -0.281, 0.246]]),),
    # A variable without a value after a loop without iterations: copied, or saved, for what sets it later.
    """def f(w):
    for i in range(int(w)):
        y = w * i
    z = 0.0
    if w > 1.0:
        z = y * y
    for n in range(2):
        y = w * n
    return y + z
""": (0.7,),
    """def f(w):
    for i in range(int(w)):
        c = w * i
    z = 0.0
    for n in range(3):
        if n > 1:
            z = z + c * c
        c = w * n
    return z
""": (0.7,),
    """def f(w):
    a = np.full(2, w)
    while w > 1.0:
        a[0] *= a[1]
        c = a
        dy = c[0]
    for n in range(1, 0, -1):
        dy = 2.0
    return dy + a[0]
""": (0.7,),
    # The gradient of a number that an unknown call gives another value in a loop: an array of no axes.
    """def several(a, *rest, **more):
    return 1.0 + sum(more)
def f(y):
    while 1.0 < 1 and several(1.0, 1.0 * y, 1.0 < 1.5 < 0.3, scale=0.3, grad=0.7) > 0.3:
        y = several(1.5, 1.0)
    r = y
    return r
""": (0.201,),
    # A property in what stays as f has it: the call of its function by its name.
    """def f(w):
    v = Total(w, [w])
    b = None
    if (0.5 if b is None else b * 2.0) / (1.5 + v.last * v.last) < 0.5:
        w = w * v.value
    return w + v.value
""": (1.457,),
    # A derivative in f of something that needs no gradient: called by a name that it doesn't have.
    """def f(x):
    s = grad(lambda q: q * q)(0.3)
    return x * s
""": (0.7,),
    # A list that has got another item since it was made, added to one of different kinds: the item was forgotten.
    """def several(a, *rest, **more):
    return sum(more)
def f(y):
    y *= several(1.5, 1.0)
    w = [1.0, y]
    w.append(1)
    w = w + [sum(w)]
    return sum(w)
""": (-0.338,),
    # The transpose of an array without axes, whose cotangent is a number.
    """def f(y):
    y = y.T
    return float(y) * y.transpose()
""": (array(-0.371),),
    # A loop over an array that was taken out of a list before the list got or lost items: its gradient was lost.
    """def f(w):
    a_saved = [w, 2.0 * w]
    v = a_saved[0]
    a_saved.reverse()
    return sum((q * q for q in v))
""": (array([-0.596, -1.062, -0.149]),),
    """def f(w):
    a = [w, 2.0 * w]
    v = a[0]
    a.append(w)
    a[0] = 3.0 * w
    s = 0.0
    for q in v:
        s = s + q * q
    return s + a[2][0]
""": (array([-0.596, -1.062, -0.149]),),
    # A variable that is None before a loop, and then what another loop has left: None was taken for no value.
    """def f(x):
    for i in range(2):
        a = x * 2.0
    v = None
    for j in range(2):
        if v is None:
            v = a
    return v
""": (array([-0.5, 1.2, 0.3]),),
    # What two breaks set was saved at one of them, and read again behind both.
    """def f(x):
    for a in x:
        for j, r in enumerate(a):
            return [r]
        if 1.0 > 0.5:
            break
        for u in 1.0:
            pass
    return [1.0]
""": (array([[0.412, -0.106, 0.374]]),),
    # A tuple of what has no value on this way was copied into a variable before a loop.
    """def f(y):
    if y > 7.0:
        s = (np.zeros(1),)
    for i in range(2):
        s = 0.75
    return s * y
""": (-0.455,),
    # What an early return has left without a value, in a loop of its own behind: its adjoint was made like it.
    """def f(y):
    k = 0
    while k < 2:
        k += 1
        for g, a in zip(y, [0.5, 0.6]):
            if g[0] > 0.5:
                return 0.75 * g[1]
            g = g[::1]
        v = g
    z = [1.0 for q in v]
    return np.mean(v) + sum(z)
""": (array([[0.9, 0.3], [0.2, 0.1]]),),
    # The gradient of a number was an array without axes, where the number was added to something of unknown shape.
    """def f(w):
    for i in range(2):
        break
    else:
        w += [1.0]
    if 1.0 < 0.3 < 0.0:
        u = w ** 2
    return w
""": (-0.306,),
    # What only another branch makes, and every iteration sets anew: its adjoint was None, and is that of a number.
    """def f(x):
    if 0.5 > 1.0:
        s = np.zeros(3)
        s[1] += 1.0
    for k in range(2):
        s = x * (k + 1)
    return s
""": (-0.202,),
    # The same, where the branch is taken, and what it makes is an array that is written into.
    """def f(x):
    if 0.5 < 1.0:
        s = np.zeros(3)
        s[1] += 1.0
    for s in [0.3, x]:
        pass
    return s
""": (0.687,),
    # What an inner loop sets to None is maybe None behind the outer loop, too.
    """def f(a):
    for k in range(2):
        g = a
        for i in range(2):
            g = None
    return a * 0.5 if g is None else g * 2.0
""": (0.924,),
    """def f(a):
    for k in range(3):
        g = {"a": a}
        for i in range(2):
            g["a"] = None
    return 3.0 * a if g["a"] is None else a * g["a"]
""": (0.924,),
    # np.einsum of operands of unknown rank: the subscripts tell it.
    """def f(steps):
    r, u = steps
    for j in range(2):
        r = np.ones((3, 3)) * u[j]
    return np.einsum('ij,jk->ik', r, r)
""": ((1.162, array([-0.675, 0.489])),),
    # An item of an array that another branch reads, and a loop sets anew: it was looked at without a value.
    """def f(t1):
    if 1.0 > 0.8:
        t1 += 1.0
    else:
        u = t1[1]
    for i, u in enumerate(t1):
        pass
    return u
""": (array([[0.886, -1.028, 0.933], [-1.131, -1.312, -0.872]]),),
    """def f(a, t1):
    if 1.0 < 2.0:
        if t1 > 0.5:
            s = a[0]
    else:
        for value, s in zip(a, [0.5]):
            value[0] -= 1.0
    for s in a:
        pass
    return s
""": ([array([-0.117, 1.283, 1.037]), array([0.24, 0.942, 1.434])], -1.388),
}

# The same, refused to second order.
FOUND_IN_FIRST_ORDER: dict[str, Any] = {
    # An array that a loop has made, stored into in a branch of another loop: its adjoint was None in the next iteration.
    """def f(value):
    u = 0
    while u < 3:
        u += 1
        a = np.sum(np.ones((2, 3)), axis=0)
    for c in [0.3, 1.0]:
        np.copyto(a, value if 1.0 > 0.2 else a[2])
    return a
""": (-0.873,),
    # A list that an early return leaves aside: its adjoint was the `dy` of the caller, whose items were taken out.
    """def f(x):
    for b in (0.3,):
        a = [x for k in range(1, 3)]
        if 2 < 0.7:
            return [1.0]
    return a
""": (0.636,),
    # The adjoint of what a loop leaves, which a later loop sets anew, was None in the second iteration.
    """def f(x, steps):
    for j, c in enumerate(steps):
        if 1.0 < 1.0 < 0.3:
            continue
        b = c * x
    u = steps
    for value in u:
        b = np.full((), 1.0)
        b[()] += 1.0
    return b
""": (1.282, array([[0.779, 0.707, -1.201], [1.021, 1.125, -0.763]])),
    # The zero beside an array that one test chooses was a number, and then taken for the adjoint of the array.
    """def f(y):
    for a in [0.3]:
        u = np.ones(2) * y
        u[0] *= 1.0
    y = np.std(u + 0.1)
    return np.where(0.5 > 0.1, True, y)
""": (-0.434,),
    # An item without axes that is written into was no array any more in the adjoint of the list.
    """def f(x_grad):
    c = [np.ones(())]
    c[0][...] = 1.0 > 1.0
    c[0] = x_grad - np.sum(c, axis=0)
    return c
""": (-0.109,),
    # A list that gets shorter under another name, which doesn't reach the value: its adjoint was as long as at the end.
    """def f(dy):
    b = dy[0]
    dy.append(1.0)
    for n in range(2):
        while dy:
            a = dy.pop(0)
        dy = [1.0 for k in range(1, 3)]
    return b
""": ([-1.454, 0.345, 1.15],),
    # What may be a number or an array has no method `copy`.
    """def several(a, *rest, scale=0.5, **more):
    for each in rest:
        total = each
    return total + sum(more)

def clash(np, math, dy):
    t1, t1_grad = np * 1.0
    x_saved = [t1]
    value = x_saved.pop()
    return dy + value

def f(w, x_grad):
    s = None
    for k, t1_grad in w:
        s = several(1.0, *[clash(w, x_grad, 1.0 * (0.5 if s is None else s * 2.0))])
    return s
""": (array([[[0.3, 1.0, -1.2], [-0.9, -1.0, -1.1]], [[-0.2, 1.3, 0.2], [-0.8, -0.1, 0.7]]]), -1.4),
    # What a loop in a branch takes its items under, and a later loop sets as well, had no value where that didn't run.
    """def f(a, c):
    if c < 5.0:
        for i, w in enumerate([0.5, a]):
            if i > c:
                break
            a = a * 1.5
    while c > 1.0:
        w = w * a
        c = c - 1.0
    return w * a
""": (1.3, 0.5),
    # The gradient of a list in a list, that gets shorter under another name, was shorter as well.
    """def f(a):
    s = sum(a[0]) * sum(a[0])
    b = a[0]
    b.pop(0)
    return s
""": ([[1.5, 0.5, -0.3]],),
    """def f(a):
    s = sum(a["k"]) ** 2
    a["k"].clear()
    return s
""": ({"k": [1.5, 0.5, -0.3]},),
}
