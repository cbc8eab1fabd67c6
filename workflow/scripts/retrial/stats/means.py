"""Two independent groups compared from their printed means, SDs and sizes.

Student's and Welch's t test (Welch 1947, doi 10.1093/biomet/34.1-2.28), the effect size with its
interval, the Bayes factor, what the trial could detect and what it would have needed to see.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import gammaln

from retrial.stats.student import (
    check_alpha,
    critical_t,
    detectable_noncentrality,
    noncentral_t_cdf,
    t_ratio,
    two_sided_p,
)
from retrial.stats.summaries import as_counts, as_finite, as_spreads, unboxed

MEANS_METHODS = {"student_t": True, "welch_t": False}  # method: are the variances taken as equal?


@dataclass(frozen=True)
class MeansComparison:
    """A t test of two independent means; every field a float, or an array of the same shape.

    Attributes:
        estimate: First mean minus second, in the unit of the outcome.
        se: Its standard error.
        statistic: t, of the sign of the estimate.
        df: Degrees of freedom.
        p: Two-sided p.
        ci_low: Lower end of the 1 - alpha confidence interval of the difference.
        ci_high: Upper end.
    """

    estimate: float | np.ndarray
    se: float | np.ndarray
    statistic: float | np.ndarray
    df: float | np.ndarray
    p: float | np.ndarray
    ci_low: float | np.ndarray
    ci_high: float | np.ndarray


def _se_and_df(s1, n1, s2, n2, equal_var: bool) -> tuple[np.ndarray, np.ndarray]:
    s1, s2 = as_spreads(s1, "s1"), as_spreads(s2, "s2")
    n1, n2 = as_counts(n1, 2, "n1"), as_counts(n2, 2, "n2")
    student_df = n1 + n2 - 2
    if equal_var:
        pooled = ((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / student_df
        return np.sqrt(pooled * (1 / n1 + 1 / n2)), student_df
    first, second = s1**2 / n1, s2**2 / n2
    variance = first + second
    # Satterthwaite's df by the share w of the first arm: 1 / df = w^2/(n1-1) + (1-w)^2/(n2-1).
    with np.errstate(invalid="ignore"):
        share = first / variance
    df = 1 / (share**2 / (n1 - 1) + (1 - share) ** 2 / (n2 - 1))
    return np.sqrt(variance), np.where(variance == 0, student_df, df)


def compare_means(
    m1: ArrayLike,
    s1: ArrayLike,
    n1: ArrayLike,
    m2: ArrayLike,
    s2: ArrayLike,
    n2: ArrayLike,
    equal_var: bool = True,
    alpha: float = 0.05,
) -> MeansComparison:
    """Compare two independent means by Student's or Welch's t test, from summaries.

    Student: se^2 = s_p^2 (1/n1 + 1/n2), df = n1 + n2 - 2. Welch: se^2 = s1^2/n1 + s2^2/n2, df by
    Satterthwaite (Welch 1947, doi 10.1093/biomet/34.1-2.28). Where neither arm has any spread,
    equal means give t = 0 and p = 1, unequal means t = +-inf and p = 0 (df is then Student's).

    Args:
        m1: Mean(s) of the first arm, in the unit of the outcome.
        s1: SD(s) of the first arm.
        n1: Size(s) of the first arm.
        m2: Mean(s) of the second arm.
        s2: SD(s) of the second arm.
        n2: Size(s) of the second arm. All six are broadcast against each other.
        equal_var: True for Student, False for Welch.
        alpha: 1 minus the confidence level of the interval.

    Returns:
        The comparison; fields are floats for scalars, else arrays of the broadcast shape. NaN in
        gives NaN out.

    Raises:
        ValueError: If an SD is negative, a size is not a whole number of at least 2, a mean is
            infinite, or alpha is not between 0 and 1.
    """
    check_alpha(alpha)
    estimate = as_finite(m1, "m1") - as_finite(m2, "m2")
    se, df = _se_and_df(s1, n1, s2, n2, equal_var)
    statistic = t_ratio(estimate, se)
    # The quantile is taken before broadcasting: with sizes in common it is one number.
    margin = critical_t(df, alpha) * se
    p = two_sided_p(statistic, df)
    low, high = estimate - margin, estimate + margin
    shape = p.shape
    fields = (estimate, se, statistic, df, p, low, high)
    return MeansComparison(*(unboxed(np.broadcast_to(field, shape)) for field in fields))


def small_sample_correction(df: ArrayLike) -> float | np.ndarray:
    """Return J, which takes the bias from a standardized mean difference with `df` degrees.

    J = Gamma(m/2) / (sqrt(m/2) Gamma((m - 1)/2)), exact (Hedges 1981, doi
    10.3102/10769986006002107); NaN below 2 degrees of freedom.
    """
    m = np.asarray(df, dtype=float)
    m = np.where(m >= 2, m, np.nan)
    return unboxed(np.exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / np.sqrt(m / 2))


def hedges_g(
    m1: float, s1: float, n1: int, m2: float, s2: float, n2: int, alpha: float = 0.05
) -> tuple[float, float, float]:
    """Return Hedges' g with its exact small-sample correction and confidence interval.

    g = J d, d = (m1 - m2) / s_p, J = Gamma(m/2) / (sqrt(m/2) Gamma((m - 1)/2)), m = n1 + n2 - 2
    (Hedges 1981, doi 10.3102/10769986006002107). The interval inverts the noncentral t
    distribution of t = d sqrt(n1 n2 / (n1 + n2)) (Steiger & Fouladi 1997) and is scaled by J.

    Args:
        m1: Mean of the first arm, in the unit of the outcome.
        s1: SD of the first arm.
        n1: Size of the first arm.
        m2: Mean of the second arm.
        s2: SD of the second arm.
        n2: Size of the second arm.
        alpha: 1 minus the confidence level.

    Returns:
        (g, low, high), in pooled SDs; NaN throughout when an input is NaN or neither arm has any
        spread, where g is undefined.

    Raises:
        ValueError: On impossible input, as `compare_means`.
    """
    test = compare_means(m1, s1, n1, m2, s2, n2, equal_var=True, alpha=alpha)
    if np.isnan(test.statistic) or test.se == 0:
        return float("nan"), float("nan"), float("nan")
    df, scale = test.df, np.sqrt(1 / n1 + 1 / n2)
    correction = small_sample_correction(df)
    t = abs(test.statistic)

    def noncentrality(tail: float) -> float:
        """Return the noncentrality under which P(T <= t) is `tail`."""
        low, high = t - 10, t + 10
        while noncentral_t_cdf(t, df, low) < tail:
            low -= 2 * (t - low)
        while noncentral_t_cdf(t, df, high) > tail:
            high += 2 * (high - t)
        return brentq(lambda value: noncentral_t_cdf(t, df, value) - tail, low, high, xtol=1e-12)

    ends = np.array([noncentrality(1 - alpha / 2), noncentrality(alpha / 2)]) * scale * correction
    low, high = ends if test.statistic >= 0 else -ends[::-1]
    return float(correction * test.statistic * scale), float(low), float(high)


def jzs_bayes_factor(t: float, n1: int, n2: int | None = None, paired: bool = False) -> float:
    """Return the JZS Bayes factor BF10 of a t test, in favour of a difference.

    Cauchy prior on the effect size with scale sqrt(2)/2 (Rouder et al. 2009, doi
    10.3758/PBR.16.2.225, eq. 1), as pingouin computes it.

    Args:
        t: The t statistic.
        n1: Size of the first arm, or number of pairs.
        n2: Size of the second arm; None for one sample.
        paired: True for a paired test, where n1 is the number of pairs.

    Returns:
        BF10, a ratio, in full precision; NaN when t is not finite.

    Raises:
        ValueError: If a size is not a whole number of at least 2.
    """
    as_counts(n1, 2, "n1")
    if n2 is not None:
        as_counts(n2, 2, "n2")
    # Importing pingouin takes two seconds, so only where it is used.
    from pingouin import bayesfactor_ttest

    return float(bayesfactor_ttest(float(t), n1, n2, paired=paired))


def detectable_difference(
    s1: ArrayLike,
    n1: ArrayLike,
    s2: ArrayLike,
    n2: ArrayLike,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float | np.ndarray:
    """Return the smallest true difference of means that the trial could detect.

    The difference at which Student's two-sided test rejects with the given power, from the
    noncentral t distribution (Cohen 1988), for a common SD equal to the pooled one.

    Args:
        s1: SD(s) of the first arm, in the unit of the outcome.
        n1: Size(s) of the first arm.
        s2: SD(s) of the second arm.
        n2: Size(s) of the second arm. All are broadcast.
        alpha: Significance level.
        power: Power, above alpha.

    Returns:
        Difference, in the unit of the outcome (a float for scalars).

    Raises:
        ValueError: If the power is not between alpha and 1, or on impossible input.
    """
    check_alpha(alpha)
    if not alpha < power < 1:
        raise ValueError(f"power must lie between alpha ({alpha}) and 1, found {power!r}.")
    se, df = _se_and_df(s1, n1, s2, n2, equal_var=True)
    distinct, where = np.unique(df, return_inverse=True)
    solved = [
        np.nan if np.isnan(one) else detectable_noncentrality(float(one), alpha, power)
        for one in distinct
    ]
    return unboxed(np.array(solved)[where].reshape(df.shape) * se)


def required_difference(
    s1: ArrayLike,
    n1: ArrayLike,
    s2: ArrayLike,
    n2: ArrayLike,
    alpha: float = 0.05,
    equal_var: bool = True,
) -> float | np.ndarray:
    """Return the observed difference of means at which the two-sided p equals alpha.

    t(1 - alpha/2, df) times the standard error; p strictly below alpha takes a larger difference.

    Args:
        s1: SD(s) of the first arm, in the unit of the outcome.
        n1: Size(s) of the first arm.
        s2: SD(s) of the second arm.
        n2: Size(s) of the second arm. All are broadcast.
        alpha: Significance level.
        equal_var: True for Student, False for Welch.

    Returns:
        Difference, not negative, in the unit of the outcome (a float for scalars).

    Raises:
        ValueError: On impossible input, as `compare_means`.
    """
    check_alpha(alpha)
    se, df = _se_and_df(s1, n1, s2, n2, equal_var)
    return unboxed(critical_t(df, alpha) * se)
