"""What tracing a figure gives: the points found, and the places where it was unsure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from retrial.figures.tracing.spec import TraceSpec

Group = Literal["mean", "upper", "lower"]
GROUPS: tuple[Group, ...] = ("mean", "upper", "lower")


@dataclass(frozen=True)
class Point:
    """One mean, or one end of an error bar.

    Attributes:
        series: the series' name.
        visit: the value of x, in the x axis's unit.
        group: mean, upper or lower.
        column, row: place in the image, pixels (the first pixel's centre is 0.5, 0.5).
        sigma: uncertainty (SD) of the row, pixels.
        value: in the y axis's unit.
        value_sigma: uncertainty (SD) of the value; on a log axis at this value.
    """

    series: str
    visit: float
    group: Group
    column: float
    row: float
    sigma: float
    value: float
    value_sigma: float


@dataclass(frozen=True)
class Unsure:
    """A point left out because it is ambiguous."""

    series: str
    visit: float
    group: Group
    reason: str


@dataclass(frozen=True)
class Traced:
    """The outcome of tracing one figure.

    Attributes:
        spec: what was asked for.
        width, height: of the image, pixels.
        points: by series and visit in the specification's order; mean, upper, lower.
        unsure: what was left out, in the same order.
    """

    spec: TraceSpec
    width: int
    height: int
    points: tuple[Point, ...]
    unsure: tuple[Unsure, ...]


def make_point(
    spec: TraceSpec, series: str, visit: float, group: Group, place: tuple[float, float, float]
) -> Point:
    """Return the point at (column, row, sigma), pixels, with its value on the y axis."""
    column, row, sigma = place
    axis = spec.y_axis
    spread = abs(axis.to_value(row - sigma) - axis.to_value(row + sigma)) / 2
    return Point(series, visit, group, column, row, sigma, axis.to_value(row), spread)
