"""A digitized figure: axes sets with their calibration, series of pixel points, and their values.

Values always come from the pixels and the calibration. What the file stores beside them is only
compared: a digitizer leaves old values in the file when the axes are calibrated anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retrial.figures.formats.calibration import Calibration
from retrial.figures.formats.faults import DigitizeError

# Stored values that agree differ by rounding alone; relative to the value and the axis's range.
STALE = 1e-9

COLUMNS = (
    "axes series dataset point tuple group label x y x_sigma y_sigma x_sigma_point"
    " x_sigma_calibration y_sigma_point y_sigma_calibration px py stored_x stored_y stale"
    " x_is_date y_is_date"
).split()


@dataclass(frozen=True)
class Problem:
    """A part of a file that was left out, or not used as it stands, and why."""

    where: str
    message: str

    def __str__(self) -> str:
        """Return the problem as one sentence."""
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, eq=False)
class Axes:
    """One axes set: its name, the digitizer's type and the calibration."""

    name: str
    type: str
    calibration: Calibration


@dataclass(frozen=True, eq=False)
class Series:
    """One data set of n points.

    Attributes:
        name: The data set's name in the file.
        axes: Its axes set; None for a table of values, which has no pixels.
        pixels: Pixel coordinates (n, 2), NaN for a table.
        stored: Values (n, 2) that the file stores, NaN where none; a table's values.
        present: Whether the file stores values for a point (n,).
        tuples: Which points belong together, such as a mean and its bars (n,); -1 for none.
        groups: A point's role in its tuple (n,), None for none.
        labels: A point's label (n,), such as a bar's; None for none.
        dates: Whether x and y of a table are dates (days since 1970-01-01); see `Scale.date`.
        details: What else the file says of the series, such as n and the type of error.
    """

    name: str
    axes: Axes | None
    pixels: np.ndarray
    stored: np.ndarray
    present: np.ndarray
    tuples: np.ndarray
    groups: tuple[str | None, ...]
    labels: tuple[str | None, ...]
    dates: tuple[bool, bool] = (False, False)
    details: Mapping[str, object] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.pixels)

    def values(self) -> np.ndarray:
        """Return values (n, 2): from the pixels, or a table's own."""
        return self.stored if self.axes is None else self.axes.calibration.values(self.pixels)

    def stale(self) -> np.ndarray:
        """Return for each point (n,) whether the stored value is not what its pixel gives."""
        if self.axes is None:
            return np.zeros(len(self), dtype=bool)
        calibration = self.axes.calibration
        anew = calibration.scaled(self.pixels)
        axes = (calibration.x, calibration.y)
        old = np.stack([a.scaled(s) for a, s in zip(axes, self.stored.T, strict=True)], -1)
        targets = calibration.targets
        pairs = targets.T if targets.ndim == 2 else targets.reshape(-1, 2)[[0, -1]]
        room = STALE * (abs(anew) + np.ptp(pairs, axis=-1))
        # A stored NaN agrees with nothing, except on a bar chart, which has no x.
        agrees = (abs(old - anew) <= room) | np.isnan(anew)
        return self.present & ~agrees.all(axis=1)

    def sensitivities(self) -> tuple[np.ndarray, np.ndarray]:
        """Return d value / d own pixel (n, 2, 2) and d value / d clicks (n, 2, 2 k).

        All NaN in a table, and in the x of a bar chart.
        """
        if self.axes is None:
            return np.full((len(self), 2, 2), np.nan), np.full((len(self), 2, 1), np.nan)
        return self.axes.calibration.jacobians(self.pixels)


def check_finite(series: Series) -> None:
    """Refuse a series with a point so far outside its axes that its value is no number.

    Raises:
        DigitizeError: With the point's number and pixel.
    """
    values = series.values()
    # A bar chart and a y-only calibration have no x at all.
    bad = np.flatnonzero(~(np.isfinite(values) | np.isnan(values).all(axis=0)).all(axis=1))
    if len(bad):
        px, py = series.pixels[bad[0]]
        raise DigitizeError(f"point {bad[0]} at pixel ({px:g}, {py:g}) has no finite value.")


def _length(gradient: np.ndarray) -> np.ndarray:
    return np.sqrt((gradient**2).sum(axis=-1))


def check_pixel_sd(pixel_sd: float) -> None:
    """Refuse a pixel error that is no standard deviation.

    Raises:
        DigitizeError: If it is negative or not finite.
    """
    if not (np.isfinite(pixel_sd) and pixel_sd >= 0):
        raise DigitizeError(f"pixel_sd must be a finite number of pixels >= 0, not {pixel_sd!r}.")


@dataclass(frozen=True, eq=False)
class Project:
    """All that could be read of one file.

    Attributes:
        format: The format's name, such as "WebPlotDigitizer 4".
        axes: The axes sets that could be read, in the file's order.
        series: The series that could be read, in the file's order.
        problems: What could not be read or was not used, and why.
        images: The bytes of the images in a project archive, by name.
    """

    format: str
    axes: tuple[Axes, ...]
    series: tuple[Series, ...]
    problems: tuple[Problem, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of points of all series."""
        return sum(len(series) for series in self.series)

    def frame(self, pixel_sd: float = 1.0) -> pd.DataFrame:
        """Return the points, one a row, series after series in the file's order.

        Columns: axes, series, dataset (number of the series), point (number in the series), tuple,
        group, label, x, y, their sigma, its independent part (sigma_point) and the part that all
        points of an axes set share (sigma_calibration), px, py, stored_x, stored_y, stale,
        x_is_date, y_is_date. Values are in the axes' units, dates in days since 1970-01-01; sigma
        is one standard deviation, NaN where the file contains no pixels.

        Args:
            pixel_sd: Error of every click, one standard deviation in px, the same in px and py.

        Raises:
            DigitizeError: If `pixel_sd` is no standard deviation.
        """
        check_pixel_sd(pixel_sd)
        parts = [self._part(i, series, pixel_sd) for i, series in enumerate(self.series)]
        table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
        kinds = dict.fromkeys(["axes", "series", "group", "label"], "string")
        kinds |= dict.fromkeys(["stale", "x_is_date", "y_is_date"], "bool")
        kinds |= {"tuple": "Int64", "dataset": "int64", "point": "int64"}
        kinds |= dict.fromkeys([c for c in COLUMNS if c not in kinds], "float64")
        return table[COLUMNS].astype(kinds)

    @staticmethod
    def _part(index: int, series: Series, pixel_sd: float) -> pd.DataFrame:
        own, shared = series.sensitivities()
        point, clicks = pixel_sd * _length(own), pixel_sd * _length(shared)
        total = np.hypot(point, clicks)
        values, calibrated = series.values(), series.axes is not None
        dates = series.dates
        if series.axes is not None:
            dates = (series.axes.calibration.x.date, series.axes.calibration.y.date)
        stored = series.stored if calibrated else np.full((len(series), 2), np.nan)
        return pd.DataFrame(
            {
                "axes": series.axes.name if series.axes is not None else None,
                "series": series.name,
                "dataset": index,
                "point": np.arange(len(series)),
                "tuple": pd.array(series.tuples, dtype="Int64"),
                "group": list(series.groups),
                "label": list(series.labels),
                **{
                    f"{axis}{part}": table[:, i]
                    for part, table in [
                        ("", values),
                        ("_sigma", total),
                        ("_sigma_point", point),
                        ("_sigma_calibration", clicks),
                    ]
                    for i, axis in enumerate("xy")
                },
                "px": series.pixels[:, 0],
                "py": series.pixels[:, 1],
                "stored_x": stored[:, 0],
                "stored_y": stored[:, 1],
                "stale": series.stale(),
                "x_is_date": dates[0],
                "y_is_date": dates[1],
            }
        ).assign(tuple=lambda part: part["tuple"].mask(part["tuple"] < 0))

    def draw(self, rng: np.random.Generator, size: int, pixel_sd: float = 1.0) -> np.ndarray:
        """Return the points' values as other clicks would have given them.

        Each draw moves the calibration clicks of an axes set once, for all its points and series
        together, and every point by itself: normal, independent in px and py.

        Args:
            rng: Source of the random numbers.
            size: Number of draws.
            pixel_sd: Error of every click, one standard deviation in px.

        Returns:
            Values (size, points, 2) in the order of `frame`, x NaN on a bar chart.

        Raises:
            DigitizeError: If a series has no pixels (a table of values), or for a bad `pixel_sd`.
        """
        check_pixel_sd(pixel_sd)
        tables = [series.name for series in self.series if series.axes is None]
        if tables:
            raise DigitizeError(
                f"series {tables[0]!r} is a table of values without pixels, so it has no pixel"
                " error to draw; use the error measured between observers."
            )
        moved = [
            axes.calibration.clicks
            + pixel_sd * rng.standard_normal((size, *axes.calibration.clicks.shape))
            for axes in self.axes
        ]
        places = {id(axes): i for i, axes in enumerate(self.axes)}
        drawn = [np.empty((size, 0, 2))]
        for series in self.series:
            pixels = series.pixels + pixel_sd * rng.standard_normal((size, len(series), 2))
            calibration = series.axes.calibration
            drawn.append(calibration.values(pixels, moved[places[id(series.axes)]]))
        return np.concatenate(drawn, axis=1)
