"""The paper's sentences as inequalities between means.

Words such as 'decreased gradually' are taken as they read: no rise from a visit to the next. A
strict word ('below') becomes 'at or below', which only widens the bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from retrial.stats.partial.trajectories import Cell, Limit
from retrial.study.claims import Claim
from retrial.study.constraints import NOT_ABOVE_BASELINE, NOT_BELOW_BASELINE, Constraint

# Where a difference of arms is compared; `change` compares visits of one arm.
BETWEEN_ARMS = ("difference", "attribution")


def usable(sentence: Constraint, claim: Claim, claims: Iterable[Claim]) -> bool:
    """Whether a sentence may limit the numbers of a claim: not where it is the claim itself.

    The p of a claim never limits that claim, nor one that makes the same comparison of the same
    outcome at a visit of it; nor do a claim's own words about which arm is lower.
    """
    if sentence.relation in ("below_other_arm", "above_other_arm"):
        words, theirs = (" ".join(s.quote.lower().split()) for s in (sentence, claim))
        return words not in theirs and theirs not in words
    if sentence.relation != "significant":
        return True
    if sentence.claim == claim.id:
        return False
    named = next((c for c in claims if c.id == sentence.claim), None)
    if named is None:
        return False
    if claim.form not in BETWEEN_ARMS:
        return True
    return not _comparisons(named) & _comparisons(claim)


def _comparisons(claim: Claim) -> set[tuple[str, float]]:
    return {(target.outcome, visit) for target in claim.targets for visit in target.visits}


def limits_of(
    sentence: Constraint, outcome: str, arms: tuple[str, str], visits: list[float]
) -> list[Limit]:
    """Return the inequalities of a sentence about one arm, or none where it is of another outcome.

    Args:
        sentence: A sentence of any relation but `significant`.
        outcome: The outcome whose means are bounded.
        arms: Ids of the two arms that have means.
        visits: The study's visits; the first is the baseline.

    Returns:
        Limits, each standing on the sentence's id.
    """
    if sentence.outcome != outcome or sentence.arm not in arms:
        return []
    arm, base = sentence.arm, (sentence.arm, min(visits))
    other = next(a for a in arms if a != arm)
    at = [(arm, visit) for visit in sorted(set(sentence.visits))]
    relation = sentence.relation
    pairs: list[tuple[Cell, Cell]] = []  # (the lower, the higher)
    if relation in NOT_ABOVE_BASELINE:
        pairs = [(cell, base) for cell in at]
    elif relation in NOT_BELOW_BASELINE:
        pairs = [(base, cell) for cell in at]
    elif relation in ("lowest_at", "highest_at"):
        others = [(arm, visit) for visit in sentence.among or visits]
        pairs = [(at[0], cell) if relation == "lowest_at" else (cell, at[0]) for cell in others]
    elif relation in ("decreasing", "increasing"):
        steps = list(pairwise(at))
        pairs = [
            (later, first) if relation == "decreasing" else (first, later) for first, later in steps
        ]
    elif relation in ("below_other_arm", "above_other_arm"):
        across = [(cell, (other, cell[1])) for cell in at]
        pairs = across if relation == "below_other_arm" else [(b, a) for a, b in across]
    return [
        Limit(((low, 1.0), (high, -1.0)), 0.0, sentence.id) for low, high in pairs if low != high
    ]


def significance_limits(
    sentence: Constraint,
    named: Claim,
    outcome: str,
    arms: tuple[str, str],
    needed: Callable[[float], float],
) -> list[Limit]:
    """Return the inequalities of another claim's printed p: a difference at each of its visits.

    Args:
        sentence: A sentence with the relation `significant`.
        named: The claim that it names, of form `difference`, with a direction.
        outcome: The outcome whose means are bounded.
        arms: Ids of the treated arm and of the control.
        needed: The least difference, without its sign, that gives the claim's p at a visit.
    """
    sign = -1.0 if named.expect == "lower" else 1.0
    treated, control = arms
    return [
        Limit((((treated, visit), -sign), ((control, visit), sign)), -needed(visit), sentence.id)
        for target in named.targets
        if target.outcome == outcome and named.expect in ("lower", "higher")
        for visit in target.visits
    ]
