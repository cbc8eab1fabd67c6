"""Pseudo-individuals followed over visits: exact means, SDs and correlations between visits.

Standardized as in `retrial.stats.pseudo.shapes`, the values of all persons at all visits form an
(n, visits) matrix X with column sums 0 and X'X = (n - 1) R. Turning three persons about their
common mean, by the same angle at every visit, keeps all of that: it is how values are brought
within limits.
"""

import numpy as np
from numpy.typing import ArrayLike

from retrial.stats.pseudo.constrained import inside
from retrial.stats.pseudo.samples import check_moments, check_size
from retrial.stats.pseudo.shapes import effective_limits, parent

# Draws from which the latent correlation is found, and steps of that.
_PILOT, _CALIBRATIONS = 400, 8
# Sweeps that bring values within their limits, and how often a draw may be begun anew.
_SWEEPS, _STARTS = 200, 10
_NOISE = 1e-9


def correlation_matrix(correlation: ArrayLike, visits: int) -> np.ndarray:
    """Return the (visits, visits) correlation matrix; a number stands for one between all pairs.

    Raises:
        ValueError: If it is no correlation matrix (symmetric, ones on the diagonal, no negative
            eigenvalue).
    """
    matrix = np.asarray(correlation, dtype=float)
    if matrix.ndim == 0:
        matrix = np.where(np.eye(visits, dtype=bool), 1.0, float(matrix))
    if matrix.shape != (visits, visits):
        raise ValueError(
            f"The correlation must be a number or a {visits} x {visits} matrix, found the shape "
            f"{matrix.shape}."
        )
    symmetric = np.allclose(matrix, matrix.T, atol=_NOISE, rtol=0)
    if not symmetric or not np.allclose(np.diag(matrix), 1, atol=_NOISE, rtol=0):
        raise ValueError("A correlation matrix is symmetric with ones on its diagonal.")
    if np.linalg.eigvalsh(matrix).min() < -_NOISE:
        raise ValueError(
            "No data have this correlation matrix: it has a negative eigenvalue. One correlation "
            f"between all of {visits} visits is at least {-1 / (visits - 1):g}."
        )
    return matrix


def _root(matrix: np.ndarray) -> np.ndarray:
    """Return the symmetric square root(s) of (..., k, k) matrices without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))[..., None, :]) @ np.swapaxes(vectors, -1, -2)


def _with_covariance(values: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return (rows, n, k) values with column means 0, SDs 1 and exactly this correlation.

    Of all linear maps that do so X S^(-1/2) (S^(1/2) R S^(1/2))^(1/2) S^(-1/2) moves the values
    least (the optimal transport between the covariances S and R), so it leaves the shape best.
    """
    centred = values - values.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).sum(axis=1, keepdims=True) / (values.shape[1] - 1))
    centred = centred / scale
    half = _root(np.swapaxes(centred, 1, 2) @ centred / (values.shape[1] - 1))
    inverse = np.linalg.inv(half)
    found = centred @ inverse @ _root(half @ matrix @ half) @ inverse
    # The inverse costs digits where n is hardly more than the visits; means and SDs get them back.
    found -= found.mean(axis=1, keepdims=True)
    return found * np.sqrt((found.shape[1] - 1) / (found**2).sum(axis=1, keepdims=True))


def _without_singularity(matrix: np.ndarray) -> np.ndarray:
    """Return the matrix with eigenvalues of at least 1e-6 and then ones on the diagonal."""
    values, vectors = np.linalg.eigh(matrix)
    raised = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    deviation = np.sqrt(np.diag(raised))
    return raised / deviation / deviation[:, None]


def _latent_correlation(matrix, quantiles, n, rng) -> np.ndarray:
    """Return the latent correlation whose transformed values have, on average, `matrix`."""
    normal = rng.standard_normal((_PILOT * n, len(matrix)))
    latent = matrix
    for _ in range(_CALIBRATIONS):
        values = _transformed(normal @ _root(latent), quantiles)
        found = np.atleast_2d(np.corrcoef(values, rowvar=False))
        latent = _without_singularity(latent + matrix - found)
    return latent


def _transformed(latent: np.ndarray, quantiles) -> np.ndarray:
    """Return values of each visit's shape from latent normal ones, visits along the last axis."""
    return np.stack([q(latent[..., i]) for i, q in enumerate(quantiles)], axis=-1)


def _excess(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return how far values lie outside the limits, summed over visits (the last axis)."""
    return (np.maximum(low - values, 0) + np.maximum(values - high, 0)).sum(axis=-1)


def _turned(triples: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Return (3, thirds, rows, k) values turned about the mean of the three (Rodrigues)."""
    first, second, third = triples
    apart = np.stack([third - second, first - third, second - first]) / np.sqrt(3)
    centre = triples.mean(axis=0)
    angle = angle[..., None]
    return centre + (triples - centre) * np.cos(angle) + apart * np.sin(angle)


def _brought_inside(values, low, high, rng) -> np.ndarray:
    """Return (rows, n, k) values after turns of three persons that bring them within limits."""
    values = np.swapaxes(values, 0, 1).copy()
    n = len(values)
    thirds = n // 3
    for _ in range(_SWEEPS):
        broken = np.flatnonzero(_excess(values, low, high).sum(axis=0) > 0)
        if not len(broken):
            break
        chosen = rng.permutation(n)[: 3 * thirds].reshape(3, thirds)
        old = values[chosen][:, :, broken]
        # Of several turns the one that leaves least outside; small ones and large ones.
        best, least = old, _excess(old, low, high).sum(axis=0)
        for _ in range(4):
            angle = np.pi * rng.uniform(-1, 1, least.shape) ** 3
            new = _turned(old, angle)
            outside = _excess(new, low, high).sum(axis=0)
            # Equals are taken too: they carry room for the next turn to those who need it.
            better = outside <= least
            best, least = np.where(better[..., None], new, best), np.where(better, outside, least)
        values[chosen[:, :, None], broken] = best
    return np.swapaxes(values, 0, 1)


def _checked(n, means, sds, shape, lower, upper) -> tuple[np.ndarray, ...]:
    """Return means, SDs and limits of each visit, all (visits,), or raise ValueError."""
    mean, sd = np.atleast_1d(means).astype(float), np.atleast_1d(sds).astype(float)
    if mean.ndim != 1 or mean.shape != sd.shape:
        raise ValueError(f"One mean and one SD a visit are needed, found {means!r} and {sds!r}.")
    if shape == "two_point":
        raise ValueError("The shape two_point has no profiles: two values fix the correlation.")
    limits = []
    for visit, (m, s) in enumerate(zip(mean, sd, strict=True)):
        try:
            limits.append(effective_limits(shape, lower, upper, m))
            check_moments(n, m, s, *limits[-1])
        except ValueError as error:
            raise ValueError(f"Visit {visit + 1}: {error}") from error
    if np.any(sd == 0):
        raise ValueError("Every SD must be positive: without any spread there is no correlation.")
    low, high = np.array(limits).T
    return mean, sd, low, high


def draw_profiles(
    n: int,
    means: ArrayLike,
    sds: ArrayLike,
    correlation: ArrayLike,
    *,
    shape: str = "normal",
    lower: float | None = None,
    upper: float | None = None,
    size: int,
    seed: int | np.random.Generator,
) -> np.ndarray:
    """Draw persons over visits with exactly the given means, SDs and correlations of visits.

    Means, SDs and the sample's correlations are exact for every shape. What is approximate is the
    shape: "normal" without limits is a normal sample given these moments; the others start from a
    Gaussian copula with the shape at each visit (its latent correlation found by iteration), which
    the smallest linear map then gives the exact correlation. Values that the limits do not allow
    are brought within them by turns of three persons at a time, alike at all visits, which keep all
    moments.

    Args:
        n: Persons, more than visits.
        means: Mean at each visit, in the unit of the outcome.
        sds: Sample SD (divisor n - 1) at each visit, positive.
        correlation: Within-person correlation of visits: a matrix, or a number for all pairs.
        shape: One of `retrial.pseudo.SHAPES` but "two_point".
        lower: Least possible value at any visit; None for no limit.
        upper: Greatest possible value; None for no limit.
        size: How many draws.
        seed: Seed or generator; the same seed gives the same draws.

    Returns:
        (size, n, visits).

    Raises:
        ValueError: If n is not more than the visits (the correlation cannot be exact), the
            correlation is no correlation matrix, no data have a visit's moments within the limits,
            or no draws were found that keep limits and correlation together.
    """
    check_size(n, size)
    mean, sd, low, high = _checked(int(n), means, sds, shape, lower, upper)
    visits = len(mean)
    if n <= visits:
        raise ValueError(
            f"{n} persons cannot have a given correlation of {visits} visits exactly: more persons "
            "than visits are needed."
        )
    matrix = correlation_matrix(correlation, visits)
    rng = np.random.default_rng(seed)
    z_low, z_high = (low - mean) / sd, (high - mean) / sd
    parents = [parent(shape, int(n), z_low[[i]], z_high[[i]]) for i in range(visits)]
    quantiles = [one.quantile for one in parents]
    latent = _without_singularity(matrix)
    if shape != "normal":
        latent = _latent_correlation(matrix, quantiles, int(n), rng)
    root = _root(latent)
    values = np.empty((int(size), int(n), visits))
    missing = np.arange(int(size))
    for _ in range(_STARTS):
        normal = rng.standard_normal((len(missing), int(n), visits))
        drawn = _with_covariance(_transformed(normal @ root, quantiles), matrix)
        drawn = _brought_inside(drawn, z_low, z_high, rng)
        values[missing] = drawn
        kept = inside(np.moveaxis(drawn, 1, 0), z_low, z_high).all(axis=-1)
        missing = missing[~kept]
        if not len(missing):
            return np.clip(mean + sd * values, low, high)
    raise ValueError(
        f"For {len(missing)} of {size} draws no values within {lower} to {upper} were found that "
        "have these means, SDs and correlations together; there may be none."
    )
