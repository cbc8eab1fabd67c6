"""What a run wrote and a person typed about one study, as the report reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from retrial.comparisons.selection import AS_LABELLED
from retrial.registry import TABLES, of_study
from retrial.stats.precision import decimals_shown
from retrial.study.claims import load_claims
from retrial.study.models import load_study
from retrial.tables import table
from retrial.trial import TYPED, VERDICTS, Trial

# What the report reads, by name.
SHOWN = {VERDICTS if found.name == "claims" else found.name for found in of_study() if found.shown}


class Results(Trial):
    """One trial as the report reads it: a table that no run has made is an empty one.

    Text has None for an empty cell, and a flag False, so that both can be asked.
    """

    provenance: dict
    figures_folder: Path
    pictures: Mapping[str, Path] = MappingProxyType({})
    alt: Mapping[str, str] = MappingProxyType({})

    def _read(self, name: str, path: Path | str) -> Any:
        if name in TYPED:
            return super()._read(name, path) if Path(path).exists() else []
        made = Path(path).exists()
        frame = plain(super()._read(name, path)) if made else table([], Path(path).stem)
        return _once(frame) if name == "tests" else frame

    @property
    def alpha(self) -> float:
        """The significance level; intervals are at 1 - alpha."""
        return self.settings.alpha

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


def plain(frame: pd.DataFrame) -> pd.DataFrame:
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
    files = {name: results / TABLES["claims" if name == VERDICTS else name].file for name in SHOWN}
    figures, pictures = typed / "figures" / "figures.yaml", results / "figures"
    files |= {"figures": figures}
    parts = {"study": study, "claims": load_claims(typed / "claims.yaml")}
    found = Results(files, {"alpha": alpha}, **parts)
    found.provenance = read_json(results / "provenance.json")
    found.figures_folder = figures.parent
    found.pictures = {path.stem: path for path in sorted(pictures.glob("*.svg"))}
    found.alt = read_json(pictures / "alt.json")
    return found
