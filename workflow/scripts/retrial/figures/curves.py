"""Tie a project file's points to an arm's visits, as figures.yaml says what its series are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from retrial.figures.formats import DigitizeError, Project, Series
from retrial.figures.formats.grouped import roles_of
from retrial.study.figures import CENTRES, Figure, Panel
from retrial.study.figures import Series as Declared
from retrial.study.models import Study

# What metaDigitise calls error terms, in our words.
ERROR_TYPES = {"se": "sem", "sem": "sem", "sd": "sd", "ci95": "ci95"}


@dataclass(frozen=True, eq=False)
class Curve:
    """An arm's points in one panel.

    `series.tuples` (n,) holds each point's place in `visits`, `series.groups` (n,) its role: mean,
    upper or lower; `x` (n,) are months, NaN where labels tell the visit. `left_out` counts the
    points of its data sets that belong to no point group, or have a label that is not asked for.
    `details` (n,) are what the digitizer noted of each point's data set, such as n.
    """

    figure: Figure
    panel: Panel
    arm: str
    series: Series
    visits: tuple[float, ...]
    x: np.ndarray
    left_out: int = 0
    details: tuple[Mapping[str, object], ...] = ()

    def noted_n(self, place: int) -> int | None:
        """Return how many patients the digitizer noted at a visit; None where it noted none."""
        noted = [self.details[point].get("n") for point in self.members(place)["mean"]]
        whole = [int(n) for n in noted if isinstance(n, int | float) and n == n and n % 1 == 0]
        return whole[0] if whole else None

    def noted_label(self) -> str | None:
        """Return what the digitizer noted that the bars are; None where it noted nothing known."""
        noted = {str(found.get("error_type", "")).lower() for found in self.details}
        return ERROR_TYPES.get(noted.pop()) if len(noted) == 1 else None

    def row_id(self, place: int) -> str:
        """Return the name of the number at a visit."""
        visit = f"{self.visits[place]:g}".replace(".", "_")
        return f"{self.figure.id}_{self.panel.id}_{self.arm}_m{visit}"

    def members(self, place: int) -> dict[str, list[int]]:
        """Return the points at a visit by role."""
        found: dict[str, list[int]] = {}
        for point in np.flatnonzero(self.series.tuples == place):
            found.setdefault(self.series.groups[point], []).append(int(point))
        return found

    def places(self) -> list[int]:
        """Return the places in `visits` that have points, in their order."""
        return sorted(set(self.series.tuples.tolist()))


@dataclass(frozen=True)
class Point:
    """One point of the project: its series, its place there, and what it stands for."""

    series: Series
    index: int
    role: str
    visit: float
    x: float


def visits_shown(study: Study, panel: Panel) -> list[float]:
    """Return the visits at which a panel's points may stand."""
    return panel.visits or study.visits


def curves_of(
    study: Study, figure: Figure, project: Project
) -> tuple[list[Curve], list[str], list[str]]:
    """Return the curves of a figure, what is wrong with them, and what is missing in them.

    A point that belongs to no visit, two points for one thing, and a bar without its mean are
    wrong; a visit of study.yaml without a point is only missing, unless the panel lists it.
    """
    curves, wrong, missing = [], [], []
    for panel in figure.panels:
        if not panel.series:
            wrong.append(f"panel {panel.id}: it has no series; say which data sets it shows")
        for arm in panel.arms if panel.series else []:
            where = f"panel {panel.id}, arm {arm}"
            try:
                curve = _curve(study, figure, panel, arm, project)
            except DigitizeError as fault:
                wrong.append(f"{where}: {fault}")
                continue
            absent = sorted(
                set(visits_shown(study, panel)) - {curve.visits[p] for p in curve.places()}
            )
            told = [f"{where}: no point at {study.visit_name(visit)}" for visit in absent]
            (wrong if panel.visits else missing).extend(told)
            curves.append(curve)
    return curves, wrong, missing


def _curve(study: Study, figure: Figure, panel: Panel, arm: str, project: Project) -> Curve:
    declared = [series for series in panel.series if series.arm == arm]
    if not declared:
        raise DigitizeError("no series is declared for it")
    sets = [(series, _find(panel, series, project)) for series in declared]
    points = [
        point for series, found in sets for point in _points(study, figure, panel, series, found)
    ]
    _check_roles(points)
    # Two declared series may share a data set, each with labels of its own.
    clicked = sum(len(found) for found in {id(found): found for _, found in sets}.values())
    axes = {id(point.series.axes): point.series.axes for point in points}
    if len(axes) > 1:
        raise DigitizeError("its series lie on different axes sets; they must share one")
    visits = tuple(sorted({point.visit for point in points}))
    return Curve(
        figure,
        panel,
        arm,
        _joined(f"{panel.id} {arm}", points, visits),
        visits,
        np.array([point.x for point in points]),
        clicked - len({(id(point.series), point.index) for point in points}),
        tuple(point.series.details for point in points),
    )


def _find(panel: Panel, declared: Declared, project: Project) -> Series:
    """Return the data set that a declared series names."""
    named = [series for series in project.series if series.name == declared.name]
    found = [
        series
        for series in named
        if panel.axes is None or (series.axes is not None and series.axes.name == panel.axes)
    ]
    if not found:
        on = f" on the axes {panel.axes!r}" if panel.axes else ""
        there = ", ".join(dict.fromkeys(_called(s, bool(panel.axes)) for s in project.series))
        faults = "".join(f"; {problem}" for problem in project.problems)
        raise DigitizeError(
            f"the project file has no series {declared.name!r}{on}; it holds "
            f"{there or 'none'}{faults}"
        )
    if len(found) > 1:
        raise DigitizeError(
            f"the project file has {len(found)} series {declared.name!r}; name the panel's axes"
        )
    return found[0]


def _called(series: Series, with_axes: bool) -> str:
    """Return a data set's name for a message, with that of its axes where these decide."""
    axes = "no axes" if series.axes is None else repr(series.axes.name)
    return f"{series.name!r} on {axes}" if with_axes else repr(series.name)


def _points(
    study: Study, figure: Figure, panel: Panel, declared: Declared, series: Series
) -> Iterator[Point]:
    """Yield the points of a declared series, each with its role and visit."""
    centre = "mean" if declared.statistic in CENTRES else declared.statistic
    months = series.values()[:, 0] * panel.months_per_x
    roles = roles_of(series) if declared.statistic == "grouped" else {}
    heads = {
        series.tuples[i]: i for i in range(len(series)) if roles.get(series.groups[i]) == "mean"
    }
    for index in range(len(series)):
        role, head = centre, index
        if declared.statistic == "grouped":
            if series.groups[index] is None:
                continue
            if series.tuples[index] not in heads:
                raise DigitizeError(
                    f"series {series.name!r}, tuple {series.tuples[index]} has no mean"
                )
            role, head = roles[series.groups[index]], heads[series.tuples[index]]
        # A label stands at the mean: the ends of its bars have another, or none.
        if declared.labels and series.labels[head] not in declared.labels:
            continue
        visit = _visit(study, figure, panel, series, head, months[head])
        yield Point(series, index, role, visit, months[head])


def _visit(
    study: Study, figure: Figure, panel: Panel, series: Series, index: int, month: float
) -> float:
    """Return the visit that a point belongs to, by its label or by where it stands."""
    label = series.labels[index]
    where = f"series {series.name!r}, point {index}"
    named = {entry.label: entry.visit for entry in panel.labels}
    if named:
        if label not in named:
            raise DigitizeError(
                f"{where} has the label {label!r}, which is none of the panel's labels "
                f"({', '.join(map(repr, named))})"
            )
        return named[label]
    dated = series.dates[0] if series.axes is None else series.axes.calibration.x.date
    if dated or np.isnan(month):
        kind = "a date" if dated else "no number"
        raise DigitizeError(
            f"{where} has {kind} on the x axis: list the panel's labels with their visits"
        )
    visits = np.array(visits_shown(study, panel), dtype=float)
    nearest = float(visits[abs(visits - month).argmin()])
    if abs(nearest - month) > figure.snap_months:
        raise DigitizeError(
            f"{where} lies at {study.visit_word} {month:.2f}; the nearest visit is {nearest:g}, "
            f"more than {figure.snap_months:g} {study.visit_unit} (snap_months) away"
        )
    return nearest


def _check_roles(points: list[Point]) -> None:
    """Refuse two points for one thing at a visit, and bars without their mean."""
    seen: dict[tuple[float, str], Point] = {}
    for point in points:
        key = (point.visit, point.role)
        # Bars whose names tell no side are told apart by where they lie.
        if key in seen and point.role != "bar":
            raise DigitizeError(
                f"two points are the {point.role} at visit {point.visit:g}: "
                f"{seen[key].series.name!r} point {seen[key].index} and {point.series.name!r} "
                f"point {point.index}"
            )
        seen[key] = point
    for visit in sorted({point.visit for point in points}):
        if (visit, "mean") not in seen:
            raise DigitizeError(f"an error bar but no mean at visit {visit:g}")
    if not points:
        raise DigitizeError("its series hold no points")


def _joined(name: str, points: list[Point], visits: tuple[float, ...]) -> Series:
    """Return the points of several series as one, in tuples by visit."""

    def taken(what: str) -> np.ndarray:
        return np.stack([getattr(point.series, what)[point.index] for point in points])

    return Series(
        name=name,
        axes=points[0].series.axes,
        pixels=taken("pixels"),
        stored=taken("stored"),
        present=taken("present"),
        tuples=np.array([visits.index(point.visit) for point in points]),
        groups=tuple(point.role for point in points),
        labels=tuple(point.series.labels[point.index] for point in points),
        dates=points[0].series.dates,
    )
