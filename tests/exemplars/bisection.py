"""An implicit value found by bisection, made differentiable by one step of Newton's method, and then used. Nothing in
the loop carries a derivative, so it has no reverse."""

SIGNATURE = dict(a=float, b=float)
PARAMS = None
ARGS = (1.3, 5.0)


def bisection(a, b):
    low, high = 0.0, 10.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        if middle * middle * middle + a * middle < b:
            low = middle
        else:
            high = middle
    x = low - (low * low * low + a * low - b) / (3.0 * low * low + a)
    return a * x * x + b


def bisection_value_and_gradients(a, b, dy=1.0):
    low, high = 0.0, 10.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        if middle * middle * middle + a * middle < b:
            low = middle
        else:
            high = middle
    slope = 3.0 * low * low + a
    step = (low * low * low + a * low - b) / slope
    x = low - step
    ax = a * x
    value = ax * x + b

    # return a * x * x + b
    x_grad = 2.0 * (dy * ax)
    # x = low - (low * low * low + a * low - b) / (3.0 * low * low + a)
    t1_grad = x_grad / slope
    a_grad = dy * x * x + t1_grad * (step - low)
    b_grad = dy + t1_grad
    return value, (a_grad, b_grad)
