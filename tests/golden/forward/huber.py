def huber_value_and_tangent(r, delta, r_dot):
    """The value of huber, and how it changes when r changes by its tangent.

    Made by s2sad from huber in huber.py, line 8, for r: float, delta: float.
    """
    if r > delta:
        value_dot = r_dot * delta
        value = delta * (r - 0.5 * delta)
    elif r < -delta:
        value_dot = -r_dot * delta
        value = delta * (-r - 0.5 * delta)
    else:
        value_dot = r_dot * r
        value = 0.5 * r * r
    return value, value_dot
