"""Digitized figures: from a digitizer's project file to means and errors, with their sigma.

`read_figures` gives everything the workflow takes from figures; `figure_faults` tells what is wrong
with one figure, for validation.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from math import nan
from pathlib import Path

import numpy as np
import pandas as pd

from retrial.figures.against_print import beside_print, held_back
from retrial.figures.agreement import agreement, dahlberg
from retrial.figures.curves import Curve, curves_of
from retrial.figures.formats import DigitizeError, Project, read
from retrial.figures.measure import drawn, measured
from retrial.registry import columns_of
from retrial.study.figures import Figure
from retrial.study.models import Study
from retrial.tables import table

__all__ = [
    "Digitized",
    "agreement",
    "curves",
    "figure_faults",
    "read_figures",
]


@dataclass(frozen=True)
class Digitized:
    """What a study's digitized figures give.

    Attributes:
        points: One row a mean, with the columns of `digitized`.
        reported: The same numbers, with the columns of `reported`.
        draws: What other clicks would have given, with the columns of `digitization`.
        agreement: How two digitizers agree, with the columns of `agreement`.
    """

    points: pd.DataFrame
    reported: pd.DataFrame
    draws: pd.DataFrame
    agreement: pd.DataFrame

    def without(self, held: set[tuple[str, str]]) -> Digitized:
        """Return it with the panels (figure, panel) of `held` marked and their numbers left out.

        `points` keeps every row, with `held` true for those; `reported` and `draws` lose them.
        """
        places = zip(self.points["figure"], self.points["panel"], strict=True)
        out = pd.Series([place in held for place in places], self.points.index, dtype=bool)
        names = set(self.points.loc[out, "row_id"])
        return Digitized(
            points=self.points.assign(held=out),
            reported=self.reported[~self.reported["row_id"].isin(names)],
            draws=self.draws[~self.draws["row_id"].isin(names)],
            agreement=self.agreement,
        )


def curves(study: Study, figure: Figure, path: Path | str) -> tuple[Project, list[Curve]]:
    """Return a project file and the curves that figures.yaml says it holds.

    Raises:
        DigitizeError: With everything that is wrong, each sentence with its panel and arm.
    """
    project = read(path)
    found, wrong, _ = curves_of(study, figure, project)
    if wrong:
        raise DigitizeError(f"{path}: {'; '.join(wrong)}")
    return project, found


def figure_faults(study: Study, figure: Figure, folder: Path) -> list[tuple[str, str]]:
    """Return (key of figures.yaml, sentence) for each fault of a digitized figure's files."""
    faults = []
    for key in ("file", "second_file"):
        name = getattr(figure, key)
        if name is None:
            continue
        try:
            _, found = curves(study, figure, folder / name)
        except DigitizeError as fault:
            faults.append((key, str(fault).removeprefix(f"{folder / name}: ")))
            continue
        for curve in found:
            try:
                measured(curve, figure.pixel_sd)
            except DigitizeError as fault:
                faults.append((key, str(fault)))
            faults += [(key, told) for told in _noted_otherwise(study, figure, curve)]
    return faults


def _noted_otherwise(study: Study, figure: Figure, curve: Curve) -> list[str]:
    """Return where the digitizer noted another n or error term than figures.yaml says."""
    where = f"panel {curve.panel.id}, arm {curve.arm}"
    told = []
    noted = curve.noted_label()
    if noted and figure.error_label and noted != figure.error_label:
        told.append(
            f"{where}: its bars are noted as {noted}, and figures.yaml has error_label "
            f"{figure.error_label}"
        )
    randomized = next(arm.n for arm in study.arms if arm.id == curve.arm)
    for place in curve.places():
        n, shown = curve.noted_n(place), curve.panel.shown(curve.arm, curve.visits[place])
        at = f"{where}: n = {n} is noted at visit {curve.visits[place]:g}"
        if n is not None and shown is not None and n != shown:
            told.append(f"{at}, and figures.yaml has n = {shown}")
        elif n is not None and not 2 <= n <= randomized:
            told.append(f"{at}; from 2 to the arm's {randomized} patients are possible")
    return told


def read_figures(
    study: Study,
    figures: list[Figure],
    folder: Path | str,
    *,
    draws: int,
    seed: int,
    printed: pd.DataFrame | None = None,
) -> Digitized:
    """Return the numbers of every digitized figure of a study.

    A panel that contradicts what is printed is held back, unless figures.yaml accepts it.

    Args:
        study: The study.
        figures: Its figures; those that are not digitized are passed over.
        folder: The folder of figures.yaml and of the project files.
        draws: Number of Monte Carlo draws.
        seed: Root seed; each figure has a stream of its own, so that one more changes no other.
        printed: The typed numbers (`retrial.stages.collect.printed_numbers`); None holds nothing
        back.

    Raises:
        DigitizeError: If a project file cannot be read, or is not what figures.yaml says.
    """
    points, reported, moved = [], [], []
    for figure in figures:
        if not figure.digitized:
            continue
        project, found = curves(study, figure, Path(folder) / figure.file)
        rows = [row for curve in found for row in measured(curve, figure.pixel_sd)]
        table = pd.DataFrame(rows)
        table = _with_second(study, figure, Path(folder), table)
        names = (study.id, figure.id, "digitization")
        rng = np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
        moved.append(drawn(project, found, table, figure.pixel_sd, rng, draws))
        points.append(table)
        reported += [_reported(study, figure, row) for row in table.to_dict("records")]
    digitized = _tables(points, reported, moved)
    if printed is None or digitized.points.empty:
        return digitized.without(set())
    return digitized.without(held_back(figures, beside_print(digitized.points, printed)))


def _tables(points: list, reported: list[dict], moved: list) -> Digitized:
    both = pd.concat(points, ignore_index=True) if points else table([], "digitized")
    agreed = (
        agreement(both) if "second_mean" in both and both["second_mean"].notna().any() else None
    )
    draws = pd.concat(moved, ignore_index=True) if moved else _no_draws()
    return Digitized(
        points=both.reindex(columns=columns_of("digitized")),
        reported=pd.DataFrame(reported).reindex(columns=columns_of("reported")),
        draws=draws[columns_of("digitization")],
        agreement=table([], "agreement") if agreed is None else agreed,
    )


def _no_draws() -> pd.DataFrame:
    kinds = {"draw": "int64", "row_id": "string", "value": "float64", "error": "float64"}
    return pd.DataFrame({column: pd.array([], dtype=kind) for column, kind in kinds.items()})


def _with_second(study: Study, figure: Figure, folder: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Add the second digitizer's numbers; where the two differ by more, their spread is the sigma.

    The numbers stay those of the first file.
    """
    table = table.assign(
        mean_sigma_pixels=table["mean_sigma"].where(table["sigma_from"] == "pixels"),
        error_sigma_pixels=table["error_sigma"].where(table["sigma_from"] == "pixels"),
        second_mean=nan,
        second_error=nan,
    )
    if figure.second_file is None:
        return table
    _, found = curves(study, figure, folder / figure.second_file)
    second = pd.DataFrame(
        [row for curve in found for row in measured(curve, figure.pixel_sd)]
    ).set_index("row_id")
    for what in ("mean", "error"):
        other = table["row_id"].map(second[what])
        table[f"second_{what}"] = other
        for _, rows in table.groupby("panel", sort=False):
            spread = dahlberg(rows[what].to_numpy(float), other[rows.index].to_numpy(float))
            wider = rows.index[rows[f"{what}_sigma"] < spread]
            table.loc[wider, f"{what}_sigma"] = spread
            table.loc[wider, "sigma_from"] = "two digitizers"
    return table


def _patients(study: Study, row: dict, shown: int | None) -> int:
    """Return n: of the figure or its legend, else the digitizer's note, else all who may be in."""
    for n in (shown, row["noted_n"]):
        if n is not None and not pd.isna(n):
            return int(n)
    return study.available(row["arm"], row["visit"])[1]


def _reported(study: Study, figure: Figure, row: dict) -> dict:
    """Return a digitized mean as a row of reported.csv."""
    panel = next(panel for panel in figure.panels if panel.id == row["panel"])
    shown = panel.shown(row["arm"], row["visit"])
    arm = next(arm for arm in study.arms if arm.id == row["arm"])
    where = f"{figure.source}, panel {panel.id}" if len(figure.panels) > 1 else figure.source
    return {
        "row_id": row["row_id"],
        "outcome": row["outcome"],
        "arm": row["arm"],
        "visit": row["visit"],
        "statistic": "mean",
        "value": row["mean"],
        "error": row["error"],
        "error_label": figure.error_label or row["noted_label"] or study.error_label.label,
        "label_scope": figure.id,
        "n": _patients(study, row, shown),
        "inferred": False,
        "unit": study.outcome(row["outcome"]).unit,
        "source": f"{where}, {arm.label}, {study.visit_name(row['visit'])}",
        "digitized": True,
        "value_sigma": row["mean_sigma"],
        "error_sigma": row["error_sigma"],
        "note": figure.reason,
    }
