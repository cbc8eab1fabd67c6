"""`constraints.yaml` as data: the paper's sentences about curves that only a figure shows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from retrial import plainyaml
from retrial.study.models import Block, Identifier, Sourced

Relation = Literal[
    "at_or_below_baseline",
    "at_or_above_baseline",
    "below_baseline",
    "above_baseline",
    "lowest_at",
    "highest_at",
    "decreasing",
    "increasing",
    "below_other_arm",
    "above_other_arm",
    "significant",
]
NOT_ABOVE_BASELINE = ("at_or_below_baseline", "below_baseline")
NOT_BELOW_BASELINE = ("at_or_above_baseline", "above_baseline")


class Constraint(Sourced):
    """A sentence of the paper about a curve whose numbers are only in a figure.

    `below_baseline` and the like are strict in words; numbers cannot tell them from 'at or below'.
    `significant` stands for the printed p of another claim, at all of that claim's visits.
    """

    id: Identifier
    relation: Relation
    outcome: Identifier | None = None
    arm: Identifier | None = None
    visits: list[float] = Field(default=[], description="Where the relation holds")
    among: list[float] = Field(
        default=[],
        description="The visits that a lowest or highest value is sought among; left out: all",
    )
    claim: Identifier | None = Field(
        default=None, description="For `significant`: the claim whose printed p limits other claims"
    )

    @model_validator(mode="after")
    def _relation_is_complete(self) -> Constraint:
        by_claim = self.relation == "significant"
        needed = ("claim",) if by_claim else ("outcome", "arm", "visits")
        unused = ("outcome", "arm", "visits", "among") if by_claim else ("claim",)
        extreme = self.relation in ("lowest_at", "highest_at")
        unused += () if extreme else ("among",)
        missing = [key for key in needed if getattr(self, key) in (None, [])]
        if missing:
            raise ValueError(f"the relation '{self.relation}' needs {', '.join(missing)}")
        idle = [key for key in dict.fromkeys(unused) if getattr(self, key) not in (None, [])]
        if idle:
            raise ValueError(f"the relation '{self.relation}' takes no {', '.join(idle)}")
        if self.relation in ("decreasing", "increasing") and len(set(self.visits)) < 2:
            raise ValueError(f"the relation '{self.relation}' needs at least two visits")
        if extreme and len(self.visits) != 1:
            raise ValueError(f"the relation '{self.relation}' needs one visit")
        return self


class Constraints(Block):
    """`constraints.yaml`."""

    constraints: list[Constraint] = Field(default=[])


def load_constraints(path: Path | str) -> list[Constraint]:
    """Return the constraints of a validated `constraints.yaml`, in the file's order."""
    return Constraints.model_validate(plainyaml.load(path)).constraints
