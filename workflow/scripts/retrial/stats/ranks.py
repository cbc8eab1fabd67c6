"""Rank tests of many samples at once: the last axis are the individuals, the others the draws.

Mann-Whitney's U (1947, doi 10.1214/aoms/1177730491) and Kruskal-Wallis' H (1952, doi
10.1080/01621459.1952.10483441).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from retrial.stats.summaries import unboxed

# Groups smaller than this are tested exactly by "auto" where no values are tied (R's wilcox.test).
_EXACT_BELOW = 50


@dataclass(frozen=True)
class RankTest:
    """A rank test; fields are floats, or arrays of the shape of the draws.

    Attributes:
        statistic: U of the first group, or H.
        p: Two-sided p.
        df: Degrees of freedom of H; None for U.
    """

    statistic: float | np.ndarray
    p: float | np.ndarray
    df: int | None = None


def average_ranks(values: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return ranks from 1 along the last axis, ties at their average, and sum t^3 - t over ties.

    Args:
        values: (..., N); NaN is not allowed.

    Returns:
        Ranks, (..., N), and the sums, (...).

    Raises:
        ValueError: If a value is NaN.
    """
    values = np.asarray(values, dtype=float)
    if np.isnan(values).any():
        raise ValueError("Values without a number (NaN) cannot be ranked.")
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    n = values.shape[-1]
    place = np.arange(n)
    ranks = np.empty(values.shape)
    same = ordered[..., 1:] == ordered[..., :-1]
    if not same.any():
        np.put_along_axis(ranks, order, np.broadcast_to(place + 1.0, values.shape), axis=-1)
        return ranks, np.zeros(values.shape[:-1])
    edge = np.ones((*values.shape[:-1], 1), dtype=bool)
    first = np.maximum.accumulate(np.where(np.concatenate([edge, ~same], axis=-1), place, 0), -1)
    ends = np.where(np.concatenate([~same, edge], axis=-1), place, n)
    last = np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    # Each of the t values of a tie adds t^2 - 1.
    return ranks, ((last - first + 1.0) ** 2 - 1).sum(axis=-1)


def _joined(groups: Sequence[ArrayLike]) -> tuple[np.ndarray, list[int]]:
    """Return the groups side by side along the last axis, and their sizes."""
    arrays = [np.asarray(group, dtype=float) for group in groups]
    if len(arrays) < 2 or any(array.ndim == 0 or array.shape[-1] == 0 for array in arrays):
        raise ValueError("At least two groups are needed, each of at least one value.")
    shape = np.broadcast_shapes(*(array.shape[:-1] for array in arrays))
    sizes = [array.shape[-1] for array in arrays]
    wide = [np.broadcast_to(a, (*shape, s)) for a, s in zip(arrays, sizes, strict=True)]
    return np.concatenate(wide, axis=-1), sizes


@lru_cache(maxsize=64)
def _u_tails(n1: int, n2: int) -> np.ndarray:
    """Return P(U >= u), u = 0 to n1 n2, where no values are tied.

    The counts are the coefficients of the Gaussian binomial coefficient, the product over i = 1 to
    n1 of (1 - q^(n2 + i)) / (1 - q^i); each factor keeps them whole numbers.
    """
    counts = np.zeros(n1 * n2 + 1, dtype=object)
    counts[0] = 1
    for i in range(1, n1 + 1):
        counts[n2 + i :] -= counts[: -(n2 + i)].copy()
        for start in range(i):
            counts[start::i] = np.cumsum(counts[start::i])
    total = sum(counts)
    tails = np.cumsum(counts[::-1])[::-1]
    return np.array([tail / total for tail in tails], dtype=float)


def mann_whitney(
    x: ArrayLike, y: ArrayLike, method: str = "auto", continuity: bool = True
) -> RankTest:
    """Compare two groups by the Mann-Whitney (Wilcoxon rank-sum) test, two-sided.

    Asymptotic: z = (|U - n1 n2 / 2| - c) / sigma with sigma^2 = n1 n2 / 12 (N + 1 - sum(t^3 - t) /
    (N (N - 1))) and c = 1/2 for the continuity correction (SPSS leaves it out, R and scipy do not).
    Exact: twice the smaller tail of the distribution of U, at most 1.

    Args:
        x: First group(s), (..., n1).
        y: Second group(s), (..., n2); the other axes are broadcast.
        method: "asymptotic", "exact", or "auto": exact where neither group has 50 or more values
            and none are tied (as R does), draw by draw.
        continuity: Whether the asymptotic test is corrected for continuity.

    Returns:
        The test; where all values are equal p is 1.

    Raises:
        ValueError: If the method is unknown, "exact" is asked of tied values, a group is empty or
            a value is NaN.
    """
    if method not in ("auto", "asymptotic", "exact"):
        raise ValueError(f"method must be auto, asymptotic or exact, found {method!r}.")
    values, (n1, n2) = _joined([x, y])
    ranks, ties = average_ranks(values)
    if method == "exact" and np.any(ties > 0):
        raise ValueError("The exact distribution of U does not hold where values are tied.")
    u = ranks[..., :n1].sum(axis=-1) - n1 * (n1 + 1) / 2
    apart = np.abs(u - n1 * n2 / 2)
    exact = (ties == 0) & (method == "exact" or (method == "auto" and max(n1, n2) < _EXACT_BELOW))
    n = n1 + n2
    variance = n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (apart - 0.5 * continuity) / np.sqrt(variance)
    # Without any spread there is no z and nothing that speaks against equality.
    p = np.where(variance > 0, np.minimum(2 * ndtr(-z), 1), 1.0)
    if exact.any():
        whole = np.rint(np.where(exact, apart + n1 * n2 / 2, 0)).astype(int)
        p = np.where(exact, np.minimum(2 * _u_tails(n1, n2)[whole], 1), p)
    return RankTest(unboxed(u), unboxed(p))


def _rank_sums(ranks: np.ndarray, sizes: list[int]) -> np.ndarray:
    """Return (..., groups) mean ranks."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.add.reduceat(ranks, starts, axis=-1) / np.array(sizes)


def kruskal_wallis(groups: Sequence[ArrayLike]) -> RankTest:
    """Compare two or more groups by the Kruskal-Wallis test, corrected for ties.

    H = 12 / (N (N + 1)) sum n_g (mean rank - (N + 1) / 2)^2 / (1 - sum(t^3 - t) / (N^3 - N)), p
    from chi-square with one df less than groups.

    Args:
        groups: One (..., n_g) array a group; the other axes are broadcast.

    Returns:
        The test; where all values are equal H is 0 and p is 1.

    Raises:
        ValueError: If there are fewer than two groups, one is empty or a value is NaN.
    """
    values, sizes = _joined(groups)
    ranks, ties = average_ranks(values)
    n, df = values.shape[-1], len(sizes) - 1
    apart = _rank_sums(ranks, sizes) - (n + 1) / 2
    between = 12 / (n * (n + 1)) * (np.array(sizes) * apart**2).sum(axis=-1)
    left = 1 - ties / (n**3 - n)
    h = np.where(left > 0, between / np.where(left > 0, left, 1), 0.0)
    return RankTest(unboxed(h), unboxed(chdtrc(df, h)), df)
