"""Functions that call themselves for the parts of a dict, as for the parameters of a model."""

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()
PARAMETERS = {"a": 0.7, "b": {"c": np.array([1.0, 2.0]), "d": [0.3, 0.4]}}
LAYERS = [{"w": array(2, 2), "b": array(2, seed=1)}, {"w": array(2, 1, seed=2), "b": array(1, seed=3)}]


def mapped(f, tree):
    if isinstance(tree, dict):
        return {key: mapped(f, each) for key, each in tree.items()}
    if isinstance(tree, list):
        return [mapped(f, each) for each in tree]
    return f(tree)


def mapped_by_a_loop(f, tree):
    if not isinstance(tree, dict):
        return tree if isinstance(tree, list) else f(tree)
    made = {}
    for key in tree:
        made[key] = mapped_by_a_loop(f, tree[key])
    return made


def mapped_together(f, *trees):
    first = trees[0]
    if isinstance(first, dict):
        return {key: mapped_together(f, *[tree[key] for tree in trees]) for key in first}
    if isinstance(first, (list, tuple)):
        return [mapped_together(f, *parts) for parts in zip(*trees)]
    return f(*trees)


def doubled(tree):
    if isinstance(tree, dict):
        return {key: doubled(each) for key, each in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(doubled(each) for each in tree)
    return 2.0 * tree


def total(tree):
    if isinstance(tree, dict):
        return sum(total(each) for each in tree.values())
    if isinstance(tree, list):
        return sum(total(each) for each in tree)
    return np.sum(tree)


def leaves(tree):
    if isinstance(tree, dict):
        found = []
        for key in sorted(tree):
            found += leaves(tree[key])
        return found
    return [leaf for each in tree for leaf in leaves(each)] if isinstance(tree, list) else [tree]


@case(PARAMETERS)
def comprehensions(p):
    q = mapped(lambda v: v**2, p)
    return q["a"] * np.sum(q["b"]["c"]) + q["b"]["d"][0]


@case(PARAMETERS)
def loops(p):
    q = mapped_by_a_loop(np.sin, p)
    return q["a"] * np.sum(q["b"]["c"]) + q["b"]["d"][1]


@case(PARAMETERS)
def several_at_once(p):
    return total(mapped_together(lambda a, b: a - 0.1 * b, p, mapped(np.exp, p)))


@case({"a": (0.5, [0.3, 0.4]), "b": np.array([1.0, 2.0])})
def of_the_same_class(p):
    q = doubled(p)
    return q["a"][0] ** 2 * q["a"][1][1] + np.sum(q["b"] ** 2) * isinstance(q["a"], tuple)


@case((1.5, (2.0, (0.5, 0.7))))
def tuples_alone(p):
    q = doubled(p)
    return q[0] ** 2 + q[1][0] * q[1][1][1]


@case(PARAMETERS)
def in_a_list(p):
    return sum(np.sum(leaf**2) for leaf in leaves(p))


@case(LAYERS)
def a_list_of_dicts(layers):
    x = np.ones((3, 2))
    for layer in mapped(np.tanh, layers):
        x = x @ layer["w"] + layer["b"]
    return np.sum(x**2) + total(layers)


@case(PARAMETERS)
def nested_function(p):
    def go(node, factor):
        if isinstance(node, dict):
            return {key: go(each, 2.0 * factor) for key, each in node.items()}
        return [factor * each for each in node] if isinstance(node, list) else factor * node

    return total(go(p, p["a"]))


@pytest.mark.parametrize("each", case, ids=str)
def test_nested(each):
    each.check()
