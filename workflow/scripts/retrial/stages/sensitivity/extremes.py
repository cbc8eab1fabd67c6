"""The least and the greatest p over every way in which members can leave the compared groups.

`between` and `within` test what is left (`retrial.stages.sensitivity.removal`) for every assumption
at once; `search` looks again, ever more closely, around the worst and the best of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from retrial.stages.sensitivity.removal import Remaining, Summary, left_at, sweep
from retrial.stats.means import compare_means
from retrial.stats.paired import paired_from_summary

_ROUNDS = 4
_NEAR = 31
_NARROWER = 12.0


@dataclass(frozen=True)
class Swept:
    """Every feasible assumption of a sweep: estimates, p-values and the mean of those removed."""

    estimate: np.ndarray
    p: np.ndarray
    removed: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Leaving:
    """Members that leave a group: some of known value, the others anywhere that they can be.

    `focus` holds means of the unknown members that the sweep is to contain, where feasible.
    """

    group: Summary
    known: tuple[float, ...] = ()
    unknown: int = 0
    focus: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        """How many leave."""
        return len(self.known) + self.unknown

    def left(self) -> Remaining | None:
        """Return what is left for every feasible assumption; None when none is feasible."""
        if not self.size:
            return whole(self.group)
        return sweep(self.group, list(self.known), self.unknown, list(self.focus))

    def near(self, removed: list[float], step: float) -> Remaining | None:
        """Return what is left when those who leave have means near these, a step to each side."""
        if not self.unknown:
            return self.left()
        around = np.concatenate([np.linspace(c - step, c + step, _NEAR) for c in removed])
        theirs = (self.size * np.append(around, removed) - sum(self.known)) / self.unknown
        return left_at(self.group, list(self.known), self.unknown, np.unique(theirs))


Compare = Callable[[Remaining, Remaining], Swept]


def whole(group: Summary) -> Remaining:
    """Return a group that nobody leaves, as one assumption."""
    one = np.ones((1, 1))
    return Remaining(group.n, np.nan * one, np.nan * one, group.mean * one, group.sd * one)


def between(first: Remaining, second: Remaining, equal_var: bool, alpha: float) -> Swept:
    """Compare two arms under every assumption on the one and on the other.

    With the means given, |t| falls as an SD grows, so by Student's test only the ends of the SDs
    matter; Welch's degrees of freedom change with them, and SDs in between are tried too.
    """
    crossed = first.mean.size > 1 and second.mean.size > 1
    spreads = 2 if equal_var else 5 if crossed else 33
    m1, s1, out1 = (column[:, None] for column in _columns(first, crossed, spreads))
    m2, s2, out2 = (column[None, :] for column in _columns(second, crossed, spreads))
    test = compare_means(m1, s1, first.n, m2, s2, second.n, equal_var, alpha)
    shape = np.broadcast_shapes(m1.shape, m2.shape)
    return Swept(
        np.ravel(np.broadcast_to(test.estimate, shape)),
        np.ravel(np.broadcast_to(test.p, shape)),
        tuple(np.broadcast_to(out, shape).ravel() for out in (out1, out2)),
    )


def _columns(left: Remaining, few: bool, spreads: int) -> tuple[np.ndarray, ...]:
    """Return means, SDs and removed means: each mean with SDs from its least to its greatest."""
    if few:
        mean, low, high, removed = left.thinned()
    else:
        mean, removed = left.mean[0], left.removed[0]
        low, high = left.sd.min(axis=0), left.sd.max(axis=0)
    sd = low + np.linspace(0, 1, spreads)[:, None] * (high - low)
    return tuple(np.broadcast_to(c, sd.shape).ravel() for c in (mean, sd, removed))


def within(before: Remaining, after: Remaining, rho: float, alpha: float) -> Swept:
    """Cross the assumptions at two visits.

    The variance of the change is a convex quadratic of the two SDs: on a rectangle it is largest at
    a corner and least on an edge, where one SD is rho times the other.
    """
    m0, low0, high0, out0 = before.thinned()
    m1, low1, high1, out1 = (column[:, None] for column in after.thinned())
    spreads = [(a, b) for a in (low0, high0) for b in (low1, high1)]
    spreads += [(a, np.clip(rho * a, low1, high1)) for a in (low0, high0)]
    spreads += [(np.clip(rho * b, low0, high0), b) for b in (low1, high1)]
    n = min(before.n, after.n)
    tests = [paired_from_summary(m0, a, m1, b, n, rho, alpha) for a, b in spreads]
    shape = (len(tests), *np.broadcast_shapes(np.shape(m0), np.shape(m1)))
    return Swept(
        np.ravel([np.broadcast_to(test.estimate, shape[1:]) for test in tests]),
        np.ravel([np.broadcast_to(test.p, shape[1:]) for test in tests]),
        tuple(np.broadcast_to(out, shape).ravel() for out in (out0, out1)),
    )


def search(first: Leaving, second: Leaving, compare: Compare, expect: str | None) -> Swept | None:
    """Return a sweep over two groups that contains the worst and the best assumption for a claim.

    Args:
        first: Who leaves the first group (the earlier visit, where one arm is compared).
        second: Who leaves the second one.
        compare: The test of what is left, such as `between`.
        expect: What the claim expects, see `support`.

    Returns:
        The assumptions of a grid over all feasible means and SDs, and of finer ones around the
        worst and the best; None when nothing is feasible.
    """
    found = [side.left() for side in (first, second)]
    if any(left is None for left in found):
        return None
    steps = [
        np.ptp(left.removed[0]) / _NEAR if side.unknown else 0.0
        for side, left in zip((first, second), found, strict=True)
    ]
    rounds = [compare(*found)]
    if any(side.unknown for side in (first, second)):
        for _ in range(_ROUNDS):
            at = [_ends_of(rounds, expect, place) for place in (0, 1)]
            near = [
                side.near(centres, step)
                for side, centres, step in zip((first, second), at, steps, strict=True)
            ]
            if any(left is None for left in near):
                break  # the best of the grid is an isolated point, and nothing else is near
            rounds.append(compare(*near))
            steps = [step / _NARROWER for step in steps]
    return joined(rounds)


def _ends_of(rounds: list[Swept], expect: str | None, place: int) -> list[float]:
    """Return the removed means at the worst and at the best assumption so far."""
    every = joined(rounds)
    score = support(expect, every.estimate, every.p)
    removed = every.removed[place]
    return [float(removed[np.argmin(score)]), float(removed[np.argmax(score)])]


def joined(parts: list[Swept]) -> Swept:
    """Return several sweeps as one."""
    return Swept(
        np.concatenate([part.estimate for part in parts]),
        np.concatenate([part.p for part in parts]),
        tuple(
            np.concatenate(column) for column in zip(*(part.removed for part in parts), strict=True)
        ),
    )


def p_range(swept: Swept, passes_zero: bool) -> tuple[float, float]:
    """Return the least and largest p; 1 where `passes_zero` and estimates of both signs are found.

    Between two groups of which one is fixed the grid itself contains equal means (`focus`); else
    they lie between two grid points.
    """
    crosses = passes_zero and swept.estimate.min() < 0 < swept.estimate.max()
    return float(swept.p.min()), 1.0 if crosses else float(swept.p.max())


def support(expect: str | None, estimate: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return how much each result speaks for a claim, for ordering only."""
    if expect in ("lower", "higher"):
        side = np.sign(estimate) * (1 if expect == "higher" else -1)
        # From -2 (p of 0 against the claim) over -1 (p of 1) to 0 (p of 0 for it).
        return np.where(side > 0, -p, np.where(side < 0, p - 2, -1.0))
    return p if expect == "no_difference" else -p
