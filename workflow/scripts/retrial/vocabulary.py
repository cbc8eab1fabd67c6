"""Numbers, tests, places and choices of an analysis as people read them."""

from __future__ import annotations

from math import inf, isfinite, isnan

import pandas as pd

from retrial.study.models import Study

READING_NAMES = {"as_labelled": "labelled", "sd": "SD", "sem": "SEM", "ci95": "95 % CI"}
METHOD_NAMES = {
    "fisher": "Fisher's exact test",
    "fisher_mid_p": "Fisher's test by its mid-p",
    "boschloo": "Boschloo's test",
    "barnard": "Barnard's test",
    "chi2_n1": "chi-square test with N - 1",
    "chi2": "chi-square test",
    "chi2_yates": "chi-square test with Yates' correction",
    "mann_whitney_exact": "exact Mann-Whitney test",
    "kruskal_wallis": "Kruskal-Wallis test",
    "student_t": "Student's t test",
    "welch_t": "Welch's t test",
    "paired_t": "paired t test",
    "binomial_exact": "exact binomial test",
    "mixed_anova": "repeated-measures ANOVA",
    "mann_whitney_sim": "Mann-Whitney test",
    "kruskal_wallis_sim": "Kruskal-Wallis test",
    "hotelling_t2": "Hotelling's T2",
    "ancova_rho": "ANCOVA",
    "change_score_t": "t test of changes",
    "auc_t": "t test of areas under the curve",
    "trend_t": "t test of slopes",
}
SHAPE_NAMES = {
    "normal": "normal within limits",
    "lognormal": "log-normal",
    "gamma": "gamma",
    "beta": "beta",
}
STRUCTURE_NAMES = {
    "compound_symmetry": "all visits correlated alike",
    "ar1": "visits correlated less the further they are apart",
}
AXIS_WORDS = {
    "outcome": "the outcome",
    "category": "the categories counted",
    "visit": "the visit",
    "reading": "the reading of the error bars",
    "version": "which of the paper's two versions is taken",
    "population": "the handling of drop-outs",
    "comparator": "the comparator",
    "method": "the test",
    "rho": "the correlation between visits",
    "effect": "what the test asks",
    "shape": "the shape of the patients' values",
    "structure": "how the correlation fades",
    "multiplicity": "the correction for several visits",
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
    return AXIS_WORDS.get(axis, axis.replace("_", " "))


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
        return STRUCTURE_NAMES.get(value, value)
    return str(value).replace("_", " ")


def version_words(study: Study, version: str) -> str:
    """Return a version of the paper in the words of the study's `contradictions`."""
    choices = {
        f"{contradiction.id}:{name}": words
        for contradiction in study.contradictions
        for name, words in contradiction.versions.items()
    }
    return "; ".join(choices.get(choice, choice) for choice in version.split(";"))
