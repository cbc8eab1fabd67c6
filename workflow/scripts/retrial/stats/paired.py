"""Before and after in one group, from summaries and an assumed within-person correlation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from retrial.stats.student import check_alpha, critical_t, t_ratio, two_sided_p
from retrial.stats.summaries import as_counts, as_finite, as_spreads, change_sd, unboxed


@dataclass(frozen=True)
class PairedComparison:
    """A paired t test; every field a float, or an array of the same shape.

    Attributes:
        estimate: Mean after minus mean before, in the unit of the outcome.
        sd_change: SD of the individual change.
        se: Standard error of the estimate.
        statistic: t, of the sign of the estimate.
        df: Degrees of freedom, n - 1.
        p: Two-sided p.
        ci_low: Lower end of the 1 - alpha confidence interval of the change.
        ci_high: Upper end.
    """

    estimate: float | np.ndarray
    sd_change: float | np.ndarray
    se: float | np.ndarray
    statistic: float | np.ndarray
    df: float | np.ndarray
    p: float | np.ndarray
    ci_low: float | np.ndarray
    ci_high: float | np.ndarray


def paired_from_summary(
    m0: ArrayLike,
    s0: ArrayLike,
    m1: ArrayLike,
    s1: ArrayLike,
    n: ArrayLike,
    rho: ArrayLike,
    alpha: float = 0.05,
) -> PairedComparison:
    """Compare before and after by the paired t test, from summaries.

    t = (m1 - m0) sqrt(n) / sd_c with sd_c^2 = s0^2 + s1^2 - 2 rho s0 s1 (Cochrane Handbook,
    sections 6.5.2.8 and 23.2.7). Where the change has no spread, an equal mean gives t = 0 and
    p = 1, an unequal one t = +-inf and p = 0.

    Args:
        m0: Mean(s) before, in the unit of the outcome.
        s0: SD(s) before.
        m1: Mean(s) after.
        s1: SD(s) after.
        n: Number(s) of persons measured both times.
        rho: Correlation(s) of before and after. All six are broadcast against each other.
        alpha: 1 minus the confidence level of the interval.

    Returns:
        The comparison; fields are floats for scalars, else arrays of the broadcast shape.

    Raises:
        ValueError: If an SD is negative, a correlation lies outside [-1, 1], n is not a whole
            number of at least 2, or alpha is not between 0 and 1.
    """
    check_alpha(alpha)
    sizes = as_counts(n, 2)
    estimate = as_finite(m1, "m1") - as_finite(m0, "m0")
    sd = np.asarray(change_sd(s0, s1, rho))
    se = sd / np.sqrt(sizes)
    df = sizes - 1
    statistic = t_ratio(estimate, se)
    margin = critical_t(df, alpha) * se
    p = two_sided_p(statistic, df)
    fields = (estimate, sd, se, statistic, df, p, estimate - margin, estimate + margin)
    return PairedComparison(*(unboxed(np.broadcast_to(field, p.shape)) for field in fields))


def flip_rho(
    m0: float,
    s0: float,
    m1: float,
    s1: float,
    n: int,
    alpha: float = 0.05,
    low: float = -1.0,
    high: float = 1.0,
) -> float | None:
    """Return the correlation at which the paired t test's p equals alpha.

    The SD of the change falls as rho rises, so p does too: the change is significant (p < alpha)
    above this rho and not at or below it. Solves |m1 - m0| sqrt(n) / sd_c = t(1 - alpha/2, n - 1)
    for rho in closed form.

    Args:
        m0: Mean before, in the unit of the outcome.
        s0: SD before.
        m1: Mean after.
        s1: SD after.
        n: Number of persons measured both times.
        alpha: Significance level.
        low: Lowest correlation considered.
        high: Highest correlation considered.

    Returns:
        rho, or None when the verdict is the same for every rho in [low, high].

    Raises:
        ValueError: If low and high are not in order within [-1, 1], or on impossible input.
    """
    check_alpha(alpha)
    if not -1 <= low <= high <= 1:
        raise ValueError(f"low and high must be in order within -1 and 1, found {low!r}, {high!r}.")
    size = as_counts(n, 2)
    before, after = float(as_spreads(s0, "s0")), float(as_spreads(s1, "s1"))
    change = abs(float(as_finite(m1, "m1") - as_finite(m0, "m0")))
    if change == 0 or before == 0 or after == 0:
        return None  # no difference at any rho, or a p that rho does not move
    sd_at_alpha = change * np.sqrt(size) / critical_t(size - 1, alpha)
    rho = float((before**2 + after**2 - sd_at_alpha**2) / (2 * before * after))
    return rho if low <= rho < high else None
