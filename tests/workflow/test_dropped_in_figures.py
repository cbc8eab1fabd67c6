"""Project files laid beside figures.yaml are taken by the next run; nothing else needs a change."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from figure_projects import LINES, drop_in, mean_at
from retrial.study.models import load_study
from retrial.tables import read_table
from shared import copy_of

pytestmark = pytest.mark.workflow

CLAIMS, SENSITIVITY = "results/tiny/claims.csv", "results/tiny/sensitivity.csv"
DRAWS = "results/tiny/digitization.parquet"
# Claims that nothing but a figure can settle; the first figure is digitized from the beginning.
SETTLED_BY = {"figure1": "marker_lower", "figure2": "weight_falls"}
AS_FAR_AS_CLAIMS = (
    "collect audit reconstruct retest sensitivity multiverse judge".split()  # validate comes first
)
COLLECTED = ("reported.csv", "digitized.csv", "agreement.csv", "digitization.parquet")


def copy_to(project, folder):
    return type(project)(copy_of(project.folder, folder / "project"), project.home)


def verdicts(project):
    return read_table(project.results / "claims.csv").set_index("claim_id")["verdict"]


def digests(project):
    content = {name: (project.results / name).read_bytes() for name in COLLECTED}
    return {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}


@pytest.fixture(scope="module")
def dropped(whole_run, tmp_path_factory):
    """The project with its results, then the second figure's project, then a run; not to change."""
    project = copy_to(whole_run, tmp_path_factory.mktemp("dropped"))
    drop_in(project.study, only=("figure2",), sd=0.5, seed=4)
    project.run(CLAIMS)
    return project


def test_without_its_figure_a_claim_cannot_be_tested(whole_run):
    now = verdicts(whole_run)
    assert now[SETTLED_BY["figure2"]] == "not_testable"
    assert now[SETTLED_BY["figure1"]] != "not_testable"
    points = read_table(whole_run.results / "digitized.csv")
    draws = pd.read_parquet(whole_run / DRAWS)
    assert set(points["outcome"]) == {"marker"} and set(draws["row_id"]) == set(points["row_id"])


def test_with_its_figure_a_claim_gets_a_verdict_and_the_others_keep_theirs(whole_run, dropped):
    now, before = verdicts(dropped), verdicts(whole_run)
    settled = SETTLED_BY["figure2"]
    assert now.pop(settled) != before.pop(settled) == "not_testable"
    assert now.to_dict() == before.to_dict()


def test_every_point_is_a_reported_number_with_its_error(dropped):
    reported = read_table(dropped.results / "reported.csv")
    shown = reported[reported["digitized"]]
    visits = load_study(dropped.study / "study.yaml").visits
    outcomes = ("marker", "weight")
    assert len(shown) == 2 * len(outcomes) * len(visits)
    assert shown["value_sigma"].gt(0).all() and shown["error_sigma"].gt(0).all()
    assert shown["value_decimals"].isna().all()
    for outcome in outcomes:
        treated, control, _ = LINES[outcome]
        for arm, (start, slope, error) in (("treated", treated), ("control", control)):
            rows = shown[(shown["outcome"] == outcome) & (shown["arm"] == arm)]
            assert rows["visit"].tolist() == visits
            drawn = [mean_at(visit, start, slope) for visit in visits]
            off = rows["value"] - drawn
            # Clicks off by half of the error that is assumed, or by nothing.
            assert (abs(off) < 3 * rows["value_sigma"]).all(), (outcome, arm)
            assert (abs(rows["error"] - error) < 3 * rows["error_sigma"]).all()
    printed = read_table(dropped.results / "reported.csv").query("not digitized")
    assert printed["value_sigma"].isna().all() and len(printed)


def test_the_numbers_are_drawn_and_analysed(dropped):
    draws = pd.read_parquet(dropped / DRAWS)
    points = read_table(dropped.results / "digitized.csv")
    assert set(draws["row_id"]) == set(points["row_id"])
    assert draws.groupby("row_id").size().eq(1000).all()
    spread = draws.groupby("row_id")["value"].std()[points["row_id"]]
    np.testing.assert_allclose(spread, points["mean_sigma"], rtol=0.1)
    rows = read_table(dropped.results / "sensitivity.csv").query("analysis == 'digitization'")
    assert set(rows["claim_id"].dropna()) == set(SETTLED_BY.values())
    tested = rows[rows["claim_id"].notna()]
    assert tested["share_significant"].between(0, 1).all()
    assert (tested["p_low"] <= tested["p"]).all() and (tested["p"] <= tested["p_high"]).all()
    audit = read_table(dropped.results / "audit.csv").set_index("check")
    assert audit.loc["digitized_visits", "verdict"].eq("pass").all()
    assert audit.loc["bar_symmetry", "verdict"].eq("pass").all()


def test_a_second_run_has_nothing_to_do(dropped):
    assert dropped.planned(CLAIMS) == set()


def test_without_one_figure_its_numbers_are_gone_and_the_others_stay(dropped, tmp_path):
    project = copy_to(dropped, tmp_path)
    (project.study / "figures/figure1.tar").unlink()
    assert project.planned(CLAIMS) == {"validate", *AS_FAR_AS_CLAIMS}
    project.run(DRAWS)
    one, other = (pd.read_parquet(p / DRAWS) for p in (project, dropped))
    rest = other[~other["row_id"].str.startswith("figure1")].reset_index(drop=True)
    assert 0 < len(rest) < len(other)
    order = ["draw", "row_id"]
    pd.testing.assert_frame_equal(
        one.sort_values(order, ignore_index=True), rest.sort_values(order, ignore_index=True)
    )


def test_the_seed_changes_the_draws_alone_and_cores_change_nothing(dropped, tmp_path):
    project = copy_to(dropped, tmp_path)
    assert project.planned(SENSITIVITY, "--config", "seed=7") == {
        "collect",
        "audit",
        "reconstruct",
        "sensitivity",
    }
    project.run(DRAWS, "--config", "seed=7")
    before, now = digests(dropped), digests(project)
    assert {name for name in now if now[name] != before[name]} == {"digitization.parquet"}

    project.run(DRAWS, cores=1)  # the first seed again
    assert digests(project) == before
