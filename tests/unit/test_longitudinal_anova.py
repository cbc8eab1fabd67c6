"""Split-plot ANOVA from moments: against R on raw data, pingouin on persons, and its properties."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from exact_persons import exact_persons, long_format, random_trial
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.repeated.correlation import ar1, compound_symmetry
from retrial.stats.repeated.sphericity import CORRECTIONS
from scipy import stats

# R's answers on raw data (afex 1.2-1), whose means and covariances these are; 12 digits.
R_CASES = json.loads((Path(__file__).parents[1] / "data" / "mixed_anova.json").read_text())

HU2013_LIKE = {
    "means": [[6.85, 6.2, 5.9, 5.6], [6.79, 6.6, 6.9, 7.2]],
    "sds": [[0.74, 0.8, 0.7, 0.6], [0.7, 0.8, 0.9, 1.1]],
    "ns": [15, 14],
}
seeds = st.integers(0, 10_000)
shapes = st.tuples(st.integers(2, 4), st.integers(2, 6))


def cov_and_correlation(case):
    visits = len(case["mean"][0])
    lower = np.tril_indices(visits)
    covariance = np.zeros((len(case["n"]), visits, visits))
    for matrix, values in zip(covariance, case["covariance_lower"], strict=True):
        matrix[lower] = values
        matrix.T[lower] = values
    sds = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    return sds, covariance / (sds[:, :, None] * sds[:, None, :])


@pytest.mark.parametrize("case", R_CASES, ids=[case["case_id"] for case in R_CASES])
def test_anova_from_moments_agrees_with_r_on_the_raw_data(case):
    sds, correlation = cov_and_correlation(case)
    anova = mixed_anova_from_moments(case["mean"], sds, case["n"], correlation)
    for name, expected in case["effects"].items():
        for field, value in expected.items():
            assert getattr(getattr(anova, name), field) == pytest.approx(value, rel=1e-8), field
    for field, value in case.get("sphericity", {}).items():
        assert getattr(anova.sphericity, field) == pytest.approx(value, rel=1e-8), field


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("arms", "visits"), [(2, 2), (2, 5), (3, 4)])
def test_anova_agrees_with_pingouin_on_persons_of_exactly_those_moments(seed, arms, visits):
    import pingouin

    trial = random_trial(seed, arms, visits)
    anova = mixed_anova_from_moments(**trial)
    theirs = pingouin.mixed_anova(
        long_format(exact_persons(**trial)),
        **{"dv": "value", "within": "visit", "subject": "person", "between": "arm"},
        correction=True,
    )
    # pingouin's visit effect is of type II.
    ours = [anova.group, anova.visit_type2, anova.interaction]
    fields = {"ss": "SS", "df1": "DF1", "df2": "DF2", "statistic": "F", "p": "p_unc"}
    for field, column in (fields | {"partial_eta_squared": "np2"}).items():
        found = [getattr(effect, field) for effect in ours]
        assert found == pytest.approx(list(theirs[column]), rel=1e-8), field
    if visits > 2:
        assert anova.sphericity.gg == pytest.approx(theirs["eps"][1], rel=1e-9)
        assert anova.sphericity.mauchly_w == pytest.approx(theirs["W_spher"][1], rel=1e-9)
        corrected = [effect.p_gg for effect in ours[1:]]
        assert corrected == pytest.approx(list(theirs["p_GG_corr"][1:]), rel=1e-8)


@given(seeds)
def test_two_visits_give_the_t_test_of_the_changes(seed):
    trial = random_trial(seed, 2, 2)
    first, second = (arm[:, 1] - arm[:, 0] for arm in exact_persons(**trial))
    anova, t = mixed_anova_from_moments(**trial), stats.ttest_ind(first, second)
    assert anova.interaction.statistic == pytest.approx(t.statistic**2, rel=1e-6, abs=1e-12)
    for correction in CORRECTIONS:
        assert anova.interaction.corrected_p(correction) == pytest.approx(t.pvalue, rel=1e-6)
    assert anova.sphericity.mauchly_w == pytest.approx(1)
    assert np.isnan(anova.sphericity.mauchly_p)


@given(seeds, st.floats(-0.15, 0.95))
def test_with_equal_sds_and_one_correlation_the_errors_are_as_in_textbooks(seed, rho):
    trial = random_trial(seed, 2, 5)
    sds = np.full((2, 5), 1.7)
    anova = mixed_anova_from_moments(
        trial["means"], sds, trial["ns"], compound_symmetry(5, rho + 0.01)
    )
    df = trial["ns"].sum() - 2
    assert anova.group.ss_error / df == pytest.approx(1.7**2 * (1 + 4 * (rho + 0.01)))
    assert anova.interaction.ss_error / (4 * df) == pytest.approx(1.7**2 * (0.99 - rho))
    assert anova.sphericity.gg == pytest.approx(1)
    assert anova.sphericity.mauchly_p == pytest.approx(1, abs=1e-6)


def test_the_group_effect_falls_and_the_others_rise_with_the_correlation():
    grid = np.linspace(-0.3, 0.99, 60)
    for matrices in (compound_symmetry(4, grid), ar1([0, 6, 12, 24], np.abs(grid) ** 0.5)):
        anova = mixed_anova_from_moments(**HU2013_LIKE, correlation=matrices, per_arm=False)
        order = np.argsort(matrices[:, 0, 1])
        assert np.all(np.diff(anova.group.statistic[order]) <= 1e-9)
        for effect in (anova.visit_type2, anova.visit_type3, anova.interaction):
            assert np.all(np.diff(effect.statistic[order]) >= -1e-9)


@given(seeds, shapes, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_f_does_not_depend_on_unit_or_origin(seed, shape, scale, shift):
    trial = random_trial(seed, *shape)
    anova = mixed_anova_from_moments(**trial)
    moved = trial | {"means": trial["means"] * scale + shift, "sds": trial["sds"] * scale}
    for ours, theirs in zip(anova.effects, mixed_anova_from_moments(**moved).effects, strict=True):
        assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-6, abs=1e-9)
        assert ours.p_gg == pytest.approx(theirs.p_gg, rel=1e-6, abs=1e-9)


def test_an_origin_far_away_costs_no_precision():
    trial = random_trial(3)
    # Multiples of 1/64 stay exact when moved.
    trial["means"] = np.round(trial["means"] * 64) / 64
    here = mixed_anova_from_moments(**trial)
    far = mixed_anova_from_moments(**trial | {"means": trial["means"] + 2.0**40})
    for first, second in zip(here.effects, far.effects, strict=True):
        assert second.statistic == pytest.approx(first.statistic, rel=1e-12)


@given(seeds, st.permutations(range(5)), st.floats(-0.2, 0.9))
def test_the_order_of_visits_does_not_matter_under_compound_symmetry(seed, order, rho):
    trial = random_trial(seed, 3, 5) | {"correlation": compound_symmetry(5, rho)}
    shuffled = trial | {key: trial[key][:, order] for key in ("means", "sds")}
    ours, theirs = mixed_anova_from_moments(**trial), mixed_anova_from_moments(**shuffled)
    assert ours.group.statistic == pytest.approx(theirs.group.statistic, rel=1e-9)
    assert ours.interaction.p_hf == pytest.approx(theirs.interaction.p_hf, rel=1e-7)


@given(seeds, shapes)
def test_the_order_of_arms_does_not_matter(seed, shape):
    trial = random_trial(seed, *shape)
    turned = {key: values[::-1] for key, values in trial.items()}
    ours, theirs = mixed_anova_from_moments(**trial), mixed_anova_from_moments(**turned)
    for first, second in zip(ours.effects, theirs.effects, strict=True):
        assert first.statistic == pytest.approx(second.statistic, rel=1e-7, abs=1e-12)


@given(seeds, shapes)
def test_both_types_of_sums_of_squares_agree_when_sizes_do(seed, shape):
    anova = mixed_anova_from_moments(**random_trial(seed, *shape, equal_ns=True))
    assert anova.visit(2).ss == pytest.approx(anova.visit(3).ss, rel=1e-9)


@given(seeds, shapes)
def test_epsilons_are_in_their_order_and_box_is_the_most_conservative(seed, shape):
    anova = mixed_anova_from_moments(**random_trial(seed, *shape))
    spread = anova.sphericity
    assert spread.box - 1e-9 <= spread.gg <= 1 + 1e-9
    assert spread.gg <= spread.hf + 1e-9 and spread.hf <= spread.hf_original + 1e-9
    for effect in anova.effects[1:]:
        if effect.statistic > 4:  # a small F can gain from fewer degrees of freedom
            assert effect.p - 1e-12 <= effect.p_hf <= effect.p_gg + 1e-12
            assert effect.p_gg <= effect.p_box + 1e-12
    assert [anova.group.corrected_p(name) for name in CORRECTIONS] == [anova.group.p] * 4


def test_the_original_huynh_feldt_counts_persons_where_lecoutre_counts_degrees_of_freedom():
    trial = random_trial(5, 3, 4)
    spread, n = mixed_anova_from_moments(**trial).sphericity, trial["ns"].sum()
    rest = 3 * (n - 3 - 3 * spread.gg)
    assert spread.hf_original == pytest.approx((n * 3 * spread.gg - 2) / rest)
    assert spread.hf == pytest.approx(((n - 2) * 3 * spread.gg - 2) / rest)


def test_mauchlys_p_follows_r_and_box_beside_it():
    # R writes 3 p + 2 with p the visits, Box with p the contrasts: .00493 and .00494 here.
    case = R_CASES[0]
    sds, correlation = cov_and_correlation(case)
    spread = mixed_anova_from_moments(case["mean"], sds, case["n"], correlation).sphericity
    assert spread.mauchly_p == pytest.approx(0.00493200431411, rel=1e-8)
    assert spread.mauchly_p_box == pytest.approx(spread.mauchly_p, rel=0.006)
    assert spread.mauchly_p_box != pytest.approx(spread.mauchly_p, rel=1e-4)


def batch(seed, size=7):
    trials = [random_trial(seed + k, 3, 4) for k in range(size)]
    return trials, {key: np.stack([trial[key] for trial in trials]) for key in trials[0]}


@given(seeds)
@settings(max_examples=20)
def test_many_specifications_at_once_give_what_each_gives(seed):
    trials, stacked = batch(seed)
    together = mixed_anova_from_moments(**stacked, per_arm=True)
    assert together.shape == (len(trials),)
    frame = together.to_frame()
    for k, trial in enumerate(trials):
        alone = mixed_anova_from_moments(**trial).to_frame()
        rows = frame[frame["specification"] == k].drop(columns="specification")
        pd.testing.assert_frame_equal(rows.reset_index(drop=True), alone, rtol=1e-9)


def test_axes_are_broadcast():
    rhos = np.linspace(0, 0.9, 5)
    matrices = compound_symmetry(4, rhos)
    means, sds, ns = (np.array(HU2013_LIKE[key]) for key in ("means", "sds", "ns"))
    scales = np.array([1.0, 2.0, 3.0])[:, None, None, None]
    anova = mixed_anova_from_moments(means, sds * scales, ns, matrices, per_arm=False)
    assert anova.shape == (3, 5)
    assert anova.group.statistic.shape == anova.interaction.p_gg.shape == (3, 5)
    alone = mixed_anova_from_moments(means, sds * 2, ns, matrices[3])
    assert anova.interaction.p_hf[1, 3] == pytest.approx(alone.interaction.p_hf)
    sizes = mixed_anova_from_moments(means, sds, [[15, 14], [15, 13]], matrices[3])
    assert sizes.group.df2.tolist() == [27, 26]


def test_two_matrices_in_common_are_not_taken_for_one_an_arm():
    matrices = compound_symmetry(4, [0.2, 0.8])
    both = mixed_anova_from_moments(**HU2013_LIKE, correlation=matrices, per_arm=False)
    mixed = mixed_anova_from_moments(**HU2013_LIKE, correlation=matrices)
    assert both.shape == (2,) and mixed.shape == ()
    assert both.group.p[0] < mixed.group.p < both.group.p[1]
    with pytest.raises(ValueError, match="per_arm=False"):
        mixed_anova_from_moments(**HU2013_LIKE, correlation=compound_symmetry(4, [0.2, 0.5, 0.8]))


def test_the_table_has_one_row_for_each_effect():
    frame = mixed_anova_from_moments(
        **HU2013_LIKE, correlation=compound_symmetry(4, 0.5)
    ).to_frame()
    assert frame["effect"].tolist() == ["group", "visit", "visit", "interaction"]
    assert frame["ss_type"].tolist() == ["II, III", "II", "III", "II, III"]
    assert frame["df1"].tolist() == [1, 3, 3, 3] and frame["df2"].tolist() == [27, 81, 81, 81]
    assert not frame.isna().any(axis=None)


def test_without_any_error_only_a_difference_counts():
    means, sds = [[1, 2], [1, 2]], np.zeros((2, 2))
    anova = mixed_anova_from_moments(means, sds, [5, 5], np.eye(2))
    assert (anova.group.p, anova.visit_type3.p) == (1, 0)
    assert anova.visit_type3.statistic == np.inf and anova.group.statistic == 0


def test_more_visits_than_persons_leave_mauchly_and_huynh_feldt_undefined():
    anova = mixed_anova_from_moments(
        np.arange(14).reshape(2, 7), np.ones((2, 7)), [2, 3], compound_symmetry(7, 0.4)
    )
    spread = anova.sphericity
    undefined = (spread.mauchly_p, spread.hf, spread.hf_original, anova.interaction.p_hf)
    assert np.all(np.isnan(undefined))
    assert anova.interaction.p_gg == pytest.approx(anova.interaction.p)


def test_missing_numbers_give_missing_results():
    means = np.array(HU2013_LIKE["means"] * 2).reshape(2, 2, 4)
    means[0, 1, 2] = np.nan
    anova = mixed_anova_from_moments(**HU2013_LIKE | {"means": means}, correlation=np.eye(4))
    assert np.isnan(anova.group.p[0]) and np.isnan(anova.interaction.p_gg[0])
    assert np.isfinite(anova.group.p[1]) and np.isfinite(anova.interaction.p_gg[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sds": [[1, 1, 1], [1, 1, 1]]}, "same trailing shape"),
        ({"sds": [[1, 1, 1, -1], [1, 1, 1, 1]]}, "not negative"),
        ({"ns": [15]}, "each of the 2 arms"),
        ({"ns": [15, 1]}, "at least 2"),
        ({"ns": [[15, 14, 14, 14], [14, 14, 13, 13]]}, "each of the 2 arms"),
        ({"correlation": np.eye(3)}, "4 x 4"),
        ({"correlation": np.full((4, 4), 0.5)}, "ones on its diagonal"),
        ({"correlation": np.where(np.eye(4) == 1, 1, -0.5)}, "positive semidefinite"),
        ({"correlation": np.eye(4) + np.eye(4, k=1) / 2}, "symmetric"),
        ({"correlation": 0.5}, "square"),
        ({"means": [[6, 5, 5, 5]], "sds": [[1, 1, 1, 1]], "ns": [15]}, "2 arms"),
        ({"means": [[6], [5]], "sds": [[1], [1]]}, "2 visits"),
        ({"ns": np.full((3, 2), 9), "means": np.ones((4, 2, 4))}, "leading axes"),
    ],
)
def test_impossible_input_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        mixed_anova_from_moments(**HU2013_LIKE | {"correlation": np.eye(4)} | change)


def test_an_unknown_correction_or_type_is_refused():
    anova = mixed_anova_from_moments(**HU2013_LIKE, correlation=np.eye(4))
    with pytest.raises(ValueError, match="correction must be one of"):
        anova.interaction.corrected_p("greenhouse")
    with pytest.raises(ValueError, match="2 or 3"):
        anova.visit(1)
