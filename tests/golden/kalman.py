import numpy as np


def kalman_value_and_gradients(observations, F, Q, H, r, dy=1.0):
    """The value of kalman and its gradients with respect to F, Q and r.

    Made by s2sad from kalman in kalman.py, line 17, for observations: float[:], F: float[:, :],
    Q: float[:, :], H: float[:], r: float.
    """
    x_saved = []
    P_saved = []
    t1_saved = []
    t2_saved = []
    v_saved = []
    PH_saved = []
    s_saved = []
    K_saved = []
    t3_saved = []
    x = np.zeros_like(H)
    P = np.eye(len(H))
    total = 0.0
    for z in observations:
        P_saved.append(P)
        x_saved.append(x)
        x = F @ x
        t1 = F @ P
        t1_saved.append(t1)
        t2 = F.T
        t2_saved.append(t2)
        P = t1 @ t2 + Q
        v = z - H @ x
        v_saved.append(v)
        PH = P @ H
        PH_saved.append(PH)
        s = H @ PH + r
        s_saved.append(s)
        K = PH / s
        K_saved.append(K)
        t3 = v * v / s
        t3_saved.append(t3)
        total += 0.5 * (np.log(s) + t3)
        x = x + K * v
        P = P - np.outer(K, PH)

    F_grad = np.zeros_like(F)
    Q_grad = np.zeros_like(Q)
    x_grad = np.zeros_like(x)
    P_grad = np.zeros_like(P)
    r_grad = 0.0
    for _ in range(len(observations)):
        # P = P - np.outer(K, PH)
        t4_grad = -P_grad
        PH = PH_saved.pop()
        K_grad = t4_grad @ PH
        K = K_saved.pop()
        PH_grad = K @ t4_grad
        # x = x + K * v
        v = v_saved.pop()
        K_grad = K_grad + v * x_grad
        v_grad = np.sum(x_grad * K)
        # total += 0.5 * (np.log(s) + v * v / s)
        t5_grad = 0.5 * dy
        s = s_saved.pop()
        t6_grad = t5_grad / s
        t3 = t3_saved.pop()
        v_grad += 2.0 * t6_grad * v
        s_grad = t5_grad / s - t6_grad * t3
        # K = PH / s
        PH_grad = PH_grad + K_grad / s
        s_grad -= K_grad @ K / s
        # s = H @ PH + r
        r_grad += s_grad
        PH_grad = PH_grad + s_grad * H
        # PH = P @ H
        P_grad2 = P_grad + np.outer(PH_grad, H)
        # v = z - H @ x
        x_grad2 = x_grad - v_grad * H
        # P = F @ P @ F.T + Q
        Q_grad += P_grad2
        t2 = t2_saved.pop()
        t1_grad = P_grad2 @ t2.T
        t1 = t1_saved.pop()
        F_grad += P_grad2.T @ t1
        P = P_saved.pop()
        F_grad += t1_grad @ P.T
        P_grad = F.T @ t1_grad
        # x = F @ x
        x = x_saved.pop()
        F_grad += np.outer(x_grad2, x)
        x_grad = F.T @ x_grad2
    return total, (F_grad, Q_grad, r_grad)
