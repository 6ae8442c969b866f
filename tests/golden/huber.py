def huber_value_and_gradients(r, delta, dy=1.0):
    """The value of huber and its gradient with respect to r.

    Made by s2sad from huber in huber.py, line 8, for r: float, delta: float.
    """
    if r > delta:
        value = delta * (r - 0.5 * delta)
        # return delta * (r - 0.5 * delta)
        r_grad = dy * delta
    elif r < -delta:
        value = delta * (-r - 0.5 * delta)
        # return delta * (-r - 0.5 * delta)
        r_grad = -dy * delta
    else:
        value = 0.5 * r * r
        # return 0.5 * r * r
        r_grad = dy * r
    return value, (r_grad,)
