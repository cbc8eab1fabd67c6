"""Are randomized arms more alike, or less, at the first visit than chance makes them?

A standard error taken for a standard deviation makes them look too different, a standard deviation
taken for a standard error too alike, so the answer is an argument on what an error term is
(Carlisle 2017, doi 10.1111/anae.13938). The baseline values of a patient are correlated, and
blocks or strata make arms alike by design, so this is an indication and excludes no reading.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from retrial.stages.audit.spread import means_with_error
from retrial.stats.combination import stouffer
from retrial.stats.means import compare_means
from retrial.stats.precision import known_interval
from retrial.stats.rounding import means_p_range
from retrial.stats.summaries import sd_from_error
from retrial.study.models import Study

SIDES = {"baseline_alike": "alike", "baseline_different": "different"}


def check_baseline(
    study: Study, reported: pd.DataFrame, readings: tuple[str, ...], alpha: float
) -> list[dict]:
    """Combine the comparisons of the arms' means at the first visit, scope by scope.

    Two lines for each label scope that prints at least two outcomes of both arms, and reading:
    `value` is the one-sided p of Stouffer's combination that arms as alike (or as different) arise
    by randomization, from the two-sided p of Student's t of each outcome.
    """
    try:
        arms = study.arm("treatment").id, study.arm("control").id
    except KeyError:
        return []
    rows = means_with_error(reported)
    first = rows[rows["visit"] == min(study.visits)]
    found: list[dict] = []
    for scope, members in first.groupby("label_scope", sort=False):
        pairs = list(_pairs(members, arms))
        for reading in readings if len(pairs) > 1 else ():
            found += _lines(scope, pairs, reading, alpha)
    return found


def _pairs(rows: pd.DataFrame, arms: tuple[str, str]) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Yield the two arms' rows of each outcome; of two values the first that is printed."""
    for _, same in rows.groupby("outcome", sort=False):
        of_arm = [same[same["arm"] == arm] for arm in arms]
        if not any(found.empty for found in of_arm):
            yield of_arm[0].iloc[0], of_arm[1].iloc[0]


def _lines(scope: str, pairs: list, reading: str, alpha: float) -> Iterator[dict]:
    printed = np.array([_student(first, second, reading) for first, second in pairs])
    ranges = np.array([_range(first, second, reading) for first, second in pairs])
    z, *tails = stouffer(printed)
    # Small p: different; large p: alike.
    for check, place, ends in (
        ("baseline_alike", 1, ranges[:, ::-1]),
        ("baseline_different", 0, ranges),
    ):
        p = tails[place]
        low, high = (_tail(ends[:, end], place) for end in (0, 1))
        outcomes = ", ".join(
            f"{first['outcome']} {value:.2g}"
            for (first, _), value in zip(pairs, printed, strict=True)
        )
        yield {
            "check": check,
            "target": scope,
            "visit": pairs[0][0]["visit"],
            "reading": reading,
            "verdict": "implausible" if p < alpha else "pass",
            "value": p,
            "bound": alpha,
            "detail": f"read as {reading.upper()}, arms as {SIDES[check]} as these in {len(pairs)} "
            f"means have a one-sided p of {p:.2g} ({low:.2g} to {high:.2g} over what rounds to the "
            f"printed means): Stouffer's z {z:.2f}, from Student's t ({outcomes}). Correlated "
            "outcomes and randomization in blocks or strata change this p",
            "source": pairs[0][0]["source"],
        }


def _tail(p: np.ndarray, place: int) -> float:
    """Return one tail; means that can be equal (p = 1) are as alike as can be."""
    return stouffer(np.clip(p, np.finfo(float).tiny, 1.0))[1 + place]


def _sds(row: pd.Series, reading: str) -> float:
    return float(sd_from_error(row["error"], int(row["n"]), reading))


def _student(first: pd.Series, second: pd.Series, reading: str) -> float:
    arms = [(row["value"], _sds(row, reading), int(row["n"])) for row in (first, second)]
    return float(compare_means(*arms[0], *arms[1]).p)


def _range(first: pd.Series, second: pd.Series, reading: str) -> tuple[float, float]:
    arms = [
        (known_interval(row), (_sds(row, reading),) * 2, int(row["n"])) for row in (first, second)
    ]
    return means_p_range(*arms[0], *arms[1])
