"""The map from pixels to data values, and how an error of the clicks moves the values.

Every supported axes set is affine in a scaled value: s = A p + c with p = (px, py), and the value
is s itself (linear, dates in days) or +-10^s (log axes). A and c follow from the calibration
clicks. WebPlotDigitizer's rules (formulas of its XYAxes and BarAxes, written anew): of its four XY
clicks, x counts at the first two and y at the last two, and each axis is constant along the
other's direction. Engauge: the affine map through three axis points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from retrial.figures.formats.faults import DigitizeError, number_or_date

# Axes of a printed figure stand at right angles. Below this angle a pixel of error is magnified
# more than five times (1 / sin), and two clicks were made on the wrong axis.
MIN_ANGLE = 10.0
MIN_DISTANCE = 1.0

Affine = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Scale:
    """How one axis's scaled value s becomes its value: s, or sign * 10^s; dates are days."""

    log: bool = False
    sign: float = 1.0
    date: bool = False

    def value(self, scaled: np.ndarray) -> np.ndarray:
        """Return the values of scaled values; overflow gives inf."""
        with np.errstate(over="ignore"):
            return self.sign * 10.0**scaled if self.log else scaled

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Return the scaled values of values; NaN where a log axis has none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log10(self.sign * np.asarray(values)) if self.log else np.asarray(values)

    def slope(self, values: np.ndarray) -> np.ndarray:
        """Return d value / d scaled at values; NaN at NaN."""
        return np.log(10.0) * values if self.log else 0 * values + 1


def scale_of(first: object, second: object, log: bool, axis: str) -> tuple[Scale, float, float]:
    """Return one axis's scale and the scaled values of its two clicks.

    Raises:
        DigitizeError: For texts that are no numbers, a date beside a number, two equal values, or
            a log axis whose values are not all above or all below zero.
    """
    (a, a_date), (b, b_date) = (number_or_date(v, f"{axis} value") for v in (first, second))
    if a_date != b_date:
        raise DigitizeError(f"one {axis} value is a date and the other a number.")
    if log and (a_date or not a * b > 0):
        raise DigitizeError(
            f"the {axis} axis is logarithmic, so its values must be all above or all below zero,"
            f" not {a:g} and {b:g}."
        )
    scale = Scale(log=log, sign=-1.0 if log and a < 0 else 1.0, date=a_date)
    low, high = (float(scale.scaled(np.float64(v))) for v in (a, b))
    if low == high:
        raise DigitizeError(f"both {axis} values are {a:g}, so the {axis} axis has zero range.")
    return scale, low, high


def _affine(row_x: Sequence, row_y: Sequence, at_x, at_y, x0, y0) -> Affine:
    """Return A (..., 2, 2) and c (..., 2) from its rows and the points where x is x0, y is y0."""
    matrix = np.stack([np.stack(np.broadcast_arrays(*row), -1) for row in (row_x, row_y)], -2)
    offset = [x0 - (matrix[..., 0, :] * at_x).sum(-1), y0 - (matrix[..., 1, :] * at_y).sum(-1)]
    return matrix, np.stack(offset, -1)


def _four(clicks: np.ndarray) -> tuple[np.ndarray, ...]:
    p = np.moveaxis(clicks, -2, 0)
    u, v = p[1] - p[0], p[3] - p[2]
    return p[0], p[2], u[..., 0], u[..., 1], v[..., 0], v[..., 1]


def _rotated(clicks: np.ndarray, t: np.ndarray) -> Affine:
    p, q, ux, uy, vx, vy = _four(clicks)
    dx, dy, det = t[1] - t[0], t[3] - t[2], ux * vy - uy * vx
    return _affine(
        (dx * vy / det, -dx * vx / det), (-dy * uy / det, dy * ux / det), p, q, t[0], t[2]
    )


def _upright(clicks: np.ndarray, t: np.ndarray) -> Affine:
    p, q, ux, _, _, vy = _four(clicks)
    dx, dy = (t[1] - t[0]) / ux, (t[3] - t[2]) / vy
    return _affine((dx, 0 * dx), (0 * dy, dy), p, q, t[0], t[2])


def _sideways(clicks: np.ndarray, t: np.ndarray) -> Affine:
    p, q, _, uy, vx, _ = _four(clicks)
    dx, dy = (t[1] - t[0]) / uy, (t[3] - t[2]) / vx
    return _affine((0 * dx, dx), (dy, 0 * dy), p, q, t[0], t[2])


def _bar(keep_x: float, keep_y: float, clicks: np.ndarray, t: np.ndarray) -> Affine:
    p, q = clicks[..., 0, :], clicks[..., 1, :]
    u = (q - p) * np.array([keep_x, keep_y])
    row = (t[1] - t[0]) * u / (u * u).sum(-1)[..., None]
    nothing = np.zeros_like(row[..., 0])
    # A bar has a label in place of an x.
    return _affine((nothing, nothing), (row[..., 0], row[..., 1]), p, p, np.nan, t[0])


def _three(clicks: np.ndarray, t: np.ndarray) -> Affine:
    p = np.moveaxis(clicks, -2, 0)
    u, v = p[1] - p[0], p[2] - p[0]
    det = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    rows = [
        ((d1 * v[..., 1] - d2 * u[..., 1]) / det, (d2 * u[..., 0] - d1 * v[..., 0]) / det)
        for d1, d2 in ((t[2] - t[0], t[4] - t[0]), (t[3] - t[1], t[5] - t[1]))
    ]
    return _affine(*rows, p[0], p[0], t[0], t[1])


_SOLVE: dict[str, Callable[[np.ndarray, np.ndarray], Affine]] = {
    "rotated": _rotated,
    "upright": _upright,
    "sideways": _sideways,
    "bar": lambda clicks, t: _bar(1.0, 1.0, clicks, t),
    "bar_vertical": lambda clicks, t: _bar(0.0, 1.0, clicks, t),
    "bar_horizontal": lambda clicks, t: _bar(1.0, 0.0, clicks, t),
    "three_points": lambda clicks, t: _three(clicks, t.ravel()),
}


@dataclass(frozen=True, eq=False)
class Calibration:
    """The calibration of one axes set.

    Attributes:
        kind: Which rule gives A and c; it is not chosen anew when the clicks are moved by an error.
        clicks: Pixel coordinates (k, 2) of the k calibration clicks.
        targets: Scaled values at the clicks: x, x, y, y of four clicks; y, y of a bar's two; (3, 2)
            for three axis points.
        x: Scale of x. y: Scale of y.
    """

    kind: str
    clicks: np.ndarray
    targets: np.ndarray
    x: Scale
    y: Scale

    def solve(self, clicks: np.ndarray) -> Affine:
        """Return A (..., 2, 2) and c (..., 2) for clicks (..., k, 2)."""
        return _SOLVE[self.kind](clicks, self.targets)

    def scaled(self, pixels: np.ndarray, clicks: np.ndarray | None = None) -> np.ndarray:
        """Return scaled values (..., n, 2) of pixels (..., n, 2), by clicks (..., k, 2)."""
        matrix, offset = self.solve(self.clicks if clicks is None else clicks)
        return pixels @ np.swapaxes(matrix, -1, -2) + offset[..., None, :]

    def value(self, scaled: np.ndarray) -> np.ndarray:
        """Return values (..., 2) of scaled values (..., 2), in the axes' units."""
        return np.stack([self.x.value(scaled[..., 0]), self.y.value(scaled[..., 1])], -1)

    def values(self, pixels: np.ndarray, clicks: np.ndarray | None = None) -> np.ndarray:
        """Return values (..., n, 2) of pixels (..., n, 2); x is NaN on a bar chart."""
        return self.value(self.scaled(pixels, clicks))

    def pixels(self, values: np.ndarray) -> np.ndarray:
        """Return pixels (n, 2) of values (n, 2): the inverse map, for axes with an x and a y."""
        matrix, offset = self.solve(self.clicks)
        scaled = np.stack([self.x.scaled(values[..., 0]), self.y.scaled(values[..., 1])], -1)
        return np.linalg.solve(matrix, (scaled - offset).T).T

    def jacobians(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how values move with a point's pixel and with the calibration's clicks.

        Returns:
            d value / d own pixel (n, 2, 2) and d value / d clicks (n, 2, 2 k), in units a pixel.
        """
        slope = np.stack(
            [
                axis.slope(column)
                for axis, column in zip((self.x, self.y), self.values(pixels).T, strict=True)
            ],
            -1,
        )
        own = slope[:, :, None] * self.solve(self.clicks)[0]
        # Complex step: the map is a ratio of polynomials in the clicks, so the imaginary part is
        # the derivative to machine precision (Squire & Trapp 1998, 10.1137/S003614459631241X).
        step = 1e-30
        moved = self.clicks + 1j * step * np.eye(self.clicks.size).reshape(-1, *self.clicks.shape)
        shared = np.moveaxis(self.scaled(pixels, moved).imag / step, 0, -1)
        return own, slope[:, :, None] * shared


def check_directions(u: np.ndarray, v: np.ndarray, names: tuple[str, str]) -> None:
    """Refuse two calibration directions (pixel vectors) that are short or almost parallel.

    Raises:
        DigitizeError: With the angle between them and the condition number of the map.
    """
    lengths = [float(np.hypot(*w)) for w in (u, v)]
    cond = float(np.linalg.cond(np.stack([u, v], 1))) if all(lengths) else np.inf
    cross = abs(u[0] * v[1] - u[1] * v[0])
    angle = float(np.degrees(np.arctan2(cross, abs(u @ v)))) if all(lengths) else np.nan
    told = f"(angle between the axes {angle:.2f} degrees, condition number {cond:.3g})"
    for name, length in zip(names, lengths, strict=True):
        if length < MIN_DISTANCE:
            raise DigitizeError(
                f"the two calibration clicks of {name} are {length:.3g} px apart {told}; they must"
                f" be at least {MIN_DISTANCE:g} px apart, so calibrate the figure again."
            )
    if angle < MIN_ANGLE:
        raise DigitizeError(
            f"its axes are almost parallel {told}: the clicks of {names[0]} and {names[1]} run the"
            f" same way; at least {MIN_ANGLE:g} degrees are needed, so calibrate the figure again."
        )


def _check_extent(extent: float, name: str) -> None:
    # The direction that such axes ignore may hold all of the distance between the two clicks.
    if abs(extent) < MIN_DISTANCE:
        raise DigitizeError(
            f"the two calibration clicks of {name} are {abs(extent):.3g} px apart along the axis"
            f" (angle between the axes not defined, condition number inf); they must be at least"
            f" {MIN_DISTANCE:g} px apart, so calibrate the figure again."
        )


def xy_calibration(clicks: np.ndarray, x: tuple, y: tuple, *, rotated: bool = True) -> Calibration:
    """Return the calibration of XY axes from the clicks X1, X2, Y1, Y2.

    Args:
        clicks: Pixel coordinates (4, 2).
        x: Scale and scaled values of X1 and X2, as `scale_of` gives them.
        y: The same of Y1 and Y2.
        rotated: False snaps each axis to the pixel grid (WebPlotDigitizer's noRotation).
    """
    u, v = clicks[1] - clicks[0], clicks[3] - clicks[2]
    check_directions(u, v, ("x", "y"))
    kind = "rotated"
    if not rotated:
        kind = "upright" if abs(u[0] * v[1]) > abs(u[1] * v[0]) else "sideways"
        along_x, along_y = (u[0], v[1]) if kind == "upright" else (u[1], v[0])
        _check_extent(along_x, "x")
        _check_extent(along_y, "y")
    return Calibration(kind, clicks, np.array([*x[1:], *y[1:]]), x[0], y[0])


def bar_calibration(clicks: np.ndarray, y: tuple, *, rotated: bool = False) -> Calibration:
    """Return the calibration of a bar chart's one axis from two clicks (2, 2).

    Unless `rotated`, the axis is snapped: to the horizontal within 30 degrees of it, else to the
    vertical (WebPlotDigitizer's rule).
    """
    u = clicks[1] - clicks[0]
    kind = "bar"
    if not rotated:
        angle = np.degrees(np.arctan2(abs(u[1]), abs(u[0])))
        kind = "bar_horizontal" if angle < 30 else "bar_vertical"
    extent = {"bar": np.hypot(*u), "bar_horizontal": u[0], "bar_vertical": u[1]}[kind]
    _check_extent(float(extent), "the bars")
    return Calibration(kind, clicks, np.array(y[1:]), Scale(), y[0])


def three_point_calibration(
    clicks: np.ndarray, targets: np.ndarray, x: Scale, y: Scale
) -> Calibration:
    """Return the affine map through three axis points: clicks (3, 2), scaled values (3, 2)."""
    check_directions(clicks[1] - clicks[0], clicks[2] - clicks[0], ("points 1, 2", "points 1, 3"))
    sides = targets[1:] - targets[0]
    # Relative to each axis's range, so that the units do not count.
    spans = np.abs(sides).max(axis=0)
    if not all(spans) or abs(np.linalg.det(sides / spans)) < 1e-6:
        raise DigitizeError(
            "the values of its three axis points lie on one line, so they fix no axes"
            " (condition number inf); the points must differ in x and in y."
        )
    return Calibration("three_points", clicks, targets, x, y)
