"""What must be true where a claim's numbers are not printed.

The means of a comparison that stands only in a figure are unknown, but its test is not: the
difference at which p equals the claim's level follows from the spread, and can be held against
what the paper does print. Over repeated visits with equal spread and correlation rho, the group
effect of the split-plot ANOVA is a t test on the patients' means over k visits, whose SD is
sqrt((1 + (k - 1) rho) / k) times that of one visit (Winer 1971, chapter 7).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from retrial.comparisons.selection import Mean, row_ids
from retrial.comparisons.support import threshold
from retrial.stages.sensitivity.comparisons import equal_variances, means_at
from retrial.stages.sensitivity.gaps import Gap, gaps_of, settled_by
from retrial.stages.sensitivity.one_printed import means_needed
from retrial.stats.means import required_difference
from retrial.trial import Trial
from retrial.wording import READING_NAMES, number, sources


def required_effect(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return what each claim of a difference needs where its two means are not both printed.

    `estimate` is the treated mean minus the control's at which p equals the claim's level;
    `threshold` the other arm's mean where one arm's is printed, else the difference without its
    sign. In the outcome's unit, or in SDs where no spread of the outcome is printed
    (`sd_units`). For a claim of no difference it is the largest that is still not significant.
    """
    rows = []
    for claim in trial.claims:
        for target in claim.targets:
            level = threshold(claim, alpha)
            found = [gap for gap in gaps_of(trial, claim, target) if len(gap.printed) < 2]
            for gap in found:
                one = means_needed(trial, gap, readings, level) if gap.printed else []
                rows += one or _none_printed(trial, gap, readings, level)
            if found and claim.paper_analysis and claim.paper_analysis.method == "mixed_anova":
                rows += _repeated(trial, found[0], readings, rho, level)
    return rows


def _spreads(
    trial: Trial, gap: Gap, readings: list[str]
) -> Iterator[tuple[str, str | None, str | None, tuple[float, float], list[Mean]]]:
    """Yield (unit, version, reading, SDs, means) at baseline; SDs of 1 where none is printed."""
    visit, some = min(trial.study.visits), False
    ends = [(arm, visit) for arm in gap.arms]
    for version, reading, (a, b) in means_at(trial, gap.target.outcome, ends, readings):
        if a.admissible and b.admissible:
            some = True
            yield "baseline_sd", version or None, reading, (a.sd, b.sd), [a, b]
    if not some:
        yield "sd_units", None, None, (1.0, 1.0), []


def _none_printed(trial: Trial, gap: Gap, readings: list[str], level: float) -> list[dict]:
    """Return the difference that the claim needs at one visit, from the spread at baseline."""
    n1, n2 = (trial.study.available(arm, gap.visit)[1] for arm in gap.arms)
    rows = []
    if min(n1, n2) < 2:
        return []
    for unit, version, reading, (s1, s2), means in _spreads(trial, gap, readings):
        needed = required_difference(s1, n1, s2, n2, level, equal_variances(gap.claim))
        rows.append(
            gap.line(
                unit,
                reading=reading,
                version=version,
                estimate=gap.sign * needed,
                threshold=needed,
                detail=f"{_basis(reading, (s1, s2))} {_takes(trial, gap, level, needed, unit)} at "
                f"this visit (n of {n1} and {n2}). {settled_by(trial, gap)}",
                source=sources(gap.claim.source, *(mean.source for mean in means)),
                row_ids=row_ids(*means),
            )
        )
    return rows


def _repeated(
    trial: Trial, gap: Gap, readings: list[str], rho: list[float], level: float
) -> list[dict]:
    """Return the average difference over all visits that the group effect needs, for each rho.

    Only patients seen at every visit count, as in SPSS's repeated measures.
    """
    visits = sorted({min(trial.study.visits), *gap.target.visits})
    k, rows = len(visits), []
    n1, n2 = (min(trial.study.available(arm, v)[1] for v in visits) for arm in gap.arms)
    if k < 2 or min(n1, n2) < 2:
        return []
    for unit, version, reading, (s1, s2), means in _spreads(trial, gap, readings):
        at_one_visit = required_difference(s1, n1, s2, n2, level, True)
        for assumed in rho:
            if assumed <= -1 / (k - 1):
                continue  # no such correlation matrix exists
            needed = at_one_visit * sqrt((1 + (k - 1) * assumed) / k)
            row = gap.line(
                f"repeated_measures_{unit}",
                reading=reading,
                version=version,
                rho=assumed,
                estimate=gap.sign * needed,
                threshold=needed,
                detail=f"{_basis(reading, (s1, s2))} {_takes(trial, gap, level, needed, unit)} on "
                f"average over {k} visits, baseline included, if they correlate at {assumed:g} "
                f"(n of {n1} and {n2}). {settled_by(trial, gap)}",
                source=sources(gap.claim.source, *(mean.source for mean in means)),
                row_ids=row_ids(*means),
            )
            rows.append(row | {"visit": None})
    return rows


def _basis(reading: str | None, sds: tuple[float, float]) -> str:
    if reading is None:
        return "No spread of this outcome is printed, so in standard deviations:"
    first, second = (number(sd) for sd in sds)
    return f"With the SDs at baseline, read as {READING_NAMES[reading]} ({first} and {second}),"


def _takes(trial: Trial, gap: Gap, level: float, needed: float, unit: str) -> str:
    named = trial.study.outcome(gap.target.outcome).unit
    size = f"{number(needed)} {'SD' if unit == 'sd_units' else named}"
    if gap.claim.expect == "no_difference":
        return f"a difference of up to {size} would still be 'not significant'"
    return f"p < {level:g} needs a difference of at least {size}"
