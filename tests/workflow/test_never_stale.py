"""A change re-runs exactly the stages that depend on it; nothing else."""

import os
import re

import pytest
from projects import rules_in

pytestmark = pytest.mark.workflow

JUDGE = "workflow/scripts/retrial/stages/judge/__init__.py"
AFTER_AUDIT = {
    "reconstruct",
    "effects",
    "retest",
    "sensitivity",
    "multiverse",
    "judge",
    "plot",
    "report",
}
AFTER_REPORTED = {"audit"} | AFTER_AUDIT
EVERYTHING = {"validate", "collect", "provenance"} | AFTER_REPORTED


def append(path, text):
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_touched_files_change_nothing(project):
    for path in [*project.study.rglob("*.*"), project / JUDGE]:
        os.utime(path)
    assert project.planned() == set()


def test_a_frozen_result_bears_on_nothing_but_its_check(project):
    (project.study / "expected").mkdir()
    append(project.study / "expected/claims.csv", "claim_id\n")
    assert project.planned() == set()


def test_a_comment_bears_on_the_digests_alone_and_the_plan_is_what_runs(project):
    for name in ("claims.yaml", "study.yaml", "figures/figures.yaml"):
        append(project.study / name, "# a remark\n")
    planned = project.planned()
    assert planned == {"validate", "provenance", "report"}
    before = project.digests(without=("logs", "benchmarks", ".made", *planned_results(planned)))
    said = project.run()
    assert rules_in(said) == planned and "Updating checkpoint" not in said
    after = project.digests(without=("logs", "benchmarks", ".made", *planned_results(planned)))
    assert after == before
    assert project.planned() == set()


def planned_results(stages):
    """Return the files of the stages that note or show what was typed."""
    made = {
        "validate": ["validated.txt"],
        "provenance": ["provenance.json"],
        "report": ["report.html", "report.ipynb"],
    }
    return [name for stage in stages for name in made[stage]]


def test_words_bear_on_the_stages_that_show_them(project):
    reword(project.study / "claims.yaml")
    planned = project.planned()
    assert planned == {"validate", "provenance", "judge", "plot", "report"}
    assert rules_in(project.run()) == planned
    assert project.planned() == set()


def reword(path):
    """Change the statement of every claim."""
    text = path.read_text(encoding="utf-8")
    new = re.sub(r"(?m)^( +statement: .*?)\.?$", r"\1, in other words", text)
    assert new != text
    path.write_text(new, encoding="utf-8")


def test_a_claimed_direction_bears_on_what_tests_it_and_not_on_what_was_collected(project):
    path = project.study / "claims.yaml"
    text = path.read_text(encoding="utf-8")
    assert "expect: lower" in text
    path.write_text(text.replace("expect: lower", "expect: higher", 1), encoding="utf-8")
    planned = project.planned()
    assert planned == {"validate", "provenance"} | AFTER_REPORTED
    # What is ancient to others must not make the plan pass over them (snakemake issue 4166).
    said = project.run("results/tiny/audit.csv")
    assert "Auditing the printed numbers" in said
    assert "Collecting the printed numbers" not in said
    assert "Nothing to be done" in project.run("results/tiny/audit.csv")


def test_figures_bear_on_everything(project):
    """They say what the digitized numbers are."""
    path = project.study / "figures/figures.yaml"
    text = path.read_text(encoding="utf-8")
    new = re.sub(r"(?m)^( +source: )", r"\1At the place of ", text, count=1)
    assert new != text
    path.write_text(new, encoding="utf-8")
    assert project.planned() == EVERYTHING


def test_how_to_digitize_bears_on_no_number(project):
    append(project.study / "figures/README.md", "A remark.\n")
    assert project.planned() == {"validate", "provenance", "report"}


def test_a_new_file_in_the_study_folder_is_validated_and_noted(project):
    (project.study / "figures/figure2.json").write_text("{}\n", encoding="utf-8")
    assert project.planned() == EVERYTHING


@pytest.mark.parametrize(
    ("setting", "stages"),
    [
        ("alpha=0.01", {"audit", "provenance"} | AFTER_AUDIT),
        (
            "power=0.9",
            {"retest", "provenance"} | AFTER_AUDIT - {"reconstruct", "effects", "sensitivity"},
        ),
        ("report={title: Another title}", {"provenance", "report"}),
        ("readings=[sd, sem]", {"provenance"} | AFTER_AUDIT),
        ("rank_draws=0", {"provenance", "retest", "multiverse", "judge", "plot", "report"}),
    ],
)
def test_a_setting_bears_on_the_stages_that_take_it(project, setting, stages):
    assert project.planned("--config", setting) == stages


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        (JUDGE, {"judge", "plot", "report"}),
        ("workflow/scripts/retrial/stages/reconstruct.py", AFTER_AUDIT),
        ("workflow/scripts/retrial/stages/meta/effects.py", {"effects", "plot", "report"}),
        ("workflow/scripts/retrial/run/provenance.py", {"provenance", "report"}),
        ("workflow/scripts/retrial/report/page.py", {"report"}),
        ("workflow/notebooks/report.py", {"report"}),
        ("workflow/report/template/style.css", {"report"}),
        ("workflow/scripts/judge.py", {"judge", "plot", "report"}),
        ("workflow/scripts/retrial/run/compare.py", set()),
        ("README.md", set()),
    ],
)
def test_a_changed_file_bears_on_the_stages_that_use_it(project, file, stages):
    assert (project / file).is_file()
    append(project / file, "\nREMARK = 1\n" if file.endswith(".py") else "\n")
    assert project.planned() == stages


def test_a_comment_or_a_docstring_in_the_code_runs_nothing_again(project):
    path = project / "workflow/scripts/retrial/tables.py"
    text = path.read_text(encoding="utf-8").replace('"""Reading and', '"""How to read and', 1)
    path.write_text(text + "# a remark\n", encoding="utf-8")
    assert project.planned() == set()


def test_a_changed_lock_bears_on_everything(project):
    append(project / "envs/requirements.lock", "# a remark\n")
    assert project.planned() == EVERYTHING


def test_a_lost_result_is_made_again_with_what_follows(project):
    (project.results / "sensitivity.csv").unlink()
    assert project.planned() == {"sensitivity", "judge", "plot", "report"}


def with_old_time(path, text):
    """Edit a file and give it the time stamp of before, as `cp -p` or `tar x` do."""
    before = path.stat()
    append(path, text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_printed_numbers_bear_on_everything_by_their_contents_and_not_their_time(project):
    with_old_time(project.study / "reported.csv", "\n")
    assert project.planned() == EVERYTHING


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        ("tests.csv", {"retest", "multiverse", "judge", "plot", "report"}),
        ("claims.csv", {"judge", "plot", "report"}),
        ("report.html", {"report"}),
    ],
)
def test_an_edited_result_is_planned_again_and_said(project, name, stages):
    with_old_time(project.results / name, "x\n")
    said = project.dry_run()
    assert f"results/tiny/{name} was edited since it was made; it is made again." in said
    assert rules_in(said) == stages


def test_an_edited_table_and_a_lost_plot_are_made_again_as_they_were(project):
    before = project.digests()
    with_old_time(project.results / "claims.csv", "x\n")
    next((project.results / "figures").glob("*.svg")).unlink()
    said = project.run()
    assert "results/tiny/claims.csv was edited" in said
    assert "it is moved to .snakemake/edited/tiny/claims.1.csv, and is made again." in said
    assert "results/tiny/figures was edited" in said
    assert project.digests() == before
