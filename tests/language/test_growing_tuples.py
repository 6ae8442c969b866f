"""Tuples of integers and strings that grow: alone, and beside numbers that have a gradient."""

import itertools

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()
V = array(4)
W = np.array([[0.3, 0.9, 0.5], [0.8, 0.2, 0.7], [0.45, 0.6, 0.1], [0.15, 0.35, 0.85]])


@case(1.5, 4)
def last_of_a_list(x, n):
    ways = [((), 0.0)]
    for k in range(n):
        way, cost = ways[-1]
        ways.append((way + (k,), cost + x * len(way)))
    return ways[-1][1]


@case(1.5, 4)
def before(x, n):
    ways = [((), 0.0)]
    for k in range(n):
        way, cost = ways[-1]
        ways.append(((k,) + way, cost + x * (way[-1] if way else 2)))
    return ways[-1][1]


@case(1.5, 3)
def repeated_and_added_to_itself(x, n):
    ways = [((1,), 0.0)]
    for _ in range(n):
        way, cost = ways[-1]
        way += (2,)
        ways.append((way * 2, cost + x * sum(way)))
        ways.append((way + way, cost + x * len(way)))
    return ways[-1][1] + ways[-2][1]


@case(W)
def beam_search(scores):
    beams = [((), 0.0)]
    for t in range(len(scores)):
        candidates = []
        for path, score in beams:
            for k in range(3):
                candidates.append((path + (k,), score + scores[t, k] * (1.0 + 0.1 * len(path))))
        candidates.sort(key=lambda each: each[1], reverse=True)
        beams = candidates[:2]
    return sum(score**2 for _, score in beams)


@case(W)
def beams_of_strings(scores):
    beams = [(0.0, ("s",))]
    for t in range(len(scores)):
        candidates = [
            (score + scores[t, k] * (2.0 if path[-1] == str(k) else 1.0), path + (str(k),))
            for score, path in beams
            for k in range(3)
        ]
        beams = sorted(candidates, reverse=True)[:3]
    best, path = beams[0]
    return best * len(path) + sum(scores[i, int(p)] for i, p in enumerate(path[1:]))


@case(W)
def beams_of_dicts(scores):
    beams = [{"path": (), "score": 0.0}]
    for t in range(len(scores)):
        new = []
        for beam in beams:
            for k in range(3):
                score = beam["score"] + scores[t, k] ** 2 * (1 + (k in beam["path"]))
                new.append({"path": beam["path"] + (k,), "score": score})
        beams = sorted(new, key=lambda beam: -beam["score"])[:2]
    return beams[0]["score"] + sum(scores[i, j] for i, j in enumerate(beams[1]["path"]))


@case(W)
def shortest_way(w):
    best = (1e9, ())
    stack = [(0.0, (0,))]
    while stack:
        cost, path = stack.pop()
        if len(path) == 4:
            if cost < best[0]:
                best = (cost, path)
            continue
        for j in range(3):
            if path[-1] != j:
                stack.append((cost + w[path[-1], j], path + (j,)))
    return best[0] ** 2 + len(best[1]) * best[0]


@case(W)
def shortest_tour(w):
    best, path = None, ()
    for order in itertools.permutations(range(3)):
        cost = sum(w[a, b] for a, b in zip(order, order[1:]))
        if best is None or cost < best:
            best = cost
            path = order
    return best * len(path)


@case(V)
def emptied_on_one_way(x):
    places, total = (), 0.0
    for i, v in enumerate(x):
        if v > 0.3:
            places += (i,)
        else:
            places = ()
        total += v * v * len(places)
    return total + sum(x[i] for i in places) + x[list(places)].sum()


@case(V)
def state_of_a_loop(x):
    state = (0.0, ())
    for i, v in enumerate(x):
        total, history = state
        state = (total + v * len(history), history + (i,)) if v > -5.0 else (total, history)
    return state[0] + x[state[1][-1]]


@case(V)
def tuples_of_tuples(x):
    marks = [((), 1.0)]
    for i, v in enumerate(x):
        seen, product = marks[i]
        marks.append((seen + ((i, "odd" if i % 2 else "even"),), product * v))
    return sum(product * len(seen) for seen, product in marks) + x[marks[-1][0][-1][0]]


@pytest.mark.parametrize("each", case, ids=str)
def test_growing_tuple(each):
    each.check()
