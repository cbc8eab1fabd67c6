"""Means and their error bars from points that belong together (point groups)."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from retrial.figures.formats.faults import DigitizeError
from retrial.figures.formats.project import Project, Series, check_pixel_sd

COLUMNS = (
    "axes series dataset tuple label x mean upper lower error error_upper error_lower asymmetry"
    " asymmetry_sigma bars x_sigma mean_sigma error_sigma x_is_date"
).split()

_ROLES = [
    ("upper", r"\bupper\b|\btop\b|\bhigh(er)?\b|\bmax|\bplus\b|\+"),
    ("lower", r"\blower\b|\bbottom\b|\blow\b|\bmin|\bmean *[-−–]|^[-−–]"),
    ("mean", r"\bmeans?\b|\bcent(er|re)\b|\bvalue\b|^primary|\baverage\b|^y$"),
    ("bar", r"\berror|\bbars?\b|\bwhisker|\bcap\b|\bsem\b|\bs\.?[de]\b|\bci\b|^group \d+$"),
]
_BOX = re.compile(r"median|quart|^q[123]$|percentile|hinge", re.IGNORECASE)


def _role(group: str) -> str | None:
    return next((role for role, words in _ROLES if re.search(words, group, re.IGNORECASE)), None)


def roles_of(series: Series) -> dict[str, str]:
    """Return the role (mean, upper, lower, bar) of each point group of a series.

    Raises:
        DigitizeError: For the groups of a box plot, or groups that are no mean and its bars.
    """
    groups = list(dict.fromkeys(g for g in series.groups if g is not None))
    if any(_BOX.search(group) for group in groups):
        raise DigitizeError(
            f"series {series.name!r} has the points of a box plot; quartiles do not give a mean"
            " and an SD without a model, so they are not turned into them."
        )
    roles = {group: _role(group) for group in groups}
    unknown = [group for group, role in roles.items() if role is None]
    if "mean" not in roles.values() and len(unknown) == 1:
        # Beside bars that are named as such, the one other group is what they belong to.
        roles[unknown.pop()] = "mean"
    found = list(roles.values())
    if unknown or found.count("mean") != 1 or not 2 <= len(found) <= 3:
        raise DigitizeError(
            f"series {series.name!r} has the point groups {', '.join(groups) or '(none)'}; a mean"
            " with one or two bars is needed, named such as mean, upper and lower."
        )
    return roles


def _sigma(weights: dict[int, float], own: np.ndarray, shared: np.ndarray, axis: int) -> float:
    """Return the SD of a sum of points' values, each with its weight."""
    points, factors = list(weights), np.array(list(weights.values()))
    alone = ((factors[:, None] * own[points, axis]) ** 2).sum()
    # The clicks move all points at once, so their weighted effects are added before squaring.
    together = ((factors @ shared[points, axis]) ** 2).sum()
    return float(np.sqrt(alone + together))


def mean_and_error(
    series: Series,
    members: dict[str, list[int]],
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> dict[str, object]:
    """Return the mean and the error that some points of a series stand for.

    Args:
        series: The series.
        members: Points by role (mean: one; upper, lower, bar: perhaps).
        arrays: Values (n, 2), and their changes with the own click (n, 2, 2) and with the
            calibration's (n, 2, 2 k), times the pixel error.

    Raises:
        DigitizeError: If two bars lie on one side, or one on the wrong side of its mean.
    """
    values, own, shared = arrays
    centre = members["mean"][0]
    x, mean = values[centre]
    sides: dict[str, int] = {}
    for role, points in members.items():
        for point in points if role != "mean" else []:
            side = role if role != "bar" else "upper" if values[point, 1] >= mean else "lower"
            if side in sides:
                raise DigitizeError(
                    f"series {series.name!r}, tuple {series.tuples[point]} has two {side} bars."
                )
            sides[side] = point
    upper, lower = (values[sides[s], 1] if s in sides else np.nan for s in ("upper", "lower"))
    above, below = upper - mean, mean - lower
    if len(sides) == 2:
        error = (upper - lower) / 2
        weights = {sides["upper"]: 0.5, sides["lower"]: -0.5}
    else:
        error = abs(above if "upper" in sides else below) if sides else np.nan
        weights = {centre: -1.0, **{bar: 1.0 for bar in sides.values()}}
    if above < 0 or below < 0:
        raise DigitizeError(
            f"series {series.name!r}, tuple {series.tuples[centre]} has its upper bar below its"
            " mean or its lower bar above it; correct the point groups in the digitizer."
        )
    uneven = {centre: -2.0, **{bar: 1.0 for bar in sides.values()}} if len(sides) == 2 else {}
    return {
        "axes": series.axes.name if series.axes is not None else None,
        "series": series.name,
        "tuple": int(series.tuples[centre]),
        "label": series.labels[centre],
        "x": x,
        "mean": mean,
        "upper": upper,
        "lower": lower,
        "error": error,
        "error_upper": above,
        "error_lower": below,
        "asymmetry": (above - below) / (above + below) if above + below else np.nan,
        "asymmetry_sigma": _sigma(uneven, own, shared, 1) if uneven else np.nan,
        "bars": len(sides),
        "x_sigma": _sigma({centre: 1.0}, own, shared, 0),
        "mean_sigma": _sigma({centre: 1.0}, own, shared, 1),
        "error_sigma": _sigma(weights, own, shared, 1) if sides else np.nan,
        "x_is_date": series.dates[0] if series.axes is None else series.axes.calibration.x.date,
    }


def grouped(project: Project, pixel_sd: float = 1.0) -> pd.DataFrame:
    """Return the mean and the error of each tuple of points, one a row.

    Roles come from the point groups' names (mean, upper, lower, error or bar); a bar whose name
    tells no side is upper or lower by where it lies. Series without point groups are left out.

    Columns: axes, series, dataset, tuple, label, x (of the mean), mean, upper, lower (NaN where not
    digitized), error ((upper - lower) / 2, or the one bar's length), error_upper (upper - mean),
    error_lower (mean - lower), asymmetry ((error_upper - error_lower) / their sum: 0 for bars of
    one length), asymmetry_sigma (one SD of error_upper - error_lower), bars (how many), and one SD
    of x, mean and error from the pixel error. The error is a difference on one axis, so the
    calibration's shift, which all its points share, cancels in it.

    Args:
        project: What `read` returned.
        pixel_sd: Error of every click, one standard deviation in px.

    Raises:
        DigitizeError: If no series has point groups, or one has groups that are no mean and its
            bars (those of a box plot above all), or a bar lies on the wrong side of its mean.
    """
    check_pixel_sd(pixel_sd)
    rows = []
    for index, series in enumerate(project.series):
        if not any(g is not None for g in series.groups):
            continue
        roles = roles_of(series)
        arrays = (series.values(), *(pixel_sd * part for part in series.sensitivities()))
        tuples: dict[int, dict[str, list[int]]] = {}
        for point, (place, group) in enumerate(zip(series.tuples, series.groups, strict=True)):
            if place >= 0 and group is not None:
                members = tuples.setdefault(int(place), {})
                members.setdefault(roles[group], []).append(point)
        for place, members in sorted(tuples.items()):
            if len(members.get("mean", [])) != 1:
                raise DigitizeError(
                    f"series {series.name!r}, tuple {place} has {len(members.get('mean', []))}"
                    " means; each tuple needs one."
                )
            rows.append({**mean_and_error(series, members, arrays), "dataset": index})
    if not rows:
        raise DigitizeError("no series has point groups, so no point is known to be a bar's end.")
    return pd.DataFrame(rows)[COLUMNS].astype(
        {"axes": "string", "series": "string", "label": "string"}
    )
