"""Fixtures shared by all tests: the flagship carried through the library's stages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from retrial.figures.digitized import read_figures
from retrial.stages.audit import audit
from retrial.stages.collect import collect, printed_numbers
from retrial.stages.multiverse import multiverse
from retrial.stages.reconstruct import reconstruct
from retrial.stages.retest import retest
from retrial.study.typed import read_evidence, read_printed
from retrial.trial import Settings, Trial
from sensitivity_rows import analysed

ROOT = Path(__file__).resolve().parents[1]
READINGS = ["sd", "sem", "ci95"]
SETTINGS = {
    "alpha": 0.05,
    "power": 0.8,
    "readings": tuple(READINGS),
    "rank_draws": 50,
    "seed": 0,
    "rho": tuple(np.round(np.arange(0, 0.96, 0.05), 2)),
}


def run_stages(folder: Path) -> Trial:
    """Carry a study folder through the stages, in memory."""
    evidence = read_evidence(ROOT / "resources/evidence/natural-history.csv")
    trial = Trial.of_folder(folder, SETTINGS, evidence=evidence)
    printed = read_printed(folder / "reported.csv")
    figures = read_figures(
        trial.study,
        trial.figures,
        folder / "figures",
        draws=200,
        seed=1,
        printed=printed_numbers(printed),
    )
    counts = read_printed(folder / "counts.csv")
    trial = trial.but(
        reported=collect(trial.study, printed, counts, figures.reported),
        digitized=figures.points,
        digitization=figures.draws,
        agreement=figures.agreement,
    )
    trial = trial.but(audit=audit(trial))
    trial = trial.but(summaries=reconstruct(trial.reported, trial.audit, readings=READINGS))
    trial = trial.but(tests=retest(trial))
    return trial.but(multiverse=multiverse(trial))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def hu2013() -> Trial:
    """The flagship, carried through the stages."""
    return run_stages(ROOT / "resources/studies/hu2013")


@pytest.fixture(scope="session")
def sensitivity_rows(hu2013: Trial) -> pd.DataFrame:
    """The flagship's sensitivity analyses."""
    return analysed(hu2013)


@pytest.fixture(scope="session")
def btheb() -> Trial:
    """The study with known truth, carried through the stages."""
    return run_stages(ROOT / "resources/studies/btheb")


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings that the studies are carried through the stages with."""
    return Settings(**SETTINGS)
