"""A stage is one class made of parts, each in a file of its own: no two of them may define a method of one name."""

import importlib
import pkgutil
import types

import s2sad


def classes() -> list[type]:
    found: set[type] = set()
    for module in pkgutil.walk_packages(s2sad.__path__, "s2sad."):
        if not module.name.endswith("__main__"):
            loaded = vars(importlib.import_module(module.name)).values()
            found.update(each for each in loaded if isinstance(each, type) and each.__module__ == module.name)
    return [each for each in found if len(each.__bases__) > 1]


def test_methods_have_names_of_their_own() -> None:
    made_of_parts = classes()
    assert any(each.__name__ == "Infer" for each in made_of_parts)
    for each in made_of_parts:
        homes: dict[str, str] = {}
        for part in each.__bases__:
            for name, value in vars(part).items():
                if isinstance(value, (types.FunctionType, staticmethod)) and not name.startswith("__"):
                    assert homes.setdefault(name, part.__name__) == part.__name__, (each.__name__, name)
