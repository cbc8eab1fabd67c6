"""The axes of the multiverse, and a choice on one of them, in words."""

from __future__ import annotations

from retrial.comparisons.support import threshold
from retrial.report.load import Results
from retrial.report.phrases import event_name, evidence_label
from retrial.report.words import (
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

CODES = {
    "effect": {"group": "do the arms differ", "interaction": "do they change differently"},
    "shape": SHAPES,
    "structure": STRUCTURES,
    "multiplicity": {"none": "as computed", "holm": "Holm", "bh": "Benjamini-Hochberg"},
}
AXIS_NAMES = {
    "outcome": "Outcome",
    "category": "Counted",
    "visit": "Visit",
    "reading": "Error is",
    "version": "Printed in",
    "population": "Patients",
    "comparator": "Against",
    "method": "Test",
    "effect": "Asks",
    "shape": "Shape",
    "rho": "Correlation",
    "structure": "Structure",
    "multiplicity": "Several visits",
}
AXES = {
    "outcome": "the outcome",
    "category": "the categories counted",
    "visit": "the visit",
    "reading": "what the error bars are",
    "version": "which of two printed values is right",
    "population": "how drop-outs are counted",
    "comparator": "what it is compared with",
    "method": "the test",
    "effect": "what is asked",
    "shape": "the shape of the patients' values",
    "rho": "the correlation of visits",
    "structure": "how the correlation fades",
    "multiplicity": "the correction for several visits",
}


def level_of(results: Results, claim: str) -> float:
    """Return the level at which a claim is judged: its printed threshold, else alpha."""
    found = [c for c in results.claims if c.id == claim]
    return threshold(found[0], results.alpha) if found else results.alpha


def axes_in_words(flips_on: object) -> str:
    """Return the axes that decide a verdict in words: `method;version` as `the test and ...`."""
    return listing(AXES.get(axis, plain(axis)) for axis in text(flips_on).split(";") if axis)


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
