"""Counts in ordered categories, from study.yaml and claims.yaml to the tests."""

import math

import pandas as pd
import pytest
from pydantic import ValidationError
from retrial.stages.retest.ordered import MOST_PLACEMENTS, Ordered, ordered_of
from retrial.stats.ordinal import compare_ordered
from retrial.study.claims import Target
from retrial.study.outcomes import Outcome
from scipy import stats

METHODS = ["mann_whitney_exact", "kruskal_wallis"]


@pytest.fixture(scope="module")
def rows(hu2013):
    tests = hu2013.tests
    return tests[tests["method"].isin(METHODS)].set_index(["version", "method"])


def test_insulin_of_hu2013_by_rank_tests(rows):
    """14 of 15 treated patients are in a printed category: all above the 14 controls."""
    exact = rows.loc[("insulin_categories:results", "mann_whitney_exact")]
    assert exact["p"] == pytest.approx(2 / math.comb(28, 14))
    ranks = [*[6] * 3, *[5] * 8, 4, *[3] * 2], [*[1] * 7, *[2] * 7]
    asymptotic = rows.loc[("insulin_categories:results", "kruskal_wallis")]
    assert asymptotic["p"] == pytest.approx(stats.kruskal(*ranks).pvalue)
    assert (exact["estimate"], exact["n_1"], exact["n_2"]) == (1, 14, 14)
    assert rows["defensible"].all() and rows["agreement"].eq("consistent").all()


def test_the_other_version_takes_what_it_does_not_print_from_the_first(rows):
    """4 + 7 of the Discussion with the 1 + 2 that only Results prints."""
    ranks = [*[6] * 4, *[5] * 7, 4, *[3] * 2], [*[1] * 7, *[2] * 7]
    found = rows.loc[("insulin_categories:discussion", "kruskal_wallis")]
    assert found["p"] == pytest.approx(stats.kruskal(*ranks).pvalue)


def test_the_range_of_p_puts_the_unnamed_patient_anywhere(rows):
    exact = rows.loc[("insulin_categories:results", "mann_whitney_exact")]
    control = [7, 7, 0, 0, 0, 0]
    p = [compare_ordered([(k == j) + n for j, n in enumerate([0, 0, 2, 1, 8, 3])], control).p
         for k in range(6)]  # fmt: skip
    assert exact["p_low"] == pytest.approx(min(p))
    assert exact["p_high"] == pytest.approx(max(p))
    assert "14 of 15" in exact["assumptions"]
    assert (rows["p_low"] <= rows["p"]).all() and (rows["p"] <= rows["p_high"]).all()


def counted(**cells):
    frame = pd.DataFrame({"category": list(cells), "value": list(cells.values())})
    return frame.assign(arm="a", version=pd.NA, total=10, row_id=frame["category"])


def test_counts_that_make_no_order_are_not_tested():
    order = ["low", "middle", "high"]
    assert ordered_of(counted(low=4, high=6), "a", "", order).counts == (4, 0, 6)
    assert ordered_of(counted(low=4, high=7), "a", "", order) is None  # more than the denominator
    assert ordered_of(counted(low=4, high=6).assign(total=[10, 9]), "a", "", order) is None
    assert ordered_of(counted(low=4), "b", "", order) is None
    arm = Ordered((4, 0, 6), 3, ())
    assert len(list(arm.placed())) == arm.placements == 10 < MOST_PLACEMENTS


def test_only_counts_have_an_order_of_two_or_more_categories():
    base = {"id": "dose", "label": "Dose", "unit": "patients", "better": "none"}
    with pytest.raises(ValidationError, match="only an outcome of kind 'counts'"):
        Outcome.model_validate(base | {"kind": "continuous", "ordered": ["a", "b"]})
    with pytest.raises(ValidationError, match="two or more categories"):
        Outcome.model_validate(base | {"kind": "counts", "ordered": ["a", "a"]})
    with pytest.raises(ValidationError, match="write no 'categories'"):
        Target(outcome="dose", ordered=True, categories=["a"], visits=[1])
    assert Target(outcome="dose", ordered=True, visits=[1]).counted
