"""How exactly a number is known: a printed one to its rounding, a digitized one to its clicks."""

from __future__ import annotations

from math import ceil, isnan, log10

import pandas as pd
from scipy.special import ndtri

COVERED = float(ndtri(0.975))  # a digitized number is taken as known to its 95 % interval


def half_width(decimals: float, sigma: float = float("nan")) -> float:
    """Return how far the true number may be from the one at hand, in its unit.

    Half a unit of the last printed decimal; 1.96 standard deviations of the clicks where the number
    was digitized (`decimals` is then missing); 0 where neither is known.
    """
    if not isnan(decimals):
        return 0.5 * 10.0**-decimals
    return 0.0 if isnan(sigma) else COVERED * sigma


def decimals_shown(row: pd.Series, what: str = "value") -> int | None:
    """Return the decimals displayed of a row's `value` or `error`; None where it is missing.

    As printed; for a digitized number those that its sigma reaches (0.27: one, 0.004: three), one
    standard deviation to one or two digits.
    """
    if not isnan(row[f"{what}_decimals"]):
        return int(row[f"{what}_decimals"])
    sigma = row[f"{what}_sigma"]
    if isnan(row[what]):
        return None
    if isnan(sigma) or sigma <= 0:
        return 2
    return max(0, ceil(-log10(sigma)))


def known_interval(row: pd.Series, what: str = "value") -> tuple[float, float]:
    """Return the interval that a row's `value` or `error` is known to."""
    half = half_width(row[f"{what}_decimals"], row[f"{what}_sigma"])
    return row[what] - half, row[what] + half


def least_error(row: pd.Series) -> float:
    """Return the smallest error term that the one at hand may stand for."""
    return max(known_interval(row, "error")[0], 0.0)
