"""What each answer would be if the error terms were SDs, standard errors or confidence intervals.

A printed `mean ± e` is an SD, a standard error or the half-width of a 95 % interval; the readings
differ by factors of sqrt(n) and t (Cochrane Handbook, section 6.5.2.2).
"""

from __future__ import annotations

from math import nan

from retrial.comparisons.support import threshold
from retrial.stages.sensitivity.comparisons import MeanPair, mean_pairs, reading_words
from retrial.trial import Trial
from retrial.wording import number, p_words

ANALYSIS = "error_bars"


def error_bars(trial: Trial, *, alpha: float, readings: list[str], rho: list[float]) -> list[dict]:
    """Return one row for each comparison of printed means and reading.

    `threshold` is the common multiple of the SDs at which p reaches the claim's level (below it the
    difference is significant); missing when the estimate is 0. A change is tested at the middle
    correlation, `p_low` and `p_high` being its range over all of `rho`.
    """
    return [_row(pair, alpha, rho) for pair in mean_pairs(trial, readings)]


def tipping_multiple(pair: MeanPair, rho: float, level: float) -> float:
    """Return the factor on both SDs at which p equals `level`; NaN when the estimate is 0.

    The standard error grows with a common factor and the degrees of freedom do not change, so the
    factor is |estimate| over the half-width of the 1 - level interval.
    """
    test = pair.compare(rho, level)
    half_width = (test.ci_high - test.ci_low) / 2
    return abs(test.estimate) / half_width if test.estimate and half_width else nan


def _row(pair: MeanPair, alpha: float, rho: list[float]) -> dict:
    level, assumed = threshold(pair.claim, alpha), pair.rho(rho)
    test, factor = pair.compare(assumed, alpha), tipping_multiple(pair, assumed, level)
    cells = test.cells()
    detail = f"{reading_words(pair)}: {p_words(test.p)}."
    if pair.within_arm:
        ps = [pair.compare(r, alpha).p for r in rho]
        cells |= {"p_low": min(ps), "p_high": max(ps)}
        detail = detail[:-1] + f" at a correlation of {assumed:g}."
    if factor == factor:
        detail += f" It reaches {level:g} when both SDs are {number(factor)} times as large."
    return pair.line(ANALYSIS, pair.reading, rho=assumed, threshold=factor, detail=detail, **cells)
