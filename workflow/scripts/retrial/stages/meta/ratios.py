"""Risk and odds ratios of printed counts as a meta-analysis would take them: log and variance.

A study in which an arm has no event, or nothing but events, has 1/2 added to each of its four cells
(Cochrane Handbook, section 10.4.4.2; metafor's `escalc` with add = 1/2, to = only0); one in which
nobody or everybody has the event in both arms says nothing about a ratio.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from retrial.comparisons.selection import count_pairs, event_name, row_ids
from retrial.stats.summaries import as_counts, unboxed
from retrial.study.models import Study

RATIOS = ("log_rr", "log_or")


def log_risk_ratio(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike
) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Return ln of the ratio of two proportions and its variance, 1/a - 1/n1 + 1/c - 1/n2.

    Katz et al. 1978 (doi 10.2307/2530610).

    Args:
        events1: Members of the first arm with the event.
        n1: Size(s) of the first arm.
        events2: Members of the second arm with the event.
        n2: Size(s) of the second arm. All are broadcast against each other.

    Returns:
        (ln ratio, variance): floats for scalars, else arrays; NaN where nobody or everybody has the
        event in both arms.

    Raises:
        ValueError: If a count is not a whole number from 0 to its n, or an arm is empty.
    """
    a, b, c, d = _cells(events1, n1, events2, n2)
    ratio = np.log(a / (a + b)) - np.log(c / (c + d))
    return unboxed(ratio), unboxed(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))


def log_odds_ratio(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike
) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Return ln of the ratio of two odds and its variance, 1/a + 1/b + 1/c + 1/d.

    Woolf 1955 (doi 10.1111/j.1469-1809.1955.tb01348.x). Arguments, result and errors as
    `log_risk_ratio`.
    """
    a, b, c, d = _cells(events1, n1, events2, n2)
    ratio = np.log(a) - np.log(b) - np.log(c) + np.log(d)
    return unboxed(ratio), unboxed(1 / a + 1 / b + 1 / c + 1 / d)


FUNCTIONS = {"log_rr": log_risk_ratio, "log_or": log_odds_ratio}


def _cells(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike
) -> tuple[np.ndarray, ...]:
    """Return the four cells, with 1/2 added where one is empty; NaN where a ratio says nothing."""
    a, size1, c, size2 = np.broadcast_arrays(
        as_counts(events1, 0, "events1"),
        as_counts(n1, 1, "n1"),
        as_counts(events2, 0, "events2"),
        as_counts(n2, 1, "n2"),
    )
    if np.any(a > size1) or np.any(c > size2):
        raise ValueError(f"events must not exceed n, found {events1!r}/{n1!r}, {events2!r}/{n2!r}.")
    cells = np.array([a, size1 - a, c, size2 - c], dtype=float)
    cells = cells + np.where((cells == 0).any(axis=0), 0.5, 0.0)
    empty = (a + c == 0) | (a + c == size1 + size2)
    return tuple(np.where(empty, np.nan, cells))


def events_of(study: Study, reported: pd.DataFrame) -> list[tuple[str, tuple[str, ...]]]:
    """Return (outcome, categories) of the counted events: each category, and those added up.

    Categories are added up where the study declares an event of several (of natural remission).
    """
    counts = reported[reported["statistic"] == "count"]
    single = [
        (outcome.id, (category,))
        for outcome in study.outcomes
        if outcome.kind == "counts"
        for category in counts.loc[counts["outcome"] == outcome.id, "category"].dropna().unique()
    ]
    declared = study.natural_remission.events if study.natural_remission else []
    several = [(e.outcome, tuple(e.categories)) for e in declared if len(e.categories) > 1]
    return list(dict.fromkeys(chain(single, several)))


def ratios_of(study: Study, reported: pd.DataFrame) -> Iterator[dict]:
    """Yield an event's counts in both arms with its ratios: effect and variance by scale.

    One for each event, visit and consistent version of the paper in which both arms print it.
    """
    arms = (study.arm("treatment").id, study.arm("control").id)
    units = {outcome.id: outcome.unit for outcome in study.outcomes}
    for outcome, categories in events_of(study, reported):
        mine = reported[(reported["outcome"] == outcome) & (reported["statistic"] == "count")]
        for visit in sorted(mine["visit"].dropna().unique()):
            for version, first, second in count_pairs(reported, outcome, categories, visit, arms):
                if first.total == second.total == first.events + second.events:
                    continue  # the same patients, divided between the arms: no event in an arm
                cells = (first.events, first.total, second.events, second.total)
                yield {
                    "study": study.id,
                    "outcome": outcome,
                    "category": event_name(categories),
                    "unit": units[outcome],
                    "visit": visit,
                    "version": version or None,
                    "admissible": True,
                    "row_ids": row_ids(first, second),
                    "n_1": first.total,
                    "n_2": second.total,
                    "events_1": first.events,
                    "events_2": second.events,
                    "found": {scale: FUNCTIONS[scale](*cells) for scale in RATIOS},
                }
