"""One-way analysis of variance from summaries: published tables, scipy, statsmodels, identities."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.stats.anova import one_way_anova
from retrial.stats.means import compare_means
from retrial.stats.pseudo.samples import draw
from scipy import stats
from statsmodels.stats.oneway import anova_generic

CASES = pd.read_csv(Path(__file__).parents[1] / "data/anova_from_summaries.csv").set_index(
    "case_id"
)

group = st.tuples(st.floats(-50, 50), st.floats(0.1, 20), st.integers(2, 60))
several = st.lists(group, min_size=2, max_size=6).map(lambda groups: np.array(groups).T)


def numbers(cell):
    return [float(value) for value in str(cell).split(";")]


@pytest.mark.parametrize("case", CASES.index)
def test_published_tables_come_out(case):
    row = CASES.loc[case]
    found = one_way_anova(numbers(row["mean"]), numbers(row["sd"]), numbers(row["n"]))
    assert (found.statistic, found.p) == pytest.approx((row["F"], row["p"]), rel=1e-8)
    assert (found.df1, found.df2) == (row["df1"], row["df2"])


@given(several, st.booleans())
def test_it_agrees_with_statsmodels(groups, equal):
    means, sds, ns = groups
    theirs = anova_generic(means, sds**2, ns, use_var="equal" if equal else "unequal")
    found = one_way_anova(means, sds, ns, equal)
    assert (found.statistic, found.p) == pytest.approx(
        (theirs.statistic, theirs.pvalue), rel=1e-6, abs=1e-9
    )


def test_patients_with_these_moments_give_the_same_by_scipy():
    summaries = [(12, 5.0, 1.2), (15, 6.1, 1.9), (9, 4.4, 0.8)]
    patients = [
        draw(n, mean, sd, shape="normal", size=1, seed=place)[0]
        for place, (n, mean, sd) in enumerate(summaries)
    ]
    ns, means, sds = zip(*summaries, strict=True)
    theirs = stats.f_oneway(*patients)
    found = one_way_anova(means, sds, ns)
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)


@given(group, group, st.booleans())
def test_of_two_groups_it_is_the_t_test(first, second, equal):
    groups = np.array([first, second]).T
    found = one_way_anova(*groups, equal)
    t = compare_means(*first, *second, equal)
    assert found.p == pytest.approx(t.p, rel=1e-7, abs=1e-12)
    assert found.statistic == pytest.approx(t.statistic**2, rel=1e-7, abs=1e-12)


@given(several, st.floats(-1000, 1000), st.floats(0.01, 100))
def test_zero_and_unit_of_the_scale_do_not_matter(groups, zero, unit):
    means, sds, ns = groups
    for equal in (True, False):
        one = one_way_anova(means, sds, ns, equal)
        other = one_way_anova(means * unit + zero, sds * unit, ns, equal)
        assert other.p == pytest.approx(one.p, rel=1e-5, abs=1e-9)


def test_many_studies_at_once_and_groups_without_spread():
    means = np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]])
    found = one_way_anova(means, 1.0, 10)
    assert found.p == pytest.approx([one_way_anova(row, 1.0, 10).p for row in means])
    assert one_way_anova([1, 2], 0, 5).p == 0 and one_way_anova([1, 1], 0, 5).p == 1
    with pytest.raises(ValueError, match="above 0"):
        one_way_anova([1, 2], 0, 5, equal_var=False)
    with pytest.raises(ValueError, match="two groups"):
        one_way_anova([1], 1, 5)
