"""What was clicked, drawn on the figure itself: a reviewer sees at a glance whether it is right."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from PIL import Image, UnidentifiedImageError

from retrial.figures.digitized import Curve, curves
from retrial.figures.formats import Calibration, Project
from retrial.report.load import Results
from retrial.report.plots.theme import BLACK, BLUE, INK, ORANGE, VERMILLION, WIDTH
from retrial.report.words import count_of, listing
from retrial.study.figures import Figure

COLOURS, SHAPES = (BLUE, VERMILLION, ORANGE, BLACK), ("o", "s", "D", "v")
WIDEST = 1600  # px of the picture under the marks; more shows no more at the report's size
PALE = 0.55  # how much of the figure's own ink is left, so that the marks stand out
LEGEND = 0.5  # inches above the picture
MARGIN = 40  # px around the marks where there is no picture


@dataclass(frozen=True, eq=False)
class Overlay:
    """A digitized figure with its marks; `draw` is what the plots of plotnine have."""

    figure: Figure
    project: Project
    curves: list[Curve]
    image: np.ndarray | None
    scale: float
    arms: dict[str, str]

    def draw(self) -> Canvas:
        """Return the picture in pixels of the digitized image, calibration and points on it."""
        left, right, top, bottom = self._extent()
        height = WIDTH * (bottom - top) / (right - left)
        canvas = Canvas(figsize=(WIDTH, height + LEGEND), dpi=160, facecolor="white")
        axes = canvas.add_axes((0, 0, 1, height / (height + LEGEND)))
        axes.set(xlim=(left, right), ylim=(bottom, top))
        axes.set_axis_off()
        if self.image is not None:
            rows, columns = self.image.shape[:2]
            extent = (-0.5, columns / self.scale - 0.5, rows / self.scale - 0.5, -0.5)
            axes.imshow(self.image, extent=extent, cmap="gray", vmin=0, vmax=255)
            axes.set(xlim=(left, right), ylim=(bottom, top))
        self._calibration(axes)
        for curve in self.curves:
            self._curve(axes, curve)
        handles, labels = axes.get_legend_handles_labels()
        shown = dict(zip(labels, handles, strict=True))
        canvas.legend(
            shown.values(), shown.keys(), loc="upper center", ncols=3, frameon=False,
            fontsize=8.5, labelcolor=INK, handletextpad=0.4, columnspacing=1.4,
        )  # fmt: skip
        return canvas

    def _pixels(self) -> np.ndarray:
        clicks = [axes.calibration.clicks for axes in self._axes()]
        return np.concatenate([*clicks, *(curve.series.pixels for curve in self.curves)])

    def _axes(self) -> list:
        used = {id(curve.series.axes) for curve in self.curves}
        return [axes for axes in self.project.axes if id(axes) in used]

    def _extent(self) -> tuple[float, float, float, float]:
        if self.image is not None:
            rows, columns = self.image.shape[:2]
            return -0.5, columns / self.scale - 0.5, -0.5, rows / self.scale - 0.5
        low, high = self._pixels().min(axis=0) - MARGIN, self._pixels().max(axis=0) + MARGIN
        return low[0], high[0], low[1], high[1]

    def _calibration(self, axes: Axes) -> None:
        """Mark the calibration clicks, each with the values that it stands for."""
        for one in self._axes():
            clicks = one.calibration.clicks
            axes.plot(
                *clicks.T, "+", color=INK, markersize=11, markeredgewidth=1.4, linestyle="none",
                label="calibration",
            )  # fmt: skip
            for click, told in zip(clicks, _typed(one.calibration), strict=True):
                axes.annotate(
                    told, click, xytext=(4, 4), textcoords="offset points", fontsize=7, color=INK,
                    bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6},
                )  # fmt: skip

    def _curve(self, axes: Axes, curve: Curve) -> None:
        """Mark an arm's means and bar ends, and the visit that each mean was taken for."""
        place = list(self.arms).index(curve.arm) % len(COLOURS)
        colour, pixels, roles = COLOURS[place], curve.series.pixels, np.array(curve.series.groups)
        means = roles == "mean"
        axes.plot(
            *pixels[means].T, SHAPES[place], color=colour, markerfacecolor="none", markersize=8,
            markeredgewidth=1.3, linestyle="none", label=f"mean, {self.arms[curve.arm]}",
        )  # fmt: skip
        axes.plot(
            *pixels[~means].T, "_", color=colour, markersize=10, markeredgewidth=1.5,
            linestyle="none", label=f"end of bar, {self.arms[curve.arm]}",
        )  # fmt: skip
        for point in np.flatnonzero(means):
            visit = curve.visits[curve.series.tuples[point]]
            axes.annotate(
                f"{visit:g}", pixels[point], xytext=(5 if place == 0 else -5, 6),
                ha="left" if place == 0 else "right", textcoords="offset points",
                fontsize=6.5, color=colour,
                bbox={"facecolor": "white", "alpha": 0.6, "edgecolor": "none", "pad": 0.3},
            )  # fmt: skip


def overlays(results: Results) -> list[Figure]:
    """Return the figures that can be drawn over: those whose project file holds pixels."""
    return [figure for figure in results.figures if figure.digitized and figure.file]


def draw_overlay(results: Results, figure: Figure) -> Overlay | None:
    """Return a figure with what was clicked on it; None for a table of values, which has no pixels.

    Without its image the points stand in pixel space as they were clicked.
    """
    project, found = curves(results.study, figure, results.figures_folder / figure.file)
    pixels = [curve for curve in found if curve.series.axes is not None]
    if not pixels:
        return None
    image, scale = _image(results, figure, project)
    arms = {arm.id: _short(arm.label) for arm in results.study.arms}
    return Overlay(figure, project, pixels, image, scale, arms)


def say_overlay(results: Results, figure: Figure) -> str:
    """Return the text for who cannot see the picture."""
    points = results.digitized[results.digitized["figure"] == figure.id]
    panels = [
        f"{count_of(len(rows), 'mean')} of {results.outcome(outcome)}"
        for outcome, rows in points.groupby("outcome", sort=False)
    ]
    return (
        f"{figure.source} as digitized: the calibration clicks, and {listing(panels)} with the "
        "ends of their error bars, marked where they were clicked; each mean bears its visit. "
        "The numbers are in the table beside it."
    )


def _typed(calibration: Calibration) -> list[str]:
    """Return what was typed for each calibration click: the value of the axis that it is on."""
    targets = np.asarray(calibration.targets, dtype=float)
    if targets.ndim == 2:  # three axis points, each with x and y
        pairs = np.stack(
            [calibration.x.value(targets[:, 0]), calibration.y.value(targets[:, 1])], axis=1
        )
        return [f"{x:.4g}, {y:.4g}" for x, y in pairs]
    if len(targets) == 2:  # a bar chart has a y alone
        return [f"y = {value:.4g}" for value in calibration.y.value(targets)]
    across, up = calibration.x.value(targets[:2]), calibration.y.value(targets[2:])
    return [*(f"x = {value:.4g}" for value in across), *(f"y = {value:.4g}" for value in up)]


def _short(label: str) -> str:
    return label.split(" (")[0]


def _image(results: Results, figure: Figure, project: Project) -> tuple[np.ndarray | None, float]:
    """Return the digitized image in pale grey, and its size relative to the original."""
    if figure.image is not None:
        data = (results.figures_folder / figure.image).read_bytes()
    elif project.images:
        data = next(iter(project.images.values()))
    else:
        return None, 1.0
    try:
        with Image.open(io.BytesIO(data)) as opened:
            grey = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None, 1.0  # a PDF page, say: the points are drawn without it
    white = Image.new("RGBA", grey.size, "white")
    white.alpha_composite(grey)
    scale = min(1.0, WIDEST / grey.width)
    small = white.convert("L").resize(
        (max(1, round(grey.width * scale)), max(1, round(grey.height * scale))),
        Image.Resampling.LANCZOS,
    )
    return 255 - PALE * (255 - np.asarray(small, dtype=float)), scale
