"""The within-person correlation that a paper's numbers imply, as an interval under rounding.

Means and SDs before and after leave the correlation open; a printed SD of the change, paired test
or interaction closes it (Cochrane Handbook, section 6.5.2.8). Every input may be known exactly (a
number), to its rounding (the text as printed, "0.74"), or to an interval (low, high).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import stdtrit

from retrial.stats.bounds import rounding_interval
from retrial.stats.published import implied_interval, parse_p
from retrial.stats.summaries import FLOAT_NOISE, as_counts

Known = float | str | tuple[float, float]
Interval = tuple[float, float]


@dataclass(frozen=True)
class RhoInterval:
    """What the correlation can be.

    Attributes:
        low: Least correlation that some numbers within the roundings imply, at least -1.
        rho: Correlation that the numbers as printed imply; NaN where those alone are impossible,
            or are bounds, such as "p<0.05".
        high: Greatest correlation, at most 1.
    """

    low: float
    rho: float
    high: float


def rho_from_change_sd_interval(sd_before: Known, sd_after: Known, sd_change: Known) -> RhoInterval:
    """Return the correlations that a printed SD of the change allows.

    rho = (s1^2 + s2^2 - c^2) / (2 s1 s2), `retrial.stats.summaries.rho_from_change_sd`, falls in c.
    In s1 it has a minimum at s1^2 = s2^2 - c^2, so that the least rho need not lie at a corner.

    Args:
        sd_before: SD before, in the unit of the outcome.
        sd_after: SD after.
        sd_change: SD of the change.

    Returns:
        The interval.

    Raises:
        ValueError: If no correlation from -1 to 1 fits: the SD of a change lies between the
            difference and the sum of the other two; or if an input cannot be read or is negative.
    """
    change, printed = _positive(sd_change, "sd_change")
    return _solve([sd_before], [sd_after], [1.0], _square(change), printed**2)


def rho_from_paired_test(
    sd_before: Known,
    sd_after: Known,
    change: Known,
    n: int,
    *,
    t: Known | None = None,
    p: Known | None = None,
) -> RhoInterval:
    """Return the correlations that a printed paired t, or its two-sided p, allows.

    The SD of the change is |mean change| sqrt(n) / |t|, with t the quantile of p on n - 1 degrees
    of freedom.

    Args:
        sd_before: SD before, in the unit of the outcome.
        sd_after: SD after.
        change: Mean change; where only the two means are printed, the interval of their difference.
        n: Persons measured both times.
        t: The t statistic, of any sign.
        p: The p value: a number, an interval, or as printed ("0.03", "p<0.05", "ns"); the end of
            an inequality is taken in. Give t or p.

    Returns:
        The interval.

    Raises:
        ValueError: If not exactly one of t and p is given, no correlation from -1 to 1 fits, or an
            input is impossible.
    """
    size = float(as_counts(n, 2))
    ratio, printed = _statistic(t, p, size - 1, "t")
    distance, middle = _absolute(*_known(change, "change"))
    variance, point = _squared_quotient(distance, ratio, middle, printed)
    scaled = (variance[0] * size, variance[1] * size)
    return _solve([sd_before], [sd_after], [1.0], scaled, point * size)


def rho_from_interaction(
    sds_before: Sequence[Known],
    sds_after: Sequence[Known],
    difference: Known,
    ns: Sequence[int],
    *,
    f: Known | None = None,
    p: Known | None = None,
) -> RhoInterval:
    """Return the correlations, one for both arms, that a 2 x 2 interaction of arm and time allows.

    F is the square of Student's t of the difference of the changes, so the pooled variance of the
    change is difference^2 / (F (1/n1 + 1/n2)).

    Args:
        sds_before: SDs before of the two arms, in the unit of the outcome.
        sds_after: SDs after of the two arms.
        difference: Difference of the two mean changes; where only the four means are printed, the
            interval of that.
        ns: Persons in each arm, measured both times.
        f: F of the interaction, on 1 and n1 + n2 - 2 degrees of freedom.
        p: Its p, as for `rho_from_paired_test`. Give f or p.

    Returns:
        The interval.

    Raises:
        ValueError: If there are not two arms, not exactly one of f and p is given, no correlation
            from -1 to 1 fits, or an input is impossible.
    """
    sizes = as_counts(ns, 2, "ns")
    if sizes.shape != (2,) or len(sds_before) != 2 or len(sds_after) != 2:
        raise ValueError("sds_before, sds_after and ns must have one entry for each of 2 arms.")
    df = sizes.sum() - 2
    ratio, printed = _statistic(f, p, df, "f")
    distance, middle = _absolute(*_known(difference, "difference"))
    variance, point = _squared_quotient(distance, ratio, middle, printed)
    factor = df / (1 / sizes).sum()
    total = (variance[0] * factor, variance[1] * factor)
    return _solve(sds_before, sds_after, sizes - 1, total, point * factor)


def _known(value: Known, name: str) -> tuple[Interval, float]:
    """Return the interval that a number is known to, and the number as printed (the middle)."""
    if isinstance(value, str):
        low, high = rounding_interval(value)
        return (low, high), (low + high) / 2
    ends = np.atleast_1d(np.asarray(value, dtype=float))
    if ends.shape not in ((1,), (2,)) or not np.all(np.isfinite(ends)) or ends[0] > ends[-1]:
        raise ValueError(f"{name} must be a finite number, its text, or (low, high): {value!r}.")
    return (float(ends[0]), float(ends[-1])), float(ends.mean())


def _positive(value: Known, name: str) -> tuple[Interval, float]:
    """As `_known`, with what lies below 0 cut off."""
    (low, high), middle = _known(value, name)
    if high < 0 or (low < 0 and not isinstance(value, str)):
        raise ValueError(f"{name} must not be negative, found {value!r}.")
    return (max(low, 0.0), high), max(middle, 0.0)


def _absolute(interval: Interval, middle: float) -> tuple[Interval, float]:
    low, high = interval
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return (nearest, max(abs(low), abs(high))), abs(middle)


def _square(interval: Interval) -> Interval:
    return interval[0] ** 2, interval[1] ** 2


def _statistic(
    statistic: Known | None, p: Known | None, df: float, name: str
) -> tuple[Interval, float]:
    """Return the interval of |t|, and its middle, from a printed t, F = t^2, or p."""
    if (statistic is None) == (p is None):
        raise ValueError(f"Give exactly one of {name} and p.")
    if p is not None:
        (low, high), printed = _known_p(p)
        far, near, middle = (_t_of_p(value, df) for value in (low, high, printed))
        return (near, far), middle
    if name == "t":
        return _absolute(*_known(statistic, "t"))
    (low, high), printed = _positive(statistic, "f")
    return (low**0.5, high**0.5), printed**0.5


def _known_p(p: Known) -> tuple[Interval, float]:
    if isinstance(p, str):
        published = parse_p(p)
        if published is None:
            raise ValueError("p must not be blank.")
        middle = published.value if published.comparator == "=" else np.nan
        return implied_interval(published), middle
    (low, high), middle = _known(p, "p")
    if low < 0 or high > 1:
        raise ValueError(f"p must lie between 0 and 1, found {p!r}.")
    return (low, high), middle


def _t_of_p(p: float, df: float) -> float:
    if not 0 < p < 1:
        return np.inf if p == 0 else 0.0 if p == 1 else np.nan
    return -float(stdtrit(df, p / 2))  # the lower tail: 1 - p / 2 has no room for a small p


def _squared_quotient(
    distance: Interval, ratio: Interval, middle: float, printed: float
) -> tuple[Interval, float]:
    """Return the interval of (distance / ratio)^2, and its value at the numbers as printed."""
    if distance[1] == 0 and ratio[0] > 0:
        raise ValueError("No change cannot have a test statistic other than 0.")
    low = distance[0] / ratio[1] if ratio[1] > 0 else (np.inf if distance[0] > 0 else 0.0)
    high = distance[1] / ratio[0] if ratio[0] > 0 else np.inf
    return (low**2, high**2), (middle / printed) ** 2 if printed > 0 else np.nan


def _solve(
    sds_before: Sequence[Known],
    sds_after: Sequence[Known],
    weights: Sequence[float],
    total: Interval,
    printed_total: float,
) -> RhoInterval:
    """Solve sum w (u^2 + v^2 - 2 rho u v) = total for rho, over boxes of u, v and total."""
    before = [_positive(sd, "sd_before") for sd in sds_before]
    after = [_positive(sd, "sd_after") for sd in sds_after]
    boxes = [(u[0], v[0]) for u, v in zip(before, after, strict=True)]
    if any(u[1] == 0 or v[1] == 0 for u, v in boxes):
        raise ValueError("A correlation is undefined when an SD is 0.")
    low = _least_rho(boxes, weights, total[1])
    high = _greatest_rho(boxes, weights, total[0])
    if low is None or high is None:
        raise ValueError(
            "No correlation from -1 to 1 gives these numbers together: they cannot all be of the "
            "same persons."
        )
    pairs = [(u[1], v[1]) for u, v in zip(before, after, strict=True)]
    rho = float(_rho(*zip(*pairs, strict=True), weights, printed_total))
    fits = low - FLOAT_NOISE <= rho <= high + FLOAT_NOISE
    return RhoInterval(low, float(np.clip(rho, low, high)) if fits else np.nan, max(low, high))


def _rho(before: Sequence, after: Sequence, weights: Sequence, total: float) -> np.ndarray:
    u, v, w = np.asarray(before), np.asarray(after), np.asarray(weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return ((w * (u**2 + v**2)).sum() - total) / (2 * (w * u * v).sum())


def _greatest_rho(boxes: list, weights: Sequence, total: float) -> float | None:
    """Return the greatest rho, None below -1.

    rho <= q means sum w (u^2 + v^2 - 2 q u v) <= total, for |q| <= 1 a convex set: rho is
    quasi-convex, and greatest at a corner.
    """
    ends = np.array(boxes)  # (arms, before or after, low or high)
    corners = np.stack(np.meshgrid(*ends.reshape(-1, 2), indexing="ij"), -1).reshape(
        -1, len(ends), 2
    )
    values = [_rho(corner[:, 0], corner[:, 1], weights, total) for corner in corners]
    # 0 / 0 at an SD of 0: the limit along the edge.
    greatest = float(np.max(np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)))
    return None if greatest < -1 - FLOAT_NOISE else float(np.clip(greatest, -1, 1))


def _least_rho(boxes: list, weights: Sequence, total: float) -> float | None:
    """Return the least rho, None above 1: the q at which the least sum of squares is the total."""
    if np.isinf(total):
        return -1.0

    def excess(q: float) -> float:
        return (
            sum(w * _least_square(*box, q) for w, box in zip(weights, boxes, strict=True)) - total
        )

    if excess(-1.0) <= 0:
        return -1.0
    at_one = excess(1.0)
    if at_one >= 0:
        return None if at_one > FLOAT_NOISE * (excess(-1.0) + total) else 1.0
    return float(brentq(excess, -1, 1, xtol=1e-14, rtol=1e-14))


def _least_square(first: Interval, second: Interval, q: float) -> float:
    """Return the least u^2 + v^2 - 2 q u v over a rectangle: convex, so on its border."""
    points = [(np.clip(q * v, *first), v) for v in second]
    points += [(u, np.clip(q * u, *second)) for u in first]
    return float(min((u - v) ** 2 + 2 * (1 - q) * u * v for u, v in points))
