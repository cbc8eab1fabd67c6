"""The sensitivity analyses: what changes with an assumption that the paper does not settle.

Every analysis takes the paper as a whole and returns rows of `sensitivity.csv`; one that has
nothing to work on (no non-responders, no drop-outs, nothing pending) returns none. None of them
belongs to a claim's defensible set: they inform, the verdict does not rest on them.
"""

from __future__ import annotations

import pandas as pd

from retrial.stages.sensitivity.control_history import control_history
from retrial.stages.sensitivity.correlation import correlation
from retrial.stages.sensitivity.derived import derived
from retrial.stages.sensitivity.digitization import digitization
from retrial.stages.sensitivity.dropouts import dropouts
from retrial.stages.sensitivity.error_bars import error_bars
from retrial.stages.sensitivity.identified import partial_identification
from retrial.stages.sensitivity.natural_remission import natural_remission
from retrial.stages.sensitivity.nonresponders import nonresponders
from retrial.stages.sensitivity.repeated import correlation_solved, repeated_measures
from retrial.stages.sensitivity.required import required_effect
from retrial.stages.sensitivity.required_change import required_change
from retrial.tables import table
from retrial.trial import Trial

__all__ = ["analyse"]

ANALYSES = (
    error_bars,
    nonresponders,
    dropouts,
    natural_remission,
    control_history,
    derived,
    correlation,
    correlation_solved,
    repeated_measures,
    digitization,
    required_effect,
    required_change,
    partial_identification,
)


def analyse(trial: Trial) -> pd.DataFrame:
    """Run every sensitivity analysis that a trial has the material for.

    Args:
        trial: The typed parts with `evidence`, the tables `reported`, `summaries` and
            `digitization`, and the settings `alpha` (level where a claim prints no threshold, and
            1 - level of intervals), `readings` (of an error term, to try) and `rho` (correlations
            of repeated visits to try, strictly between -1 and 1).

    Returns:
        One row for each analysis and scenario, columns of `sensitivity`, the analyses in a fixed
        order and each in the order of the claims.

    Raises:
        ValueError: If there is no reading or no correlation, or a correlation is out of range.
    """
    readings, rho = list(trial.settings.readings), list(trial.settings.rho)
    if not readings or not rho or any(not -1 < r < 1 for r in rho):
        raise ValueError(
            "At least one reading and one correlation strictly between -1 and 1 are needed, found "
            f"{readings!r} and {rho!r}."
        )
    chosen = {"alpha": trial.settings.alpha, "readings": readings, "rho": rho}
    rows = [row for analysis in ANALYSES for row in analysis(trial, **chosen)]
    return table(rows, "sensitivity")
