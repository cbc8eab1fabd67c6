"""How far two people who digitized one figure agree, and what that says of the error.

Bias and limits of agreement: Bland and Altman 1986 (doi 10.1016/S0140-6736(86)90837-8). The SD of
one digitizer's error is the root of the mean squared difference over 2 (Dahlberg 1940): a bias
between the two counts as error, because nobody knows which of them is right.
"""

from __future__ import annotations

import warnings
from math import nan

import numpy as np
import pandas as pd

from retrial.stats.precision import COVERED

LEAST_FOR_SPREAD = 3  # fewer differences say too little of an SD


def dahlberg(first: np.ndarray, second: np.ndarray) -> float:
    """Return one SD of a single digitizer's error, from paired values (n,); NaN for too few."""
    differences = (first - second)[np.isfinite(first - second)]
    if len(differences) < LEAST_FOR_SPREAD:
        return nan
    return float(np.sqrt((differences**2).mean() / 2))


def agreement(points: pd.DataFrame) -> pd.DataFrame:
    """Return how two digitizers agree: one row a figure, panel and number (mean, error).

    `points` has mean, error, second_mean and second_error, in the outcome's unit. Columns: figure,
    panel, what, n, bias (first minus second), low and high (95 % limits of agreement), sigma (one
    SD of a single digitizer), icc with icc_low and icc_high (ICC(A,1), absolute agreement, 95 %).
    """
    rows = []
    for (figure, panel), group in points.groupby(["figure", "panel"], sort=False):
        for what in ("mean", "error"):
            pairs = group[[what, f"second_{what}"]].dropna().to_numpy(float)
            if len(pairs):
                rows.append({"figure": figure, "panel": panel, "what": what, **_agreed(pairs)})
    return pd.DataFrame(rows)


def _agreed(pairs: np.ndarray) -> dict[str, float]:
    differences = pairs[:, 0] - pairs[:, 1]
    n = len(differences)
    spread = differences.std(ddof=1) if n > 1 else nan
    icc, icc_low, icc_high = _icc(pairs)
    return {
        "n": n,
        "bias": differences.mean(),
        "low": differences.mean() - COVERED * spread,
        "high": differences.mean() + COVERED * spread,
        "sigma": dahlberg(pairs[:, 0], pairs[:, 1]),
        "icc": icc,
        "icc_low": icc_low,
        "icc_high": icc_high,
    }


def _icc(pairs: np.ndarray) -> tuple[float, float, float]:
    """Return ICC(A,1) of pairs (n, 2) with its 95 % interval; NaN where it is not defined."""
    if len(pairs) < 5:  # what pingouin asks for
        return nan, nan, nan
    import pingouin  # takes a second, and few studies have a second digitizer

    long = pd.DataFrame(
        {
            "target": np.repeat(np.arange(len(pairs)), 2),
            "rater": np.tile([1, 2], len(pairs)),
            "value": pairs.ravel(),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two identical digitizations divide by zero
        found = pingouin.intraclass_corr(long, targets="target", raters="rater", ratings="value")
    row = found.set_index("Type").loc["ICC(A,1)"]
    interval = row["CI95"]
    return float(row["ICC"]), float(interval[0]), float(interval[1])
