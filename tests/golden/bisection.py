def bisection_value_and_gradients(a, b, dy=1.0):
    """The value of bisection and its gradients with respect to a and b.

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
    x = low - (low * low * low + a * low - b) / t1
    t2 = a * x
    value = t2 * x + b

    # return a * x * x + b
    t2_grad = dy * x
    a_grad = t2_grad * x
    x_grad = dy * t2 + t2_grad * a
    # x = low - (low * low * low + a * low - b) / (3.0 * low * low + a)
    t3_grad = -x_grad / t1
    b_grad = dy - t3_grad
    a_grad += t3_grad * x
    return value, (a_grad, b_grad)
