"""What the tests would say if patients who had left were not in the printed denominators.

A denominator that is larger than the number still followed hides how the lost patients were
counted. The scenarios leave them out, or assume their outcomes.
"""

from __future__ import annotations

from math import nan

from retrial.groups import sd_from_error
from retrial.populations import lost, populations, possible
from retrial.selection import Mean
from retrial.sensitivity.comparisons import (
    CountPair,
    MeanPair,
    Paper,
    counts_compared,
    mean_pairs,
    reading_words,
    with_n,
)
from retrial.study import Study
from retrial.wording import p_words, ratio

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
        if any(lost(paper.study, count) for count in (counts.first, counts.second)):
            rows += _count_rows(paper.study, counts, alpha)
    return rows


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
    tables = populations(study, pair.claim, pair.first, pair.second)
    (first, second) = tables["as_printed"]
    words = {
        "as_printed": "As printed",
        "completers": "The lost patients left out as patients without the event",
        "completers_event_lost": "The lost patients left out as patients with the event",
        "worst_case": "The lost patients counted so as to speak most against the claim",
        "best_case": "The lost patients counted so as to speak most for the claim",
    }
    rows = []
    for scenario, phrase in words.items():
        table = tables[scenario]
        if not possible(table):
            detail = f"Infeasible: {ratio(*first)} and {ratio(*second)} do not allow it."
            rows.append(pair.line(ANALYSIS, scenario, detail=f"{phrase}. {detail}"))
            continue
        test = pair.compare(*table, alpha)
        detail = f"{phrase}: {ratio(*table[0])} v. {ratio(*table[1])}, {p_words(test.p)}."
        rows.append(pair.line(ANALYSIS, scenario, detail=detail, **test.cells()))
    return rows
