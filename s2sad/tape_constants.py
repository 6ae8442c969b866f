"""Part of the stage `tape`: what each iteration computes alike isn't saved.

for o.3 in obs.1:                        for o.3 in obs.1:
    #t.4 = np.exp(A.2)                       #t.4 = np.exp(A.2)
    ...                          ->          ...
for o.3 in reversed(obs.1):              for o.3 in reversed(obs.1):
    #t.4 = #t.4_saved.pop()                  ... #t.4 ...
    ... #t.4 ...
"""

from __future__ import annotations

import gast

from s2sad import ir
from s2sad.repeated import is_computation, unwritten
from s2sad.statements import all_of, targets


class Constants:
    """The names set in loops that have one value in all iterations of all of them, whenever they have one."""

    def __init__(self, forward: list[gast.stmt], info: dict[str, ir.Info]) -> None:
        statements = all_of(forward)
        self.info = info
        self.stays = unwritten(statements, info, lambda name: info[name].kind if name in info else None)
        self.made = {name: node for node in statements for name in targets(node)}
        self.found: dict[str, bool] = {}

    def __contains__(self, name: str) -> bool:
        if name not in self.found:
            self.found[name] = self.is_constant(name)
        return self.found[name]

    def is_constant(self, name: str) -> bool:
        if name not in self.info or not self.stays(name):
            return False
        if not self.info[name].loops:
            return True
        node = self.made.get(name)
        op = getattr(node, "effect", None)
        if not isinstance(node, gast.Assign) or not isinstance(op, (ir.Primitive, ir.Plain)):
            return False
        if not isinstance(node.targets[0], gast.Name) or not is_computation(node.value, op):
            return False
        variable = ir.variable(name)
        only = variable == "#t" or not any(ir.variable(other) == variable for other in self.made if other != name)
        return only and all(each in self for each in ir.summary(node.value).names)
