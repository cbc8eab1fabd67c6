"""Bounds of unprinted means, against brute force and closed forms. All data here are made up."""

from itertools import product
from math import inf, isinf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.comparisons.sentences import limits_of, significance_limits, usable
from retrial.stats.means import MEANS_METHODS, compare_means, required_difference
from retrial.stats.partial.effects import (
    change_sd_bounds,
    critical_bounds,
    least_difference,
    p_bounds,
    standard_errors,
)
from retrial.stats.partial.trajectories import Limit, Trajectories
from retrial.stats.summaries import change_sd, sd_from_error
from retrial.study.claims import Claim
from retrial.study.constraints import Constraint
from scipy import optimize, stats

ARMS, VISITS = ("a", "b"), [0.0, 1.0, 2.0]
CELLS = tuple(product(ARMS, VISITS))
PLACE = {"source": "Simulated", "quote": "simulated for a test"}
TOP = 4.0


def sentence(relation, arm="a", visits=(1.0,), name="s", **more):
    about = {"id": name, "relation": relation, "outcome": "score", "arm": arm}
    return Constraint.model_validate(about | {"visits": list(visits), **PLACE, **more})


def trajectories(*sentences, printed=(), lower=0.0, upper=TOP):
    limits = [
        Limit((((cell), sign),), sign * value + 0.0, f"row_{cell[0]}_{cell[1]:g}")
        for cell, value in printed
        for sign in (1.0, -1.0)
    ]
    limits += [limit for s in sentences for limit in limits_of(s, "score", ARMS, VISITS)]
    n = len(CELLS)
    return Trajectories(CELLS, (lower,) * n, (upper,) * n, tuple(limits))


def effect(visit):
    return {("a", visit): 1.0, ("b", visit): -1.0}


SENTENCES = [
    sentence("at_or_below_baseline", visits=[1, 2]),
    sentence("above_baseline", arm="b", visits=[2]),
    sentence("lowest_at", visits=[1]),
    sentence("highest_at", visits=[2], among=[1, 2]),
    sentence("decreasing", visits=[0, 1, 2]),
    sentence("increasing", arm="b", visits=[1, 2]),
    sentence("below_other_arm", visits=[1]),
    sentence("above_other_arm", visits=[2]),
]


def meets(means, one):
    """Read a sentence over again, in the words of its relation."""
    at = {v: means[one.arm, v] for v in VISITS}
    other = {v: means["b" if one.arm == "a" else "a", v] for v in VISITS}
    chosen = [at[v] for v in sorted(one.visits)]
    among = [at[v] for v in one.among or VISITS]
    return {
        "at_or_below_baseline": all(x <= at[0.0] for x in chosen),
        "above_baseline": all(x >= at[0.0] for x in chosen),
        "lowest_at": chosen[0] <= min(among),
        "highest_at": chosen[0] >= max(among),
        "decreasing": chosen == sorted(chosen, reverse=True),
        "increasing": chosen == sorted(chosen),
        "below_other_arm": all(at[v] <= other[v] for v in one.visits),
        "above_other_arm": all(at[v] >= other[v] for v in one.visits),
    }[one.relation]


chosen_sentences = st.lists(st.sampled_from(SENTENCES), max_size=3)
printed_means = st.dictionaries(st.sampled_from(CELLS), st.integers(0, 4).map(float), max_size=3)


@given(chosen_sentences, printed_means)
@settings(max_examples=40)
def test_bounds_equal_those_over_every_trajectory_on_a_grid(sentences, printed):
    """Orders between whole numbers have their extremes at whole numbers, so the grid is exact."""
    allowed = trajectories(*sentences, printed=printed.items())
    inside = []
    for values in product(range(5), repeat=len(CELLS) - len(printed)):
        rest = iter(values)
        means = {cell: printed[cell] if cell in printed else float(next(rest)) for cell in CELLS}
        if all(meets(means, s) for s in sentences):
            inside.append(means)
    if not inside:
        assert allowed.bounds(effect(1.0)) is None
        return
    assert allowed.allows(inside[0])
    for visit in VISITS:
        effects = [means["a", visit] - means["b", visit] for means in inside]
        assert allowed.bounds(effect(visit)) == pytest.approx((min(effects), max(effects)))


@given(chosen_sentences, printed_means, st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_no_random_trajectory_that_meets_the_sentences_lies_outside(sentences, printed, seed):
    allowed = trajectories(*sentences, printed=printed.items())
    generator = np.random.default_rng(seed)
    for values in generator.uniform(0, TOP, size=(200, len(CELLS))):
        means = {cell: printed.get(cell, v) for cell, v in zip(CELLS, values, strict=True)}
        if not all(meets(means, s) for s in sentences):
            continue
        assert allowed.allows(means)
        for visit in VISITS:
            low, high = allowed.bounds(effect(visit))
            assert low - 1e-9 <= means["a", visit] - means["b", visit] <= high + 1e-9


@given(chosen_sentences, st.sampled_from(SENTENCES), printed_means)
@settings(max_examples=60)
def test_another_sentence_never_widens_the_bounds(sentences, another, printed):
    before = trajectories(*sentences, printed=printed.items())
    after = before.with_limits(limits_of(another, "score", ARMS, VISITS))
    for visit in VISITS:
        wide, narrow = before.bounds(effect(visit)), after.bounds(effect(visit))
        if narrow is not None:
            assert wide is not None
            assert wide[0] - 1e-9 <= narrow[0] and narrow[1] <= wide[1] + 1e-9


def test_without_sentences_the_bounds_are_those_of_the_outcome():
    assert trajectories().bounds(effect(1.0)) == (-TOP, TOP)
    assert trajectories(upper=inf).bounds(effect(1.0)) == (-inf, inf)
    fixed = trajectories(printed=[(("b", 1.0), 3.0)], upper=inf)
    assert fixed.bounds(effect(1.0)) == (-3.0, inf)


def test_a_nadir_bounds_every_other_visit_from_below():
    allowed = trajectories(sentence("lowest_at", visits=[1]), printed=[(("a", 1.0), 2.5)])
    for visit in (0.0, 2.0):
        assert allowed.bounds({("a", visit): 1.0}) == (2.5, TOP)


def test_sentences_of_another_outcome_or_arm_say_nothing():
    one = sentence("decreasing", visits=[0, 1])
    assert limits_of(one, "other", ARMS, VISITS) == []
    assert limits_of(one, "score", ("b", "c"), VISITS) == []


def test_a_conflict_names_what_is_needed_for_it_and_no_more():
    falling, idle = sentence("decreasing", visits=[0, 1], name="falling"), SENTENCES[6]
    allowed = trajectories(falling, idle, printed=[(("a", 0.0), 1.0), (("a", 1.0), 2.0)])
    assert allowed.bounds(effect(1.0)) is None
    assert set(allowed.conflict()) == {"falling", "row_a_0", "row_a_1"}
    assert trajectories(falling).conflict() == ()


# ---- p ---------------------------------------------------------------------------------------

INTERVALS = st.tuples(st.floats(0.1, 5), st.floats(0, 3)).map(lambda t: (t[0], t[0] + t[1]))
SIZES = st.tuples(st.integers(3, 20), st.integers(0, 2)).map(lambda t: (t[0], t[0] + t[1]))


@given(
    INTERVALS,
    INTERVALS,
    SIZES,
    SIZES,
    st.tuples(st.floats(-6, 6), st.floats(0, 4)).map(lambda t: (t[0], t[0] + t[1])),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=80)
def test_no_p_and_no_required_difference_lies_outside(s1, s2, n1, n2, effects, equal, seed):
    errors = standard_errors(s1, n1, s2, n2, equal_var=equal)
    low, high = p_bounds(effects, errors)
    needed = critical_bounds(errors, 0.05)
    generator = np.random.default_rng(seed)
    for _ in range(20):
        a, b, d = (generator.uniform(*ends) for ends in (s1, s2, effects))
        i, j = (int(generator.choice(ends)) for ends in (n1, n2))
        p = compare_means(d, a, i, 0.0, b, j, equal).p
        assert low * (1 - 1e-9) - 1e-300 <= p <= high * (1 + 1e-9)
        size = required_difference(a, i, b, j, 0.05, equal)
        assert needed[0] * (1 - 1e-9) <= size <= needed[1] * (1 + 1e-9)


@pytest.mark.parametrize("equal", [True, False])
def test_known_spreads_give_the_p_of_the_test_itself(equal):
    errors = standard_errors((2, 2), (15, 15), (3, 3), (14, 14), equal_var=equal)
    test = stats.ttest_ind_from_stats(1.5, 2, 15, 0, 3, 14, equal_var=equal)
    assert p_bounds((1.5, 1.5), errors) == pytest.approx((test.pvalue, test.pvalue), rel=1e-12)


def test_p_reaches_1_where_the_effect_may_be_nil_and_0_where_the_spread_may_be():
    some = standard_errors((1, 1), (9, 9), (1, 1), (9, 9), equal_var=True)
    free = standard_errors((0, inf), (9, 9), (0, inf), (9, 9), equal_var=False)
    assert p_bounds((-1, 2), some)[1] == 1.0
    assert p_bounds((1, 2), free) == (0.0, 1.0)
    assert p_bounds((0, 0), free) == (1.0, 1.0)
    assert isinf(critical_bounds(free, 0.05)[1])


@pytest.mark.parametrize(
    ("error", "reading", "needed"),
    [(0.665, "sd", 0.368), (0.665, "sem", 1.426), (0.665, "ci95", 0.665), (0.67, "sd", 0.371)],
)
def test_the_least_difference_that_welch_needs_with_any_sd_in_the_other_arm(error, reading, needed):
    """HbA1c at month 6, 15 and 14 patients: minimized over the other SD by scipy."""
    s1 = sd_from_error(error, 15, reading)
    least = optimize.minimize_scalar(
        lambda s2: required_difference(s1, 15, s2, 14, 0.05, False),
        bounds=(0, 5 * s1),
        method="bounded",
        options={"xatol": 1e-10},
    )
    errors = standard_errors((s1, s1), (15, 15), (0, inf), (14, 14), equal_var=False)
    found = critical_bounds(errors, 0.05)
    assert found[0] == pytest.approx(least.fun, rel=1e-9)
    assert found[0] == pytest.approx(needed, abs=5e-4) and isinf(found[1])


@given(
    st.floats(0.1, 5),
    st.integers(2, 60),
    st.integers(2, 60),
    st.lists(st.floats(0, 8), min_size=30, max_size=30),
)
def test_no_other_sd_and_no_test_needs_less_than_the_least_difference(s1, n1, n2, others):
    found = {m: least_difference(s1, n1, n2, 0.05, [m]) for m in MEANS_METHODS}
    for method, equal in MEANS_METHODS.items():
        needs = required_difference(s1, n1, np.array(others), n2, 0.05, equal)
        assert found[method] <= needs.min() * (1 + 1e-9)
    # Student's needs least without any spread in the other arm.
    none = required_difference(s1, n1, 0.0, n2, 0.05, True)
    assert found["student_t"] == pytest.approx(none)
    both = least_difference(s1, n1, n2, 0.05, MEANS_METHODS)
    assert both == min(found.values())


def test_beside_three_patients_welch_needs_less_with_some_spread_than_with_none():
    found = least_difference(1.0, 3, 20, 0.05, ["welch_t"])
    assert found < 0.95 * required_difference(1.0, 3, 0.0, 20, 0.05, False)


def test_in_a_much_larger_arm_welch_needs_a_third_of_what_student_needs():
    student, welch = (least_difference(1.0, 50, 5, 0.05, [method]) for method in MEANS_METHODS)
    assert welch < student / 3


@given(INTERVALS, INTERVALS, SIZES, SIZES, st.floats(0.01, 4), st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_bounds_are_reached(s1, s2, n1, n2, effect, equal):
    """Over a grid of both SDs, made finer around its best point, p comes within 2 %."""
    errors = standard_errors(s1, n1, s2, n2, equal_var=equal)

    def extreme(sign):
        found = []
        for i, j in product(n1, n2):
            ends = np.array([s1, s2])
            for _ in range(4):
                grid = np.array(list(product(*(np.linspace(*end, 21) for end in ends))))
                p = sign * compare_means(effect, grid[:, 0], i, 0.0, grid[:, 1], j, equal).p
                found.append(p.min())
                step = np.diff(ends) / 20 * [-1, 1]
                ends = np.clip(grid[p.argmin()][:, None] + step, *np.array([s1, s2]).T[..., None])
        return sign * min(found)

    low, high = p_bounds((effect, effect), errors)
    assert low <= extreme(1) <= low * 1.02 + 1e-12
    assert high >= extreme(-1) >= high * 0.98 - 1e-12


@given(INTERVALS, INTERVALS, st.tuples(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9)))
def test_no_sd_of_a_change_lies_outside(before, after, rhos):
    rho = min(rhos), max(rhos)
    low, high = change_sd_bounds(before, after, rho)
    grid = [np.linspace(*ends, 7) for ends in (before, after, rho)]
    spreads = [change_sd(a, b, r) for a, b, r in product(*grid)]
    assert low <= min(spreads) + 1e-12 and max(spreads) == pytest.approx(high)


# ---- the p of another claim ------------------------------------------------------------------


def claim(name, visits, expect="lower", form="difference", **more):
    about = {"id": name, "kind": "trial", "statement": "simulated", "form": form, "expect": expect}
    about |= {"targets": [{"outcome": "score", "visits": visits}], "defensible": {}, **PLACE}
    return Claim.model_validate(about | {"paper_analysis": {"method": "student_t"}} | more)


P_OF_LATE = Constraint.model_validate(
    {"id": "p_late", "relation": "significant", "claim": "late", **PLACE}
)


def test_a_claims_own_p_never_limits_it_nor_the_same_comparison():
    late, same = claim("late", [1, 2]), claim("same", [2])
    early = claim("early", [0])
    change = claim("change", [2], form="change", arm="a", from_visit=0)
    every = [late, same, early, change]
    used = {c.id: usable(P_OF_LATE, c, every) for c in every}
    assert used == {"late": False, "same": False, "early": True, "change": True}
    assert not usable(P_OF_LATE, early, [early])


def test_a_claims_own_words_never_limit_it():
    words = {"quote": "the treated were lower than the others"}
    below = sentence("below_other_arm", quote="treated were lower")
    assert not usable(below, claim("late", [1], **words), [])
    assert usable(below, claim("late", [1]), [])


def test_a_significant_difference_holds_at_each_visit_of_its_claim():
    limits = significance_limits(P_OF_LATE, claim("late", [1, 2]), "score", ARMS, lambda v: v / 2)
    allowed = trajectories().with_limits(limits)
    assert [allowed.bounds(effect(v))[1] for v in VISITS] == [TOP, -0.5, -1.0]
    assert allowed.bounds({("b", 2.0): 1.0}) == (1.0, TOP)
