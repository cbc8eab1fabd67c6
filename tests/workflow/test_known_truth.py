"""A study that brings the truth has its digitized numbers held against it."""

import pytest
from figure_projects import LINES, mean_at
from retrial.registry import columns_of
from retrial.tables import read_table

REPORT = "results/tiny/report.html"
pytestmark = pytest.mark.workflow


def truth_of_the_figure():
    """What the made-up project of the study's figure was drawn from."""
    lines = ["quantity,outcome,arm,visit,claim_id,method,value"]
    for arm, (start, slope, error) in zip(("treated", "control"), LINES["marker"], strict=False):
        for visit in (0, 6):
            lines.append(f"mean,marker,{arm},{visit},,,{mean_at(visit, start, slope)}")
            lines.append(f"sd,marker,{arm},{visit},,,{error}")
    return "\n".join(lines) + "\n"


def test_a_digitized_figure_is_held_against_the_truth(project):
    assert not (project.results / "truth.csv").exists()
    (project.study / "truth.csv").write_text(truth_of_the_figure(), encoding="utf-8")
    assert project.planned(REPORT) == {"validate", "truth", "plot", "report", "provenance"}
    project.run("results/tiny/truth.csv")
    compared = read_table(project.results / "truth.csv")
    assert list(compared.columns) == columns_of("truth")
    numbers = compared[compared["quantity"].isin(["mean", "sd"])]
    assert len(numbers) == 8 and (numbers["relative_difference"].abs() < 0.01).all()
    assert project.planned(REPORT) == {"plot", "report", "provenance"}


def test_no_other_study_has_a_comparison_with_the_truth(whole_run):
    page = (whole_run.results / "report.html").read_text(encoding="utf-8")
    assert "Digitized against truth" not in page
