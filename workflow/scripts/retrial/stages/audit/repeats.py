"""Compare numbers that the paper prints twice, allowing for rounding."""

from __future__ import annotations

from math import sqrt

import pandas as pd

from retrial.stages.audit.spread import finding
from retrial.stats.precision import known_interval
from retrial.stats.summaries import sd_from_error


def check_repeats(reported: pd.DataFrame, readings: list[str]) -> list[dict]:
    """Compare each row with the row it is printed as an alternative of."""
    by_id = reported.set_index("row_id")
    found = []
    for _, row in reported.dropna(subset=["alternative_of"]).iterrows():
        other = by_id.loc[row["alternative_of"]]
        if row["inferred"] and row["value"] == other["value"]:
            continue  # the same printed count with its other denominator: a matter of tallies
        if row["statistic"] == "count":
            found.append(_counts(row, other))
        else:
            found.append(_values(row, other))
            if pd.notna(row["error"]) and pd.notna(other["error"]):
                found.append(_errors(row, other, readings))
    return found


def _overlap(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return first[0] <= second[1] and second[0] <= first[1]


def _values(row: pd.Series, other: pd.Series) -> dict:
    same = _overlap(
        known_interval(row),
        known_interval(other),
    )
    return finding(
        "printed_twice",
        row,
        None,
        "pass" if same else "inconsistent",
        value=row["value"],
        bound=other["value"],
        detail=f"{row['value']:g} in {row['source']}, {other['value']:g} in {other['source']}"
        + (": equal after rounding" if same else ""),
    )


def _errors(row: pd.Series, other: pd.Series, readings: list[str]) -> dict:
    """Error terms agree when some pair of readings makes them the same SD after rounding."""
    n = int(row["n"])
    fitting = [
        (first, second)
        for first in readings
        for second in readings
        if _overlap(_sd_interval(row, first), _sd_interval(other, second))
    ]
    ratio = other["error"] / row["error"]
    times = ", ".join(
        f"{sd_from_error(row['error'], n, r) / other['error']:.2g} times as {r.upper()}"
        for r in readings
    )
    return finding(
        "printed_twice_error",
        row,
        None,
        "pass" if ("sd", "sd") in fitting else "inconsistent",
        value=row["error"],
        bound=other["error"],
        detail=f"{row['error']:g} in {row['source']}, {other['error']:g} in {other['source']}: "
        f"ratio {ratio:.3g}; SD against SEM would be {sqrt(n):.3g}"
        + (
            f"; equal if read as {' and '.join(f.upper() for f in fitting[0])}"
            if fitting
            else f"; no pair of readings makes them equal. If the latter is an SD, the former is "
            f"{times}"
        ),
    )


def _sd_interval(row: pd.Series, reading: str) -> tuple[float, float]:
    low, high = known_interval(row, "error")
    n = int(row["n"])
    return sd_from_error(max(low, 0.0), n, reading), sd_from_error(high, n, reading)


def _counts(row: pd.Series, other: pd.Series) -> dict:
    same = row["value"] == other["value"] and row["total"] == other["total"]
    return finding(
        "printed_twice",
        row,
        None,
        "pass" if same else "inconsistent",
        value=row["value"],
        bound=other["value"],
        detail=f"{row['value']:g} of {row['total']:g} in {row['source']}, "
        f"{other['value']:g} of {other['total']:g} in {other['source']}",
    )
