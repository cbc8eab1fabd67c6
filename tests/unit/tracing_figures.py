"""Draw figures of known truth, as trials print them, for the tests and the benchmark of tracing.

The data are made up. Truth is where the renderer was told to draw, in pixels from the upper left
corner; the renderer's rounding to whole pixels counts as an error of tracing.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import IdentityTransform
from PIL import Image
from retrial.figures.tracing.spec import TraceSpec, parse_spec

mpl.rcParams.update({"font.size": 8})
SHAPES = {
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
    "open_circle": "o",
    "open_square": "s",
    "open_triangle": "^",
    "open_diamond": "D",
    "cross": "x",
}
COLOURS = ["#1f77b4", "#d62728", "#2ca02c", "#ff7f0e"]
VISITS = (0, 3, 6, 12, 18, 24)


@dataclass
class Drawn:
    """A figure as bytes of an image file, how to trace it, and where everything is."""

    name: str
    content: bytes
    spec: TraceSpec
    truth: dict[tuple[str, float, str], float] = field(default_factory=dict)  # row, pixels

    def pixels(self) -> np.ndarray:
        with Image.open(io.BytesIO(self.content)) as image:
            return np.asarray(image.convert("RGB"), dtype=np.float32)


def draw_lines(
    seed: int,
    *,
    dpi: int = 300,
    image: str = "png",
    arms: int = 2,
    grey: bool = False,
    shapes: tuple[str, ...] | None = None,
    tell_shapes: bool = True,
    offset: float = 0.0,
    apart: float = 0.9,
    log: bool = False,
    capsize: float = 3,
    ends: str = "both",
    grid: bool = False,
    joined: bool = True,
    linewidth: float | None = None,
    snap: bool | None = None,
    shrink: int = 1,
    missing: bool = False,
    stars: bool = False,
    spread: float = 1.0,
    legend: bool = False,
    legend_over: float | None = None,
    rotated: float = 0.0,
    visits: tuple[float, ...] = VISITS,
) -> Drawn:
    """Draw arms as markers with SEM bars and caps, joined by lines.

    `legend_over` lays the legend over the plot so that its keys are in the column of this visit;
    `rotated` turns the image by so many degrees, as a scanner does.
    """
    rng = np.random.default_rng(seed)
    figure = Figure(figsize=(rng.uniform(4.2, 6), rng.uniform(3, 4)), dpi=dpi * shrink)
    axes = figure.add_subplot()
    linewidth = linewidth or rng.choice([0.8, 1.0, 1.2])
    markersize = rng.choice([5, 6, 7])
    chosen = shapes or (("circle", "open_square", "triangle", "diamond")[:arms])
    drawn = []
    for arm in range(arms):
        means = 7 + apart * (arm - (arms - 1) / 2) + rng.normal(0, 0.35, len(visits)).cumsum() * 0.5
        errors = spread * rng.uniform(0.12, 0.45, len(visits))
        if log:
            means, errors = 10 ** (means / 2 - 2), None
            errors = means * rng.uniform(0.08, 0.3, len(visits))
        if missing:
            means[rng.choice(len(visits), 2, replace=False)] = np.nan
        colour = "black" if grey else COLOURS[arm]
        shape = chosen[arm]
        shift = offset * (arm - (arms - 1) / 2)
        x = np.asarray(visits, dtype=float) + shift
        hollow = shape.startswith("open_")
        low = errors if ends in ("both", "lower") else np.zeros(len(x))
        high = errors if ends in ("both", "upper") else np.zeros(len(x))
        axes.errorbar(
            x,
            means,
            yerr=np.vstack([low, high]),
            color=colour,
            marker=SHAPES[shape],
            markerfacecolor="white" if hollow else colour,
            markersize=markersize,
            linestyle="-" if joined else "none",
            linewidth=linewidth,
            capsize=capsize,
            capthick=linewidth,
            elinewidth=linewidth,
            uplims=False,
            snap=snap,
        )
        if stars:
            for place, mean, error in zip(x, means, errors, strict=True):
                axes.annotate("*", (place, mean + error), ha="center", va="bottom", color=colour)
        drawn.append((f"arm {arm}", colour, shape, shift, means, errors))
    if legend:
        axes.legend([f"arm {arm}" for arm in range(arms)], loc="best")
    if log:
        axes.set_yscale("log")
    axes.set_xticks(visits)
    axes.set_xlim(min(visits) - 1.5, max(visits) + 1.5)
    axes.margins(y=0.08)
    if legend_over is not None:
        _lay_legend(figure, axes, arms, legend_over)
    axes.set_xlabel("Months")
    axes.set_ylabel("Outcome")
    if grid:
        axes.grid(color="#d0d0d0", linewidth=0.6)
    return _finish(
        figure,
        axes,
        f"lines-{seed}",
        image,
        shrink,
        drawn,
        visits,
        ends,
        "line",
        grey=grey,
        tell_shapes=tell_shapes,
        caps=capsize > 0,
        log=log,
        rotated=rotated,
    )


def _lay_legend(figure, axes, arms: int, visit: float) -> None:
    # Half a handle, the border and the gap around it lie left of the keys' middle, in font sizes.
    bottom = axes.get_ylim()[0]  # settles the limits
    column = axes.transData.transform((visit, bottom))[0]
    left = column - 1.9 * 8 * figure.dpi / 72
    top = axes.transAxes.transform((0, 0.98))[1]
    axes.legend(
        [f"arm {arm}, {14 + arm} patients" for arm in range(arms)],
        loc="upper left",
        bbox_to_anchor=(left, top),
        bbox_transform=IdentityTransform(),
        borderpad=0.4,
        borderaxespad=0.5,
        handlelength=2.0,
    )


def draw_bars(
    seed: int,
    *,
    dpi: int = 300,
    image: str = "png",
    arms: int = 2,
    grey: bool = False,
    outlined: bool = True,
    ends: str = "upper",
    capsize: float = 3,
    negative: bool = False,
    shrink: int = 1,
    visits: tuple[float, ...] = (0, 3, 6, 12),
) -> Drawn:
    """Draw grouped bars with error bars."""
    rng = np.random.default_rng(seed)
    figure = Figure(figsize=(rng.uniform(4, 6), rng.uniform(3, 4)), dpi=dpi * shrink)
    axes = figure.add_subplot()
    places = np.arange(len(visits), dtype=float)
    colours = ["#000000", "#b0b0b0", "#ffffff"] if grey else COLOURS
    if grey:
        colours = ["#808080", "#d0d0d0", "#ffffff"]
    drawn = []
    wide = 0.8 / arms
    for arm in range(arms):
        means = rng.uniform(3, 9, len(visits))
        if negative:
            means *= rng.choice([-1, 1], len(visits))
        errors = rng.uniform(0.3, 1.2, len(visits))
        shift = wide * (arm - (arms - 1) / 2)
        axes.bar(
            places + shift,
            means,
            wide,
            color=colours[arm],
            edgecolor="black" if outlined or grey else "none",
            linewidth=0.8,
        )
        out = np.where(means >= 0, 1, -1)
        high = errors * (out > 0) if ends == "upper" else errors
        low = errors * (out < 0) if ends == "upper" else errors
        axes.errorbar(
            places + shift,
            means,
            yerr=np.vstack([low, high]),
            fmt="none",
            ecolor="black",
            elinewidth=0.9,
            capsize=capsize,
            capthick=0.9,
        )
        drawn.append((f"arm {arm}", colours[arm], None, shift, means, errors))
    if negative:
        axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xticks(places, [str(visit) for visit in visits])
    axes.set_xlim(-0.6, len(visits) - 0.4)
    return _finish(
        figure,
        axes,
        f"bars-{seed}",
        image,
        shrink,
        drawn,
        tuple(places),
        ends,
        "bar",
        grey=False,
        tell_shapes=False,
        caps=capsize > 0,
        log=False,
    )


def _finish(
    figure,
    axes,
    name,
    image,
    shrink,
    drawn,
    visits,
    ends,
    chart,
    *,
    grey,
    tell_shapes,
    caps,
    log,
    rotated=0.0,
) -> Drawn:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]
    height = pixels.shape[0]
    picture = Image.fromarray(pixels)
    if shrink > 1:
        size = (picture.width // shrink, picture.height // shrink)
        factor = picture.width / size[0], picture.height / size[1]
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    else:
        factor = 1.0, 1.0
    if rotated:
        picture = picture.rotate(rotated, Image.Resampling.BICUBIC, fillcolor="white")
    if grey:
        picture = picture.convert("L")
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=60) if image == "jpeg" else picture.save(stream, "PNG")

    def place(x: float, y: float) -> tuple[float, float]:
        px, py = axes.transData.transform((x, y))
        return float(px / factor[0]), float((height - py) / factor[1])

    low, high = axes.get_ylim()
    anchors_y = (low + 0.1 * (high - low), high - 0.1 * (high - low))
    if log:
        anchors_y = (low * (high / low) ** 0.1, low * (high / low) ** 0.9)
    mid = anchors_y[0]
    box = axes.get_window_extent()
    document = {
        "chart": chart,
        "x_axis": {
            "points": [
                {"pixel": place(v, mid)[0], "value": v}
                for v in (float(visits[0]), float(visits[-1]))
            ]
        },
        "y_axis": {
            "scale": "log" if log else "linear",
            "points": [{"pixel": place(visits[0], v)[1], "value": float(v)} for v in anchors_y],
        },
        "x": [float(v) for v in visits],
        "ends": ends,
        "caps": caps,
        "plot_area": {
            "left": box.x0 / factor[0] + 3,
            "right": box.x1 / factor[0] - 3,
            "top": (height - box.y1) / factor[1] + 3,
            "bottom": (height - box.y0) / factor[1] - 3,
        },
        "series": [],
    }
    truth = {}
    for label, colour, shape, shift, means, errors in drawn:
        series = {"name": label, "offset": float(shift)}
        if not (grey and chart == "line"):
            series["color"] = colour
        if shape and (tell_shapes or grey):
            series["marker"] = shape
        document["series"].append(series)
        for visit, mean, error in zip(visits, means, errors, strict=True):
            if np.isnan(mean):
                continue
            truth[label, float(visit), "mean"] = place(visit + shift, mean)[1]
            up = ends != "lower" if chart == "line" else ends == "both" or mean >= 0
            down = ends != "upper" if chart == "line" else ends == "both" or mean < 0
            if up:
                truth[label, float(visit), "upper"] = place(visit + shift, mean + error)[1]
            if down and not (log and mean <= error):
                truth[label, float(visit), "lower"] = place(visit + shift, mean - error)[1]
    return Drawn(name, stream.getvalue(), parse_spec(document), truth)
