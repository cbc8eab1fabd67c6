"""`figures/figures.yaml` as data: every figure of the paper, and what its digitized series are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from retrial import plainyaml
from retrial.study.models import Block, ErrorLabel, Identifier, Label, Line

Statistic = Literal["mean", "point", "bar", "upper", "lower", "grouped"]
CENTRES = ("mean", "point", "bar")


class Series(Block):
    """One data set of the digitizer's project file, and what it shows of an arm."""

    name: str = Field(min_length=1, description="The data set's name in the project file")
    arm: Identifier
    statistic: Statistic = Field(
        description="The marker of a mean (mean, point), the height of a bar (bar), the end of an "
        "error bar (upper, lower), or all of these as the digitizer's point groups (grouped)"
    )
    labels: list[str] = Field(
        default=[], description="Take only the points with these labels; empty takes all"
    )


class PatientsShown(Block):
    """How many patients stand behind an arm's points, where the figure or its legend says so."""

    arm: Identifier
    n: list[int] = Field(min_length=1, description="One for each of the panel's visits")


class LabelledVisit(Block):
    """The visit of a bar, or of any point with a label."""

    label: Label
    visit: float = Field(ge=0)


class Panel(Block):
    """One set of curves or bars that share axes."""

    id: Identifier
    outcome: Identifier
    arms: list[Identifier] = Field(min_length=1)
    axes: str | None = Field(
        default=None, description="Its axes set in the project file, where several panels share it"
    )
    months_per_x: float = Field(
        default=1.0,
        gt=0,
        description="Months (or another visit_unit) in one unit of the x axis (weeks: 0.22998)",
    )
    y_factor: float = Field(
        default=1.0,
        gt=0,
        le=1e9,
        description="What gives the outcome's unit, times a value of the y axis",
    )
    visits: list[float] = Field(
        default=[], description="The visits that it shows; left out: those of study.yaml"
    )
    labels: list[LabelledVisit] = Field(default=[])
    n: list[PatientsShown] = Field(default=[])
    series: list[Series] = Field(default=[])

    @model_validator(mode="after")
    def _each_once(self) -> Panel:
        for key, entries in (
            ("visits", [f"{visit:g}" for visit in self.visits]),
            ("labels", [entry.label for entry in self.labels]),
            ("n", [shown.arm for shown in self.n]),
        ):
            twice = next((name for name in entries if entries.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"{key} must name '{twice}' once")
        return self

    @model_validator(mode="after")
    def _one_n_a_visit(self) -> Panel:
        for shown in self.n:
            if len(shown.n) != len(self.visits):
                raise ValueError(
                    f"n of '{shown.arm}' needs one number for each of the panel's "
                    f"{len(self.visits)} visits, not {len(shown.n)}"
                )
        return self

    def shown(self, arm: str, visit: float) -> int | None:
        """Return how many patients the figure says it shows; None where it does not."""
        counts = {shown.arm: dict(zip(self.visits, shown.n, strict=True)) for shown in self.n}
        return counts.get(arm, {}).get(visit)


class Figure(Block):
    """One figure of the paper."""

    id: Identifier
    title: Line
    status: Literal["digitized", "pending", "no_data"]
    reason: str = Field(
        min_length=3, max_length=400, description="Why it is pending, or who digitized it and how"
    )
    file: str | None = Field(
        default=None,
        description="The digitizer's project file, beside figures.yaml; a pending figure counts as "
        "digitized once it is there",
    )
    second_file: str | None = Field(
        default=None, description="The project file of a second, independent digitizer"
    )
    image: str | None = Field(
        default=None,
        description="The image that was digitized; left out: the one in the project's archive",
    )
    pixel_sd: float = Field(
        default=1.0, gt=0, le=100, description="Error of a click, one standard deviation in px"
    )
    snap_months: float = Field(
        default=0.5, gt=0, description="How far from its visit a point may lie"
    )
    error_label: ErrorLabel | None = None
    accepted: str | None = Field(
        default=None,
        min_length=10,
        description="Why the figure is used although it contradicts a printed number; without it, "
        "a panel that does is held back",
    )
    panels: list[Panel] = Field(default=[])
    source: Line

    @property
    def digitized(self) -> bool:
        """Whether a project file stands behind it."""
        return self.status == "digitized"


class Figures(Block):
    """`figures/figures.yaml`."""

    figures: list[Figure] = Field(default=[])


def load_figures(path: Path | str) -> list[Figure]:
    """Return the figures of a validated `figures.yaml`, in the file's order.

    A pending figure whose project file has been laid beside figures.yaml is digitized.
    """
    folder = Path(path).parent
    figures = Figures.model_validate(plainyaml.load(path)).figures
    return [
        figure.model_copy(
            update={"status": "digitized", "reason": f"Digitized by whoever made {figure.file}"}
        )
        if figure.status == "pending" and figure.file and (folder / figure.file).is_file()
        else figure
        for figure in figures
    ]
