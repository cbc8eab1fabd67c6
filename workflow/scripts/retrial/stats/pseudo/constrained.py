"""Samples with exactly a given mean and standard deviation (SD), all values within limits.

Standardized as in `retrial.stats.pseudo.shapes`: the n values of a column sum to 0 and their
squares to n - 1, so they lie on a sphere, and the limits cut a box out of it. Columns are samples.

Turning three values about their common mean keeps their sum and their sum of squares. Such turns,
accepted with the ratio of the densities (Metropolis et al. 1953, doi 10.1063/1.1699114), lead from
any sample on the sphere to one that is distributed as independent values of the parent
distribution are, *given* that their mean and SD are the printed ones: the sphere's surface measure
is the right one, because the gradients of mean and SD have the same lengths all over it.
"""

from collections.abc import Callable

import numpy as np

# Share of the way to the limits to which a sample is shrunk before it is stretched again: no value
# then stands on a limit, where a density may be 0 or infinite.
_INSIDE = 0.98
# Intervals of angles, in radians, that are too small to tell from rounding.
_FIXED = 1e-7


def standardized(values: np.ndarray) -> np.ndarray:
    """Return columns with sum 0 and sum of squares n - 1."""
    centred = values - values.mean(axis=0)
    squares = (centred**2).sum(axis=0)
    return centred * np.sqrt((len(values) - 1) / squares)


def inside(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return which columns keep the limits."""
    return (values.min(axis=0) >= low) & (values.max(axis=0) <= high)


def _extreme(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the sample of the largest SD for mean 0, in the order of `values`.

    As many at the upper limit as the mean allows, the rest at the lower, one in between.
    """
    n = len(values)
    with np.errstate(invalid="ignore"):
        above = np.where(np.isinf(high), 0, n * -low / (high - low))
        below = np.where(np.isinf(low), 0, n * high / (high - low))
    top = np.where(np.isinf(low), n - 1 - np.floor(below), np.floor(above)).clip(0, n - 1)
    high_part = np.where(top > 0, high, 0) * top
    rest = n - 1 - top
    low_part = np.where(rest > 0, low, 0) * rest
    rank = np.argsort(np.argsort(-values, axis=0, kind="stable"), axis=0)
    at_low = np.where(rank > top, low, -(high_part + low_part))
    return np.where(rank < top, high, at_low)


def into_limits(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return standardized columns within the limits, near the given ones and in their order.

    A sample that breaks the limits is shrunk towards its mean until it keeps them and then moved
    towards the sample of the largest SD. All mixtures of the two keep the mean and the limits, and
    the SD grows from too small to too large, so that one of them has the right one: the root of a
    quadratic, which exists whenever the SD is possible at all.

    Args:
        values: (n, rows), standardized.
        low: Lower limits, (rows,).
        high: Upper limits, (rows,).
    """
    broken = ~inside(values, low, high)
    if not broken.any():
        return values
    z, low, high = values[:, broken], low[broken], high[broken]
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(z > 0, high / z, np.where(z < 0, low / z, np.inf)).min(axis=0)
    small = z * np.minimum(_INSIDE * reach, 1)
    step = _extreme(z, low, high) - small
    a, half_b = (step**2).sum(axis=0), (small * step).sum(axis=0)
    c = (small**2).sum(axis=0) - (len(z) - 1)
    share = (np.sqrt(np.maximum(half_b**2 - a * c, 0)) - half_b) / a
    found = values.copy()
    found[:, broken] = small + np.clip(share, 0, 1) * step
    return found


def _new_triples(
    triples: np.ndarray, low: np.ndarray, high: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return triples drawn uniformly from those with the same sum, sum of squares and limits.

    They lie on a circle: centre + radius cos(angle + 0, 120, 240 degrees). Up to the order of the
    three, angles from 0 to 60 degrees are all there are, and there the first is the greatest and
    falls, the second is the least and falls too: what the limits leave is one interval.

    Args:
        triples: (3, thirds, rows), within the limits.
        low: Lower limits, (rows,).
        high: Upper limits, (rows,).
        rng: Source of random numbers.
    """
    centre = triples.mean(axis=0)
    radius = np.sqrt(((triples - centre) ** 2).sum(axis=0) * (2 / 3))
    third = 2 * np.pi / 3
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.arccos(np.clip((high - centre) / radius, -1, 1))
        last = np.arccos(np.clip((low - centre) / radius, -1, 1)) - third
    # A radius of 0 leaves nothing to choose; a value on a limit may cross it by rounding.
    first = np.clip(np.nan_to_num(first), 0, third / 2)
    last = np.clip(np.nan_to_num(last), first, third / 2)
    # The angle of a value on a limit is known to 1e-8 only: where no more than that is left, a turn
    # would lead out of the limits.
    fixed = last - first < _FIXED
    angle = first + (last - first) * rng.random(first.shape)
    # One of the six orders at random: the sign turns the order of two, the shift goes round.
    angle = np.where(rng.random(angle.shape) < 0.5, angle, -angle)
    angle += third * rng.integers(3, size=angle.shape)
    along, across = radius * np.cos(angle), radius * np.sin(angle) * np.sqrt(0.75)
    new = centre + np.stack([along, -along / 2 - across, -along / 2 + across])
    return np.where(fixed, triples, new)


def stir(
    values: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    log_density: Callable[[np.ndarray], np.ndarray] | None,
    rng: np.random.Generator,
    sweeps: int,
) -> np.ndarray:
    """Return columns after random turns of triples that keep mean, SD and limits.

    Args:
        values: (n, rows), within the limits; fewer than three values cannot move.
        low: Lower limits, (rows,).
        high: Upper limits, (rows,).
        log_density: Of a value, elementwise; None for the normal distribution.
        rng: Source of random numbers.
        sweeps: How often every value is turned once.
    """
    n, rows = values.shape
    thirds = n // 3
    if thirds == 0 or rows == 0:
        return values
    values = values.copy()
    for _ in range(sweeps):
        # One order for all columns: it is independent of their values, so it may be shared.
        chosen = rng.permutation(n)[: 3 * thirds].reshape(3, thirds)
        old = values[chosen]
        new = _new_triples(old, low, high, rng)
        if log_density is not None:
            gain = (log_density(new) - log_density(old)).sum(axis=0)
            new = np.where(np.log1p(-rng.random((thirds, rows))) <= gain, new, old)
        values[chosen] = new
    return values


def two_points(n: int, low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return samples of two values only, as many of each as chance has it within the limits.

    j values at sqrt((n - 1)(n - j) / (n j)), the others at -sqrt((n - 1) j / (n (n - j))). Where
    no j keeps the limits: floor(x) values at the upper limit with x = n (0 - low) / (high - low),
    one in between and the others equal, which always does.

    Args:
        n: Values in a sample.
        low: Lower limits, (rows,).
        high: Upper limits, (rows,).
        rng: Source of random numbers.

    Returns:
        (n, rows), in random order.
    """
    rows = len(low)
    j = np.arange(1, n)[:, None]
    top = np.sqrt((n - 1) * (n - j) / (n * j))
    bottom = -np.sqrt((n - 1) * j / (n * (n - j)))
    slack = 1 + 1e-12
    fits = (top <= high * slack) & (bottom >= low * slack)
    pick = np.floor(rng.random(rows) * fits.sum(axis=0)) + 1
    chosen = np.argmax(np.cumsum(fits, axis=0) == pick, axis=0)
    place = np.arange(n)[:, None]
    values = np.where(place <= chosen, top[chosen, 0], bottom[chosen, 0])
    none = ~fits.any(axis=0)
    if none.any():
        values[:, none] = _nearly_two_points(n, low[none], high[none])
    return rng.permuted(values, axis=0)


def _nearly_two_points(n: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return floor(x) values at `high`, one in between and the others equal."""
    at_high = np.clip(np.floor(n * -low / (high - low)), 0, n - 2)
    others = n - at_high
    mean = -at_high * high / others
    squares = np.maximum(n - 1 - at_high * high**2 - others * mean**2, 0)
    between = mean + np.sqrt(squares * (others - 1) / others)
    rest = mean - np.sqrt(squares / (others * (others - 1)))
    place = np.arange(n)[:, None]
    values = np.where(place < at_high, high, np.where(place == at_high, between, rest))
    return np.clip(values, low, high)
