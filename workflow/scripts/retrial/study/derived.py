"""The block `derived` of `study.yaml`: outcomes computed from others by a published rule.

The paper does not print them. The rule's limit is a row of the outside evidence, whose citation is
the formula's source too.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from retrial.study.block import Block, Identifier, Label, Line, Unit
from retrial.study.formula import Formula, FormulaText


class Derived(Block):
    """An outcome computed from the means of others, and the limit that it is held against."""

    id: Identifier
    label: Label
    equals: FormulaText
    units: dict[Identifier, Unit] = Field(description="The unit that the formula takes of each")
    at_most: Identifier = Field(description="A row of the evidence with value_type threshold")
    means: Line = Field(description="What a value up to the limit means: partial remission")

    @model_validator(mode="after")
    def _units_of_all(self) -> Derived:
        names = self.formula.names
        if set(names) != set(self.units):
            raise ValueError(f"one unit for each outcome of the formula ({', '.join(names)})")
        return self

    @property
    def formula(self) -> Formula:
        """The formula, ready to be evaluated."""
        return Formula(self.equals)
