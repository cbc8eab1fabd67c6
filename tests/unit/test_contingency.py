"""Tests of whole tables of counts, beside scipy."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from retrial.stats.contingency import doubled_fisher, table_p
from scipy import stats

tables = st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4)
arms = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(tables)
def test_tables_are_those_of_scipy(rows):
    counts = np.array(rows)
    assume(counts.sum(axis=0).all() and counts.sum(axis=1).all())
    for likelihood, kind in ((False, "pearson"), (True, "log-likelihood")):
        theirs = stats.chi2_contingency(counts, correction=False, lambda_=kind).pvalue
        assert table_p(counts, likelihood=likelihood) == pytest.approx(theirs, rel=1e-9, abs=1e-300)


@given(arms, arms)
def test_the_doubled_tail_is_that_of_scipy_and_does_not_depend_on_the_order(first, second):
    (a, n1), (b, n2) = first, second
    margins = n1 + n2, a + b, n1
    tails = stats.hypergeom.cdf(a, *margins), stats.hypergeom.sf(a - 1, *margins)
    found = doubled_fisher(a, n1, b, n2)
    assert found == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-8)
    assert found == pytest.approx(doubled_fisher(b, n2, a, n1), rel=1e-12)


def test_a_table_of_agresti():
    """Agresti 2013, table 3.2 (education and religious beliefs): X2 69.2, G2 69.8 on 4 df."""
    counts = [[178, 138, 108], [570, 648, 442], [138, 252, 252]]
    for likelihood, printed in ((False, 69.2), (True, 69.8)):
        statistic = stats.chi2.isf(table_p(counts, likelihood=likelihood), 4)
        assert statistic == pytest.approx(printed, abs=0.05)


def test_an_empty_row_is_refused():
    with pytest.raises(ValueError, match="no row and no column may be empty"):
        table_p([[0, 0], [3, 4]])
