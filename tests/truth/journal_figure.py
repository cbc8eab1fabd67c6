"""A trial's figure as a journal prints it: means and SEM bars by visit, one colour column wide.

Nothing is drawn to whole pixels, so that every mark is exactly where `Drawn` says; patients at each
visit stand below the axis, as journals have them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Told apart in grey too: a filled circle and an open square (colours of Okabe & Ito 2008).
MARKS = (
    {"color": "#0072B2", "marker": "o", "markerfacecolor": "#0072B2", "linestyle": "-"},
    {"color": "#D55E00", "marker": "s", "markerfacecolor": "white", "linestyle": "--"},
)
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "path.snap": False,
}
SIZE = (3.6, 2.9)  # inches: one column
DPI = 300


@dataclass(frozen=True)
class Drawn:
    """A figure, and where its marks and ticks are, in pixels from the upper left corner.

    Attributes:
        png: The image.
        marks: arm, visit, statistic (mean, upper, lower), x and value (data), px, py.
        ticks: axis (x, x, y, y), value, px, py: the tick marks to calibrate by.
    """

    png: bytes
    marks: pd.DataFrame
    ticks: pd.DataFrame

    @cached_property
    def places(self) -> dict[str, np.ndarray]:
        """Arm to its marks' pixels (visit, statistic, 2), the statistics in the order of marks."""
        order = self.marks.sort_values("visit", kind="stable")
        shape = (-1, self.marks["statistic"].nunique(), 2)
        return {
            arm: own[["px", "py"]].to_numpy().reshape(shape)
            for arm, own in order.groupby("arm", sort=False)
        }


def draw(cells: pd.DataFrame, arms: tuple[tuple[str, str], ...], label: str, x_label: str) -> Drawn:
    """Draw the cells (arm, visit, n, mean, sem) of two arms (id, label), slightly dodged."""
    visits = sorted(cells["visit"].unique())
    dodge = 0.012 * (visits[-1] - visits[0])
    placed = cells.assign(
        x=cells["visit"] + cells["arm"].map({arms[0][0]: -dodge, arms[1][0]: dodge})
    )
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE, dpi=DPI)
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0.15, 0.27, 0.82, 0.71))
        for (arm, name), look in zip(arms, MARKS, strict=True):
            own = placed[placed["arm"] == arm]
            axes.errorbar(
                own["x"],
                own["mean"],
                yerr=own["sem"],
                label=name,
                markersize=4,
                linewidth=0.8,
                capsize=2.5,
                capthick=0.8,
                elinewidth=0.8,
                **look,
            )
        _label(axes, placed, arms, visits, label, x_label)
        canvas.draw()
        png = io.BytesIO()
        figure.savefig(png, format="png", metadata={"Software": None})
        return Drawn(png.getvalue(), _marks(axes, placed), _ticks(axes, visits))


def _label(
    axes: Axes,
    cells: pd.DataFrame,
    arms: tuple[tuple[str, str], ...],
    visits: list[float],
    label: str,
    x_label: str,
) -> None:
    span = visits[-1] - visits[0]
    axes.set_xlim(visits[0] - 0.06 * span, visits[-1] + 0.06 * span)
    axes.set_ylim(0, 1.08 * (cells["mean"] + cells["sem"]).max())
    axes.set_xticks(visits, [f"{visit:g}" for visit in visits])
    axes.set_xlabel(x_label, labelpad=1)
    axes.set_ylabel(label)
    axes.legend(frameon=False, loc="best", handlelength=2.6)
    for line, ((arm, _), look, mark) in enumerate(zip(arms, MARKS, "●□", strict=True)):
        below, colour = -0.22 - 0.075 * line, look["color"]
        axes.text(-0.03, below, f"n {mark}", transform=axes.transAxes, ha="right", color=colour)
        for _, cell in cells[cells["arm"] == arm].iterrows():
            place, number = (cell["visit"], below), f"{cell['n']:g}"
            across = axes.get_xaxis_transform()
            axes.text(*place, number, transform=across, ha="center", color=colour)


def _pixels(axes: Axes, x: float, y: float) -> dict[str, float]:
    column, row = axes.transData.transform((x, y))
    return {"px": float(column), "py": float(axes.figure.bbox.height - row)}


def _marks(axes: Axes, cells: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for _, cell in cells.iterrows():
        for statistic, sign in (("mean", 0), ("upper", 1), ("lower", -1)):
            value = cell["mean"] + sign * cell["sem"]
            place = _pixels(axes, cell["x"], value)
            told = {"arm": cell["arm"], "visit": cell["visit"], "statistic": statistic}
            rows.append({**told, "x": cell["x"], "value": value, **place})
    return pd.DataFrame(rows)


def _ticks(axes: Axes, visits: list[float]) -> pd.DataFrame:
    """Return the ticks that a person calibrates by: the first and the last of each axis."""
    shown = [float(tick) for tick in axes.get_yticks() if tick <= axes.get_ylim()[1]]
    rows = [
        {"axis": "x", "value": visit, **_pixels(axes, visit, 0)}
        for visit in (visits[0], visits[-1])
    ]
    left = axes.get_xlim()[0]
    rows += [
        {"axis": "y", "value": tick, **_pixels(axes, left, tick)} for tick in (shown[0], shown[-1])
    ]
    return pd.DataFrame(rows)
