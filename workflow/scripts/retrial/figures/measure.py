"""Means and errors of digitized curves: their values, their sigma, and draws under other clicks.

The pixel error goes through the calibration, whose clicks all points of an axes set share. A table
without pixels has the error that 14 people made on figures of known truth: 0.27 % of a mean and
2.0 % of an error bar, one SD (Pick, Nakagawa and Noble 2019, metaDigitise,
doi 10.1111/2041-210X.13118; their inter-observer data).
"""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pandas as pd

from retrial.figures.curves import Curve
from retrial.figures.formats import DigitizeError, Project
from retrial.figures.formats.grouped import mean_and_error

OBSERVER_MEAN, OBSERVER_ERROR = 0.003, 0.02  # relative, one SD


def measured(curve: Curve, pixel_sd: float) -> list[dict]:
    """Return one row a visit of a curve: mean, bars, error and their sigma.

    Raises:
        DigitizeError: If an upper bar lies below its mean, or a lower one above it.
    """
    series, factors = curve.series, np.array([1.0, curve.panel.y_factor])
    changes = (pixel_sd * factors[:, None] * part for part in series.sensitivities())
    arrays = (series.values() * factors, *changes)
    stale = series.stale()
    rows = []
    for place in curve.places():
        members = curve.members(place)
        try:
            found = mean_and_error(series, members, arrays)
        except DigitizeError as fault:
            # The curve is our own: a person knows its panel, arm and visit.
            told = str(fault).removeprefix(f"series {series.name!r}, tuple {place} ")
            where = f"panel {curve.panel.id}, arm {curve.arm}"
            raise DigitizeError(f"{where}: visit {curve.visits[place]:g} {told}") from None
        centre = members["mean"][0]
        pixels = series.axes is not None
        rows.append(
            {
                "row_id": curve.row_id(place),
                "figure": curve.figure.id,
                "panel": curve.panel.id,
                "outcome": curve.panel.outcome,
                "arm": curve.arm,
                "visit": curve.visits[place],
                "label": series.labels[centre],
                "x": curve.x[centre],
                "off_visit": curve.x[centre] - curve.visits[place],
                **{key: found[key] for key in ("mean", "upper", "lower", "error")},
                "difference_of_bars": found["error_upper"] - found["error_lower"],
                "difference_sigma": found["asymmetry_sigma"],
                "mean_sigma": found["mean_sigma"] if pixels else OBSERVER_MEAN * abs(found["mean"]),
                "error_sigma": found["error_sigma"] if pixels else OBSERVER_ERROR * found["error"],
                "sigma_from": "pixels" if pixels else "observers",
                "stale": bool(stale[[i for m in members.values() for i in m]].any()),
                "left_out": curve.left_out,
                "noted_n": curve.noted_n(place),
                "noted_label": curve.noted_label(),
                "px": series.pixels[centre, 0],
                "py": series.pixels[centre, 1],
            }
        )
    return rows


def drawn(
    project: Project,
    curves: list[Curve],
    points: pd.DataFrame,
    pixel_sd: float,
    rng: np.random.Generator,
    size: int,
) -> pd.DataFrame:
    """Return means and errors as `size` other digitizations would have given them.

    `points` are the rows of `measured` with their final sigma: where a second digitizer differs by
    more than the pixels explain, each number moves by the rest on its own. Columns: draw, row_id,
    value, error; draws in order, rows within a draw in the order of `points`.
    """
    by_row = points.set_index("row_id")
    parts: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    clicked = [curve for curve in curves if curve.series.axes is not None]
    values = iter(())
    if clicked:
        joined = Project(project.format, project.axes, tuple(curve.series for curve in clicked))
        ends = np.cumsum([len(curve.series) for curve in clicked])[:-1]
        values = iter(np.split(joined.draw(rng, size, pixel_sd)[..., 1], ends, axis=1))
    for curve in curves:
        moved = next(values) * curve.panel.y_factor if curve.series.axes is not None else None
        for place in curve.places():
            row = by_row.loc[curve.row_id(place)]
            mean, error = (
                _from_clicks(moved, curve.members(place), row)
                if moved is not None
                else (np.full(size, row["mean"]), np.full(size, row["error"]))
            )
            mean = mean + _rest(row, "mean") * rng.standard_normal(size)
            error = abs(error + _rest(row, "error") * rng.standard_normal(size))
            parts[curve.row_id(place)] = (mean, error)
    return _long(parts, list(points["row_id"]), size)


def _from_clicks(
    moved: np.ndarray, members: dict[str, list[int]], row: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    """Return (means, errors), each (draws,), of points with values (draws, points)."""
    mean = moved[:, members["mean"][0]]
    ends = [moved[:, point] for role, at in members.items() if role != "mean" for point in at]
    if len(ends) == 2:
        return mean, abs(ends[0] - ends[1]) / 2
    return mean, abs(ends[0] - mean) if ends else np.full(len(mean), nan)


def _rest(row: pd.Series, what: str) -> float:
    """Return one SD of what the pixels leave unexplained of a number's sigma."""
    whole, clicks = row[f"{what}_sigma"], row[f"{what}_sigma_pixels"]
    clicks = 0.0 if isnan(clicks) else clicks
    return 0.0 if isnan(whole) else float(np.sqrt(max(whole**2 - clicks**2, 0.0)))


def _long(
    parts: dict[str, tuple[np.ndarray, np.ndarray]], order: list[str], size: int
) -> pd.DataFrame:
    means = np.stack([parts[row_id][0] for row_id in order], axis=1)
    errors = np.stack([parts[row_id][1] for row_id in order], axis=1)
    return pd.DataFrame(
        {
            "draw": np.repeat(np.arange(size), len(order)),
            "row_id": pd.array(np.tile(np.array(order, dtype=object), size), dtype="string"),
            "value": means.ravel(),
            "error": errors.ravel(),
        }
    )
