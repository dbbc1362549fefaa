"""Every small wrong change that `tools.mutate` may make to a module: a mutant for each place.

The changes are those of cosmic-ray (numbers, comparisons, arithmetic, and/or, not, break/continue,
conditions), and more: a name in quotes spoiled, a keyword argument left out, a call left out,
`return None`. Sentences, annotations, decorators and what merely names things stay as they are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

PACKAGES = ("ocr_utils", "ocr_data", "ocr_lessons", "ocr_output", "ocr_vision")  # are drawn from
SWAPS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Add,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.USub: (ast.UAdd,),
}
LEFT_ALONE = (ast.JoinedStr, ast.Import, ast.ImportFrom)  # f-strings are sentences


@dataclass(frozen=True, order=True)
class Mutant:
    """One change: bytes start..end of the module become `new`."""

    path: str
    line: int
    start: int
    end: int
    old: str
    new: str

    def apply(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.path}:{self.line}: {old} -> {new}"


def mutants_of(path: str, source: bytes) -> list[Mutant]:
    """All mutants of a module, in the order of their places.

    >>> for mutant in mutants_of("a.py", b"if a < 1: b = f(c=2)"):
    ...     print(mutant)
    a.py:1: a < 1 -> (a <= 1)
    a.py:1: a < 1 -> (a > 1)
    a.py:1: a < 1 -> not (a < 1)
    a.py:1: 1 -> (2)
    a.py:1: f(c=2) -> f()
    a.py:1: 2 -> (3)
    """
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node, changed in _changes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        old = source[start:end].decode()
        found.append(Mutant(path, node.lineno, start, end, old, changed))
    return sorted(set(found), key=lambda mutant: (mutant.start, -mutant.end, mutant.new))


def _changes(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Each node that can be changed, with the text that takes its place."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, LEFT_ALONE) or _is_left_alone(tree, node):
            continue
        if isinstance(node, ast.expr):
            yield from ((node, f"({text})") for text in _expressions(node))
        if isinstance(node, ast.Call):
            yield from _shorter_calls(node)
        yield from _statements(node)
        yield from _changes(node)


def _is_left_alone(parent: ast.AST, node: ast.AST) -> bool:
    """Docstrings, annotations, decorators, and comparisons with `__name__`."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(parent, ast.FunctionDef | ast.ClassDef):
        return node in parent.decorator_list or node is getattr(parent, "returns", None)
    if isinstance(parent, ast.arg | ast.AnnAssign) and node is parent.annotation:
        return True
    return isinstance(node, ast.Compare) and "__name__" in ast.unparse(node)


def _expressions(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield ast.unparse(node.operand)
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp):
        for other in SWAPS.get(type(node.op), ()):
            yield _with(node, op=other())
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in SWAPS[type(operator)]:
                yield _with(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])


def _constants(value) -> Iterator[str]:
    if isinstance(value, bool):
        yield repr(not value)
    elif isinstance(value, int | float):
        yield repr(value + 1)
    elif isinstance(value, str) and value and " " not in value:  # a name or a mark, no sentence
        yield repr(f"XX{value}")


def _shorter_calls(node: ast.Call) -> Iterator[tuple[ast.AST, str]]:
    for keyword in node.keywords:
        others = [other for other in node.keywords if other is not keyword]
        yield node, _with(node, keywords=others)


def _statements(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield node, "pass"
    elif isinstance(node, ast.Return) and node.value and ast.unparse(node) != "return None":
        yield node, "return None"
    elif isinstance(node, ast.Break | ast.Continue):
        yield node, "continue" if isinstance(node, ast.Break) else "break"
    elif isinstance(node, ast.AugAssign):
        for other in SWAPS.get(type(node.op), ()):
            yield node, _with(node, op=other())
    elif isinstance(node, ast.If | ast.While | ast.IfExp) and not _is_main(node.test):
        yield node.test, f"not ({ast.unparse(node.test)})"


def _is_main(test: ast.expr) -> bool:
    return "__name__" in ast.unparse(test)


def _with(node: ast.AST, **fields) -> str:
    """The source of the node with some fields changed."""
    return ast.unparse(type(node)(**{**dict(ast.iter_fields(node)), **fields}))
