def polynomial_value_and_gradients(x, y, dy=1.0):
    """The value of polynomial and its gradients with respect to x and y.

    Made by s2sad from polynomial in polynomial.py, line 8, for x: float, y: float.
    """
    t1 = x * x
    t2 = t1 * x
    t3 = x * y
    value = t2 * y - t3 * y

    # return x * x * x * y - x * y * y
    t3_grad = -dy * y
    y_grad = dy * (t2 - t3) + t3_grad * x
    x_grad = t3_grad * (y - 3.0 * t1)
    return value, (x_grad, y_grad)
