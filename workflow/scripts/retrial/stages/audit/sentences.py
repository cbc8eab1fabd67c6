"""Test readings of an error term jointly with the paper's sentences about a curve.

A claim says that two arms differ with p below a threshold at a visit; a sentence says on which side
of its baseline one arm stays. Where the other arm's mean and error term are printed, the
difference that the threshold needs may lead beyond what the sentence allows.
"""

from __future__ import annotations

import pandas as pd

from retrial.comparisons.support import threshold
from retrial.stages.audit.spread import means_with_error
from retrial.stats.means import MEANS_METHODS
from retrial.stats.partial.effects import least_difference
from retrial.stats.precision import known_interval, least_error
from retrial.stats.summaries import sd_from_error
from retrial.study.claims import Claim
from retrial.study.constraints import NOT_ABOVE_BASELINE, NOT_BELOW_BASELINE, Constraint
from retrial.study.models import Study


def check_sentences(
    study: Study,
    claims: list[Claim],
    constraints: list[Constraint],
    reported: pd.DataFrame,
    readings: list[str],
    alpha: float,
) -> list[dict]:
    """Say for each reading whether a claim and a sentence can both be right."""
    means = means_with_error(reported)
    found = []
    for claim in claims:
        if claim.form != "difference" or claim.expect not in ("lower", "higher"):
            continue
        for target in claim.targets:
            for visit in target.visits:
                for sentence in constraints:
                    if sentence.relation not in NOT_ABOVE_BASELINE + NOT_BELOW_BASELINE:
                        continue  # the sensitivity analysis takes these, all together
                    if sentence.outcome == target.outcome and visit in sentence.visits:
                        found += _joint(study, claim, sentence, visit, means, readings, alpha)
    return found


def _joint(
    study: Study,
    claim: Claim,
    sentence: Constraint,
    visit: float,
    means: pd.DataFrame,
    readings: list[str],
    alpha: float,
) -> list[dict]:
    treated, control = study.arm("treatment"), study.arm("control")
    other = treated if sentence.arm == control.id else control
    here = means[means["outcome"] == sentence.outcome]
    printed = here[(here["arm"] == other.id) & (here["visit"] == visit)]
    baseline = here[(here["arm"] == sentence.arm) & (here["visit"] == min(study.visits))]
    if printed.empty or baseline.empty:
        return []
    row, base = printed.iloc[0], baseline.iloc[0]
    n_here = study.available(sentence.arm, visit)[1]
    level = threshold(claim, alpha)
    above = (claim.expect == "lower") == (sentence.arm == control.id)
    found = []
    for reading in readings:
        required, kindest = (
            _required_mean(row, n_here, reading, level, upward=above, rounding=rounding)
            for rounding in (False, True)
        )
        low, high = known_interval(base)
        if sentence.relation in NOT_ABOVE_BASELINE:
            contradiction, bound, side = kindest > high, high, "at most"
        else:
            contradiction, bound, side = kindest < low, low, "at least"
        if above != (sentence.relation in NOT_ABOVE_BASELINE):
            contradiction = False  # claim and sentence pull the same way
        found.append(
            {
                "check": "sentence",
                "target": claim.id,
                "outcome": sentence.outcome,
                "arm": sentence.arm,
                "visit": visit,
                "reading": reading,
                "verdict": "inconsistent" if contradiction else "pass",
                "value": required,
                "bound": bound,
                "detail": f"By a two-sample t test (Student's or Welch's), p < {level:g} needs a "
                f"mean of {'at least' if above else 'at most'} {required:.4g} here, whatever the "
                f"spread in this arm ({kindest:.4g} allowing for rounding); "
                f"'{sentence.quote}' allows {side} {bound:.4g}. An analysis of "
                "each patient's change could need less",
                "source": f"{sentence.source}; {claim.source}",
            }
        )
    return found


def _required_mean(
    row: pd.Series, n_here: int, reading: str, level: float, *, upward: bool, rounding: bool
) -> float:
    """Return the mean nearest the other arm's that still gives p = level.

    Kindest to the claim: any spread in this arm, Student's or Welch's test; with `rounding`, the
    other arm's printed mean and error term are moved as far as their rounding allows.
    """
    low, high = (
        known_interval(row)
        if rounding
        else (
            row["value"],
            row["value"],
        )
    )
    error = least_error(row) if rounding else row["error"]
    n = int(row["n"])
    need = least_difference(sd_from_error(error, n, reading), n, n_here, level, MEANS_METHODS)
    return low + need if upward else high - need
