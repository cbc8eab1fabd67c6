"""Find what cannot be right as printed, by rules that hold for any study.

Verdicts: `impossible` (no data can have these numbers), `inconsistent` (two statements of the paper
exclude each other), `implausible` (possible, but a usual assumption fails), `pass`,
`not_applicable` (nothing to hold the number against).
"""

from __future__ import annotations

import pandas as pd

from retrial.stages.audit.baseline import check_baseline
from retrial.stages.audit.digitized import check_digitized
from retrial.stages.audit.figures_and_print import check_against_print
from retrial.stages.audit.formulas import check_formulas
from retrial.stages.audit.joint import check_joint
from retrial.stages.audit.label_fit import check_label_fit
from retrial.stages.audit.labels import check_labels, refuted_rows
from retrial.stages.audit.printed_p import check_printed_p
from retrial.stages.audit.ratios import check_ratios
from retrial.stages.audit.repeats import check_repeats
from retrial.stages.audit.sentences import check_sentences
from retrial.stages.audit.spread import check_individual_values, check_ranges, check_spread
from retrial.stages.audit.tallies import check_tallies
from retrial.stages.interval_ends import check_interval_ends
from retrial.stats.summaries import READINGS
from retrial.tables import table
from retrial.trial import Trial

__all__ = ["audit", "printed_p_tests"]


def audit(trial: Trial) -> pd.DataFrame:
    """Apply every check to every printed number it fits.

    Every reading of an error term is tried, whichever the configuration re-runs tests under: what
    a label can be does not depend on it.

    Takes the typed parts, the tables `reported`, `digitized` and `agreement` (the last two empty
    where no figure is digitized) and the setting `alpha`; the result has the columns of `audit`,
    checks in a fixed order and targets in the order of `reported`.
    """
    study, reported, alpha = trial.study, trial.reported, trial.settings.alpha
    spread = check_spread(study, reported, READINGS) + check_ranges(reported, READINGS)
    printed_p, tried = _printed_p(trial)
    joint = check_joint(study, reported, refuted_rows(spread))
    return table(
        [
            *printed_p,
            *check_interval_ends(reported),
            *spread,
            *check_ratios(study, reported),
            *check_formulas(study, reported),
            *check_individual_values(study, reported),
            *joint,
            *check_labels(study, reported, [*spread, *joint]),
            *check_label_fit(reported, tried),
            *check_baseline(study, reported, READINGS, alpha),
            *check_tallies(study, reported),
            *check_repeats(reported, READINGS),
            *check_sentences(study, trial.claims, trial.constraints, reported, READINGS, alpha),
            *check_digitized(study, trial.figures, trial.digitized, trial.agreement),
            *check_against_print(study, trial.figures, reported, trial.digitized),
        ],
        "audit",
    )


def printed_p_tests(trial: Trial) -> pd.DataFrame:
    """Return each test of the numbers behind each printed p, with the columns of `printed_p`."""
    return table(_printed_p(trial)[1], "printed_p")


def _printed_p(trial: Trial) -> tuple[list[dict], list[dict]]:
    """Return the findings on printed p-values, and the tests tried; both tables take them."""
    if "printed_p" not in trial.found:
        parts = (trial.study, trial.reported, trial.settings.alpha, trial.claims)
        trial.found["printed_p"] = check_printed_p(*parts)
    return trial.found["printed_p"]
