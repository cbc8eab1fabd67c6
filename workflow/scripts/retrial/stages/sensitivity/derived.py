"""Outcomes derived from printed means by a published rule, held against the rule's limit.

Where all parts of the formula are printed in the units that it takes, its value; where one is
missing, the mean of that one at which the limit is reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

import pandas as pd

from retrial.comparisons.selection import in_version, versions_of
from retrial.study.derived import Derived
from retrial.trial import Trial
from retrial.wording import number, sources

ANALYSIS = "derived"


def derived(trial: Trial, *, alpha: float, readings: list[str], rho: list[float]) -> list[dict]:
    """Return each derived outcome at each visit after baseline where enough of it is printed.

    `estimate` is its value from the printed means; `threshold` the mean of the one part that is not
    printed, at which the limit is reached. No row where more than one part is missing.
    """
    rows: dict[str, dict] = {}
    for one in trial.study.derived:
        limits = trial.evidence[trial.evidence["id"] == one.at_most]
        for _, limit in limits.iterrows():
            for row in _of(trial, one, limit):
                rows.setdefault(row["scenario"], row)
    return list(rows.values())


def _of(trial: Trial, one: Derived, limit: pd.Series) -> Iterator[dict]:
    names = one.formula.names
    means = trial.reported[
        trial.reported["outcome"].isin(names)
        & (trial.reported["statistic"] == "mean")
        & (trial.reported["visit"] > min(trial.study.visits))
    ]
    means = means[_units(trial, means) == means["outcome"].map(one.units)]
    for version in versions_of(means):
        cells = in_version(means, version).drop_duplicates(["outcome", "arm", "visit"])
        for _, group in cells.groupby(["arm", "visit"], dropna=False, sort=False):
            values = dict(zip(group["outcome"], group["value"].astype(float), strict=True))
            missing = [name for name in names if name not in values]
            if len(missing) <= 1:
                yield _row(trial, one, limit, group, values, missing)


def _units(trial: Trial, means: pd.DataFrame) -> pd.Series:
    """Return the unit of each printed mean: its own, or else that of its outcome."""
    declared = means["outcome"].map({o.id: o.unit for o in trial.study.outcomes})
    return means["unit"].astype(object).where(means["unit"].notna(), declared)


def _row(
    trial: Trial,
    one: Derived,
    limit: pd.Series,
    group: pd.DataFrame,
    values: dict[str, float],
    missing: list[str],
) -> dict:
    first = group.iloc[0]
    labels = {o.id: o.label for o in trial.study.outcomes}
    arm = next((a.label for a in trial.study.arms if a.id == first["arm"]), "all patients")
    most = float(limit["value"])
    printed = ", ".join(f"{labels[name]} {value:g}" for name, value in values.items())
    place = f"({printed}; {arm})"
    cells = {
        "analysis": ANALYSIS,
        "scenario": f"{one.id}:{first['row_id']}",
        "outcome": first["outcome"],
        "visit": first["visit"],
        "version": first["version"],
        "source": sources(*group["source"], limit["citation"]),
        "row_ids": ";".join(group.loc[group["outcome"].isin(list(values)), "row_id"]),
    }
    if not missing:
        value = one.formula(values)
        side = "inside" if value <= most else "outside"
        detail = (
            f"{one.label} of the means is {number(value)}, {side} the range of {one.means} (at "
            f"most {most:g}) {place}."
        )
        return cells | {"estimate": value, "detail": detail}
    part = missing[0]
    at_limit = _solved(one, values, part, most)
    detail = f"Pending: no mean of {labels[part]} in {one.units[part]} is printed at this visit."
    if at_limit == at_limit:
        rises = one.formula(values | {part: at_limit + 1}) > most
        detail += (
            f" {one.label} is at most {most:g} ({one.means}) {'up to' if rises else 'from'} a mean "
            f"of {at_limit:.4g} {one.units[part]} {place}."
        )
    return cells | {"threshold": at_limit, "detail": detail}


def _solved(one: Derived, values: dict[str, float], part: str, limit: float) -> float:
    """Return the part at which a formula that is linear in it reaches the limit, else nan."""
    try:
        at = [one.formula(values | {part: x}) for x in (1.0, 2.0, 3.0)]
    except ZeroDivisionError:
        return nan
    slope = at[1] - at[0]
    straight = abs(at[2] - at[1] - slope) <= 1e-9 * max(1.0, *map(abs, at))
    return 1.0 + (limit - at[0]) / slope if straight and slope else nan
