"""Numbers, tests, places and choices of an analysis as people read them."""

from __future__ import annotations

from math import inf, isfinite, isnan

import pandas as pd

from retrial.study.models import Study
from retrial.vocabulary import AXES, METHODS, READINGS, STRUCTURES

READING_NAMES = {reading.id: reading.name for reading in READINGS.values()}
METHOD_NAMES = {method.id: method.name for method in METHODS.values()}


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


def p_value(p: float, alpha: float = 0.05) -> str:
    """Return a p-value: three decimals, more where rounding would hide on which side of alpha."""
    if p < 0.0001:
        return "<0.0001"
    if p > 0.999:
        return ">0.999"
    decimals = 4 if p < 0.001 else 3
    while round(p, decimals) == alpha != p and decimals < 6:
        decimals += 1
    return f"{p:.{decimals}f}"


def p_words(p: float, alpha: float = 0.05) -> str:
    """Return `p = 0.037` or `p < 0.0001`, by `p_value`."""
    if isnan(p):
        return "p not defined"
    shown = p_value(p, alpha)
    sign = shown[0] if shown[0] in "<>" else "="
    return f"p {sign} {shown.lstrip('<>')}"


def p_span(p: pd.Series) -> str:
    """Return the range of several p-values in words."""
    low, high = p_words(p.min()), p_words(p.max())
    if low == high:
        return low
    low, high = (words.removeprefix("p ").removeprefix("= ") for words in (low, high))
    return f"p from {low} to {high}"


def ratio(events: int, total: int) -> str:
    """Return events out of a total."""
    return f"{events}/{total}"


def axis_words(axis: str) -> str:
    """Return an axis in words; one of your own by its name."""
    return AXES.get(axis, axis.replace("_", " "))


def axis_value_words(study: Study, axis: str, value: object) -> str:
    """Return one choice on an axis in words."""
    if pd.isna(value):
        return "not applicable"
    if axis == "method":
        return METHOD_NAMES.get(value, value)
    if axis == "reading":
        return READING_NAMES.get(value, value)
    if axis in ("visit", "rho"):
        return f"{value:g}"
    if axis == "version":
        return version_words(study, value)
    if axis == "structure":
        return STRUCTURES.get(value, value)
    return str(value).replace("_", " ")


def version_words(study: Study, version: str) -> str:
    """Return a version of the paper in the words of the study's `contradictions`."""
    choices = {
        f"{contradiction.id}:{name}": words
        for contradiction in study.contradictions
        for name, words in contradiction.versions.items()
    }
    return "; ".join(choices.get(choice, choice) for choice in version.split(";"))
