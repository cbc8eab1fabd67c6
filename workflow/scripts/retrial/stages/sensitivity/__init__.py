"""The sensitivity analyses: what changes with an assumption that the paper does not settle.

Every analysis takes the paper as a whole and returns rows of `sensitivity.csv`; one that has
nothing to work on (no non-responders, no drop-outs, nothing pending) returns none. None of them
belongs to a claim's defensible set: they inform, the verdict does not rest on them.
"""

from __future__ import annotations

import pandas as pd

from retrial.stages.sensitivity.comparisons import Paper
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
from retrial.study.claims import Claim
from retrial.study.constraints import Constraint
from retrial.study.figures import Figure
from retrial.study.models import Study
from retrial.tables import table

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


def analyse(
    study: Study,
    claims: list[Claim],
    constraints: list[Constraint],
    figures: list[Figure],
    evidence: pd.DataFrame,
    reported: pd.DataFrame,
    summaries: pd.DataFrame,
    draws: pd.DataFrame,
    *,
    alpha: float,
    readings: list[str],
    rho: list[float],
) -> pd.DataFrame:
    """Run every sensitivity analysis that a study has the material for.

    Args:
        study: The study.
        claims: Its claims, in the order of the file.
        constraints: Sentences of the paper about curves.
        figures: The paper's figures.
        evidence: Outside evidence, columns of `evidence`, as `tables.read_table` gives it.
        reported: Printed numbers, columns of `reported`.
        summaries: Printed means under each reading, columns of `summaries`.
        draws: Digitized numbers under other clicks, columns of `digitization`; empty without
            such figures.
        alpha: Significance level where a claim prints no threshold, and 1 - level of intervals.
        readings: Readings of an error term to try ("sd", "sem", "ci95").
        rho: Correlations of repeated visits to try, strictly between -1 and 1.

    Returns:
        One row for each analysis and scenario, columns of `sensitivity`, the analyses in a fixed
        order and each in the order of the claims.

    Raises:
        ValueError: If there is no reading or no correlation, or a correlation is out of range.
    """
    if not readings or not rho or any(not -1 < r < 1 for r in rho):
        raise ValueError(
            "At least one reading and one correlation strictly between -1 and 1 are needed, found "
            f"{readings!r} and {rho!r}."
        )
    paper = Paper(study, claims, constraints, figures, evidence, reported, summaries, draws)
    rows = [
        row
        for analysis in ANALYSES
        for row in analysis(paper, alpha=alpha, readings=readings, rho=rho)
    ]
    return table(rows, "sensitivity")
