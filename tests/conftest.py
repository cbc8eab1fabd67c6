"""Fixtures shared by all tests: studies carried through the stages, once for all processes."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_results import draw, render_report, write_results
from retrial.figures.digitized import read_figures
from retrial.stages.audit import audit
from retrial.stages.collect import collect, printed_numbers
from retrial.stages.multiverse import multiverse
from retrial.stages.reconstruct import reconstruct
from retrial.stages.retest import retest
from retrial.study.typed import read_evidence, read_printed
from retrial.trial import Settings, Trial
from sensitivity_rows import analysed
from shared import copy_of, made_once

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


def pytest_collection_finish(session):
    """Leave what is imported and collected out of later garbage collections: it stays anyway."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id) -> Path:
    """A folder that all the processes of one test run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def computed_once(folder: Path, compute: Callable[[], object]):
    """Return what the first process to ask has computed."""

    def keep(place: Path) -> None:
        (place / "kept.pickle").write_bytes(pickle.dumps(compute()))

    return pickle.loads((made_once(folder, keep) / "kept.pickle").read_bytes())


@pytest.fixture(scope="session")
def hu2013(shared) -> Trial:
    """The flagship, carried through the stages."""
    return computed_once(shared / "hu2013", lambda: run_stages(ROOT / "resources/studies/hu2013"))


@pytest.fixture(scope="session")
def sensitivity_rows(shared, hu2013: Trial) -> pd.DataFrame:
    """The flagship's sensitivity analyses."""
    return computed_once(shared / "sensitivity", lambda: analysed(hu2013))


@pytest.fixture(scope="session")
def hu2013_results(shared, hu2013: Trial) -> Path:
    """The flagship's tables, as a run leaves them, without figures; no test may change them."""
    return made_once(shared / "tables/hu2013", lambda folder: write_results(hu2013, folder))


@pytest.fixture(scope="session")
def hu2013_report(shared, hu2013_results: Path) -> Path:
    """The flagship's tables with figures and report; no test may change the folder."""

    def make(folder: Path) -> None:
        copy_of(hu2013_results, folder)
        draw(folder)
        render_report(folder)

    return made_once(shared / "report/hu2013", make)


@pytest.fixture(scope="session")
def btheb(shared) -> Trial:
    """The study with known truth, carried through the stages."""
    return computed_once(shared / "btheb", lambda: run_stages(ROOT / "resources/studies/btheb"))


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings that the studies are carried through the stages with."""
    return Settings(**SETTINGS)
