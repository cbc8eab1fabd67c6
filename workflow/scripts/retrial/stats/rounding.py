"""The range of p over everything that rounds to the printed means and SDs."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar

from retrial.stats.means import compare_means
from retrial.stats.summaries import as_counts

# Along one edge p has few turning points: this grid separates them, and the best cell is then
# searched to floating-point precision.
_GRID = 257


def _ends(interval: tuple[float, float], name: str) -> tuple[float, float]:
    low, high = float(interval[0]), float(interval[1])
    if not low <= high or np.isinf(low) or np.isinf(high):
        raise ValueError(f"{name} must be finite, as (low, high), found {interval!r}.")
    return low, high


def _extreme(p_of: Callable, low: float, high: float, sign: int) -> float:
    """Return the least (sign 1) or greatest (sign -1) p along one edge, an SD from low to high."""
    if low == high:
        return float(p_of(np.array(low)))
    grid = np.linspace(low, high, _GRID)
    values = sign * p_of(grid)
    best = int(np.argmin(values))
    around = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
    polished = minimize_scalar(
        lambda sd: float(sign * p_of(np.array(sd))),
        bounds=around,
        method="bounded",
        options={"xatol": 1e-10 * (around[1] - around[0])},
    )
    return sign * min(float(values[best]), float(polished.fun))


def means_p_range(
    m1_interval: tuple[float, float],
    s1_interval: tuple[float, float],
    n1: int,
    m2_interval: tuple[float, float],
    s2_interval: tuple[float, float],
    n2: int,
    equal_var: bool = True,
) -> tuple[float, float]:
    """Return the exact extremes of the two-sided p of a t test over a box of means and SDs.

    p falls with the distance of the means. Student's p grows with each SD, so its extremes lie at
    corners. Welch's p need not: more spread in one arm may raise the degrees of freedom. For a
    given ratio of the two variances its df are fixed and p grows with the spread, so the extremes
    lie on the two edges nearest to (for the least p) or farthest from (for the greatest) zero
    spread, and are searched there.

    Args:
        m1_interval: (low, high) of the first mean, in the unit of the outcome.
        s1_interval: (low, high) of the first SD; a negative low end is taken as 0.
        n1: Size of the first arm.
        m2_interval: (low, high) of the second mean.
        s2_interval: (low, high) of the second SD.
        n2: Size of the second arm.
        equal_var: True for Student, False for Welch.

    Returns:
        (p_low, p_high); p_high is exactly 1 when the means overlap.

    Raises:
        ValueError: If an interval is crossed, infinite or NaN, an SD's interval lies below 0, or a
            size is not a whole number of at least 2.
    """
    as_counts(n1, 2, "n1")
    as_counts(n2, 2, "n2")
    m1, m2 = _ends(m1_interval, "m1_interval"), _ends(m2_interval, "m2_interval")
    s1, s2 = _ends(s1_interval, "s1_interval"), _ends(s2_interval, "s2_interval")
    if s1[1] < 0 or s2[1] < 0:
        raise ValueError(f"An SD cannot be negative, found {s1_interval!r} and {s2_interval!r}.")
    s1, s2 = (max(s1[0], 0.0), s1[1]), (max(s2[0], 0.0), s2[1])
    nearest = max(0.0, m1[0] - m2[1], m2[0] - m1[1])
    farthest = max(m1[1] - m2[0], m2[1] - m1[0])

    def p_at(distance: float, first, second):
        return compare_means(distance, first, n1, 0.0, second, n2, equal_var=equal_var).p

    if equal_var:
        p_low = p_at(farthest, s1[0], s2[0])
        p_high = 1.0 if nearest == 0 else p_at(nearest, s1[1], s2[1])
        return p_low, p_high

    # With end 0 the edges nearest to zero spread, with end 1 those farthest from it.
    def along_edges(distance: float, end: int, sign: int) -> tuple[float, float]:
        return (
            _extreme(lambda sd: p_at(distance, s1[end], sd), *s2, sign),
            _extreme(lambda sd: p_at(distance, sd, s2[end]), *s1, sign),
        )

    p_low = 1.0 if farthest == 0 else min(along_edges(farthest, 0, 1))
    p_high = 1.0 if nearest == 0 else max(along_edges(nearest, 1, -1))
    return p_low, p_high
