"""Within-person correlation of repeated visits: the structures that an analyst may assume.

A paper that prints means and error terms does not report the correlation of its visits. Every
builder returns matrices that are positive definite, as those of persons who do vary are, and takes
many correlations at once.
"""

import numpy as np
from numpy.typing import ArrayLike

from retrial.stats.summaries import as_counts, as_finite

# Correlations computed from printed covariances miss symmetry, 1 and singularity by their rounding.
TOLERANCE = 1e-8


def compound_symmetry(visits: int, rho: ArrayLike) -> np.ndarray:
    """Return the matrix in which any two visits are correlated by the same rho.

    Args:
        visits: Number of visits k, at least 2.
        rho: Correlation(s), any shape; each above -1 / (k - 1) and below 1, for no k measurements
            can all be more negatively correlated.

    Returns:
        Correlation matrices, shape of rho followed by (visits, visits).

    Raises:
        ValueError: If rho is out of that range or NaN, or visits not a whole number of at least 2.
    """
    as_counts(visits, 2, "visits")
    rhos = np.asarray(rho, dtype=float)
    lowest = -1 / (visits - 1)
    if not np.all((rhos > lowest) & (rhos < 1)):
        raise ValueError(
            f"rho must be above -1/(visits - 1) = {lowest:.6g} and below 1 for {visits} visits "
            f"that are all equally correlated, found {rho!r}."
        )
    return np.where(np.eye(visits, dtype=bool), 1.0, rhos[..., None, None])


def ar1(times: ArrayLike, rho: ArrayLike, per: float | None = None) -> np.ndarray:
    """Return the matrix in which the correlation fades with the time between two visits.

    First-order autoregression in continuous time: R_ij = rho^(|t_i - t_j| / per). By default `per`
    is the mean gap of neighbouring visits, so that rho is the correlation of neighbours when visits
    are equally spaced, does not depend on the unit of time, and can be held against the rho of
    `compound_symmetry`. With per = 1, rho is the correlation over one unit of `times`.

    Args:
        times: Times of the visits, shape (visits,), ascending, in any unit.
        rho: Correlation(s) over the time `per`, any shape; each from 0 and below 1. Down to above
            -1 where every gap is a whole multiple of `per`: a negative number has no other powers.
        per: Time over which rho is the correlation, in the unit of times; None for the mean gap.

    Returns:
        Correlation matrices, shape of rho followed by (visits, visits).

    Raises:
        ValueError: If times are fewer than two or do not ascend, `per` is not positive, or a rho is
            out of its range or NaN.
    """
    visits = as_times(times)
    unit = (visits[-1] - visits[0]) / (visits.size - 1) if per is None else float(per)
    if not 0 < unit < np.inf:
        raise ValueError(f"per must be a positive time, found {per!r}.")
    lags = np.abs(visits[:, None] - visits) / unit
    whole = np.all(np.abs(lags - np.round(lags)) < TOLERANCE)
    lags = np.round(lags) if whole else lags
    rhos = np.asarray(rho, dtype=float)
    if not np.all((rhos >= 0) & (rhos < 1)) and not (whole and np.all(np.abs(rhos) < 1)):
        allowed = "above -1" if whole else "at least 0 (the gaps are not multiples of one time)"
        raise ValueError(f"rho must be {allowed} and below 1, found {rho!r}.")
    return rhos[..., None, None] ** lags


def as_times(times: ArrayLike) -> np.ndarray:
    """Return times of visits as floats, or raise ValueError unless at least two that ascend."""
    visits = as_finite(times, "times")
    if visits.ndim != 1 or visits.size < 2 or not np.all(np.diff(visits) > 0):
        raise ValueError(f"times must be at least two ascending numbers, found {times!r}.")
    return visits


def as_correlation(matrix: ArrayLike, name: str = "correlation") -> np.ndarray:
    """Return correlation matrices as floats, or raise ValueError unless they can be such.

    Singular ones pass: the sample correlation of fewer persons than visits is singular.
    """
    found = np.asarray(matrix, dtype=float)
    if found.ndim < 2 or found.shape[-1] != found.shape[-2]:
        raise ValueError(f"{name} must be square, (..., visits, visits), found {found.shape}.")
    if not np.all(np.isfinite(found)):
        raise ValueError(f"{name} must not be missing or infinite.")
    diagonal = np.diagonal(found, axis1=-2, axis2=-1)
    if np.any(np.abs(diagonal - 1) > TOLERANCE):
        worst = diagonal.flat[np.argmax(np.abs(diagonal - 1))]
        raise ValueError(f"{name} must have ones on its diagonal, found {worst:g}.")
    if np.any(np.abs(found - found.swapaxes(-1, -2)) > TOLERANCE):
        raise ValueError(f"{name} must be symmetric.")
    try:
        # Far cheaper than eigenvalues, which only the message needs.
        np.linalg.cholesky(found + TOLERANCE * np.eye(found.shape[-1]))
    except np.linalg.LinAlgError:
        smallest = np.linalg.eigvalsh(found)[..., 0]
        raise ValueError(
            f"{name} must be positive semidefinite: its smallest eigenvalue is "
            f"{np.min(smallest):.3g}, so no persons' visits can be correlated so."
        ) from None
    return found
