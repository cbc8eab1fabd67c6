"""Say what each figure of a study became, and which project files nobody asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from retrial.figures.curves import curves_of
from retrial.figures.formats import DigitizeError, read
from retrial.study.figures import Figure
from retrial.study.models import Study

PROJECTS = {".tar", ".json", ".dig", ".csv", ".rds", ""}  # metaDigitise gives none


@dataclass(frozen=True)
class Stray:
    """A project file that no figure names.

    Attributes:
        name: The file's name.
        series: The data sets in it.
        fits: The pending figures whose data sets are all in it, with the file that each waits for.
    """

    name: str
    series: tuple[str, ...]
    fits: tuple[tuple[str, str], ...]


def stray_projects(figures: list[Figure], folder: Path) -> list[Stray]:
    """Return the digitizers' files beside figures.yaml that no figure names."""
    named = {name for f in figures for name in (f.file, f.second_file, f.image) if name}
    found = []
    for path in sorted(folder.iterdir()):
        if path.name in named or path.suffix.lower() not in PROJECTS or not path.is_file():
            continue
        try:
            project = read(path)
        except DigitizeError:
            found.append(Stray(path.name, (), ()))
            continue
        there = {(series.name, series.axes and series.axes.name) for series in project.series}
        names = tuple(dict.fromkeys(series.name for series in project.series))
        fits = tuple(
            (figure.id, figure.file)
            for figure in figures
            if figure.status == "pending" and figure.file and _fits(figure, there)
        )
        found.append(Stray(path.name, names, fits))
    return found


def _fits(figure: Figure, there: set[tuple[str, str | None]]) -> bool:
    """Return whether a project has every data set that a figure's panels name."""
    wanted = [(series.name, panel.axes) for panel in figure.panels for series in panel.series]
    names = {name for name, _ in there}
    return bool(wanted) and all(
        (name, axes) in there if axes else name in names for name, axes in wanted
    )


def figure_lines(study: Study, figures: list[Figure], folder: Path) -> list[str]:
    """Return one line a figure (what it became, and from which file), and one a stray project.

    The folder is one in which validation has found nothing wrong.
    """
    lines = [f"{figure.id}: {_became(study, figure, folder)}" for figure in figures]
    for stray in stray_projects(figures, folder):
        what = f"data sets {', '.join(stray.series)}" if stray.series else "not a project"
        lines.append(f"figures/{stray.name} is used by no figure ({what}).")
    return lines


def _became(study: Study, figure: Figure, folder: Path) -> str:
    if figure.status == "no_data":
        return f"no data ({figure.reason})"
    if not figure.digitized:
        return f"pending: there is no figures/{figure.file}" if figure.file else "pending"
    project = read(folder / figure.file)
    curves, _, missing = curves_of(study, figure, project)
    means = sum(len(curve.places()) for curve in curves)
    told = f"digitized from {figure.file}: {means} means of {len(curves)} curves"
    left = sum(curve.left_out for curve in curves)
    if left:
        told += f"; {left} point{'s' * (left != 1)} outside every point group or label not used"
    used = {series.name for panel in figure.panels for series in panel.series}
    others = [series.name for series in project.series if series.name not in used]
    if others:
        told += f"; data sets used by nothing: {', '.join(others)}"
    if missing:
        told += f"; {len(missing)} visits without a point"
    return told
