"""How far each answer depends on how exactly a figure was digitized.

The numbers of digitized figures are drawn anew as other clicks would have given them (see
`retrial.figures.digitized`), and every comparison is tested with each draw. A specification keeps
its reading, version and correlation: the draws nest in it.
"""

from __future__ import annotations

from math import nan

import numpy as np
import pandas as pd

from retrial.comparisons.selection import Mean
from retrial.comparisons.support import threshold
from retrial.stages.sensitivity.comparisons import MeanPair, equal_variances, mean_pairs
from retrial.stats.means import compare_means
from retrial.stats.paired import paired_from_summary
from retrial.stats.summaries import sd_from_error
from retrial.trial import Trial
from retrial.wording import READING_NAMES, number, p_words

ANALYSIS = "digitization"
INTERVAL = (0.025, 0.5, 0.975)


def digitization(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return one row for each comparison with a digitized mean, and one for each digitized SD.

    Comparisons: `estimate` is the median over the draws, `ci_low` and `ci_high` the 2.5 and 97.5 %
    points of it; `p`, `p_low` and `p_high` likewise; `share_significant` the share of draws with p
    below the claim's level. A change is tested at the middle correlation. SDs (`sd:` and the row's
    id) have no p, and their 2.5, 50 and 97.5 % points as estimate and interval.
    """
    if trial.digitization.empty:
        return []
    drawn = {
        row_id: (rows["value"].to_numpy(float), rows["error"].to_numpy(float))
        for row_id, rows in trial.digitization.groupby("row_id", sort=False)
    }
    pairs = [
        pair
        for pair in mean_pairs(trial, readings)
        if {pair.first.row_id, pair.second.row_id} & set(drawn)
    ]
    return [
        *(_compared(pair, drawn, alpha, rho) for pair in pairs),
        *_spreads(trial, drawn, readings),
    ]


def _values(mean: Mean, drawn: dict, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (means, SDs) of a mean, each (draws,); a printed one stays as it is."""
    if mean.row_id not in drawn:
        return np.full(size, mean.mean), np.full(size, mean.sd)
    values, errors = drawn[mean.row_id]
    return values, sd_from_error(errors, mean.n, mean.reading)


def _compared(pair: MeanPair, drawn: dict, alpha: float, rho: list[float]) -> dict:
    size = len(next(iter(drawn.values()))[0])
    first, second = (_values(mean, drawn, size) for mean in (pair.first, pair.second))
    level, assumed = threshold(pair.claim, alpha), pair.rho(rho)
    if pair.within_arm:
        n = min(pair.first.n, pair.second.n)
        test = paired_from_summary(*first, *second, n, assumed, alpha)
    else:
        equal = equal_variances(pair.claim)
        test = compare_means(
            *first, pair.first.n, *second, pair.second.n, equal_var=equal, alpha=alpha
        )
    low, middle, high = np.quantile(test.estimate, INTERVAL)
    p_low, p, p_high = np.quantile(test.p, INTERVAL)
    share = float((test.p < level).mean())
    at = f" at a correlation of {assumed:g}" if pair.within_arm else ""
    return pair.line(
        ANALYSIS,
        "draws",
        rho=assumed,
        estimate=middle,
        ci_low=low,
        ci_high=high,
        p=p,
        p_low=p_low,
        p_high=p_high,
        share_significant=share,
        detail=f"Read as {READING_NAMES[pair.reading]}, over {size} digitizations within the "
        f"error of the clicks: {p_words(p)} in the middle, {number(p_low)} to {number(p_high)} "
        f"in 95 % of them; {100 * share:.0f} % fall below {level:g}{at}.",
    )


def _spreads(trial: Trial, drawn: dict, readings: list[str]) -> list[dict]:
    """Return one row for each digitized mean's SD and reading."""
    summaries: pd.DataFrame = trial.summaries
    rows = []
    for _, row in summaries[summaries["row_id"].isin(list(drawn))].iterrows():
        if row["reading"] not in readings:
            continue
        errors = drawn[row["row_id"]][1]
        low, middle, high = np.quantile(
            sd_from_error(errors, int(row["n"]), row["reading"]), INTERVAL
        )
        rows.append(
            {
                "analysis": ANALYSIS,
                "scenario": f"sd:{row['row_id']}",
                "outcome": row["outcome"],
                "visit": row["visit"],
                "reading": row["reading"],
                "admissible": row["admissible"],
                "rho": nan,
                "estimate": middle,
                "ci_low": low,
                "ci_high": high,
                "detail": f"The SD behind the bar, read as {READING_NAMES[row['reading']]}: "
                f"{number(low)} to {number(high)} in 95 % of the digitizations.",
                "source": row["source"],
                "row_ids": row["row_id"],
            }
        )
    return rows
