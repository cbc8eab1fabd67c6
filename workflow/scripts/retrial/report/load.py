"""What a run wrote and a person typed about one study, as the report reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, make_dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from retrial.comparisons.selection import AS_LABELLED
from retrial.registry import of_study
from retrial.stats.precision import decimals_shown
from retrial.study.claims import Claim, load_claims
from retrial.study.figures import Figure, load_figures
from retrial.study.models import Study, load_study
from retrial.tables import read_table, table

# What the report reads, by name.
SHOWN = {found.name: found for found in of_study() if found.shown}
VERDICTS = "verdicts"  # the table of claims, beside the claims that a person has typed
_Tables = make_dataclass(
    "_Tables",
    [(VERDICTS if name == "claims" else name, pd.DataFrame) for name in SHOWN],
    frozen=True,
    eq=False,
)


@dataclass(frozen=True, eq=False)
class Results(_Tables):
    """The tables of one study, and the study folder's own words."""

    study: Study
    claims: list[Claim]
    figures: list[Figure]
    provenance: dict
    figures_folder: Path
    pictures: dict[str, Path] = field(default_factory=dict)
    alt: dict[str, str] = field(default_factory=dict)
    alpha: float = 0.05

    @cached_property
    def outcome_labels(self) -> dict[str, str]:
        """Outcome id to its label."""
        return {o.id: o.label for o in self.study.outcomes}

    @cached_property
    def units(self) -> dict[str, str]:
        """Outcome id to its unit, empty where the paper states none."""
        return {o.id: "" if "not stated" in o.unit else o.unit for o in self.study.outcomes}

    @cached_property
    def arm_labels(self) -> dict[str, str]:
        """Arm id to its label."""
        return {a.id: a.label for a in self.study.arms}

    @cached_property
    def statements(self) -> dict[str, str]:
        """Claim id to its statement."""
        return {c.id: c.statement for c in self.claims}

    @cached_property
    def version_labels(self) -> dict[str, str]:
        """`axis:choice` to its words."""
        return {
            f"{c.id}:{choice}": words
            for c in self.study.contradictions
            for choice, words in c.versions.items()
        }

    @property
    def level(self) -> str:
        """The level of the intervals in words: `95 %`."""
        return f"{100 * (1 - self.alpha):g} %"

    @cached_property
    def decimals(self) -> dict[str, int]:
        """Outcome id to the decimals its means are printed with."""
        means = self.reported[self.reported["statistic"] == "mean"]
        shown = pd.Series([decimals_shown(row) for _, row in means.iterrows()], means.index, float)
        return shown.groupby(means["outcome"]).max().fillna(0).astype(int).to_dict()

    def outcome(self, outcome_id: object) -> str:
        """Return an outcome's label; the id itself when the study names none."""
        return self.outcome_labels.get(str(outcome_id), str(outcome_id))

    def analysis(self, *names: str) -> pd.DataFrame:
        """Return the sensitivity rows of these analyses."""
        return self.sensitivity[self.sensitivity["analysis"].isin(names)]


def read_stage(folder: Path, name: str) -> pd.DataFrame:
    """Read a stage's table; an empty one with its columns where none is there."""
    path = folder / SHOWN[name].file
    return _plain(read_table(path)) if path.exists() else table([], name)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with None for empty text and False for an empty flag, which can be asked."""
    for column in frame.columns:
        if isinstance(frame[column].dtype, pd.BooleanDtype):
            frame[column] = frame[column].fillna(False).astype(bool)
        elif isinstance(frame[column].dtype, pd.StringDtype):
            cells = frame[column].astype(object)
            frame[column] = cells.where(cells.notna(), None)
    return frame


def _once(tests: pd.DataFrame) -> pd.DataFrame:
    """Return the tests without those as labelled that repeat the reading of their one label."""
    if tests.empty:
        return tests
    same = ["claim_id", "outcome", "visit", "version", "method", "effect", "shape", "rho"]
    same += ["structure"]
    keys = tests[same].astype("string").fillna("").agg("/".join, axis=1)
    stated = tests["reading"] == AS_LABELLED
    uniform = keys[tests["labelled"].astype(bool) & ~stated]
    return tests[~(stated & keys.isin(uniform))]


def read_json(path: Path) -> dict:
    """Read a JSON file; empty when there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def load(
    results_folder: Path | str,
    study_folder: Path | str,
    *,
    study_id: str | None = None,
    alpha: float = 0.05,
) -> Results:
    """Read everything the report shows. A missing table is an empty one.

    Raises:
        FileNotFoundError: If the study folder has no `study.yaml` or `claims.yaml`.
        ValueError: If the folder holds another study than `study_id`.
    """
    results, typed = Path(results_folder), Path(study_folder)
    study = load_study(typed / "study.yaml")
    if study_id is not None and study.id != study_id:
        raise ValueError(f"{typed} holds the study {study.id!r}, not {study_id!r}.")
    frames = {name: read_stage(results, name) for name in SHOWN}
    frames[VERDICTS] = frames.pop("claims")
    frames["tests"] = _once(frames["tests"])
    figures = typed / "figures" / "figures.yaml"
    pictures = results / "figures"
    return Results(
        study=study,
        claims=load_claims(typed / "claims.yaml"),
        figures=load_figures(figures) if figures.exists() else [],
        figures_folder=figures.parent,
        provenance=read_json(results / "provenance.json"),
        pictures={path.stem: path for path in sorted(pictures.glob("*.svg"))},
        alt=read_json(pictures / "alt.json"),
        alpha=alpha,
        **frames,
    )
