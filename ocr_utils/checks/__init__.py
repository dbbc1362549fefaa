"""Checks of the exercises: each prints what was expected and what came, never a traceback."""

from collections.abc import Callable


def check(title: str, run: Callable[[], object], expected, same=None) -> None:
    """Run a learner's answer and print one line: PASS, TODO, or what was expected and what came.

    run: calls the learner's function; a result of None or Ellipsis counts as not begun.
    same(result, expected) -> bool: how the two are compared; == where not given.

    >>> check("double(2)", lambda: 4, 4)
    PASS  double(2) is 4
    >>> check("double(2)", lambda: None, 4)
    TODO  double(2): nothing returned yet, expected 4
    >>> check("double(2)", lambda: 5, 4)
    TRY AGAIN  double(2): expected 4, got 5
    >>> check("double(2)", lambda: 1 / 0, 4)
    TRY AGAIN  double(2): expected 4, got ZeroDivisionError: division by zero
    """
    try:
        result = run()
        right = (same or (lambda a, b: a == b))(result, expected) if result is not None else False
    except Exception as error:
        print(f"TRY AGAIN  {title}: expected {expected!r}, got {type(error).__name__}: {error}")
        return
    if result is None or result is Ellipsis:
        print(f"TODO  {title}: nothing returned yet, expected {expected!r}")
    elif right:
        print(f"PASS  {title} is {expected!r}")
    else:
        print(f"TRY AGAIN  {title}: expected {expected!r}, got {result!r}")
