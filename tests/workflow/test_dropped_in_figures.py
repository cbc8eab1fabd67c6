"""Project files laid beside figures.yaml are taken by the next run; nothing else needs a change."""

import hashlib
import shutil

import numpy as np
import pandas as pd
import pytest
from figure_projects import LINES, drop_in, mean_at
from retrial.study.models import load_study
from retrial.tables import read_table

pytestmark = pytest.mark.workflow

CLAIMS, SENSITIVITY = "results/hu2013/claims.csv", "results/hu2013/sensitivity.csv"
# Claims that nothing but figures 2 to 5 can settle, by figure.
SETTLED_BY = {
    "figure2.tar": {"fpg_no_difference", "ppg_lower"},
    "figure3.tar": {"hba1c_lower"},
    "figure4.tar": {
        "beta_cell_24_weeks",
        "c_peptide_better_than_before",
        "c_peptide_higher",
        "cpgr_higher",
    },
}
SETTLED = set.union(*SETTLED_BY.values())
AS_FAR_AS_CLAIMS = (
    "collect audit reconstruct retest sensitivity multiverse judge".split()  # validate comes first
)
TABLES = (
    "reported digitized agreement audit summaries sensitivity".split()
)  # what a run to sensitivity.csv makes


def copy_of(project, folder):
    shutil.copytree(project.folder, folder / "project")
    return type(project)(folder / "project", project.home)


def verdicts(project):
    return read_table(project.results / "claims.csv").set_index("claim_id")["verdict"]


def digests(project):
    files = [*(f"{name}.csv" for name in TABLES), "digitization.parquet"]
    content = {name: (project.results / name).read_bytes() for name in files}
    return {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}


@pytest.fixture(scope="module")
def dropped(whole_run, tmp_path_factory):
    """The project with its results, then made-up projects, then a run; no test may change it."""
    project = copy_of(whole_run, tmp_path_factory.mktemp("dropped"))
    drop_in(project.study, sd=0.5, seed=4)
    project.run(CLAIMS)
    return project


def test_without_the_figures_their_claims_cannot_be_tested(whole_run):
    now = verdicts(whole_run)[sorted(SETTLED)]
    assert now.pop("hba1c_lower") == "conditional"  # the text prints the treated arm at month 6
    assert set(now) == {"not_testable"}
    assert read_table(whole_run.results / "digitized.csv").empty
    assert pd.read_parquet(whole_run.results / "digitization.parquet").empty


def test_with_the_figures_each_claim_about_them_gets_a_verdict(whole_run, dropped):
    now, before = verdicts(dropped), verdicts(whole_run)
    assert "not_testable" not in set(now[sorted(SETTLED)])
    untouched = [claim for claim in now.index if before[claim] != "not_testable"]
    # Insulin is counted, not drawn: what was printed all along is judged as before.
    for claim in ("insulin_requirement", "insulin_stopped", "hba1c_better_than_before"):
        assert claim in untouched and now[claim] == before[claim]


def test_every_point_is_a_reported_number_with_its_error(dropped):
    reported = read_table(dropped.results / "reported.csv")
    shown = reported[reported["digitized"]]
    visits = load_study(dropped.study / "study.yaml").visits
    assert len(shown) == 2 * len(LINES) * len(visits)
    assert shown["value_sigma"].gt(0).all() and shown["error_sigma"].gt(0).all()
    assert shown["value_decimals"].isna().all()
    for outcome, (treated, control, _) in LINES.items():
        for arm, (start, slope, error) in (("treated", treated), ("control", control)):
            rows = shown[(shown["outcome"] == outcome) & (shown["arm"] == arm)]
            assert rows["visit"].tolist() == visits
            drawn = [mean_at(visit, start, slope) for visit in visits]
            off = rows["value"] - drawn
            # Clicks off by half of the error that is assumed.
            assert (abs(off) < 3 * rows["value_sigma"]).all(), (outcome, arm)
            assert (abs(rows["error"] - error) < 3 * rows["error_sigma"]).all()
    printed = read_table(dropped.results / "reported.csv").query("not digitized")
    assert printed["value_sigma"].isna().all() and len(printed)


def test_the_numbers_are_drawn_and_analysed(dropped):
    draws = pd.read_parquet(dropped.results / "digitization.parquet")
    points = read_table(dropped.results / "digitized.csv")
    assert set(draws["row_id"]) == set(points["row_id"])
    assert draws.groupby("row_id").size().eq(1000).all()
    spread = draws.groupby("row_id")["value"].std()[points["row_id"]]
    np.testing.assert_allclose(spread, points["mean_sigma"], rtol=0.1)
    rows = read_table(dropped.results / "sensitivity.csv").query("analysis == 'digitization'")
    assert set(rows["claim_id"].dropna()) >= SETTLED
    tested = rows[rows["claim_id"].notna()]
    assert tested["share_significant"].between(0, 1).all()
    assert (tested["p_low"] <= tested["p"]).all() and (tested["p"] <= tested["p_high"]).all()
    audit = read_table(dropped.results / "audit.csv").set_index("check")
    assert audit.loc["digitized_visits", "verdict"].eq("pass").all()
    assert audit.loc["bar_symmetry", "verdict"].eq("pass").all()


def test_a_second_run_has_nothing_to_do(dropped):
    assert dropped.planned(CLAIMS) == set()


def test_without_one_figure_its_claims_cannot_be_tested_again(dropped, tmp_path):
    project = copy_of(dropped, tmp_path)
    (project.study / "figures/figure4.tar").unlink()
    assert project.planned_after_validation(CLAIMS) == set(AS_FAR_AS_CLAIMS)
    project.run(CLAIMS)
    now, before = verdicts(project), verdicts(dropped)
    lost = SETTLED_BY["figure4.tar"]
    assert set(now[sorted(lost)]) == {"not_testable"}
    kept = sorted(SETTLED - lost)
    assert now[kept].tolist() == before[kept].tolist()
    # The other figures' numbers and draws stay as they were.
    one, other = (pd.read_parquet(p.results / "digitization.parquet") for p in (project, dropped))
    rest = other[~other["row_id"].str.startswith("figure4")].reset_index(drop=True)
    order = ["draw", "row_id"]
    pd.testing.assert_frame_equal(
        one.sort_values(order, ignore_index=True), rest.sort_values(order, ignore_index=True)
    )


def test_the_seed_changes_the_draws_alone_and_cores_change_nothing(dropped, tmp_path):
    project = copy_of(dropped, tmp_path)
    assert project.planned(SENSITIVITY, "--config", "seed=7") == {
        "collect",
        "audit",
        "reconstruct",
        "sensitivity",
    }
    project.run(SENSITIVITY, "--config", "seed=7")
    before, now = digests(dropped), digests(project)
    changed = {name for name in now if now[name] != before[name]}
    assert changed == {"digitization.parquet", "sensitivity.csv"}
    old, new = (read_table(p.results / "sensitivity.csv") for p in (dropped, project))
    others = [frame[frame["analysis"] != "digitization"] for frame in (old, new)]
    pd.testing.assert_frame_equal(*others)
    drawn = [frame[frame["analysis"] == "digitization"] for frame in (old, new)]
    assert len(drawn[0]) == len(drawn[1])
    close = drawn[1]["estimate"].to_numpy()
    np.testing.assert_allclose(drawn[0]["estimate"], close, rtol=0.05, atol=0.05)

    project.run(SENSITIVITY, cores=1)  # the first seed again
    assert digests(project) == before
