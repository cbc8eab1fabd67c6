"""The tests of counts that a printed p may come from: 2 x 2 tables, whole tables, and McNemar."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb, nan

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from retrial.comparisons.selection import Count, count_of, event_name, in_version, versions_of
from retrial.stats.contingency import doubled_fisher, table_p
from retrial.stats.counts import COUNT_METHODS, compare_counts
from retrial.study.models import Study

_MOST_CATEGORIES = 8  # whose unions are tried: 255
_LARGEST_EXACT = 2000  # persons; beyond that Boschloo's and Barnard's tests take too long


def count_candidates(study: Study, counts: pd.DataFrame, row: pd.Series) -> tuple[list[dict], str]:
    """Return the tests of the counts behind a p, as cells of a Candidate; else the reason.

    `counts` are the counts of the p's outcome, `row` the p: with its category, or without one, when
    every category, every union of them and the whole table is tried.
    """
    counts = counts[counts["arm"].notna() & counts["total"].notna()]
    if counts.empty:
        return [], "no counts of the arms are printed"
    wanted = row["category"].split("+") if pd.notna(row["category"]) else None
    if wanted and not set(wanted) <= set(counts["category"]):
        return [], f"no count of the category {row['category']} is printed"
    visits = [row["visit"]] if pd.notna(row["visit"]) else list(counts["visit"].unique())
    tests = []
    for visit in visits:
        here = counts[counts["visit"].eq(visit) | (counts["visit"].isna() & pd.isna(visit))]
        if pd.notna(row["arm"]):
            start = counts.loc[counts["arm"] == row["arm"], "visit"].min()
            tests += _within(counts, row["arm"], start, visit, wanted)
        else:
            tests += _between([arm.id for arm in study.arms], here, visit, wanted)
    if not tests:
        when = "" if pd.isna(row["visit"]) else f" at visit {row['visit']:g}"
        what = "both visits" if pd.notna(row["arm"]) else "both arms"
        return [], f"the counts of {what}{when} are not printed"
    return tests, ""


def _row(test: str, contrast: str, visit: float, version: str, sizes: tuple, p: tuple) -> dict:
    return {
        "test": test,
        "contrast": contrast,
        "visit": nan if pd.isna(visit) else float(visit),
        "reading": None,
        "version": version,
        "n_1": sizes[0],
        "n_2": sizes[1] if len(sizes) > 1 else None,
        "p_low": p[0],
        "p_high": p[1],
    }


def _events(categories: list[str], wanted: list[str] | None) -> Iterator[tuple[str, ...]]:
    if wanted:
        yield tuple(wanted)
        return
    most = len(categories) if len(categories) <= _MOST_CATEGORIES else 1
    for size in range(1, most + 1):
        yield from combinations(categories, size)


def _between(
    arms: list[str], here: pd.DataFrame, visit: float, wanted: list[str] | None
) -> Iterator[dict]:
    for version, rows in _versions_and_populations(here):
        chosen = in_version(rows, version)
        categories = list(dict.fromkeys(chosen["category"]))
        for first, second in combinations(arms, 2):
            for event in _events(categories, wanted):
                counted = chosen[chosen["category"].isin(event)]
                one, two = (count_of(counted, arm, version, event) for arm in (first, second))
                if one is not None and two is not None:
                    contrast = f"{first} - {second}: {event_name(event)}"
                    yield from _tables(one, two, contrast, visit, version)
        yield from _whole(chosen, arms, visit, version)


def _versions_and_populations(counts: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the counts of each version; twice where two populations are printed."""
    for version in versions_of(counts):
        printed = set(counts["population"].dropna())
        if len(printed) < 2:
            yield version, counts
            continue
        for population in sorted(printed):
            other = printed - {population}
            yield version, counts[~counts["population"].isin(other)]


def _tables(one: Count, two: Count, contrast: str, visit: float, version: str) -> Iterator[dict]:
    """Yield every test of a 2 x 2 table."""
    table = one.events, one.total, two.events, two.total
    small = one.total + two.total <= _LARGEST_EXACT
    for method in COUNT_METHODS:
        if small or method not in ("boschloo", "barnard"):
            p = compare_counts(*table, method=method).p
            yield _row(method, contrast, visit, version, (one.total, two.total), (p, p))
    cells = np.array([[one.events, one.total - one.events], [two.events, two.total - two.events]])
    if cells.sum(axis=0).all():
        sizes = one.total, two.total
        p = table_p(cells, likelihood=True)
        yield _row("likelihood_ratio", contrast, visit, version, sizes, (p, p))
        p = doubled_fisher(*table)
        yield _row("fisher_doubled", contrast, visit, version, sizes, (p, p))


def _whole(chosen: pd.DataFrame, arms: list[str], visit: float, version: str) -> Iterator[dict]:
    """Yield chi-square of the whole table: arms by the categories that all of them print."""
    table = chosen.drop_duplicates(["arm", "category"]).pivot_table(
        index="arm", columns="category", values="value"
    )
    table = table.reindex([arm for arm in arms if arm in table.index]).fillna(0.0)
    totals = chosen.groupby("arm")["total"].max().reindex(table.index)
    rest = totals - table.sum(axis=1)
    if len(table) < 2 or (rest < 0).any():
        return  # categories that overlap make no table
    cells = table.to_numpy()
    if rest.gt(0).any():
        cells = np.column_stack([cells, rest])
    cells = cells[:, cells.sum(axis=0) > 0]
    if cells.shape[1] < 2 or cells.shape == (2, 2) or not cells.sum(axis=1).all():
        return
    sizes = tuple(int(n) for n in cells.sum(axis=1)[:2])
    for name, likelihood in (("chi2_table", False), ("likelihood_ratio_table", True)):
        p = table_p(cells, likelihood=likelihood)
        yield _row(name, " v. ".join(table.index), visit, version, sizes, (p, p))


def _within(
    counts: pd.DataFrame, arm: str, start: float, visit: float, wanted: list[str] | None
) -> Iterator[dict]:
    """Yield the tests of a change of a count within an arm, over every pairing of its members."""
    if pd.isna(start) or pd.isna(visit) or start == visit:
        return
    mine = counts[counts["arm"] == arm]
    for version, rows in _versions_and_populations(mine):
        chosen = in_version(rows, version)
        categories = list(dict.fromkeys(chosen["category"]))
        for event in _events(categories, wanted):
            rows = chosen[chosen["category"].isin(event)]
            before = count_of(rows[rows["visit"] == start], arm, version, event)
            after = count_of(rows[rows["visit"] == visit], arm, version, event)
            if before is None or after is None:
                continue
            contrast = f"{arm}: {event_name(event)}, visit {visit:g} - visit {start:g}"
            if before.total == after.total:
                p = mcnemar_range(before.events, after.events, before.total)
                yield _row("mcnemar_exact", contrast, visit, version, (before.total,), p[0])
                yield _row("mcnemar_chi2", contrast, visit, version, (before.total,), p[1])
            for test in _tables(before, after, contrast, visit, version):
                yield {**test, "test": f"unpaired_{test['test']}"}


def mcnemar_range(before: int, after: int, n: int) -> tuple[tuple, tuple]:
    """Return the ranges of McNemar's exact p and chi-square p over every pairing of n persons.

    Of `before` and `after` persons with the event, b lose it and c gain it: c - b is fixed, and b
    lies between what the difference needs and what n allows.
    """
    exact, chi2 = [], []
    for lost in range(max(0, before - after), min(before, n - after) + 1):
        gained = after - before + lost
        discordant = lost + gained
        if discordant == 0:
            exact.append(1.0)
            chi2.append(1.0)
            continue
        tail = sum(comb(discordant, k) for k in range(min(lost, gained) + 1)) / 2**discordant
        exact.append(min(1.0, 2 * tail))
        for less in (0, 1):  # without and with Edwards' correction
            apart = max(0, abs(lost - gained) - less)
            chi2.append(float(chdtrc(1, apart**2 / discordant)))
    return (min(exact), max(exact)), (min(chi2), max(chi2))
