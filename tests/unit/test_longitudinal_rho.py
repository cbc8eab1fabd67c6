"""Which correlation a paper's numbers imply, and at which one a verdict changes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from retrial.stats.bounds import rounding_interval
from retrial.stats.paired import paired_from_summary
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.repeated.correlation import ar1, compound_symmetry
from retrial.stats.repeated.flips import anova_flip_rhos
from retrial.stats.repeated.which_rho import rho_from_paired_test
from retrial.stats.summaries import change_sd
from scipy import stats

DATA = Path(__file__).parents[1] / "data"
ROUNDED = pd.read_csv(DATA / "rho_rounding.csv", dtype=str).fillna("").set_index("case_id")
CHANGES = pd.read_csv(DATA / "change_scores.csv").set_index("case_id")
WITH_RHO = CHANGES[CHANGES["r"].between(-1, 1) & CHANGES["sd_change"].notna()]
RAW = CHANGES[CHANGES["kind"] == "paired_raw"]
HU2013_LIKE = {
    "means": [[6.85, 6.2, 5.9, 5.6], [6.79, 6.6, 6.9, 7.2]],
    "sds": [[2.2, 2.4, 2.1, 1.8], [2.1, 2.4, 2.7, 3.3]],
    "ns": [15, 14],
}
# The GG-corrected p of its interaction falls, and rises again from rho = .75.
TURNING = {
    "means": [[1.8, 1.32, 0.36, -1.21], [0.0, 0.66, -1.29, 0.4]],
    "sds": [[1.68, 2.31, 0.24, 0.45]] * 2,
    "ns": [10, 9],
}
spreads = st.floats(0.2, 5)
widths = st.floats(0, 0.3)
rhos = st.floats(-0.95, 0.95)
sizes = st.integers(3, 60)


def around(value, width):
    return max(value - width, 0.0), value + width


def samples(*intervals, count=400, seed=0):
    """Return corners, edges and points inside the box, one row an input."""
    rng = np.random.default_rng(seed)
    inside = [rng.uniform(low, high, count) for low, high in intervals]
    grids = np.meshgrid(*[np.linspace(low, high, 5) for low, high in intervals])
    return np.array([np.append(a, b) for a, b in zip(inside, grids, strict=True)])


def from_change_sd(before, after, change):
    """What a known SD of the change implies: t is 1 / SD of 4 persons with a mean change of 1/2."""
    low, high = rounding_interval(change) if isinstance(change, str) else np.broadcast_to(change, 2)
    return rho_from_paired_test(before, after, 0.5, 4, t=(1 / high, 1 / max(low, 1e-9)))


def as_written(found):
    return [round(value, 3) for value in (found.low, found.rho, found.high)]


@pytest.mark.parametrize("case", ROUNDED.index)
def test_rho_from_a_printed_p_agrees_with_the_peer(case):
    row = ROUNDED.loc[case]
    change = row["mean_change"]
    if not change:
        before, after = (rounding_interval(row[key]) for key in ("mean_before", "mean_after"))
        change = (after[0] - before[1], after[1] - before[0])
    found = rho_from_paired_test(
        row["sd_before"], row["sd_after"], change, int(row["n"]), p=row["p"]
    )
    assert as_written(found) == [float(row[key]) for key in ("rho_low", "rho", "rho_high")]


@pytest.mark.parametrize("case", WITH_RHO.index)
def test_exact_sds_of_a_change_give_one_rho(case):
    row = WITH_RHO.loc[case]
    found = from_change_sd(row["sd_pre"], row["sd_post"], row["sd_change"])
    assert [found.low, found.rho, found.high] == pytest.approx([row["r"]] * 3, rel=1e-7)


@pytest.mark.parametrize("case", RAW.index)
def test_a_paired_t_and_its_p_give_the_correlation_of_the_raw_data(case):
    row = RAW.loc[case]
    given_numbers = (row["sd_pre"], row["sd_post"], row["m_change"], int(row["n"]))
    for found in (
        rho_from_paired_test(*given_numbers, t=-row["t_paired"]),
        rho_from_paired_test(*given_numbers, p=row["p_paired"]),
    ):
        assert [found.low, found.rho, found.high] == pytest.approx([row["r"]] * 3, rel=1e-6)


def test_what_a_peer_calls_impossible_is_refused():
    row = CHANGES.loc["chg11"]
    with pytest.raises(ValueError, match="No correlation from -1 to 1"):
        from_change_sd(row["sd_pre"], row["sd_post"], row["sd_change"])
    with pytest.raises(ValueError, match="No correlation"):
        from_change_sd("8.0", "5.0", "2.0")
    # Rounded to whole numbers: 7.5 and 5.5 may differ by as little as 2.
    found = from_change_sd("8", "5", "2")
    assert found.high == 1 and np.isnan(found.rho)


def test_the_least_rho_may_lie_inside_an_edge():
    found = from_change_sd((0.1, 2.0), 1.0, 0.8)
    # s1^2 = s2^2 - c^2: .6, where rho = s1 / s2; both ends of s1 give more.
    assert found.low == pytest.approx(0.6)
    assert found.high == 1
    assert from_change_sd(1.0, (0.1, 2.0), 0.8) == found
    assert from_change_sd(1.0, (0.7, 2.0), 0.8).low == pytest.approx(
        (1.0 + 0.7**2 - 0.8**2) / (2 * 0.7)
    )


@given(spreads, spreads, rhos, st.tuples(widths, widths, widths))
def test_the_interval_of_a_change_sd_holds_all_and_reaches_its_ends(u, v, rho, width):
    boxes = [around(u, width[0]), around(v, width[1]), around(change_sd(u, v, rho), width[2])]
    found = from_change_sd(*boxes)
    first, second, change = samples(*boxes)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (first**2 + second**2 - change**2) / (2 * first * second)
    inside = values[np.abs(values) <= 1]
    assert np.all(inside >= found.low - 1e-9) and np.all(inside <= found.high + 1e-9)
    assert found.low <= rho + 1e-9 and rho - 1e-9 <= found.high
    for end, sign in ((found.low, 1), (found.high, -1)):
        assert reaches(end, boxes, sign)


def reaches(end, boxes, sign):
    """Does some point of the box come this near to the end? Searched on a fine grid of edges."""
    if abs(end) == 1:
        return True
    (u, v), change = boxes[:2], boxes[2][1 if sign == 1 else 0]
    lines = [(np.linspace(*u, 4001), one) for one in v] + [
        (one, np.linspace(*v, 4001)) for one in u
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        values = [(a**2 + b**2 - change**2) / (2 * a * b) for a, b in lines]
    return np.nanmin(sign * np.concatenate([np.ravel(value) for value in values])) <= (
        sign * end + 1e-4
    )


@given(spreads, spreads, rhos, st.floats(0.05, 3), sizes)
def test_rho_comes_back_from_the_paired_test_that_it_gives(u, v, rho, change, n):
    test = paired_from_summary(5, u, 5 + change, v, n, rho)
    assume(test.p > 1e-200)
    for known in ({"t": test.statistic}, {"p": test.p}):
        found = rho_from_paired_test(u, v, -change, n, **known)
        assert found.rho == pytest.approx(rho, abs=1e-6)


def test_a_bound_on_p_bounds_rho_on_one_side():
    above = rho_from_paired_test("0.74", "0.67", -0.5, 15, p="p<0.05")
    assert above.high == 1 and np.isnan(above.rho)
    sd = 0.5 * np.sqrt(15) / stats.t.ppf(0.975, 14)
    at_the_ends = (0.735**2 + 0.665**2 - sd**2) / (2 * 0.735 * 0.665)
    assert above.low == pytest.approx(at_the_ends, abs=5e-3)
    below = rho_from_paired_test("0.74", "0.67", -0.5, 15, p="ns")
    assert below.low == -1 and below.high == pytest.approx(above.low, abs=0.03)


def test_no_change_or_no_statistic():
    assert rho_from_paired_test("1.0", "1.0", "0.0", 15, t="0.0").low == -1
    with pytest.raises(ValueError, match="No change cannot"):
        rho_from_paired_test(1, 1, 0, 15, t=2.0)
    with pytest.raises(ValueError, match="No correlation"):
        rho_from_paired_test(1, 1, 0.5, 15, t=0.0)
    with pytest.raises(ValueError, match="No correlation"):
        rho_from_paired_test(1, 1, 5, 15, t=(0.1, 0.2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: from_change_sd(0, 1, 1), "undefined when an SD is 0"),
        (lambda: from_change_sd(-1, 1, 1), "not be negative"),
        (lambda: from_change_sd((2, 1), 1, 1), "sd_before must be"),
        (lambda: from_change_sd("x", 1, 1), "printed number"),
        (lambda: from_change_sd(np.nan, 1, 1), "finite"),
        (lambda: rho_from_paired_test(1, 1, 1, 15), "exactly one of t and p"),
        (lambda: rho_from_paired_test(1, 1, 1, 15, t=1, p=0.5), "exactly one of t and p"),
        (lambda: rho_from_paired_test(1, 1, 1, 15, p=1.5), "between 0 and 1"),
        (lambda: rho_from_paired_test(1, 1, 1, 15, p=" "), "blank"),
        (lambda: rho_from_paired_test(1, 1, 1, 1, t=1), "at least 2"),
    ],
)
def test_impossible_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def p_at(trial, rho, effect, correction, structure=compound_symmetry):
    visits = len(trial["means"][0])
    matrix = structure(visits, rho) if structure is compound_symmetry else ar1(structure, rho)
    anova = mixed_anova_from_moments(**trial, correlation=matrix)
    effects = {(one.name, one.ss_type): one for one in anova.effects}
    return effects[effect].corrected_p(correction)


@pytest.mark.parametrize("times", [None, [0, 3, 6, 24]])
@pytest.mark.parametrize("trial", [HU2013_LIKE, TURNING])
def test_verdicts_change_at_the_flips_and_nowhere_else(trial, times):
    kind = {"structure": "ar1", "times": times} if times else {}
    flips = anova_flip_rhos(**trial, **kind)
    structure = times or compound_symmetry
    grid = np.linspace(0.001 if times else -0.332, 0.999, 97)
    for (name, ss_type, correction), rows in flips.groupby(["effect", "ss_type", "correction"]):
        p = [p_at(trial, rho, (name, ss_type), correction, structure) for rho in grid]
        known = rows["rho"].dropna().to_numpy()
        verdict = np.full(len(grid), rows["significant_below"].iloc[0])
        for rho, after in zip(known, rows["significant_above"], strict=False):
            assert p_at(trial, rho, (name, ss_type), correction, structure) == pytest.approx(
                0.05, rel=1e-8
            )
            verdict = np.where(grid > rho, after, verdict)
        assert np.array_equal(np.array(p) < 0.05, verdict), (name, ss_type, correction)


def test_flips_of_the_group_and_interaction_have_a_closed_form_under_compound_symmetry():
    flips = anova_flip_rhos(**HU2013_LIKE, corrections=("none",)).set_index(["effect", "ss_type"])
    low, high = (
        mixed_anova_from_moments(**HU2013_LIKE, correlation=compound_symmetry(4, rho))
        for rho in (0.0, 0.5)
    )
    for name in ("group", "interaction"):
        first, second = getattr(low, name), getattr(high, name)
        # The error is linear in rho: solve for the one at which F is critical.
        at_alpha = first.ss / first.df1 * first.df2 / stats.f.isf(0.05, first.df1, first.df2)
        rho = 0.5 * (at_alpha - first.ss_error) / (second.ss_error - first.ss_error)
        row = flips.loc[(name, "II, III")]
        if -1 / 3 < rho < 1:
            assert row["rho"] == pytest.approx(rho, rel=1e-9)
            assert row["significant_below"] == (name == "group")
        else:
            assert np.isnan(row["rho"])


@pytest.mark.parametrize("excess", [1e-3, 1e-6])
def test_two_flips_close_together_are_both_found(excess):
    trial = {"alpha": 0.0017901, "corrections": ("gg",)}
    least = min(
        p_at(TURNING, rho, ("interaction", "II, III"), "gg")
        for rho in np.linspace(0.7475, 0.749, 3001)
    )
    trial["alpha"] = least * (1 + excess)
    flips = anova_flip_rhos(**TURNING, **trial).query("effect == 'interaction'")
    assert flips["significant_below"].tolist() == [False, True]
    assert flips["significant_above"].tolist() == [True, False]
    assert flips["rho"].is_monotonic_increasing and flips["rho"].between(0.72, 0.78).all()


def test_a_flip_close_to_one_is_found():
    wide = HU2013_LIKE | {"sds": np.full((2, 4), 20.0)}
    flips = anova_flip_rhos(**wide, corrections=("none",))
    flip = flips.loc[flips["effect"] == "interaction", "rho"].item()
    assert 0.99 < flip < 1
    assert p_at(wide, flip, ("interaction", "II, III"), "none") == pytest.approx(0.05, rel=1e-6)


def test_an_interval_of_rho_limits_the_search():
    everywhere = anova_flip_rhos(**HU2013_LIKE, corrections=("none",))
    flip = everywhere.loc[everywhere["effect"] == "interaction", "rho"].item()
    for low, high, found in ((flip - 0.1, flip + 0.1, True), (flip + 0.01, 0.99, False)):
        rows = anova_flip_rhos(**HU2013_LIKE, corrections=("none",), low=low, high=high)
        row = rows[rows["effect"] == "interaction"].iloc[0]
        assert np.isfinite(row["rho"]) == found
        assert row["significant_above"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"structure": "toeplitz"}, "structure must be one of"),
        ({"corrections": ("none", "greenhouse")}, "corrections must be among"),
        ({"low": -0.5}, "within -0.333333 and 1"),
        ({"low": 0.5, "high": 0.2}, "in order"),
        ({"structure": "ar1", "low": -0.1}, "within 0 and 1"),
        ({"alpha": 0}, "alpha"),
        ({"sds": [[1, 1, 1, np.nan], [1, 1, 1, 1]]}, "must all be known"),
    ],
)
def test_impossible_searches_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        anova_flip_rhos(**HU2013_LIKE | change)
