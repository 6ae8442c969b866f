"""Every refusal of s2sad: what is wrong, and what to write instead. To add one, add a row and raise `refuse(key, ...)`.

>>> from s2sad.source import read
>>> text = "def f(x):\\n    total = 0.0\\n    yield x\\n"
>>> space = {}
>>> exec(text, space)
>>> f = read(space["f"], source=text)
>>> print(refuse("yield", f.tree.body[1].value, f, name="f"))
s2sad can't differentiate this: `yield` makes `f` a generator, which has no single value
  File "<string>", line 3, in f
    yield x
    ^^^^^^^
  Write instead: a list: `values.append(...)` in place of `yield ...`, and `return values` at the end

The words in braces are given to `refuse`. Two are always there: {text} is the user's own text of the node, {f} the name
of the function; a word that is not given is the text as well.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import gast

from s2sad.errors import NotDifferentiableError, UndefinedNameError
from s2sad.quoting import character

RULE = "a rule for it, with @s2sad.partials or @s2sad.adjoint"

# key: (what is wrong, what to write instead)
REFUSALS: dict[str, tuple[str, str]] = {
    # ------------------------------------------------------------ what can be seen in the text alone (check.py)
    "async_function": (
        "`{name}` is an async function: other code runs while it waits, and may change what it computes with",
        "a plain function, `def {name}(...)`, that takes what it would await as parameters",
    ),
    "yield": (
        "`yield` makes `{name}` a generator, which has no single value",
        "a list: `values.append(...)` in place of `yield ...`, and `return values` at the end",
    ),
    "class": (
        "the class `{name}` is defined inside of `{f}`, and so is a new one in each call",
        "the class at the top level of the module, used from here by its name",
    ),
    "try_star": (
        "`except*` takes a group of exceptions apart, and it can't be known which statements ran",
        "`except` with a tuple of exception classes, or an `if` that tests before the operation",
    ),
    "type_alias": (
        "a `type` statement inside of a function",
        "the `type` statement at the top level of the module",
    ),
    "exec": (
        "`{name}` runs text that is not known before the function is called",
        "the code itself, or a function with that code, passed as a parameter",
    ),
    "prange": (
        "in reverse, the iterations of this loop add into the same elements, so they can't run side by side",
        "`range` for `prange`, so that they run one after the other, or leave out `parallel=True`",
    ),
    "locals": (
        "`{name}()` reaches variables other than by their names, which can't be followed",
        "the variables themselves, by their names, or a dict that holds them",
    ),
    "setattr": (
        "`{name}` changes an attribute that is known by name only when the function is called",
        "`obj.attribute = value`, or a dict with the names as its keys",
    ),
    "global_write": (
        "`{f}` assigns to the global variable `{name}`, which outlives the call",
        "`{name}` as a parameter, and its new value returned beside the result",
    ),
    "nonlocal_write": (
        "`{name}` belongs to a function around `{f}`, is assigned to here, and so outlives the call",
        "`{name}` as a parameter, and its new value returned beside the result",
    ),
    "statement": (
        "`{text}` is a form of statement that s2sad doesn't know",
        "the same with plain assignments, `if`, `for` and `while`",
    ),
    "expression": (
        "`{text}` is a form of expression that s2sad doesn't know here",
        "the same in steps: a variable for each part",
    ),
    "too_deep": (
        "this is nested too deeply",
        "a loop, or several statements; or raise sys.setrecursionlimit",
    ),
    # ------------------------------------------------------------ names and scopes
    "unbound": (
        "`{name}` is read before it has a value",
        "`{name} = ...` before this line, on each way that leads here",
    ),
    "left_early": (
        "a loop makes `{name}` anew in each iteration, and may be left before it did; it is read after the loop",
        "what the loop leaves for, in a loop of its own before this one; or an array for `{name}`",
    ),
    "undefined": (
        "the name `{name}` is not defined, neither in `{f}` nor in its module",
        "a name that is defined, or `{name}` as a parameter",
    ),
    "foreign": (
        "`{name}` is {what}, so that no derivative is known of what is done with it",
        "plain arrays and floats: `np.asarray({name})`, `{name}.filled(...)` of a masked array, or `float({name})`",
    ),
    "import": (
        "the import of `{name}` fails: {error}",
        "an import of a module that is installed, at the top of the file",
    ),
    "decorated_local": (
        "the nested function `{name}` has a decorator, and what that makes of it is known only when `{f}` runs",
        "the function without the decorator, or at the top level of the module",
    ),
    "outside_store": (
        "a value that needs a gradient is stored in `{name}`, which outlives the call of `{f}`",
        "a local array, list or dict, or `{name}` as a parameter; return what is to be kept",
    ),
    # ------------------------------------------------------------ calls
    "no_rule": (
        "`{name}` has no rule, and no source text that could be differentiated, but its argument needs a gradient",
        RULE + "; or `s2sad.stop_gradient(...)` around the argument, if no gradient is to flow",
    ),
    "refused": (
        "`{name}` {why}, and its argument needs a gradient",
        "{instead}; or `s2sad.stop_gradient(...)` around the argument, if no gradient is to flow",
    ),
    "library": (
        "`{name}` of {module} has no rule, and is written in ways that s2sad can't differentiate",
        "functions that have a rule (`s2sad rules` lists them); or "
        + RULE
        + "; or `s2sad.stop_gradient(...)` around the argument, if no gradient is to flow",
    ),
    "no_source": (
        "the source of `{name}` can't be read: {reason}",
        RULE + "; or move `{name}` to a file",
    ),
    "unknown_function": (
        "which function `{text}` calls can't be known before `{f}` runs",
        "the function by its name, or as a parameter of `{f}`, or an `if` with one call on each branch",
    ),
    "function_value": (
        "`{name}`, a function that is made inside of `{f}`, is needed here as a value while it runs",
        "a call of it by its name; or a list or tuple of functions that is written down as a whole, `[g, h]`",
    ),
    "unknown_method": (
        "`{name}` is a method that s2sad doesn't know, or of something that isn't known before `{f}` runs",
        "the function in place of the method, as in `np.sum(x)` for `x.sum()`; or `s2sad.stop_gradient(x)` for x",
    ),
    "list_method": (
        "`.{name}` of a list, where its items need a gradient",
        "`append`, `extend`, `pop()` from the end, a slice, or a comprehension that makes a new list",
    ),
    "dict_method": (
        "`.{name}` of a dict, where its values need a gradient",
        "`d[key] = value` and `d[key]` with keys that are written out",
    ),
    "rule_keyword": (
        "the rule for `{name}` doesn't know this use of it ({keywords})",
        "the call without what the rule doesn't know, or another " + RULE.removeprefix("a "),
    ),
    "parameter": (
        "the rule for `{name}` has no derivative with respect to `{parameter}`",
        "`s2sad.stop_gradient(...)` around that argument, if no gradient is to flow, or another "
        + RULE.removeprefix("a "),
    ),
    "wrong_call": (
        "`{name}` can't be called like this: {reason}",
        "the arguments that `{name}` takes",
    ),
    "custom_tangent": (
        "`{text}` has a gradient of its own, and no tangent: forward mode can't run it",
        "`@custom_gradient(tangent=...)`, or a function without it, or reverse mode (`value_and_gradients_function`)",
    ),
    "grad_of_forward": (
        "what `grad_of` changes in the reverse sweep has no meaning in forward mode, which has none",
        "reverse mode (`value_and_gradients_function`), or a `grad_of` whose body only looks at the gradient",
    ),
    "no_tangent": (
        "the rule for `{name}` states no tangent: forward mode doesn't know it",
        "reverse mode (`value_and_gradients_function`), or a tangent for it, with @s2sad.tangent",
    ),
    "try_tangent": (
        "this `try` has loops, branches or stores in it, and its handler would catch errors of their tangents",
        "only the statement that may fail inside of the `try`, or an `if` that tests before it",
    ),
    "custom_keywords": (
        "`{name}` has a gradient of its own, which is for arguments by position only",
        "the arguments by position, without `name=`",
    ),
    "post_init": (
        "the dataclass `{name}` has a `__post_init__`, a `default_factory` or fields that it makes itself",
        "a call with all fields as arguments, of a dataclass without these; or a plain class with an `__init__`",
    ),
    "extreme_key": (
        "`{name}` with a `key`, or of something other than a list or array",
        "a loop with an `if` that compares, or `{name}` of a list",
    ),
    "sorted_key": (
        "`sorted` with a `key`, where the items need a gradient",
        "`np.argsort` of the keys, and the items in that order: `[x[i] for i in order]`",
    ),
    "recursion": (
        "`{name}` calls itself each time with arguments of other types or ranks, without an end",
        "a call whose arguments have the same types and ranks each time, or a loop",
    ),
    "recursion_memory": (
        "`{name}` calls itself, and returns a part of what it is given, or one thing or another, which is written into",
        "a copy, `return ... .copy()`, or no result: what is written into is known where it is passed",
    ),
    "recursion_result": (
        "`{name}` calls itself, and what it returns can't be known, as no `return` comes without another call",
        "an `if` that returns a value directly, before the call",
    ),
    "operator": (
        "`{text}` has an operator without a derivative for these operands",
        "an arithmetic operator, or the method that does it, called by its name",
    ),
    "rule_fails": (
        "the rule for `{name}` fails here: {error}",
        "other arguments, or a better rule, with @s2sad.partials or @s2sad.adjoint",
    ),
    "super": (
        "`super()` can't be followed here",
        "the base class by its name: `Base.method(self, ...)`",
    ),
    # ------------------------------------------------------------ control flow
    "too_many_kinds": (
        "a variable changes its type each time round, and never settles",
        "a variable that starts with the type it keeps: `0.0` for a number, `np.zeros(...)` for an array",
    ),
    "joined_kinds": (
        "`{name}` may be things of different types here, depending on the way that led here",
        "values of one type for `{name}` on each branch, or another name for each",
    ),
    "joined_tuples": (
        "`{name}` may be tuples of different lengths here, depending on the way that led here",
        "a list, or tuples of one length, filled up with 0.0",
    ),
    "joined_functions": (
        "`{name}` may be one function or another here, depending on the way that led here",
        "an `if` with one call on each branch",
    ),
    "joined_objects": (
        "`{name}` may be objects of different classes or with different attributes or keys here",
        "the same class, attributes and keys on each branch, or another name for each",
    ),
    "unknown_loop": (
        "what `{text}` gives, item by item, is not known before `{f}` runs",
        "a loop over a range, an array, a list, a tuple or a dict",
    ),
    "zip_opaque": (
        "`{text}` goes through something whose items are not known before `{f}` runs, together with others",
        "a loop over `range(n)` with an index for each of them",
    ),
    "active_mapping_loop": (
        "a loop over a dict whose keys are not known before `{f}` runs, and whose values need a gradient",
        "a list of the values, or a dict with its keys written out",
    ),
    "break_in_unrolled": (
        "`break` in a loop over a tuple, or a dict, whose items are of different types",
        "a list of items of one type, or an `if` around the rest of the loop's body",
    ),
    "long_tuple": (
        "a loop over a tuple or dict of more than 64 items",
        "a list or an array",
    ),
    "iterator": (
        "an iterator that is used up step by step can't be followed",
        "a list, and an index into it",
    ),
    "runs_later": (
        "{name} gives its items later, and only once, and isn't run through where it is made",
        "a list of its items, `list(...)`, or the items where they are used, `for ... in ...`",
    ),
    "kept_view": (
        "`{text}` is kept while its dict changes, and shows what the dict holds then",
        "a list of what the dict holds now, `list({text})`",
    ),
    "changed_in_loop": (
        "`{name}` grows or shrinks while the loop goes through it",
        "a loop over a copy, `for ... in list({name})`, or a second list",
    ),
    "try_unknown": (
        "after an exception in this `try`, it can't be known which of its statements ran",
        "only the statement that may fail inside of the `try`, or an `if` that tests before it",
    ),
    "with_active": (
        "the context `{text}` is made of a value that needs a gradient",
        "`s2sad.stop_gradient(...)` around the value, or the statements without the `with`",
    ),
    "grad_of_expression": (
        "`grad_of` of an expression, which has no adjoint of its own here",
        "`grad_of` of a variable, to which the expression is assigned before and which is used after",
    ),
    "grad_of_structure": (
        "`grad_of` of something that holds several values",
        "`grad_of` of one of them: a number or an array, as in `grad_of(params['W'])`",
    ),
    "grad_of_place": (
        "`grad_of` stands elsewhere than in `with grad_of(...) as name:` or `for name in grad_of(...):`",
        "one of these statements",
    ),
    "grad_of_writes": (
        "the statements under `grad_of` change a variable of the function, whose reverse sweep they are part of",
        "a change of the gradient only, or of a global such as a list that collects gradients",
    ),
    "grad_of_jump": (
        "`{what}` in the statements under `grad_of` would leave the reverse sweep",
        "an assignment to the gradient, as in `y_grad = 0.0`",
    ),
    "grad_of_name": (
        "`{name}` is set under `grad_of` and used elsewhere in `{f}`, but the former runs later, in the reverse sweep",
        "another name for it there",
    ),
    "grad_of_reads": (
        "`{name}` can't be kept for the statements under `grad_of`, which run later, in the reverse sweep",
        "the number or array in it that they need, assigned to a name before; for a function, one of the module's own",
    ),
    "checkpoint_arguments": (
        "`checkpoint` of a loop takes what it runs over and the number of states to keep",
        "`for t in checkpoint(range(n), snapshots=10):`, with a number that needs no gradient",
    ),
    "checkpoint_place": (
        "`checkpoint` stands elsewhere than in `for ... in checkpoint(...):` or in a call `checkpoint(f)(...)`",
        "one of these, or `checkpoint(f)` under a name outside of `{f}`",
    ),
    "checkpoint_over": (
        "`checkpoint` of something whose items can't be found again by their position",
        "`checkpoint(range(n), snapshots=...)`, with the items taken inside of the loop",
    ),
    "checkpoint_left": (
        "`{text}` leaves a loop that is checkpointed, and how many iterations ran would not be known before",
        "the loop without it: an `if` around what is not to run, or a loop without `checkpoint`",
    ),
    "checkpoint_try": (
        "a `try` in what `checkpoint` runs again in the reverse sweep",
        "an `if` that tests before, or the statements without `checkpoint`",
    ),
    "checkpoint_effect": (
        "`{text}` does more than to compute, or gives something else each time, and `checkpoint` would run it again",
        "the statement before or after what is checkpointed, with its result in an array",
    ),
    "checkpoint_list": (
        "`{name}`, a list or dict, changes while or after a checkpointed part of the function uses it",
        "an array, or a variable that is given a new value: `x = step(x)`",
    ),
    "with_target": (
        "`with ... as` something else than a name",
        "`with ... as name:`, and `... = name` as the first statement inside",
    ),
    # ------------------------------------------------------------ arrays as memory
    "ambiguous_store": (
        "`{name}` may be one of several things, depending on what ran before, and is written into here",
        "a copy, where it gets the name, as in `{name} = x.copy()`; or a store on each branch by the name it has there",
    ),
    "number_or_view": (
        "what is read here was taken out of `{name}` before `{name}` was written: it may be a number, which stays, "
        "or a view, which changes; how many axes its arrays have is not known",
        "`float(...)` of the number, or `.copy()` of the view, where it is taken; or lists of arrays of one rank",
    ),
    "ended_loop": (
        "an item that a loop went through is used after the loop, and its array is written: which one is not known",
        "a copy in the loop, as in `row = row.copy()`, or a loop over positions and `A[i]` after it",
    ),
    "unknown_owner": (
        "`{text}` may write into memory that has another name too, or into a copy; which one can't be known",
        "the store by the first name of the array (`A[i][j] = ...`), or a `.copy()` where the second name is made",
    ),
    "maybe_view": (
        "`{name}` is a view of `{base}` or a copy of it, depending on how `{base}` lies in memory, and is written into",
        "`.copy()` where `{name}` is made, or the store into `{base}`",
    ),
    "vectorize": (
        "np.vectorize {what} is not known to `{f}`'s derivative: only a function of one to three numbers is",
        "the loop: `np.array([g(each) for each in np.ravel(x)]).reshape(np.shape(x))`",
    ),
    "unknown_store": (
        "what `{text}` writes into is not known before `{f}` runs, and a value there needs a gradient",
        "a store into an array, a list or a dict that `{f}` makes or has as a parameter",
    ),
    "held_write": (
        "`{name}` is put into a list or dict here, and written into while it has two names: "
        "its own, and its place there",
        "a copy, as in `items.append({name}.copy())`, or one of the two names only from here on",
    ),
    "moved_item": (
        "an item of `{name}` is used under a name of its own after `{name}` got or lost items, and is written into",
        "the item taken from `{name}` again, as in `{name}[i]`, each time that it is used",
    ),
    "boxed_write": (
        "`{name}` of an object or dict that is an item of a list is written, and needs a gradient",
        "a new object in its place, as in `items[i] = ...`, or a list for each attribute",
    ),
    "unknown_item": (
        "what `{text}` takes its item from is not known before `{f}` runs",
        "an item of an array, a list, a tuple or a dict",
    ),
    "augment_unknown": (
        "`{text}` changes an array in place, but makes a new number, and which of these is not known before `{f}` runs",
        "`x = x + ...`, if a new value is meant, or an array whose rank is known, as from `np.zeros_like(x)`",
    ),
    "array_method": (
        "`.{name}` changes an array in place in a way that has no rule",
        "the function that makes a new array, as in `x = np.{name}(x)`",
    ),
    "delete": (
        "`{text}` takes out an item that needs a gradient",
        "a new list or dict without the item, or `.pop()` from the end of a list",
    ),
    # ------------------------------------------------------------ containers and objects
    "unpack": (
        "{given} values are unpacked into {count} names",
        "as many names as there are values, or one of them with a star: `first, *rest = ...`",
    ),
    "unpack_length": (
        "how many values there are to unpack is not known before `{f}` runs",
        "an index for each: `a = x[0]`, `b = x[1]`",
    ),
    "unpack_unknown": (
        "what is unpacked here is not known before `{f}` runs",
        "a tuple, a list or an array, or an index for each: `a = x[0]`, `b = x[1]`",
    ),
    "active_set": (
        "a set of values that need a gradient, in which equal ones become one",
        "a list or a tuple",
    ),
    "active_key": (
        "a value that needs a gradient is the key of a dict",
        "a list of pairs; or `s2sad.stop_gradient(...)` around a key that only tells items apart",
    ),
    "dict_merge": (
        "which keys `{text}` has is not known before `{f}` runs",
        "the keys one by one: `key: d[key]`",
    ),
    "unknown_key": (
        "which key of a dict this is, is not known before `{f}` runs, and a value of the dict needs a gradient",
        "keys that are written out, or a list with an index",
    ),
    "no_key": (
        "there is no key {key!r}",
        "a key that is there",
    ),
    "index_range": (
        "the index {index} is out of range for {length} items",
        "an index that is in range",
    ),
    "mixed_list": (
        "the items of a list are of different types, and which is where is not known before `{f}` runs",
        "a tuple, a dict or a dataclass; a list for items of one type",
    ),
    "no_attribute": (
        "`{what}` has no attribute `{name}`",
        "an attribute that is there, set in `__init__` or before this line",
    ),
    "unknown_attribute": (
        "`{text}` is an attribute that s2sad doesn't know, or of something that isn't known before `{f}` runs",
        "an attribute of a dataclass or of an object that is a parameter; for an array, the function: `np.real(x)`",
    ),
    # ------------------------------------------------------------ parameters and values
    "dtype": (
        "`{name}` is an array of Python objects, whose items may be anything",
        "an array of floats, or a list of the objects",
    ),
    "string": (
        "a number that needs a gradient becomes text, and the text a number again",
        "the number itself",
    ),
    "written_default": (
        "`{f}` writes into the default of `{name}`, which keeps what is written for the next call",
        "`{name}=None`, and in the body `if {name} is None: {name} = ...`; or an argument for `{name}` in the call",
    ),
    "shared_arguments": (
        "`{first}` and `{second}` share memory in this call, and `{f}` writes into it",
        "a copy of one of the two, `{second}.copy()`, as the argument",
    ),
    "solver": (
        "a gradient would have to flow through `{name}`, which has no rule",
        "{instead}; or `s2sad.stop_gradient(...)` around the arguments, if no gradient is to flow",
    ),
    "solver_function": (
        "`{name}` is given a function with defaults, or of another form than a `def` or `lambda` with plain parameters",
        "a function at the top level of the module, and what it captures as parameters, given by `args=(...)`",
    ),
    "solver_args": (
        "what `{name}` passes on to the function as `args` isn't known to be a tuple",
        "`args=(p, q)`, with a comma also for a single one: `args=(p,)`",
    ),
    "solver_part": (
        "there is no rule for `{part}` of what `{name}` returns",
        "the part that the solver is called for, or `s2sad.stop_gradient(...)` around the arguments",
    ),
    "solver_state": (
        "`{name}` is differentiated for real vectors, and starts at something else here",
        "`y0` as a list of numbers or an array with one axis",
    ),
    "solver_dense": (
        "an interpolation of what `{name}` finds has no rule; the gradient of a solution has one in it, too",
        "`t_eval=` with the times at which the solution is wanted; for a second derivative, differences of gradients",
    ),
    "spline_points": (
        "`{name}` is differentiated by where it is evaluated and by the values `y`; its points or options vary here",
        "points `x` that don't depend on what is differentiated",
    ),
    "spline_values": (
        "`{name}` doesn't follow its values `y` linearly, and has no rule for them",
        "`CubicSpline`, `make_interp_spline` or `interp1d`, for a gradient with respect to `y`",
    ),
    "spline_options": (
        "there is no rule for `{name}` with these options: {options}",
        "the spline without them (`interp1d`: `kind` linear, quadratic or cubic; `CubicSpline`: `bc_type` by name)",
    ),
    "spline_vector": (
        "`{name}` is differentiated for values that are numbers, and here they are arrays",
        "a spline for each column of `y`",
    ),
    "sparse_form": (
        "a gradient would have to flow to the entries of a `{name}`",
        "`csr_matrix((data, indices, indptr))`, or one of the forms csc and coo",
    ),
    "solver_whole": (
        "what `{name}` returns is used as a whole",
        "its parts, where it is made: `solution = {name}(...)`, then `solution.x`",
    ),
    "solver_writes": (
        "`{function}`, which `{name}` is given, writes into its arguments, or returns more than one array",
        "a function that makes an array and returns it",
    ),
    "solver_option": (
        "there is no rule for `{name}` with `{option}`",
        "the call without it",
    ),
    "solver_start": (
        "`{name}` is differentiated for one real unknown, and starts at something else here",
        "a call for each unknown, that starts at a float",
    ),
    "inner_gradient": (
        "`{name}` is called inside of `{f}`, for a function that only exists there",
        "the inner function at the top level of the module, with what it captures as parameters, and `{name}` of it",
    ),
    "own_gradient": (
        "`{f}` takes a gradient of itself, which needs the gradient of that one, and so on without end",
        "a function for each order: the first without a gradient in it, the second with the gradient of the first",
    ),
    "value_type": (
        "`{f}` returns {what}, which has no gradient",
        "`return` with a number or an array, or a list, tuple, dict or dataclass of such",
    ),
}


class _Words(dict[str, Any]):
    """The words of a message; those that are not given stand for the user's own text."""

    def __init__(self, words: dict[str, Any], node: Any, source: Any) -> None:
        super().__init__(words)
        self.setdefault("f", source.name if source is not None else "the function")
        self.node, self.source = node, source

    def __missing__(self, key: str) -> str:
        text = self.source.statement_text(self.node, 60) if self.source is not None and self.node is not None else ""
        return text or self["f"]


def refuse(key: str, node: gast.AST | None, source: Any, /, **words: Any) -> NotDifferentiableError:
    """The error to raise for a node of a function (`source`: its FunctionSource); without a node, for all of it."""
    cause, remedy = REFUSALS[key]
    if source is not None and getattr(node, "lineno", None) is None:
        node = source.tree
    known = _Words(words, node, source)
    where = "" if source is None else place(node, source)
    error = UndefinedNameError if key == "undefined" else NotDifferentiableError
    made = error(
        f"s2sad can't differentiate this: {cause.format_map(known)}\n{where}  Write instead: {remedy.format_map(known)}"
    )
    made.key = key
    return made


def place(node: Any, source: Any) -> str:
    """The place of a node: file, line, the line's text, and carets under the part of it that the node is."""
    line = source.line_text(node.lineno)
    lines = [f'  File "{source.filename}", line {node.lineno}, in {source.name}']
    if line.strip():
        indent = len(line) - len(line.lstrip())
        start = max(character(line, node.col_offset), indent)
        one = getattr(node, "end_lineno", None) == node.lineno
        end = character(line, node.end_col_offset) if one else len(line.rstrip())
        # A tab is as wide as the terminal makes it, in both lines.
        before = "".join("\t" if each == "\t" else " " * _columns(each) for each in line[indent:start])
        lines += ["    " + line.strip(), "    " + before + "^" * max(1, _columns(line[start:end]))]
    return "\n".join(lines) + "\n"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) > 0 for each in text)
