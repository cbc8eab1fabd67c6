"""Comparisons of a claim whose numbers are not printed, and what would settle them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrial.stages.sensitivity.comparisons import (
    BETWEEN_ARMS,
    arms_compared,
    printed_values,
)
from retrial.study.claims import Claim, Target
from retrial.trial import Trial

ANALYSIS = "required_effect"


@dataclass(frozen=True)
class Gap:
    """A comparison between two arms that a claim makes at a visit; `printed` arms have a mean."""

    claim: Claim
    target: Target
    visit: float
    arms: tuple[str, str]
    printed: tuple[str, ...]

    def line(self, scenario: str, **cells: object) -> dict:
        """Return one row about this comparison."""
        return {
            "analysis": ANALYSIS,
            "scenario": scenario,
            "claim_id": self.claim.id,
            "outcome": self.target.outcome,
            "visit": self.visit,
            "source": self.claim.source,
            **cells,
        }

    @property
    def sign(self) -> int:
        """Return -1 where the treated arm is to be lower, else 1."""
        return -1 if self.claim.expect == "lower" else 1


def gaps_of(trial: Trial, claim: Claim, target: Target) -> Iterator[Gap]:
    """Yield the comparisons between arms that a claim makes of a measured outcome."""
    arms = arms_compared(trial.study)
    if claim.form not in BETWEEN_ARMS or arms is None or target.counted:
        return
    known = set(trial.summaries["row_id"])
    for visit in target.visits:
        rows = {arm: printed_values(trial, target.outcome, arm, visit) for arm in arms}
        printed = tuple(arm for arm in arms if known & set(rows[arm]["row_id"]))
        yield Gap(claim, target, visit, arms, printed)


def settled_by(trial: Trial, gap: Gap) -> str:
    """Name the figures whose digits would settle a claim."""
    names = [
        figure.source
        for figure in trial.figures
        if figure.status == "pending"
        and any(panel.outcome == gap.target.outcome for panel in figure.panels)
    ]
    return f"{' or '.join(names)} would settle it." if names else "No pending figure shows it."
