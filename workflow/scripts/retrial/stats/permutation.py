"""The permutation t test of two groups, for many samples at once."""

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from retrial.stats.ranks import RankTest
from retrial.stats.summaries import unboxed

# Sums held at once, about 64 MB.
_AT_ONCE = 8_000_000
# Sums this close, relative to the values' size, are equal.
_NOISE = 1e-12


def _regroupings(n1: int, n: int, permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Return who is in the first group, (regroupings, n) of 0 and 1: all, or drawn at random."""
    count = comb(n, n1)
    if count <= permutations:
        members = np.fromiter(
            (i for chosen in combinations(range(n), n1) for i in chosen), int, count * n1
        ).reshape(count, n1)
    else:
        members = rng.permuted(np.tile(np.arange(n), (permutations, 1)), axis=1)[:, :n1]
    indicator = np.zeros((len(members), n))
    np.put_along_axis(indicator, members, 1.0, axis=1)
    return indicator


def permutation_t(
    x: ArrayLike, y: ArrayLike, permutations: int = 9999, seed: int | np.random.Generator = 0
) -> RankTest:
    """Compare two means by the permutation test, two-sided.

    p is the share of regroupings of the pooled values whose Student t is at least as far from 0 as
    the observed one. Given the pooled values |t| grows with the distance of the first group's sum
    from its expectation, so only sums are computed. Exact when there are no more regroupings than
    `permutations`; else Monte Carlo, p = (1 + hits) / (1 + permutations) (Phipson & Smyth 2010, doi
    10.2202/1544-6115.1585), with the same regroupings for all draws.

    Args:
        x: First group(s), (..., n1).
        y: Second group(s), (..., n2); the other axes are broadcast.
        permutations: How many regroupings at most.
        seed: Seed or generator for the Monte Carlo regroupings.

    Returns:
        The test; the statistic is the mean difference, first minus second.

    Raises:
        ValueError: If a group is empty, a value is not finite or permutations is below 1.
    """
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("Values must be finite.")
    if permutations < 1 or min(first.ndim, second.ndim) < 1:
        raise ValueError("Two groups and at least one permutation are needed.")
    n1, n2 = first.shape[-1], second.shape[-1]
    if min(n1, n2) < 1:
        raise ValueError("Each group needs at least one value.")
    shape = np.broadcast_shapes(first.shape[:-1], second.shape[:-1])
    first = np.broadcast_to(first, (*shape, n1)).reshape(-1, n1)
    second = np.broadcast_to(second, (*shape, n2)).reshape(-1, n2)
    pooled = np.concatenate([first, second], axis=1)
    pooled = pooled - pooled.mean(axis=1, keepdims=True)
    indicator = _regroupings(n1, n1 + n2, permutations, np.random.default_rng(seed))
    observed = np.abs(pooled[:, :n1].sum(axis=1, keepdims=True))
    observed = observed - _NOISE * np.abs(pooled).sum(axis=1, keepdims=True)
    hits = np.empty(len(pooled))
    at_once = max(1, _AT_ONCE // len(indicator))
    for start in range(0, len(pooled), at_once):
        part = slice(start, start + at_once)
        hits[part] = (np.abs(pooled[part] @ indicator.T) >= observed[part]).sum(axis=1)
    exact = comb(n1 + n2, n1) <= permutations
    p = hits / len(indicator) if exact else (1 + hits) / (1 + len(indicator))
    difference = first.mean(axis=1) - second.mean(axis=1)
    return RankTest(unboxed(difference.reshape(shape)), unboxed(p.reshape(shape)))
