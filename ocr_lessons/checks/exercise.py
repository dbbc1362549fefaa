"""The frame of every exercise: it compares with a solution, names the mistake, gives hints."""

import contextlib
import copy
import io
from collections.abc import Callable, Mapping

import numpy as np


class Exercise:
    """One exercise; called with the learner's function it prints PASS, TODO or TRY AGAIN.

    title: what the function is called in sentences, such as "longest_word".
    solve: the solution, a function of one case's inputs.
    cases: a function that makes the cases anew at every call, a list of tuples of inputs.
    mistakes: a sentence to the learner -> the wrong function that it belongs to.
    hints: shown one after the other, one at each further try.
    same(given, right) -> bool: how answers are compared; `alike` where not given.
    show(*inputs) -> str: how a case is printed; repr of the inputs where not given.
    facts(answer): what of an answer is compared and printed; the answer itself where not given.

    >>> double = Exercise("double", lambda x: 2 * x, lambda: [(1,), (2,), (5,)],
    ...                   {"That is the square: multiply by two.": lambda x: x * x},
    ...                   hints=("What is two times x?", "x + x"))
    >>> double(lambda x: x + x)
    PASS  double: right in 3 of 3 cases.
    >>> double(lambda x: None)
    TODO  double: nothing returned yet. Replace the dots by your code and end with `return`.
    >>> double(lambda x: x * x)
    TRY AGAIN  double(1) should give 2, yours gives 1.
    That is the square: multiply by two.
    >>> double(lambda x: 1 / 0)
    TRY AGAIN  double(1) should give 2, yours stops with ZeroDivisionError: division by zero.
    Hint: x + x
    """

    def __init__(
        self,
        title: str,
        solve: Callable,
        cases: Callable[[], list[tuple]],
        mistakes: Mapping[str, Callable],
        hints: tuple[str, ...],
        same: Callable | None = None,
        show: Callable | None = None,
        facts: Callable | None = None,
    ):
        self.title, self.solve, self.cases = title, solve, cases
        self.mistakes, self.hints = dict(mistakes), hints
        self.same, self.show, self.facts = same or alike, show or _show, facts
        self.tries = 0

    def __call__(self, answer: Callable) -> None:
        cases = self.cases()
        right = [self._answer(self.solve, case) for case in cases]
        given = [self._answer(answer, case) for case in cases]
        wrong = [i for i in range(len(cases)) if not self._agree(given[i], right[i])]
        if not wrong:
            print(f"PASS  {self.title}: right in {len(cases)} of {len(cases)} cases.")
            return
        if all(_nothing(one) for one in given):
            self._nothing_returned(given)
            return
        self.tries += 1
        worst = wrong[0]
        what = given[worst].sentence()
        call = f"{self.title}({self.show(*copy.deepcopy(cases[worst]))})"
        print(f"TRY AGAIN  {call} should give {_short(right[worst].value)}, yours {what}.")
        print(self._advice(cases, given))

    def _nothing_returned(self, given) -> None:
        if any(one.printed for one in given):
            print(f"TODO  {self.title}: it prints its result. Give it back with `return`.")
        else:
            print(
                f"TODO  {self.title}: nothing returned yet. "
                "Replace the dots by your code and end with `return`."
            )

    def _advice(self, cases, given) -> str:
        """The sentence of the mistake that gives the same answers, else the next hint."""
        for sentence, mistaken in self.mistakes.items():
            pairs = zip(given, cases, strict=True)
            if all(self._agree(one, self._answer(mistaken, case)) for one, case in pairs):
                return sentence
        return f"Hint: {self.hints[min(self.tries, len(self.hints)) - 1]}"

    def _answer(self, function: Callable, case: tuple) -> "_Outcome":
        """Call with copies, so that no answer can change the data of the next."""
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                value = function(*copy.deepcopy(case))
                if self.facts and not (value is None or value is Ellipsis):
                    value = self.facts(value)
        except Exception as error:
            return _Outcome(error=error, printed=printed.getvalue())
        return _Outcome(value, printed=printed.getvalue())

    def _agree(self, a: "_Outcome", b: "_Outcome") -> bool:
        if a.error or b.error:
            return type(a.error) is type(b.error)
        try:
            return bool(self.same(a.value, b.value))
        except Exception:  # an answer of a kind that cannot be compared is not the right one
            return False


class _Outcome:
    """What a function gave for one case: a value or an error, and what it printed."""

    def __init__(self, value=None, error: Exception | None = None, printed: str = ""):
        self.value, self.error, self.printed = value, error, printed

    def sentence(self) -> str:
        if self.error:
            return f"stops with {type(self.error).__name__}: {str(self.error)[:200]}"
        return f"gives {_short(self.value)}"


def _nothing(outcome: _Outcome) -> bool:
    return outcome.error is None and (outcome.value is None or outcome.value is Ellipsis)


def alike(given, right) -> bool:
    """Equal: numbers within 1e-6, arrays by shape and value, lists and tuples one by one.

    >>> alike(0.1 + 0.2, 0.3), alike([1, 2], (1, 2)), alike("a", 1), alike(True, 1)
    (True, True, False, False)
    """
    if isinstance(right, str | bytes | bool | np.bool_) or right is None:
        kinds = (bool, np.bool_) if isinstance(right, bool | np.bool_) else type(right)
        return isinstance(given, kinds) and given == right
    if isinstance(right, dict):
        same_keys = isinstance(given, dict) and set(given) == set(right)
        return same_keys and all(alike(given[key], right[key]) for key in right)
    if isinstance(right, list | tuple):
        return len(given) == len(right) and all(map(alike, given, right))
    if isinstance(right, int | float | np.number | np.ndarray):
        if isinstance(given, bool | np.bool_ | str):
            return False
        a, b = np.asarray(given), np.asarray(right)
        numbers = a.dtype.kind in "iuf" and a.shape == b.shape
        return numbers and bool(np.allclose(a, b, atol=1e-6))
    return bool(given == right)


def _show(*inputs) -> str:
    return ", ".join(_short(value) for value in inputs)


def _short(value) -> str:
    """A value in one line of at most 160 characters."""
    if isinstance(value, np.ndarray) and value.size > 12:
        return f"an array {value.shape} {value.dtype}"
    text = " ".join(repr(value).split())
    return text if len(text) <= 160 else f"{text[:157]}..."
