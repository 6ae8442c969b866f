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
    t2 = (low * low * low + a * low - b) / t1
    x = low - t2
    t3 = a * x
    value = t3 * x + b

    # return a * x * x + b
    t3_grad = dy * x
    a_grad = t3_grad * x
    x_grad = dy * t3 + t3_grad * a
    # x = low - (low * low * low + a * low - b) / (3.0 * low * low + a)
    t4_grad = -x_grad / t1
    b_grad = dy - t4_grad
    a_grad += t4_grad * x
    return value, (a_grad, b_grad)
