"""Numbers, tests and places as people read them."""

from __future__ import annotations

from math import inf, isfinite, isnan

READING_NAMES = {"sd": "SD", "sem": "SEM", "ci95": "95 % CI"}
METHOD_NAMES = {
    "fisher": "Fisher's exact test",
    "boschloo": "Boschloo's test",
    "barnard": "Barnard's test",
    "chi2": "chi-square test",
    "chi2_yates": "chi-square test with Yates' correction",
}


def sources(*places: str | None) -> str:
    """Return the places of the paper, each once."""
    return "; ".join(dict.fromkeys(part for place in places if place for part in place.split("; ")))


def number(value: float) -> str:
    """Return a number as read: three significant digits, never in exponents of small size."""
    if isnan(value):
        return "not defined"
    if not isfinite(value):
        return "infinite" if value == inf else "minus infinite"
    size = abs(value)
    return f"{value:.3g}" if 0 < size < 100 else f"{value:.0f}" if size < 1e6 else f"{value:.4g}"


def p_words(p: float) -> str:
    """Return a p-value as read."""
    if isnan(p):
        return "p not defined"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def ratio(events: int, total: int) -> str:
    """Return events out of a total."""
    return f"{events}/{total}"
