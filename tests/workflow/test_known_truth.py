"""The study with known truth goes all the way: figure, numbers, tests, truth, report."""

import shutil
from pathlib import Path

import pytest
from retrial.registry import columns_of
from retrial.tables import read_table

ROOT = Path(__file__).resolve().parents[2]
REPORT = "results/btheb/report.html"
pytestmark = pytest.mark.workflow


def test_a_digitized_figure_is_held_against_the_truth(fresh):
    study = fresh / "resources/studies/btheb"
    shutil.copytree(ROOT / "resources/studies/btheb", study)
    fresh.run(REPORT)
    compared = read_table(fresh / "results/btheb/truth.csv")
    assert list(compared.columns) == columns_of("truth") and len(compared) > 40
    numbers = compared[compared["quantity"].isin(["mean", "sd"])]
    assert (numbers["relative_difference"].abs() < 0.05).all()
    page = (fresh / REPORT).read_text(encoding="utf-8")
    first = page[page.index("<body") :]
    assert first.index("Real data, our drawing") < first.index("Statistical re-run of known data")
    assert "published trial" not in page and "Digitized against truth" in page
    verdicts = read_table(fresh / "results/btheb/claims.csv").set_index("claim_id")["verdict"]
    # Of an ANOVA of those who never missed a visit, a figure of all who came cannot be sure.
    assert verdicts.pop("lower_over_all_visits") == "depends"
    assert set(verdicts) == {"confirmed"}

    assert fresh.planned(REPORT) == set()
    with (study / "truth.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert fresh.planned(REPORT) == {"validate"}
    fresh.run("results/btheb/validated.txt")
    assert fresh.planned(REPORT) == {"truth", "plot", "report", "provenance"}


def test_no_other_study_has_a_comparison_with_the_truth(whole_run):
    assert not (whole_run.results / "truth.csv").exists()
    page = (whole_run.results / "report.html").read_text(encoding="utf-8")
    assert "Digitized against truth" not in page
