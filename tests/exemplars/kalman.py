"""A Kalman filter: the negative log-likelihood of observations under a linear model of two states."""

import numpy as np

SIGNATURE = dict(observations="float[:]", F="float[:, :]", Q="float[:, :]", H="float[:]", r=float)
PARAMS = ["F", "Q", "r"]
_rng = np.random.default_rng(5)
ARGS = (
    _rng.normal(size=12),
    np.array([[1.0, 0.2], [-0.1, 0.9]]),
    np.array([[0.3, 0.1], [0.1, 0.4]]),
    np.array([1.0, 0.5]),
    0.7,
)


def kalman(observations, F, Q, H, r):
    x = np.zeros_like(H)
    P = np.eye(len(H))
    total = 0.0
    for z in observations:
        x = F @ x
        P = F @ P @ F.T + Q
        v = z - H @ x
        PH = P @ H
        s = H @ PH + r
        K = PH / s
        total += 0.5 * (np.log(s) + v * v / s)
        x = x + K * v
        P = P - np.outer(K, PH)
    return total


def kalman_value_and_gradients(observations, F, Q, H, r, dy=1.0):
    x = np.zeros_like(H)
    P = np.eye(len(H))
    total = 0.0
    saved = []
    for z in observations:
        x_before, P_before = x, P
        x = F @ x
        P = F @ P @ F.T + Q
        v = z - H @ x
        PH = P @ H
        s = H @ PH + r
        K = PH / s
        saved.append((x_before, P_before, v, PH, s, K))
        total += 0.5 * (np.log(s) + v * v / s)
        x = x + K * v
        P = P - np.outer(K, PH)

    F_grad = np.zeros_like(F)
    Q_grad = np.zeros_like(Q)
    r_grad = 0.0
    x_grad = np.zeros_like(x)
    P_grad = np.zeros_like(P)
    while saved:
        x, P, v, PH, s, K = saved.pop()
        # P = P - np.outer(K, PH)
        K_grad = -(P_grad @ PH)
        PH_grad = -(K @ P_grad)
        # x = x + K * v
        K_grad += x_grad * v
        v_grad = K @ x_grad
        # total += 0.5 * (np.log(s) + v * v / s)
        t1_grad = 0.5 * dy / s
        v_grad += 2.0 * t1_grad * v
        s_grad = t1_grad - t1_grad * v * v / s
        # K = PH / s
        t2_grad = K_grad / s
        PH_grad += t2_grad
        s_grad -= t2_grad @ K
        # s = H @ PH + r
        PH_grad += s_grad * H
        r_grad += s_grad
        # PH = P @ H
        P_grad = P_grad + np.outer(PH_grad, H)
        # v = z - H @ x
        x_grad = x_grad - v_grad * H
        # P = F @ P @ F.T + Q
        Q_grad += P_grad
        FP = F @ P
        FP_grad = P_grad @ F
        F_grad += P_grad.T @ FP + FP_grad @ P.T
        P_grad = F.T @ FP_grad
        # x = F @ x
        F_grad += np.outer(x_grad, x)
        x_grad = F.T @ x_grad
    return total, (F_grad, Q_grad, r_grad)
