def logistic_map_value_and_gradients(x, r, n, dy=1.0):
    """The value of logistic_map and its gradients with respect to x and r.

    Made by s2sad from logistic_map in logistic_map.py, line 8, for x: float, r: float, n: int.
    """
    x_saved = []
    for i in range(n):
        x_saved.append(x)
        x = r * x * (1.0 - x)
    value = x

    x_grad = dy
    r_grad = 0.0
    while x_saved:
        # x = r * x * (1.0 - x)
        x = x_saved.pop()
        t1_grad = x_grad * (1.0 - x)
        x_grad = r * (t1_grad - x_grad * x)
        r_grad += t1_grad * x
    return value, (x_grad, r_grad)
