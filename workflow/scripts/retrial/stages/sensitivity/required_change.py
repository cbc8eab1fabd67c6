"""What must be true for a change within one arm whose later mean is not printed.

With the spread of the earlier visit at both, p equals the claim's level when the mean has changed
by t SD sqrt(2 (1 - rho)) / sqrt(n), t the critical value at n - 1 degrees of freedom.
"""

from __future__ import annotations

from math import sqrt

from retrial.comparisons.selection import Mean, row_ids
from retrial.comparisons.support import threshold
from retrial.stages.sensitivity.comparisons import means_at, printed_values
from retrial.stages.sensitivity.gaps import Gap, settled_by
from retrial.stats.student import critical_t
from retrial.trial import Trial
from retrial.wording import READING_NAMES, number, sources


def required_change(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return the mean that each such claim needs at its later visit, for each reading and rho.

    `estimate` is the change at which p equals the claim's level, `threshold` the later mean that
    it leads to, in the unit of the outcome.
    """
    rows = []
    for claim in trial.claims:
        if claim.form != "change" or claim.expect == "no_difference":
            continue
        for target in claim.targets:
            for visit in target.visits:
                if printed_values(trial, target.outcome, claim.arm, visit).empty:
                    gap = Gap(claim, target, visit, (claim.arm, claim.arm), ())
                    rows += _needed(trial, gap, readings, rho, threshold(claim, alpha))
    return rows


def _needed(
    trial: Trial, gap: Gap, readings: list[str], rho: list[float], level: float
) -> list[dict]:
    rows = []
    before = [(gap.claim.arm, gap.claim.from_visit)]
    n = trial.study.available(gap.claim.arm, gap.visit)[1]
    for version, reading, (mean,) in means_at(trial, gap.target.outcome, before, readings):
        for assumed in rho if mean.admissible else ():
            change = _change_at(mean, n, assumed, level)
            later = mean.mean + gap.sign * change
            unit = trial.study.outcome(gap.target.outcome).unit
            rows.append(
                gap.line(
                    "change_at_baseline_sd",
                    reading=reading,
                    version=version or None,
                    rho=assumed,
                    estimate=gap.sign * change,
                    threshold=later,
                    detail=f"With the SD at baseline at both visits, read as "
                    f"{READING_NAMES[reading]} ({number(mean.sd)}), p < {level:g} needs a mean of "
                    f"{_side(gap, mean, change)} {unit}, from "
                    f"{number(mean.mean)}, if the visits correlate at {assumed:g} (n of {n}). "
                    f"{settled_by(trial, gap)}",
                    source=sources(gap.claim.source, mean.source),
                    row_ids=row_ids(mean),
                )
            )
    return rows


def _side(gap: Gap, mean: Mean, change: float) -> str:
    above, below = number(mean.mean + change), number(mean.mean - change)
    if gap.claim.expect == "different":
        return f"at least {above} or at most {below}"
    return f"at least {above}" if gap.sign > 0 else f"at most {below}"


def _change_at(mean: Mean, n: int, rho: float, level: float) -> float:
    """Return the change of the mean at which a paired t test gives p = level."""
    return float(critical_t(n - 1, level)) * mean.sd * sqrt(2 * (1 - rho)) / sqrt(n)
