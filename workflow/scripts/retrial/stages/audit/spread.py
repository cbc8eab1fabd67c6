"""Check each printed error term: can any data within the outcome's limits have that spread?

Sources: the sharp bound on the sample SD of n values within [a, b] (below that of Bhatia and Davis
2000, doi 10.1080/00029890.2000.12005203); Altman and Bland 1996 (doi 10.1136/bmj.313.7066.1200).
"""

from __future__ import annotations

from math import inf, isfinite

import pandas as pd

from retrial.stats.bounds import max_sd, max_sd_any_n, max_sd_attained_rounded, max_sd_over_mean
from retrial.stats.precision import known_interval, least_error
from retrial.stats.summaries import sd_from_error
from retrial.study.models import Study
from retrial.study.outcomes import Bounds

DECISIVE = ("sd_bound_widest", "range_sd_rounded")


def limits(study: Study, outcome_id: str, visit: float) -> list[Bounds]:
    """Return the limits on individual values; those of eligibility hold at visit 0 only."""
    outcome = study.outcome(outcome_id)
    both = [outcome.natural_bounds, outcome.eligibility_bounds if visit == 0 else None]
    return [bounds for bounds in both if bounds is not None]


def tightest(bounds: list[Bounds], *, widest: bool = False) -> tuple[float, float]:
    """Return the interval that all limits allow; `widest` counts completed units as such."""
    lower = max((b.lower for b in bounds if b.lower is not None), default=-inf)
    uppers = [
        b.upper + (1 if widest and b.completed_units else 0) for b in bounds if b.upper is not None
    ]
    return lower, min(uppers, default=inf)


def finite(limit: float) -> float | None:
    """Return a limit, or None where there is none."""
    return limit if isfinite(limit) else None


def means_with_error(reported: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that print a mean with a symmetric error term and its n."""
    return reported[
        (reported["statistic"] == "mean") & reported["error"].notna() & reported["n"].notna()
    ]


def finding(check: str, row: pd.Series, reading: str | None, verdict: str, **rest: object) -> dict:
    """Return one line of the audit about a reported row."""
    return {
        "check": check,
        "target": row["row_id"],
        "outcome": row["outcome"],
        "arm": row["arm"],
        "visit": row["visit"],
        "reading": reading,
        "verdict": verdict,
        "source": row["source"],
        **rest,
    }


def check_spread(study: Study, reported: pd.DataFrame, readings: list[str]) -> list[dict]:
    """Hold every error term, under each reading, against the largest SD its limits allow.

    `sd_bound` takes the numbers as printed; `sd_bound_widest` the smallest SD and the largest bound
    that rounding (and units counted as completed) allow: it alone makes a reading impossible.

    Where no reading fits the inclusion criterion and some fits the natural limits, the criterion is
    what the row contradicts (`inclusion`), and the readings are held against the natural limits.
    """
    found = []
    for _, row in means_with_error(reported).iterrows():
        bounds = limits(study, row["outcome"], row["visit"])
        lines = _spread_lines(row, readings, bounds)
        natural = study.outcome(row["outcome"]).natural_bounds
        if natural is not None and len(bounds) > 1 and _no_reading(lines):
            others = _spread_lines(row, readings, [natural])
            if not _no_reading(others):
                lines = [*others, _inclusion(row, lines, tightest(bounds, widest=True))]
        found += lines
    return found


def _spread_lines(row: pd.Series, readings: list[str], bounds: list[Bounds]) -> list[dict]:
    return [
        line
        for reading in readings
        for line in (*_bound_checks(row, reading, bounds), _altman_bland(row, reading, bounds))
    ]


def _decisive(lines: list[dict]) -> list[dict]:
    return [line for line in lines if line["check"] in DECISIVE]


def _no_reading(lines: list[dict]) -> bool:
    """Return whether the limits exclude every reading."""
    decisive = _decisive(lines)
    return bool(decisive) and all(line["verdict"] == "impossible" for line in decisive)


def _inclusion(row: pd.Series, lines: list[dict], allowed: tuple[float, float]) -> dict:
    """Say that a mean and its error term contradict the inclusion criterion under every reading."""
    least = min(_decisive(lines), key=lambda line: line["value"])
    low, high = allowed
    sides = [f"at least {low:g}"] if isfinite(low) else []
    sides += [f"at most {high:g}"] if isfinite(high) else []
    words = (
        f"the inclusion criterion asks for values of {' and '.join(sides)}; the SD would be "
        f"{least['value']:.4g} or more under every reading, and {row['n']:g} such values with this "
        f"mean have one of at most {least['bound']:.4g}"
    )
    return finding(
        "inclusion",
        row,
        None,
        "inconsistent",
        value=least["value"],
        bound=least["bound"],
        detail=words,
    )


def _bound_checks(row: pd.Series, reading: str, bounds: list[Bounds]) -> list[dict]:
    n, mean = int(row["n"]), row["value"]
    low, high = tightest(bounds)
    implied = sd_from_error(row["error"], n, reading)
    if not isfinite(low) and not isfinite(high):
        detail = "no limits are stated for this outcome"
        return [finding("sd_bound", row, reading, "not_applicable", value=implied, detail=detail)]
    if not low <= mean <= high:
        detail = f"the mean itself lies outside the limits {low:g} to {high:g}"
        return [
            finding(check, row, reading, "impossible", value=implied, bound=0.0, detail=detail)
            for check in ("sd_bound", "sd_bound_widest")
        ]
    bound = max_sd(mean, n, finite(low), finite(high))
    widest_low, widest_high = tightest(bounds, widest=True)
    mean_low, mean_high = known_interval(row)
    widest = max_sd_over_mean(
        max(mean_low, widest_low),
        min(mean_high, widest_high),
        n,
        finite(widest_low),
        finite(widest_high),
    )
    least = sd_from_error(least_error(row), n, reading)
    refuted = least > widest
    verdict = "impossible" if refuted else "implausible" if implied > bound else "pass"
    words = f"{n} values within {low:g} to {high:g}".replace("to inf", "or more")
    allowing = "rounding" + (
        " and completed units" if any(b.completed_units for b in bounds) else ""
    )
    return [
        finding(
            "sd_bound",
            row,
            reading,
            verdict,
            value=implied,
            bound=bound,
            detail=f"{words} with this mean have an SD of at most {bound:.4g}; "
            f"read as {reading.upper()} it would be {implied:.4g}",
        ),
        finding(
            "sd_bound_widest",
            row,
            reading,
            "impossible" if refuted else "pass",
            value=least,
            bound=widest,
            detail=f"allowing for {allowing}: at least {least:.4g}, at most {widest:.4g}",
        ),
    ]


def _altman_bland(row: pd.Series, reading: str, bounds: list[Bounds]) -> dict:
    """Mean -+ 2 SD beyond a limit: not normal, probably skewed (Altman and Bland 1996)."""
    sd = sd_from_error(row["error"], int(row["n"]), reading)
    low, high = tightest(bounds)
    sides = [
        ("lower", row["value"] - 2 * sd, low, row["value"] - 2 * sd < low),
        ("upper", row["value"] + 2 * sd, high, row["value"] + 2 * sd > high),
    ]
    applicable = [side for side in sides if isfinite(side[2])]
    if not applicable:
        return finding(
            "altman_bland", row, reading, "not_applicable", detail="no limits are stated"
        )
    side, value, bound, beyond = next((s for s in applicable if s[3]), applicable[0])
    sign = "minus" if side == "lower" else "plus"
    return finding(
        "altman_bland",
        row,
        reading,
        "implausible" if beyond else "pass",
        value=value,
        bound=bound,
        detail=f"mean {sign} 2 SD is {value:.4g}, the {side} limit {bound:g}"
        + (
            ": not normal, and probably skewed; a t-test on this scale is doubtful"
            if beyond
            else ""
        ),
    )


def check_ranges(reported: pd.DataFrame, readings: list[str]) -> list[dict]:
    """Hold an SD against the printed minimum and maximum, which single values attain.

    Three bounds: as printed; allowing for the rounding of mean, minimum and maximum (decisive); and
    for any number of values.
    """
    found = []
    for _, row in means_with_error(reported).iterrows():
        ends = _printed_range(reported, row)
        if ends is not None:
            for reading in readings:
                found += _range_checks(row, reading, *ends)
    return found


def _printed_range(reported: pd.DataFrame, row: pd.Series) -> tuple[pd.Series, pd.Series] | None:
    same = reported[
        (reported["outcome"] == row["outcome"])
        & (reported["arm"].fillna("") == (row["arm"] if pd.notna(row["arm"]) else ""))
        & (reported["visit"].fillna(-1) == (row["visit"] if pd.notna(row["visit"]) else -1))
    ]
    low, high = (same[same["statistic"] == name] for name in ("minimum", "maximum"))
    return None if low.empty or high.empty else (low.iloc[0], high.iloc[0])


def _range_checks(row: pd.Series, reading: str, low: pd.Series, high: pd.Series) -> list[dict]:
    n = int(row["n"])
    implied = sd_from_error(row["error"], n, reading)
    least = sd_from_error(least_error(row), n, reading)
    mean, minimum, maximum = (known_interval(r) for r in (row, low, high))
    rounded = _attained_or_none(mean, n, minimum, maximum)
    if rounded is None:
        detail = f"no {n} values have this mean, minimum and maximum"
        return [
            finding(check, row, reading, "impossible", value=implied, detail=detail)
            for check in ("range_sd", "range_sd_rounded")
        ]
    exact = [(r["value"], r["value"]) for r in (row, low, high)]
    printed = _attained_or_none(exact[0], n, exact[1], exact[2]) or 0.0
    any_n, at_n = max_sd_any_n(mean, minimum, maximum)
    printed_range = f"between {low['value']:g} and {high['value']:g}"
    fitting = [
        size
        for size in range(2, n + 1)
        if sd_from_error(least_error(row), size, reading)
        <= (_attained_or_none(mean, size, minimum, maximum) or 0.0)
    ]
    verdict = "impossible" if least > rounded else "implausible" if implied > printed else "pass"
    return [
        finding(
            "range_sd",
            row,
            reading,
            verdict,
            value=implied,
            bound=printed,
            detail=f"{n} values {printed_range} with this mean have an SD of at most "
            f"{printed:.3g}; read as {reading.upper()} it would be {implied:.3g}",
        ),
        finding(
            "range_sd_rounded",
            row,
            reading,
            "impossible" if least > rounded else "pass",
            value=least,
            bound=rounded,
            detail=f"allowing for rounding: at least {least:.3g}, at most {rounded:.3g}",
        ),
        finding(
            "range_sd_any_n",
            row,
            reading,
            "pass" if fitting else "impossible",
            value=least,
            bound=any_n,
            detail=f"for any number of values at most {any_n:.3g} (at n = {at_n})"
            + (f"; this reading fits n = {', '.join(map(str, fitting))} only" if fitting else ""),
        ),
    ]


def _attained_or_none(mean: tuple, n: int, minimum: tuple, maximum: tuple) -> float | None:
    """Return the largest SD of n values that attain both ends; None when no values can."""
    try:
        return max_sd_attained_rounded(mean, n, minimum, maximum)
    except ValueError:
        return None


def check_individual_values(study: Study, reported: pd.DataFrame) -> list[dict]:
    """Hold single patients' values, minima and maxima against the limits of their outcome."""
    found = []
    for _, row in reported[reported["statistic"].isin(["minimum", "maximum"])].iterrows():
        found.append(_within(study, row["outcome"], row["visit"], row["value"], row))
    members = study.nonresponders.members if study.nonresponders else []
    for known in (known for member in members for known in member.known):
        row = pd.Series(
            {
                "row_id": "nonresponder",
                "outcome": known.outcome,
                "arm": study.nonresponders.arm,
                "visit": known.visit,
                "source": known.source,
            }
        )
        found.append(_within(study, known.outcome, known.visit, known.value, row))
    return found


def _within(study: Study, outcome: str, visit: float, value: float, row: pd.Series) -> dict:
    low, high = tightest(limits(study, outcome, visit), widest=True)
    if not isfinite(low) and not isfinite(high):
        return finding("within_limits", row, None, "not_applicable", value=value)
    outside = not low <= value <= high
    bound = high if value > high or not isfinite(low) else low
    return finding(
        "within_limits",
        row,
        None,
        "impossible" if outside else "pass",
        value=value,
        bound=bound,
        detail=f"{value:g} is {'outside' if outside else 'within'} the limits {low:g} to {high:g}",
    )
