"""Refusals that are about code: statements, names, calls, control flow. How a row reads is said in `refusals.py`."""

from __future__ import annotations

RULE = "a rule for it, with @s2sad.partials or @s2sad.adjoint"

# key: (what is wrong, what to write instead)
REFUSALS_OF_CODE: dict[str, tuple[str, str]] = {
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
        "this statement, or its adjoint, may write or add into elements that other iterations over `{index}` use, so "
        "they can't run side by side",
        "`range` for `prange`, so that they run one after the other, or an index here that begins with `{index}`",
    ),
    "prange_carried": (
        "`{variable}` is handed on from an iteration to the next one or to what follows the loop, so the "
        "iterations can't run side by side",
        "`range` for `prange`, so that they run one after the other, or a sum, `{variable} += ...`, if it is one",
    ),
    "prange_form": (
        "iterations with {form} in them don't run side by side",
        "`range` for `prange`, so that they run one after the other, or a loop without {form}",
    ),
    "prange_call": (
        "`{call}` may change what other iterations use, so they can't run side by side",
        "`range` for `prange`, so that they run one after the other, or what it does in place of the call",
    ),
    "prange_list": (
        "the iterations over `{index}` put their items into `{list}` in their order, so they can't run side by side",
        "an array of the length of the loop, `{list}[{index}] = ...`, or `range` for `prange`, so that they run one "
        "after the other",
    ),
    "prange_saved": (
        "the reverse sweep needs `{saved}` of each iteration, and how much room that takes isn't known before, so "
        "the iterations can't run side by side",
        "`range` for `prange`, so that they run one after the other, or numbers in place of arrays, and inner loops "
        "whose lengths are the same in each iteration",
    ),
    "prange_step": (
        "`prange` runs its iterations side by side only where its step is 1",
        "`range` for `prange`, so that they run one after the other, or a `prange` without a step",
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
    "lifted_nonlocal": (
        "a function that is called here from outside of `{f}`, by a library or for a derivative of its own, assigns to "
        "`{name}` of a function around it",
        "the function without the assignment; how often it is called is not up to `{f}`",
    ),
    "nonlocal_recursion": (
        "`{called}` calls itself and assigns to `{name}` of a function around it, which is a function, "
        "or has no value yet",
        "a value for `{name}` before the call; or a function as a parameter of `{called}`",
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
    "deepcopy": (
        "what `{text}` copies may hold one array or list twice, or isn't known, and it needs a gradient",
        "copies of the arrays in it: `[each.copy() for each in items]`",
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
    "cached_memory": (
        "`{name}` keeps its results, and gives the same list, array or object each time that it is called",
        "`{name}.__wrapped__(...)`, which makes a new one, or a tuple as its result",
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
    "bounded_deque": (
        "`{sign}` of a deque that has a `maxlen`",
        "`list(q)` with `{sign}`, if a list will do, or `q.copy()` and `extend`",
    ),
    "dict_method": (
        "`.{name}` of a dict, where its values need a gradient",
        "`d[key] = value` and `d[key]` with keys that are written out",
    ),
    "rule_keyword": (
        "the rule for `{name}` doesn't know this use of it ({keywords})",
        "{instead}, or another " + RULE.removeprefix("a "),
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
        "`{name}` has a gradient of its own, and no tangent: forward mode can't run it",
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
        "the dataclass `{name}` has arguments that are no fields (`InitVar`)",
        "a dataclass whose arguments are its fields; or a plain class with an `__init__`",
    ),
    "own_protocol": (
        "the class `{name}` has its own way of {what}, which `{text}` would have to follow",
        "a class whose instances are made by `__init__`, with plain attributes, properties and methods",
    ),
    "extreme_key": (
        "`{name}` of something other than a list, a tuple or an array",
        "`{name}` of a list; or a loop with an `if` that compares",
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
        "`{name}` calls itself, and what it returns can't be known before it runs",
        "an `if` that returns a value directly, before the call, and numbers, arrays or tuples of them as the result",
    ),
    "operator": (
        "`{text}` has an operator without a derivative for these operands",
        "an arithmetic operator, or the method that does it, called by its name",
    ),
    "joined_or_added": (
        "whether `{text}` joins lists or tuples, or does arithmetic, is not known",
        "numbers and arrays only, or lists and tuples only, in this place of the list or dict",
    ),
    "rule_fails": (
        "the rule for `{name}` fails here: {error}",
        "{instead}, or a better rule, with @s2sad.partials or @s2sad.adjoint",
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
    "no_such_equivalent": (
        "{call} gives its items in a way that isn't followed here",
        "a loop, or a comprehension, that makes them",
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
    "long_tuple": (
        "a loop over a tuple or dict of more than 64 items",
        "a list or an array",
    ),
    "iterator": (
        "an iterator that is used up step by step can't be followed",
        "a list, and an index into it",
    ),
    "generator_recursion": (
        "{name} is a generator that calls itself",
        "a function that returns a list, `values.append(...)` in place of `yield ...`, or a loop with a stack",
    ),
    "endless": (
        "what gives items without an end would have to be made a list here",
        "`range(n)`, and an index: `items[k % len(items)]` for `itertools.cycle(items)`",
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
    "exception_value": (
        "`{text}` is read from an exception that holds a value which needs a gradient, and no gradient flows through "
        "exceptions",
        "a variable that is set before the `raise`, or the value as a result, `return ...`",
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
    "checkpoint_outside": (
        "`{name}`, which is made outside of `{f}`, changes while or after a checkpointed part of `{f}` uses it",
        "what the part needs of it in a variable of `{f}`, before that part: `own = {name}.copy()`",
    ),
    "with_swallows": (
        "the context `{text}` may end an exception, so that what follows runs after a part of what is in it",
        "`try:` and `except ...:`, or the statements without the `with`",
    ),
    "with_target": (
        "`with ... as` something else than a name",
        "`with ... as name:`, and `... = name` as the first statement inside",
    ),
}
