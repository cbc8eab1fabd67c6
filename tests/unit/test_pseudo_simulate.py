"""What p the printed moments leave open."""

import numpy as np
import pandas as pd
import pytest
from retrial.stats.pseudo.samples import draw, scaled_draws
from retrial.stats.pseudo.shapes import SHAPES
from retrial.stats.pseudo.simulate import simulate_rank_p
from retrial.stats.ranks import kruskal_wallis, mann_whitney
from scipy import stats

AGE = [(15, 17.6, 8.7, 0, 25), (14, 18.2, 7.9, 0, 25)]
POSSIBLE = ["normal", "lognormal", "gamma", "beta"]


def raw_moments(rng, n, draws):
    raw = rng.standard_normal((draws, n))
    return raw, raw.mean(axis=1), raw.std(axis=1, ddof=1)


def test_age_in_hu2013_differs_under_no_shape():
    table = simulate_rank_p(AGE, size=500, seed=1)
    assert list(table["shape"]) == POSSIBLE
    assert (table["draws"] == 500).all() and (table["reason"] == "").all()
    assert (table["share_below_alpha"] == 0).all()
    assert (table["median_p"] > 0.5).all()
    ordered = (table["p_low"] <= table["median_p"]) & (table["median_p"] <= table["p_high"])
    assert ordered.all()


def test_the_same_seed_gives_the_same_table_whichever_shapes_are_asked_for():
    whole = simulate_rank_p(AGE, shapes=SHAPES, size=200, seed=3)
    pd.testing.assert_frame_equal(whole, simulate_rank_p(AGE, shapes=SHAPES, size=200, seed=3))
    alone = simulate_rank_p(AGE, shapes=["gamma"], size=200, seed=3)
    pd.testing.assert_frame_equal(alone, whole[whole["shape"] == "gamma"].reset_index(drop=True))
    assert not alone.equals(simulate_rank_p(AGE, shapes=["gamma"], size=200, seed=4))


def test_impossible_shapes_stay_in_the_table_with_their_reason():
    groups = [(15, -1.0, 2.0, None, None), (14, 0.5, 1.0, None, None)]
    table = simulate_rank_p(groups, size=50, seed=1).set_index("shape")
    assert list(table.index) == POSSIBLE
    assert "lower and an upper limit" in table.loc["beta", "reason"]
    assert "Group 1: The shape gamma begins at 0" in table.loc["gamma", "reason"]
    assert table.loc["gamma", ["median_p", "p_low", "p_high"]].isna().all()
    assert table.loc["gamma", "draws"] == 0
    assert table.loc["normal", "reason"] == ""


def test_moments_that_no_data_have_are_the_reason_for_every_shape():
    """Age read as mean and SEM: SD 33.7 within 0 to 25 years."""
    table = simulate_rank_p([(15, 17.6, 33.7, 0, 25), AGE[1]], size=10, seed=1)
    assert table["reason"].str.contains("at most 11.3377").all()


def test_the_p_of_raw_normal_data_lies_within_the_range_most_of_the_time():
    """Given its moments a normal sample is one of the draws: 95 % of the ranges hold its p."""
    rng = np.random.default_rng(8)
    first, m1, s1 = raw_moments(rng, 15, 100)
    second, m2, s2 = raw_moments(rng, 14, 100)
    p = mann_whitney(first, second + 0.5).p
    within = 0
    for i in range(100):
        groups = [(15, m1[i], s1[i], None, None), (14, m2[i] + 0.5, s2[i], None, None)]
        row = simulate_rank_p(groups, shapes=["normal"], size=300, seed=i).iloc[0]
        within += row["p_low"] <= p[i] <= row["p_high"]
    assert within >= stats.binom.ppf(1e-3, 100, 0.94)


@pytest.mark.parametrize("test", ["mann_whitney", "kruskal_wallis"])
def test_under_a_true_null_tests_of_draws_have_about_their_nominal_size(test):
    rng = np.random.default_rng(9)
    samples = []
    for n in (15, 14):
        _, mean, sd = raw_moments(rng, n, 8000)
        samples.append(scaled_draws(n, mean, sd, "normal", -np.inf, np.inf, rng))
    p = mann_whitney(*samples).p if test == "mann_whitney" else kruskal_wallis(samples).p
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.01)
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.03)


def test_the_table_sums_up_the_draws_that_peers_test_alike():
    groups = [(8, 5.0, 2.0, None, None), (7, 8.0, 2.5, None, None)]
    table = simulate_rank_p(groups, shapes=["gamma"], size=400, seed=2, alpha=0.1)
    seeds = np.random.SeedSequence([2, SHAPES.index("gamma")]).spawn(3)
    samples = [
        draw(n, m, s, shape="gamma", size=400, seed=np.random.default_rng(seed))
        for (n, m, s, _, _), seed in zip(groups, seeds, strict=False)
    ]
    p = stats.mannwhitneyu(*samples, axis=1, method="exact").pvalue
    row = table.iloc[0]
    assert row["share_below_alpha"] == np.mean(p < 0.1)
    found = row[["p_low", "median_p", "p_high"]].astype(float)
    assert found.to_numpy() == pytest.approx(np.quantile(p, [0.025, 0.5, 0.975]), rel=1e-9)


def test_two_groups_in_other_order_have_about_the_same_p():
    forth = simulate_rank_p(AGE, shapes=["gamma"], size=2000, seed=1).iloc[0]
    back = simulate_rank_p(AGE[::-1], shapes=["gamma"], size=2000, seed=1).iloc[0]
    assert forth["median_p"] == pytest.approx(back["median_p"], abs=0.05)


def test_three_groups_are_compared_by_kruskal_wallis():
    groups = [(10, 5.0, 1.0, None, None), (9, 5.0, 1.0, None, None), (8, 9.0, 1.0, None, None)]
    table = simulate_rank_p(groups, test="kruskal_wallis", shapes=["normal"], size=200, seed=1)
    assert table.loc[0, "share_below_alpha"] == 1


def test_the_permutation_test_needs_little_more_than_the_moments():
    """Its p is near Student's whatever the shape, so its range is narrow."""
    table = simulate_rank_p(AGE, test="permutation_t", size=100, seed=1)
    student = stats.ttest_ind_from_stats(17.6, 8.7, 15, 18.2, 7.9, 14).pvalue
    assert (abs(table["median_p"] - student) < 0.03).all()
    assert (table["p_high"] - table["p_low"] < 0.15).all()


def test_recorded_values_make_ties():
    places = {"decimals": 0, "mean_decimals": 1, "sd_decimals": 1}
    table = simulate_rank_p(AGE, size=100, seed=1, **places)
    assert (table["reason"] == "").all()
    refused = simulate_rank_p([(15, 17.65, 8.7, 0, 25), AGE[1]], size=10, seed=1, **places)
    assert refused["draws"].isin([0, 10]).all()


@pytest.mark.parametrize(
    "change",
    [
        {"test": "sign"},
        {"shapes": ["normal", "cauchy"]},
        {"groups": AGE[:1]},
        {"groups": [*AGE, AGE[0]]},
        {"alpha": 1.5},
        {"size": 0},
        {"seed": -1},
    ],
    ids=str,
)
def test_impossible_settings_are_refused(change):
    with pytest.raises(ValueError):
        simulate_rank_p(**({"groups": AGE, "size": 5, "seed": 1} | change))
