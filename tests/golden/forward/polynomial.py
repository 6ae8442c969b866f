def polynomial_value_and_tangent(x, y, x_dot, y_dot):
    """The value of polynomial, and how it changes when x and y change by their tangents.

    Made by s2sad from polynomial in polynomial.py, line 8, for x: float, y: float.
    """
    t1 = x * x
    t2 = t1 * x
    t3 = x * y
    value = t2 * y - t3 * y
    value_dot = y * (x_dot * (3.0 * t1 - y) - y_dot * x) + y_dot * (t2 - t3)
    return value, value_dot
