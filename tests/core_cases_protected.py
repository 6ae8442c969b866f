"""More functions for the tests of the core form: `try` and `with`, and jumps out of them."""

import math
from contextlib import suppress

from tests.core_cases import lists, noisy, numbers


class Failing:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        raise ValueError("on the way out")


# try and with


@numbers
def return_in_try(x):
    try:
        print("try")
        return 1 / x
    except ZeroDivisionError as error:
        print(error)
        return "inf"
    finally:
        print("finally")


@numbers
def return_in_handler(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        return None
    y += 1
    print(y)
    return y


@numbers
def try_else(x):
    try:
        if x == 5:
            return "five"
        y = 1 / x
    except ZeroDivisionError:
        y = 0
    else:
        print("else")
        if y > 0.5:
            return "more"
    finally:
        print("finally")
    return y


@lists
def jumps_in_try_in_loop(xs):
    for x in xs:
        try:
            if x < 0:
                break
            if x == 1:
                continue
            y = 6 / x
        except ZeroDivisionError:
            print("zero")
            continue
        else:
            print("else", y)
        finally:
            print("finally", x)
        print("after", y)
    else:
        return "all"
    return x


@numbers
def return_in_finally(x):
    try:
        y = 1 / x
        if x == 1:
            return "try"
    finally:
        if not x > 1:
            return "finally"
    return y


@lists
def jumps_in_finally(xs):
    for x in xs:
        try:
            print(1 / x)
            if x == 2:
                return x
        finally:
            if x == 0:
                continue
            if x < 0:
                break
            print("end of finally")
    return "out"


@numbers
def finally_changes_value(x):
    y = [x]
    try:
        return y[0] + 1
    finally:
        y[0] = 100
        print(y)


@numbers
def return_in_with(x):
    with noisy("a"), noisy("b") as b:
        if x > 0:
            return b
        print("inside")
    with noisy("c"):
        return x


@numbers
def swallowing_with(x):
    with suppress(ZeroDivisionError):
        return 1 / x
    return "swallowed"


@numbers
def swallowing_with_at_the_end(x):
    with suppress(ZeroDivisionError):
        return 1 / x


@numbers
def return_lost_on_the_way_out(x):
    with suppress(ValueError):
        with Failing():
            if x > 0:
                return "lost"
        print("never")
    return "after"


@numbers
def return_lost_among_two_managers(x):
    with suppress(ValueError), Failing():
        return "lost"


@lists
def break_lost_in_try(xs):
    for x in xs:
        try:
            with Failing():
                if x > 1:
                    break
                if x < 0:
                    continue
        except ValueError as error:
            print(x, error)
        else:
            print("else")
    else:
        return "no break"
    return x


@lists
def break_in_with(xs):
    for x in xs:
        with noisy(x):
            if x == 1:
                continue
            if x == 2:
                break
            if x < 0:
                return "negative"
        print("after", x)
    return xs


@numbers
def try_in_try(x):
    try:
        try:
            if x > 1:
                return 10 / (x - 5)
            raise KeyError(x)
        except ZeroDivisionError:
            print("inner")
            raise ValueError("again") from None
        finally:
            print("inner finally")
    except KeyError as error:
        return str(error)
    except ValueError:
        pass
    return "end"
