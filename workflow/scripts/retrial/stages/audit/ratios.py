"""Compare the spread of one outcome across arms and visits, and outcomes tied by a formula.

An SD that is several times another one of the same outcome needs no limits to stand out: the SDs of
two groups drawn from one population differ by a factor that the F distribution gives. Two visits of
the same persons are compared by the test of Pitman (1939) and Morgan (1939) at a correlation of 0,
where it is least significant, so that the p holds whatever the correlation is.
"""

from __future__ import annotations

from itertools import combinations, product
from math import sqrt

import pandas as pd
from scipy.special import fdtrc, fdtri, stdtr, stdtrit

from retrial.comparisons.selection import in_version, versions_of
from retrial.stages.audit.spread import finding, means_with_error
from retrial.stats.precision import known_interval
from retrial.stats.summaries import READINGS, sd_from_error
from retrial.study.models import Study

# The F test of variances is known to reject too often where values are not normal: skewed or
# long-tailed data reach p of 0.001 easily. At 1 in 10 000, over all comparisons of the study
# together (Bonferroni), what is left is a factor of three or more in trials of ten to twenty.
THRESHOLD = 1e-4


def check_ratios(study: Study, reported: pd.DataFrame) -> list[dict]:
    """Hold each pair of SDs of an outcome against what sampling alone could give.

    Arms are compared at each visit, and in each arm every visit with the first. A ratio counts only
    where neither the SDs themselves nor, for outcomes that cannot be negative, the SDs in
    proportion to the means are alike: a spread that grows with its mean needs no other explanation.
    """
    pairs = []
    for outcome, rows in means_with_error(reported).groupby("outcome", sort=False):
        rows = rows[rows["arm"].notna() & rows["n"].ge(3) & rows["error"].gt(0)]
        for version in versions_of(rows):
            chosen = in_version(rows, version).drop_duplicates(["arm", "visit"])
            pairs += [(outcome, *pair) for pair in _pairs(chosen)]
    unique = {(pair[1]["row_id"], pair[2]["row_id"]): pair for pair in pairs}
    return [_compared(study, len(unique), *pair) for pair in unique.values()]


def _pairs(rows: pd.DataFrame) -> list[tuple[pd.Series, pd.Series, bool]]:
    """Return (row, row, same persons?): the arms of a visit, and an arm's visits with its first."""
    found = []
    for _, here in rows.groupby("visit", dropna=False, sort=True):
        cells = [row for _, row in here.iterrows()]
        found += [(one, other, False) for one, other in combinations(cells, 2)]
    for _, mine in rows[rows["visit"].notna()].groupby("arm", sort=False):
        cells = [row for _, row in mine.sort_values("visit").iterrows()]
        found += [(cells[0], later, True) for later in cells[1:]]
    return found


def _compared(
    study: Study, comparisons: int, outcome: str, one: pd.Series, other: pd.Series, same: bool
) -> dict:
    # The reading under which the two are most alike; with equal n and a label in common every
    # reading gives one ratio. A table and a figure may be labelled differently.
    together = pd.notna(one["label_scope"]) and one["label_scope"] == other["label_scope"]
    readings = zip(READINGS, READINGS, strict=True) if together else product(READINGS, READINGS)
    tried = [_ratio(one, other, *pair) for pair in readings]
    ratio, larger, smaller = max(tried, key=lambda t: variance_ratio_p(*_sized(t), same))
    sizes = int(larger["n"]), int(smaller["n"])
    p = variance_ratio_p(ratio, *sizes, same)
    limit = critical_ratio(THRESHOLD / comparisons, *sizes, same)
    alike = ratio * _share_of_mean(study, outcome, larger, smaller) <= limit
    found = p * comparisons < THRESHOLD and not alike
    test = "Pitman-Morgan test, at any correlation of the visits" if same else "F test"
    detail = (
        f"the SD behind {larger['error']:g} (n {sizes[0]}) is at least {ratio:.2f} times that "
        f"behind {smaller['error']:g} (n {sizes[1]}), allowing for rounding: "
        f"p {'<= ' if same else '= '}{p:.2g} ({test}). Sampling alone gives a factor of "
        f"{limit:.2f} with p = {THRESHOLD:g} over all {comparisons} comparisons"
    )
    if p * comparisons < THRESHOLD and alike:
        detail += "; in proportion to the means the spreads are alike"
    verdict = "implausible" if found else "pass"
    return finding("spread_ratio", larger, None, verdict, value=ratio, bound=limit, detail=detail)


def _ratio(
    one: pd.Series, other: pd.Series, reading: str, other_reading: str
) -> tuple[float, pd.Series, pd.Series]:
    """Return the least ratio of two SDs, with the row of the larger and of the smaller one."""
    (low1, high1), (low2, high2) = _sds(one, reading), _sds(other, other_reading)
    if low1 + high1 >= low2 + high2:
        return max(1.0, low1 / high2), one, other
    return max(1.0, low2 / high1), other, one


def _sized(compared: tuple[float, pd.Series, pd.Series]) -> tuple[float, int, int]:
    ratio, larger, smaller = compared
    return ratio, int(larger["n"]), int(smaller["n"])


def _sds(row: pd.Series, reading: str) -> tuple[float, float]:
    low, high = known_interval(row, "error")
    n = int(row["n"])
    return sd_from_error(max(low, 0.0), n, reading), sd_from_error(high, n, reading)


def variance_ratio_p(ratio: float, n1: int, n2: int, same_persons: bool = False) -> float:
    """Return the two-sided p of a ratio of two SDs, the larger over the smaller.

    Args:
        ratio: SD of the n1 persons over that of the n2, at least 1.
        n1: Number behind the larger SD.
        n2: Number behind the smaller SD.
        same_persons: The persons are the same, min(n1, n2) of them: the Pitman-Morgan test, t =
            (F - 1) sqrt(n - 2) / (2 sqrt(F (1 - r^2))), at r = 0, where p is greatest.

    Returns:
        p, at most 1.
    """
    f = ratio**2
    if same_persons:
        n = min(n1, n2)
        t = (f - 1) * sqrt(n - 2) / (2 * sqrt(f))
        return float(2 * stdtr(n - 2, -t))
    return float(min(1.0, 2 * fdtrc(n1 - 1, n2 - 1, f)))


def critical_ratio(p: float, n1: int, n2: int, same_persons: bool = False) -> float:
    """Return the ratio of two SDs that has this two-sided p: `variance_ratio_p` solved for it."""
    if not same_persons:
        return sqrt(float(fdtri(n1 - 1, n2 - 1, 1 - p / 2)))
    n = min(n1, n2)
    half = float(stdtrit(n - 2, 1 - p / 2)) / sqrt(n - 2)  # (F - 1) / (2 sqrt F) at that p
    return half + sqrt(half**2 + 1)


def _share_of_mean(study: Study, outcome: str, larger: pd.Series, smaller: pd.Series) -> float:
    """Return by how much the ratio shrinks in proportion to the means; 1 where it does not.

    Only for outcomes that cannot be negative, where a spread commonly grows with its mean.
    """
    bounds = study.outcome(outcome).natural_bounds
    low = known_interval(larger)[0]
    if bounds is None or bounds.lower is None or bounds.lower < 0 or low <= 0:
        return 1.0
    return min(1.0, max(0.0, known_interval(smaller)[1]) / low)
