import numpy as np


def cutoff_energy_value_and_gradients(positions, cutoff, dy=1.0):
    """The value of cutoff_energy and its gradient with respect to positions.

    Made by s2sad from cutoff_energy in cutoff_energy.py, line 10, for positions: float[:, :],
    cutoff: float.
    """
    saved = []
    energy = 0.0
    for i in range(len(positions)):
        for j in range(i):
            offset = positions[i] - positions[j]
            r2 = offset @ offset
            saved.append((offset, r2))
            if r2 < cutoff * cutoff:
                s = 1.0 / (r2 * r2 * r2)
                energy += 4.0 * (s * s - s)

    positions_grad = np.zeros_like(positions)
    for i in reversed(range(len(positions))):
        for j in reversed(range(i)):
            offset, r2 = saved.pop()
            if r2 < cutoff * cutoff:
                # energy += 4.0 * (s * s - s)
                s = 1.0 / (r2 * r2 * r2)
                s_grad = 4.0 * dy * (2.0 * s - 1.0)
                # s = 1.0 / (r2 * r2 * r2)
                r2_grad = -3.0 * s_grad * s / r2
                # r2 = offset @ offset
                offset_grad = 2.0 * r2_grad * offset
                # offset = positions[i] - positions[j]
                positions_grad[j] -= offset_grad
                positions_grad[i] += offset_grad
    return energy, (positions_grad,)
