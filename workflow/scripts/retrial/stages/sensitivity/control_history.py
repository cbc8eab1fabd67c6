"""Is the control arm itself what natural history would give?

A control arm with far fewer remissions than untreated patients have elsewhere makes a difference
that the treatment need not explain. One-sided: as few events as printed, or fewer. With the outside
group's own n, Fisher's test and the beta-binomial predictive over three priors; else the exact
binomial at a fixed rate.
"""

from __future__ import annotations

import pandas as pd

from retrial.comparisons.selection import Count, count_of, event_name, row_ids, rows_of, versions_of
from retrial.stages.sensitivity.comparisons import arms_compared
from retrial.stats.counts import compare_counts
from retrial.stats.history import beta_binomial_upper_tail, binomial_upper_tail, fisher_one_sided
from retrial.study.estimand import EXPECTED, codes, differences, in_sentences, most_comparable_first
from retrial.study.remission import RemissionEvent
from retrial.trial import Trial
from retrial.wording import METHOD_NAMES, p_words, ratio, sources

ANALYSIS = "control_history"
PRIORS = ((1.0, 0.0), (0.5, 0.5), (1.0, 1.0))  # of the event that did not happen: see `_predicted`


def control_history(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return the control's events against each outside proportion; none if it is not declared.

    `estimate` is the control's proportion minus the outside one, `p` one-sided (so few events or
    fewer), `p_low` and `p_high` its range over the outside rate's own uncertainty: the fixed rate,
    Fisher's test and the predictive under three priors. `comparable`: named as near by the study;
    `differences` say in what it counts another event, and whom that favours.
    """
    arms = arms_compared(trial.study)
    if trial.study.natural_remission is None or arms is None:
        return []
    rows = []
    for event in trial.study.natural_remission.events:
        for version, control in _controls(trial, event, arms[1]):
            for _, outside in most_comparable_first(_proportions(trial.evidence)).iterrows():
                rows.append(_row(trial, event, version, control, outside, alpha))
    return rows


def _proportions(evidence: pd.DataFrame) -> pd.DataFrame:
    return evidence[(evidence["value_type"] == "proportion") & evidence["value"].between(0, 1)]


def _controls(trial: Trial, event: RemissionEvent, arm: str) -> list[tuple[str, Count]]:
    """Return the control's count in each version that it takes part in."""
    visit = trial.study.natural_remission.visit
    rows = rows_of(
        trial.reported, event.outcome, visit, statistic="count", categories=event.categories
    )
    rows = rows[rows["arm"] == arm]
    found = ((v, count_of(rows, arm, v, event.categories)) for v in versions_of(rows))
    return [(version, count) for version, count in found if count is not None]


def _row(
    trial: Trial,
    event: RemissionEvent,
    version: str,
    control: Count,
    outside: pd.Series,
    alpha: float,
) -> dict:
    events, total, rate = control.events, control.total, float(outside["value"])
    fixed = binomial_upper_tail(total - events, total, 1 - rate)
    cells: dict[str, object] = {"estimate": events / total - rate}
    if pd.notna(outside["n"]) and pd.notna(outside["events"]):
        seen, n = int(outside["events"]), int(outside["n"])
        interval = compare_counts(events, total, seen, n, alpha=alpha)
        p = fisher_one_sided(total - events, total, n - seen, n)
        every = [p, fixed, *_predicted(control, seen, n)]
        cells = {
            "estimate": interval.risk_difference,
            "ci_low": interval.risk_difference_low,
            "ci_high": interval.risk_difference_high,
            "method": "fisher",
        }
        against, named = ratio(seen, n), METHOD_NAMES["fisher"]
    else:
        p, every = fixed, [fixed]
        cells["method"] = "binomial_exact"
        against, named = f"a fixed {rate:.1%}", METHOD_NAMES["binomial_exact"]
    like = outside["id"] in event.comparable
    inferred = " The control's count is inferred from the text." if control.inferred else ""
    other = differences(trial.study.natural_remission, event, control.visit, outside)
    return {
        "analysis": ANALYSIS,
        "scenario": str(outside["id"]),
        "outcome": event.outcome,
        "category": event_name(event.categories),
        "visit": control.visit,
        "version": version or None,
        "comparable": like,
        "differences": codes(other),
        "p": p,
        "p_low": min(every),
        "p_high": max(every),
        "detail": f"Control {ratio(events, total)} v. {against}: so few or fewer, {named}, "
        f"one-sided {p_words(p)}. {outside['quantity']}; {outside['population']}. "
        f"{in_sentences(other, like, EXPECTED)}{inferred}",
        "source": sources(control.source, outside["citation"]),
        "row_ids": row_ids(control),
        **cells,
    }


def _predicted(control: Count, seen: int, n: int) -> list[float]:
    """Return the predictive p of so few events or fewer, under each prior that is proper here.

    That is the upper tail of those without the event.
    """
    found = []
    for prior in PRIORS:
        if n - seen + prior[0] > 0:
            missing, total = control.total - control.events, control.total
            found.append(beta_binomial_upper_tail(missing, total, n - seen, n, prior))
    return found
