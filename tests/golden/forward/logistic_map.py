def logistic_map_value_and_tangent(x, r, n, x_dot, r_dot):
    """The value of logistic_map, and how it changes when x and r change by their tangents.

    Made by s2sad from logistic_map in logistic_map.py, line 8, for x: float, r: float, n: int.
    """
    for i in range(n):
        t1 = r * x
        t2 = 1.0 - x
        x_dot = (r_dot * x + x_dot * r) * t2 - x_dot * t1
        x = t1 * t2
    return x, x_dot
