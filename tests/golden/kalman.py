import numpy as np


def kalman_value_and_gradients(observations, F, Q, H, r, dy=1.0):
    """The value of kalman and its gradients with respect to F, Q and r.

    Made by s2sad from kalman in kalman.py, line 17, for observations: float[:], F: float[:, :],
    Q: float[:, :], H: float[:], r: float.
    """
    saved = []
    saved2 = []
    x = np.zeros_like(H)
    P = np.eye(len(H))
    total = 0.0
    for z in observations:
        saved.append((x, P))
        x = F @ x
        t1 = F @ P
        P = t1 @ F.T + Q
        v = z - H @ x
        PH = P @ H
        s = H @ PH + r
        K = PH / s
        saved2.append((t1, v, PH, s, K))
        total += 0.5 * (np.log(s) + v * v / s)
        x = x + K * v
        P = P - np.outer(K, PH)

    F_grad = np.zeros_like(F)
    Q_grad = np.zeros_like(Q)
    x_grad = np.zeros_like(x)
    P_grad = np.zeros_like(P)
    r_grad = 0.0
    while saved2:
        # P = P - np.outer(K, PH)
        t2_grad = -P_grad
        t1, v, PH, s, K = saved2.pop()
        K_grad = t2_grad @ PH
        PH_grad = K @ t2_grad
        # x = x + K * v
        K_grad += v * x_grad
        v_grad = x_grad @ K
        # total += 0.5 * (np.log(s) + v * v / s)
        t3_grad = 0.5 * dy
        v_grad += 2.0 * t3_grad / s * v
        s_grad = t3_grad * (1.0 - v * v / s) / s
        # K = PH / s
        PH_grad += K_grad / s
        s_grad -= K_grad @ K / s
        # s = H @ PH + r
        r_grad += s_grad
        PH_grad += s_grad * H
        # PH = P @ H
        P_grad += np.outer(PH_grad, H)
        # v = z - H @ x
        x_grad -= v_grad * H
        # P = F @ P @ F.T + Q
        Q_grad += P_grad
        t1_grad = P_grad @ F
        F_grad += P_grad.T @ t1
        x, P = saved.pop()
        F_grad += t1_grad @ P.T
        P_grad = F.T @ t1_grad
        # x = F @ x
        F_grad += np.outer(x_grad, x)
        x_grad = F.T @ x_grad
    return total, (F_grad, Q_grad, r_grad)
