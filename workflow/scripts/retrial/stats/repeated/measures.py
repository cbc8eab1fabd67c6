"""One number a person from all visits: the area under the curve and the slope over time.

Summary measures turn repeated measurements into one plain comparison (Matthews, Altman, Campbell &
Royston 1990, doi 10.1136/bmj.300.6719.230). Both are weighted sums of the visits, so that their
mean and SD follow from the cells' means and covariances.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from retrial.stats.means import MeansComparison, compare_means
from retrial.stats.repeated.correlation import as_times
from retrial.stats.repeated.moments import as_moments


@dataclass(frozen=True)
class SummaryMeasure:
    """A summary measure in each arm, and its comparison between two.

    Attributes:
        means: Mean over each arm's persons, shape (..., arms).
        sds: SD over each arm's persons, same shape.
        weights: What each visit counts, shape (visits,).
        comparison: t test of the first arm against the second; None unless there are two arms.
    """

    means: np.ndarray
    sds: np.ndarray
    weights: np.ndarray
    comparison: MeansComparison | None


def auc_from_moments(
    means: ArrayLike,
    sds: ArrayLike,
    ns: ArrayLike,
    correlation: ArrayLike,
    times: ArrayLike,
    *,
    above_first: bool = False,
    equal_var: bool = True,
    alpha: float = 0.05,
    per_arm: bool | None = None,
) -> SummaryMeasure:
    """Return the persons' areas under the curve by the trapezoidal rule: mean, SD and test.

    Args:
        means: Cell means, shape (..., arms, visits), in the unit of the outcome.
        sds: Cell SDs, same trailing shape.
        ns: Persons in each arm, shape (..., arms).
        correlation: As for `mixed_anova_from_moments`.
        times: Times of the visits, shape (visits,), ascending.
        above_first: Take each person's own first visit as the zero line (incremental area).
        equal_var: True for Student, False for Welch.
        alpha: 1 minus the confidence level.
        per_arm: As for `mixed_anova_from_moments`.

    Returns:
        The measure, in the unit of the outcome times the unit of `times`; divided by the time from
        first to last visit it is the person's time-weighted mean.

    Raises:
        ValueError: If times do not ascend or fit, or on impossible input, as
            `mixed_anova_from_moments`.
    """
    gaps = np.diff(as_times(times))
    weights = (np.append(gaps, 0.0) + np.append(0.0, gaps)) / 2
    if above_first:
        weights[0] -= gaps.sum()
    return _measure(means, sds, ns, correlation, weights, equal_var, alpha, per_arm)


def trend_from_moments(
    means: ArrayLike,
    sds: ArrayLike,
    ns: ArrayLike,
    correlation: ArrayLike,
    times: ArrayLike,
    *,
    equal_var: bool = True,
    alpha: float = 0.05,
    per_arm: bool | None = None,
) -> SummaryMeasure:
    """Return the persons' least-squares slopes over time: mean, SD and test.

    The comparison of the slopes is the linear contrast of the visits in the interaction of arms and
    visits, with its own error term.

    Args:
        means: Cell means, shape (..., arms, visits), in the unit of the outcome.
        sds: Cell SDs, same trailing shape.
        ns: Persons in each arm, shape (..., arms).
        correlation: As for `mixed_anova_from_moments`.
        times: Times of the visits, shape (visits,), ascending.
        equal_var: True for Student, False for Welch.
        alpha: 1 minus the confidence level.
        per_arm: As for `mixed_anova_from_moments`.

    Returns:
        The measure, in the unit of the outcome by the unit of `times`.

    Raises:
        ValueError: If times do not ascend or fit, or on impossible input, as
            `mixed_anova_from_moments`.
    """
    centred = as_times(times) - np.mean(times)
    weights = centred / (centred**2).sum()
    return _measure(means, sds, ns, correlation, weights, equal_var, alpha, per_arm)


def _measure(means, sds, ns, correlation, weights, equal_var, alpha, per_arm) -> SummaryMeasure:
    moments = as_moments(means, sds, ns, correlation, per_arm)
    if moments.visits != weights.size:
        raise ValueError(f"{moments.visits} visits need as many times, found {weights.size}.")
    averages = moments.means @ weights
    scaled = moments.sds * weights
    products = scaled[..., None, :] @ moments.correlation @ scaled[..., :, None]
    spreads = np.sqrt(np.maximum(products[..., 0, 0], 0.0))
    shape = np.broadcast_shapes(averages.shape, spreads.shape, moments.ns.shape)
    averages, spreads, sizes = (
        np.broadcast_to(part, shape) for part in (averages, spreads, moments.ns)
    )
    comparison = None
    if moments.arms == 2:
        arms = ((averages[..., arm], spreads[..., arm], sizes[..., arm]) for arm in (0, 1))
        comparison = compare_means(*next(arms), *next(arms), equal_var, alpha)
    return SummaryMeasure(averages, spreads, weights, comparison)
