"""Members leave a summary: the sweep holds every possible data set, and nothing else."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from retrial.stages.sensitivity.removal import Summary, sweep, without
from retrial.stats.summaries import add_members
from scipy.optimize import minimize

LIMITS = (0.0, 10.0)


def summary(values, limits=LIMITS):
    return Summary(len(values), values.mean(), values.std(ddof=1), *limits)


@st.composite
def patients(draw):
    n = draw(st.integers(5, 9))
    values = draw(st.lists(st.integers(0, 100), min_size=n, max_size=n))
    return np.array(values) / 10


@given(patients(), st.integers(1, 3))
@example(np.array([0.0, 0.0, 0.0, 0.0, 0.1]), 2)
@example(np.array([0.0, 0.0, 10.0, 10.0, 10.0, 3.0]), 2)
@settings(max_examples=60)
def test_every_real_removal_lies_inside_the_sweep(values, k):
    group = summary(values)
    blind = sweep(group, [], k, [])
    for gone in combinations(range(len(values)), k):
        rest, out = np.delete(values, gone), values[list(gone)]
        n, mean, sd = without(group, list(out))
        assert (n, mean) == (len(rest), pytest.approx(rest.mean(), abs=1e-9))
        assert sd == pytest.approx(rest.std(ddof=1), abs=1e-4)
        left = sweep(group, [], k, [out.mean()])
        at = int(np.argmin(abs(left.removed[0] - out.mean())))
        assert left.mean[0, at] == pytest.approx(rest.mean(), abs=1e-9)
        assert left.sd[:, at].min() - 1e-4 <= sd <= left.sd[:, at].max() + 1e-4
        slack = 1e-3 * np.ptp(values) + 1e-6
        assert blind.mean.min() - slack <= rest.mean() <= blind.mean.max() + slack


@given(patients(), st.lists(st.floats(0, 10), min_size=1, max_size=3))
@settings(max_examples=60)
def test_removing_what_was_added_gives_the_group_back(values, extra):
    group = summary(values)
    n, mean, sd = add_members(group.n, group.mean, group.sd, extra)
    back = without(Summary(n, mean, sd, *LIMITS), extra)
    assert back[0] == group.n
    assert back[1] == pytest.approx(group.mean, abs=1e-9)
    assert back[2] == pytest.approx(group.sd, abs=1e-5)


@given(patients(), st.integers(1, 3))
@settings(max_examples=40)
def test_what_the_sweep_leaves_is_possible(values, k):
    left = sweep(summary(values), [], k, [])
    low, high = LIMITS
    assert (left.mean >= low - 1e-6).all() and (left.mean <= high + 1e-6).all()
    # The Bhatia-Davis bound is above the sharp one.
    n = left.n
    bound = np.sqrt(np.maximum((left.mean - low) * (high - left.mean), 0) * n / (n - 1))
    assert (left.sd <= bound + 1e-4).all()


def test_the_extremes_of_the_sweep_equal_a_numerical_search():
    group = Summary(15, 0.85, 0.47, 0.3)
    left = sweep(group, [], 2, [])

    def rest(v):
        mean = (15 * 0.85 - sum(v)) / 13
        ss = 14 * 0.47**2 + 15 * 0.85**2 - v[0] ** 2 - v[1] ** 2 - 13 * mean**2
        return mean, ss

    found = []
    for sign in (1, -1):
        for start in ([0.4, 0.5], [1.0, 1.5], [2.0, 1.9]):
            searched = minimize(
                lambda v, sign=sign: sign * rest(v)[0],
                start,
                bounds=[(0.3, 5)] * 2,
                constraints=[
                    {"type": "ineq", "fun": lambda v: rest(v)[1]},
                    # With a lower limit only, SD <= (mean - limit) sqrt(n).
                    {
                        "type": "ineq",
                        "fun": lambda v: 13 * 12 * (rest(v)[0] - 0.3) ** 2 - rest(v)[1],
                    },
                ],
                method="SLSQP",
            )
            if searched.success:
                found.append(rest(searched.x)[0])
    assert left.mean.min() == pytest.approx(min(found), abs=2e-3)
    assert left.mean.max() == pytest.approx(max(found), abs=2e-3)


def test_without_limits_the_ends_are_samuelsons():
    left = sweep(Summary(10, 5.0, 2.0), [], 1, [])
    reach = 2.0 * 9 / np.sqrt(10)
    assert left.removed.min() == pytest.approx(5 - reach)
    assert left.removed.max() == pytest.approx(5 + reach)


def test_known_members_are_held_fixed():
    left = sweep(Summary(15, 0.85, 0.47, 0.3), [0.38], 1, [0.85])
    assert left.n == 13
    assert left.removed == pytest.approx((left.unknown + 0.38) / 2)
    at = np.flatnonzero(left.unknown[0] == 0.85)[0]
    expected = without(Summary(15, 0.85, 0.47, 0.3), [0.38, 0.85])
    assert (left.mean[0, at], left.sd[0, at]) == pytest.approx(expected[1:])


@pytest.mark.parametrize(
    ("group", "values", "reason"),
    [
        (Summary(15, 0.85, 0.47, 0.3), [0.2], "outside the limits"),
        (Summary(15, 5.5, 0.1), [9.0], "sum of squares"),
        (Summary(3, 5.5, 0.1), [5.5, 5.5], "fewer than 2"),
        (Summary(4, 2.5, 5.0, 0.0, 10.0), [2.5], "largest possible"),
    ],
)
def test_infeasible_members_are_refused_in_words(group, values, reason):
    with pytest.raises(ValueError, match=reason):
        without(group, values)


def test_a_group_too_small_or_a_known_value_out_of_limits_has_no_sweep():
    assert sweep(Summary(3, 5.0, 1.0), [], 2, []) is None
    assert sweep(Summary(15, 0.85, 0.47, 0.3), [0.1], 1, []) is None
