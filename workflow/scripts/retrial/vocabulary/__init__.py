"""What things are called, each declared once: methods, choices of an analysis, verdicts.

Nothing here needs more than Python itself, so that the configuration and the validator load it at
no cost. `retrial.wording` writes numbers and sentences with it.
"""

from retrial.vocabulary.choices import (
    AXES,
    CORRECTIONS,
    EFFECT_SIZES,
    EFFECTS,
    READINGS,
    SCENARIOS,
    SHAPES,
    SHORT_STRUCTURES,
    STRUCTURES,
    axis_of,
)
from retrial.vocabulary.methods import METHODS, methods_of, methods_that_need
from retrial.vocabulary.verdicts import AGREEMENTS, BASES, FINDINGS, VERDICTS

__all__ = [
    "AGREEMENTS",
    "AXES",
    "BASES",
    "CORRECTIONS",
    "EFFECTS",
    "EFFECT_SIZES",
    "FINDINGS",
    "METHODS",
    "READINGS",
    "SCENARIOS",
    "SHAPES",
    "SHORT_STRUCTURES",
    "STRUCTURES",
    "VERDICTS",
    "axis_of",
    "methods_of",
    "methods_that_need",
]
