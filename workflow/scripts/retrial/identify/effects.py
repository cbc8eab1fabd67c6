"""From bounds of an effect and of two SDs to bounds of p, and to the effect that p needs.

At a given degree of freedom p falls with the effect's size and rises with its standard error.
Welch's degrees of freedom depend on the share w of the first arm in the squared standard error:
1 / df = w^2 / (n1 - 1) + (1 - w)^2 / (n2 - 1), least at w = (n1 - 1) / (n1 + n2 - 2). The bounds
take the ends of effect, standard error and df apart, so they hold, and are sharp where the SDs
are known.
"""

from __future__ import annotations

from itertools import product
from math import inf, isinf, nan, sqrt

from scipy import stats

Interval = tuple[float, float]


def standard_error_bounds(
    s1: Interval, ns1: Interval, s2: Interval, ns2: Interval, *, equal_var: bool
) -> tuple[Interval, Interval]:
    """Return ((least, greatest) standard error, (least, greatest) df) of a difference of means.

    Args:
        s1: Least and greatest SD of the first arm; the greatest may be infinite.
        ns1: Least and greatest n of the first arm, whole numbers of at least 2.
        s2: The same of the second arm.
        ns2: The same of the second arm.
        equal_var: True for Student, False for Welch.
    """
    errors, freedom = [], []
    for n1, n2 in product(sorted(set(ns1)), sorted(set(ns2))):
        if equal_var:
            df = n1 + n2 - 2
            errors += [
                sqrt(((n1 - 1) * a**2 + (n2 - 1) * b**2) / df * (1 / n1 + 1 / n2))
                for a, b in zip(s1, s2, strict=True)
            ]
            freedom.append(df)
            continue
        first, second = ([s**2 / n for s in ends] for ends, n in ((s1, n1), (s2, n2)))
        errors += [sqrt(a + b) for a, b in zip(first, second, strict=True)]
        low = _share(first[0], second[1], 0.0)
        high = _share(first[1], second[0], 1.0)
        best = min(max((n1 - 1) / (n1 + n2 - 2), low), high)
        freedom += [1 / (w**2 / (n1 - 1) + (1 - w) ** 2 / (n2 - 1)) for w in (low, best, high)]
    return (min(errors), max(errors)), (min(freedom), max(freedom))


def _share(first: float, second: float, otherwise: float) -> float:
    """Return the share of the first of two, `otherwise` where both are 0 or both infinite."""
    if isinf(first) or first + second == 0:
        return otherwise if isinf(second) or not isinf(first) else 1.0
    return first / (first + second)


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


def critical_bounds(error: Interval, df: Interval, level: float) -> Interval:
    """Return the least and greatest effect (without its sign) at which p equals `level`."""
    return tuple(
        float(stats.t.ppf(1 - level / 2, at)) * se
        for se, at in zip(error, reversed(df), strict=True)
    )


def p_bounds(effect: Interval, error: Interval, df: Interval) -> Interval:
    """Return the least and greatest two-sided p of an effect known to an interval.

    1 is reached where the interval holds 0. An effect of 0 without any spread has p = 1, another
    effect without any spread has p = 0.
    """
    if any(end != end for end in effect):
        return nan, nan
    far = max(abs(end) for end in effect)
    near = 0.0 if effect[0] <= 0 <= effect[1] else min(abs(end) for end in effect)
    return _p(far, error[0], df[1]), _p(near, error[1], df[0])


def _p(effect: float, error: float, df: float) -> float:
    if effect == 0 or isinf(error):
        return 0.0 if isinf(effect) and not isinf(error) else 1.0
    return 0.0 if error == 0 or isinf(effect) else float(2 * stats.t.sf(effect / error, df))
