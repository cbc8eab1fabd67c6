"""The natural change of a mean that would explain what the trial found.

Between the arms only a remission that differs by arm explains a difference; within one arm, without
a concurrent control, any natural change does.
"""

from __future__ import annotations

from math import nan

import pandas as pd

from retrial.stages.sensitivity.comparisons import (
    MeanPair,
    Result,
    mean_pairs,
    reading_words,
)
from retrial.stages.sensitivity.history import ANALYSIS
from retrial.stages.sensitivity.one_printed import required_means
from retrial.stats.paired import paired_from_summary
from retrial.study.remission import NaturalRemission
from retrial.trial import Trial
from retrial.wording import number, sources

DIRECTED = ("lower", "higher", "different")


def explaining_changes(
    trial: Trial, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return the natural effects that would explain the claims' differences and changes of means.

    `threshold` is that effect: the whole estimate, or the end of its interval nearest zero (0 where
    the interval holds 0), without which nothing significant is left.
    """
    rows, seen = [], set()
    for pair in mean_pairs(trial, readings):
        if pair.claim.expect not in DIRECTED or pair.visit <= min(trial.study.visits):
            continue
        if not pair.admissible:
            continue
        rows += _explaining(pair, pair.rho(rho), alpha)
        key = (pair.claim.id, pair.outcome, pair.visit, pair.version)
        if pair.within_arm and key not in seen:
            seen.add(key)
            rows += _outside_changes(trial, pair, min(rho), alpha)
    directed = {claim.id for claim in trial.claims if claim.expect in DIRECTED}
    needed = [row for row in required_means(trial, alpha, readings) if row["claim_id"] in directed]
    return rows + [_explaining_required(row) for row in needed]


def _explaining(pair: MeanPair, rho: float, alpha: float) -> list[dict]:
    test = pair.compare(rho, alpha)
    kind = "natural change" if pair.within_arm else "natural effect in one arm only"
    nearest = _nearest_zero(test)
    left = (
        f"one of {number(nearest)} would leave nothing significant"
        if nearest
        else "it is not significant even without one"
    )
    whole = f"{reading_words(pair)}: a {kind} of {number(test.estimate)} would explain it all"
    line = {"rho": rho, **test.cells()}
    name = "change" if pair.within_arm else "difference"
    return [
        pair.line(ANALYSIS, f"whole_{name}", threshold=test.estimate, detail=f"{whole}.", **line),
        pair.line(
            ANALYSIS, "left_not_significant", threshold=nearest, detail=f"{whole}; {left}.", **line
        ),
    ]


def _nearest_zero(test: Result) -> float:
    """Return the end of an interval nearest zero; 0 when the interval holds 0."""
    if test.ci_low <= 0 <= test.ci_high:
        return 0.0
    return min(test.ci_low, test.ci_high, key=abs)


def _explaining_required(needed: dict) -> dict:
    """Return the differential effect that would explain a difference known only as required."""
    return needed | {
        "analysis": ANALYSIS,
        "scenario": f"whole_required_difference:{needed['scenario']}",
        "threshold": needed["estimate"],
        "detail": f"A natural effect of {number(needed['estimate'])} in one arm only would "
        f"explain the whole of the least difference that the claim needs. {needed['detail']}",
    }


def _outside_changes(trial: Trial, pair: MeanPair, rho: float, alpha: float) -> list[dict]:
    """Return natural changes of the same quantity over the same months, from outside the trial.

    Evidence fits when its quantity is the outcome's label and unit, and one population has a mean
    at two times as far apart as the visits, each a month at which a patient of the trial can have
    been. The interval is the widest over the correlations (that of the least).
    """
    outcome, remission = trial.study.outcome(pair.outcome), trial.study.natural_remission
    evidence = trial.evidence
    means = evidence[
        (evidence["value_type"] == "mean")
        & (evidence["quantity"] == f"{outcome.label} {outcome.unit}")
    ]
    rows = []
    apart = pair.visit - pair.first.visit
    for _, start in means.iterrows():
        low, high = remission.months_at(pair.first.visit, start["clock"])
        if not low <= start["time_months"] <= high:
            continue
        ends = means[
            (means["time_months"] == start["time_months"] + apart)
            & means["clock"].eq(start["clock"])
            & (means["population"] == start["population"])
            & (means["citation"] == start["citation"])
        ]
        rows += [
            _outside_change(remission, pair, start, end, rho, alpha) for _, end in ends.iterrows()
        ]
    return rows


def _outside_change(
    remission: NaturalRemission,
    pair: MeanPair,
    start: pd.Series,
    end: pd.Series,
    rho: float,
    alpha: float,
) -> dict:
    natural, low, high = float(end["value"]) - float(start["value"]), nan, nan
    usable = all(row["spread_type"] == "sd" and pd.notna(row["n"]) for row in (start, end))
    if usable:
        n = int(min(start["n"], end["n"]))
        test = paired_from_summary(
            start["value"], start["spread"], end["value"], end["spread"], n, rho, alpha
        )
        low, high = test.ci_low, test.ci_high
    change = pair.second.mean - pair.first.mean
    cautions = [row["caution"] for row in (start, end) if pd.notna(row["caution"])]
    caution = f" Caution: {'; '.join(cautions)}." if cautions else ""
    interval = f" ({number(low)} to {number(high)})" if usable else ""
    clock = start["clock"]
    here = (
        f"month {low:g} to {high:g} from {clock}"
        for low, high in (remission.months_at(v, clock) for v in (pair.first.visit, pair.visit))
    )
    detail = (
        f"Natural change {number(natural)}{interval} in {start['population']}, from "
        f"{number(start['value'])} at month {start['time_months']:g} to month "
        f"{end['time_months']:g} from {clock}; here {number(change)} from "
        f"{number(pair.first.mean)}, from {' to '.join(here)}. Population and starting level "
        f"differ: beside it, not against it.{caution}"
    )
    return pair.line(
        ANALYSIS,
        f"natural_change:{start['id']}:{end['id']}",
        reading=None,
        rho=rho if usable else nan,
        estimate=natural,
        ci_low=low,
        ci_high=high,
        threshold=change,
        detail=detail,
        source=sources(pair.first.source, pair.second.source, start["citation"]),
    )
