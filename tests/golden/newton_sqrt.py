def newton_sqrt_value_and_gradients(a, dy=1.0):
    """The value of newton_sqrt and its gradient with respect to a.

    Made by s2sad from newton_sqrt in newton_sqrt.py, line 8, for a: float.
    """
    x_saved = []
    step_saved = []
    steps = 0
    x = a
    while True:
        steps += 1
        x_saved.append(x)
        step = (x * x - a) / (2.0 * x)
        step_saved.append(step)
        x -= step
        if abs(step) < 1e-12:
            break
    value = x

    x_grad = dy
    a_grad = 0.0
    for _ in range(steps):
        # x = x - step
        step_grad = -x_grad
        # step = (x * x - a) / (2.0 * x)
        x = x_saved.pop()
        t1_grad = step_grad / (2.0 * x)
        step = step_saved.pop()
        x_grad = x_grad + t1_grad * (2.0 * x - 2.0 * step)
        a_grad = a_grad - t1_grad
    a_grad += x_grad
    return value, (a_grad,)
