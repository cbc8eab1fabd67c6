"""The within-person correlation that a paper's numbers imply, as an interval under rounding.

Means and SDs before and after leave the correlation open; a printed paired test closes it (Cochrane
Handbook, section 6.5.2.8). Every input may be known exactly (a number), to its rounding (the text
as printed, "0.74"), or to an interval (low, high).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
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
    ratio, printed = _statistic(t, p, size - 1)
    distance, middle = _absolute(*_known(change, "change"))
    variance, point = _squared_quotient(distance, ratio, middle, printed)
    scaled = (variance[0] * size, variance[1] * size)
    return _solve(sd_before, sd_after, scaled, point * size)


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


def _statistic(t: Known | None, p: Known | None, df: float) -> tuple[Interval, float]:
    """Return the interval of |t|, and its middle, from a printed t or p."""
    if (t is None) == (p is None):
        raise ValueError("Give exactly one of t and p.")
    if t is not None:
        return _absolute(*_known(t, "t"))
    (low, high), printed = _known_p(p)
    far, near, middle = (_t_of_p(value, df) for value in (low, high, printed))
    return (near, far), middle


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


def _solve(sd_before: Known, sd_after: Known, total: Interval, printed_total: float) -> RhoInterval:
    """Solve u^2 + v^2 - 2 rho u v = total for rho, over a box of the SDs u, v and the total."""
    (before, u), (after, v) = _positive(sd_before, "sd_before"), _positive(sd_after, "sd_after")
    if before[1] == 0 or after[1] == 0:
        raise ValueError("A correlation is undefined when an SD is 0.")
    low = _least_rho(before, after, total[1])
    high = _greatest_rho(before, after, total[0])
    if low is None or high is None:
        raise ValueError(
            "No correlation from -1 to 1 gives these numbers together: they cannot all be of the "
            "same persons."
        )
    rho = float(_rho(u, v, printed_total))
    fits = low - FLOAT_NOISE <= rho <= high + FLOAT_NOISE
    return RhoInterval(low, float(np.clip(rho, low, high)) if fits else np.nan, max(low, high))


def _rho(u: ArrayLike, v: ArrayLike, total: float) -> np.ndarray:
    u, v = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (u**2 + v**2 - total) / (2 * (u * v))


def _greatest_rho(before: Interval, after: Interval, total: float) -> float | None:
    """Return the greatest rho, None below -1.

    rho <= q means u^2 + v^2 - 2 q u v <= total, for |q| <= 1 a convex set: rho is quasi-convex, and
    greatest at a corner.
    """
    values = _rho(*np.meshgrid(before, after), total)
    # 0 / 0 at an SD of 0: the limit along the edge.
    greatest = float(np.max(np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)))
    return None if greatest < -1 - FLOAT_NOISE else float(np.clip(greatest, -1, 1))


def _least_rho(before: Interval, after: Interval, total: float) -> float | None:
    """Return the least rho, None above 1: the q at which the least sum of squares is the total."""
    if np.isinf(total):
        return -1.0

    def excess(q: float) -> float:
        return _least_square(before, after, q) - total

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
