"""What every analysis here starts from: cell means, SDs, sizes and an assumed correlation.

For normal errors these are sufficient: an analysis of variance of the persons' data uses nothing
else, so none is simulated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import helmert

from retrial.stats.repeated.correlation import as_correlation
from retrial.stats.summaries import as_counts, as_finite, as_spreads


@dataclass(frozen=True)
class Moments:
    """Checked moments of arms measured at visits; leading axes are specifications.

    Attributes:
        means: Shape (..., arms, visits), in the unit of the outcome.
        sds: Same trailing shape.
        ns: Persons in each arm, measured at every visit, shape (..., arms).
        correlation: Shape (..., 1, visits, visits), common to all arms, or
            (..., arms, visits, visits).
    """

    means: np.ndarray
    sds: np.ndarray
    ns: np.ndarray
    correlation: np.ndarray

    @property
    def arms(self) -> int:
        """Number of arms."""
        return self.means.shape[-2]

    @property
    def visits(self) -> int:
        """Number of visits."""
        return self.means.shape[-1]

    @property
    def total(self) -> np.ndarray:
        """Number of persons, shape (...)."""
        return self.ns.sum(axis=-1)

    def covariances(self) -> np.ndarray:
        """Return each arm's covariance of the visits, shape (..., arms, visits, visits)."""
        return self.sds[..., :, None] * self.sds[..., None, :] * self.correlation

    def pooled_covariance(self) -> np.ndarray:
        """Return S = sum (n - 1) S_arm / (N - arms), shape (..., visits, visits)."""
        weights = (self.ns - 1) / (self.total - self.arms)[..., None]
        if self.correlation.shape[-3] == 1:  # R is a common factor: pool the SDs, then multiply
            outer = np.einsum("...g,...gi,...gj->...ij", weights, self.sds, self.sds)
            return self.correlation[..., 0, :, :] * outer
        return (weights[..., None, None] * self.covariances()).sum(axis=-3)


def as_moments(
    means: ArrayLike,
    sds: ArrayLike,
    ns: ArrayLike,
    correlation: ArrayLike,
    per_arm: bool | None = None,
) -> Moments:
    """Return the moments as arrays, or raise ValueError where they cannot be of one trial.

    NaN passes in means, SDs and sizes. A correlation of more than two axes is read as one matrix
    an arm, unless `per_arm` is False.
    """
    centres, spreads = as_finite(means, "means"), as_spreads(sds, "sds")
    sizes = as_counts(ns, 2, "ns")
    if centres.ndim < 2 or spreads.ndim < 2 or centres.shape[-2:] != spreads.shape[-2:]:
        raise ValueError(
            "means and sds must have the same trailing shape (arms, visits), found "
            f"{centres.shape} and {spreads.shape}."
        )
    arms, visits = centres.shape[-2:]
    if visits < 2:
        raise ValueError(f"At least 2 visits are needed, found {visits}.")
    if sizes.ndim < 1 or sizes.shape[-1] != arms:
        raise ValueError(
            f"ns must have one size for each of the {arms} arms, found shape {sizes.shape}."
        )
    matrices = _as_correlations(correlation, arms, visits, per_arm)
    _check_batch(centres.shape[:-2], spreads.shape[:-2], sizes.shape[:-1], matrices.shape[:-3])
    return Moments(centres, spreads, sizes, matrices)


def _as_correlations(
    correlation: ArrayLike, arms: int, visits: int, per_arm: bool | None
) -> np.ndarray:
    matrices = as_correlation(correlation)
    if matrices.shape[-1] != visits:
        raise ValueError(
            f"correlation must be {visits} x {visits}, one row a visit, found {matrices.shape}."
        )
    if per_arm is None:
        per_arm = matrices.ndim > 2
    if not per_arm:
        return matrices[..., None, :, :]
    if matrices.ndim < 3 or matrices.shape[-3] != arms:
        raise ValueError(
            f"correlation of shape {matrices.shape} does not hold one matrix for each of the "
            f"{arms} arms; give per_arm=False for many matrices that the arms have in common."
        )
    return matrices


def _check_batch(*shapes: tuple[int, ...]) -> None:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            f"The leading axes of means, sds, ns and correlation do not fit: {shapes}."
        ) from None


def visit_contrasts(visits: int) -> np.ndarray:
    """Return orthonormal contrasts of the visits, shape (visits, visits - 1)."""
    return helmert(visits).T


def safe_ratio(numerator: ArrayLike, denominator: ArrayLike) -> np.ndarray:
    """Return a ratio of sums of squares; without any error, 0 for no effect and inf for one."""
    top, bottom = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = top / bottom
    return np.where((top == 0) & (bottom == 0), 0.0, ratio)
