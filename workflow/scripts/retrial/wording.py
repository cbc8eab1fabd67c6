"""Numbers, p-values, places and choices of an analysis as every table and sentence writes them.

How a number is rounded stands here alone; the report adds its typography (a minus sign, spaces that
do not break) in `retrial.report.words`.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, inf, isfinite, isnan, log10

import pandas as pd

from retrial.study.models import Study
from retrial.vocabulary import METHODS, READINGS, STRUCTURES, axis_of

READING_NAMES = {reading.id: reading.name for reading in READINGS.values()}
METHOD_NAMES = {method.id: method.name for method in METHODS.values()}
_MOST_DECIMALS = 6


def rounded(value: float, decimals: int | None = None, digits: int = 3) -> str:
    """Return a finite number with fixed decimals, or with about `digits` significant ones.

    With an exponent only where these would take more than six decimals.
    """
    if decimals is None:
        decimals = max(digits - 1 - floor(log10(abs(value))), 0) if value else digits - 1
        if decimals > _MOST_DECIMALS:
            return f"{value:.{digits}g}"
    shown = f"{value:.{decimals}f}"
    return shown.lstrip("-") if float(shown) == 0 else shown


def number(value: float) -> str:
    """Return a number for a sentence: three significant digits, without zeros at the end."""
    if isnan(value):
        return "not defined"
    if not isfinite(value):
        return "infinite" if value == inf else "minus infinite"
    shown = rounded(value)
    return shown.rstrip("0").rstrip(".") if "." in shown and "e" not in shown else shown


def p_value(p: float, alpha: float = 0.05) -> str:
    """Return a p-value: three decimals, more where rounding would hide on which side of alpha."""
    if p < 0.0001:
        return "<0.0001"
    if p > 0.999:
        return ">0.999"
    decimals = 4 if p < 0.001 else 3
    while round(p, decimals) == alpha != p and decimals < _MOST_DECIMALS:
        decimals += 1
    return f"{p:.{decimals}f}"


def p_words(p: float, alpha: float = 0.05) -> str:
    """Return `p = 0.037` or `p < 0.0001`, by `p_value`."""
    if isnan(p):
        return "p not defined"
    shown = p_value(p, alpha)
    sign = shown[0] if shown[0] in "<>" else "="
    return f"p {sign} {shown.lstrip('<>')}"


def p_span(p: Iterable[float], alpha: float = 0.05) -> str:
    """Return the range of several p-values in words; missing ones are left out."""
    known = [float(value) for value in p if value == value]
    if not known:
        return p_words(float("nan"))
    low, high = p_words(min(known), alpha), p_words(max(known), alpha)
    if low == high:
        return low
    low, high = (words.removeprefix("p ").removeprefix("= ") for words in (low, high))
    return f"p from {low} to {high}"


def ratio(events: int, total: int) -> str:
    """Return events out of a total."""
    return f"{events}/{total}"


def sources(*places: str | None) -> str:
    """Return the places of the paper, each once."""
    return "; ".join(dict.fromkeys(part for place in places if place for part in place.split("; ")))


def axis_words(axis: str) -> str:
    """Return an axis in words."""
    return axis_of(axis).words


def axis_value_words(study: Study, axis: str, value: object) -> str:
    """Return one choice on an axis in the words of a sentence."""
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
