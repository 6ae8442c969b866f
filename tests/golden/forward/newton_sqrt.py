def newton_sqrt_value_and_tangent(a, a_dot):
    """The value of newton_sqrt, and how it changes when a changes by its tangent.

    Made by s2sad from newton_sqrt in newton_sqrt.py, line 8, for a: float.
    """
    x_dot = a_dot
    x = a
    while True:
        t1 = 2.0 * x
        step = (x * x - a) / t1
        step_dot = (x_dot * (t1 - 2.0 * step) - a_dot) / t1
        x = x - step
        x_dot -= step_dot
        if abs(step) < 1e-12:
            break
    return x, x_dot
