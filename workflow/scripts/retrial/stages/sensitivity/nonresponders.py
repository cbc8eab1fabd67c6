"""What the tests would say without the patients whom the paper calls non-responders.

Leaving out patients of one arm by their outcome is biased by construction: these rows show how far
an answer could move, and are a defensible analysis of nothing.
"""

from __future__ import annotations

from retrial.comparisons.denominators import among, group_size
from retrial.comparisons.selection import Count
from retrial.stages.sensitivity.comparisons import (
    CountPair,
    Result,
    counts_compared,
    mean_pairs,
)
from retrial.stages.sensitivity.exclusion import ANALYSIS, CAUTION, MeansWithout
from retrial.trial import Trial
from retrial.wording import p_words, ratio


def nonresponders(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return the scenarios for every comparison of means or counts in the non-responders' arm.

    Infeasible scenarios are rows without numbers whose `detail` says why. `p_low` and `p_high` span
    the feasible assumptions. A change is tested at the middle correlation of `rho`.
    """
    study = trial.study
    if study.nonresponders is None:
        return []
    rows = []
    for pair in mean_pairs(trial, readings):
        if pair.admissible and study.nonresponders.arm in (pair.first.arm, pair.second.arm):
            rows += MeansWithout(trial, pair, pair.rho(rho), alpha).rows()
    for counts in counts_compared(trial):
        if study.nonresponders.arm in (counts.first.arm, counts.second.arm):
            rows += _count_rows(trial, counts, alpha)
    return rows


def _count_rows(trial: Trial, pair: CountPair, alpha: float) -> list[dict]:
    """Return the scenarios for one pair of counts, the printed one first.

    How many of the non-responders a denominator contains is known only where it is the whole arm;
    `p_low` and `p_high` span the possible numbers, the row itself has the largest.
    """
    study = trial.study
    arm, members = study.nonresponders.arm, len(study.nonresponders.members)
    ours = pair.first if pair.first.arm == arm else pair.second
    printed = pair.compare(*_cells(pair, ours, 0, 0), alpha)
    detail = f"As printed, every patient in: {_ratios(pair, ours, 0, 0)}, {p_words(printed.p)}."
    rows = [pair.line(ANALYSIS, "as_printed", detail=detail, **printed.cells())]
    least, most = among(study, ours, members)
    ways = ["removed_as_non_events"]
    if pair.claim.expect != "higher":  # else the event is a success, which none of them had
        ways.append("removed_as_events")
    for way in ways:
        with_event = way == "removed_as_events"
        room = ours.events if with_event else ours.total - ours.events
        changes = [(-k if with_event else 0, -k) for k in range(least, most + 1) if k]
        kind = "with" if with_event else "without"
        reason = (
            f"{ratio(ours.events, ours.total)} holds fewer than {most} patients {kind} the event"
        )
        feasible = room >= most and ours.total > most
        among_words = "" if least == most else f" ({least} to {most} of {members} can be in it)"
        rows.append(
            _row(pair, ours, way, changes if feasible else [], reason, printed, among_words, alpha)
        )
    group = group_size(study, trial.reported, ours)
    back = min(members, group - ours.total)
    reason = (
        f"the printed denominator of {ours.total} is the whole group: {group} patients are printed "
        "as belonging to it, and none can be put back"
    )
    changes = [(0, back)] if back > 0 else []
    partly = f" ({back} of {members} are missing from it)" if back < members else ""
    rows.append(_row(pair, ours, "already_excluded", changes, reason, printed, partly, alpha))
    return rows


def _row(
    pair: CountPair,
    ours: Count,
    scenario: str,
    changes: list[tuple[int, int]],
    reason: str,
    printed: Result,
    among_words: str,
    alpha: float,
) -> dict:
    """Return one scenario: the last of the changes of (events, total), and the range of all."""
    if not changes:
        return pair.line(ANALYSIS, scenario, detail=f"Infeasible: {reason}. {CAUTION}")
    results = [pair.compare(*_cells(pair, ours, *change), alpha) for change in changes]
    cells = results[-1].cells()
    if among_words:
        every = [printed.p, *(result.p for result in results)]
        cells |= {"p_low": min(every), "p_high": max(every)}
    detail = (
        f"{_ratios(pair, ours, *changes[-1])} in place of {_ratios(pair, ours, 0, 0)}"
        f"{among_words}: {p_words(results[-1].p)} in place of {p_words(printed.p)}. {CAUTION}"
    )
    return pair.line(ANALYSIS, scenario, detail=detail, **cells)


def _cells(pair: CountPair, ours: Count, events: int, total: int) -> list[tuple[int, int]]:
    """Return (events, total) of both arms with a change of the non-responders' arm."""
    return [
        (count.events + events, count.total + total)
        if count is ours
        else (count.events, count.total)
        for count in (pair.first, pair.second)
    ]


def _ratios(pair: CountPair, ours: Count, events: int, total: int) -> str:
    return " v. ".join(ratio(*cells) for cells in _cells(pair, ours, events, total))
