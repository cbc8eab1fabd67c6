"""Two arms' profiles over the visits compared by Hotelling's T-squared, which needs no sphericity.

Hotelling 1931 (doi 10.1214/aoms/1177732979); profile analysis as in Morrison (Multivariate
Statistical Methods, section 4.6).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc

from retrial.stats.repeated.moments import as_moments, safe_ratio, visit_contrasts
from retrial.stats.summaries import unboxed


@dataclass(frozen=True)
class HotellingTest:
    """One T-squared test; every field a float, or an array of the specifications' shape.

    Attributes:
        t_squared: T^2.
        statistic: F = T^2 (v - q + 1) / (q v), for q differences and v = N - 2.
        df1: q.
        df2: v - q + 1.
        p: Upper tail of F, exact for normal outcomes of equal covariance.
    """

    t_squared: float | np.ndarray
    statistic: float | np.ndarray
    df1: int
    df2: float | np.ndarray
    p: float | np.ndarray


@dataclass(frozen=True)
class ProfileTests:
    """The three questions that two profiles raise.

    Attributes:
        profiles: Do the arms differ at any visit? All visits at once, baseline included.
        parallelism: Do the arms change differently? The multivariate test of the interaction.
        level: Do the arms differ on average over the visits? The group effect of the split-plot
            ANOVA; to be read where the profiles are parallel.
    """

    profiles: HotellingTest
    parallelism: HotellingTest
    level: HotellingTest


def hotelling_t2_from_moments(
    means: ArrayLike,
    sds: ArrayLike,
    ns: ArrayLike,
    correlation: ArrayLike,
    *,
    per_arm: bool | None = None,
) -> ProfileTests:
    """Compare two arms' profiles over the visits by Hotelling's T-squared.

    T^2 = n1 n2 / (n1 + n2) d' S^-1 d, with d the differences of q combinations of the visits (the
    visits themselves; their contrasts; their mean) and S their pooled covariance.

    Args:
        means: Cell means, shape (..., 2, visits), in the unit of the outcome.
        sds: Cell SDs, same trailing shape.
        ns: Persons in each arm, shape (..., 2); together at least visits + 2.
        correlation: As for `mixed_anova_from_moments`; pooled over the arms it must not be
            singular.
        per_arm: As for `mixed_anova_from_moments`.

    Returns:
        The tests; floats for one specification, else arrays of the broadcast leading shape.

    Raises:
        ValueError: If there are not two arms, too few persons, the pooled covariance is singular,
            or on impossible input, as `mixed_anova_from_moments`.
    """
    moments = as_moments(means, sds, ns, correlation, per_arm)
    if moments.arms != 2:
        raise ValueError(f"Hotelling's test compares 2 arms, found {moments.arms}.")
    df, visits = moments.total - 2, moments.visits
    if np.any(df < visits):
        raise ValueError(
            f"{visits} visits need at least {visits + 2} persons, found {np.nanmin(df) + 2:g}."
        )
    covariance = moments.pooled_covariance()
    difference = moments.means[..., 0, :] - moments.means[..., 1, :]
    scale = moments.ns.prod(axis=-1) / moments.total

    def test(combinations: np.ndarray) -> HotellingTest:
        d = difference @ combinations
        spread = combinations.T @ covariance @ combinations
        return _test(scale * _mahalanobis(d, spread), combinations.shape[-1], df)

    average = np.full((visits, 1), 1 / visits)
    return ProfileTests(test(np.eye(visits)), test(visit_contrasts(visits)), test(average))


def _mahalanobis(difference: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return d' S^-1 d, or raise ValueError where S is singular."""
    if covariance.shape[-1] == 1:
        return safe_ratio(difference[..., 0] ** 2, covariance[..., 0, 0])
    # Divided by its SDs a covariance is judged alike in any unit.
    sds = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    known = np.isfinite(covariance).all(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = covariance / (sds[..., :, None] * sds[..., None, :])
    checked = np.where(known[..., None, None], scaled, np.eye(covariance.shape[-1]))
    if np.any(sds[known] == 0) or np.any(np.linalg.eigvalsh(checked)[..., 0] < 1e-10):
        raise ValueError(
            "The pooled covariance of the visits is singular: a visit has no spread, or follows "
            "exactly from the others, and Hotelling's test does not exist."
        )
    standardized = difference / sds
    return (standardized * np.linalg.solve(scaled, standardized[..., None])[..., 0]).sum(axis=-1)


def _test(t_squared: np.ndarray, q: int, df: np.ndarray) -> HotellingTest:
    df2 = df - q + 1
    statistic = t_squared * (df2 / (q * df))
    p = fdtrc(q, df2, statistic)
    t_squared, statistic, df2 = np.broadcast_arrays(t_squared, statistic, df2)
    return HotellingTest(*map(unboxed, (t_squared, statistic)), q, unboxed(df2), unboxed(p))
