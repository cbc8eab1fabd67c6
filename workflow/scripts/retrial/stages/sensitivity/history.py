"""Treated events against natural history from outside the trial.

Each comparison says whether the outside number counts the same event, and if not, how it differs
and whom that flatters (`retrial.study.estimand`). Arms of randomized trials come first. Fisher's
one-sided test and the beta-binomial predictive where the outside group has its own n, the exact
binomial at a fixed rate where it has none (`retrial.stats.history`).
"""

from __future__ import annotations

import pandas as pd

from retrial.comparisons.selection import Count, count_of, event_name, row_ids, rows_of, versions_of
from retrial.stages.sensitivity.comparisons import CountPair, arms_compared
from retrial.stats.counts import clopper_pearson, compare_counts
from retrial.stats.history import (
    beta_binomial_upper_tail,
    binomial_upper_tail,
    fisher_one_sided,
    tipping_rate,
)
from retrial.study.claims import Claim
from retrial.study.estimand import (
    GROUP_WORDS,
    Difference,
    codes,
    differences,
    in_sentences,
    most_comparable_first,
)
from retrial.study.remission import RemissionEvent
from retrial.trial import Trial
from retrial.wording import METHOD_NAMES, p_words, ratio, sources

ANALYSIS = "natural_remission"
# Jeffreys' and the uniform prior, beside the default of `beta_binomial_upper_tail`.
OTHER_PRIORS = ((0.5, 0.5), (1.0, 1.0))


def events_against_history(trial: Trial, alpha: float) -> list[dict]:
    """Compare the treated events with the concurrent control and with each outside proportion.

    `p` is two-sided for the control and one-sided (more events than natural) for outside evidence;
    `estimate` is the treated proportion minus the other; `threshold` the outside prevalence at
    which the one-sided exact binomial p reaches alpha.
    """
    settings, arms = trial.study.natural_remission, arms_compared(trial.study)
    if arms is None:
        return []
    return [row for event in settings.events for row in _event(trial, event, arms, alpha)]


def _event(trial: Trial, event: RemissionEvent, arms: tuple[str, str], alpha: float) -> list[dict]:
    categories, visit = event.categories, trial.study.natural_remission.visit
    rows = rows_of(trial.reported, event.outcome, visit, statistic="count", categories=categories)
    rows, found = rows[rows["arm"].isin(arms)], []
    remission = trial.study.natural_remission
    proportions = most_comparable_first(
        trial.evidence[trial.evidence["value_type"] == "proportion"]
    )
    for claim in _claims(trial, event):
        for version in versions_of(rows) if not rows.empty else []:
            treated, control = (count_of(rows, arm, version, categories) for arm in arms)
            if treated is None:
                continue
            line = {
                "analysis": ANALYSIS,
                "claim_id": claim.id if claim else None,
                "outcome": event.outcome,
                "category": event_name(categories),
                "visit": visit,
                "version": version or None,
                "threshold": tipping_rate(treated.events, treated.total, alpha),
            }
            if control is not None:
                found.append(line | _concurrent(claim, treated, control, alpha))
            for _, outside in most_comparable_first(proportions).iterrows():
                like = outside["id"] in event.comparable
                other = differences(remission, event, visit, outside)
                found += [line | row for row in _outside(treated, outside, like, other, alpha)]
    return found


def _claims(trial: Trial, event: RemissionEvent) -> list[Claim | None]:
    """Return the claims that attribute the event to the treatment, or None in place of any."""
    same = [
        claim
        for claim in trial.claims
        if claim.form == "attribution"
        and any(
            target.outcome == event.outcome and set(target.categories) == set(event.categories)
            for target in claim.targets
        )
    ]
    return same or [None]


def _concurrent(claim: Claim | None, treated: Count, control: Count, alpha: float) -> dict:
    method = "fisher"
    if claim is not None:
        method = CountPair(claim, claim.targets[0], treated.visit, "", treated, control).method
    test = compare_counts(
        treated.events, treated.total, control.events, control.total, method, alpha
    )
    inferred = " The control's count is inferred from the text." if control.inferred else ""
    return {
        "scenario": "concurrent_control",
        "estimate": test.risk_difference,
        "ci_low": test.risk_difference_low,
        "ci_high": test.risk_difference_high,
        "p": test.p,
        "detail": f"Primary: {ratio(treated.events, treated.total)} v. "
        f"{ratio(control.events, control.total)} at the same visit, {METHOD_NAMES[method]}, "
        f"two-sided {p_words(test.p)}. Randomization shares natural remission between the arms."
        f"{inferred}",
        "source": sources(treated.source, control.source),
        "row_ids": row_ids(treated, control),
    }


def _outside(
    treated: Count, outside: pd.Series, like: bool, other: list[Difference], alpha: float
) -> list[dict]:
    """Return the tests against one row of evidence, one row a method."""
    events, total, rate = treated.events, treated.total, float(outside["value"])
    rows = []
    if pd.notna(outside["n"]) and pd.notna(outside["events"]):
        reference = int(outside["events"]), int(outside["n"])
        interval = compare_counts(events, total, *reference, alpha=alpha)
        cells = {
            "estimate": interval.risk_difference,
            "ci_low": interval.risk_difference_low,
            "ci_high": interval.risk_difference_high,
        }
        against = ratio(*reference)
        fisher = fisher_one_sided(events, total, *reference)
        rows.append(cells | {"scenario": "fisher", "p": fisher})
        predictive = beta_binomial_upper_tail(events, total, *reference)
        others = [
            beta_binomial_upper_tail(events, total, *reference, prior=p) for p in OTHER_PRIORS
        ]
        span = {"p_low": min(predictive, *others), "p_high": max(predictive, *others)}
        rows.append(cells | {"scenario": "beta_binomial", "p": predictive} | span)
    else:
        low, high = clopper_pearson(events, total, alpha)
        cells = {
            "estimate": events / total - rate,
            "ci_low": low - rate,
            "ci_high": high - rate,
        }
        against = f"a fixed {rate:.1%}"
        p = binomial_upper_tail(events, total, rate)
        rows.append(cells | {"scenario": "binomial", "p": p})
    words = _words(outside, like, other)
    tests = {
        "fisher": METHOD_NAMES["fisher"],
        "beta_binomial": "beta-binomial predictive (range over three priors)",
        "binomial": METHOD_NAMES["binomial_exact"],
    }
    for row in rows:
        method = row["scenario"]
        row["detail"] = (
            f"{ratio(events, total)} v. {against}, {tests[method]}, one-sided "
            f"{p_words(row['p'])}. {words}"
        )
        row["scenario"] = f"{outside['id']}:{method}"
        row["comparable"] = like
        row["differences"] = codes(other)
        row["source"] = sources(treated.source, outside["citation"])
        row["row_ids"] = row_ids(treated)
    return rows


def _words(outside: pd.Series, like: bool, other: list[Difference]) -> str:
    months = f" {outside['time_months']:g} months" if pd.notna(outside["time_months"]) else ""
    window = outside["window"] if pd.notna(outside["window"]) else "window not stated"
    group = f"; {GROUP_WORDS[outside['group']]}" if outside["group"] in GROUP_WORDS else ""
    words = (
        f"Outside: {outside['quantity']}; {outside['population']}; {window}{months}{group}. "
        f"{in_sentences(other, like)}"
    )
    caution = outside["caution"]
    return f"{words} Caution: {caution}." if pd.notna(caution) else words
