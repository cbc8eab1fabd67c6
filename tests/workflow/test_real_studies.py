"""The flagship and the study with known truth go all the way, as `make report` takes them."""

import shutil

import pandas as pd
import pytest
from projects import ROOT, Project, ignored
from retrial.registry import columns_of
from retrial.tables import read_table

pytestmark = [pytest.mark.workflow, pytest.mark.slow]
STUDIES = ("btheb", "hu2013")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The project after a run of both studies; no test may change it."""
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(ROOT, folder / "project", ignore=ignored)
    for study in STUDIES:
        place = f"resources/studies/{study}"
        shutil.copytree(ROOT / place, folder / "project" / place)
    project = Project(folder / "project", folder)
    project.run_cold()
    return project


def page_of(project, study):
    return (project / f"results/{study}/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("study", STUDIES)
def test_memory_stays_under_500_mb_a_job(both, study):
    stages = sorted((both / f"results/{study}/benchmarks").glob("*.tsv"))
    assert len(stages) == 12 + (study == "btheb")
    for stage in stages:
        benchmark = pd.read_csv(stage, sep="\t")
        # The proportional set size counts what two processes of a job share once.
        most = pd.to_numeric(benchmark["max_pss"], errors="coerce").fillna(0).max()
        assert most < 500, stage.stem


def test_digitized_numbers_are_held_against_the_truth(both):
    compared = read_table(both / "results/btheb/truth.csv")
    assert list(compared.columns) == columns_of("truth") and len(compared) > 40
    numbers = compared[compared["quantity"].isin(["mean", "sd"])]
    assert (numbers["relative_difference"].abs() < 0.05).all()
    page = page_of(both, "btheb")
    first = page[page.index("<body") :]
    assert first.index("Real data, our drawing") < first.index("Statistical re-run of known data")
    assert "published trial" not in page and "Digitized against truth" in page
    verdicts = read_table(both / "results/btheb/claims.csv").set_index("claim_id")["verdict"]
    # Of an ANOVA of those who never missed a visit, a figure of all who came cannot be sure.
    assert verdicts.pop("lower_over_all_visits") == "depends"
    assert set(verdicts) == {"confirmed"}


def test_the_flagship_has_no_comparison_with_the_truth(both):
    assert not (both / "results/hu2013/truth.csv").exists()
    assert "Digitized against truth" not in page_of(both, "hu2013")


def test_nothing_is_left_to_do(both):
    assert both.planned() == set()
