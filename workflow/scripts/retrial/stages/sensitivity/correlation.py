"""How far a change within one arm depends on the correlation of its two visits.

A paper that prints the two means and their error terms does not report the correlation; the SD of
the change falls as it rises (Cochrane Handbook, section 6.5.2.8).
"""

from __future__ import annotations

from math import nan

from retrial.comparisons.support import threshold
from retrial.stages.sensitivity.comparisons import MeanPair, mean_pairs, reading_words
from retrial.stats.paired import flip_rho
from retrial.trial import Trial
from retrial.wording import number, p_words

ANALYSIS = "correlation"


def correlation(trial: Trial, *, alpha: float, readings: list[str], rho: list[float]) -> list[dict]:
    """Return one row for each change of printed means, reading and correlation.

    `threshold` is the correlation above which p falls below the claim's level; missing when no
    correlation from -1 to 1 changes the verdict.
    """
    rows = []
    for pair in mean_pairs(trial, readings):
        if pair.within_arm:
            rows += _rows(pair, alpha, rho)
    return rows


def _rows(pair: MeanPair, alpha: float, rho: list[float]) -> list[dict]:
    before, after, level = pair.first, pair.second, threshold(pair.claim, alpha)
    n = min(before.n, after.n)
    flip = flip_rho(before.mean, before.sd, after.mean, after.sd, n, level)
    verdict = (
        "never flips"
        if flip is None
        else f"p falls below {level:g} only when the correlation is above {number(flip)}"
    )
    rows = []
    for assumed in rho:
        test = pair.compare(assumed, alpha)
        rows.append(
            pair.line(
                ANALYSIS,
                f"rho_{assumed:g}",
                rho=assumed,
                threshold=nan if flip is None else flip,
                detail=f"{reading_words(pair)}: {p_words(test.p)} at a correlation of "
                f"{assumed:g}; {verdict}.",
                **test.cells(),
            )
        )
    return rows
