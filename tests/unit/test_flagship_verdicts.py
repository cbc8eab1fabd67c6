"""What was shown of each claim of Hu et al. 2013, and of what is sold beside it, and why."""

from __future__ import annotations

import pandas as pd
import pytest
from retrial.registry import columns_of
from retrial.report.tally import Tally, tally
from retrial.tables import read_table
from scipy import stats

# claim: basis, verdict, why.
EXPECTED = {
    "beta_cell_24_weeks": ("none", "not_testable", "no value at 24 weeks is printed"),
    "feasible": ("none", "not_testable", "no criterion is named"),
    "safe": ("none", "not_testable", "no acceptable rate is named"),
    "no_adverse_reactions": ("restated", "as_printed", "the sentence repeats a count of 0 of 15"),
    "no_chronic_side_effects": ("restated", "as_printed", "the sentence repeats a count of none"),
    "no_side_effects": ("restated", "as_printed", "the sentence repeats a count of none"),
    "no_danger_of_tumours": ("none", "not_testable", "inferred from mice"),
    "function_restored": ("none", "not_testable", "Figure 4 only"),
    "gada_no_difference": ("recomputed", "confirmed", "6/11 v. 3/10 is significant by no test"),
    "immune_modulation": ("proxy", "not_confirmed", "GADA stands in, and does not differ"),
    "baseline_comparable": ("recomputed", "confirmed", "no baseline comparison is significant"),
    "similar_duration": ("none", "not_testable", "no duration is printed"),
    "fpg_no_difference": ("none", "not_testable", "Figure 2 only"),
    "ppg_lower": ("none", "not_testable", "Figure 2 only"),
    "hba1c_lower": ("bounds", "conditional", "only as SD, and a control mean of 5.87 to 6.01"),
    "hba1c_better_than_before": ("recomputed", "confirmed", "as SD, at every correlation"),
    "c_peptide_better_than_before": ("none", "not_testable", "Figure 4 only"),
    "c_peptide_higher": ("none", "not_testable", "Figure 4 only"),
    "cpgr_higher": ("none", "not_testable", "Figure 4 only"),
    "insulin_requirement": ("proxy", "confirmed", "counts stand in for the doses of Figure 5"),
    "insulin_cut_by_half": ("our_comparison", "shown", "11/15 v. 0/14 by every test"),
    "insulin_stopped": ("our_comparison", "depends", "3 or 4 of 15, and the test"),
    "ketoacidosis_fewer": ("our_comparison", "depends", "0/15 v. 3/14 by mid-p alone (.0498)"),
    "normal_laboratory_tests": ("restated", "as_printed", "the sentence repeats a count of none"),
    "not_honeymoon": ("our_comparison", "shown", "more than the concurrent control"),
    "not_honeymoon_stopped": ("our_comparison", "depends", "3 or 4 of 15, and the test"),
    "honeymoon_at_most_18_months": ("bounds", "contradicted", "remissions of up to 73 months"),
    "error_bars_sem": ("bounds", "contradicted", "ages of Table 1 cannot have such an SEM"),
    "cells_infused": ("bounds", "contradicted", "a range of 1.5 to 3.2 has no SD of 1.2"),
    "sales_insulin": ("none", "indirect", "reducing or stopping: one of the two is shown"),
    "sales_glucose": ("none", "not_testable", "HbA1c and PPG are in figures"),
    "sales_complications": ("none", "no_evidence", "none was measured"),
    "sales_immune": ("none", "not_shown", "GADA does not differ"),
    "sales_autoantibodies": ("none", "not_shown", "GADA does not differ"),
    "sales_islets": ("none", "not_testable", "C-peptide is in a figure"),
    "sales_effective": ("none", "not_testable", "the primary end point is in a figure"),
    "sales_gene_therapy": ("none", "no_evidence", "no gene therapy was tested"),
    "sales_insulin_resistance": ("none", "no_evidence", "it was not measured"),
    "sales_chinese_medicine": ("none", "no_evidence", "it was not tested"),
    "sales_chinese_medicine_proven": ("none", "no_evidence", "it was not tested"),
    "sales_growth_factor": ("none", "no_evidence", "none was given"),
    "sales_best_effects": ("none", "no_evidence", "no other treatment was compared"),
    "sales_quality_of_life": ("none", "no_evidence", "it was not measured"),
}


@pytest.fixture(scope="module")
def verdicts(hu2013_results) -> pd.DataFrame:
    return read_table(hu2013_results / "claims.csv").set_index("claim_id")


@pytest.mark.parametrize("claim", EXPECTED)
def test_basis_and_verdict(verdicts, claim):
    basis, verdict, why = EXPECTED[claim]
    row = verdicts.loc[claim]
    assert (row["basis"], row["verdict"]) == (basis, verdict), why


def test_every_claim_is_judged_and_explained(hu2013, verdicts):
    assert set(verdicts.index) == set(EXPECTED)
    assert list(verdicts.reset_index().columns) == columns_of("claims")
    assert list(verdicts.index) == [claim.id for claim in hu2013.claims]
    assert verdicts["detail"].str.len().gt(10).all()


def test_of_eight_printed_p_three_are_confirmed_and_two_surely_of_the_outcome_named(verdicts):
    rows = verdicts.reset_index().to_dict("records")
    assert tally(rows) == Tally(
        printed=8, confirmed=3, sure=2, depends=0, not_confirmed=0, unchecked=5
    )
    printed = verdicts[verdicts["published_p"].notna()]
    assert set(printed.index[printed["verdict"] == "confirmed"]) == {
        "baseline_comparable",
        "gada_no_difference",
        "insulin_requirement",
    }
    assert (printed["kind"] == "trial").all()


def test_the_same_numbers_count_once(hu2013, verdicts):
    """11 of 15 is printed in Results (3 + 8) and in the Discussion (4 + 7): half of the rows."""
    rows = hu2013.multiverse[hu2013.multiverse["claim_id"] == "insulin_cut_by_half"]
    rows = rows[rows["defensible"]]
    assert rows["version"].nunique() == 2
    cells = {("as_printed", "11/15|0/14"), ("completers", "11/15|0/13")}
    found = zip(rows["population"], rows["calculation"].str.partition("|")[2], strict=True)
    assert set(found) == cells
    row = verdicts.loc["insulin_cut_by_half"]
    assert row["defensible_supporting"] == row["defensible_n"] == len(rows) / 2
    usual = rows[rows["method"].isin(["fisher", "boschloo", "barnard", "chi2", "chi2_yates"])]
    assert (len(usual), usual["calculation"].nunique()) == (20, 10)
    assert row["p_least"] < stats.fisher_exact([[11, 4], [0, 14]]).pvalue < row["p_greatest"]


def test_ketoacidosis_depends_on_mid_p_alone(hu2013, verdicts):
    """Fisher's p less half of the probability of what was seen: hypergeometric, by hand."""
    seen = stats.hypergeom(29, 3, 15).pmf(0)
    mid = stats.fisher_exact([[0, 15], [3, 11]]).pvalue - seen / 2
    assert mid == pytest.approx(0.0498, abs=5e-5)
    row = verdicts.loc["ketoacidosis_fewer"]
    assert row["p_least"] == pytest.approx(mid)
    assert (row["defensible_supporting"], row["flips_on"]) == (1, "method")


def test_insulin_stopped_depends_on_the_test_and_the_version(verdicts):
    row = verdicts.loc["insulin_stopped"]
    assert row["flips_on"] == "method;version"
    # Both versions, with all 14 controls and without the one who left.
    assert row["compared"] == "3/15 v. 0/14; 4/15 v. 0/14; 3/15 v. 0/13; 4/15 v. 0/13"


def test_hba1c_needs_a_control_mean_that_scipy_finds_too(verdicts):
    """Month 6: 5.5 +- 0.67 in 15; the other mean at which p = .05, without spread and with as much.

    Student's t of 15 v. 14 patients at equal SDs; with none in the control arm, Welch's has the
    treated arm's own 14 degrees of freedom.
    """
    n1, n2, mean, sd = 15, 14, 5.5, 0.67
    equal = stats.t.isf(0.025, n1 + n2 - 2) * sd * (1 / n1 + 1 / n2) ** 0.5
    row = verdicts.loc["hba1c_lower"]
    assert row["condition_high"] == pytest.approx(mean + equal, abs=1e-9)
    none = stats.t.isf(0.025, n1 + n2 - 2) * (14 * sd**2 / 27 * (1 / n1 + 1 / n2)) ** 0.5
    welch = stats.t.isf(0.025, n1 - 1) * sd / n1**0.5
    least = mean + min(none, welch)
    assert least - 0.01 < row["condition_low"] < mean + max(none, welch) + 1e-9
    assert f"{row['condition_low']:.2f}" == "5.87"
    assert f"{row['condition_high']:.2f}" == "6.01"
    assert row["condition_reading"] == "sd"
    # As SEM (an SD of 2.6) even the kindest case lies above the baseline of 6.79, rounded up.
    assert mean + welch * 15**0.5 > 6.795


def test_none_of_fifteen_leaves_a_fifth_open(verdicts):
    for claim in ("no_adverse_reactions", "normal_laboratory_tests"):
        assert verdicts.loc[claim, "rate_high"] == pytest.approx(1 - 0.025 ** (1 / 15))
        assert verdicts.loc[claim, "compared"] == "0/15"


def test_a_remission_of_73_months_contradicts_a_limit_of_18(verdicts):
    row = verdicts.loc["honeymoon_at_most_18_months"]
    assert row["evidence_high"] == 73
    assert row["evidence_beyond"] == "sweden2004_duration;belgium2014_duration"
    assert "usually" in row["detail"]


def test_no_sales_claim_is_confirmed_or_shown(verdicts):
    sales = verdicts[verdicts["kind"] == "sales"]
    allowed = {"indirect", "not_shown", "contradicted", "not_testable", "no_evidence"}
    assert set(sales["verdict"]) <= allowed


def test_the_history_of_each_claim_ends_at_its_verdict(hu2013, verdicts):
    """Or at a word of the day that says the same."""
    from retrial.vocabulary import VERDICTS

    changed = [claim for claim in hu2013.claims if claim.history]
    assert len(changed) > 10
    for claim in changed:
        after, now = claim.history[-1].verdict_after, verdicts.loc[claim.id, "verdict"]
        assert now == after or after in VERDICTS[now].was, claim.id


def test_not_reproduced_is_said_of_no_claim(verdicts):
    assert not verdicts["detail"].str.contains("reproduced").any()
