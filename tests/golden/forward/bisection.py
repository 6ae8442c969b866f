def bisection_value_and_tangent(a, b, a_dot, b_dot):
    """The value of bisection, and how it changes when a and b change by their tangents.

    Made by s2sad from bisection in bisection.py, line 9, for a: float, b: float.
    """
    low = 0.0
    high = 10.0
    while high - low > 1e-09:
        middle = 0.5 * (low + high)
        if middle * middle * middle + a * middle < b:
            low = middle
        else:
            high = middle
    t1 = 3.0 * low * low + a
    t2 = (low * low * low + a * low - b) / t1
    x = low - t2
    x_dot = (a_dot * (t2 - low) + b_dot) / t1
    t3 = a * x
    value = t3 * x + b
    value_dot = (a_dot * x + x_dot * a) * x + x_dot * t3 + b_dot
    return value, value_dot
