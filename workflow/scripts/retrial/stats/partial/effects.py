"""From bounds of an effect and of two SDs to bounds of p, and to the effect that p needs.

At a given degree of freedom p falls with the effect's size and rises with its standard error.
Welch's degrees of freedom depend on the share w of the first arm in the squared standard error:
1 / df = w^2 / (n1 - 1) + (1 - w)^2 / (n2 - 1). With w fixed, a larger variance only widens: so the
least of p and of the effect that it needs is on the edges where one SD is least, the greatest where
one is greatest. Along an edge neither rises nor falls throughout (a second SD adds variance, and
degrees of freedom too), so each edge is searched; the bounds are sharp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from math import inf, isinf, nan, sqrt

import numpy as np
from scipy import special

from retrial.stats.means import MEANS_METHODS

Interval = tuple[float, float]
Edge = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
_POINTS, _ZOOMS = 65, 6  # of a search along an edge: points at a time, and how often it closes in


@dataclass(frozen=True)
class Errors:
    """What the standard error of an effect, with its degrees of freedom, can be.

    Each edge takes places u (m,) from 0 to 1 and gives standard errors (m,) and df (m,). The least
    p, and the least effect that reaches a p, is on one of `least`; the greatest on one of
    `greatest`.
    """

    least: tuple[Edge, ...]
    greatest: tuple[Edge, ...]


def _point(error: float, df: float) -> Edge:
    return lambda u: (np.full(len(u), error), np.full(len(u), df))


def _welch_edge(fixed: float, moving: Interval, n_fixed: int, n_moving: int) -> Edge:
    """Return the edge along which one arm's variance of the mean moves and the other's is fixed."""

    def share(variance: float) -> float:
        if isinf(variance) or isinf(fixed):
            return 0.0
        return fixed / (fixed + variance) if fixed > 0 else 0.0

    high, low = share(moving[0]), share(moving[1])  # the share falls as the other variance rises

    def edge(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if fixed == 0 or isinf(fixed):
            # One arm alone: its own degrees of freedom, and it is least at its least.
            total = np.where(u < 1, moving[0], moving[1]) + fixed
            df = n_moving - 1 if fixed == 0 and moving[0] > 0 else n_fixed + n_moving - 2
            return np.sqrt(total), np.full(len(u), float(df))
        w = low + (high - low) * u
        with np.errstate(divide="ignore"):
            total = np.where(w > 0, fixed / np.where(w > 0, w, 1.0), inf)
        return np.sqrt(total), 1 / (w**2 / (n_fixed - 1) + (1 - w) ** 2 / (n_moving - 1))

    return edge


def standard_errors(
    s1: Interval, ns1: Interval, s2: Interval, ns2: Interval, *, equal_var: bool
) -> Errors:
    """Return the possible standard errors of a difference of means, with their df.

    Args:
        s1: Least and greatest SD of the first arm; the greatest may be infinite.
        ns1: Least and greatest n of the first arm, whole numbers of at least 2.
        s2: The same of the second arm.
        ns2: The same of the second arm.
        equal_var: True for Student, False for Welch.
    """
    least: list[Edge] = []
    greatest: list[Edge] = []
    for n1, n2 in product(sorted(set(ns1)), sorted(set(ns2))):
        if equal_var:
            df = n1 + n2 - 2
            ends = [
                sqrt(((n1 - 1) * a**2 + (n2 - 1) * b**2) / df * (1 / n1 + 1 / n2))
                for a, b in zip(s1, s2, strict=True)
            ]
            least.append(_point(ends[0], df))
            greatest.append(_point(ends[1], df))
            continue
        first = tuple(s**2 / n1 for s in s1)
        second = tuple(s**2 / n2 for s in s2)
        for edges, end in ((least, 0), (greatest, 1)):
            edges.append(_welch_edge(first[end], second, n1, n2))
            edges.append(_welch_edge(second[end], first, n2, n1))
    return Errors(tuple(least), tuple(greatest))


def errors_between(error: Interval, df: Interval) -> Errors:
    """Return the possible standard errors where error and df vary apart, as of a paired test."""
    return Errors((_point(error[0], df[1]),), (_point(error[1], df[0]),))


def _extreme(function: Callable, edges: tuple[Edge, ...], sign: int) -> float:
    """Return the least (sign 1) or greatest (-1) of a function of (error, df) over some edges."""
    best = inf
    for edge in edges:
        low, high = 0.0, 1.0
        for _ in range(_ZOOMS):
            places = np.linspace(low, high, _POINTS)
            values = sign * function(*edge(places))
            at = int(np.argmin(values))
            best = min(best, float(values[at]))
            low, high = places[max(at - 1, 0)], places[min(at + 1, _POINTS - 1)]
    return sign * best


def change_sd_bounds(before: Interval, after: Interval, rho: Interval) -> Interval:
    """Return the least and greatest SD of a change, for SDs and a correlation within intervals.

    sd^2 = a^2 + b^2 - 2 rho a b: convex in the SDs, so greatest at a corner; least at a corner or
    where one SD is rho times the other.
    """

    def spread(a: float, b: float, r: float) -> float:
        if isinf(a) or isinf(b):
            return inf
        return sqrt((a - b) ** 2 + 2 * (1 - r) * a * b)

    corners = list(product(before, after))
    edges = [(a, min(max(rho[1] * a, after[0]), after[1])) for a in before if not isinf(a)]
    edges += [(min(max(rho[1] * b, before[0]), before[1]), b) for b in after if not isinf(b)]
    least = min(spread(a, b, rho[1]) for a, b in corners + edges)
    return least, max(spread(a, b, r) for (a, b), r in product(corners, rho))


def critical_bounds(errors: Errors, level: float) -> Interval:
    """Return the least and greatest effect (without its sign) at which p equals `level`."""

    def needed(error: np.ndarray, df: np.ndarray) -> np.ndarray:
        return special.stdtrit(df, 1 - level / 2) * error

    return _extreme(needed, errors.least, 1), _extreme(needed, errors.greatest, -1)


def least_difference(s1: float, n1: int, n2: int, level: float, methods: Iterable[str]) -> float:
    """Return the least difference of means with p = `level` by any of some tests, whatever s2 is.

    Student's needs least with no spread in the second arm. Welch's need not: beside a small first
    arm some spread there lowers the critical t, by its degrees of freedom, more than it adds
    variance.

    Args:
        s1: SD of the first arm.
        n1: Its size, at least 2.
        n2: Size of the second arm, at least 2, whose SD may be anything from 0 up.
        level: Significance level.
        methods: Some of `MEANS_METHODS`.
    """
    arms = (s1, s1), (n1, n1), (0.0, inf), (n2, n2)
    return min(
        critical_bounds(standard_errors(*arms, equal_var=MEANS_METHODS[method]), level)[0]
        for method in methods
    )


def p_bounds(effect: Interval, errors: Errors) -> Interval:
    """Return the least and greatest two-sided p of an effect known to an interval.

    1 is reached where the interval contains 0. An effect of 0 without any spread has p = 1, another
    effect without any spread has p = 0.
    """
    if any(end != end for end in effect):
        return nan, nan
    far = max(abs(end) for end in effect)
    near = 0.0 if effect[0] <= 0 <= effect[1] else min(abs(end) for end in effect)

    def p_of(size: float) -> Callable:
        def p(error: np.ndarray, df: np.ndarray) -> np.ndarray:
            if size == 0:
                return np.ones(len(error))
            if isinf(size):
                return np.where(np.isinf(error), 1.0, 0.0)
            with np.errstate(divide="ignore"):
                t = np.where(error > 0, size / np.where(error > 0, error, 1.0), inf)
            return 2 * special.stdtr(df, -t)

        return p

    return _extreme(p_of(far), errors.least, 1), _extreme(p_of(near), errors.greatest, -1)
