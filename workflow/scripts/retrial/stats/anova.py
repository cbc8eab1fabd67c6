"""One-way analysis of variance of any number of groups, from their printed means, SDs and sizes.

Fisher's F with the pooled variance (Fisher 1925, Statistical Methods for Research Workers), and
Welch's for unequal variances (Welch 1951, doi 10.1093/biomet/38.3-4.330).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc

from retrial.stats.summaries import as_counts, as_finite, as_spreads, unboxed


@dataclass(frozen=True)
class OneWay:
    """A one-way analysis of variance; floats, or arrays of the shape of the studies.

    Attributes:
        statistic: F; infinite where groups without any spread differ, NaN where they do not.
        df1: Number of groups less one.
        df2: Degrees of freedom of the denominator.
        p: The upper tail of F; 1 where neither the groups differ nor anybody in them.
    """

    statistic: float | np.ndarray
    df1: float
    df2: float | np.ndarray
    p: float | np.ndarray


def one_way_anova(
    means: ArrayLike, sds: ArrayLike, ns: ArrayLike, equal_var: bool = True
) -> OneWay:
    """Compare the means of two or more independent groups.

    Args:
        means: (..., groups), in the unit of the outcome.
        sds: (..., groups).
        ns: (..., groups), whole numbers of at least 2. All are broadcast against each other.
        equal_var: True for Fisher's F, False for Welch's.

    Returns:
        The analysis; with two groups its p is that of Student's, or of Welch's, t test.

    Raises:
        ValueError: If there are fewer than two groups, an SD is negative, a size is not a whole
            number of at least 2, or a mean is infinite; by Welch's test also if an SD is 0.
    """
    m, s, n = np.broadcast_arrays(
        as_finite(means, "means"), as_spreads(sds, "sds"), as_counts(ns, 2)
    )
    if m.ndim == 0 or m.shape[-1] < 2:
        raise ValueError("At least two groups are needed.")
    groups = m.shape[-1]
    # About the first mean, so that a large offset costs no precision.
    m = m - m[..., :1]
    if not equal_var:
        return _welch(m, s, n, groups)
    total = n.sum(axis=-1)
    grand = (n * m).sum(axis=-1) / total
    between = (n * (m - grand[..., None]) ** 2).sum(axis=-1) / (groups - 1)
    df2 = total - groups
    within = ((n - 1) * s**2).sum(axis=-1) / df2
    with np.errstate(divide="ignore", invalid="ignore"):
        f = between / within
    p = np.where(np.isnan(f), 1.0, np.where(np.isinf(f), 0.0, fdtrc(groups - 1, df2, f)))
    return OneWay(unboxed(f), float(groups - 1), unboxed(df2), unboxed(p))


def _welch(m: np.ndarray, s: np.ndarray, n: np.ndarray, groups: int) -> OneWay:
    if np.any(s == 0):
        raise ValueError("Welch's test needs an SD above 0 in every group.")
    w = n / s**2
    total = w.sum(axis=-1)
    grand = (w * m).sum(axis=-1) / total
    left = ((1 - w / total[..., None]) ** 2 / (n - 1)).sum(axis=-1)
    between = (w * (m - grand[..., None]) ** 2).sum(axis=-1) / (groups - 1)
    f = between / (1 + 2 * (groups - 2) / (groups**2 - 1) * left)
    df2 = (groups**2 - 1) / (3 * left)
    return OneWay(unboxed(f), float(groups - 1), unboxed(df2), unboxed(fdtrc(groups - 1, df2, f)))
