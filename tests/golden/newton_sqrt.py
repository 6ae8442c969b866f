def newton_sqrt_value_and_gradients(a, dy=1.0):
    """The value of newton_sqrt and its gradient with respect to a.

    Made by s2sad from newton_sqrt in newton_sqrt.py, line 8, for a: float.
    """
    x_saved = []
    x = a
    while True:
        x_saved.append(x)
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if abs(step) < 1e-12:
            break
    value = x

    x_grad = dy
    a_grad = 0.0
    while x_saved:
        # step = (x * x - a) / (2.0 * x)
        x = x_saved.pop()
        t1 = 2.0 * x
        t2_grad = -x_grad / t1
        x_grad += 2.0 * t2_grad * (x - (x * x - a) / t1)
        a_grad -= t2_grad
    a_grad += x_grad
    return value, (a_grad,)
