"""Before and after in several arms: analysis of covariance and of change scores from summaries.

The adjusted difference from means, SDs and the within-arm correlation is the one that the persons'
data give (Papadimitropoulou et al. 2020, doi 10.1002/jrsm.1404).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc

from retrial.stats.means import MeansComparison, compare_means
from retrial.stats.repeated.moments import safe_ratio
from retrial.stats.student import check_alpha, critical_t, t_ratio, two_sided_p
from retrial.stats.summaries import as_counts, as_finite, as_spreads, change_sd, unboxed


@dataclass(frozen=True)
class Ancova:
    """An analysis of covariance of two arms; every field a float, or an array of the same shape.

    Attributes:
        estimate: Adjusted mean of the first arm minus that of the second, in the outcome's unit.
        se: Its standard error.
        statistic: t, of the sign of the estimate.
        df: Degrees of freedom, N - 3.
        p: Two-sided p.
        ci_low: Lower end of the 1 - alpha confidence interval of the difference.
        ci_high: Upper end.
        slope: Common slope of after on before.
        slopes_statistic: F of different slopes by arm, on 1 and N - 4 degrees of freedom.
        slopes_df: Its error degrees of freedom, N - 4.
        slopes_p: Its p; small where one slope does not serve both arms.
    """

    estimate: float | np.ndarray
    se: float | np.ndarray
    statistic: float | np.ndarray
    df: float | np.ndarray
    p: float | np.ndarray
    ci_low: float | np.ndarray
    ci_high: float | np.ndarray
    slope: float | np.ndarray
    slopes_statistic: float | np.ndarray
    slopes_df: float | np.ndarray
    slopes_p: float | np.ndarray


@dataclass(frozen=True)
class ChangeComparison(MeansComparison):
    """A t test of the two arms' changes, with what it compares.

    Attributes:
        changes: Mean after minus mean before, shape (..., 2).
        sds: SDs of the change, shape (..., 2).
    """

    changes: np.ndarray
    sds: np.ndarray


def ancova_from_summaries(
    means_before: ArrayLike,
    sds_before: ArrayLike,
    means_after: ArrayLike,
    sds_after: ArrayLike,
    ns: ArrayLike,
    rho: ArrayLike,
    alpha: float = 0.05,
) -> Ancova:
    """Compare two arms after treatment, adjusted for their values before, from summaries.

    With Sxx, Sxy, Syy the sums of squares and products within arms: b = Sxy / Sxx;
    D = (y1 - y2) - b (x1 - x2); SE^2 = (Syy - b Sxy) / (N - 3) (1/n1 + 1/n2 + (x1 - x2)^2 / Sxx)
    (Cochran 1957, doi 10.2307/2527916). Test of slopes: F = (Syy - b Sxy - E) (N - 4) / E with
    E = sum (n - 1) s_y^2 (1 - rho^2). R's lm(after ~ before + arm) gives the same.

    Args:
        means_before: Means before, shape (..., 2): one entry an arm, in the unit of the outcome.
        sds_before: SDs before, likewise.
        means_after: Means after, likewise.
        sds_after: SDs after, likewise.
        ns: Persons in each arm with both values, shape (..., 2); at least 5 in all.
        rho: Correlation of before and after within arms: one number; one an arm, (..., 2); or
            many that the arms have in common, (..., 1). All inputs are broadcast.
        alpha: 1 minus the confidence level.

    Returns:
        The analysis, first arm minus second; floats, or arrays of the broadcast leading shape. NaN
        in gives NaN out.

    Raises:
        ValueError: If shapes do not fit, a rho lies outside [-1, 1], nobody varies before, fewer
            than 5 persons, alpha is not between 0 and 1, or an SD or size is impossible.
    """
    check_alpha(alpha)
    x, sx, y, sy, n, r = _two_arms(means_before, sds_before, means_after, sds_after, ns, rho)
    total = n.sum(axis=-1)
    sxx = ((n - 1) * sx**2).sum(axis=-1)
    if np.any(sxx == 0) or np.any(total < 5):
        raise ValueError("The values before must vary, and there must be at least 5 persons.")
    syy = ((n - 1) * sy**2).sum(axis=-1)
    slope = ((n - 1) * r * sx * sy).sum(axis=-1) / sxx
    # The sum of squares about the common line by arm, as squares: it cannot turn negative.
    apart = ((n - 1) * (r * sy - slope[..., None] * sx) ** 2).sum(axis=-1)
    within = ((n - 1) * sy**2 * (1 - r**2)).sum(axis=-1)
    noise = np.finfo(float).eps * syy
    apart = np.where(apart <= noise, 0.0, apart)
    gap = x[..., 0] - x[..., 1]
    estimate = y[..., 0] - y[..., 1] - slope * gap
    se = np.sqrt((within + apart) / (total - 3) * ((1 / n).sum(axis=-1) + gap**2 / sxx))
    statistic = t_ratio(estimate, se)
    margin = critical_t(total - 3, alpha) * se
    slopes = safe_ratio(apart * (total - 4), within)
    p, slopes_p = two_sided_p(statistic, total - 3), fdtrc(1, total - 4, slopes)
    tests = (estimate, se, statistic, total - 3, p, estimate - margin, estimate + margin)
    fields = np.broadcast_arrays(*tests, slope, slopes, total - 4, slopes_p)
    return Ancova(*map(unboxed, fields))


def change_score_from_summaries(
    means_before: ArrayLike,
    sds_before: ArrayLike,
    means_after: ArrayLike,
    sds_after: ArrayLike,
    ns: ArrayLike,
    rho: ArrayLike,
    equal_var: bool = True,
    alpha: float = 0.05,
) -> ChangeComparison:
    """Compare the changes of two arms by Student's or Welch's t test, from summaries.

    The SD of each arm's change is that of `retrial.stats.summaries.change_sd`; Student's t^2 is the
    F of the interaction of a 2 x 2 split-plot ANOVA.

    Args:
        means_before: Means before, shape (..., 2): one entry an arm, in the unit of the outcome.
        sds_before: SDs before, likewise.
        means_after: Means after, likewise.
        sds_after: SDs after, likewise.
        ns: Persons in each arm with both values, shape (..., 2).
        rho: Correlation within arms, as for `ancova_from_summaries`.
        equal_var: True for Student, False for Welch.
        alpha: 1 minus the confidence level.

    Returns:
        The comparison, first arm minus second; floats, or arrays of the broadcast leading shape.

    Raises:
        ValueError: On impossible input, as `ancova_from_summaries`.
    """
    x, sx, y, sy, n, r = _two_arms(means_before, sds_before, means_after, sds_after, ns, rho)
    changes, sds = y - x, np.asarray(change_sd(sx, sy, r))
    test = compare_means(
        *(changes[..., 0], sds[..., 0], n[..., 0], changes[..., 1], sds[..., 1], n[..., 1]),
        *(equal_var, alpha),
    )
    return ChangeComparison(**vars(test), changes=changes, sds=sds)


def _two_arms(means_before, sds_before, means_after, sds_after, ns, rho) -> list[np.ndarray]:
    """Return the six inputs as arrays of a common shape (..., 2)."""
    inputs = {
        "means_before": as_finite(means_before, "means_before"),
        "sds_before": as_spreads(sds_before, "sds_before"),
        "means_after": as_finite(means_after, "means_after"),
        "sds_after": as_spreads(sds_after, "sds_after"),
        "ns": as_counts(ns, 2, "ns"),
    }
    for name, values in inputs.items():
        if values.ndim < 1 or values.shape[-1] != 2:
            raise ValueError(f"{name} must have one entry for each of 2 arms, found {values!r}.")
    rhos = np.asarray(rho, dtype=float)
    if np.any(np.abs(rhos) > 1):
        raise ValueError(f"rho must lie between -1 and 1, found {rho!r}.")
    if rhos.ndim > 0 and rhos.shape[-1] not in (1, 2):
        raise ValueError(
            "rho must be one number, one an arm (..., 2), or many that the arms have in common "
            f"(..., 1), found shape {rhos.shape}."
        )
    return np.broadcast_arrays(*inputs.values(), rhos)
