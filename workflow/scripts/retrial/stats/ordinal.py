"""Two arms counted in ordered categories: rank tests that take every tie as it is.

Patients of one category are tied and share the mean of their ranks. Given how many patients of both
arms together are in each category, the rank sum of the first arm has a known distribution: the
exact test adds up its tables in whole numbers (Mehta, Patel & Tsiatis 1984, Biometrics 40:819-825).
With two arms the tests of Mann & Whitney (1947, doi 10.1214/aoms/1177730491) and of Kruskal &
Wallis (1952, doi 10.1080/01621459.1952.10483441) order the tables alike, so they have one exact p.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from scipy.special import chdtrc

from retrial.stats.summaries import as_counts

Counts = tuple[int, ...]  # members in each category
MOST_STEPS = 2_000_000  # additions up to which the exact distribution is computed


@dataclass(frozen=True)
class OrderedComparison:
    """A rank test of two arms in ordered categories.

    Attributes:
        method: One of `ORDERED_METHODS`.
        statistic: U of the first arm (mann_whitney_exact), a tie counted as half; H corrected for
            ties (kruskal_wallis).
        df: 1 for kruskal_wallis, NaN for the exact test.
        p: Two-sided p; NaN for the exact test where it would take too long (`unmet_ordered`).
        superiority: Chance that a member of the first arm is in a higher category than one of the
            second, a tie counted as half.
        delta: Chance of a higher category less that of a lower one, -1 to 1 (Cliff 1993, doi
            10.1037/0033-2909.114.3.494).
    """

    method: str
    statistic: float
    df: float
    p: float
    superiority: float
    delta: float


def compare_ordered(
    first: Sequence[int], second: Sequence[int], method: str = "mann_whitney_exact"
) -> OrderedComparison:
    """Compare two arms whose members are counted in ordered categories.

    Args:
        first: Members of the first arm in each category, from the lowest to the highest, (k,).
        second: The same of the second arm, (k,).
        method: "mann_whitney_exact": the share of all tables with these totals whose rank sum is as
            far from its mean, or farther; "kruskal_wallis": chi-square approximation, corrected for
            ties.

    Returns:
        The comparison; where all members are in one category p is 1.

    Raises:
        ValueError: If the lists differ in length, a count is not a whole number of at least 0, an
            arm is empty, or the method is unknown.
    """
    if method not in ORDERED_TESTS:
        raise ValueError(f"method must be one of {', '.join(ORDERED_METHODS)}, found {method!r}.")
    x, y = _counts(first, "first"), _counts(second, "second")
    if len(x) != len(y):
        raise ValueError(f"first and second need as many categories, found {len(x)} and {len(y)}.")
    n1, n2 = sum(x), sum(y)
    if not n1 or not n2:
        raise ValueError("Each arm needs at least one member.")
    below = [0, *accumulate(y)]
    twice_u = sum(count * (2 * below[j] + y[j]) for j, count in enumerate(x))
    superiority = twice_u / (2 * n1 * n2)
    statistic, df, p = ORDERED_TESTS[method](x, y, twice_u)
    return OrderedComparison(method, statistic, df, p, superiority, 2 * superiority - 1)


def unmet_ordered(method: str, first: Sequence[int], second: Sequence[int]) -> str | None:
    """Return why a test was not run on these counts; None where it was."""
    if method != "mann_whitney_exact" or _steps(first, second) <= MOST_STEPS:
        return None
    return f"not run: {sum(first)} and {sum(second)} patients in {len(first)} categories"


def _counts(values: Sequence[int], name: str) -> tuple[int, ...]:
    checked = as_counts(list(values), 0, name)
    if checked.ndim != 1 or not checked.size or any(value != value for value in checked):
        raise ValueError(f"{name} must be a list of counts, found {values!r}.")
    return tuple(int(value) for value in checked)


def _mann_whitney(x: Counts, y: Counts, twice_u: int) -> tuple[float, float, float]:
    missed = unmet_ordered("mann_whitney_exact", x, y)
    return twice_u / 2, math.nan, math.nan if missed else _exact_p(x, y)


def _kruskal_wallis(x: Counts, y: Counts, twice_u: int) -> tuple[float, float, float]:
    statistic = _h(x, y, twice_u)
    return statistic, 1.0, float(chdtrc(1, statistic))


# Each method of `retrial.vocabulary` that compares ordered categories: (statistic, df, p) from the
# counts of both arms and twice the U of the first.
ORDERED_TESTS = {"mann_whitney_exact": _mann_whitney, "kruskal_wallis": _kruskal_wallis}
ORDERED_METHODS = tuple(ORDERED_TESTS)


def _h(x: Counts, y: Counts, twice_u: int) -> float:
    """Return H: the square of Mann-Whitney's z, without a correction for continuity."""
    n1, n2 = sum(x), sum(y)
    n = n1 + n2
    ties = sum((a + b) ** 3 - (a + b) for a, b in zip(x, y, strict=True))
    untied = n**3 - n - ties
    if not untied:
        return 0.0
    return 3 * (twice_u - n1 * n2) ** 2 * n * (n - 1) / (n1 * n2 * untied)


def _steps(first: Sequence[int], second: Sequence[int]) -> int:
    """Return about how many additions the exact distribution takes, in whatever order."""
    totals = sorted(a + b for a, b in zip(first, second, strict=True) if a + b)
    n1, n2 = sorted((sum(first), sum(second)))
    states, steps = 1, 0
    for total in totals:
        steps += states * (total + 1)
        # Of all ways to divide a category, at most so many differ in size and rank sum.
        states = min(states * (total + 1), (n1 + 1) * (n1 * n2 + 1))
    return steps


@lru_cache(maxsize=65536)
def _exact_p(x: tuple[int, ...], y: tuple[int, ...]) -> float:
    totals = [a + b for a, b in zip(x, y, strict=True)]
    n1, n = sum(x), sum(totals)
    below = [0, *accumulate(totals)]
    # Twice the mid-rank of a category, counted from 0: whole numbers, so that ties are ties.
    scores = [2 * below[j] + totals[j] for j in range(len(totals))]
    observed = sum(score * count for score, count in zip(scores, x, strict=True))
    # (members so far, their scores) -> number of ways
    ways = {(0, 0): 1}
    for place, (total, score) in enumerate(zip(totals, scores, strict=True)):
        left = n - below[place + 1]
        choices = [(taken, math.comb(total, taken)) for taken in range(total + 1)]
        found: dict[tuple[int, int], int] = {}
        for (members, so_far), number in ways.items():
            for taken, choose in choices:
                now = members + taken
                if now > n1 or now + left < n1:
                    continue
                key = (now, so_far + taken * score)
                found[key] = found.get(key, 0) + number * choose
        ways = found
    mean = n1 * sum(score * total for score, total in zip(scores, totals, strict=True))
    apart = abs(n * observed - mean)
    tail = sum(number for (_, sums), number in ways.items() if abs(n * sums - mean) >= apart)
    return tail / math.comb(n, n1)
