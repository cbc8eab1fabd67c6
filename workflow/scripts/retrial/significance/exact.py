"""Exact tests of two independent proportions.

Fisher's test conditions on the total of events. Boschloo's (1970, doi
10.1111/j.1467-9574.1970.tb00104.x) and Barnard's (1947, doi 10.1093/biomet/34.1-2.123) do not:
they take the largest probability, over every common event rate, of a table at least as extreme.
"""

import math
from functools import lru_cache

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

# One-sided p values this close are ties.
_TIE = 1 + 1e-7
_RATES = 1024


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _conditional(n1: int, n2: int, events: int) -> tuple[np.ndarray, np.ndarray]:
    """Events in the first arm that a total allows, and their hypergeometric probabilities."""
    first = np.arange(max(0, events - n2), min(n1, events) + 1)
    log_weight = _log_choose(n1, first) + _log_choose(n2, events - first)
    weight = np.exp(log_weight - log_weight.max())
    return first, weight / weight.sum()


@lru_cache(maxsize=65536)
def fisher_p(events1: int, n1: int, events2: int, n2: int) -> float:
    """Return Fisher's two-sided p: tables no more probable than the observed one.

    In whole numbers, so that ties are ties and a p of exactly .05 is not below .05.
    """
    events = events1 + events2
    lowest = max(0, events - n2)
    weights = [math.comb(n1, lowest) * math.comb(n2, events - lowest)]
    for first in range(lowest, min(n1, events)):
        ratio_up = (n1 - first) * (events - first)
        weights.append(weights[-1] * ratio_up // ((first + 1) * (n2 - events + first + 1)))
    observed = weights[events1 - lowest]
    return sum(weight for weight in weights if weight <= observed) / sum(weights)


def _largest_tail(extreme: np.ndarray) -> float:
    """Return the largest probability of the marked tables over every common event rate.

    `extreme` has shape (n1 + 1, n2 + 1), by the events in each arm. The probability is a polynomial
    in the rate, with one coefficient for each total of events: searched on a grid, and in the best
    cells of the grid to floating-point precision.
    """
    n1, n2 = extreme.shape[0] - 1, extreme.shape[1] - 1
    total = n1 + n2
    first, second = np.nonzero(extreme)
    log_tables = _log_choose(n1, first) + _log_choose(n2, second)
    # Relative to all tables of the same total, a coefficient is a probability: no overflow.
    share = np.bincount(
        first + second, np.exp(log_tables - _log_choose(total, first + second)), minlength=total + 1
    )
    events = np.arange(total + 1)

    def tail(rate: np.ndarray) -> np.ndarray:
        rate = np.asarray(rate)[..., None]
        log_binomial = (
            _log_choose(total, events) + events * np.log(rate) + (total - events) * np.log1p(-rate)
        )
        return (share * np.exp(log_binomial)).sum(axis=-1)

    # Finer towards 0 and 1, where rare events put the maximum.
    angle = (np.arange(_RATES) + 0.5) / _RATES * np.pi / 2
    grid = np.sin(angle) ** 2
    values = tail(grid)
    padded = np.concatenate(([-np.inf], values, [-np.inf]))
    peaks = np.flatnonzero((values >= padded[:-2]) & (values >= padded[2:]))
    best = values.max()
    for peak in peaks[np.argsort(values[peaks])[-3:]]:
        around = np.sin(np.clip(angle[peak] + np.array([-1, 1]) * np.pi / 2 / _RATES, 0, 1.6)) ** 2
        low, high = max(around[0], 1e-12), min(max(around), 1 - 1e-12)
        found = minimize_scalar(
            lambda rate: -float(tail(rate)),
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-12},
        )
        best = max(best, -found.fun)
    return float(min(1.0, best))


def _fisher_lower_tails(n1: int, n2: int) -> np.ndarray:
    """One-sided Fisher p (as few events in the first arm) of every table, (n1 + 1, n2 + 1)."""
    tails = np.empty((n1 + 1, n2 + 1))
    for events in range(n1 + n2 + 1):
        first, probability = _conditional(n1, n2, events)
        tails[first, events - first] = np.minimum(np.cumsum(probability), 1.0)
    return tails


@lru_cache(maxsize=4096)
def boschloo(events1: int, n1: int, events2: int, n2: int) -> tuple[float, float]:
    """Return (smaller one-sided Fisher p, Boschloo's two-sided p).

    Two-sided as scipy has it: twice the smaller of the two one-sided tests.
    """
    fewer = _fisher_lower_tails(n1, n2)
    more = _fisher_lower_tails(n2, n1).T  # as few in the second arm = as many in the first
    results = []
    for tails in (fewer, more):
        observed = tails[events1, events2]
        results.append((_largest_tail(tails <= observed * _TIE), observed))
    p, observed = min(results)
    return float(observed), min(1.0, 2 * p)


def wald_statistic(events1, n1: int, events2, n2: int) -> np.ndarray:
    """Return the pooled z of the difference of proportions; 0 where there is no variance."""
    rate = (events1 + events2) / (n1 + n2)
    variance = np.asarray(rate * (1 - rate) * (1 / n1 + 1 / n2))
    apart = events1 / n1 - events2 / n2
    return np.where(variance > 0, apart / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)


@lru_cache(maxsize=4096)
def barnard(events1: int, n1: int, events2: int, n2: int) -> tuple[float, float]:
    """Return (pooled Wald z, Barnard's two-sided p)."""
    z = wald_statistic(np.arange(n1 + 1)[:, None], n1, np.arange(n2 + 1)[None, :], n2)
    observed = float(z[events1, events2])
    return observed, _largest_tail(np.abs(z) >= abs(observed) * (1 - 1e-12))
