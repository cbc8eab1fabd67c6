"""What a person reads of an analysis, each declared once: methods, choices, verdicts, numbers.

Nothing here needs more than Python itself, so that the configuration and the validator load it at
no cost. Where a study's own words enter (its versions), the study is an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrial.vocabulary.choices import (
    AXES,
    CORRECTIONS,
    EFFECT_SIZES,
    EFFECTS,
    READING_NAMES,
    READINGS,
    SCENARIOS,
    SHAPE_NAMES,
    SHAPES,
    STRUCTURE_NAMES,
    STRUCTURES,
    axis_of,
    axis_words,
)
from retrial.vocabulary.methods import METHOD_NAMES, METHODS, methods_of, methods_that_need
from retrial.vocabulary.numbers import number, p_span, p_value, p_words, ratio, rounded
from retrial.vocabulary.verdicts import AGREEMENTS, BASES, FINDINGS, VERDICTS

if TYPE_CHECKING:
    from retrial.study.models import Study

__all__ = [
    "AGREEMENTS",
    "AXES",
    "BASES",
    "CORRECTIONS",
    "EFFECTS",
    "EFFECT_SIZES",
    "FINDINGS",
    "METHODS",
    "METHOD_NAMES",
    "READINGS",
    "READING_NAMES",
    "SCENARIOS",
    "SHAPES",
    "SHAPE_NAMES",
    "STRUCTURES",
    "STRUCTURE_NAMES",
    "VERDICTS",
    "axis_of",
    "axis_value_words",
    "axis_words",
    "methods_of",
    "methods_that_need",
    "number",
    "p_span",
    "p_value",
    "p_words",
    "ratio",
    "rounded",
    "sources",
    "version_words",
]


def sources(*places: str | None) -> str:
    """Return the places of the paper, each once."""
    return "; ".join(dict.fromkeys(part for place in places if place for part in place.split("; ")))


def axis_value_words(study: Study, axis: str, value: object) -> str:
    """Return one choice on an axis in the words of a sentence."""
    from pandas import isna  # who asks has tables; who only reads the names needs no pandas

    if isna(value):
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
