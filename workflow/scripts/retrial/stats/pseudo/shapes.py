"""Distributions that a sample may come from, in units of its own mean and standard deviation (SD).

Everything here is standardized: 0 is the printed mean, 1 the printed SD, and the limits are
`low` < 0 < `high`, infinite where there is none. The mean, the SD and the limits alone then settle
the parameters of a shape, by the method of moments.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, gammaincinv, ndtr

SHAPES = ("normal", "lognormal", "gamma", "beta", "two_point")

# Distance from a limit below which a logarithm is held fixed.
_TINY = 1e-300
# Beyond 6 SDs of the latent normal a quantile is that at 6: moments are put right afterwards.
_GRID = np.linspace(-6, 6, 2001)
# Least sum of a beta distribution's parameters: below it all values lie at the limits anyway.
_LEAST_BETA = 1e-3


@dataclass(frozen=True)
class Parent:
    """A distribution with mean 0 and SD 1.

    Attributes:
        sample: (rng, n, rows) -> (n, rows) independent values.
        log_density: (n, rows) -> (n, rows), up to a constant and to multiples of a value and of its
            square, which sum to constants where the mean and SD are given; None where nothing else
            is left of it, as for a normal distribution.
        quantile: Latent standard normal values -> values of the distribution with the same
            probability below them, for the first of the rows only.
    """

    sample: Callable[[np.random.Generator, int, int], np.ndarray]
    log_density: Callable[[np.ndarray], np.ndarray] | None
    quantile: Callable[[np.ndarray], np.ndarray]


def _log(distance: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(distance, _TINY))


def _interpolated(values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the quantile function through `values` at the grid (an inverse is slow to call)."""
    return lambda latent: np.interp(latent, _GRID, values)


def _normal(n: int, low: np.ndarray, high: np.ndarray) -> Parent:
    """Return the normal distribution; given mean and SD its truncation leaves only the limits."""
    return Parent(lambda rng, n, rows: rng.standard_normal((n, rows)), None, lambda latent: latent)


def _lognormal(n: int, low: np.ndarray, high: np.ndarray) -> Parent:
    """Return exp(N(mu, sigma^2)) above `low`: sigma^2 = log(1 + 1 / low^2)."""
    variance = np.log1p(1 / low**2)
    mu, sigma = np.log(-low) - variance / 2, np.sqrt(variance)

    def log_density(values: np.ndarray) -> np.ndarray:
        logs = _log(values - low)
        return -logs - (logs - mu) ** 2 / (2 * variance)

    return Parent(
        lambda rng, n, rows: low + np.exp(mu + sigma * rng.standard_normal((n, rows))),
        log_density,
        lambda latent: low[0] + np.exp(mu[0] + sigma[0] * latent),
    )


def _gamma(n: int, low: np.ndarray, high: np.ndarray) -> Parent:
    """Return the gamma distribution above `low`, of shape low^2 and scale -1 / low."""
    alpha, scale = low**2, -1 / low
    table = low[0] + scale[0] * gammaincinv(alpha[0], ndtr(_GRID))
    return Parent(
        lambda rng, n, rows: low + scale * rng.standard_gamma(alpha, (n, rows)),
        lambda values: (alpha - 1) * _log(values - low),
        _interpolated(table),
    )


def _beta(n: int, low: np.ndarray, high: np.ndarray) -> Parent:
    """Return the beta distribution from `low` to `high`.

    Its variance is the sample's with divisor n: that exists for every sample within the limits,
    the one with divisor n - 1 does not.
    """
    width = high - low
    centre = -low / width
    total = np.maximum(centre * (1 - centre) * width**2 * n / (n - 1) - 1, _LEAST_BETA)
    alpha, beta = centre * total, (1 - centre) * total
    table = low[0] + width[0] * betaincinv(alpha[0], beta[0], ndtr(_GRID))
    return Parent(
        lambda rng, n, rows: low + width * rng.beta(alpha, beta, (n, rows)),
        lambda values: (alpha - 1) * _log(values - low) + (beta - 1) * _log(high - values),
        _interpolated(table),
    )


_PARENTS = {"normal": _normal, "lognormal": _lognormal, "gamma": _gamma, "beta": _beta}


def parent(shape: str, n: int, low: np.ndarray, high: np.ndarray) -> Parent:
    """Return the standardized distribution of a shape.

    Args:
        shape: One of `SHAPES` but "two_point", which is no distribution of independent values.
        n: Size of the sample.
        low: Lower limits in SDs from the mean, one a row.
        high: Upper limits.
    """
    return _PARENTS[shape](n, low, high)


def effective_limits(
    shape: str, lower: float | None, upper: float | None, mean: float
) -> tuple[float, float]:
    """Return the limits of the values of a shape, infinite where there is none.

    Lognormal and gamma values begin at the lower limit, at 0 where none is given.

    Raises:
        ValueError: If the shape is unknown, or needs a limit that is not given.
    """
    if shape not in SHAPES:
        raise ValueError(f"shape must be one of {', '.join(SHAPES)}, found {shape!r}.")
    low = -np.inf if lower is None else float(lower)
    high = np.inf if upper is None else float(upper)
    if np.isnan(low) or np.isnan(high) or low > high:
        raise ValueError(f"The limits must be numbers in order, found {lower!r} and {upper!r}.")
    if shape == "beta" and not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("The shape beta needs a lower and an upper limit.")
    if shape in ("lognormal", "gamma") and np.isinf(low):
        if mean <= 0:
            raise ValueError(
                f"The shape {shape} begins at 0 unless a lower limit is given, so it cannot have "
                f"the mean {mean:g}."
            )
        low = 0.0
    return low, high
