import numpy as np


def kalman_value_and_tangent(observations, F, Q, H, r, F_dot, Q_dot, r_dot):
    """The value of kalman, and how it changes when F, Q and r change by their tangents.

    Made by s2sad from kalman in kalman.py, line 17, for observations: float[:], F: float[:, :],
    Q: float[:, :], H: float[:], r: float.
    """
    x = np.zeros_like(H)
    P = np.eye(len(H))
    x_dot = np.zeros_like(x)
    P_dot = np.zeros_like(P)
    total_dot = 0.0
    total = 0.0
    for z in observations:
        x_dot = F_dot @ x + F @ x_dot
        x = F @ x
        t1 = F @ P
        t2 = F.T
        P_dot = (F_dot @ P + F @ P_dot) @ t2 + t1 @ F_dot.T + Q_dot
        P = t1 @ t2 + Q
        v = z - H @ x
        v_dot = -(H @ x_dot)
        PH = P @ H
        PH_dot = P_dot @ H
        s = H @ PH + r
        s_dot = H @ PH_dot + r_dot
        K = PH / s
        K_dot = (PH_dot - s_dot * K) / s
        t3 = v * v / s
        total += 0.5 * (np.log(s) + t3)
        total_dot += 0.5 * (s_dot * (1.0 - t3) + 2.0 * v_dot * v) / s
        x = x + K * v
        x_dot += v * K_dot + v_dot * K
        P = P - np.outer(K, PH)
        P_dot -= np.outer(K_dot, PH) + np.outer(K, PH_dot)
    return total, total_dot
