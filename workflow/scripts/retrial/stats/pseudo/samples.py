"""Pseudo-individuals: samples that have exactly the printed mean and standard deviation (SD)."""

import numpy as np

from retrial.stats.bounds import max_sd
from retrial.stats.pseudo.constrained import inside, into_limits, standardized, stir, two_points
from retrial.stats.pseudo.shapes import Parent, effective_limits, parent

# Sweeps of the Markov chain, and independent samples among which each chain finds its start.
SWEEPS = 60
_TRIED = 16
# Where the SD is more than 1.4 times the distance of the mean from a limit, few values carry most
# of the spread, turns are rarely accepted and the chain is this many times as long.
_SKEWED, _LONGER = 1.4, 5
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


def _likely(family: Parent, n: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return, of _TRIED independent samples a row, the one of mean nearest 0 and SD nearest 1.

    The less a sample must be changed to have the moments, the nearer the chain begins to its end.
    """
    best, least = np.empty((n, rows)), np.full(rows, np.inf)
    for _ in range(_TRIED):
        values = family.sample(rng, n, rows)
        distance = values.mean(axis=0) ** 2 + (values.std(axis=0, ddof=1) - 1) ** 2
        nearer = distance < least
        best[:, nearer], least[nearer] = values[:, nearer], distance[nearer]
    return best


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
    skewed = np.any(np.minimum(-low, high) < 1 / _SKEWED)
    sweeps = SWEEPS * _LONGER if skewed else SWEEPS
    if family.log_density is not None:
        start = into_limits(standardized(_likely(family, n, len(low), rng)), low, high)
        return stir(start, low, high, family.log_density, rng, sweeps)
    values = standardized(family.sample(rng, n, len(low)))
    # A normal sample that keeps the limits is distributed as it shall be; the others are stirred.
    broken = ~inside(values, low, high)
    low, high = low[broken], high[broken]
    repaired = into_limits(values[:, broken], low, high)
    values[:, broken] = stir(repaired, low, high, None, rng, sweeps)
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
    sweeps or more (`retrial.stats.pseudo.constrained`). Quantiles of the draws' medians and
    greatest values then agree with those of chains 7 to 17 times as long to 0.03 SDs for n = 15,
    and to 0.07 SDs for n = 40 with an SD of twice the distance of the mean from its limit (p values
    there: to a quarter of themselves). The parameters of a shape come from mean, SD and limits by
    the method of moments; lognormal and gamma values begin at `lower` (0 where it is None), "beta"
    runs from `lower` to `upper`. "two_point" is the extreme: two values only, as far apart as mean
    and SD ask, as many of each as chance has it (with some at the upper limit and one in between
    where the limits allow no two values).

    With `decimals`, values are recorded to that many decimals and the sample's mean and SD round to
    the printed ones at `mean_decimals` and `sd_decimals` (a tie may go either way), as SPRITE does
    (Heathers et al. 2018, doi 10.7287/peerj.preprints.26968v1); the totals are drawn uniformly from
    those that the printed mean allows, the SD from its rounding interval. Up to four values are
    looked up among all samples that round right, the nearest of several random ones to each draw.

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
        from retrial.stats.pseudo.recorded import recorded_draws

        places = (decimals, mean_decimals, sd_decimals)
        return recorded_draws(n, mean, sd, places, shape, low, high, size, rng)
    if mean_decimals is not None or sd_decimals is not None:
        raise ValueError("mean_decimals and sd_decimals are used only together with decimals.")
    check_moments(n, mean, sd, low, high)
    return scaled_draws(n, np.full(size, mean), np.full(size, sd), shape, low, high, rng)
