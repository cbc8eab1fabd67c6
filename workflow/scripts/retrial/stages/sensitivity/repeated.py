"""How far a repeated-measures ANOVA depends on the correlation of the visits that nobody printed.

As the correlation rises, the F of the arms falls and that of arms by visits rises, so that one
unknown moves the two answers in opposite directions (Winer 1971, chapter 7).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan, nan

import numpy as np
import pandas as pd

from retrial.comparisons.selection import row_ids
from retrial.comparisons.support import threshold
from retrial.stages.retest.repeated import STRUCTURES, Profiles, correlations, profiles
from retrial.stages.sensitivity.comparisons import (
    BETWEEN_ARMS,
    MeanPair,
    arms_compared,
    mean_pairs,
    middle,
    printed_values,
)
from retrial.stats.precision import known_interval
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.repeated.flips import anova_flip_rhos
from retrial.stats.repeated.which_rho import rho_from_paired_test
from retrial.study.claims import Claim, Target
from retrial.trial import Trial
from retrial.vocabulary import STRUCTURES as WORDS
from retrial.wording import READING_NAMES, number, p_span, sources

ANALYSIS, SOLVED = "repeated_measures", "correlation_solved"
ASKS = {"group": "do the arms differ on average", "interaction": "do they change differently"}


def repeated_measures(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return one row for each claim between arms, reading, structure and effect of the ANOVA.

    `p` is that at the middle correlation of the outcome's band, `p_low` and `p_high` its range over
    the band (`Outcome.correlation`, else the whole grid), `share_significant` the share of the grid
    within it below the claim's level, `threshold` the first correlation at which p crosses that
    level. The interaction's p is Greenhouse and Geisser's.
    """
    arms = arms_compared(trial.study)
    rows = []
    for claim in trial.claims:
        for target in claim.targets if claim.form in BETWEEN_ARMS and arms else []:
            if trial.study.outcome(target.outcome).kind == "counts":
                continue
            visits = sorted({min(trial.study.visits), *target.visits})
            found = profiles(
                trial.reported, trial.summaries, target.outcome, visits, arms, tuple(readings)
            )
            for profile in found:
                rows += _rows(trial, claim, target, profile, alpha, rho)
    return rows


def _band(trial: Trial, outcome: str, rho: list[float]) -> tuple[list[float], str]:
    """Return the correlations to take seriously, and where the band comes from."""
    cited = trial.study.outcome(outcome).correlation
    if cited is None:
        return rho, f"over correlations from {min(rho):g} to {max(rho):g} (none is cited)"
    inside = [r for r in rho if cited.low <= r <= cited.high] or [(cited.low + cited.high) / 2]
    return inside, f"over correlations from {cited.low:g} to {cited.high:g} ({cited.source})"


def _rows(
    trial: Trial,
    claim: Claim,
    target: Target,
    profile: Profiles,
    alpha: float,
    rho: list[float],
) -> Iterator[dict]:
    level = threshold(claim, alpha)
    band, words = _band(trial, target.outcome, rho)
    ns = profile.ns.min(axis=1)
    # Two visits are correlated in one way only.
    for structure in STRUCTURES if len(profile.visits) > 2 else STRUCTURES[:1]:
        fitting = [r for r in band if structure == "compound_symmetry" or r >= 0]
        fitting = [r for r in fitting if r > -1 / (len(profile.visits) - 1)]
        if not fitting:
            continue
        anova = mixed_anova_from_moments(
            profile.means, profile.sds, ns, correlations(profile, structure, fitting), per_arm=False
        )
        flips = anova_flip_rhos(
            profile.means, profile.sds, ns, structure=structure, times=profile.visits,
            alpha=level, corrections=("none", "gg"), low=max(min(fitting), 0.0), high=None,
        )  # fmt: skip
        for effect, correction in (("group", "none"), ("interaction", "gg")):
            p = np.broadcast_to(getattr(anova, effect).corrected_p(correction), len(fitting))
            mine = flips[(flips["effect"] == effect) & (flips["correction"] == correction)]
            yield _row(
                claim, target, profile, structure, effect, p, fitting, mine["rho"], level, words
            )


def _row(claim, target, profile, structure, effect, p, rhos, flips, level, words) -> dict:
    at = middle(rhos)
    flip = flips.dropna()
    crossing = (
        f"it crosses {level:g} at {' and '.join(number(value) for value in flip)}"
        if len(flip)
        else f"it {'stays below' if p.max() < level else 'never falls below'} {level:g}"
    )
    inadmissible = "" if profile.admissible else ", which is inadmissible here"
    return {
        "analysis": ANALYSIS,
        "scenario": f"{effect}:{structure}",
        "claim_id": claim.id,
        "outcome": target.outcome,
        "visit": nan,
        "reading": profile.reading,
        "version": profile.version or None,
        "rho": at,
        "admissible": profile.admissible,
        "p": float(p[rhos.index(at)]),
        "p_low": float(p.min()),
        "p_high": float(p.max()),
        "share_significant": float((p < level).mean()),
        "threshold": nan if flip.empty else float(flip.iloc[0]),
        "detail": f"ANOVA of {len(profile.visits)} visits, {ASKS[effect]}? Read as "
        f"{READING_NAMES[profile.reading]}{inadmissible}, {WORDS[structure]}: "
        f"{p_span(pd.Series(p))} {words}; "
        f"{crossing}.",
        "source": sources(*(mean.source for mean in profile.every_mean)),
        "row_ids": row_ids(*profile.every_mean),
    }


def correlation_solved(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return the correlation that a printed p of a change within an arm allows, under rounding.

    `ci_low` and `ci_high` are its ends, `estimate` the correlation that the numbers as printed give
    (missing for an inequality). No row where no p is printed; where no correlation gives the
    printed p, `detail` says so and the cells are empty.
    """
    return [
        _solved(trial, pair)
        for pair in mean_pairs(trial, readings)
        if pair.within_arm and pair.claim.published_p
    ]


def _solved(trial: Trial, pair: MeanPair) -> dict:
    (low_1, high_1), (low_2, high_2) = pair.first.mean_interval, pair.second.mean_interval
    name = READING_NAMES[pair.reading]
    try:
        found = rho_from_paired_test(
            _spread(trial, pair, 0),
            _spread(trial, pair, 1),
            (low_2 - high_1, high_2 - low_1),
            min(pair.first.n, pair.second.n),
            p=pair.claim.published_p,
        )
    except ValueError:
        detail = f"Read as {name}, no correlation of the two visits gives {pair.claim.published_p}."
        return pair.line(SOLVED, "published_p", detail=detail)
    span = f"between {number(found.low)} and {number(found.high)}"
    return pair.line(
        SOLVED,
        "published_p",
        estimate=nan if isnan(found.rho) else found.rho,
        ci_low=found.low,
        ci_high=found.high,
        detail=f"Read as {name}, the printed {pair.claim.published_p} needs a correlation of the "
        f"two visits {span}.",
    )


def _spread(trial: Trial, pair: MeanPair, place: int) -> tuple[float, float]:
    """Return the SD's interval under the rounding of the printed error term."""
    mean = (pair.first, pair.second)[place]
    rows = printed_values(trial, pair.outcome, mean.arm, mean.visit)
    row = rows[rows["row_id"] == mean.row_id].iloc[0]
    low, high = known_interval(row, "error")
    scale = mean.sd / mean.error
    return max(low, 0.0) * scale, high * scale
