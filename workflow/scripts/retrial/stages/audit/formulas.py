"""Compare outcomes that the paper ties by a formula: BMI with weight and height, say.

The mean of a product is not the product of the means, but it is not far from it. For n persons
mean(x y) = mean(x) mean(y) + (n - 1)/n r s_x s_y, so by Cauchy and Schwarz it lies within
(n - 1)/n s_x s_y of the product. That holds for z = c x y, and for z = c x / y as c x = z y: what
lies beyond is impossible. For any other formula the second-order Taylor expansion about the means,
with every correlation, is an approximation: what lies beyond is implausible.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from retrial.comparisons.selection import in_version, versions_of
from retrial.stages.audit.spread import finding, means_with_error
from retrial.stats.precision import known_interval
from retrial.stats.summaries import READINGS, sd_from_error
from retrial.study.formula import Tie
from retrial.study.models import Study

Interval = tuple[float, float]


def check_formulas(study: Study, reported: pd.DataFrame) -> list[dict]:
    """Hold the printed mean of each outcome that has a formula against its parts' means."""
    found = []
    for tie in study.formulas:
        names = [tie.outcome, *tie.formula.names]
        rows = means_with_error(reported)
        rows = rows[rows["outcome"].isin(names) & rows["arm"].notna()]
        mine = []
        for version in versions_of(rows):
            cells = in_version(rows, version).drop_duplicates(["outcome", "arm", "visit"])
            for _, group in cells.groupby(["arm", "visit"], dropna=False, sort=False):
                if set(group["outcome"]) == set(names):
                    mine += _at(tie, group.set_index("outcome", drop=False))
        found += mine or [
            {
                "check": "formula",
                "target": tie.outcome,
                "outcome": tie.outcome,
                "verdict": "not_applicable",
                "detail": f"{_written(tie)}: the means of all of them are printed with error terms "
                "in no arm at no visit",
                "source": tie.source,
            }
        ]
    return list({(f["target"], f.get("reading"), f["detail"]): f for f in found}.values())


def _written(tie: Tie) -> str:
    return f"{tie.outcome} = {tie.equals}"


def _at(tie: Tie, cells: pd.DataFrame) -> list[dict]:
    """Return the findings of one arm at one visit, one for each reading of the error terms."""
    row = cells.loc[tie.outcome]
    if cells["n"].nunique() != 1:
        sizes = ", ".join(f"{name} {n:g}" for name, n in cells["n"].items())
        detail = f"{_written(tie)}: the patients differ (n: {sizes})"
        return [finding("formula", row, None, "not_applicable", detail=detail)]
    means = {name: known_interval(cell) for name, cell in cells.iterrows()}
    found = []
    # Where the error terms share a label, one reading holds for all; else the largest SD does.
    together = cells["label_scope"].nunique() == 1 and cells["label_scope"].notna().all()
    for readings in [(r,) for r in READINGS] if together else [READINGS]:
        sds = {name: max(_largest_sd(cell, r) for r in readings) for name, cell in cells.iterrows()}
        bounds, certain = bounds_of_mean(tie, means, sds, int(row["n"]))
        low, high = means[tie.outcome]
        outside = high < bounds[0] or low > bounds[1]
        verdict = ("impossible" if certain else "implausible") if outside else "pass"
        nearest = bounds[0] if high < bounds[0] else bounds[1]
        found.append(
            finding(
                "formula",
                row,
                readings[0] if together else None,
                verdict,
                value=row["value"],
                bound=nearest,
                detail=f"{_written(tie)}: the mean is {row['value']:g}; the printed means and SDs "
                f"allow {bounds[0]:.4g} to {bounds[1]:.4g}, over every correlation and all rounding"
                + ("" if certain else " (second-order approximation)"),
            )
        )
    return found


def _largest_sd(row: pd.Series, reading: str) -> float:
    return sd_from_error(known_interval(row, "error")[1], int(row["n"]), reading)


def bounds_of_mean(
    tie: Tie, means: dict[str, Interval], sds: dict[str, float], n: int
) -> tuple[Interval, bool]:
    """Return the interval that the mean of a tied outcome must lie in, and whether that is certain.

    Args:
        tie: The outcome and its formula.
        means: For the outcome and each name in the formula, the interval that its mean is known to.
        sds: The largest SD of each that the printed error term allows.
        n: Number of persons, the same for all.
    """
    parts = tie.formula.monomial
    if parts is not None and set(means) == {tie.outcome, *parts[1]}:
        factor, exponents = parts
        powers = sorted(exponents.values())
        share = (n - 1) / n
        if powers == [1]:
            (name,) = exponents
            return _ordered(factor * end for end in means[name]), True
        if powers == [1, 1]:
            one, other = exponents
            slack = share * sds[one] * sds[other]
            low, high = _ordered(a * b for a, b in product(means[one], means[other]))
            return _ordered(factor * end for end in (low - slack, high + slack)), True
        if powers == [-1, 1] and min(means[_power(exponents, -1)]) > 0:
            # c x = z y on the average, up to the covariance of z and y: solved for the mean of z.
            top, bottom = _power(exponents, 1), _power(exponents, -1)
            slack = share * sds[tie.outcome] * sds[bottom]
            ends = _ordered(factor * end for end in means[top])
            wide = ends[0] - slack, ends[1] + slack
            return _ordered(a / b for a, b in product(wide, means[bottom])), True
    return _second_order(tie, means, sds), False


def _power(exponents: dict[str, int], power: int) -> str:
    return next(name for name, i in exponents.items() if i == power)


def _ordered(values) -> Interval:
    values = list(values)
    return min(values), max(values)


def _second_order(tie: Tie, means: dict[str, Interval], sds: dict[str, float]) -> Interval:
    """Return f(means) over all rounding, widened by half of sum |f_ij| s_i s_j."""
    names = tie.formula.names
    centre = np.array([sum(means[name]) / 2 for name in names])
    spread = np.array([sds[name] for name in names])
    step = 1e-4 * np.maximum(np.abs(centre), 1e-6)

    def f(point: np.ndarray) -> float:
        try:
            return tie.formula(dict(zip(names, point, strict=True)))
        except (ZeroDivisionError, OverflowError):
            return float("nan")

    corners = [f(np.array(corner)) for corner in product(*(means[name] for name in names))]
    slack = 0.0
    for i, j in product(range(len(names)), repeat=2):
        di, dj = np.eye(len(names))[i] * step[i], np.eye(len(names))[j] * step[j]
        ahead, behind = f(centre + di + dj) - f(centre + di - dj), f(centre - di + dj)
        second = (ahead - behind + f(centre - di - dj)) / (4 * step[i] * step[j])
        slack += abs(second) * spread[i] * spread[j] / 2
    low, high = min(corners), max(corners)
    if not np.isfinite([low, high, slack]).all():
        return -np.inf, np.inf
    return low - slack, high + slack
