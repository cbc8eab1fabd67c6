"""The effects of one study: against metafor, by definition, and for the flagship."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.registry import columns_of
from retrial.stages.meta.effects import effects_of, mean_difference, standardized_difference
from retrial.stats.means import compare_means, hedges_g
from retrial.stats.summaries import sd_from_error

CASES = pd.read_csv(Path(__file__).parents[1] / "data/effect_sizes.csv").set_index("case_id")
FUNCTIONS = {"MD": mean_difference, "SMD": standardized_difference}
READINGS = ["sd", "sem", "ci95"]

arms = st.tuples(
    st.floats(-100, 100),
    st.floats(0.01, 50),
    st.integers(2, 200),
    st.floats(-100, 100),
    st.floats(0.01, 50),
    st.integers(2, 200),
)


@pytest.fixture(scope="module")
def effects(hu2013):
    found = effects_of(hu2013)
    return found[found["category"].isna()]


def chosen(effects, outcome, reading, version=None):
    rows = effects[(effects["outcome"] == outcome) & (effects["reading"] == reading)]
    rows = rows[rows["version"] == version] if version else rows
    (row,) = (row for _, row in rows.iterrows())
    return row


@pytest.mark.parametrize("case", CASES.index)
def test_effects_and_variances_are_those_of_metafor(case):
    row = CASES.loc[case]
    summary = [row[c] for c in ("m1", "sd1", "n1", "m2", "sd2", "n2")]
    found = FUNCTIONS[row["measure"]](*summary)
    assert found == pytest.approx((row["yi"], row["vi"]), rel=1e-10)


@given(arms)
def test_the_raw_difference_has_the_standard_error_of_welch(summary):
    difference, variance = mean_difference(*summary)
    welch = compare_means(*summary, equal_var=False)
    assert (difference, variance) == pytest.approx((welch.estimate, welch.se**2), rel=1e-9)


@given(arms)
def test_the_standardized_difference_is_hedges_g_of_the_tests(summary):
    g, variance = standardized_difference(*summary)
    m1, s1, n1, m2, s2, n2 = summary
    shape = n1 + n2 - 2
    pooled = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / shape)
    assert abs(g) <= abs(m1 - m2) / pooled
    assert variance == pytest.approx(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)), rel=1e-12)
    if abs(g) < 3:
        assert g == pytest.approx(hedges_g(*summary)[0], rel=1e-9, abs=1e-12)


def test_many_studies_at_once_are_the_same_as_one_by_one():
    columns = [CASES[c].to_numpy() for c in ("m1", "sd1", "n1", "m2", "sd2", "n2")]
    for function in FUNCTIONS.values():
        effects, variances = function(*columns)
        singly = [function(*row) for row in zip(*columns, strict=True)]
        assert np.column_stack([effects, variances]) == pytest.approx(np.array(singly))


def test_without_any_spread_a_standardized_difference_has_no_meaning():
    assert np.isnan(standardized_difference(1, 0, 10, 2, 0, 10)).all()
    assert mean_difference(1, 0, 10, 2, 0, 10) == (-1, 0)


@pytest.mark.parametrize(
    ("summary", "says"),
    [((1, -1, 10, 2, 1, 10), "negative"), ((1, 1, 1, 2, 1, 10), "at least 2")],
)
def test_impossible_summaries_are_refused(summary, says):
    for function in FUNCTIONS.values():
        with pytest.raises(ValueError, match=says):
            function(*summary)


@given(arms)
def test_reading_an_error_as_sem_divides_the_weight_by_n_and_g_by_its_root(summary):
    m1, e1, n, m2, e2, _ = summary
    as_sem = [sd_from_error(e, n, "sem") for e in (e1, e2)]
    _, read_as_sd = mean_difference(m1, e1, n, m2, e2, n)
    _, read_as_sem = mean_difference(m1, as_sem[0], n, m2, as_sem[1], n)
    assert read_as_sem == pytest.approx(n * read_as_sd, rel=1e-9)
    g_sd, _ = standardized_difference(m1, e1, n, m2, e2, n)
    g_sem, _ = standardized_difference(m1, as_sem[0], n, m2, as_sem[1], n)
    assert g_sem * np.sqrt(n) == pytest.approx(g_sd, rel=1e-9, abs=1e-12)


def test_the_flagship_has_an_effect_of_each_outcome_with_both_means_under_each_reading(effects):
    assert list(effects.columns) == columns_of("effects")
    assert set(effects["outcome"]) == {"age", "bmi", "fpg", "hba1c", "c_peptide"}
    assert set(effects["visit"]) == {0.0}
    counted = effects.groupby(["outcome", "version"], dropna=False).size()
    assert set(counted) == {3} and len(counted) == 6


def test_age_of_the_flagship_by_hand(effects):
    row = chosen(effects, "age", "sem")
    variance = 8.7**2 + 7.9**2
    assert row["md"] == pytest.approx(-0.6)
    assert row["md_variance"] == pytest.approx(variance)
    assert row["md_se"] == pytest.approx(variance**0.5)
    assert row["weight_md"] == pytest.approx(1 / variance)
    assert row["md_high"] == pytest.approx(-0.6 + 1.95996398454 * variance**0.5)
    as_sd = 8.7**2 / 15 + 7.9**2 / 14
    assert row["weight_md_ratio"] == pytest.approx(as_sd / variance)
    assert not row["admissible"] and row["labelled"]
    assert (row["n_1"], row["n_2"]) == (15, 14)


def test_the_flagships_weights_hang_on_the_reading_by_n(effects):
    both = effects[(effects["reading_1"] == "sem") & (effects["reading_2"] == "sem")]
    assert len(both) == 6
    assert (1 / both["weight_md_ratio"]).between(14, 15).all()
    assert (1 / both["smd_ratio"]).between(14**0.5, 15**0.5).all()
    assert both["weight_smd_ratio"].between(0.99, 1.01).all()
    of_sd = effects.loc[effects["reading"] == "sd", ["weight_md_ratio", "smd_ratio"]]
    assert (of_sd == 1).all(axis=None)


def test_a_reading_impossible_in_one_arm_is_replaced_there_and_the_row_says_so(hu2013):
    """As if nothing but its label tied the text to Table 1."""
    text = hu2013.summaries["label_scope"] == "results_hba1c"
    possible = hu2013.summaries.assign(admissible=hu2013.summaries["admissible"] | text)
    effects = effects_of(hu2013.but(summaries=possible))
    row = chosen(effects, "hba1c", "sem", "hba1c_baseline:text")
    assert (row["reading_1"], row["reading_2"]) == ("sem", "sd")
    assert row["sd_2"] == pytest.approx(0.81)
    assert row["admissible"] and not row["labelled"]


def test_without_the_reading_as_sd_there_is_nothing_to_compare_with(hu2013):
    found = effects_of(hu2013.but(settings={"readings": ["sem"]}))
    assert len(found) and found["weight_md_ratio"].isna().all()


def test_a_study_without_two_means_has_an_empty_table(hu2013):
    one_arm = hu2013.reported[hu2013.reported["arm"] != "control"]
    found = effects_of(hu2013.but(reported=one_arm))
    assert found.empty and list(found.columns) == columns_of("effects")
