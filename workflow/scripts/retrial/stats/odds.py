"""The odds ratio that the margins of a table leave: its estimate and its exact interval.

Given the total of events, the events of the first arm follow Fisher's noncentral hypergeometric
distribution (Cornfield 1956; McCullagh & Nelder 1989, section 7.3.2).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

_ALL = 4000  # tables up to which every one is summed
_WINDOW = 15  # standard deviations around the mode that are summed beyond that


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _mode(n1: int, n2: int, events: int, log_odds: float) -> float:
    """Return the most probable count of the first arm.

    Liao & Rosen (2001), doi 10.1198/000313001753272547.
    """
    odds = math.exp(log_odds)
    a = odds - 1
    b = -((n1 + events + 2) * odds + n2 - events)
    c = (n1 + 1) * (events + 1) * odds
    return 2 * c / (-b + math.sqrt(max(b * b - 4 * a * c, 0.0)))


def _tables(n1: int, n2: int, events: int, log_odds: float) -> tuple[np.ndarray, np.ndarray]:
    """Return counts of the first arm and their probabilities under an odds ratio."""
    lowest, highest = max(0, events - n2), min(n1, events)
    if highest - lowest > _ALL:
        mode = min(max(_mode(n1, n2, events, log_odds), lowest), highest)
        cells = (mode, n1 - mode, events - mode, n2 - events + mode)
        spread = 1 / math.sqrt(sum(1 / max(cell, 0.5) for cell in cells))
        reach = int(_WINDOW * spread) + 50
        lowest, highest = max(lowest, int(mode) - reach), min(highest, int(mode) + reach)
    first = np.arange(lowest, highest + 1)
    weights = _log_choose(n1, first) + _log_choose(n2, events - first) + first * log_odds
    weights = np.exp(weights - weights.max())
    return first, weights / weights.sum()


def _root(function, low: float = -1.0, high: float = 1.0) -> float:
    """Return where a rising function of the log odds ratio is zero."""
    while function(low) > 0:
        low *= 2
    while function(high) < 0:
        high *= 2
    return brentq(function, low, high, xtol=1e-13, rtol=1e-13)


@lru_cache(maxsize=65536)
def conditional_odds_ratio(
    events1: int, n1: int, events2: int, n2: int, alpha: float
) -> tuple[float, float, float]:
    """Return the conditional maximum-likelihood odds ratio and its exact interval (low, high).

    As R's fisher.test. Nobody or everybody with the event: NaN, 0, inf. A count at the end of what
    the margins allow: 0 or inf, with one finite end. Counts are whole and within their arms.
    """
    events = events1 + events2
    lowest, highest = max(0, events - n2), min(n1, events)
    if lowest == highest:
        return math.nan, 0.0, math.inf

    def mean_above(log_odds: float) -> float:
        first, p = _tables(n1, n2, events, log_odds)
        return float(first @ p) - events1

    def above(log_odds: float) -> float:
        first, p = _tables(n1, n2, events, log_odds)
        return float(p[first >= events1].sum()) - alpha / 2

    def not_below(log_odds: float) -> float:
        first, p = _tables(n1, n2, events, log_odds)
        return alpha / 2 - float(p[first <= events1].sum())

    if events1 == lowest:
        estimate, low = 0.0, 0.0
    else:
        low = math.exp(_root(above))
        estimate = math.inf if events1 == highest else math.exp(_root(mean_above))
    high = math.inf if events1 == highest else math.exp(_root(not_below))
    return estimate, low, high
