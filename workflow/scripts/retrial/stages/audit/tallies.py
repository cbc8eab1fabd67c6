"""Check counts: categories must add up to their denominator, denominators must agree."""

from __future__ import annotations

import pandas as pd

from retrial.comparisons.selection import in_version, versions_of
from retrial.stages.audit.spread import finding
from retrial.study.models import Study


def check_tallies(study: Study, reported: pd.DataFrame) -> list[dict]:
    """Check every printed count and every set of categories that shares a denominator."""
    counts = reported[reported["statistic"] == "count"]
    found = []
    for name, rows in counts.dropna(subset=["tally"]).groupby("tally", sort=False):
        found.append(_one_denominator(name, rows))
        for version in versions_of(rows):
            found += _sum(name, in_version(rows, version), version)
            found += _remaining(in_version(rows, version))
    for _, row in counts.dropna(subset=["total"]).iterrows():
        found += _stated_elsewhere(counts, row)
        found += _all_randomized(study, row)
    printed = counts[~counts["inferred"].astype(bool) & ~counts["cumulative"].eq(True)]
    later = printed[printed["visit"].gt(0) & printed["alternative_of"].isna()]
    same = ["outcome", "arm", "visit", "population"]
    for _, rows in later.dropna(subset=["arm"]).groupby(same, sort=False, dropna=False):
        found += _still_followed(study, rows)
    return found


def _of_tally(check: str, name: str, rows: pd.DataFrame, verdict: str, **rest: object) -> dict:
    first = rows.iloc[0]
    return {**finding(check, first, None, verdict, **rest), "target": name}


def _one_denominator(name: str, rows: pd.DataFrame) -> dict:
    """All categories of a tally are printed with one denominator."""
    printed = rows[~rows["inferred"].astype(bool)]
    totals = sorted(printed["total"].dropna().unique())
    words = " and ".join(f"{row.value:g} of {row.total:g}" for row in printed.itertuples())
    return _of_tally(
        "tally_denominator",
        name,
        rows,
        "inconsistent" if len(totals) > 1 else "pass",
        value=float(totals[-1]) if totals else float("nan"),
        bound=float(totals[0]) if totals else float("nan"),
        detail=words,
    )


def _sum(name: str, rows: pd.DataFrame, version: str) -> list[dict]:
    """Categories add up to their denominator; fewer leave patients out, more are impossible."""
    if rows.empty or rows["total"].nunique() != 1:
        return []
    added, total = rows["value"].sum(), rows["total"].iloc[0]
    complete = rows["exhaustive"].eq(True).all()
    if added > total:
        verdict = "impossible"
    elif added < total and complete:
        verdict = "inconsistent"
    else:
        verdict = "pass"
    words = " + ".join(f"{value:g}" for value in rows["value"])
    left = total - added
    detail = f"{words} = {added:g} of {total:g}" + (
        f"; {left:g} not accounted for" if verdict == "inconsistent" else ""
    )
    detail += f" ({version})" if version else ""
    return [_of_tally("tally_sum", name, rows, verdict, value=added, bound=total, detail=detail)]


def _remaining(rows: pd.DataFrame) -> list[dict]:
    """A printed 'of the remaining N' is the denominator less the categories named before."""
    found, before = [], 0.0
    for _, row in rows.iterrows():
        if pd.notna(row["remaining"]):
            expected = row["total"] - before
            agrees = row["remaining"] == expected
            found.append(
                finding(
                    "tally_remaining",
                    row,
                    None,
                    "pass" if agrees else "inconsistent",
                    value=row["remaining"],
                    bound=expected,
                    detail=f"printed as 'of the remaining {row['remaining']:g}'; "
                    f"{row['total']:g} less {before:g} named before leave {expected:g}",
                )
            )
        before += row["value"]
    return found


def _stated_elsewhere(counts: pd.DataFrame, row: pd.Series) -> list[dict]:
    """A denominator agrees with the row that prints it as a count of its own."""
    if pd.isna(row["total_row"]):
        return []
    parent = counts[counts["row_id"] == row["total_row"]].iloc[0]
    agrees = row["total"] == parent["value"]
    verdict, detail = "pass", f"{row['total']:g} here, {parent['value']:g} in {parent['source']}"
    if not agrees:
        verdict = "inconsistent"
        siblings = counts[(counts["tally"] == parent["tally"]) & counts["tally"].notna()]
        others = siblings[siblings["row_id"] != parent["row_id"]]["value"]
        if not others.empty and row["total"] + others.sum() > parent["total"]:
            verdict = "impossible"
            words = " + ".join(f"{v:g}" for v in [row["total"], *others])
            detail += f"; {words} exceed the {parent['total']:g} of this group"
    return [
        finding(
            "denominator_row",
            row,
            None,
            verdict,
            value=row["total"],
            bound=parent["value"],
            detail=detail,
        )
    ]


def _all_randomized(study: Study, row: pd.Series) -> list[dict]:
    """A count among all who were randomized has their number as its denominator.

    A count with a `total_row` has another denominator: the number that this row prints.
    """
    if pd.isna(row["population"]) or row["population"] != "randomized" or pd.isna(row["arm"]):
        return []
    if pd.notna(row["total_row"]):
        return []
    randomized = next(arm.n for arm in study.arms if arm.id == row["arm"])
    return [
        finding(
            "denominator_randomized",
            row,
            None,
            "pass" if row["total"] == randomized else "inconsistent",
            value=row["total"],
            bound=float(randomized),
            detail=f"counted among all randomized, of {row['total']:g}; "
            f"{randomized} were randomized",
        )
    ]


def _still_followed(study: Study, rows: pd.DataFrame) -> list[dict]:
    """No more patients are counted at a visit than were still followed.

    `rows` are the counts of one outcome in one arm at one visit, events over the whole follow-up
    left out. Categories with denominators of their own are added up.
    """
    row = rows.iloc[0]
    least, most = study.available(row["arm"], row["visit"])
    counted = max(rows["total"].max(), rows["value"].sum())
    randomized = next(arm.n for arm in study.arms if arm.id == row["arm"])
    if counted != randomized or least == randomized:
        return []
    beyond = counted > most
    names = ", ".join(rows["category"].str.replace("_", " "))
    return [
        finding(
            "denominator_available",
            row,
            None,
            "inconsistent" if beyond else "pass",
            value=counted,
            bound=float(most),
            detail=f"{counted:g} patients are counted at {study.visit_name(row['visit'])} "
            f"({names}), when {most} were followed"
            + ("; right only if those who left are counted in" if beyond else ""),
        )
    ]
