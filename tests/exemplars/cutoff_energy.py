"""The energy of pairs within a cut-off: pairs that don't count cost nothing in the reverse sweep but their test."""

import numpy as np

SIGNATURE = dict(positions="float[:, :]", cutoff=float)
PARAMS = ["positions"]
ARGS = (np.random.default_rng(8).uniform(0.0, 4.0, size=(7, 2)), 2.0)


def cutoff_energy(positions, cutoff):
    energy = 0.0
    for i in range(len(positions)):
        for j in range(i):
            offset = positions[i] - positions[j]
            r2 = offset @ offset
            if r2 < cutoff * cutoff:
                s = 1.0 / (r2 * r2 * r2)
                energy += 4.0 * (s * s - s)
    return energy


def cutoff_energy_value_and_gradients(positions, cutoff, dy=1.0):
    energy = 0.0
    for i in range(len(positions)):
        for j in range(i):
            offset = positions[i] - positions[j]
            r2 = offset @ offset
            if r2 < cutoff * cutoff:
                s = 1.0 / (r2 * r2 * r2)
                energy += 4.0 * (s * s - s)
    value = energy

    positions_grad = np.zeros_like(positions)
    for i in reversed(range(len(positions))):
        for j in reversed(range(i)):
            offset = positions[i] - positions[j]
            r2 = offset @ offset
            if r2 < cutoff * cutoff:
                s = 1.0 / (r2 * r2 * r2)
                # energy += 4.0 * (s * s - s)
                s_grad = 4.0 * dy * (2.0 * s - 1.0)
                # s = 1.0 / (r2 * r2 * r2)
                r2_grad = -3.0 * s_grad * s / r2
                # r2 = offset @ offset
                offset_grad = 2.0 * r2_grad * offset
                # offset = positions[i] - positions[j]
                positions_grad[i] += offset_grad
                positions_grad[j] -= offset_grad
    return value, (positions_grad,)
