def cutoff_energy_value_and_tangent(positions, cutoff, positions_dot):
    """The value of cutoff_energy, and how it changes when positions changes by its tangent.

    Made by s2sad from cutoff_energy in cutoff_energy.py, line 10, for positions: float[:, :],
    cutoff: float.
    """
    energy_dot = 0.0
    energy = 0.0
    for i in range(len(positions)):
        for j in range(i):
            offset = positions[i] - positions[j]
            offset_dot = positions_dot[i] - positions_dot[j]
            r2 = offset @ offset
            r2_dot = 2.0 * (offset_dot @ offset)
            if r2 < cutoff * cutoff:
                t1 = r2 * r2
                t2 = t1 * r2
                s = 1.0 / t2
                s_dot = -3.0 * r2_dot * t1 * s / t2
                energy += 4.0 * (s * s - s)
                energy_dot += 4.0 * s_dot * (2.0 * s - 1.0)
    return energy, energy_dot
