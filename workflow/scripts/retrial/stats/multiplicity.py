"""p values adjusted for the number of tests in a family."""

import numpy as np
from numpy.typing import ArrayLike

METHODS = ("bonferroni", "holm", "hochberg", "hommel", "bh", "by")


def adjust(p_values: ArrayLike, method: str) -> np.ndarray:
    """Return adjusted p values of one family of tests.

    With m tests and the r-th least p. The chance of any false positive: "bonferroni" m p; "holm"
    max over s <= r of (m - s + 1) p_s (Holm 1979, Scand J Stat 6:65-70); "hochberg" min over s >= r
    of the same (Hochberg 1988, doi 10.1093/biomet/75.4.800); "hommel" (Hommel 1988, doi
    10.1093/biomet/75.2.383) by the algorithm of Wright 1992 (doi 10.2307/2532694). The false
    discovery rate: "bh" min over s >= r of m p_s / s (Benjamini & Hochberg 1995, doi
    10.1111/j.2517-6161.1995.tb02031.x); "by" that times 1 + 1/2 + ... + 1/m, for any dependence
    (Benjamini & Yekutieli 2001, doi 10.1214/aos/1013699998). "hochberg" and "hommel" suppose
    independent or positively dependent tests. A NaN is a test that was not done: it stays NaN and
    is not counted. Written out, as statsmodels takes 50 ms for Holm's and two seconds to import.

    Args:
        p_values: The family's p values, any shape.
        method: One of `METHODS`.

    Returns:
        Adjusted p values, in the order and shape of `p_values`, none below its own p.

    Raises:
        ValueError: If the method is unknown or a p lies outside [0, 1].
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, found {method!r}.")
    raw = np.asarray(p_values, dtype=float)
    done = ~np.isnan(raw)
    if np.any((raw[done] < 0) | (raw[done] > 1)):
        raise ValueError(f"p values must lie between 0 and 1, found {p_values!r}.")
    family = raw[done]
    order = np.argsort(family, kind="stable")
    found = np.empty(family.size)
    found[order] = np.clip(_in_order(family[order], method), family[order], 1.0)
    adjusted = np.full(raw.shape, np.nan)
    adjusted[done] = found
    return adjusted


def _in_order(p: np.ndarray, method: str) -> np.ndarray:
    """Return the adjusted values of ascending p (m,), not yet cut at 1."""
    m = p.size
    rank = np.arange(1, m + 1)
    if method == "bonferroni":
        return m * p
    if method == "holm":
        return np.maximum.accumulate((m - rank + 1) * p)
    if method == "hommel":
        return _hommel(p)
    factor = {
        "hochberg": m - rank + 1,
        "bh": m / rank,
        "by": m / rank * (1 / rank).sum(),
    }[method]
    return np.minimum.accumulate((factor * p)[::-1])[::-1]


def _hommel(p: np.ndarray) -> np.ndarray:
    m = p.size
    adjusted = p.copy()
    for size in range(m, 1, -1):
        # The least of size p_s / s over the size largest: what a set of that size must pass.
        least = (size * p[m - size :] / np.arange(1, size + 1)).min()
        adjusted[m - size :] = np.maximum(adjusted[m - size :], least)
        first = np.minimum(least, size * p[: m - size])
        adjusted[: m - size] = np.maximum(adjusted[: m - size], first)
    return adjusted
