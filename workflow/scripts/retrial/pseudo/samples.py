"""Pseudo-individuals: samples that have exactly the printed mean and standard deviation (SD)."""

import numpy as np

from retrial.bounds import max_sd
from retrial.pseudo.constrained import inside, into_limits, standardized, stir, two_points
from retrial.pseudo.shapes import effective_limits, parent

# Sweeps of the Markov chain. The quantiles of skewness, median and greatest value no longer move by
# more than 0.05 SDs after 60 while the SD is at most about 1.3 times the distance of the mean from
# a lone limit; where it is twice that, the greatest value still grows by a tenth.
SWEEPS = 60
# Relative excess over the largest possible SD that is rounding in floating point.
_NOISE = 1e-9


def check_size(n: int, size: int) -> None:
    """Raise ValueError unless n is a whole number >= 2 and size one >= 1."""
    for name, value, least in (("n", n, 2), ("size", size, 1)):
        if value != int(value) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, found {value!r}.")


def check_moments(n: int, mean: float, sd: float, low: float, high: float) -> None:
    """Raise ValueError unless some n values from low to high have this mean and SD."""
    if not np.isfinite(mean) or not np.isfinite(sd) or sd < 0:
        raise ValueError(
            f"The mean must be finite and the SD finite and not negative, found {mean!r} and "
            f"{sd!r}."
        )
    limits = f"{low:g} to {high:g}"
    if not low <= mean <= high:
        raise ValueError(f"No data have these moments: the mean {mean:g} is not within {limits}.")
    bound = max_sd(mean, n, low, high)
    if sd > bound * (1 + _NOISE):
        raise ValueError(
            f"No data have these moments: {n} values within {limits} with the mean {mean:g} have "
            f"an SD of at most {bound:.6g}, found {sd:g}."
        )


def standard_draws(
    n: int, low: np.ndarray, high: np.ndarray, shape: str, rng: np.random.Generator
) -> np.ndarray:
    """Return (n, rows) samples with mean 0 and SD 1 within limits that allow them.

    Args:
        n: Values in a sample.
        low: Lower limits in SDs from the mean, (rows,); -inf for none.
        high: Upper limits.
        shape: One of `retrial.pseudo.SHAPES`.
        rng: Source of random numbers.
    """
    if shape == "two_point":
        return two_points(n, low, high, rng)
    family = parent(shape, n, low, high)
    values = standardized(family.sample(rng, n, len(low)))
    if family.log_density is not None:
        return stir(into_limits(values, low, high), low, high, family.log_density, rng, SWEEPS)
    # A normal sample that keeps the limits is distributed as it shall be; the others are stirred.
    broken = ~inside(values, low, high)
    low, high = low[broken], high[broken]
    repaired = into_limits(values[:, broken], low, high)
    values[:, broken] = stir(repaired, low, high, None, rng, SWEEPS)
    return values


def scaled_draws(
    n: int,
    mean: np.ndarray,
    sd: np.ndarray,
    shape: str,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return (rows, n) samples; row i has exactly mean[i] and sd[i], which the limits allow."""
    values = np.repeat(mean[:, None], n, axis=1)
    spread = sd > 0
    m, s = mean[spread], sd[spread]
    if len(m):
        z = standard_draws(n, (low - m) / s, (high - m) / s, shape, rng)
        # Turns add up rounding errors of 1e-15 each.
        values[spread] = (m + s * standardized(z)).T
    return np.clip(values, low, high)


def draw(
    n: int,
    mean: float,
    sd: float,
    *,
    shape: str,
    lower: float | None = None,
    upper: float | None = None,
    size: int,
    seed: int | np.random.Generator,
    decimals: int | None = None,
    mean_decimals: int | None = None,
    sd_decimals: int | None = None,
) -> np.ndarray:
    """Draw samples of n values that have exactly the given mean and SD.

    The draws are distributed as n independent values of the shape are, given that their mean and SD
    are the printed ones: for "normal" (cut off at the limits, if any) without approximation where
    there are no limits, else, and for "lognormal", "gamma" and "beta", by a Markov chain of SWEEPS
    sweeps (`retrial.pseudo.constrained`). The parameters of a shape come from mean, SD and limits
    by the method of moments; lognormal and gamma values begin at `lower` (0 where it is None),
    "beta" runs from `lower` to `upper`. "two_point" is the extreme: two values only, as far apart
    as mean and SD ask, in random numbers (with one or more at the upper limit and one between
    where the limits allow no two values).

    With `decimals`, values are recorded to that many decimals and the sample's mean and SD round to
    the printed ones at `mean_decimals` and `sd_decimals` (a tie may go either way), as SPRITE does
    (Heathers et al. 2018, doi 10.7287/peerj.preprints.26968v1); the totals are drawn uniformly from
    those that the printed mean allows, the SD from its rounding interval.

    Args:
        n: Group size, at least 2.
        mean: Mean, in the unit of the outcome.
        sd: Sample SD (divisor n - 1).
        shape: One of `retrial.pseudo.SHAPES`.
        lower: Least possible value; None for no limit.
        upper: Greatest possible value; None for no limit.
        size: How many samples.
        seed: Seed or generator; the same seed gives the same draws.
        decimals: Decimals to which values are recorded; None for any real number.
        mean_decimals: Decimals of the printed mean; needed with `decimals`.
        sd_decimals: Decimals of the printed SD; needed with `decimals`.

    Returns:
        (size, n); the order within a sample carries no information.

    Raises:
        ValueError: If no data have these moments within the limits, the shape needs a limit that is
            not given, no recorded values were found that round to the printed mean and SD, or an
            input is impossible.
    """
    check_size(n, size)
    n, size, mean, sd = int(n), int(size), float(mean), float(sd)
    low, high = effective_limits(shape, lower, upper, mean)
    rng = np.random.default_rng(seed)
    if decimals is not None:
        # Imported here because it draws from this module itself.
        from retrial.pseudo.recorded import recorded_draws

        places = (decimals, mean_decimals, sd_decimals)
        return recorded_draws(n, mean, sd, places, shape, low, high, size, rng)
    if mean_decimals is not None or sd_decimals is not None:
        raise ValueError("mean_decimals and sd_decimals are used only together with decimals.")
    check_moments(n, mean, sd, low, high)
    return scaled_draws(n, np.full(size, mean), np.full(size, sd), shape, low, high, rng)
