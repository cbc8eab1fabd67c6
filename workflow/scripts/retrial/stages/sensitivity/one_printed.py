"""The mean that a claim needs in one arm, where only the other arm's is printed.

Two cases: error bars as long in both arms, by the paper's test; and whatever the spread in the arm
that is not printed, by the defensible test that suits the claim best. Either is held against what
the paper says of that arm.
"""

from __future__ import annotations

from dataclasses import dataclass

from retrial.comparisons.selection import Mean, row_ids
from retrial.comparisons.support import threshold
from retrial.stages.audit.spread import limits, tightest
from retrial.stages.sensitivity.comparisons import (
    equal_variances,
    means_at,
    printed_values,
    two_sample_methods,
)
from retrial.stages.sensitivity.gaps import Gap, gaps_of, settled_by
from retrial.stats.means import required_difference
from retrial.stats.partial.effects import least_difference
from retrial.stats.precision import known_interval
from retrial.stats.summaries import sd_from_error
from retrial.study.constraints import NOT_ABOVE_BASELINE, NOT_BELOW_BASELINE
from retrial.trial import Trial
from retrial.wording import READING_NAMES, number, sources

SCENARIOS = {
    "equal_bars": "with error bars as long as those printed",
    "any_other_sd": "whatever the spread in that arm",
}
DIRECTED = ("lower", "higher")


@dataclass(frozen=True)
class Case:
    """One printed mean, the arm across from it and its n, and what is assumed of its spread."""

    gap: Gap
    mean: Mean
    other: str
    n: int
    scenario: str
    level: float

    @property
    def side(self) -> int:
        """Return 1 where the claim needs the other arm's mean above the printed one, else -1."""
        return self.gap.sign if self.other == self.gap.arms[0] else -self.gap.sign

    @property
    def needed(self) -> float:
        """Return the difference at which p equals the level."""
        return self._difference(self.mean.error)

    @property
    def kindest(self) -> float:
        """Return the mean needed when mean and error term are rounded as suits the claim best."""
        least = max(self.mean.error_interval[0], 0.0)
        off = self._difference(least) - (self.mean.mean_interval[1] - self.mean.mean)
        return self.mean.mean + self.side * off

    def _difference(self, error: float) -> float:
        n, reading = self.mean.n, self.mean.reading
        here = sd_from_error(error, n, reading)
        if self.scenario == "any_other_sd":
            return least_difference(here, n, self.n, self.level, self.methods)
        there = sd_from_error(error, self.n, reading)
        equal = equal_variances(self.gap.claim)
        return required_difference(here, n, there, self.n, self.level, equal)

    @property
    def methods(self) -> list[str]:
        """Return the tests that the scenario takes."""
        claim = self.gap.claim
        if self.scenario == "any_other_sd":
            return two_sample_methods(claim)
        return ["student_t" if equal_variances(claim) else "welch_t"]


def required_means(trial: Trial, alpha: float, readings: list[str]) -> list[dict]:
    """Return the rows of `required_effect` that start from one arm's printed mean."""
    return [
        row
        for claim in trial.claims
        for target in claim.targets
        for gap in gaps_of(trial, claim, target)
        if len(gap.printed) == 1
        for row in means_needed(trial, gap, readings, threshold(claim, alpha))
    ]


def means_needed(trial: Trial, gap: Gap, readings: list[str], level: float) -> list[dict]:
    """Return the other arm's mean that the claim needs, for equal error bars and for any spread.

    Under every reading, those that are impossible here among them, marked as such: what a label
    would ask of the numbers is also an argument on the label.
    """
    (here,), rows = gap.printed, []
    other = next(arm for arm in gap.arms if arm != here)
    n = trial.study.available(other, gap.visit)[1]
    found = means_at(trial, gap.target.outcome, [(here, gap.visit)], readings)
    for version, reading, (mean,) in found if n >= 2 else []:
        marked = "" if mean.admissible else ", which is inadmissible here"
        for scenario in SCENARIOS:
            case = Case(gap, mean, other, n, scenario, level)
            directed = gap.claim.expect in DIRECTED
            rows.append(
                gap.line(
                    scenario,
                    reading=reading,
                    version=version or None,
                    estimate=gap.sign * case.needed,
                    threshold=mean.mean + case.side * case.needed if directed else case.needed,
                    admissible=mean.admissible,
                    detail=f"Read as {READING_NAMES[reading]}{marked}, {_needs(trial, case)}"
                    f"{_held_against(trial, case) if directed else ''} {settled_by(trial, gap)}",
                    source=sources(mean.source, gap.claim.source),
                    row_ids=row_ids(mean),
                )
            )
    return rows


def _needs(trial: Trial, case: Case) -> str:
    """Say which mean the claim needs in the other arm."""
    label = next(arm.label for arm in trial.study.arms if arm.id == case.other)
    mean, spread = case.mean.mean, SCENARIOS[case.scenario]
    low, high = number(mean - case.needed), number(mean + case.needed)
    if case.gap.claim.expect == "no_difference":
        return f"a mean of {label} from {low} to {high} is not significantly apart, {spread}."
    least = "least" if case.side > 0 else "most"
    where = f"of at {least} {high if case.side > 0 else low}"
    if case.gap.claim.expect not in DIRECTED:
        where = f"below {low} or above {high}"
    return f"p < {case.level:g} needs a mean of {label} {where}, {spread}."


def _held_against(trial: Trial, case: Case) -> str:
    """Say whether that mean can be, by the outcome's limits and the paper's sentences."""
    outcome, visit = case.gap.target.outcome, case.gap.visit
    low, high = tightest(limits(trial.study, outcome, visit), widest=True)
    words = "" if low <= case.kindest <= high else " That is outside the limits of the outcome."
    baseline = _baseline(trial, case)
    relations = NOT_ABOVE_BASELINE if case.side > 0 else NOT_BELOW_BASELINE
    for sentence in trial.constraints if baseline else []:
        about = (sentence.outcome, sentence.arm) == (outcome, case.other)
        if not about or sentence.relation not in relations or visit not in sentence.visits:
            continue
        printed, reach = baseline
        words += f" The paper says '{sentence.quote}', from a baseline of {number(printed)}: "
        if case.side * (case.kindest - reach) <= 0:
            words += "both can hold."
        else:
            words += "with such bars, " if case.scenario == "equal_bars" else ""
            words += "sentence and test do not go together under this reading."
    return words


def _baseline(trial: Trial, case: Case) -> tuple[float, float] | None:
    """Return the other arm's printed baseline mean, and the end of its rounding that suits best."""
    visit = min(trial.study.visits)
    rows = printed_values(trial, case.gap.target.outcome, case.other, visit)
    ends = [
        (max(case.side * end for end in known_interval(row)), row["value"])
        for _, row in rows.iterrows()
    ]
    if not ends:
        return None
    reach, printed = max(ends)
    return float(printed), float(case.side * reach)
