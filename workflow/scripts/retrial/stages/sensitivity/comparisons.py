"""What the analyses share: the comparisons that claims make, how they are tested and put in words.

A comparison of means is a treated arm against the control (`difference`, `attribution`) or a visit
against an earlier one (`change`), under one reading of the error terms and in one consistent
version of the paper. The first treatment and the first control arm stand for their roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import nan

import pandas as pd

from retrial.comparisons.selection import (
    AS_LABELLED,
    Count,
    Mean,
    count_pairs,
    event_name,
    means_of,
    row_ids,
    rows_of,
    tried,
    versions_of,
)
from retrial.stages.audit.spread import limits, tightest
from retrial.stages.sensitivity.removal import Summary
from retrial.stats.counts import COUNT_METHODS, compare_counts
from retrial.stats.means import MEANS_METHODS, compare_means
from retrial.stats.paired import paired_from_summary
from retrial.study.claims import Claim, Target
from retrial.study.models import Study
from retrial.trial import Trial
from retrial.wording import READING_NAMES, sources

BETWEEN_ARMS = ("difference", "attribution")


@dataclass(frozen=True)
class Result:
    """The outcome of one comparison; `estimate` is in the outcome's unit or a risk difference."""

    estimate: float
    ci_low: float
    ci_high: float
    p: float

    def cells(self) -> dict[str, float]:
        """Return the cells of a sensitivity row."""
        return {
            "estimate": self.estimate,
            "ci_low": self.ci_low,
            "ci_high": self.ci_high,
            "p": self.p,
        }


@dataclass(frozen=True)
class MeanPair:
    """Two printed means that a claim compares.

    Between arms: `first` is the treated arm, `second` the control. Within an arm: `first` is the
    earlier visit, `second` the later one, and only there does a correlation matter.
    """

    claim: Claim
    outcome: str
    visit: float
    version: str
    reading: str
    first: Mean
    second: Mean

    @property
    def within_arm(self) -> bool:
        """Whether the same patients are measured twice."""
        return self.claim.form == "change"

    @property
    def method(self) -> str:
        """The test: paired within an arm, else Student's, or Welch's where the paper says so."""
        if self.within_arm:
            return "paired_t"
        return "student_t" if equal_variances(self.claim) else "welch_t"

    @property
    def admissible(self) -> bool:
        """Whether both means can have their SD."""
        return self.first.admissible and self.second.admissible

    def compare(
        self, rho: float, alpha: float, first: Mean | None = None, second: Mean | None = None
    ) -> Result:
        """Test the pair, or other summaries in its place, at level `alpha`."""
        a, b = first or self.first, second or self.second
        if self.within_arm:
            test = paired_from_summary(a.mean, a.sd, b.mean, b.sd, min(a.n, b.n), rho, alpha)
        else:
            equal = equal_variances(self.claim)
            test = compare_means(a.mean, a.sd, a.n, b.mean, b.sd, b.n, equal, alpha)
        return Result(test.estimate, test.ci_low, test.ci_high, test.p)

    def rho(self, rho: list[float]) -> float:
        """Return the correlation assumed where only one is shown; NaN between arms."""
        return middle(rho) if self.within_arm else nan

    def line(self, analysis: str, scenario: str, **cells: object) -> dict:
        """Return one row about this pair."""
        return {
            "analysis": analysis,
            "scenario": scenario,
            "claim_id": self.claim.id,
            "outcome": self.outcome,
            "visit": self.visit,
            "reading": self.reading,
            "version": self.version or None,
            "method": self.method,
            "admissible": self.admissible,
            "source": sources(self.first.source, self.second.source),
            "row_ids": row_ids(self.first, self.second),
            **cells,
        }


@dataclass(frozen=True)
class CountPair:
    """Printed events of the treated arm (`first`) and of the control (`second`)."""

    claim: Claim
    target: Target
    visit: float
    version: str
    first: Count
    second: Count

    @property
    def method(self) -> str:
        """Return the test: the paper's own where it is named, else the first defensible one."""
        named = self.claim.paper_analysis.method if self.claim.paper_analysis else None
        choices = self.claim.defensible.counts_methods if self.claim.defensible else []
        return next((m for m in (named, *choices) if m in COUNT_METHODS), "fisher")

    def compare(self, first: tuple[int, int], second: tuple[int, int], alpha: float) -> Result:
        """Test (events, total) of the treated arm against those of the control."""
        test = compare_counts(*first, *second, method=self.method, alpha=alpha)
        return Result(
            test.risk_difference, test.risk_difference_low, test.risk_difference_high, test.p
        )

    def line(self, analysis: str, scenario: str, **cells: object) -> dict:
        """Return one row; the scenario names the event where the claim counts more than one."""
        same = [t for t in self.claim.targets if t.outcome == self.target.outcome]
        event = f":{event_name(self.target.categories)}" if len(same) > 1 else ""
        return {
            "analysis": analysis,
            "scenario": f"{scenario}{event}",
            "claim_id": self.claim.id,
            "outcome": self.target.outcome,
            "category": event_name(self.target.categories),
            "visit": self.visit,
            "version": self.version or None,
            "method": self.method,
            "source": sources(self.first.source, self.second.source),
            "row_ids": row_ids(self.first, self.second),
            **cells,
        }


def arms_compared(study: Study) -> tuple[str, str] | None:
    """Return the ids of the treated arm and the control; None when the study lacks either."""
    try:
        return study.arm("treatment").id, study.arm("control").id
    except KeyError:
        return None


def mean_pairs(trial: Trial, readings: list[str]) -> Iterator[MeanPair]:
    """Yield every comparison of printed means, in the order claim, visit, version, reading."""
    for claim in trial.claims:
        for target in claim.targets:
            for visit in [] if target.counted else target.visits:
                ends = _ends(trial.study, claim, visit)
                for version, reading, found in means_at(trial, target.outcome, ends, readings):
                    yield MeanPair(claim, target.outcome, visit, version, reading, *found)


def means_at(
    trial: Trial, outcome: str, ends: list[tuple[str, float]], readings: list[str]
) -> list[tuple[str, str, list[Mean]]]:
    """Return (version, reading, means) of an outcome at some (arm, visit), where all are printed.

    Kept in the trial, because many analyses ask for the same few means.
    """
    key = (outcome, tuple(ends), tuple(readings))
    if key not in trial.found:
        trial.found[key] = list(_means_at(trial, outcome, ends, readings))
    return trial.found[key]


def _means_at(
    trial: Trial, outcome: str, ends: list[tuple[str, float]], readings: list[str]
) -> Iterator[tuple[str, str, list[Mean]]]:
    wanted = []
    for arm, visit in ends:
        rows = printed_values(trial, outcome, arm, visit)
        if rows.empty:
            return
        wanted.append((rows, arm))
    if not wanted:
        return
    for version in versions_of(pd.concat([rows for rows, _ in wanted])):
        for reading in tried(readings):
            found = means_of(wanted, trial.summaries, version, reading)
            alike = found is not None and len({mean.reading for mean in found}) == 1
            if found is not None and not (reading == AS_LABELLED and alike):
                yield version, reading, found


def _ends(study: Study, claim: Claim, visit: float) -> list[tuple[str, float]]:
    """Return the (arm, visit) of the two means that a claim compares at a visit, or none."""
    if claim.form == "change":
        return [(claim.arm, claim.from_visit), (claim.arm, visit)]
    arms = arms_compared(study)
    if claim.form not in BETWEEN_ARMS or arms is None:
        return []
    return [(arm, visit) for arm in arms]


def counts_compared(trial: Trial) -> Iterator[CountPair]:
    """Yield every comparison of printed counts, in the order claim, event, visit, version."""
    arms = arms_compared(trial.study)
    for claim in trial.claims:
        if claim.form not in BETWEEN_ARMS or arms is None:
            continue
        for target in claim.targets:
            for visit in target.visits if target.categories else []:
                found = count_pairs(trial.reported, target.outcome, target.categories, visit, arms)
                for version, first, second in found:
                    yield CountPair(claim, target, visit, version, first, second)


def printed_values(trial: Trial, outcome: str, arm: str, visit: float) -> pd.DataFrame:
    """Return the rows that print an arm's mean at a visit, with or without an error term."""
    key = (outcome, arm, visit)
    if key not in trial.found:
        rows = rows_of(trial.reported, outcome, visit, statistic="mean")
        trial.found[key] = rows[rows["arm"] == arm]
    return trial.found[key]


def equal_variances(claim: Claim) -> bool:
    """Whether a claim's means are compared by Student's t (Welch's only where the paper says)."""
    return claim.paper_analysis is None or claim.paper_analysis.method != "welch_t"


def two_sample_methods(claim: Claim) -> list[str]:
    """Return the tests of two means at a visit that are defensible for a claim; else Student's."""
    chosen = claim.defensible.means_methods if claim.defensible else []
    return [method for method in MEANS_METHODS if method in chosen] or ["student_t"]


def middle(rho: list[float]) -> float:
    """Return the middle one of the correlations (the upper of two)."""
    return sorted(rho)[len(rho) // 2]


def group_of(study: Study, outcome: str, mean: Mean) -> Summary:
    """Return a printed mean as a group that patients can leave: its limits and least SD."""
    low, high = tightest(limits(study, outcome, mean.visit), widest=True)
    return Summary(mean.n, mean.mean, mean.sd, low, high, least_sd(study, outcome, mean)[0])


def least_sd(study: Study, outcome_id: str, mean: Mean) -> tuple[float, str]:
    """Return the least SD that is sensible for patients of this outcome, and the reason.

    The study's own (`least_sd`) where it declares one; else, for whole values, the least SD of
    values that are not all alike, 1/sqrt(n); else the unit to which the mean is known.
    """
    outcome = study.outcome(outcome_id)
    if outcome.least_sd is not None:
        return outcome.least_sd.value, outcome.least_sd.source
    if outcome.integer:
        return mean.n**-0.5, "whole values that are not all alike"
    low, high = mean.mean_interval
    exact = "the width to which the digitized mean is known"
    return high - low, exact if mean.digitized else "one unit of the mean's last printed decimal"


def with_n(mean: Mean, n: int, sd: float, value: float | None = None) -> Mean:
    """Return a mean with another n and SD, and perhaps another value."""
    return replace(mean, n=n, sd=sd, mean=mean.mean if value is None else value)


def reading_words(pair: MeanPair) -> str:
    """Return how a pair's error terms are read, and whether they can be read so."""
    words = f"Read as {READING_NAMES[pair.reading]}"
    for mean in (pair.first, pair.second):
        if mean.reading != pair.reading:
            other = READING_NAMES[mean.reading]
            words += f" (as {other} in {mean.source}, where that is impossible)"
    return words if pair.admissible else f"{words}, which is inadmissible here"
