"""An outcome of `study.yaml`: what was measured or counted, its limits, where it is reported."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from retrial.study.block import Block, Identifier, Label, Line, Unit

Level = Literal["primary", "secondary", "other"]


class Bounds(Block):
    """Limits that every individual value must respect, in the outcome's unit."""

    lower: float | None = None
    upper: float | None = None
    completed_units: bool = Field(
        default=False,
        description="The upper limit may count completed units (age in years): allow one more",
    )
    source: str = Field(min_length=3, max_length=400)
    quote: Line | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Bounds:
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise ValueError(f"lower ({self.lower}) must be below upper ({self.upper})")
        return self


class CitedCorrelation(Block):
    """How strongly two visits of one patient correlate, by evidence outside the paper."""

    low: float = Field(gt=-1, lt=1)
    high: float = Field(gt=-1, lt=1)
    source: str = Field(min_length=3, max_length=400)

    @model_validator(mode="after")
    def _ordered(self) -> CitedCorrelation:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must not be above high ({self.high})")
        return self


class LeastSD(Block):
    """The least standard deviation that patients of this outcome can sensibly have."""

    value: float = Field(gt=0, description="In the outcome's unit")
    source: str = Field(min_length=3, description="Why: the assay's resolution, a cited cohort")


class Outcome(Block):
    """A measured quantity or a set of counted categories.

    `reported` says where the paper gives its results: as numbers (`yes`), only in a figure
    (`figure`), or nowhere (`no`: announced or measured, and no result after treatment began).
    """

    id: Identifier
    label: Label
    unit: Unit
    kind: Literal["continuous", "counts"]
    better: Literal["lower", "higher", "none"]
    integer: bool = False
    natural_bounds: Bounds | None = None
    eligibility_bounds: Bounds | None = Field(
        default=None, description="Limits set by the inclusion criteria; they hold at visit 0"
    )
    physiological_bounds: Bounds | None = Field(
        default=None,
        description=(
            "Limits that the mean of patients can sensibly have, by a source; they exclude no "
            "reading, and bounds by them stand beside those by arithmetic"
        ),
    )
    correlation: CitedCorrelation | None = Field(
        default=None, description="Of two visits of a patient; left out: the configured grid"
    )
    ordered: list[Identifier] = Field(
        default=[], description="For counts: the categories from low to high, if they have an order"
    )
    least_sd: LeastSD | None = Field(
        default=None, description="Left out: one unit of the mean's last printed decimal"
    )
    level: Level = Field(default="other", description="The end point that it belongs to")
    reported: Literal["yes", "figure", "no"] | None = Field(
        default=None, description="Left out: yes with a row of it, else figure"
    )
    source: Line | None = Field(default=None, min_length=3, description="Where it is announced")
    quote: str | None = Field(default=None, min_length=3, max_length=400)

    @model_validator(mode="after")
    def _in_order(self) -> Outcome:
        if self.ordered and self.kind != "counts":
            raise ValueError("only an outcome of kind 'counts' has ordered categories")
        if self.ordered and (len(self.ordered) < 2 or len(set(self.ordered)) < len(self.ordered)):
            raise ValueError("'ordered' needs two or more categories, each once")
        return self

    @model_validator(mode="after")
    def _announced(self) -> Outcome:
        missing = [key for key in ("source", "quote") if getattr(self, key) is None]
        if len(missing) == 1:
            raise ValueError(f"source and quote, or neither: here {missing[0]} is left out")
        if missing and self.reported in ("figure", "no"):
            raise ValueError(
                f"'reported: {self.reported}' needs source and quote: where the paper announces it"
            )
        if missing and self.level != "other":
            raise ValueError(f"'level: {self.level}' needs source and quote")
        return self
