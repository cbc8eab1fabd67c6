"""A formula that ties outcomes to one another, such as `mass / height**2`: read and evaluated.

Only numbers, names, + - * / ** and brackets: nothing is executed.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field

from retrial.study.block import Identifier, Sourced

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_ALLOWED = "numbers, names of outcomes, + - * / ** and brackets, such as mass / height**2"
_LARGEST_POWER = 4


class FormulaError(ValueError):
    """A formula holds something that is not allowed in one."""


@dataclass(frozen=True)
class Formula:
    """A formula as typed; FormulaError where it is none."""

    text: str

    def __post_init__(self) -> None:
        """Refuse what is no formula."""
        _ = self.names

    @cached_property
    def _tree(self) -> ast.expr:
        if len(self.text) > 200:
            raise FormulaError(f"a formula of at most 200 characters: {_ALLOWED}")
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise FormulaError(f"a formula of {_ALLOWED}, not {self.text!r}") from None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The outcomes in it, each once, in their order."""
        found: dict[str, None] = {}
        _walk(self._tree, found)
        if not found:
            raise FormulaError(f"a formula with the name of an outcome in it, not {self.text!r}")
        return tuple(found)

    def __call__(self, values: Mapping[str, float]) -> float:
        """Return the formula's value; ZeroDivisionError where it divides by 0."""
        return _value(self._tree, values)

    @cached_property
    def monomial(self) -> tuple[float, dict[str, int]] | None:
        """(c, exponents) of c * a**i * b**j ...; None where it is a sum of different terms."""
        return _monomial(self._tree)


def _walk(node: ast.expr, found: dict[str, None]) -> None:
    """Collect the names; raise FormulaError for anything but arithmetic."""
    if isinstance(node, ast.Name):
        found[node.id] = None
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _walk(node.left, found)
        _walk(node.right, found)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        if not 1 <= _power(node) <= _LARGEST_POWER:
            raise FormulaError(f"a power from 1 to {_LARGEST_POWER}, as in height**2")
        _walk(node.left, found)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _walk(node.operand, found)
    elif not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        raise FormulaError(f"only {_ALLOWED}")


def _power(node: ast.BinOp) -> int:
    exponent = node.right
    if isinstance(exponent, ast.Constant) and type(exponent.value) is int:
        return exponent.value
    raise FormulaError(f"a whole number from 1 to {_LARGEST_POWER} as power, as in height**2")


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return float(node.value)
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, values)
    left = _value(node.left, values)
    if isinstance(node.op, ast.Pow):
        return left ** _power(node)
    return _OPERATORS[type(node.op)](left, _value(node.right, values))


def _monomial(node: ast.expr) -> tuple[float, dict[str, int]] | None:
    if isinstance(node, ast.Name):
        return 1.0, {node.id: 1}
    if isinstance(node, ast.Constant):
        return float(node.value), {}
    if isinstance(node, ast.UnaryOp):
        inner = _monomial(node.operand)
        return None if inner is None else (-inner[0], inner[1])
    left = _monomial(node.left)
    if left is None:
        return None
    if isinstance(node.op, ast.Pow):
        power = _power(node)
        return left[0] ** power, {name: i * power for name, i in left[1].items()}
    right = _monomial(node.right)
    if right is None:
        return None
    if isinstance(node.op, ast.Mult | ast.Div):
        sign = 1 if isinstance(node.op, ast.Mult) else -1
        if sign < 0 and right[0] == 0:
            return None
        exponents = dict(left[1])
        for name, i in right[1].items():
            exponents[name] = exponents.get(name, 0) + sign * i
        return left[0] * right[0] ** sign, {n: i for n, i in exponents.items() if i}
    if left[1] or right[1]:
        return None
    return _OPERATORS[type(node.op)](left[0], right[0]), {}


def _checked(text: str) -> str:
    Formula(text)
    return text


FormulaText = Annotated[
    str,
    AfterValidator(_checked),
    Field(description="The formula, of outcomes' ids: mass / height**2"),
]


class Tie(Sourced):
    """An outcome that the paper computes from others, and the formula."""

    outcome: Identifier
    equals: FormulaText

    @property
    def formula(self) -> Formula:
        """The formula, ready to be evaluated."""
        return Formula(self.equals)
