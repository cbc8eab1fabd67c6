"""The product of the axes: what it holds, how it is counted, and an axis of one's own."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.axes import Axis, unchanged
from retrial.stages.multiverse.means import means_product
from retrial.stages.multiverse.multiplicity import adjusted_within, with_multiplicity
from retrial.stats.multiplicity import adjust
from retrial.tables import AXES
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]
READINGS = ("sd", "sem", "ci95")


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0, 1, allow_subnormal=False)),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(["holm", "bh"]),
)
def test_families_are_adjusted_at_once_as_each_by_itself(rows, method):
    frame = pd.DataFrame(rows, columns=["family", "p"])
    found = adjusted_within(frame["p"], frame["family"], method)
    for _, family in frame.groupby("family"):
        alone = adjust(family["p"].to_numpy(), method)
        assert found[family.index].to_numpy() == pytest.approx(alone, abs=1e-12)


def test_only_a_comparison_at_several_visits_is_corrected():
    frame = pd.DataFrame(
        {
            "claim_id": "c",
            **dict.fromkeys([axis for axis in AXES if axis != "visit"], None),
            "method": ["student_t", "student_t", "welch_t"],
            "visit": [3.0, 6.0, 3.0],
            "p": [0.01, 0.04, 0.02],
            "calculation": ["student_t|a", "student_t|b", "welch_t|a"],
        }
    )
    corrected = with_multiplicity(frame, list(AXES))
    assert corrected["calculation"].is_unique  # p depends on the other visits too
    found = corrected.set_index(["multiplicity", "method", "visit"])["p"]
    assert found["none"].tolist() == [0.01, 0.04, 0.02]
    assert found["holm", "student_t"].tolist() == pytest.approx([0.02, 0.04])
    assert found["bh", "student_t"].tolist() == pytest.approx([0.02, 0.04])
    assert ("holm", "welch_t") not in found.index.droplevel("visit")


def product_of(stages, claim_id, **options):
    claim = next(claim for claim in stages.claims if claim.id == claim_id)
    return means_product(stages.but(settings={"readings": READINGS}), claim, **options)


def wider(rows):
    return rows.assign(error_1=2 * rows["error_1"], error_2=2 * rows["error_2"])


OWN = (Axis("spread", {"as_printed": unchanged, "twice": wider}),)


def test_an_axis_of_ones_own_is_tested_like_the_rest_and_never_defensible(hu2013):
    rows = product_of(hu2013, "baseline_comparable", own=OWN)
    assert set(rows["spread"]) == {"twice"} and not rows["defensible"].any()
    row = rows[
        (rows["outcome"] == "bmi") & (rows["reading"] == "sd") & (rows["method"] == "welch_t")
    ].iloc[0]
    means = hu2013.reported[
        (hu2013.reported["outcome"] == "bmi") & (hu2013.reported["statistic"] == "mean")
    ].set_index("arm")
    moments = [
        x for arm in ("treated", "control") for x in (means.loc[arm, "value"],
        2 * means.loc[arm, "error"], means.loc[arm, "n"])
    ]  # fmt: skip
    test = stats.ttest_ind_from_stats(*moments, equal_var=False)
    assert row["p"] == pytest.approx(test.pvalue, rel=1e-9)


def test_what_is_as_printed_on_every_axis_is_not_run_twice(hu2013):
    assert product_of(hu2013, "baseline_comparable").empty
    axes = list(AXES)
    again = hu2013.multiverse.duplicated(["claim_id", *axes])
    assert not again.any()


def test_every_specification_is_unique_and_typed(hu2013):
    frame = hu2013.multiverse
    assert frame["supports"].dtype == bool and frame["p"].dtype == float
    assert (frame["multiplicity"].notna()).all()
    assert not (frame["defensible"] & ~frame["admissible"]).any()


def test_a_share_is_over_possible_specifications(hu2013):
    rows = hu2013.multiverse[hu2013.multiverse["claim_id"] == "insulin_stopped"]
    possible = rows[rows["admissible"]]
    assert 0 < np.mean(possible["supports"]) < 1
