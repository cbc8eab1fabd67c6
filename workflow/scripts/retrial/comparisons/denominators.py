"""Whom a printed denominator counts: its group, and the patients that no category names.

A count's `total_row` names the printed count that is its denominator (6 of the 11 who were positive
at entry), and its `tally` the categories that divide the denominator among them.
"""

from __future__ import annotations

import pandas as pd

from retrial.comparisons.selection import Count
from retrial.study.models import Study


def arm_size(study: Study, arm: str) -> int:
    """Return the number randomized to an arm."""
    return next(a.n for a in study.arms if a.id == arm)


def group_size(study: Study, reported: pd.DataFrame, count: Count) -> int:
    """Return the size of the group that a denominator counts, before anybody left it.

    The printed count that `total_row` names; the arm's size where none is named. Never below the
    denominator itself, which the paper may print larger than its group.
    """
    own = reported[reported["row_id"].isin(count.row_ids)]
    parents = reported[reported["row_id"].isin(own["total_row"].dropna())]
    printed = parents.loc[parents["statistic"] == "count", "value"]
    whole = int(printed.min()) if len(printed) else arm_size(study, count.arm)
    return max(min(whole, arm_size(study, count.arm)), count.total)


def among(study: Study, count: Count, members: int) -> tuple[int, int]:
    """Return the least and greatest number of `members` patients of the arm in a denominator."""
    outside = arm_size(study, count.arm) - count.total
    return max(0, members - max(0, outside)), min(members, count.total)


def unclassified(reported: pd.DataFrame, count: Count) -> int:
    """Return how many of a denominator are in no printed category of its tally.

    0 where the count belongs to no tally whose categories are to add up. A category that the
    count's version of the paper does not print is taken from the version that does.
    """
    own = reported[reported["row_id"].isin(count.row_ids)]
    names = own["tally"].dropna().unique()
    if len(names) != 1:
        return 0
    tally = reported[(reported["tally"] == names[0]) & reported["value"].notna()]
    if not tally["exhaustive"].eq(True).any():
        return 0
    versions = own["version"].dropna().unique()
    counted = 0
    for _, rows in tally.groupby("category", sort=False):
        fitting = rows[rows["version"].isna() | rows["version"].isin(versions)]
        counted += int((rows if fitting.empty else fitting)["value"].min())
    return max(0, count.total - counted)
