"""Trace a figure: find its means and the ends of their error bars, or say what is unsure."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retrial.figures.tracing.bars import Bar, error_ink, find_bar, match_fill
from retrial.figures.tracing.ends import End, choose_ends, usual_width
from retrial.figures.tracing.found import Point, Traced, Unsure, make_point
from retrial.figures.tracing.level import turned_by
from retrial.figures.tracing.lines import columns_of, find_ends, find_markers, stand, stem_widths
from retrial.figures.tracing.picture import Ink, blocked, find_background, read_image, separate_inks
from retrial.figures.tracing.spec import TraceSpec
from retrial.figures.tracing.whiskers import Whisker, follow, stem_width

BLACK = (0, 0, 0)
TALLEST = 0.005  # reach of a marker's column, as a share of the image's width


def trace(image: str | Path | np.ndarray, spec: TraceSpec) -> Traced:
    """Find the markers (or bars) and the ends of the error bars of a figure.

    Args:
        image: path of the image, or its pixels (rows, columns, 3), 0 to 255.
        spec: axes, series, visits and bars.

    Returns the points found, with an uncertainty in pixels each, and what was left out because
    it was not sure, with the reason. A point is never guessed.

    Raises ValueError for an unreadable or too large image, for one that is turned, for a
    calibration, column or region outside the image, and for a colour that is the background's.
    """
    pixels = np.asarray(image) if isinstance(image, np.ndarray) else read_image(image)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or min(pixels.shape[:2]) < 20:
        raise ValueError("the image must have red, green and blue and be at least 20 x 20 pixels.")
    pixels = pixels.astype(np.float32)
    height, width = pixels.shape[:2]
    columns = [columns_of(spec, series) for series in spec.series]
    _check_inside(spec, columns, width, height)
    chosen = spec.background
    paper = np.asarray(chosen, dtype=float) if chosen else find_background(pixels)
    _check_level(pixels, paper)
    reach = spec.reach or max(4.0, TALLEST * width)
    if spec.chart == "line":
        outcome = _trace_lines(pixels, paper, spec, columns, reach)
    else:
        outcome = _trace_bars(pixels, paper, spec, columns, reach)
    points = tuple(item for item in outcome if isinstance(item, Point))
    unsure = tuple(item for item in outcome if isinstance(item, Unsure))
    return Traced(spec, width, height, points, unsure)


def _check_level(pixels: np.ndarray, paper: np.ndarray) -> None:
    # A column of a turned image is no visit, and a row no value: nothing found would be right.
    turned = turned_by(pixels, paper)
    if turned:
        way, back = ("counter-clockwise", "clockwise")[:: 1 if turned > 0 else -1]
        raise ValueError(
            f"the image is turned by {abs(turned):.1f} degrees {way}: turn it {back} by as much, "
            "save it, and read the calibration's pixels from the straight image."
        )


def _check_inside(spec: TraceSpec, columns: list[list[float]], width: int, height: int) -> None:
    for name, axis, limit, side in (
        ("x", spec.x_axis, width, "columns"),
        ("y", spec.y_axis, height, "rows"),
    ):
        for point in axis.points:
            if point.pixel > limit:
                raise ValueError(
                    f"the {name} axis is calibrated at pixel {point.pixel:g}, "
                    f"outside the image of {limit} {side}."
                )
    for series, places in zip(spec.series, columns, strict=True):
        for visit, column in zip(spec.x, places, strict=True):
            if not 0 <= column <= width:
                raise ValueError(
                    f"series '{series.name}' at x = {visit:g} would stand at column {column:.0f}, "
                    f"outside the image of {width} columns."
                )
    for box in (*spec.ignore, *([spec.plot_area] if spec.plot_area else [])):
        if box.left >= width or box.top >= height:
            raise ValueError(
                f"a region begins at column {box.left:g}, row {box.top:g}, "
                f"outside the image of {width} x {height} pixels."
            )


def _trace_lines(
    pixels: np.ndarray,
    paper: np.ndarray,
    spec: TraceSpec,
    columns: list[list[float]],
    reach: float,
) -> list[Point | Unsure]:
    out = blocked(pixels.shape[:2], spec)
    colours = [np.asarray(series.color or BLACK, dtype=float) for series in spec.series]
    bars = [
        np.asarray(series.error_color or series.color or BLACK, dtype=float)
        for series in spec.series
    ]
    tolerances = [series.tolerance for series in spec.series]
    distinct = list({tuple(colour): colour for colour in [*colours, *bars]}.values())
    limits = {
        tuple(colour): max(
            limit
            for mark, bar, limit in zip(colours, bars, tolerances, strict=True)
            if np.array_equal(mark, colour) or np.array_equal(bar, colour)
        )
        for colour in distinct
    }
    separated = separate_inks(
        pixels, paper, distinct, [limits[tuple(colour)] for colour in distinct], out
    )
    ink_of = {tuple(colour): ink for colour, ink in zip(distinct, separated, strict=True)}
    inks = [ink_of[tuple(colour)] for colour in colours]
    sights = find_markers(spec, inks, columns, reach, out)
    stems = [ink_of[tuple(colour)] for colour in bars]
    strokes = [stem_widths(ink, row) for ink, row in zip(stems, sights, strict=True)]
    ends = find_ends(spec, stems, sights, columns, strokes)
    outcome: list[Point | Unsure] = []
    for number, series in enumerate(spec.series):
        for visit, value in enumerate(spec.x):
            sight = sights[number][visit]
            if sight.place is None:
                reasons = dict.fromkeys(_asked(series.ends or spec.ends), "the mean is not sure")
                outcome.append(Unsure(series.name, value, "mean", sight.reason))
                outcome.extend(Unsure(series.name, value, k, r) for k, r in reasons.items())
                continue
            place = sight.place
            middle = (place.x, *stand(series, place, strokes[number]))
            outcome.append(make_point(spec, series.name, value, "mean", middle))
            outcome.extend(_tell(spec, series.name, value, place.x, ends[number][visit]))
    return outcome


def _asked(ends: str) -> tuple[str, ...]:
    return {"both": ("upper", "lower"), "none": ()}.get(ends, (ends,))


def _tell(
    spec: TraceSpec, name: str, visit: float, column: float, ends: dict[str, End]
) -> list[Point | Unsure]:
    return [
        Unsure(name, visit, side, end.reason)
        if end.reason
        else make_point(spec, name, visit, side, (column, end.row, end.sigma))
        for side, end in ends.items()
    ]


def _trace_bars(
    pixels: np.ndarray,
    paper: np.ndarray,
    spec: TraceSpec,
    columns: list[list[float]],
    reach: float,
) -> list[Point | Unsure]:
    out = blocked(pixels.shape[:2], spec)
    base = _base_row(spec, pixels.shape[0])
    outcome: list[Point | Unsure] = []
    found: list[list[Bar | str]] = []
    sides: list[list[dict[str, Whisker]]] = []
    for series, places in zip(spec.series, columns, strict=True):
        colour = np.asarray(series.color, dtype=float)
        fill = match_fill(pixels, colour, series.tolerance)
        ink = error_ink(
            pixels, paper, colour, np.asarray(series.error_color or BLACK, dtype=float), out
        )
        bars = [find_bar(pixels, fill, out, paper, place, reach, base) for place in places]
        found.append(bars)
        sides.append(_bar_whiskers(ink, bars))
    for number, series in enumerate(spec.series):
        width = usual_width([side for pair in sides[number] for side in pair.values()])
        for visit, value in enumerate(spec.x):
            bar = found[number][visit]
            asked = _outward(series.ends or spec.ends, bar, base)
            if isinstance(bar, str):
                outcome.append(Unsure(series.name, value, "mean", bar))
                outcome.extend(
                    Unsure(series.name, value, side, "the mean is not sure")
                    for side in _asked(asked)
                )
                continue
            outcome.append(make_point(spec, series.name, value, "mean", (bar.x, bar.y, bar.sigma)))
            ends = choose_ends(
                bar.y,
                sides[number][visit],
                ends=asked,
                axis=spec.y_axis,
                caps=spec.caps,
                symmetric=spec.symmetric,
                shared=False,
                width=width,
            )
            outcome.extend(_tell(spec, series.name, value, bar.x, ends))
    return outcome


def _base_row(spec: TraceSpec, height: int) -> float:
    if spec.baseline is None and spec.y_axis.scale == "log":
        raise ValueError(
            "bars on a logarithmic axis need `baseline`, the value at which they stand."
        )
    value = 0.0 if spec.baseline is None else spec.baseline
    row = spec.y_axis.to_pixel(value)
    if not 0 <= row <= height:
        raise ValueError(
            f"the bars' baseline {value:g} would stand at row {row:.0f}, outside the image of "
            f"{height} rows; give as `baseline` the value at which the bars stand."
        )
    return row


def _outward(ends: str, bar: Bar | str, base: float) -> str:
    # `upper` means the end away from the baseline: below it for a bar that hangs.
    hangs = isinstance(bar, Bar) and bar.y > base
    return {"upper": "lower", "lower": "upper"}.get(ends, ends) if hangs else ends


def _bar_whiskers(ink: Ink, bars: list[Bar | str]) -> list[dict[str, Whisker]]:
    widths = []
    for bar in bars:
        if isinstance(bar, Bar):
            near = bar.edge / 2 + 1.5
            for sign in (-1, 1):
                width = stem_width(ink, bar.x, bar.y + sign * near, bar.y + sign * (near + 8))
                if width is not None:
                    widths.append(width)
    nothing = Whisker((), None, False, False, "no bar seen beyond the top")
    if not widths:
        return [{"upper": nothing, "lower": nothing} for _ in bars]
    width = float(np.median(widths))
    rows = ink.coverage.shape[0]
    result = []
    for bar in bars:
        if isinstance(bar, str):
            result.append({"upper": nothing, "lower": nothing})
            continue
        clear = bar.edge / 2 + 1.2
        result.append(
            {
                "upper": follow(ink, bar.x, bar.y, clear, -1, width, -1),
                "lower": follow(ink, bar.x, bar.y, clear, 1, width, rows),
            }
        )
    return result
