"""What the tests would say if patients who had left were not in the printed denominators.

A denominator that is larger than the number still followed hides how the lost patients were
counted. The scenarios leave them out, or assume their outcomes.
"""

from __future__ import annotations

from itertools import product
from math import nan

from retrial.groups import sd_from_error
from retrial.selection import Count, Mean
from retrial.sensitivity.comparisons import (
    CountPair,
    MeanPair,
    Paper,
    counts_compared,
    mean_pairs,
    reading_words,
    with_n,
)
from retrial.sensitivity.words import p_words, ratio
from retrial.study import Study

ANALYSIS = "dropouts"


def dropouts(paper: Paper, *, alpha: float, readings: list[str], rho: list[float]) -> list[dict]:
    """Return the scenarios for every comparison whose printed n is above the number followed.

    Counts: `as_printed`; `completers`, the lost patients taken out as non-events;
    `completers_event_lost`, taken out as events; `worst_case` and `best_case` for the claim.
    Means: `as_printed` and `completers`, the same mean and error term with the least n.
    """
    rows = []
    for pair in mean_pairs(paper, readings):
        if any(_lost_from_mean(paper.study, mean) for mean in (pair.first, pair.second)):
            rows += _mean_rows(paper.study, pair, pair.rho(rho), alpha)
    for counts in counts_compared(paper):
        if any(_lost(paper.study, count) for count in (counts.first, counts.second)):
            rows += _count_rows(paper.study, counts, alpha)
    return rows


def _lost(study: Study, count: Count) -> int:
    return max(0, count.total - study.available(count.arm, count.visit)[0])


def _lost_from_mean(study: Study, mean: Mean) -> int:
    return max(0, mean.n - study.available(mean.arm, mean.visit)[0])


def _mean_rows(study: Study, pair: MeanPair, rho: float, alpha: float) -> list[dict]:
    printed, completers = [pair.first, pair.second], []
    for mean in printed:
        n = mean.n - _lost_from_mean(study, mean)
        sd = sd_from_error(mean.error, n, mean.reading) if n >= 2 else nan
        completers.append(with_n(mean, n, sd))
    rows = []
    for scenario, (a, b) in {"as_printed": printed, "completers": completers}.items():
        if min(a.n, b.n) < 2:
            detail = f"Infeasible: n of {a.n} and {b.n}."
            rows.append(pair.line(ANALYSIS, scenario, rho=rho, detail=detail))
            continue
        test = pair.compare(rho, alpha, a, b)
        detail = f"{reading_words(pair)}, with n of {a.n} and {b.n}: {p_words(test.p)}."
        rows.append(pair.line(ANALYSIS, scenario, rho=rho, detail=detail, **test.cells()))
    return rows


def _count_rows(study: Study, pair: CountPair, alpha: float) -> list[dict]:
    arms = (pair.first, pair.second)
    lost = [_lost(study, count) for count in arms]
    printed = [(count.events, count.total) for count in arms]
    completers = [(e, n - gone) for (e, n), gone in zip(printed, lost, strict=True)]
    event_lost = [(e - gone, n - gone) for (e, n), gone in zip(printed, lost, strict=True)]
    lowest, highest = (
        [(min(max(e + sign * gone, 0), n), n) for (e, n), gone in zip(printed, lost, strict=True)]
        for sign in (-1, 1)
    )
    worst, best = _extremes(pair, list(product(*zip(lowest, highest, strict=True))), alpha)
    words = {
        "as_printed": "As printed",
        "completers": "The lost patients left out as patients without the event",
        "completers_event_lost": "The lost patients left out as patients with the event",
        "worst_case": "The lost patients counted so as to speak most against the claim",
        "best_case": "The lost patients counted so as to speak most for the claim",
    }
    tables = (printed, completers, event_lost, worst, best)
    rows = []
    for (scenario, phrase), table in zip(words.items(), tables, strict=True):
        if any(n < 1 or not 0 <= e <= n for e, n in table):
            detail = f"Infeasible: {ratio(*printed[0])} and {ratio(*printed[1])} do not allow it."
            rows.append(pair.line(ANALYSIS, scenario, detail=f"{phrase}. {detail}"))
            continue
        test = pair.compare(*table, alpha)
        detail = f"{phrase}: {ratio(*table[0])} v. {ratio(*table[1])}, {p_words(test.p)}."
        rows.append(pair.line(ANALYSIS, scenario, detail=detail, **test.cells()))
    return rows


def _extremes(pair: CountPair, tables: list[tuple], alpha: float) -> tuple[tuple, tuple]:
    """Return the tables that speak most against and most for a claim.

    Each lost patient may or may not have been counted with the event, and may or may not have had
    it: an arm's events lie between the printed number less and plus the lost.
    """

    def support(table: tuple) -> float:
        (e1, n1), (e2, n2) = table
        difference = e1 / n1 - e2 / n2
        if pair.claim.expect in ("lower", "higher"):
            return difference if pair.claim.expect == "higher" else -difference
        p = pair.compare(*table, alpha).p
        return p if pair.claim.expect == "no_difference" else -p

    ordered = sorted(tables, key=support)
    return ordered[0], ordered[-1]
