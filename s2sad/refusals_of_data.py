"""Refusals that are about data: memory, containers and objects, parameters and values. How a row reads is said in
`refusals.py`."""

from __future__ import annotations

# key: (what is wrong, what to write instead)
REFUSALS_OF_DATA: dict[str, tuple[str, str]] = {
    # ------------------------------------------------------------ arrays as memory
    "ambiguous_store": (
        "`{name}` may be one of several things, depending on what ran before, and is written into here",
        "a copy, where it gets the name, as in `{name} = x.copy()`; or a store on each branch by the name it has there",
    ),
    "ambiguous_object": (
        "an object or dict gets another name here, depending on what ran before, and is written by its own name before "
        "it is read by that one",
        "a copy, where it gets the name, as in `best = dict(d)` or `best = copy.copy(thing)`; or a new one each time",
    ),
    "number_or_view": (
        "what is read here was taken out of `{name}` before `{name}` was written: it may be a number, which stays, "
        "or a view, which changes; how many axes its arrays have is not known",
        "`float(...)` of the number, or `.copy()` of the view, where it is taken; or lists of arrays of one rank",
    ),
    "ended_loop": (
        "a part of an array or list that was taken out in a loop or branch is used after it, and the whole is written: "
        "which part it was is not known any more",
        "a copy where it is taken out, as in `row = row.copy()`, or `A[i]` where it is used",
    ),
    "augment_number": (
        "`{text}` makes a new array where a number stands, "
        "and changes what stands there if it is an array; which of the two isn't known",
        "`x[i] = x[i] + y` for a number, or lists that hold arrays only",
    ),
    "carried_unset": (
        "`{name}` may be read here as an earlier iteration of the loop has left it, "
        "and may have no value before the loop",
        "`{name} = ...` before the loop, of the same structure",
    ),
    "unknown_owner": (
        "`{text}` may write into memory that has another name too, or into a copy; which one can't be known",
        "the store by the first name of the array (`A[i][j] = ...`), or a `.copy()` where the second name is made",
    ),
    "kept_argument": (
        "`{name}` may be the very array that is given here, and that is written into before the last use of `{name}`",
        "`.copy()` behind the call",
    ),
    "maybe_view": (
        "`{name}` is a view of `{base}` or a copy of it, depending on how `{base}` lies in memory, and is written into",
        "`.copy()` where `{name}` is made, or the store into `{base}`",
    ),
    "vectorize": (
        "np.vectorize {what} is not known to `{f}`'s derivative: a function of numbers is, and with a signature one of "
        "up to three arrays",
        "the loop: `np.array([g(each) for each in np.ravel(x)]).reshape(np.shape(x))`",
    ),
    "vectorize_effects": (
        "np.vectorize calls its function once more at the beginning, to see what it returns, and this one may write or "
        "print",
        "`otypes=[float]`, with which it doesn't; or the loop: `np.array([g(each) for each in x])`",
    ),
    "reduced_otherwise": (
        "np.{name}.reduce isn't np.{name} of one number after the other in every version of NumPy and on every "
        "processor, so that its derivative isn't known",
        "the loop: `for each in x[1:]: y = np.{name}(y, each)`, after `y = x[0]`",
    ),
    "unknown_store": (
        "what `{text}` writes into is not known before `{f}` runs, and a value there needs a gradient",
        "a store into an array, a list or a dict that `{f}` makes or has as a parameter",
    ),
    "array_attribute": (
        "setting `{text}` changes an array in place, under all its names",
        "{instead}",
    ),
    "fill_of_either": (
        "here `{text}` may write into an array without axes, or be about a number, which it leaves as it is",
        "a name of its own for the number, or `np.asarray(...)` where it is made",
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
        "a list that is written down, `items = [a, b]` or `[... for k in range(3)]`, and loops over it, `for each in "
        "items:`; or a new object in its place, as in `items[i] = ...`, or a list for each attribute",
    ),
    "joined_by_index": (
        "{name} joins what is no number or array here, or what has a type that isn't known before `{f}` runs",
        "np.concatenate, np.column_stack or np.append",
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
        "a key that the dict has when this line runs, or `d.get(key, default)`",
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
    "left_open": (
        "`{text}` is of something whose type was left open, and which is taken for a number or an array",
        'its type, in an annotation or as in `--like "p=Point(x=float, y=float)"`, `--like "p={{\'W\': float[:]}}"`',
    ),
    # ------------------------------------------------------------ parameters and values
    "dtype": (
        "`{name}` is an array of Python objects or of records, whose items may be anything",
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
        "{what} share memory in this call, and `{f}` writes into it",
        "a copy of one of the two, as in `{name}.copy()`, in the call",
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
    "solver_steps": (
        "the solution at the steps that `solve_ivp` chose has no derivative but at its ends; here all of it is used",
        "`t_eval=` with the times at which the solution is wanted; or the end alone, `solution.y[:, -1]`",
    ),
    "surface_degree": (
        "{name} is differentiated at numbers or vectors, and gives derivatives below its degree; not so here",
        "vectors of places; and a spline of a higher degree: `kx=3, ky=3`",
    ),
    "spline_degree": (
        "{name} gives derivatives up to its degree, and here the next one is needed",
        "a spline of a higher degree, or BSpline: `BSpline(*splrep(x, y, k=1))`",
    ),
    "spline_points": (
        "`{name}` is differentiated by where it is evaluated and by the values `y`; its points or options vary here",
        "points `x` that don't depend on what is differentiated",
    ),
    "grid_options": (
        "`{name}` is differentiated for linear interpolation of numbers on a grid, and not with these arguments",
        "`method='linear'`, the grid as a tuple of its axes, a number at each point, and the places as one array",
    ),
    "spline_options": (
        "there is no rule for `{name}` with these options: {options}",
        "the spline without them (`interp1d`: `kind` linear, quadratic or cubic; `CubicSpline`: `bc_type` by name)",
    ),
    "spline_vector": (
        "`{name}` is differentiated for values that are numbers, and here they are arrays",
        "a spline for each column of `y`",
    ),
    "sparse_operator": (
        "`{text}` is an operation with a sparse matrix, of which only sums, multiples and products have a rule",
        "the product, and the rest with its result: `y * (A @ x)`; or a matrix of entries that are computed before, "
        "`csr_matrix((y * data, indices, indptr))`",
    ),
    "sparse_form": (
        "a gradient would have to flow to the entries of a `{name}`",
        "`csr_matrix((data, indices, indptr))`, or one of the forms csc and coo",
    ),
    "solver_whole": (
        "what `{name}` returns is used as a whole",
        "its parts, where it is made: `solution = {name}(...)`, then `solution.x`",
    ),
    "factor_whole": (
        "what `{name}` returns is used otherwise than by `{solver}`",
        "`linalg.{instead}`, which has a gradient",
    ),
    "solver_second": (
        "`{name}`, the estimate beside the result, has no rule",
        "the result alone, `...[0]`",
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
        "`{name}` is called inside of `{f}`, of a function or with options that are only known when it runs",
        "a call for each function that it may be, with names or positions as `params`, and without other options",
    ),
    "changed_for_pullback": (
        "a list, dict or object that is written into in `{f}` is an argument of `vjp` or `make_vjp`: its gradients are "
        "those at what it held then",
        "the gradients right away (`gradients_function(g)(x, dy=dy)`), or a copy as the argument",
    ),
    "inner_writes": (
        "`{name}` is written into by a function inside of `{f}`, of which a derivative is taken here",
        "`{name}` as a parameter of the inner function, or a copy of it made there",
    ),
    "skipped_derivative": (
        "a derivative of a function that is made inside of `{f}` is taken here in a condition that may be skipped",
        "the derivative under a name of its own, in a line before the condition",
    ),
    "optional_argument": (
        "`{name}` may be None here or not, and is given to a function of which a derivative is taken",
        "a number in place of None, and another variable that tells which it is",
    ),
    "inner_function": (
        "`{name}` is taken inside of `{f}` of a function that is made there, and calls itself, or has `*args` or "
        "keyword-only parameters",
        "that function at the top level of the module, with what it captures as parameters",
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
