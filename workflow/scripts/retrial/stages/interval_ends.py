"""A mean printed with the two ends of its interval: half its width, on the scale that it fits.

An interval is symmetric where the mean lies in its middle, on the log scale where it is the
geometric mean of the ends; both within rounding. Where both hold (a narrow interval), the numbers
differ by less than their rounding and the plain scale is taken.
"""

from __future__ import annotations

from math import log, sqrt

import pandas as pd

from retrial.stats.bounds import decimals_of
from retrial.stats.precision import half_width, known_interval
from retrial.stats.summaries import READINGS

LINEAR, LOG, BOTH, NEITHER, NO_SPREAD = "linear", "log", "both", "neither", "no_spread"
USED_AS_ERROR = (LINEAR, BOTH)  # half the width stands for the error term
WORDS = {
    LOG: "the interval is symmetric on the log scale only: its mean is a geometric one. A printed "
    "p is compared on that scale, but no test of a claim is run on it",
    NEITHER: "the mean is not the middle of its interval, on the plain scale or on the log scale",
    NO_SPREAD: "a range or an interquartile range gives no SD without a model of the distribution",
}


def scale_of(value: float, half: float, low: float, high: float, half_end: float) -> str:
    """Return the scale on which an interval is symmetric about its mean.

    Args:
        value: The mean, known to `value` -+ `half`.
        half: Half a unit of its last decimal.
        low: The lower end of the interval, known to -+ `half_end`.
        high: The upper end.
        half_end: Half a unit of the last decimal of the ends.

    Returns:
        "linear", "log", "both" or "neither".
    """
    noise = 1e-9 * max(abs(low), abs(high), abs(value))
    linear = abs((low + high) / 2 - value) <= half + half_end + noise
    geometric = (
        low - half_end > 0
        and sqrt((low - half_end) * (high - half_end)) <= value + half + noise
        and sqrt((low + half_end) * (high + half_end)) >= value - half - noise
    )
    return {(True, True): BOTH, (True, False): LINEAR, (False, True): LOG}.get(
        (linear, geometric), NEITHER
    )


def with_interval_ends(printed: pd.DataFrame, typed: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers with an error term for each mean that is printed with an interval only.

    `printed` has numbers with the columns of `collect.printed_numbers`, `typed` the same rows as
    text. Adds the column `interval_scale`, missing where no interval is used for a mean.
    """
    printed = printed.assign(interval_scale=pd.Series(pd.NA, printed.index, dtype="string"))
    ends = printed["error_low"].notna() & printed["error_high"].notna()
    asked = printed["statistic"].eq("mean") & ends & printed["error"].isna()
    for index in printed.index[asked.fillna(False)]:
        row = printed.loc[index]
        decimals = min(decimals_of(typed.loc[index, end]) for end in ("error_low", "error_high"))
        scale = (
            scale_of(
                row["value"],
                half_width(row["value_decimals"]),
                row["error_low"],
                row["error_high"],
                half_width(decimals),
            )
            if row["error_label"] in READINGS
            else NO_SPREAD
        )
        printed.loc[index, "interval_scale"] = scale
        # The ends' decimals serve the log scale too, where half the width is no error term.
        printed.loc[index, "error_decimals"] = decimals
        if scale in USED_AS_ERROR:
            printed.loc[index, "error"] = (row["error_high"] - row["error_low"]) / 2
    return printed


def on_log_scale(row: pd.Series) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the logarithm of a mean and the error term about it, each as the interval known."""
    half = half_width(row["error_decimals"])
    low, high = row["error_low"], row["error_high"]
    low_end, high_end = known_interval(row)
    return (log(low_end), log(high_end)), (
        max(0.0, (log(high - half) - log(low + half)) / 2),
        (log(high + half) - log(low - half)) / 2,
    )


def check_interval_ends(reported: pd.DataFrame) -> list[dict]:
    """Say for each mean that is printed with an interval how that is used."""
    from retrial.stages.audit.spread import finding

    found = []
    for _, row in reported[reported["interval_scale"].notna()].iterrows():
        scale = row["interval_scale"]
        said = {
            LINEAR: "symmetric: half its width is the error term",
            BOTH: "symmetric within rounding, on the log scale too: half its width is taken as the "
            "error term",
        }
        middle = (row["error_low"] + row["error_high"]) / 2
        found.append(
            finding(
                "interval_ends",
                row,
                None,
                {NEITHER: "implausible", NO_SPREAD: "not_applicable"}.get(scale, "pass"),
                value=row["value"],
                bound=middle,
                detail=f"{row['error_low']:g} to {row['error_high']:g} has its middle at "
                f"{middle:.4g}: {said.get(scale) or WORDS[scale]}",
            )
        )
    return found
