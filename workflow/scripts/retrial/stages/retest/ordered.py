"""Rank tests of counts in ordered categories.

The order is declared with the outcome, from low to high; a category that an arm does not print has
nobody in it, as far as the printed ones add up to the arm's denominator. Patients in no printed
category are left out of the test; its range of p puts them anywhere in the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from math import comb

import pandas as pd

from retrial.comparisons.selection import in_version, rows_of, versions_of
from retrial.stages.retest.common import base_row
from retrial.stats.ordinal import ORDERED_METHODS, OrderedComparison, compare_ordered, unmet_ordered
from retrial.study.claims import Claim, Target
from retrial.trial import Settings

MOST_PLACEMENTS = 2000  # of unnamed patients in the order, up to which all are tried


@dataclass(frozen=True)
class Ordered:
    """An arm's patients by ordered category, from low to high, and those in no printed one."""

    counts: tuple[int, ...]
    unnamed: int
    row_ids: tuple[str, ...]

    @property
    def total(self) -> int:
        """Return the number of patients in a printed category."""
        return sum(self.counts)

    def placed(self) -> Iterator[tuple[int, ...]]:
        """Yield the counts with the unnamed patients in every combination of categories."""
        places = range(len(self.counts))
        for chosen in combinations_with_replacement(places, self.unnamed):
            yield tuple(n + chosen.count(place) for place, n in enumerate(self.counts))

    @property
    def placements(self) -> int:
        """Return how many combinations `placed` has."""
        return comb(len(self.counts) + self.unnamed - 1, self.unnamed)


def ordered_of(rows: pd.DataFrame, arm: str, version: str, order: list[str]) -> Ordered | None:
    """Return an arm's ordered counts in a version; None unless they share one denominator.

    A category that the version does not print is taken from the version that does.
    """
    mine = rows[rows["arm"] == arm]
    chosen = in_version(mine, version)
    others = mine[~mine["category"].isin(chosen["category"])]
    chosen = pd.concat([chosen, others]) if len(chosen) else chosen
    if chosen.empty or chosen["total"].isna().any() or chosen["total"].nunique() != 1:
        return None
    if chosen["category"].duplicated().any():
        return None
    printed = chosen.set_index("category")["value"]
    counts = tuple(int(printed.get(category, 0)) for category in order)
    unnamed = int(chosen["total"].iloc[0]) - sum(counts)
    if unnamed < 0 or not sum(counts):
        return None
    return Ordered(counts, unnamed, tuple(chosen["row_id"]))


def ordered_rows(
    claim: Claim,
    target: Target,
    visit: float,
    order: list[str],
    reported: pd.DataFrame,
    arms: tuple[str, str],
    settings: Settings,
) -> Iterator[tuple[dict, tuple[Ordered, Ordered]]]:
    """Yield (row, the arms' counts that enter it) of each rank test in each version."""
    rows = rows_of(reported, target.outcome, visit, statistic="count", categories=order)
    for version in versions_of(rows):
        first, second = (ordered_of(rows, arm, version, order) for arm in arms)
        if first is None or second is None:
            continue
        for method in ORDERED_METHODS:
            test = compare_ordered(first.counts, second.counts, method)
            p_low, p_high = _range(first, second, test)
            row = {
                **base_row(claim, target, visit, version, method),
                "contrast": " - ".join(arms),
                "statistic": test.statistic,
                "df1": test.df,
                "estimate": test.delta,
                "effect_size": test.superiority,
                "effect_size_type": "superiority",
                "p": test.p,
                "p_low": p_low,
                "p_high": p_high,
                "n_1": first.total,
                "n_2": second.total,
                "calculation": "|".join([method, *(_named(arm.counts) for arm in (first, second))]),
                "assumptions": _assumptions(first, second, order, method),
            }
            yield row, (first, second)


def _named(counts: tuple[int, ...]) -> str:
    return ",".join(map(str, counts))


def _all_tried(first: Ordered, second: Ordered) -> bool:
    return first.placements * second.placements <= MOST_PLACEMENTS


def _range(first: Ordered, second: Ordered, test: OrderedComparison) -> tuple[float, float]:
    """Return the least and greatest p: the unnamed patients left out, or anywhere in the order."""
    if (not first.unnamed and not second.unnamed) or not _all_tried(first, second):
        return test.p, test.p
    placed = product(first.placed(), second.placed())
    p = [test.p, *(compare_ordered(a, b, test.method).p for a, b in placed)]
    return min(p), max(p)


def _assumptions(first: Ordered, second: Ordered, order: list[str], method: str) -> str:
    words = [f"order from low to high: {', '.join(order)}"]
    if first.unnamed or second.unnamed:
        every = first.total + first.unnamed, second.total + second.unnamed
        told = f"{first.total} of {every[0]} and {second.total} of {every[1]} patients are in a "
        told += "printed category; the others are left out"
        if _all_tried(first, second):
            told += ", and anywhere in the order for the range of p"
        words.append(told)
    if reason := unmet_ordered(method, first.counts, second.counts):
        words.append(reason)
    return "; ".join(words)
