"""Who is counted when patients have left: the handlings of drop-outs in printed counts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from retrial.selection import Count
from retrial.study import Claim, Study

Cells = tuple[tuple[int, int], tuple[int, int]]  # (events, total) of the first and second arm


def lost(study: Study, count: Count) -> int:
    """Return how many patients in a printed denominator may no longer have been followed.

    None for events counted over the whole follow-up: those who left were at risk until then.
    """
    return (
        0 if count.cumulative else max(0, count.total - study.available(count.arm, count.visit)[0])
    )


def populations(study: Study, claim: Claim, first: Count, second: Count) -> dict[str, Cells]:
    """Return the counts of both arms under each handling of drop-outs; empty when nobody left.

    `as_printed`; `completers`, the lost patients taken out as non-events;
    `completers_event_lost`, taken out as events; `worst_case` and `best_case` for the claim: each
    lost patient may or may not have been counted with the event, and may or may not have had it,
    so an arm's events lie between the printed number less and plus the lost. A handling that the
    printed events do not allow has events outside 0 to total: see `possible`.
    """
    arms = (first, second)
    gone = [lost(study, count) for count in arms]
    if not any(gone):
        return {}
    printed = [(count.events, count.total) for count in arms]
    fewest, most = (
        [(min(max(e + sign * k, 0), n), n) for (e, n), k in zip(printed, gone, strict=True)]
        for sign in (-1, 1)
    )
    extremes = sorted(product(*zip(fewest, most, strict=True)), key=lambda c: _favour(claim, c))
    return {
        "as_printed": tuple(printed),
        "completers": tuple((e, n - k) for (e, n), k in zip(printed, gone, strict=True)),
        "completers_event_lost": tuple(
            (e - k, n - k) for (e, n), k in zip(printed, gone, strict=True)
        ),
        "worst_case": extremes[0],
        "best_case": extremes[-1],
    }


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
