"""What the tests would say without the patients whom the paper calls non-responders.

Leaving out patients of one arm by their outcome is biased by construction: these rows show how far
an answer could move, and are a defensible analysis of nothing.
"""

from __future__ import annotations

from retrial.sensitivity.comparisons import CountPair, Paper, counts_compared, mean_pairs
from retrial.sensitivity.exclusion import ANALYSIS, CAUTION, MeansWithout
from retrial.study import Study
from retrial.wording import p_words, ratio


def nonresponders(
    paper: Paper, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return the scenarios for every comparison of means or counts in the non-responders' arm.

    Infeasible scenarios are rows without numbers whose `detail` says why. `p_low` and `p_high` span
    the feasible assumptions. A change is tested at the middle correlation of `rho`.
    """
    study = paper.study
    if study.nonresponders is None:
        return []
    rows = []
    for pair in mean_pairs(paper, readings):
        if pair.admissible and study.nonresponders.arm in (pair.first.arm, pair.second.arm):
            rows += MeansWithout(paper, pair, pair.rho(rho), alpha).rows()
    for counts in counts_compared(paper):
        if study.nonresponders.arm in (counts.first.arm, counts.second.arm):
            rows += _count_rows(study, counts, alpha)
    return rows


def _count_rows(study: Study, pair: CountPair, alpha: float) -> list[dict]:
    """Return the scenarios for one pair of counts."""
    arm, k = study.nonresponders.arm, len(study.nonresponders.members)
    ours = pair.first if pair.first.arm == arm else pair.second
    events, total = ours.events, ours.total
    randomized = next(a.n for a in study.arms if a.id == arm)
    scenarios = {
        "removed_as_non_events": (
            (events, total - k),
            events <= total - k,
            f"{ratio(events, total)} leaves fewer than {k} patients without the event",
        )
    }
    if pair.claim.expect == "lower":
        scenarios["removed_as_events"] = (
            (events - k, total - k),
            events >= k,
            f"{ratio(events, total)} holds fewer than {k} patients with the event",
        )
    scenarios["already_excluded"] = (
        (events, total + k),
        total + k <= randomized,
        f"the printed denominator of {total} and {k} more would exceed the {randomized} randomized",
    )
    rows = []
    for scenario, (changed, feasible, reason) in scenarios.items():
        if not feasible or changed[1] < 1:
            rows.append(pair.line(ANALYSIS, scenario, detail=f"Infeasible: {reason}. {CAUTION}"))
            continue
        arms = [changed if c is ours else (c.events, c.total) for c in (pair.first, pair.second)]
        printed = [(c.events, c.total) for c in (pair.first, pair.second)]
        result = pair.compare(*arms, alpha)
        detail = (
            f"{ratio(*arms[0])} v. {ratio(*arms[1])} in place of {ratio(*printed[0])} v. "
            f"{ratio(*printed[1])}: {p_words(result.p)} in place of "
            f"{p_words(pair.compare(*printed, alpha).p)}. {CAUTION}"
        )
        rows.append(pair.line(ANALYSIS, scenario, detail=detail, **result.cells()))
    return rows
