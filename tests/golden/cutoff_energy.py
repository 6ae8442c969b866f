import numpy as np


def cutoff_energy_value_and_gradients(positions, cutoff, dy=1.0):
    """The value of cutoff_energy and its gradient with respect to positions.

    Made by s2sad from cutoff_energy in cutoff_energy.py, line 10, for positions: float[:, :],
    cutoff: float.
    """
    offset_saved = []
    r2_saved = []
    t1_saved = []
    t2_saved = []
    s_saved = []
    t3 = len(positions)
    energy = 0.0
    for i in range(t3):
        for j in range(i):
            offset = positions[i] - positions[j]
            offset_saved.append(offset)
            r2 = offset @ offset
            r2_saved.append(r2)
            if r2 < cutoff * cutoff:
                t1 = r2 * r2
                t1_saved.append(t1)
                t2 = t1 * r2
                t2_saved.append(t2)
                s = 1.0 / t2
                s_saved.append(s)
                energy += 4.0 * (s * s - s)
                energy2 = energy
            else:
                energy2 = energy
            energy = energy2

    positions_grad = np.zeros_like(positions)
    energy_grad = dy
    for i in reversed(range(t3)):
        energy_grad2 = energy_grad
        for j in reversed(range(i)):
            r2 = r2_saved.pop()
            if r2 < cutoff * cutoff:
                # energy += 4.0 * (s * s - s)
                t4_grad = 4.0 * energy_grad2
                s = s_saved.pop()
                s_grad = 2.0 * t4_grad * s - t4_grad
                # s = 1.0 / (r2 * r2 * r2)
                t2 = t2_saved.pop()
                t2_grad = -s_grad * s / t2
                t1_grad = t2_grad * r2
                t1 = t1_saved.pop()
                r2_grad = t2_grad * t1 + 2.0 * t1_grad * r2
            else:
                r2_grad = 0.0
            # r2 = offset @ offset
            offset = offset_saved.pop()
            offset_grad = 2.0 * r2_grad * offset
            # offset = positions[i] - positions[j]
            positions_grad[j] -= offset_grad
            positions_grad[i] += offset_grad
        energy_grad = energy_grad2
    return energy, (positions_grad,)
