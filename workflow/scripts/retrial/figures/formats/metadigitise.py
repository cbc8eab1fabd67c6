"""metaDigitise's calibration files (caldat/, one R object a figure): two clicks an axis.

Pick, Nakagawa & Noble (2019), doi 10.1111/2041-210X.13118. The object holds `calpoints` (clicks
y1, y2 and, where there is an x axis, x1, x2), `point_vals`, `log_axes`, and `raw_data`, the clicked
points: of a mean with its error bar first the bar, then the mean; of a box plot maximum, upper
quartile, median, lower quartile and minimum. Each axis uses its own pixel coordinate alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from retrial.figures.formats.calibration import (
    Calibration,
    Scale,
    bar_calibration,
    scale_of,
    xy_calibration,
)
from retrial.figures.formats.faults import (
    MAX_POINTS,
    MAX_SERIES,
    DigitizeError,
    number,
    pixel,
    shown,
    text_of,
)
from retrial.figures.formats.project import Axes, Project, Series, check_finite
from retrial.figures.formats.rds import RObject, read_rds

ROLES = {
    "mean_error": ("error", "mean"),
    "boxplot": ("maximum", "upper quartile", "median", "lower quartile", "minimum"),
}
_PLOTS = (*ROLES, "scatterplot", "histogram")
# What metaDigitise calls them in its processed data.
_STORED = {"mean_error": (None, "mean"), "boxplot": ("max", "q3", "med", "q1", "min")}


def _column(frame: RObject, name: str, read=pixel) -> list[float]:
    column = frame.named().get(name)
    if not isinstance(column, RObject):
        raise DigitizeError(f"has no column {name} in its points.")
    return [read(v, name) for v in column.values]


def _entry(content: dict[str, RObject], name: str) -> tuple:
    found = content.get(name)
    return found.values if isinstance(found, RObject) else ()


def _text(content: dict[str, RObject], name: str) -> str:
    values = _entry(content, name)
    return text_of(values[0], name) if values and isinstance(values[0], str) else ""


def _log(content: dict[str, RObject]) -> tuple[str, float | None]:
    """Return the letter of the logarithmic axis, and the base in which its values were typed.

    metaDigitise asks whether the values at the clicks are on the original scale ("s") or are
    logarithms already; in that case the base tells what they stand for.
    """
    found = content.get("log_axes")
    told = found.named() if isinstance(found, RObject) else {}
    axis = told.get("axes")
    if axis not in ("x", "y"):
        return "", None
    base = math.e if told.get("base") == "e" else number(told.get("base"), "log base")
    if not base > 1:
        raise DigitizeError(f"has the log base {base:g}, which must be above 1.")
    return axis, None if told.get("transformed") == "s" else base


def _scale(
    values: Sequence, axis: str, log: tuple[str, float | None]
) -> tuple[Scale, float, float]:
    a, b = (number(v, f"{axis} value") for v in values)
    if log[0] == axis and log[1] is not None:
        # log10(base^v) without the power, which could overflow.
        low, high = (v * math.log10(log[1]) for v in (a, b))
        if low == high:
            raise DigitizeError(f"both {axis} values are {a:g}, so the axis has zero range.")
        return Scale(log=True), low, high
    return scale_of(a, b, log[0] == axis, axis)


def _calibration(content: dict[str, RObject]) -> Calibration:
    frame = content.get("calpoints")
    if not isinstance(frame, RObject):
        raise DigitizeError("has no calibration points (calpoints).")
    clicks = np.array([_column(frame, "x"), _column(frame, "y")]).T
    values = _entry(content, "point_vals")
    if len(clicks) not in (2, 4) or len(values) != len(clicks):
        raise DigitizeError(
            f"has {len(clicks)} calibration clicks and {len(values)} values; two or four are read."
        )
    log = _log(content)
    y = _scale(values[:2], "y", log)
    # An axis uses one pixel coordinate; the other one is set equal, since it must not count.
    clicks[:2, 0] = clicks[0, 0]
    if len(clicks) == 2:
        return bar_calibration(clicks, y)
    clicks[2:, 1] = clicks[2, 1]
    return xy_calibration(clicks[[2, 3, 0, 1]], _scale(values[2:], "x", log), y, rotated=False)


def _processed(content: dict[str, RObject], plot: str, ids: list[str]) -> np.ndarray | None:
    """Return the values (n, 2) that the file stores for its points; None where they do not fit."""
    frame = content.get("processed_data")
    columns = frame.named() if isinstance(frame, RObject) else {}
    found = np.full((len(ids), 2), np.nan)
    try:
        if plot == "scatterplot":
            found[:] = np.array([_column(frame, "x", number), _column(frame, "y", number)]).T
            return found
        roles = _STORED[plot]
        for i, role in enumerate(roles):
            if role in columns:
                found[i :: len(roles), 1] = _column(frame, role, number)
    except (DigitizeError, ValueError, KeyError, AttributeError):
        return None
    return found


def read_caldat(data: bytes) -> Project:
    """Return the project of one metaDigitise calibration file; a series is one group's points.

    Raises:
        DigitizeError: If the file is no such R object, or its calibration cannot be used.
    """
    content = read_rds(data).named()
    plot = _text(content, "plot_type")
    if plot not in _PLOTS or not isinstance(content.get("raw_data"), RObject):
        raise DigitizeError(
            f"is an R object, but no metaDigitise figure (plot type {shown(plot)}, of"
            f" {', '.join(_PLOTS)}); give a file of the folder caldat."
        )
    axes = Axes(_text(content, "image_name") or "figure", plot, _calibration(content))
    frame = content["raw_data"]
    pixels = np.array([_column(frame, "x"), _column(frame, "y")]).T.reshape(-1, 2)
    columns = frame.named()
    ids = columns["id"].texts() if isinstance(columns.get("id"), RObject) else [""] * len(pixels)
    bars = columns["bar"].texts() if isinstance(columns.get("bar"), RObject) else None
    sizes = _entry(columns, "n")
    if len(ids) != len(pixels) or (bars is not None and len(bars) != len(pixels)):
        raise DigitizeError("has columns of different lengths in its points.")
    roles = ROLES.get(plot)
    stored = _processed(content, plot, ids)
    members: dict[str, list[int]] = {}
    for i, name in enumerate(ids):
        members.setdefault(name, []).append(i)
    if len(members) > MAX_SERIES or len(ids) > MAX_POINTS:
        raise DigitizeError(f"has {len(members)} groups of {len(ids)} points, which is too many.")
    order = {bar: i for i, bar in enumerate(dict.fromkeys(bars or ()))}
    series = []
    for name, places in members.items():
        rows, n = np.array(places), len(places)
        if roles is not None and n != len(roles):
            raise DigitizeError(f"has {n} points in group {shown(name)}, which needs {len(roles)}.")
        tuples = np.zeros(n, dtype=int) if roles else np.full(n, -1)
        if bars is not None:
            tuples = np.array([order[bars[i]] for i in rows])
        kept = np.full((n, 2), np.nan) if stored is None else stored[rows]
        details = {"plot_type": plot, "error_type": _text(content, "error_type")}
        if len(sizes) == len(ids):
            details["n"] = sizes[rows[0]]
        found = Series(
            name=text_of(name, "id"),
            axes=axes,
            pixels=pixels[rows],
            stored=kept,
            present=np.isfinite(kept[:, 1]),
            tuples=tuples,
            groups=roles or (None,) * n,
            labels=(text_of(name, "id") or None,) * n,
            details=details,
        )
        check_finite(found)
        series.append(found)
    return Project("metaDigitise", (axes,), tuple(series))
