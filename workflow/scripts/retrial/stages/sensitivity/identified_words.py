"""What a row of bounds says: bounds, not data, and on what they stand."""

from __future__ import annotations

from math import ceil, floor, inf, isfinite, log10

from retrial.stages.sensitivity.gaps import Gap, settled_by
from retrial.stages.sensitivity.unprinted_spread import Spread
from retrial.stats.partial.effects import Interval
from retrial.study.constraints import Constraint
from retrial.trial import Trial
from retrial.wording import METHOD_NAMES, number, p_words

HOLDS = {
    "cannot": "the claim cannot hold",
    "must": "the claim must hold",
    "can": "the claim can hold, and need not",
}
EXCLUDED = "exclude each other"
_NOISE = 1e-6  # of a step: the bounds come from a solver


def detail_of(
    trial: Trial,
    gap: Gap,
    sentences: tuple[Constraint, ...],
    spread: Spread,
    method: str,
    effect: Interval,
    p: Interval,
    needed: float,
    level: float,
    holds: str,
    rho: list[float],
) -> str:
    """Return one row in words."""
    unit = trial.study.outcome(gap.target.outcome).unit
    what = "the change" if gap.claim.form == "change" else "the difference (treated minus control)"
    assumed = (
        f", for correlations from {min(rho):g} to {max(rho):g}" if method == "paired_t" else ""
    )
    return (
        f"Bounds, not data: {what} {span(effect, unit)}, by the limits of the outcome, the printed "
        f"numbers and {_said(sentences)}. {spread.words}, {_p(p)} by {_article(method)}{assumed}"
        f"{_needs(gap, needed, level, unit)}: {HOLDS[holds]}. {_other_claims(sentences)} "
        f"{settled_by(trial, gap)}"
    )


def excluded(
    trial: Trial, sentences: tuple[Constraint, ...], spread: Spread, conflict: tuple[str, ...]
) -> str:
    """Return what is reported where nothing is possible: what excludes what."""
    quotes = {s.id: f"'{s.quote}'" for s in sentences}
    printed = trial.reported.set_index("row_id")
    told = [
        quotes[name]
        if name in quotes
        else f"the printed {number(float(printed.loc[name, 'value']))}"
        if name in printed.index
        else name
        for name in conflict
    ]
    named = "; ".join(told) or "the limits of the outcome"
    return (
        f"Bounds, not data: there are none, because sentences and printed numbers {EXCLUDED} here: "
        f"{named}. {spread.words}. {_other_claims(sentences)}"
    )


def span(effect: Interval, unit: str) -> str:
    """Return where an effect lies, in words."""
    low, high = effect
    if low == -inf and high == inf:
        return "is not limited at all"
    if not isfinite(high):
        return f"is at least {end_of(low)} {unit}".rstrip()
    if not isfinite(low):
        return f"is at most {end_of(high, upper=True)} {unit}".rstrip()
    return f"lies between {end_of(low)} and {end_of(high, upper=True)} {unit}".rstrip()


def end_of(bound: float, *, upper: bool = False) -> str:
    """Return a finite bound to four digits, rounded outwards so that the words hold too."""
    if abs(bound) < 1e-9:
        return "0"
    step = 10.0 ** (floor(log10(abs(bound))) - 3)
    steps = ceil(bound / step - _NOISE) if upper else floor(bound / step + _NOISE)
    return f"{steps * step:.4g}"


def _said(sentences: tuple[Constraint, ...]) -> str:
    quotes = list(dict.fromkeys(f"'{s.quote}'" for s in sentences if s.relation != "significant"))
    return f"what the paper says ({'; '.join(quotes)})" if quotes else "no sentence of the paper"


def _other_claims(sentences: tuple[Constraint, ...]) -> str:
    used = [s for s in sentences if s.relation == "significant"]
    if not used:
        return "No p-value was used."
    quotes = "; ".join(f"'{s.quote}'" for s in used)
    return f"The printed p of another claim was used: {quotes}."


def _p(p: Interval) -> str:
    if p == (0.0, 1.0):
        return "p can be anything"
    low, high = (p_words(end).removeprefix("p ").removeprefix("= ") for end in p)
    return f"p is {low}" if low == high else f"p lies between {low} and {high}"


def _article(method: str) -> str:
    name = METHOD_NAMES[method]
    return name if "'" in name else f"a {name}"


def _needs(gap: Gap, needed: float, level: float, unit: str) -> str:
    if needed != needed:
        return ""
    if gap.claim.expect == "no_difference":
        return f", and up to {number(needed)} {unit} would still be 'not significant'"
    side = "at most" if needed < 0 else "at least"
    return f", and p < {level:g} needs {side} {number(needed)} {unit}".rstrip()
