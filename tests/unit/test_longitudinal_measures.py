"""Hotelling's test, summary measures and sizes by visit."""

import numpy as np
import pytest
from exact_persons import exact_persons, random_trial
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.repeated.correlation import compound_symmetry
from retrial.stats.repeated.hotelling import hotelling_t2_from_moments
from retrial.stats.repeated.measures import auc_from_moments, trend_from_moments
from scipy import stats

TIMES = [0, 3, 6, 24]
seeds = st.integers(0, 10_000)
HU2013_LIKE = {
    "means": [[6.85, 6.2, 5.9, 5.6], [6.79, 6.6, 6.9, 7.2]],
    "sds": [[0.74, 0.8, 0.7, 0.6], [0.7, 0.8, 0.9, 1.1]],
    "ns": [15, 14],
    "correlation": compound_symmetry(4, 0.5),
}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("visits", [2, 5])
def test_hotelling_agrees_with_pingouin_on_persons_of_exactly_those_moments(seed, visits):
    import pingouin

    trial = random_trial(seed, 2, visits)
    ours, (first, second) = hotelling_t2_from_moments(**trial), exact_persons(**trial)
    changes = [np.diff(arm, axis=1) for arm in (first, second)]  # any basis of the contrasts
    for test, arms in ((ours.profiles, (first, second)), (ours.parallelism, changes)):
        if arms[0].shape[1] == 1:
            assert test.p == pytest.approx(stats.ttest_ind(*arms).pvalue[0], rel=1e-8)
            continue
        theirs = pingouin.multivariate_ttest(*arms).iloc[0]
        assert test.t_squared == pytest.approx(theirs["T2"], rel=1e-8)
        assert test.statistic == pytest.approx(theirs["F"], rel=1e-8)
        assert (test.df1, test.df2) == (theirs["df1"], theirs["df2"])
        assert test.p == pytest.approx(theirs["pval"], rel=1e-8)
    level = stats.ttest_ind(first.mean(axis=1), second.mean(axis=1))
    assert ours.level.t_squared == pytest.approx(level.statistic**2, rel=1e-8)
    assert ours.level.p == pytest.approx(level.pvalue, rel=1e-8)


@given(seeds, st.integers(2, 6))
def test_the_level_is_the_group_effect_of_the_anova(seed, visits):
    trial = random_trial(seed, 2, visits)
    level, anova = hotelling_t2_from_moments(**trial).level, mixed_anova_from_moments(**trial)
    assert level.statistic == pytest.approx(anova.group.statistic, rel=1e-8, abs=1e-12)
    assert level.p == pytest.approx(anova.group.p, rel=1e-8)


@given(seeds, st.permutations(range(4)), st.floats(0.01, 100))
def test_hotelling_does_not_depend_on_units_of_visits_or_their_order(seed, order, scale):
    trial = random_trial(seed)
    units = np.array([1, scale, 1, 1])
    changed = {
        "means": (trial["means"] * units)[:, order],
        "sds": (trial["sds"] * units)[:, order],
        "ns": trial["ns"],
        "correlation": trial["correlation"][:, order][:, :, order],
    }
    here, there = hotelling_t2_from_moments(**trial), hotelling_t2_from_moments(**changed)
    assert here.profiles.t_squared == pytest.approx(there.profiles.t_squared, rel=1e-6, abs=1e-12)


@given(seeds)
@settings(max_examples=15)
def test_many_specifications_of_hotelling_give_what_each_gives(seed):
    trials = [random_trial(seed + k) for k in range(4)]
    stacked = {key: np.stack([trial[key] for trial in trials]) for key in trials[0]}
    together = hotelling_t2_from_moments(**stacked)
    for k, trial in enumerate(trials):
        alone = hotelling_t2_from_moments(**trial)
        for name in ("profiles", "parallelism", "level"):
            assert getattr(together, name).p[k] == pytest.approx(getattr(alone, name).p, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ns": [2, 3]}, "at least 6 persons, found 5"),
        ({"means": np.ones((3, 4)), "sds": np.ones((3, 4)), "ns": [9, 9, 9]}, "2 arms"),
        ({"correlation": np.ones((4, 4))}, "singular"),
        ({"sds": [[0, 1, 1, 1], [0, 1, 1, 1]]}, "singular"),
    ],
)
def test_hotelling_refuses_what_it_cannot_test(change, message):
    with pytest.raises(ValueError, match=message):
        hotelling_t2_from_moments(**HU2013_LIKE | change)


def test_missing_numbers_give_missing_tests():
    sds = np.array([HU2013_LIKE["sds"], HU2013_LIKE["sds"]])
    sds[0, 0, 0] = np.nan
    test = hotelling_t2_from_moments(**HU2013_LIKE | {"sds": sds})
    assert np.isnan(test.profiles.p[0]) and np.isfinite(test.profiles.p[1])


@given(seeds, st.booleans(), st.booleans())
def test_areas_agree_with_the_areas_of_persons(seed, above_first, equal_var):
    trial = random_trial(seed)
    found = auc_from_moments(**trial, times=TIMES, above_first=above_first, equal_var=equal_var)
    arms = exact_persons(**trial)
    if above_first:
        arms = [arm - arm[:, :1] for arm in arms]
    areas = [np.trapezoid(arm, TIMES, axis=1) for arm in arms]
    assert_measure(found, areas, equal_var)


@given(seeds, st.booleans())
def test_trends_agree_with_the_slopes_of_persons(seed, equal_var):
    trial = random_trial(seed)
    found = trend_from_moments(**trial, times=TIMES, equal_var=equal_var)
    slopes = [np.polyfit(TIMES, arm.T, 1)[0] for arm in exact_persons(**trial)]
    assert_measure(found, slopes, equal_var)


def assert_measure(found, arms, equal_var):
    assert found.means == pytest.approx([arm.mean() for arm in arms], rel=1e-7, abs=1e-9)
    assert found.sds == pytest.approx([arm.std(ddof=1) for arm in arms], rel=1e-8)
    raw = stats.ttest_ind(*arms, equal_var=equal_var)
    assert found.comparison.statistic == pytest.approx(raw.statistic, rel=1e-6, abs=1e-8)
    assert found.comparison.p == pytest.approx(raw.pvalue, rel=1e-6)


@given(seeds, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_an_origin_moves_no_trend_and_a_unit_scales_it(seed, scale, shift):
    trial = random_trial(seed)
    moved = trial | {"means": trial["means"] * scale + shift, "sds": trial["sds"] * scale}
    here = trend_from_moments(**trial, times=TIMES)
    there = trend_from_moments(**moved, times=np.add(TIMES, 5.0))
    assert there.means == pytest.approx(here.means * scale, rel=1e-6, abs=1e-8)
    assert there.sds == pytest.approx(here.sds * scale, rel=1e-8)


def test_measures_of_many_specifications_and_of_three_arms():
    matrices = compound_symmetry(4, np.linspace(0, 0.9, 5))
    together = auc_from_moments(
        **HU2013_LIKE | {"correlation": matrices}, times=TIMES, per_arm=False
    )
    alone = auc_from_moments(**HU2013_LIKE | {"correlation": matrices[2]}, times=TIMES)
    assert together.sds.shape == (5, 2) and together.comparison.p.shape == (5,)
    assert together.comparison.p[2] == pytest.approx(alone.comparison.p)
    assert isinstance(alone.comparison.p, float)
    three = trend_from_moments(np.ones((3, 4)), np.ones((3, 4)), [9, 9, 9], np.eye(4), TIMES)
    assert three.comparison is None and three.means.tolist() == pytest.approx([0, 0, 0])


def test_measures_refuse_times_that_do_not_fit():
    for times in ([0, 3, 6], [0, 3, 2, 6]):
        with pytest.raises(ValueError, match="times"):
            auc_from_moments(**HU2013_LIKE, times=times)
