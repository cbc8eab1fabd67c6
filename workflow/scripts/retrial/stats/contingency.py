"""Tests of a whole table of counts, and both tails of a 2 x 2 table with its margins kept."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, xlogy


def table_p(counts: ArrayLike, *, likelihood: bool = False) -> float:
    """Return p of the independence of rows and columns, without a correction.

    Pearson's chi-square, or the likelihood ratio G = 2 sum(observed log(observed / expected))
    (Agresti 2013, section 3.2), on (rows - 1) (columns - 1) degrees of freedom.

    Args:
        counts: Patients, shape (rows, columns); no row and no column may be empty.
        likelihood: Whether it is the likelihood ratio.

    Raises:
        ValueError: If a row or a column has no patient.
    """
    observed = np.asarray(counts, dtype=float)
    rows, columns = observed.sum(axis=1), observed.sum(axis=0)
    if not rows.all() or not columns.all():
        raise ValueError(f"no row and no column may be empty, found {observed.tolist()}.")
    expected = np.outer(rows, columns) / observed.sum()
    if likelihood:
        statistic = 2 * xlogy(observed, observed / expected).sum()
    else:
        statistic = ((observed - expected) ** 2 / expected).sum()
    return float(chdtrc((len(rows) - 1) * (len(columns) - 1), max(statistic, 0.0)))


def doubled_fisher(events1: int, n1: int, events2: int, n2: int) -> float:
    """Return twice the smaller one-sided p of Fisher's test, at most 1.

    The tails are sums of hypergeometric probabilities in whole numbers, so they are exact.

    Args:
        events1: Patients of the first arm with the event.
        n1: Patients of the first arm.
        events2: Patients of the second arm with the event.
        n2: Patients of the second arm.
    """
    events, ways = events1 + events2, comb(n1 + n2, events1 + events2)
    of = [comb(n1, k) * comb(n2, events - k) if k <= events else 0 for k in range(n1 + 1)]
    fewer, more = sum(of[: events1 + 1]), sum(of[events1:])
    return min(1.0, 2 * min(fewer, more) / ways)
