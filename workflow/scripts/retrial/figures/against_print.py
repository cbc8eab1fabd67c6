"""Hold a figure's means and bars against the numbers that the paper prints of the same patients.

A mean that is printed as well is a free test of the calibration and of which curve is which arm; an
error term that is printed as well says what the bars are.
"""

from __future__ import annotations

from math import sqrt

import pandas as pd
from scipy.special import ndtri

from retrial.stats.precision import half_width
from retrial.stats.student import critical_t
from retrial.stats.summaries import READINGS
from retrial.study.figures import Figure

FALSE_ALARMS = 0.01  # how often numbers that agree, clicked with the stated error, are flagged
KEYS = ["outcome", "arm", "visit"]


def printed_means(reported: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are means printed in a table or in the text, with an arm and a visit.

    `reported` are typed numbers, with digitized ones among them or not.
    """
    means = reported[(reported["statistic"] == "mean") & reported[KEYS].notna().all(axis=1)]
    if "digitized" in means:
        means = means[~means["digitized"].fillna(False).astype(bool)]
    return means


def beside_print(points: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """Return each digitized mean beside each printed one of its outcome, arm and visit.

    The columns of `points` (DIGITIZED), those of the printed row with `_printed`, `gap` (read off
    minus printed), `room` (what rounding and clicks explain) and `agrees`.
    """
    both = points.merge(
        printed_means(reported), on=KEYS, suffixes=("", "_printed"), how="inner", sort=False
    )
    both = both.rename(columns={"value": "value_printed", "n": "n_printed"})
    limit = -float(ndtri(FALSE_ALARMS / 2 / max(len(both), 1)))
    gap = both["mean"].astype(float) - both["value_printed"].astype(float)
    rounding = both["value_decimals"].map(half_width).astype(float)
    room = rounding + limit * both["mean_sigma"].astype(float)
    return both.assign(gap=gap, room=room, limit=limit, agrees=gap.abs() <= room)


def contradicted(beside: pd.DataFrame) -> pd.DataFrame:
    """Return the panels with a mean that agrees with none of its printed values.

    One row a panel: figure, panel, outcome, `row_id` and `gap` of the mean furthest off, how many
    of its means are printed (`compared`) and contradict (`contradicting`), and `exchanged`: whether
    all of them agree once its two arms are exchanged.
    """
    rows = []
    for (figure, panel), group in beside.groupby(["figure", "panel"], sort=False):
        best = group.groupby("row_id", sort=False)["agrees"].any()
        wrong = list(best.index[~best])
        if not wrong:
            continue
        worst = group[group["row_id"].isin(wrong)]
        worst = worst.loc[(worst["gap"].abs() / worst["room"]).idxmax()]
        rows.append(
            {
                "figure": figure,
                "panel": panel,
                "outcome": group["outcome"].iloc[0],
                "row_id": worst["row_id"],
                "arm": worst["arm"],
                "visit": worst["visit"],
                "mean": worst["mean"],
                "value_printed": worst["value_printed"],
                "source_printed": worst["source"],
                "gap": worst["gap"],
                "room": worst["room"],
                "compared": len(best),
                "contradicting": len(wrong),
                "exchanged": _exchanged(group),
            }
        )
    return pd.DataFrame(rows)


def _exchanged(group: pd.DataFrame) -> bool:
    """Return whether the means of a panel's two arms agree with each other's printed values."""
    arms = list(dict.fromkeys(group["arm"]))
    if len(arms) != 2:
        return False
    other = dict(zip(arms, arms[::-1], strict=True))
    crossed = group[["row_id", "arm", "visit", "mean", "room"]].assign(arm=group["arm"].map(other))
    both = crossed.merge(group[["arm", "visit", "value_printed"]], on=["arm", "visit"])
    near = (both["mean"] - both["value_printed"]).abs() <= both["room"]
    return len(both) > 0 and bool(near.groupby(both["row_id"]).any().all())


def held_back(figures: list[Figure], beside: pd.DataFrame) -> set[tuple[str, str]]:
    """Return (figure, panel) of what contradicts the print and nobody has accepted."""
    accepted = {figure.id for figure in figures if figure.accepted}
    found = contradicted(beside)
    return {
        (row["figure"], row["panel"])
        for row in found.to_dict("records")
        if row["figure"] not in accepted
    }


def factor(reading: str, n: int) -> float:
    """Return the SD over the error term: 1 for an SD, sqrt(n) for a SEM, sqrt(n)/t for a CI."""
    if reading == "sd":
        return 1.0
    return sqrt(n) / (float(critical_t(n - 1, 0.05)) if reading == "ci95" else 1.0)


def bar_readings(row: pd.Series | dict) -> list[tuple[str, str]]:
    """Return the pairs (reading of the bar, reading of the printed error term) with equal SDs.

    `row` is one of `beside_print` with an `error` of its own and an `error_printed`; both are known
    to their clicks and their rounding. n is that of the printed row.
    """
    n = int(row["n_printed"])
    half = row["limit"] * row["error_sigma"]
    low, high = max(row["error"] - half, 0.0), row["error"] + half
    rounding = half_width(row["error_decimals"])
    least, most = max(row["error_printed"] - rounding, 0.0), row["error_printed"] + rounding
    return [
        (bar, printed)
        for bar in READINGS
        for printed in READINGS
        if low * factor(bar, n) <= most * factor(printed, n)
        and least * factor(printed, n) <= high * factor(bar, n)
    ]
