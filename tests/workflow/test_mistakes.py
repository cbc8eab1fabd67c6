"""A user's mistakes: told kindly, before anything is computed, at no cost to earlier results."""

import pytest

pytestmark = pytest.mark.workflow


def test_a_broken_study_folder_stops_the_run_and_costs_no_result(project):
    before = project.digests(without=("logs", "benchmarks", "validated.txt"))
    claims = project.study / "claims.yaml"
    whole = claims.read_text(encoding="utf-8")
    misspelt = whole.replace("  - id: score_lower\n", "  - idd: score_lower\n", 1)
    claims.write_text(misspelt, encoding="utf-8")
    said = project.run(fails=True)
    assert "claims.yaml" in said and "line" in said and "idd" in said
    assert "Traceback" not in said
    assert "Auditing" not in said and "Judging" not in said
    assert project.digests(without=("logs", "benchmarks", "validated.txt")) == before
    claims.write_text(whole, encoding="utf-8")
    said = project.run()
    assert "Checking the study folder" in said and "Auditing" not in said
    assert project.digests(without=("logs", "benchmarks", "validated.txt")) == before


def test_a_misspelt_setting_names_the_nearest_and_all_faults(fresh):
    said = fresh.run("--config", "alhpa=0.01", "power=7", fails=True)
    assert "alhpa: unknown key; did you mean 'alpha'?" in said
    assert "power: input should be less than 1; found 7" in said
    assert "Traceback" not in said


def test_a_study_that_is_not_there_is_told(fresh):
    said = fresh.run("--config", "studies=tinny", fails=True)
    assert "There is no study 'tinny' in resources/studies; did you mean 'tiny'?" in said
    assert "Traceback" not in said


def test_a_study_that_lacks_a_file_is_told(fresh):
    (fresh.study / "counts.csv").unlink()
    said = fresh.run(fails=True)
    assert "resources/studies/tiny lacks counts.csv" in said
    assert "Traceback" not in said
