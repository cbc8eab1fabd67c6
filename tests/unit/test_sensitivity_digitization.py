"""How far answers depend on the digitizing, against a loop over the same draws with scipy."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from figure_projects import drop_in
from made_up import trial_of
from retrial.comparisons.selection import mean_of, rows_of
from retrial.figures.digitized import read_figures
from retrial.stages.audit import audit
from retrial.stages.collect import collect
from retrial.stages.reconstruct import reconstruct
from retrial.stages.sensitivity.digitization import digitization
from retrial.study.claims import load_claims
from retrial.study.constraints import load_constraints
from retrial.study.figures import load_figures
from retrial.study.models import load_study
from retrial.study.typed import read_printed
from retrial.tables import table
from scipy import stats

STUDY = Path(__file__).resolve().parents[2] / "resources/studies/hu2013"
READINGS = ["sd", "sem", "ci95"]
RHO, MIDDLE = [0.3, 0.5, 0.8], 0.5
BETWEEN = ["ppg_lower", "c_peptide_higher", "fpg_no_difference"]


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """The flagship with made-up projects, as far as the sensitivity analysis needs it."""
    folder = Path(shutil.copytree(STUDY, tmp_path_factory.mktemp("made_up") / "hu2013"))
    drop_in(folder)
    study, claims = load_study(folder / "study.yaml"), load_claims(folder / "claims.yaml")
    sentences = load_constraints(folder / "constraints.yaml")
    figures = load_figures(folder / "figures/figures.yaml")
    found = read_figures(study, figures, folder / "figures", draws=80, seed=2)
    printed = (read_printed(folder / f"{name}.csv") for name in ("reported", "counts"))
    reported = collect(study, *printed, found.reported)
    parts = {"constraints": sentences, "figures": figures, "digitization": found.draws}
    parts |= {"digitized": found.points, "agreement": found.agreement, "reported": reported}
    findings = audit(trial_of(study, claims, **parts))
    summaries = reconstruct(reported, findings, readings=READINGS)
    # A change of which both visits are digitized, on one axes set; the paper has none.
    (change,) = (claim for claim in claims if claim.id == "c_peptide_better_than_before")
    target = change.targets[0].model_copy(update={"outcome": "ppg", "visits": [12]})
    claims = [*claims, change.model_copy(update={"id": "ppg_change", "targets": [target]})]

    def rows(draws=found.draws):
        trial = trial_of(study, claims, **parts, summaries=summaries).but(digitization=draws)
        return table(digitization(trial, alpha=0.05, readings=READINGS, rho=RHO), "sensitivity")

    return SimpleNamespace(
        study=study,
        claims={claim.id: claim for claim in claims},
        reported=reported,
        summaries=summaries,
        draws=found.draws,
        points=found.points,
        rows=rows(),
        again=rows,
    )


def sd(error, n, reading):
    factor = {"sd": 1, "sem": n**0.5, "ci95": n**0.5 / stats.t.ppf(0.975, n - 1)}[reading]
    return error * factor


def sides(made_up, outcome, arm, visit, reading):
    """(means, SDs, n) of a mean over the draws; a printed one with an error stands fixed."""
    rows = made_up.reported
    rows = rows[(rows["outcome"] == outcome) & (rows["arm"] == arm) & (rows["visit"] == visit)]
    rows = rows[rows["statistic"].eq("mean") & rows["error"].notna()]
    printed = rows[~rows["digitized"].astype(bool)]
    row = (rows if printed.empty else printed).iloc[0]
    n = int(row["n"])
    if not row["digitized"]:
        size = made_up.draws["draw"].nunique()
        options = made_up.summaries.set_index(["row_id", "reading"])["sd"]
        return np.full(size, row["value"]), np.full(size, options[row["row_id"], reading]), n
    mine = made_up.draws[made_up.draws["row_id"] == row["row_id"]].sort_values("draw")
    return mine["value"].to_numpy(), sd(mine["error"].to_numpy(), n, reading), n


def row_of(made_up, claim, visit, reading):
    rows = made_up.rows
    found = rows[(rows["claim_id"] == claim) & (rows["visit"] == visit)]
    (row,) = found[found["reading"] == reading].to_dict("records")
    return row


def agrees(row, estimates, ps):
    estimates, ps = np.array(estimates), np.array(ps)
    assert row["estimate"] == pytest.approx(np.median(estimates))
    ends = [np.percentile(estimates, 2.5), np.percentile(estimates, 97.5)]
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(ends)
    assert row["p"] == pytest.approx(np.median(ps))
    expected = [np.percentile(ps, 2.5), np.percentile(ps, 97.5)]
    assert [row["p_low"], row["p_high"]] == pytest.approx(expected)
    assert row["share_significant"] == np.mean(ps < 0.05)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(("claim", "visit"), [(c, v) for c in BETWEEN for v in (1, 12, 24)])
def test_arms_are_compared_anew_with_each_draw(made_up, claim, visit, reading):
    outcome = made_up.claims[claim].targets[0].outcome
    treated, control = (
        sides(made_up, outcome, arm, visit, reading) for arm in ("treated", "control")
    )
    tests = [
        stats.ttest_ind_from_stats(m1, s1, treated[2], m2, s2, control[2])
        for m1, s1, m2, s2 in zip(*treated[:2], *control[:2], strict=True)
    ]
    row = row_of(made_up, claim, visit, reading)
    agrees(row, treated[0] - control[0], [test.pvalue for test in tests])
    assert (row["analysis"], row["scenario"]) == ("digitization", "draws")
    assert np.isnan(row["rho"])


def paired(before, after, rho):
    n = min(before[2], after[2])
    change = after[0] - before[0]
    spread = np.sqrt(before[1] ** 2 + after[1] ** 2 - 2 * rho * before[1] * after[1])
    return change, 2 * stats.t.sf(abs(change) / (spread / np.sqrt(n)), n - 1)


@pytest.mark.parametrize("reading", READINGS)
def test_a_change_of_two_digitized_visits_takes_both_from_one_draw(made_up, reading):
    before, after = (sides(made_up, "ppg", "treated", visit, reading) for visit in (0, 12))
    row = row_of(made_up, "ppg_change", 12, reading)
    assert row["rho"] == MIDDLE
    agrees(row, *paired(before, after, MIDDLE))
    # Its width is that of the difference within a draw: the calibration's shift cancels.
    apart = np.hypot(before[0].std(), after[0].std())
    within = (after[0] - before[0]).std()
    assert within < 0.95 * apart
    assert (row["ci_high"] - row["ci_low"]) == pytest.approx(2 * 1.96 * within, rel=0.3)


@pytest.mark.parametrize("visit", [12, 24])
def test_a_printed_baseline_stays_as_it_is(made_up, visit):
    """Table 1 is read as SD, for a reason, and stays fixed; the figure's bars keep their label."""
    before = sides(made_up, "c_peptide", "treated", 0, "sd")
    after = sides(made_up, "c_peptide", "treated", visit, "sem")
    assert set(before[0]) == {0.85} and set(before[1]) == {0.47}
    agrees(
        row_of(made_up, "c_peptide_better_than_before", visit, "sd"), *paired(before, after, 0.5)
    )


def test_a_comparison_of_printed_means_alone_has_no_row(made_up):
    rows = made_up.rows
    assert "hba1c_better_than_before" not in set(rows["claim_id"])  # month 0 and 6 are printed
    compared = rows[rows["claim_id"].eq("baseline_comparable")]
    assert compared.empty  # so is Table 1


def test_each_digitized_error_gets_the_sd_behind_it(made_up):
    rows = made_up.rows[made_up.rows["scenario"].str.startswith("sd:")]
    assert len(rows) == len(made_up.points) * len(READINGS)
    assert rows["claim_id"].isna().all() and rows["p"].isna().all()
    by_id = made_up.reported.set_index("row_id")
    for row in rows.iloc[::17].to_dict("records"):
        row_id = row["scenario"].removeprefix("sd:")
        mine = made_up.draws[made_up.draws["row_id"] == row_id]["error"].to_numpy()
        spread = sd(mine, by_id.loc[row_id, "n"], row["reading"])
        expected = np.percentile(spread, [50, 2.5, 97.5])
        assert [row["estimate"], row["ci_low"], row["ci_high"]] == pytest.approx(list(expected))


def test_scenarios_are_told_apart(made_up):
    key = ["scenario", "claim_id", "outcome", "visit", "reading", "version"]
    assert not made_up.rows.duplicated(key).any()


def test_without_draws_there_is_nothing_to_say(made_up):
    assert made_up.again(made_up.draws.iloc[:0]).empty


def test_draws_without_error_give_the_answer_of_the_numbers_as_digitized(made_up):
    still = made_up.draws.copy()
    points = made_up.points.set_index("row_id")
    still["value"] = still["row_id"].map(points["mean"]).astype(float)
    still["error"] = still["row_id"].map(points["error"]).astype(float)
    rows = made_up.again(still)
    assert rows["ci_low"].to_numpy() == pytest.approx(rows["estimate"].to_numpy())
    assert rows["p_low"].to_numpy() == pytest.approx(rows["p"].to_numpy(), nan_ok=True)
    assert set(rows["share_significant"].dropna()) <= {0.0, 1.0}


def numbers(*rows):
    """Reported means of one arm at one visit: (row_id, value, error, digitized)."""
    cells = {"outcome": "ppg", "arm": "treated", "visit": 6.0, "statistic": "mean", "n": 15}
    cells |= {"version": None, "source": "x", "value_decimals": 1.0, "error_decimals": 1.0}
    named = [dict(zip(("row_id", "value", "error", "digitized"), r, strict=True)) for r in rows]
    both = pd.DataFrame([cells | row | {"value_sigma": 0.1, "error_sigma": 0.1} for row in named])
    summaries = pd.DataFrame(
        [
            {"row_id": r["row_id"], "reading": "sd", "sd": 1.0}
            | dict.fromkeys(("admissible", "labelled", "open"), True)
            for r in named
        ]
    )
    return rows_of(both, "ppg", 6, statistic="mean"), summaries


def test_a_printed_mean_stands_before_a_digitized_one(made_up):
    printed, shown = ("printed", 7.0, 1.0, False), ("shown", 8.0, 1.1, True)
    assert mean_of(*numbers(printed, shown), "treated", "", "sd").row_id == "printed"
    bare = ("printed", 7.0, np.nan, False)
    assert mean_of(*numbers(bare, shown), "treated", "", "sd").row_id == "shown"
    assert mean_of(*numbers(bare), "treated", "", "sd") is None
    order = made_up.reported["digitized"].astype(bool)
    means = made_up.reported["statistic"].eq("mean")
    assert order[means].is_monotonic_increasing  # printed ones first, whatever the figures hold
