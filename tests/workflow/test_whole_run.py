"""The whole workflow, run on a copy of the project."""

import json
import shutil

import pytest
from retrial.registry import of_study
from retrial.tables import read_table

pytestmark = pytest.mark.workflow
REPORT = "results/tiny/report.html"
TABLES = of_study(truth=False)
OF_TWO = ("agreement",)  # nobody has digitized its figure a second time
STAGES = (
    "validate collect audit reconstruct effects retest sensitivity multiverse judge plot report "
    "provenance"
).split()


@pytest.mark.parametrize("made", TABLES, ids=lambda made: made.name)
def test_every_table_is_there_with_its_columns(whole_run, made):
    frame = read_table(whole_run.results / made.file)
    assert list(frame.columns) == made.names
    assert len(frame) or made.name in OF_TWO
    if made.format == "csv":
        text = (whole_run.results / made.file).read_bytes()
        assert b"\r" not in text and text.endswith(b"\n")


def test_every_plot_is_there_as_svg_and_png_with_its_alt_text(whole_run):
    figures = whole_run.results / "figures"
    alt = json.loads((figures / "alt.json").read_text(encoding="utf-8"))
    drawn = {path.stem for path in figures.glob("*.svg")}
    assert drawn and drawn == {path.stem for path in figures.glob("*.png")} == set(alt)
    assert all(text.strip() for text in alt.values())


def test_every_stage_leaves_a_log_and_a_benchmark(whole_run):
    for stage in STAGES:
        log = (whole_run.results / f"logs/{stage}.log").read_text(encoding="utf-8")
        assert "Python" in log and "done in" in log, stage
        assert (whole_run.results / f"benchmarks/{stage}.tsv").is_file(), stage


def test_the_run_is_recorded_beside_the_logs(whole_run):
    record = json.loads((whole_run.results / "logs/run.json").read_text(encoding="utf-8"))
    assert record.keys() == {"git_commit", "command", "started", "seconds"}


def test_nothing_is_to_be_done_on_a_second_run_nor_in_a_moved_project(project):
    assert "Nothing to be done" in project.run()


def test_tables_are_the_same_bytes_on_one_core_and_elsewhere(whole_run, fresh):
    """That a plot and a report are the same bytes again is tested beside their functions."""
    tables = [made.file for made in TABLES]
    fresh.run(*(f"results/tiny/{name}" for name in tables), cores=1)
    there, here = whole_run.digests(), fresh.digests()
    assert {name: here[name] for name in tables} == {name: there[name] for name in tables}


def test_results_hold_no_path_of_this_machine(whole_run):
    for path in whole_run.results.rglob("*"):
        if path.suffix in {".csv", ".html", ".json", ".ipynb", ".svg"} and path.name != "run.json":
            assert str(whole_run.folder).encode() not in path.read_bytes(), path.name


def test_one_study_can_be_asked_for_by_its_report(fresh):
    assert "report" in fresh.planned(REPORT)
    assert fresh.planned(REPORT) == set(STAGES)


def test_an_unknown_study_is_no_target(fresh):
    assert "Traceback" not in fresh.run("results/hu2031/report.html", fails=True)


def test_another_workflow_can_use_this_one_as_a_module(fresh, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(fresh.study.parent, other / "trials")
    (other / "Snakefile").write_text(
        f"""
module retrial:
    snakefile: "{fresh.folder}/Snakefile"
    config: config["retrial"]

use rule * from retrial as retrial_*

rule everything:
    default_target: True
    input: "results/tiny/reported.csv"
""",
        encoding="utf-8",
    )
    evidence = f"{fresh.folder}/resources/evidence/natural-history.csv"
    (other / "config.yaml").write_text(
        f"retrial: {{studies_folder: trials, evidence: '{evidence}'}}\n", encoding="utf-8"
    )
    user = type(fresh)(other, fresh.home)
    configured = ("--configfile", "config.yaml")
    assert "retrial_report" in user.planned(REPORT, *configured)
    user.run(*configured)
    assert (user.results / "reported.csv").is_file()
    assert "Nothing to be done" in user.run(*configured)
    with (other / "trials/tiny/claims.yaml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    said = user.run(*configured)
    assert "retrial_validate" in said or "Checking the study folder" in said
    assert "Collecting" not in said
