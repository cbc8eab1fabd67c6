"""Which readings of the error terms can hold together: one system over all printed moments.

Three kinds of constraint. (a) Limits of one row: a reading whose SD no data within the limits of
the outcome can have (`retrial.stages.audit.spread`). (b) Two rows about the same patients, or one
of them about a part of the other's: the sum of squares of a part cannot exceed that of the whole,
because SS = SS_part + SS_rest + n_part n_rest / n (difference of their means)^2 (Chan, Golub &
LeVeque 1983, doi 10.2307/2683386), so (m - 1) SD_part^2 <= (n - 1) SD_whole^2, a SEM or a CI being
converted with its own m. (c) An error term is labelled once for its scope.

A reading that is excluded for one scope may exclude another elsewhere, so the constraints are
applied until nothing changes (arc consistency; Mackworth 1977, doi 10.1016/0004-3702(77)90007-8).
The result does not depend on the order of rows. All are necessary conditions: what is left is not
thereby shown to be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import pandas as pd

from retrial.stats.summaries import FLOAT_NOISE, READINGS, sd_from_error

Pair = tuple[str, str]  # reading of the whole, reading of the part


@dataclass(frozen=True)
class Moments:
    """What one row prints of a group: the interval that its error term is known to, and its n."""

    row_id: str
    error_low: float
    error_high: float
    n: int


@dataclass(frozen=True)
class Tie:
    """Two rows about the same patients, or the second about at least `fewest` of the first's."""

    whole: Moments
    part: Moments
    fewest: int

    @cached_property
    def largest(self) -> dict[Pair, int]:
        """The largest size of the part under which each pair of readings is possible; 0 if none."""
        return {pair: largest_part(self.whole, self.part, *pair) for pair in _PAIRS}


_PAIRS = tuple(product(READINGS, READINGS))


def sum_of_squares(error: float, n: int, reading: str) -> float:
    """Return the sum of squares about the mean of n values, from an error term under a reading."""
    return (n - 1) * float(sd_from_error(error, n, reading)) ** 2


def largest_part(whole: Moments, part: Moments, of_whole: str, of_part: str) -> int:
    """Return the largest m, from 2 to the part's n, with SS_part(m) <= SS_whole; 0 when none has.

    Kindest to the pair of readings: the whole's error term at the upper end of its interval, the
    part's at the lower end. SS_part grows with m under every reading, so m is found by bisection.
    """
    most = sum_of_squares(whole.error_high, whole.n, of_whole) * (1 + FLOAT_NOISE)
    low, high = 1, min(part.n, whole.n)
    while low < high:
        middle = (low + high + 1) // 2
        if sum_of_squares(part.error_low, middle, of_part) <= most:
            low = middle
        else:
            high = middle - 1
    return low if low >= 2 else 0


@dataclass(frozen=True)
class JointReading:
    """A reading of one row of a tie, held against the other row.

    `beside` are the readings of the other row that are left, `largest` the largest size of the part
    under which the reading and one of those are possible (0: under none), `possible` whether the
    part may be that small.
    """

    tie: Tie
    row_id: str
    reading: str
    beside: tuple[str, ...]
    largest: int

    @property
    def possible(self) -> bool:
        """Whether the paper's exclusions and losses leave no more patients than that."""
        return self.largest >= self.tie.fewest


@dataclass(frozen=True)
class Admissibility:
    """What is left when all constraints are applied.

    `left` gives each row's readings, `judged` every reading of the rows of the ties that can be
    satisfied, `inconsistent` the ties that no pair of readings satisfies (they exclude nothing),
    `idle` those with a row that no reading fits by itself, or whose scope has none left.
    """

    left: dict[str, tuple[str, ...]]
    judged: tuple[JointReading, ...]
    inconsistent: tuple[Tie, ...]
    idle: tuple[Tie, ...]

    @property
    def excluded(self) -> dict[tuple[str, str], JointReading]:
        """The (row, reading) pairs that a tie excludes."""
        return {(j.row_id, j.reading): j for j in self.judged if not j.possible}


def admissibility(
    scopes: Mapping[str, str], refuted: Iterable[tuple[str, str]], ties: Iterable[Tie]
) -> Admissibility:
    """Apply the limits of single rows, the ties and the labels until nothing changes.

    Args:
        scopes: The label scope of each row; a row whose label is its own has its own name here.
        refuted: (row, reading) that the limits of the row by itself exclude. A row that excludes
            every reading is at fault itself and excludes none for its scope.
        ties: Pairs of rows about the same patients.

    Returns:
        What is left. A tie that no pair of readings satisfies, or that together with others
        leaves a scope without a reading, is an inconsistency and excludes nothing.
    """
    refuted, ties = set(refuted), list(ties)
    own = {row: [r for r in READINGS if (row, r) not in refuted] for row in scopes}
    start = {scope: set(READINGS) for scope in scopes.values()}
    for row, scope in scopes.items():
        if own[row]:
            start[scope] &= set(own[row])

    def usable(tie: Tie) -> bool:
        ends = (tie.whole.row_id, tie.part.row_id)
        return all(own[row] and start[scopes[row]] for row in ends)

    active = [tie for tie in ties if usable(tie)]
    idle = tuple(tie for tie in ties if tie not in active)
    allowed = {tie: _allowed(tie) for tie in active}
    while True:
        domains, empty = _fixpoint(start, scopes, active, allowed)
        if not empty:
            break
        active = [tie for tie in active if tie not in empty]
    left = {row: tuple(r for r in READINGS if r in domains[s]) for row, s in scopes.items()}
    left |= {row: () for row in scopes if not own[row]}
    return Admissibility(
        left,
        tuple(judged for tie in active for judged in _judged(tie, scopes, domains)),
        tuple(tie for tie in ties if tie not in active and tie not in idle),
        idle,
    )


def _allowed(tie: Tie) -> set[Pair]:
    return {pair for pair, largest in tie.largest.items() if largest >= tie.fewest}


def _fixpoint(
    start: dict[str, set[str]],
    scopes: Mapping[str, str],
    ties: list[Tie],
    allowed: dict[Tie, set[Pair]],
) -> tuple[dict[str, set[str]], set[Tie]]:
    """Return the readings left of each scope, and the ties that cannot be satisfied.

    Every round takes all ties at once, so that their order does not matter.
    """
    domains = {scope: set(readings) for scope, readings in start.items()}
    while True:
        cut = {scope: set(readings) for scope, readings in domains.items()}
        cutting: dict[str, set[Tie]] = {}
        empty = set()
        for tie in ties:
            ends = (scopes[tie.whole.row_id], scopes[tie.part.row_id])
            pairs = _surviving(allowed[tie], ends, domains)
            if not pairs:
                empty.add(tie)
                continue
            for scope, kept in zip(ends, zip(*pairs, strict=True), strict=True):
                if not domains[scope] <= set(kept):
                    cutting.setdefault(scope, set()).add(tie)
                cut[scope] &= set(kept)
        for scope, readings in cut.items():
            if not readings and domains[scope]:
                empty |= cutting[scope]
        if empty:
            return domains, empty
        if cut == domains:
            return domains, set()
        domains = cut


def _surviving(
    allowed: set[Pair], ends: tuple[str, str], domains: dict[str, set[str]]
) -> list[Pair]:
    """Return the pairs that both scopes still allow; one scope has one reading."""
    first, second = ends
    return [
        (r, s)
        for r, s in sorted(allowed)
        if r in domains[first] and s in domains[second] and (first != second or r == s)
    ]


def _judged(
    tie: Tie, scopes: Mapping[str, str], domains: dict[str, set[str]]
) -> Iterator[JointReading]:
    """Yield each reading of either row, held against what is left of the other."""
    whole, part = tie.whole.row_id, tie.part.row_id
    for mine, other in ((whole, part), (part, whole)):
        for reading in READINGS:
            left = [r for r in READINGS if r in domains[scopes[other]]]
            beside = (reading,) if scopes[whole] == scopes[part] else tuple(left)
            pairs = [(reading, r) if mine == whole else (r, reading) for r in beside]
            largest = max(tie.largest[pair] for pair in pairs)
            yield JointReading(tie, mine, reading, beside, largest)


def ties_of(rows: pd.DataFrame, losses: Mapping[str, int]) -> list[Tie]:
    """Return the pairs of rows that print moments of the same patients.

    A row and the one that it is an `alternative_of`, and a digitized mean and a printed one, of the
    same outcome, arm and visit. The whole is the row with more patients. Where both have as many,
    it is the printed one beside a digitized one, else the one that the other is an alternative of:
    a paper's main table says whom it is about, while a text or a figure may leave patients out
    without a word.

    Args:
        rows: Means with an error term and n: row_id, outcome, arm, visit, n, alternative_of,
            digitized, `error_low_known` and `error_high_known` (what the error term is known to).
        losses: How many patients of each arm the paper itself reports as excluded or lost, at any
            visit (a table of completers leaves them out from the first visit on).
    """
    keys = ["outcome", "arm", "visit"]
    known = rows.dropna(subset=keys)
    known = known.assign(alternative_of=known["alternative_of"].fillna(""))
    ties = []
    for _, same in known.groupby(keys, sort=False):
        records = same.to_dict("records")
        for place, first in enumerate(records):
            for second in records[place + 1 :]:
                drawn = bool(first["digitized"]) != bool(second["digitized"])
                if drawn or _alternatives(first, second):
                    whole, part = _ordered(first, second)
                    fewest = whole["n"] - losses.get(whole["arm"], 0)
                    least = max(2, int(min(part["n"], fewest)))
                    ties.append(Tie(_moments(whole), _moments(part), least))
    return ties


def _alternatives(first: dict, second: dict) -> bool:
    return (
        first["alternative_of"] == second["row_id"] or second["alternative_of"] == first["row_id"]
    )


def _ordered(first: dict, second: dict) -> tuple[dict, dict]:
    """Return the row about all the patients, and the one that may be about a part of them."""

    def rank(row: dict, other: dict) -> tuple:
        return -row["n"], bool(row["digitized"]), row["alternative_of"] == other["row_id"]

    return (first, second) if rank(first, second) <= rank(second, first) else (second, first)


def _moments(row: dict) -> Moments:
    low, high = max(row["error_low_known"], 0.0), row["error_high_known"]
    return Moments(row["row_id"], low, high, int(row["n"]))
