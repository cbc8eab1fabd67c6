"""The least and the greatest p that printed means, SDs and sizes allow, whatever is not printed.

Each function takes groups known to an interval (what rounds to the printed numbers) and returns
(p_low, p_high) of one standard test over these intervals and over every correlation of the visits
of one person. Where the two ends are not attained together the range is too wide, never too narrow:
a printed p outside it cannot come from that test of these numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import fdtrc, stdtrit

from retrial.stats.rounding import means_p_range
from retrial.stats.student import t_ratio, two_sided_p

_STEPS = 401  # of a correlation or an epsilon, over the whole of its range

Interval = tuple[float, float]


@dataclass(frozen=True)
class Group:
    """One mean, as (low, high), its SD, as (low, high), both in the outcome's unit, and its n."""

    mean: Interval
    sd: Interval
    n: int

    def __post_init__(self) -> None:
        """Refuse intervals that are crossed, an SD below 0 and fewer than two persons."""
        if self.mean[0] > self.mean[1] or not 0 <= self.sd[0] <= self.sd[1]:
            raise ValueError(f"intervals must be ordered, and an SD not negative, found {self!r}.")
        if self.n < 2:
            raise ValueError(f"n must be at least 2, found {self.n!r}.")


def independent(first: Group, second: Group, equal_var: bool = True) -> Interval:
    """Return the range of the p of Student's (else Welch's) t test of two groups of persons."""
    return means_p_range(
        first.mean, first.sd, first.n, second.mean, second.sd, second.n, equal_var=equal_var
    )


def length_of_sum(sds: Sequence[Interval], signs: Sequence[int] | None = None) -> Interval:
    """Return the least and the greatest SD of a sum of variables whose SDs are known.

    SDs are lengths of vectors whose angles the correlations set: the sum is at most as long as all
    of them end to end, and at least as long as the longest is longer than the others together. The
    signs of the terms do not matter, because a correlation may have either.
    """
    highs = [high for _, high in sds]
    total_high = sum(highs)
    least = max(max(0.0, low - (total_high - high)) for low, high in sds)
    return least, total_high


def change(before: Group, after: Group) -> Group:
    """Return the change of the persons of a group, of whom n (the smaller) have both visits.

    s_c^2 = s_0^2 + s_1^2 - 2 rho s_0 s_1 with rho from -1 to 1: |s_0 - s_1| <= s_c <= s_0 + s_1.
    """
    return Group(
        (after.mean[0] - before.mean[1], after.mean[1] - before.mean[0]),
        length_of_sum([before.sd, after.sd]),
        min(before.n, after.n),
    )


def one_sample(group: Group) -> Interval:
    """Return the range of the p of a t test of a mean against 0 (of a change: the paired test)."""
    nearest = max(0.0, group.mean[0], -group.mean[1])
    farthest = max(abs(group.mean[0]), abs(group.mean[1]))
    ses = [sd / sqrt(group.n) for sd in group.sd]
    p = two_sided_p(t_ratio(np.array([farthest, nearest]), np.array(ses)), group.n - 1)
    return float(p[0]), float(p[1])


def paired(before: Group, after: Group) -> Interval:
    """Return the range of the p of the paired t test over every correlation of the two visits."""
    return one_sample(change(before, after))


def rho_of_paired(before: Group, after: Group, p: Interval) -> Interval | None:
    """Return the correlations at which a paired t test of the middle of the numbers has such a p.

    None where no correlation does, or where the change or an SD is 0.
    """
    n = min(before.n, after.n)
    middle = [sum(group.mean) / 2 for group in (before, after)]
    first, second = (sum(group.sd) / 2 for group in (before, after))
    apart = abs(middle[1] - middle[0])
    if apart == 0 or first == 0 or second == 0:
        return None
    with np.errstate(divide="ignore"):
        quantiles = [float(stdtrit(n - 1, 1 - max(0.0, min(end, 1.0)) / 2)) for end in p]
    sds = [apart * sqrt(n) / q if q > 0 else np.inf for q in quantiles]
    rhos = [(first**2 + second**2 - sd**2) / (2 * first * second) for sd in sds]
    low, high = max(-1.0, min(rhos)), min(1.0, max(rhos))
    return (low, high) if low <= high else None


def ancova(before1: Group, after1: Group, before2: Group, after2: Group) -> Interval:
    """Return the range of the p of the arm in an analysis of covariance with a common slope.

    It depends on the correlations of the two arms through the pooled sum of products alone (see
    `retrial.stats.repeated.ancova`), which lies in [-C, C], C = sum (n - 1) s_x s_y: that range is
    searched on a grid, at every corner of the rounding of means and SDs.
    """
    n1, n2 = min(before1.n, after1.n), min(before2.n, after2.n)
    df = n1 + n2 - 3
    if df < 1:
        return 0.0, 1.0
    dx = (before2.mean[0] - before1.mean[1], before2.mean[1] - before1.mean[0])
    dy = (after2.mean[0] - after1.mean[1], after2.mean[1] - after1.mean[0])
    low, high = 1.0, 0.0
    sides = set()
    share = np.linspace(-1, 1, _STEPS)
    for x1, y1, x2, y2 in product(before1.sd, after1.sd, before2.sd, after2.sd):
        sxx = (n1 - 1) * x1**2 + (n2 - 1) * x2**2
        syy = (n1 - 1) * y1**2 + (n2 - 1) * y2**2
        most = (n1 - 1) * x1 * y1 + (n2 - 1) * x2 * y2
        if sxx == 0:
            return 0.0, 1.0
        sxy = share * most
        slope = sxy / sxx
        mse = np.maximum(syy - sxy * slope, 0.0) / df
        for x, y in product(dx, dy):
            apart = y - slope * x
            sides |= set(np.sign(apart))
            se = np.sqrt(mse * (1 / n1 + 1 / n2 + x**2 / sxx))
            p = two_sided_p(t_ratio(apart, se), df)
            low, high = min(low, float(p.min())), max(high, float(p.max()))
    # Where the adjusted difference has both signs it is 0 somewhere between: p is 1 there.
    return low, high if len(sides) == 1 else 1.0


def one_way(groups: Sequence[Group]) -> Interval:
    """Return the range of the p of a one-way analysis of variance of several groups of persons.

    The sum of squares between groups is convex in the means: greatest at a corner of their
    intervals, least where each mean lies as near to a common one as its interval lets it.
    """
    n = np.array([group.n for group in groups], dtype=float)
    means = np.array([group.mean for group in groups])
    df1, df2 = len(groups) - 1, float(n.sum() - len(groups))
    within = [sum((g.n - 1) * g.sd[end] ** 2 for g in groups) / df2 for end in (0, 1)]
    corners = np.array(list(product(*means))) if len(groups) <= 10 else means.T
    centre = (corners * n).sum(axis=1, keepdims=True) / n.sum()
    most = float((n * (corners - centre) ** 2).sum(axis=1).max())
    overlap = means[:, 0].max() <= means[:, 1].min()

    def apart(common: float) -> float:
        return float((n * (np.clip(common, means[:, 0], means[:, 1]) - common) ** 2).sum())

    least = (
        0.0
        if overlap
        else float(minimize_scalar(apart, bounds=(means.min(), means.max()), method="bounded").fun)
    )
    return _f_tail(most, within[0], df1, df2), _f_tail(least, within[1], df1, df2)


def _f_tail(between: float, within: float, df1: float, df2: float) -> float:
    if between <= 0:
        return 1.0
    return 0.0 if within <= 0 else float(fdtrc(df1, df2, between / df1 / within))


def average(visits: Sequence[Group]) -> Group:
    """Return the average of each person's visits, as the effect of the group in an ANOVA takes it.

    Visits of different sizes count with the smallest.
    """
    k = len(visits)
    low, high = length_of_sum([visit.sd for visit in visits])
    mean = tuple(sum(visit.mean[end] for visit in visits) / k for end in (0, 1))
    return Group(mean, (low / k, high / k), min(visit.n for visit in visits))


def repeated(arms: Sequence[Sequence[Group]]) -> Interval:
    """Return the range of the p of the visits (one arm) or of arm x visit (several), in an ANOVA.

    F = sum n |C'(m - m_w)|^2 / (a tr V), a = max(arms - 1, 1), its degrees of freedom multiplied by
    an epsilon from 1 / (visits - 1) to 1. tr V is least where a person's visits move together:
    sum s^2 - (sum s)^2 / k, and greatest where their sum is shortest. Rounding moves the length of
    the contrast by at most the length of the moves.

    Args:
        arms: For each arm its visits, the same in each.
    """
    k, p = len(arms[0]), len(arms)
    n = np.array([min(visit.n for visit in arm) for arm in arms], dtype=float)
    ends = np.array([[visit.mean for visit in arm] for arm in arms])  # (arms, visits, 2)
    means, halves = ends.mean(axis=2), (ends[..., 1] - ends[..., 0]) / 2
    common = (n[:, None] * means).sum(axis=0) / n.sum() if p > 1 else 0.0
    contrasts = means - common
    contrasts = contrasts - contrasts.mean(axis=1, keepdims=True)
    length = sqrt(float((n[:, None] * contrasts**2).sum()))
    moved = sqrt(float((n[:, None] * halves**2).sum()))
    traces = np.zeros(2)
    for size, arm in zip(n, arms, strict=True):
        short, _ = length_of_sum([visit.sd for visit in arm])
        squares = [sum(visit.sd[end] ** 2 for visit in arm) for end in (0, 1)]
        # sum s^2 - (sum s)^2 / k is the spread of the SDs themselves: least where they are alike.
        sds = np.array([visit.sd for visit in arm])
        alike = 0.0 if sds[:, 0].max() <= sds[:, 1].min() else _least_scatter(sds)
        traces += (size - 1) * np.array([alike, squares[1] - short**2 / k])
    traces /= n.sum() - p
    q, a = k - 1, max(p - 1, 1)
    epsilon = np.linspace(1 / q, 1, _STEPS if q > 1 else 1)
    df1, df2 = epsilon * a * q, epsilon * (n.sum() - p) * q
    low = (
        0.0
        if traces[0] <= 0
        else float(fdtrc(df1, df2, (length + moved) ** 2 / (a * traces[0])).min())
    )
    nearest = max(0.0, length - moved)
    high = 1.0 if nearest == 0 else float(fdtrc(df1, df2, nearest**2 / (a * traces[1])).max())
    return low, high


def _least_scatter(sds: np.ndarray) -> float:
    """Return the least sum of squares of SDs, each within its interval, about their mean."""
    return float(
        minimize_scalar(
            lambda c: float(((np.clip(c, sds[:, 0], sds[:, 1]) - c) ** 2).sum()),
            bounds=(sds.min(), sds.max()),
            method="bounded",
        ).fun
    )
