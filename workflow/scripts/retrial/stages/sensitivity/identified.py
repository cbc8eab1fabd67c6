"""Bounds of the effects whose means stand only in a figure, and of their p-values.

Bounds, not data: what the printed numbers, the paper's sentences and the outcome's limits leave
possible (`retrial.stats.partial`). A claim's own p is never among what limits it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf, nan

import pandas as pd

from retrial.comparisons.selection import in_version, row_ids, versions_of
from retrial.comparisons.sentences import limits_of, significance_limits, usable
from retrial.comparisons.support import threshold
from retrial.stages.audit.spread import limits, tightest
from retrial.stages.sensitivity.comparisons import (
    BETWEEN_ARMS,
    arms_compared,
    printed_values,
    two_sample_methods,
)
from retrial.stages.sensitivity.gaps import Gap
from retrial.stages.sensitivity.identified_words import detail_of, excluded, span
from retrial.stages.sensitivity.unprinted_spread import Spread, spreads
from retrial.stats.partial.effects import (
    Errors,
    Interval,
    change_sd_bounds,
    critical_bounds,
    errors_between,
    p_bounds,
    standard_errors,
)
from retrial.stats.partial.trajectories import Cell, Limit, Trajectories
from retrial.stats.precision import known_interval
from retrial.study.claims import Claim
from retrial.study.constraints import Constraint
from retrial.trial import Trial
from retrial.wording import number, sources

ANALYSIS = "partial_identification"


@dataclass(frozen=True)
class Unknown:
    """A comparison of two means (first minus second) that are not both printed."""

    gap: Gap
    ends: tuple[Cell, Cell]
    version: str
    allowed: Trajectories
    sentences: tuple[Constraint, ...]

    @property
    def outcome(self) -> str:
        """Return the outcome compared."""
        return self.gap.target.outcome


def partial_identification(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return the bounds of every effect that a claim is about and that is not printed.

    `ci_low` and `ci_high` bound the effect (treated minus control; or the change from the earlier
    visit), `p_low` and `p_high` its p; `threshold` is the effect that the claim's level needs.
    `physiological_low` and `physiological_high` bound it where the means also keep the limits that
    a source gives for patients. `estimate` is empty: there is none. `holds` says whether the claim
    `cannot`, `can` or `must` hold within the bounds by arithmetic.
    """
    rows = []
    for unknown in _unknown(trial):
        level = threshold(unknown.gap.claim, alpha)
        for spread in spreads(
            trial, unknown.outcome, unknown.ends, unknown.version, readings, unknown.allowed
        ):
            if min(n for ns in spread.ns for n in ns) < 2:
                continue
            found = _with_significance(trial, unknown, spread, readings, alpha)
            effect = found.bounds({unknown.ends[0]: 1.0, unknown.ends[1]: -1.0})
            for method in _methods(unknown.gap.claim):
                rows.append(_row(trial, unknown, spread, method, found, effect, level, rho))
    return rows


def _unknown(trial: Trial) -> Iterator[Unknown]:
    for claim in trial.claims:
        arms = _arms(trial, claim)
        for target in claim.targets if arms and claim.expect else ():
            for visit in [] if target.counted else target.visits:
                ends = (
                    ((claim.arm, visit), (claim.arm, claim.from_visit))
                    if claim.form == "change"
                    else ((arms[0], visit), (arms[1], visit))
                )
                known = set(trial.summaries["row_id"])
                printed = [
                    end
                    for end in ends
                    if known & set(printed_values(trial, target.outcome, *end)["row_id"])
                ]
                if len(printed) == 2:
                    continue
                gap = Gap(claim, target, visit, arms, tuple(arm for arm, _ in printed))
                for version, allowed, used in _allowed(trial, claim, target.outcome, arms):
                    yield Unknown(gap, ends, version, allowed, used)


def _arms(trial: Trial, claim: Claim) -> tuple[str, str] | None:
    """Return the two arms whose means are bounded together."""
    compared = arms_compared(trial.study)
    if claim.form in BETWEEN_ARMS or (compared and claim.arm in compared):
        return compared
    if claim.form != "change":
        return None
    return claim.arm, next(arm.id for arm in trial.study.arms if arm.id != claim.arm)


def _allowed(
    trial: Trial, claim: Claim, outcome: str, arms: tuple[str, str]
) -> list[tuple[str, Trajectories, tuple[Constraint, ...]]]:
    """Return (version, trajectories, sentences) for each version of the paper.

    Kept in the trial; sentences on the significance of other claims are not in yet.
    """
    used = tuple(s for s in trial.constraints if usable(s, claim, trial.claims))
    key = ("trajectories", outcome, arms, tuple(s.id for s in used))
    if key not in trial.found:
        trial.found[key] = list(_trajectories(trial, outcome, arms, used))
    return trial.found[key]


def _trajectories(
    trial: Trial, outcome: str, arms: tuple[str, str], sentences: tuple[Constraint, ...]
) -> Iterator[tuple[str, Trajectories, tuple[Constraint, ...]]]:
    visits = trial.study.visits
    cells = tuple((arm, visit) for arm in arms for visit in visits)
    ends = [tightest(limits(trial.study, outcome, visit), widest=True) for _, visit in cells]
    lower, upper = (tuple(side) for side in zip(*ends, strict=True))
    told, used = [], []
    for sentence in sentences:
        if sentence.relation == "significant":
            named = _named(trial, sentence)
            if named is not None and outcome in {t.outcome for t in named.targets}:
                used.append(sentence)
        elif found := limits_of(sentence, outcome, arms, visits):
            told += found
            used.append(sentence)
    rows = [printed_values(trial, outcome, *cell) for cell in cells]
    for version in versions_of(pd.concat(rows)):
        printed = []
        for cell, found in zip(cells, rows, strict=True):
            here = in_version(found, version)
            if len(here):
                # A printed mean stands before the one that a figure shows of it.
                low, high = known_interval(here.iloc[0])
                name = here.iloc[0]["row_id"]
                printed += [Limit(((cell, 1.0),), high, name), Limit(((cell, -1.0),), -low, name)]
        yield version, Trajectories(cells, lower, upper, (*printed, *told)), tuple(used)


def _named(trial: Trial, sentence: Constraint) -> Claim | None:
    return next((c for c in trial.claims if c.id == sentence.claim), None)


def _with_significance(
    trial: Trial, unknown: Unknown, spread: Spread, readings: list[str], alpha: float
) -> Trajectories:
    """Return the trajectories that also meet the printed p of other claims.

    Each at the least difference that gives it under the same assumption on the SDs (0 where
    nothing is known of them), so that nothing possible is left out.
    """
    arms, found = unknown.gap.arms, unknown.allowed
    for sentence in unknown.sentences:
        named = _named(trial, sentence) if sentence.relation == "significant" else None
        if named is None:
            continue
        level = threshold(named, alpha)

        def needed(visit: float, named: Claim = named, level: float = level) -> float:
            ends = (arms[0], visit), (arms[1], visit)
            same = [
                other
                for other in spreads(trial, unknown.outcome, ends, unknown.version, readings)
                if other.scenario == spread.scenario
                and (spread.reading in (None, other.reading) or other.reading is None)
            ]
            least = [
                critical_bounds(
                    standard_errors(
                        s.sds[0], s.ns[0], s.sds[1], s.ns[1], equal_var=method == "student_t"
                    ),
                    level,
                )[0]
                for s in same
                if min(n for ns in s.ns for n in ns) >= 2
                for method in _methods(named)
            ]
            return min(least, default=0.0)

        found = found.with_limits(
            significance_limits(sentence, named, unknown.outcome, arms, needed)
        )
    return found


def _methods(claim: Claim) -> list[str]:
    if claim.form == "change":
        return ["paired_t"]
    return two_sample_methods(claim)


def _errors(
    unknown: Unknown, spread: Spread, method: str, rho: list[float], *, nominal: bool = False
) -> Errors:
    """Return what the standard error and its df can be; `nominal` takes SDs as printed."""
    (s1, s2), (n1, n2) = spread.sds, spread.ns
    if nominal and spread.nominal is not None:
        s1, s2 = ((sd, sd) for sd in spread.nominal)
        n1, n2 = ((max(n), max(n)) for n in spread.ns)
    if method != "paired_t":
        return standard_errors(s1, n1, s2, n2, equal_var=method == "student_t")
    least, most = (min(a, b) for a, b in zip(n1, n2, strict=True))
    change = change_sd_bounds(s2, s1, (min(rho), max(rho)))
    return errors_between((change[0] / most**0.5, change[1] / least**0.5), (least - 1, most - 1))


def _row(
    trial: Trial,
    unknown: Unknown,
    spread: Spread,
    method: str,
    found: Trajectories,
    effect: Interval | None,
    level: float,
    rho: list[float],
) -> dict:
    gap = unknown.gap
    cells: dict[str, object] = {"holds": "cannot"}
    if effect is None:
        detail = excluded(trial, unknown.sentences, spread, found.conflict())
    else:
        error = _errors(unknown, spread, method, rho)
        p = p_bounds(effect, error)
        needs = critical_bounds(error, level)
        least = critical_bounds(_errors(unknown, spread, method, rho, nominal=True), level)[0]
        directed = gap.claim.expect in ("lower", "higher")
        point = (gap.sign if directed else 1) * least if least > 0 else nan
        holds = whether(gap.claim, effect, needs)
        cells = {
            "ci_low": effect[0],
            "ci_high": effect[1],
            "p_low": p[0],
            "p_high": p[1],
            "threshold": point,
            "holds": holds,
        }
        sensible, words = _by_physiology(trial, unknown, found)
        cells |= dict(zip(("physiological_low", "physiological_high"), sensible, strict=True))
        detail = detail_of(
            trial, gap, unknown.sentences, spread, method, effect, p, point, level, holds, rho
        )
        detail += words
    used = [*(mean.source for mean in spread.means), *(s.source for s in unknown.sentences)]
    return gap.line(
        f"effect:{spread.scenario}:{method}",
        reading=spread.reading,
        version=unknown.version or None,
        admissible=spread.admissible,
        detail=detail,
        row_ids=_row_ids(trial, unknown, spread),
        **cells,
    ) | {"analysis": ANALYSIS, "source": sources(gap.claim.source, *used)}


def _row_ids(trial: Trial, unknown: Unknown, spread: Spread) -> str | None:
    """Return the printed rows that limit the means, and those whose error terms are used."""
    printed = set(trial.reported["row_id"])
    limiting = [limit.because for limit in unknown.allowed.limits if limit.because in printed]
    of_spread = (row_ids(*spread.means) or "").split(";")
    return ";".join(dict.fromkeys(filter(None, [*limiting, *of_spread]))) or None


def _by_physiology(trial: Trial, unknown: Unknown, found: Trajectories) -> tuple[Interval, str]:
    """Return the bounds of the effect where means also keep physiological limits, and the words.

    NaN and no words where the outcome declares none.
    """
    bounds = trial.study.outcome(unknown.outcome).physiological_bounds
    if bounds is None:
        return (nan, nan), ""
    low, high = (
        (-inf if bounds.lower is None else bounds.lower),
        (inf if bounds.upper is None else bounds.upper),
    )
    within = replace(
        found,
        lower=tuple(max(end, low) for end in found.lower),
        upper=tuple(min(end, high) for end in found.upper),
    )
    effect = within.bounds({unknown.ends[0]: 1.0, unknown.ends[1]: -1.0})
    side = "at least " if high == inf else "at most " if low == -inf else ""
    limits_told = side + " to ".join(number(end) for end in (low, high) if abs(end) < inf)
    if effect is None:
        return (nan, nan), f" No means of {limits_told} fit ({bounds.source})."
    unit = trial.study.outcome(unknown.outcome).unit
    return effect, f" With means of {limits_told} ({bounds.source}) it {span(effect, unit)}."


def whether(claim: Claim, effect: Interval, needs: Interval) -> str:
    """Return whether a claim 'cannot', 'must' or 'can' hold within the bounds of its effect.

    `needs` is the (least, greatest) effect without its sign at which p equals the claim's level.
    """
    low, high = effect
    far = max(abs(low), abs(high))
    near = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    if claim.expect == "no_difference":
        return "cannot" if near > needs[1] else "must" if far < needs[0] else "can"
    best, worst = {"lower": (-low, -high), "higher": (high, low)}.get(claim.expect, (far, near))
    # With a spread that may be nil, any effect of the right sign will do, but not none.
    if best < needs[0] or best <= 0:
        return "cannot"
    return "must" if worst > needs[1] else "can"
