"""The axes of the multiverse, and a choice on one of them, in words."""

from __future__ import annotations

from retrial.comparisons.support import threshold
from retrial.report.load import Results
from retrial.report.phrases import event_name, evidence_label
from retrial.report.words import (
    CORRECTIONS,
    METHODS,
    POPULATIONS,
    READINGS,
    SHAPES,
    STRUCTURES,
    listing,
    months,
    number,
    plain,
    text,
    version_words,
)
from retrial.vocabulary import EFFECTS
from retrial.wording import axis_words

CODES = {
    "effect": {effect.id: effect.asks for effect in EFFECTS.values()},
    "shape": SHAPES,
    "structure": STRUCTURES,
    "multiplicity": CORRECTIONS,
}


def level_of(results: Results, claim: str) -> float:
    """Return the level at which a claim is judged: its printed threshold, else alpha."""
    found = [c for c in results.claims if c.id == claim]
    return threshold(found[0], results.alpha) if found else results.alpha


def axes_in_words(flips_on: object) -> str:
    """Return the axes that decide a verdict in words: `method;version` as `the test and ...`."""
    return listing(axis_words(axis) for axis in text(flips_on).split(";") if axis)


def choice(results: Results, axis: str, value: object) -> str:
    """Return one choice on an axis in words."""
    code = text(value)
    if axis == "method":
        return METHODS.get(code, plain(code))
    if axis == "reading":
        return READINGS.get(code, code)
    if axis == "version":
        return version_words(code, results.version_labels) or "one version"
    if axis == "outcome":
        return results.outcome(code)
    if axis == "category":
        return event_name(results, code)
    if axis == "visit":
        return months(value, results.study.visit_unit)
    if axis == "comparator":
        return evidence_label(results, code)
    if axis == "rho":
        return number(value, 2)
    if axis in CODES:
        return CODES[axis].get(code, "none needed" if not code else plain(code))
    return POPULATIONS.get(code, plain(code))
