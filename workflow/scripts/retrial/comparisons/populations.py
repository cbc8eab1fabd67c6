"""Who is counted when patients have left, or are in no printed category of a count."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import pandas as pd

from retrial.comparisons.denominators import arm_size, group_size, unclassified
from retrial.comparisons.selection import Count
from retrial.study.claims import Claim
from retrial.study.models import Study

Cells = tuple[tuple[int, int], tuple[int, int]]  # (events, total) of the first and second arm


def lost(study: Study, reported: pd.DataFrame, count: Count) -> int:
    """Return how many patients in a printed denominator may no longer have been followed.

    None for events counted over the whole follow-up: those who left were at risk until then. Where
    the denominator is a part of the arm (the patients positive at entry), each who left the arm may
    have been of that part. Those already missing from the denominator are the first of the lost.
    """
    if count.cumulative:
        return 0
    gone = arm_size(study, count.arm) - study.available(count.arm, count.visit)[0]
    group = group_size(study, reported, count)
    return max(0, min(gone, group) - (group - count.total))


def populations(
    study: Study, claim: Claim, first: Count, second: Count, reported: pd.DataFrame
) -> dict[str, Cells]:
    """Return the counts of both arms under each handling of the lost and the unclassified.

    Empty when every patient was followed and is in a printed category. `as_printed`; `completers`,
    the lost patients taken out as non-events; `completers_event_lost`, taken out as events;
    `unclassified_event`, those in no printed category counted with the event;
    `unclassified_left_out`, taken out of the denominator; `worst_case` and `best_case` for the
    claim: each lost patient may or may not have been counted with the event, and may or may not
    have had it, and each unclassified one may have had it, so an arm's events lie between the
    printed number less the lost and the printed number plus both. A handling that the printed
    events do not allow has events outside 0 to total: see `possible`.
    """
    arms = (first, second)
    gone = [lost(study, reported, count) for count in arms]
    unnamed = [unclassified(reported, count) for count in arms]
    if not any(gone) and not any(unnamed):
        return {}
    printed = [(count.events, count.total) for count in arms]
    found = {"as_printed": tuple(printed)}
    if any(gone):
        found["completers"] = _changed(printed, [0, 0], [-k for k in gone])
        found["completers_event_lost"] = _changed(printed, [-k for k in gone], [-k for k in gone])
    if any(unnamed):
        found["unclassified_event"] = _changed(printed, unnamed, [0, 0])
        found["unclassified_left_out"] = _changed(printed, [0, 0], [-k for k in unnamed])
    fewest = [max(e - k, 0) for (e, _), k in zip(printed, gone, strict=True)]
    most = [min(e + k + u, n) for (e, n), k, u in zip(printed, gone, unnamed, strict=True)]
    choices = [
        ((low, n), (high, n)) for low, high, (_, n) in zip(fewest, most, printed, strict=True)
    ]
    extremes = sorted(product(*choices), key=lambda cells: _favour(claim, cells))
    return found | {"worst_case": extremes[0], "best_case": extremes[-1]}


def _changed(printed: list[tuple[int, int]], events: list[int], total: list[int]) -> Cells:
    return tuple(
        (e + more, n + others) for (e, n), more, others in zip(printed, events, total, strict=True)
    )


def possible(cells: Iterable[tuple[int, int]]) -> bool:
    """Return whether such counts can exist."""
    return all(total >= 1 and 0 <= events <= total for events, total in cells)


def _favour(claim: Claim, cells: Cells) -> float:
    """Return how far the difference of proportions points the claimed way."""
    (e1, n1), (e2, n2) = cells
    difference = e1 / n1 - e2 / n2
    return {
        "higher": difference,
        "lower": -difference,
        "different": abs(difference),
        "no_difference": -abs(difference),
    }[claim.expect]
