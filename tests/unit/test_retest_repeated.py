"""Tests of repeated visits from a study's numbers, against the patients that they come from."""

import numpy as np
import pandas as pd
import pingouin
import pytest
import statsmodels.api as sm
from exact_persons import exact_persons
from retrial.stages.retest import retest
from retrial.stages.retest.repeated import profiles, repeated_tests
from retrial.stats.repeated.correlation import compound_symmetry
from scipy import stats
from truth.trials import BTHEB

RHO = 0.5
METHODS = {"mixed_anova", "hotelling_t2", "auc_t", "trend_t", "ancova_rho", "change_score_t"}


@pytest.fixture(scope="module")
def profile(btheb):
    found = list(
        profiles(btheb.reported, btheb.summaries, "bdi", BTHEB.visits, ("btheb", "tau"), ("sem",))
    )
    (one,) = found
    return one


@pytest.fixture(scope="module")
def rows(profile):
    return pd.DataFrame([cells for cells, _ in repeated_tests(profile, [0.3, RHO], 0.05)])


@pytest.fixture(scope="module")
def people(profile):
    """Patients with exactly these means, SDs and correlation, as many as were seen throughout."""
    matrix = compound_symmetry(len(profile.visits), RHO)
    parts = []
    arms = exact_persons(profile.means, profile.sds, profile.ns.min(axis=1), matrix)
    for name, values in zip(("btheb", "tau"), arms, strict=True):
        frame = pd.DataFrame(values, columns=profile.visits)
        parts.append(frame.assign(arm=name, patient=[f"{name}{i}" for i in range(len(frame))]))
    return pd.concat(parts, ignore_index=True)


def one(rows, method, effect, structure="compound_symmetry", visit=None):
    chosen = rows[(rows["method"] == method) & (rows["effect"] == effect) & (rows["rho"] == RHO)]
    chosen = chosen[
        (chosen["structure"] == structure) if visit is None else (chosen["visit"] == visit)
    ]
    (row,) = chosen.to_dict("records")
    return row


def test_patients_seen_at_every_visit_are_the_least_n(profile, rows):
    assert profile.ns.min(axis=1).tolist() == [27, 25]
    anova = rows[rows["method"] == "mixed_anova"]
    assert set(anova["n_1"]) == {27} and set(anova["n_2"]) == {25}
    assert anova["assumptions"].str.contains("27 and 25, of 52 and 48").all()
    assert set(rows["method"]) == METHODS


def test_anova_is_that_of_such_patients(rows, people):
    long = people.melt(["arm", "patient"], var_name="visit", value_name="value")
    found = pingouin.mixed_anova(
        long, dv="value", within="visit", between="arm", subject="patient", correction=True
    ).set_index("Source")
    group, interaction = (one(rows, "mixed_anova", effect) for effect in ("group", "interaction"))
    assert group["p"] == pytest.approx(found.loc["arm", "p_unc"], rel=1e-8)
    assert interaction["p"] == pytest.approx(found.loc["Interaction", "p_GG_corr"], rel=1e-8)
    # Where F is small, the lower bound of the corrections gives the smaller p.
    assert interaction["p_high"] == pytest.approx(found.loc["Interaction", "p_unc"], rel=1e-8)
    means = people.set_index("arm").drop(columns="patient").mean(axis=1)
    test = stats.ttest_ind(means["btheb"], means["tau"])
    interval = test.confidence_interval()
    assert group["estimate"] == pytest.approx(means["btheb"].mean() - means["tau"].mean())
    assert (group["ci_low"], group["ci_high"]) == pytest.approx((interval.low, interval.high))


def test_measures_of_one_number_a_patient_are_those_of_such_patients(profile, rows, people):
    wide = people.set_index("arm")[list(profile.visits)]
    area = wide.apply(lambda row: np.trapezoid(row, profile.visits), axis=1) / np.ptp(
        profile.visits
    )
    slope = wide.apply(lambda row: np.polyfit(profile.visits, row.astype(float), 1)[0], axis=1)
    for method, effect, values in (("auc_t", "group", area), ("trend_t", "interaction", slope)):
        test = stats.ttest_ind(values["btheb"], values["tau"])
        row = one(rows, method, effect)
        assert row["p"] == pytest.approx(test.pvalue, rel=1e-8)
        assert row["ci_low"] == pytest.approx(test.confidence_interval().low, rel=1e-8)


def test_two_visits_have_the_patients_at_both(profile, rows):
    month = profile.visits[1]
    row = one(rows, "ancova_rho", "group", visit=month)
    assert (row["n_1"], row["n_2"]) == (52, 45)
    matrix = compound_symmetry(2, RHO)
    parts = exact_persons(profile.means[:, :2], profile.sds[:, :2], (52, 45), matrix)
    after = np.concatenate([part[:, 1] for part in parts])
    design = np.column_stack(
        [np.ones(97), np.concatenate([part[:, 0] for part in parts]), [1] * 52 + [0] * 45]
    )
    fit = sm.OLS(after, design).fit()
    assert row["p"] == pytest.approx(fit.pvalues[2], rel=1e-8)
    assert row["estimate"] == pytest.approx(fit.params[2], rel=1e-8)
    changes = [part[:, 1] - part[:, 0] for part in parts]
    change = one(rows, "change_score_t", "interaction", visit=month)
    assert change["p"] == pytest.approx(stats.ttest_ind(*changes).pvalue, rel=1e-8)


def test_an_anova_is_defensible_by_the_effect_that_the_claim_names(btheb):
    mine = btheb.tests[btheb.tests["claim_id"] == "lower_over_all_visits"]
    chosen = mine[mine["defensible"].astype(bool)]
    assert set(chosen["effect"]) == {"group"} and set(chosen["rho"]) == {0.3, 0.5, 0.7, 0.9}
    assert set(mine.loc[mine["paper_analysis"].astype(bool), "effect"]) == {"group"}


def test_names_are_unique_and_a_seed_gives_the_same_draws(btheb):
    assert btheb.tests["test_id"].is_unique
    pd.testing.assert_frame_equal(retest(btheb), btheb.tests)
    moved = retest(btheb.but(settings={"seed": 1}))
    ranks = btheb.tests["method"].str.endswith("_sim")
    assert (moved.loc[ranks, "p"] != btheb.tests.loc[ranks, "p"]).any()
    assert moved.loc[~ranks, "p"].equals(btheb.tests.loc[~ranks, "p"])


def test_rank_tests_say_how_many_draws_and_of_which_shape(btheb):
    ranks = btheb.tests[btheb.tests["method"] == "mann_whitney_sim"]
    assert set(ranks["shape"]) <= {"normal", "lognormal", "gamma", "beta"}
    assert (ranks["p_low"] <= ranks["p"]).all() and (ranks["p"] <= ranks["p_high"]).all()
    assert ranks["share_significant"].between(0, 1).all()
