"""The study folder as data: what a person writes about one published trial.

Each class is one block of `study.yaml`; blocks of their own modules are outcomes
(`retrial.study.outcomes`, `retrial.study.derived`, `retrial.study.formula`), facts of the design
(`retrial.study.design`) and natural remission (`retrial.study.remission`), and those of
`claims.yaml`, `constraints.yaml` and `figures/figures.yaml` (`retrial.study.claims`,
`retrial.study.constraints`, `retrial.study.figures`). Unknown keys are
errors: a misspelt key must never be silently ignored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from retrial import plainyaml
from retrial.study.block import Block, Identifier, Label, Line, Sourced, Text
from retrial.study.derived import Derived
from retrial.study.design import Fact
from retrial.study.formula import Tie
from retrial.study.outcomes import Outcome
from retrial.study.remission import NaturalRemission
from retrial.vocabulary import READINGS

VisitUnit = Literal["days", "weeks", "months", "years"]
# Months in one unit of a visit: a year has 365.25 days.
MONTHS = {"days": 12 / 365.25, "weeks": 84 / 365.25, "months": 1.0, "years": 12.0}
Reading = Literal[tuple(code for code in READINGS if code != "as_labelled")]
ErrorLabel = Literal["sem", "sd", "ci95", "iqr", "range", "none"]


class Arm(Sourced):
    """One randomized group."""

    id: Identifier
    label: Label
    role: Literal["treatment", "control"]
    n: int = Field(ge=2, description="Number randomized")


class Dropout(Sourced):
    """Patients who left an arm, between two visits."""

    arm: Identifier
    count: int = Field(ge=1)
    last_visit: float = Field(ge=0, description="Last visit at which they were certainly in")
    first_missing: float = Field(gt=0, description="First visit at which they were certainly out")
    describes: Line


class StatedErrorLabel(Sourced):
    """What the paper says its error terms are."""

    label: ErrorLabel


class Contradiction(Block):
    """One thing that the paper prints in two versions: an axis of the multiverse."""

    id: Identifier
    label: Label
    versions: dict[Identifier, Line] = Field(min_length=2)


class KnownValue(Sourced):
    """A single patient's value that the paper prints."""

    outcome: Identifier
    visit: float = Field(ge=0)
    value: float


class NonResponder(Block):
    """One patient whom the paper calls a non-responder."""

    describes: Line
    known: list[KnownValue] = []


class NonResponders(Sourced):
    """The patients of one arm whom the paper calls non-responders."""

    arm: Identifier
    members: list[NonResponder] = Field(min_length=1)


class ReportedTest(Sourced):
    """A significance test that the paper says it ran."""

    method: Line
    used_for: Line


class RiskOfBias(Block):
    """What the paper states, and does not, in one RoB 2 domain."""

    domain: Line
    stated: Text
    not_stated: Text
    source: Line
    quote: Line


class Study(Block):
    """`study.yaml`."""

    id: Identifier
    title: Line
    citation: Text
    doi: str = Field(pattern=r"^10\.\d{4,9}/\S+$|^$")
    simulated: bool
    about: Text
    sales_about: Text | None = Field(
        default=None, description="Who makes the sales claims, and to whom the trial applies"
    )
    arms: list[Arm] = Field(min_length=2)
    visits: list[float] = Field(min_length=1)
    visit_unit: VisitUnit = Field(default="months", description="What `visits` count")
    visits_stated: Sourced
    error_label: StatedErrorLabel
    dropouts: list[Dropout] = []
    outcomes: list[Outcome] = Field(min_length=1)
    formulas: list[Tie] = []
    derived: list[Derived] = []
    contradictions: list[Contradiction] = []
    nonresponders: NonResponders | None = None
    natural_remission: NaturalRemission | None = None
    reported_tests: list[ReportedTest] = []
    design: list[Fact] = []
    risk_of_bias: list[RiskOfBias] = []

    @model_validator(mode="after")
    def _remission_in_months(self) -> Study:
        if self.natural_remission is not None and self.visit_unit != "months":
            raise ValueError(
                "'natural_remission' counts in months: visits must too, with visit_unit months"
            )
        return self

    @property
    def visit_word(self) -> str:
        """The unit of one visit: `month`, `week`."""
        return self.visit_unit.removesuffix("s")

    def visit_name(self, visit: float) -> str:
        """Return a visit in words, such as `month 6` or `week 12`."""
        return f"{self.visit_word} {visit:g}"

    def in_months(self, visit: float) -> float:
        """Return the time of a visit in months, as outside evidence counts it."""
        return visit * MONTHS[self.visit_unit]

    def outcome(self, outcome_id: str) -> Outcome:
        """Return the outcome with this id; KeyError when the study has none."""
        return {o.id: o for o in self.outcomes}[outcome_id]

    def arm(self, role: Literal["treatment", "control"]) -> Arm:
        """Return the first arm in this role; KeyError when the study has none."""
        return {a.role: a for a in reversed(self.arms)}[role]

    def available(self, arm_id: str, visit: float) -> tuple[int, int]:
        """Return the least and the greatest number of patients in an arm at a visit."""
        n = next(a.n for a in self.arms if a.id == arm_id)
        gone = [d for d in self.dropouts if d.arm == arm_id]
        surely = sum(d.count for d in gone if visit >= d.first_missing)
        perhaps = sum(d.count for d in gone if visit > d.last_visit)
        return n - perhaps, n - surely


def load_study(path: Path | str) -> Study:
    """Return a validated `study.yaml`; pydantic.ValidationError when it is not one."""
    return Study.model_validate(plainyaml.load(path))
