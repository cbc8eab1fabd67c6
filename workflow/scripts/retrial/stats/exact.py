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

# p values this close are ties.
_TIE = 1 + 1e-7
_RATES = 1024
IN_WHOLE_NUMBERS = 2000  # members up to which Fisher's p is computed in whole numbers
MOST_TABLES = 4_000_000  # tables (n1 + 1) (n2 + 1) up to which the unconditional tests are run
_WINDOW = 40  # standard deviations beyond which a hypergeometric tail holds nothing


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

    In whole numbers up to `IN_WHOLE_NUMBERS` members, so that ties are ties and a p of exactly .05
    is not below .05; beyond, tables within 1e-7 are ties, as in R's fisher.test, and the time does
    not grow with the arms but with their square root.
    """
    if n1 + n2 > IN_WHOLE_NUMBERS:
        return _tail_of_large_arms(events1, n1, events2, n2)
    weights, observed = _weights(events1, n1, events2, n2)
    return sum(weight for weight in weights if weight <= observed) / sum(weights)


@lru_cache(maxsize=65536)
def fisher_mid_p(events1: int, n1: int, events2: int, n2: int) -> float:
    """Return Fisher's two-sided p less half the probability of the observed table.

    Lydersen, Fagerland & Laake (2009), doi 10.1002/sim.3531.
    """
    if n1 + n2 > IN_WHOLE_NUMBERS:
        table = _log_table(np.array([events1]), n1, events1 + events2, n2)[0]
        return fisher_p(events1, n1, events2, n2) - math.exp(table) / 2
    weights, observed = _weights(events1, n1, events2, n2)
    tail = sum(weight for weight in weights if weight <= observed)
    return (2 * tail - observed) / (2 * sum(weights))


def _weights(events1: int, n1: int, events2: int, n2: int) -> tuple[list[int], int]:
    """Return the number of ways to every table of these margins, and to the observed one."""
    events = events1 + events2
    lowest = max(0, events - n2)
    weights = [math.comb(n1, lowest) * math.comb(n2, events - lowest)]
    for first in range(lowest, min(n1, events)):
        ratio_up = (n1 - first) * (events - first)
        weights.append(weights[-1] * ratio_up // ((first + 1) * (n2 - events + first + 1)))
    return weights, weights[events1 - lowest]


def _log_table(first: np.ndarray, n1: int, events: int, n2: int) -> np.ndarray:
    """Return the log probability of tables with `first` events in the first arm."""
    ways = _log_choose(n1, first) + _log_choose(n2, events - first)
    return ways - _log_choose(n1 + n2, np.asarray(events))


def _tail_of_large_arms(events1: int, n1: int, events2: int, n2: int) -> float:
    """Return Fisher's two-sided p of arms whose tables are too many to be summed one by one."""
    events, total = events1 + events2, n1 + n2
    lowest, highest = max(0, events - n2), min(n1, events)
    mode = min(max((events + 1) * (n1 + 1) // (total + 2), lowest), highest)
    spread = math.sqrt(n1 * n2 * events * (total - events) / total**3) + 1
    reach = int(_WINDOW * spread) + 50
    limit = _log_table(np.array([events1]), n1, events, n2)[0] + math.log(_TIE)

    def beyond(start: int, end: int, step: int) -> float:
        """Return the probability of the tables as rare as the observed one, away from the mode."""
        near, far = start, end  # the probability falls from near to far
        if _log_table(np.array([near]), n1, events, n2)[0] <= limit:
            cut = near
        elif _log_table(np.array([far]), n1, events, n2)[0] > limit:
            return 0.0
        else:
            while abs(far - near) > 1:
                middle = (near + far) // 2
                rare = _log_table(np.array([middle]), n1, events, n2)[0] <= limit
                near, far = (near, middle) if rare else (middle, far)
            cut = far
        last = min(cut + reach, end) if step > 0 else max(cut - reach, end)
        tables = np.arange(cut, last + step, step)
        return float(np.exp(_log_table(tables, n1, events, n2)).sum())

    upper = beyond(mode, highest, 1)
    lower = beyond(mode - 1, lowest, -1) if mode > lowest else 0.0
    return min(1.0, upper + lower)


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


def _fisher_of_every_table(n1: int, n2: int) -> np.ndarray:
    """Return Fisher's two-sided p of every table, (n1 + 1, n2 + 1)."""
    found = np.empty((n1 + 1, n2 + 1))
    for events in range(n1 + n2 + 1):
        first, probability = _conditional(n1, n2, events)
        order = np.argsort(probability, kind="stable")
        ranked = probability[order]
        # Each table with all that are no more probable, ties included.
        last = np.searchsorted(ranked, ranked * _TIE, side="right") - 1
        p = np.empty(len(first))
        p[order] = np.minimum(np.cumsum(ranked)[last], 1.0)
        found[first, events - first] = p
    return found


def too_many_tables(n1: int, n2: int) -> bool:
    """Return whether two arms are too large for the unconditional exact tests."""
    return (n1 + 1) * (n2 + 1) > MOST_TABLES


@lru_cache(maxsize=4096)
def boschloo(events1: int, n1: int, events2: int, n2: int) -> tuple[float, float]:
    """Return (Fisher's two-sided p, Boschloo's two-sided p).

    Two-sided tables are ordered by Fisher's two-sided p (Boschloo 1970; Mehrotra, Chan & Berger
    2003, doi 10.1111/1541-0420.00051), so that p never exceeds Fisher's. A one-sided p doubled, as
    scipy has it, is another test and can exceed it.
    """
    every = _fisher_of_every_table(n1, n2)
    observed = every[events1, events2]
    return float(observed), _largest_tail(every <= observed * _TIE)


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
