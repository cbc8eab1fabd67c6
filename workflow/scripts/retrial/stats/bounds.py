"""How large, and how small, the standard deviation (SD) of a sample can be.

Given a mean, n and limits of the values, the largest SD puts as many values as the mean allows at
the two limits and one in between (the sum of squares is convex, so its maximum lies at a vertex).
This bound is sharp; Bhatia & Davis (2000, doi 10.1080/00029890.2000.12005203), with n / (n - 1),
is its upper envelope. With a printed mean, the bounds hold over its whole rounding interval.
"""

import math
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import ArrayLike

from retrial.stats.summaries import as_counts, unboxed

# A value this close to a limit lies on it: 17.6 - 0.05 is not 17.55 in floating point.
_ON_LIMIT = 1e-12


def _limits(lower: ArrayLike | None, upper: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
    low = np.asarray(-np.inf if lower is None else lower, dtype=float)
    high = np.asarray(np.inf if upper is None else upper, dtype=float)
    if np.any(low > high):
        raise ValueError(f"The lower limit {lower!r} must not exceed the upper limit {upper!r}.")
    return low, high


def _slack(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    scale = np.maximum(np.where(np.isinf(low), 0, abs(low)), np.where(np.isinf(high), 0, abs(high)))
    return _ON_LIMIT * scale


def _largest_sd(mean, n, low, high) -> np.ndarray:
    """The sharp bound, for a mean inside the limits; either limit may be infinite."""
    mean, n, low, high = np.broadcast_arrays(mean, n, low, high)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        width = high - low
        # Mean as a number of members at the upper limit, the rest at the lower: j whole members
        # and a fraction f, which is where the one member in between stands.
        x = np.clip(n * np.where(width > 0, (mean - low) / width, 0.0), 0, n)
        j = np.minimum(np.floor(x), n - 1)
        f = x - j
        ss = np.maximum(j + f**2 - x**2 / n, 0.0)
        both = width * np.sqrt(ss / (n - 1))
        # One limit only: all but one member at it.
        one_sided = np.where(np.isinf(high), mean - low, high - mean) * np.sqrt(n)
    return np.where(np.isinf(low) | np.isinf(high), np.maximum(one_sided, 0.0), both)


def max_sd(
    mean: ArrayLike, n: ArrayLike, lower: ArrayLike | None = None, upper: ArrayLike | None = None
) -> float | np.ndarray:
    """Return the largest SD that n values between two limits can have, given their mean.

    With j = floor(n (m - a) / (b - a)) values at b, n - j - 1 at a and one in between:
    SS = (b - a)^2 (j + f^2 - x^2 / n), x = n (m - a) / (b - a), f = x - j. With one limit only,
    SD <= (m - a) sqrt(n) or (b - m) sqrt(n). Sharp: some sample attains it.

    Args:
        mean: Mean(s), in the unit of the outcome.
        n: Group size(s).
        lower: Least possible value(s); None or -inf for no limit.
        upper: Greatest possible value(s); None or inf for no limit. All are broadcast.

    Returns:
        The bound, of the broadcast shape (a float for scalars); inf without any limit.

    Raises:
        ValueError: If a mean lies outside the limits, the limits are crossed, or n is not a whole
            number of at least 2.
    """
    sizes, means = as_counts(n, 2), np.asarray(mean, dtype=float)
    low, high = _limits(lower, upper)
    slack = _slack(low, high)
    if np.any(means < low - slack) or np.any(means > high + slack):
        raise ValueError(f"The mean {mean!r} must lie between {lower!r} and {upper!r}.")
    return unboxed(_largest_sd(means, sizes, low, high))


def max_sd_over_mean(
    mean_low: ArrayLike,
    mean_high: ArrayLike,
    n: ArrayLike,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
) -> float | np.ndarray:
    """Return the largest of `max_sd` over an interval of means.

    Between two means that put a whole number of members at the upper limit the sum of squares is
    convex, so its maximum over the interval lies at an end or at such a mean; among these it is
    largest nearest the middle of the limits.

    Args:
        mean_low: Lower end(s) of the interval, in the unit of the outcome.
        mean_high: Upper end(s); the part of the interval outside the limits is left out.
        n: Group size(s).
        lower: Least possible value(s); None for no limit.
        upper: Greatest possible value(s); None for no limit. All are broadcast.

    Returns:
        The bound, of the broadcast shape (a float for scalars).

    Raises:
        ValueError: If the interval is crossed or lies outside the limits as a whole, or another
            input is impossible.
    """
    sizes = as_counts(n, 2)
    start, end = np.asarray(mean_low, dtype=float), np.asarray(mean_high, dtype=float)
    low, high = _limits(lower, upper)
    if np.any(start > end):
        raise ValueError(f"The mean's interval is crossed: {mean_low!r} to {mean_high!r}.")
    slack = _slack(low, high)
    if np.any(end < low - slack) or np.any(start > high + slack):
        raise ValueError(
            f"No mean from {mean_low!r} to {mean_high!r} lies between {lower!r} and {upper!r}."
        )
    start, end = np.clip(start, low, high), np.clip(end, low, high)
    ends = np.maximum(_largest_sd(start, sizes, low, high), _largest_sd(end, sizes, low, high))
    with np.errstate(invalid="ignore", divide="ignore"):
        width = high - low
        bounded = np.isfinite(width) & (width > 0)
        first = np.ceil(sizes * np.where(bounded, (start - low) / width, 0.0) - _ON_LIMIT)
        last = np.floor(sizes * np.where(bounded, (end - low) / width, 0.0) + _ON_LIMIT)
        # Kinks j = first..last: SS is proportional to j (n - j), largest nearest n / 2.
        j = np.clip(np.floor(sizes / 2), first, last)
        kinks = width * np.sqrt(np.maximum(j * (sizes - j), 0) / (sizes * (sizes - 1)))
    return unboxed(np.where(bounded & (first <= last), np.fmax(ends, kinks), ends))


def _printed_number(printed: str) -> Decimal:
    try:
        number = Decimal(printed.strip().replace("−", "-"))
    except (AttributeError, InvalidOperation):
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(
            f"Expected the text of a printed number such as '6.80', found {printed!r}."
        )
    return number


def decimals_of(printed: str) -> int:
    """Return the number of decimals of a printed number (text): 2 for "6.80", 0 for "17".

    Raises:
        ValueError: If the text is not a finite number.
    """
    return max(0, -int(_printed_number(printed).as_tuple().exponent))


def rounding_interval(printed: str) -> tuple[float, float]:
    """Return the (low, high) that round to a printed number (text): "6.80" -> (6.795, 6.805).

    Both ends belong to it, as a tie may be rounded either way.

    Raises:
        ValueError: If the text is not a finite number.
    """
    number = _printed_number(printed)
    half = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)
    return float(number - half), float(number + half)


def _checked_interval(interval: tuple[float, float], name: str) -> tuple[float, float]:
    low, high = float(interval[0]), float(interval[1])
    if not low <= high:
        raise ValueError(f"The interval of the {name} must be (low, high), found {interval!r}.")
    return low, high


def _max_sd_attained(mean, n, least, greatest) -> float:
    """The bound of `max_sd_attained_rounded`, or -inf where no sample fits."""
    (m_low, m_high), (a_low, a_high), (b_low, b_high) = mean, least, greatest
    slack = _ON_LIMIT * max(abs(a_low), abs(b_high), abs(m_low), abs(m_high))
    if b_high < a_low:
        return -math.inf
    # Both ends attained: n mean >= (n - 1) a + b and n mean <= a + (n - 1) b; then the bound is
    # the one for the limits a and b, which grows with their distance. So a as low and b as high
    # as the mean allows.
    a, b = a_low, b_high
    if m_high < ((n - 1) * a + b) / n - slack:  # too low for b: one value at b, the rest at a
        b = n * m_high - (n - 1) * a
        return max(0.0, b - a) / math.sqrt(n) if b >= max(b_low, a) - slack else -math.inf
    if m_low > (a + (n - 1) * b) / n + slack:  # too high for a: one value at a, the rest at b
        a = n * m_low - (n - 1) * b
        return max(0.0, b - a) / math.sqrt(n) if a <= min(a_high, b) + slack else -math.inf
    start, end = max(m_low, ((n - 1) * a + b) / n), min(m_high, (a + (n - 1) * b) / n)
    return float(max_sd_over_mean(min(start, end), max(start, end), n, a, b))


def max_sd_attained_rounded(
    mean_interval: tuple[float, float],
    n: int,
    minimum_interval: tuple[float, float],
    maximum_interval: tuple[float, float],
) -> float:
    """Return the largest SD when mean, minimum and maximum (attained) are known to intervals.

    Args:
        mean_interval: (low, high) of the mean, in the unit of the outcome.
        n: Group size.
        minimum_interval: (low, high) of the smallest value.
        maximum_interval: (low, high) of the largest value.

    Returns:
        The bound, in the unit of the outcome.

    Raises:
        ValueError: If no sample of n values fits the three intervals, or an input is impossible.
    """
    as_counts(n, 2)
    mean = _checked_interval(mean_interval, "mean")
    least = _checked_interval(minimum_interval, "minimum")
    greatest = _checked_interval(maximum_interval, "maximum")
    bound = _max_sd_attained(mean, int(n), least, greatest)
    if bound == -math.inf:
        raise ValueError(
            f"No {n} values with a minimum in {least} and a maximum in {greatest} have a mean in "
            f"{mean}."
        )
    return bound


def max_sd_any_n(
    mean_interval: tuple[float, float],
    minimum_interval: tuple[float, float],
    maximum_interval: tuple[float, float],
    n_max: int = 1000,
) -> tuple[float, int]:
    """Return the largest SD over every group size from 2 to n_max.

    Args:
        mean_interval: (low, high) of the mean, in the unit of the outcome.
        minimum_interval: (low, high) of the smallest value.
        maximum_interval: (low, high) of the largest value.
        n_max: Largest group size tried; sizes that no sample fits are skipped.

    Returns:
        (bound, n): the bound and the smallest n that gives it.

    Raises:
        ValueError: If no sample of any size fits, or an interval is crossed.
    """
    as_counts(n_max, 2, "n_max")
    mean = _checked_interval(mean_interval, "mean")
    least = _checked_interval(minimum_interval, "minimum")
    greatest = _checked_interval(maximum_interval, "maximum")
    bounds = [_max_sd_attained(mean, n, least, greatest) for n in range(2, int(n_max) + 1)]
    best = max(bounds)
    if best == -math.inf:
        raise ValueError(
            f"No 2 to {n_max} values with a minimum in {least} and a maximum in {greatest} have a "
            f"mean in {mean}."
        )
    return best, 2 + bounds.index(best)
