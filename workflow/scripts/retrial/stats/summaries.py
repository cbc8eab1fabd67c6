"""The algebra of group summaries: n, mean and standard deviation (SD).

Readings of a printed error term, leaving members out of a summary or taking them in, pooling
groups, and the SD of a change. Sums of squares are taken about a mean close by, never about zero,
so that a large offset costs no precision (Chan, Golub & LeVeque 1983, doi 10.2307/2683386).
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

READINGS = ("sd", "sem", "ci95")

# A sum of squares that is negative by less than this share of the total is rounding in floating
# point, not a contradiction in the printed numbers.
FLOAT_NOISE = 1e-9


def as_counts(n: ArrayLike, least: int, name: str = "n") -> np.ndarray:
    """Return sizes as floats, or raise ValueError unless whole and >= `least` (NaN passes)."""
    sizes = np.asarray(n, dtype=float)
    known = sizes[~np.isnan(sizes)]
    if np.any(np.isinf(known)) or np.any(known != np.floor(known)) or np.any(known < least):
        raise ValueError(f"{name} must be a whole number of at least {least}, found {n!r}.")
    return sizes


def as_spreads(sd: ArrayLike, name: str = "sd") -> np.ndarray:
    """Return error terms as floats, or raise ValueError if negative or infinite (NaN passes)."""
    spreads = np.asarray(sd, dtype=float)
    if np.any(spreads < 0) or np.any(np.isinf(spreads)):
        raise ValueError(f"{name} must be finite and not negative, found {sd!r}.")
    return spreads


def as_finite(values: ArrayLike, name: str = "mean") -> np.ndarray:
    """Return values as floats, or raise ValueError if any is infinite (NaN passes)."""
    numbers = np.asarray(values, dtype=float)
    if np.any(np.isinf(numbers)):
        raise ValueError(f"{name} must be finite, found {values!r}.")
    return numbers


def unboxed(values: np.ndarray) -> float | np.ndarray:
    """Return a Python float for a zero-dimensional array, and any other array as it is."""
    values = np.asarray(values)
    return float(values) if values.ndim == 0 else values


def sd_from_error(error: ArrayLike, n: ArrayLike, reading: str) -> float | np.ndarray:
    """Turn a printed error term into an SD under one reading of what it is.

    SD = e (reading "sd"), e sqrt(n) ("sem"), e sqrt(n) / t(.975, n - 1) ("ci95", the half-width of
    a 95 % confidence interval of a mean; Cochrane Handbook, section 6.5.2.2).

    Args:
        error: Error term(s), in the unit of the outcome.
        n: Group size(s), broadcast against `error`.
        reading: One of `READINGS`.

    Returns:
        SD, of the broadcast shape (a float for scalars).

    Raises:
        ValueError: If the reading is unknown, an error is negative, or n is not a whole number of
            at least 2.
    """
    if reading not in READINGS:
        raise ValueError(f"reading must be one of {', '.join(READINGS)}, found {reading!r}.")
    spread = as_spreads(error, "error")
    sizes = as_counts(n, 2)
    factor = {
        "sd": lambda: np.ones_like(sizes),
        "sem": lambda: np.sqrt(sizes),
        "ci95": lambda: np.sqrt(sizes) / stdtrit(sizes - 1, 0.975),
    }[reading]()
    return unboxed(spread * factor)


def sem_from_sd(sd: ArrayLike, n: ArrayLike) -> float | np.ndarray:
    """Return the standard error of the mean, SD / sqrt(n).

    Args:
        sd: SD(s), in the unit of the outcome.
        n: Group size(s), broadcast against `sd`.

    Returns:
        Standard error, of the broadcast shape (a float for scalars).

    Raises:
        ValueError: If an SD is negative or n is not a whole number of at least 2.
    """
    return unboxed(as_spreads(sd) / np.sqrt(as_counts(n, 2)))


def _summary(n: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> tuple:
    n = np.asarray(n)
    size = int(n) if n.ndim == 0 and not np.isnan(n) else unboxed(n)
    return size, unboxed(mean), unboxed(sd)


def _without_subgroup(n, mean, sd, k, sub_mean, sub_ss, what: str) -> tuple:
    """Take a subgroup of k members, given by its mean and sum of squares, out of a summary."""
    left = n - k
    if np.any(left < 2):
        raise ValueError(
            f"At least 2 members must remain in the group, but {np.max(k):g} of "
            f"{np.min(n):g} would be removed."
        )
    total_ss = (n - 1) * sd**2
    apart = sub_mean - mean
    left_mean = mean - k * apart / left
    # SS' = SS - SS_k - n k / (n - k) (mean_k - mean)^2
    left_ss = total_ss - sub_ss - n * k / left * apart**2
    if np.any(left_ss < -FLOAT_NOISE * total_ss):
        raise ValueError(
            f"{what} cannot be part of the group: its sum of squares of {np.max(total_ss):g} "
            f"would leave {np.min(left_ss):g} for the remaining members."
        )
    return _summary(left, left_mean, np.sqrt(np.maximum(left_ss, 0) / (left - 1)))


def _values_summary(values: ArrayLike) -> tuple[int, np.ndarray, np.ndarray]:
    members = as_finite(np.atleast_1d(np.asarray(values, dtype=float)), "values")
    if members.shape[-1] == 0:
        raise ValueError("values must hold at least one member.")
    mean = members.mean(axis=-1)
    return members.shape[-1], mean, ((members - mean[..., None]) ** 2).sum(axis=-1)


def remove_members(n: ArrayLike, mean: ArrayLike, sd: ArrayLike, values: ArrayLike) -> tuple:
    """Leave k members with assumed values out of a group's summary.

    mean' = mean - k (v - mean) / (n - k); SS' = SS - SS_v - n k / (n - k) (v - mean)^2, where v
    and SS_v are the mean and the sum of squares of the members removed (Chan, Golub & LeVeque
    1983, solved for one part).

    Args:
        n: Group size(s).
        mean: Mean(s), in the unit of the outcome.
        sd: SD(s), in the unit of the outcome.
        values: The members' values, shape (k,), or (..., k) to sweep over many assumptions;
            the leading shape is broadcast against the others.

    Returns:
        (n, mean, sd) of the remaining members: an int and floats, or arrays of the broadcast shape.

    Raises:
        ValueError: If such members cannot be in the group (the remaining sum of squares would be
            negative beyond floating-point noise), fewer than 2 would remain, or an input is
            impossible.
    """
    k, sub_mean, sub_ss = _values_summary(values)
    n_, mean_, sd_ = as_counts(n, 2), as_finite(mean), as_spreads(sd)
    return _without_subgroup(n_, mean_, sd_, k, sub_mean, sub_ss, f"A member of value {values!r}")


def add_members(n: ArrayLike, mean: ArrayLike, sd: ArrayLike, values: ArrayLike) -> tuple:
    """Take k members with assumed values into a group's summary.

    mean' = mean + k (v - mean) / (n + k); SS' = SS + SS_v + n k / (n + k) (v - mean)^2 (Chan,
    Golub & LeVeque 1983).

    Args:
        n: Group size(s).
        mean: Mean(s), in the unit of the outcome.
        sd: SD(s), in the unit of the outcome.
        values: The members' values, shape (k,) or (..., k).

    Returns:
        (n, mean, sd) of the enlarged group: an int and floats, or arrays of the broadcast shape.

    Raises:
        ValueError: If an input is impossible (see `as_counts`, `as_spreads`).
    """
    k, sub_mean, sub_ss = _values_summary(values)
    n_, mean_, sd_ = as_counts(n, 2), as_finite(mean), as_spreads(sd)
    apart = sub_mean - mean_
    total = n_ + k
    ss = (n_ - 1) * sd_**2 + sub_ss + n_ * k / total * apart**2
    return _summary(total, mean_ + k * apart / total, np.sqrt(ss / (total - 1)))


def _pooled(ns: ArrayLike, means: ArrayLike, sds: ArrayLike) -> tuple:
    """Size, mean and sum of squares of groups taken together, along the last axis."""
    sizes, centres = as_counts(ns, 1, "ns"), as_finite(means, "means")
    spreads = as_spreads(sds, "sds")
    if min(sizes.ndim, centres.ndim, spreads.ndim) < 1:
        raise ValueError("ns, means and sds must be sequences with one entry for each group.")
    if not sizes.shape[-1] == centres.shape[-1] == spreads.shape[-1] > 0:
        raise ValueError(
            f"ns, means and sds must have one entry for each group, found {sizes.shape[-1]}, "
            f"{centres.shape[-1]} and {spreads.shape[-1]}."
        )
    total = sizes.sum(axis=-1)
    origin = centres[..., :1]
    mean = origin[..., 0] + (sizes * (centres - origin)).sum(axis=-1) / total
    # A group of one has no SD; whatever is printed for it carries no sum of squares.
    within = np.where(sizes == 1, 0.0, (sizes - 1) * spreads**2)
    between = sizes * (centres - mean[..., None]) ** 2
    return total, mean, (within + between).sum(axis=-1)


def combine_groups(ns: ArrayLike, means: ArrayLike, sds: ArrayLike) -> tuple:
    """Pool several groups into one.

    SS = sum (n - 1) sd^2 + sum n (mean - M)^2 (Cochrane Handbook, table 6.5.a, for any number of
    groups).

    Args:
        ns: Group sizes, shape (..., g).
        means: Means, shape (..., g), in the unit of the outcome.
        sds: SDs, shape (..., g); ignored for a group of one.

    Returns:
        (n, mean, sd) of all members: an int and floats, or arrays of the leading shape.

    Raises:
        ValueError: If the lengths differ, an input is impossible, or there are fewer than 2
            members in all.
    """
    total, mean, ss = _pooled(ns, means, sds)
    if np.any(total < 2):
        raise ValueError("The groups must have at least 2 members in all.")
    return _summary(total, mean, np.sqrt(ss / (total - 1)))


def change_sd(sd_before: ArrayLike, sd_after: ArrayLike, rho: ArrayLike) -> float | np.ndarray:
    """Return the SD of the individual change for an assumed within-person correlation.

    sd_c^2 = s1^2 + s2^2 - 2 rho s1 s2 (Cochrane Handbook, section 6.5.2.8), computed as
    (s1 - s2)^2 + 2 (1 - rho) s1 s2, which cannot turn negative.

    Args:
        sd_before: SD(s) before, in the unit of the outcome.
        sd_after: SD(s) after.
        rho: Correlation(s) of before and after, from -1 to 1; all three are broadcast.

    Returns:
        SD of the change, of the broadcast shape (a float for scalars).

    Raises:
        ValueError: If an SD is negative or a correlation lies outside [-1, 1].
    """
    before, after = as_spreads(sd_before, "sd_before"), as_spreads(sd_after, "sd_after")
    correlation = np.asarray(rho, dtype=float)
    if np.any(np.abs(correlation) > 1):
        raise ValueError(f"rho must lie between -1 and 1, found {rho!r}.")
    return unboxed(np.sqrt((before - after) ** 2 + 2 * (1 - correlation) * before * after))


def feasible_values(n: ArrayLike, mean: ArrayLike, sd: ArrayLike, k: int = 1) -> tuple:
    """Return the lowest and highest value that k equal members of a group can have.

    |v - mean| <= sd sqrt((n - 1)(n - k) / (n k)): Samuelson's inequality (1968, doi
    10.1080/01621459.1968.10480944), generalized from one member to k equal ones.

    Args:
        n: Group size(s).
        mean: Mean(s), in the unit of the outcome.
        sd: SD(s).
        k: How many members share the value, from 1 to n - 1.

    Returns:
        (low, high), of the broadcast shape (floats for scalars).

    Raises:
        ValueError: If k is not a whole number from 1 to n - 1 or another input is impossible.
    """
    n_, mean_, sd_, k_ = as_counts(n, 2), as_finite(mean), as_spreads(sd), as_counts(k, 1, "k")
    if np.any(k_ >= n_):
        raise ValueError(f"k must be less than n, found k {k!r} and n {n!r}.")
    reach = sd_ * np.sqrt((n_ - 1) * (n_ - k_) / (n_ * k_))
    return unboxed(mean_ - reach), unboxed(mean_ + reach)
