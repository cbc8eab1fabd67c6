"""A results folder as the scripts make it, made by the library's own functions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from retrial.report.load import load
from retrial.report.plots import draw_all
from retrial.report.render import render
from retrial.report.risk_of_bias import risk_of_bias
from retrial.stages.judge import judge
from retrial.stages.meta.effects import effects_of
from retrial.stages.sensitivity import analyse
from retrial.tables import read_table, write_table

ROOT = Path(__file__).resolve().parents[1]
STUDY_FOLDER = ROOT / "resources/studies/hu2013"
NOTEBOOK = ROOT / "workflow/notebooks/report.py"
TEMPLATE = ROOT / "workflow/report/template"
RHO = [round(float(r), 2) for r in np.arange(0, 0.96, 0.05)]


def write_results(stages, folder: Path) -> Path:
    """Write every table that the report reads; no figures."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in (
        ("reported", stages.reported),
        ("digitized", stages.digitized),
        ("agreement", stages.agreement),
        ("audit", stages.audit),
        ("summaries", stages.summaries),
        ("tests", stages.tests),
        ("effects", effects_of(stages)),
        ("risk_of_bias", risk_of_bias(stages.study)),
    ):
        write_table(frame, folder / f"{name}.csv")
    written = {name: read_table(folder / f"{name}.csv") for name in ("reported", "summaries")}
    write_table(analyse(stages.but(settings={"rho": RHO}, **written)), folder / "sensitivity.csv")
    stages.multiverse.to_parquet(folder / "multiverse.parquet", index=False)
    judged = ("audit", "tests", "sensitivity")
    written = {name: read_table(folder / f"{name}.csv") for name in judged}
    written["multiverse"] = pd.read_parquet(folder / "multiverse.parquet")
    write_table(judge(stages.but(**written)), folder / "claims.csv")
    provenance = {"inputs": {"study.yaml": "0" * 64}, "python": "3.11", "seed": 2013}
    (folder / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    return folder


def draw(folder: Path, study_folder: Path = STUDY_FOLDER) -> dict[str, str]:
    """Draw the figures of a results folder; return the alt texts."""
    return draw_all(load(folder, study_folder), folder / "figures", processes=2)


def render_report(
    folder: Path, *, study_folder: Path = STUDY_FOLDER, name: str = "report", **parameters: object
) -> Path:
    """Render a results folder's report; return the HTML file."""
    html = folder / f"{name}.html"
    render(
        notebook=NOTEBOOK,
        template=TEMPLATE,
        html=html,
        executed=folder / f"{name}.ipynb",
        parameters={
            "study_id": "hu2013",
            "results_folder": str(folder),
            "study_folder": str(study_folder),
            **parameters,
        },
    )
    return html


def copy_study(target: Path) -> Path:
    """Copy the flagship's folder, to change it."""
    return Path(shutil.copytree(STUDY_FOLDER, target))
