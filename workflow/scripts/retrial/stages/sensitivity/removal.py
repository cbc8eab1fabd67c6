"""Which values could k members of a summary have had, and what would be left without them?

Members with assumed values leave a summary by its sum of squares (SS): SS' = SS - SS_v - n k / (n -
k) (mean_v - mean)^2 >= 0 (Chan, Golub & LeVeque 1983, doi 10.2307/2683386), and what is left must
again be a sample within the outcome's limits (`retrial.stats.bounds.max_sd`) whose SD is not below
a least sensible one: patients who are all alike are no sample. What is left depends on the members
only through their mean and their sum of squares, so a sweep over these two covers every combination
of values, however many members.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from retrial.stats.bounds import max_sd
from retrial.stats.summaries import FLOAT_NOISE, add_members, feasible_values, remove_members

_MEANS = 121
_SPREADS = 4
_THINNED = 64


@dataclass(frozen=True)
class Summary:
    """A group's n, mean and SD, and the limits of its members' values (infinite for none).

    `least_sd` is the least SD that is sensible for a part of the group; that of the whole group
    where this is smaller still.
    """

    n: int
    mean: float
    sd: float
    low: float = -inf
    high: float = inf
    least_sd: float = 0.0

    @property
    def floor(self) -> float:
        """The least SD of a part of the group."""
        return min(self.least_sd, self.sd)

    def within(self, values: np.ndarray) -> np.ndarray:
        """Whether values lie within the limits, but for floating-point noise."""
        slack = FLOAT_NOISE * np.maximum(np.abs(values), self.sd)
        return (values >= self.low - slack) & (values <= self.high + slack)


@dataclass(frozen=True)
class Remaining:
    """What is left for every feasible assumption: arrays of one shape.

    `removed` is the mean of all members that leave, `unknown` of those whose values are not known.
    """

    n: int
    removed: np.ndarray
    unknown: np.ndarray
    mean: np.ndarray
    sd: np.ndarray

    def thinned(self) -> tuple[np.ndarray, ...]:
        """Return means, least and largest SDs and removed means, at no more than 64 means."""
        order = np.argsort(self.mean[0], kind="stable")
        places = np.linspace(0, len(order) - 1, min(len(order), _THINNED)).round().astype(int)
        chosen = order[np.unique(places)]
        sd = self.sd[:, chosen]
        return self.mean[0, chosen], sd.min(axis=0), sd.max(axis=0), self.removed[0, chosen]


def largest_sd(mean: np.ndarray, n: int, low: float, high: float) -> np.ndarray:
    """Return the largest SD of n values within limits, for means clipped into these."""
    if n < 2:
        return np.zeros_like(mean)
    return np.asarray(max_sd(np.clip(mean, low, high), n, low, high))


def without(group: Summary, values: list[float]) -> tuple[int, float, float]:
    """Return (n, mean, sd) of a group without members of these values.

    Raises:
        ValueError: In plain words, when such members cannot be in the group or cannot leave a
            possible group behind.
    """
    outside = [value for value in values if not group.within(np.array(value))]
    if outside:
        raise ValueError(
            f"{outside[0]:.4g} lies outside the limits {group.low:g} to {group.high:g}"
        )
    if group.n - len(values) < 2:
        raise ValueError(f"fewer than 2 of {group.n} members would remain")
    try:
        n, mean, sd = remove_members(group.n, group.mean, group.sd, values)
    except ValueError:
        raise ValueError(
            "members of these values would take up more than the whole sum of squares"
        ) from None
    if not group.within(np.array(mean)):
        raise ValueError(f"the remaining mean, {mean:.4g}, would lie outside the limits")
    bound = float(largest_sd(np.array(mean), n, group.low, group.high))
    if sd**2 > bound**2 + FLOAT_NOISE * group.sd**2:
        raise ValueError(
            f"the remaining SD, {sd:.4g}, would be above the largest possible, {bound:.4g}"
        )
    if sd**2 < group.floor**2 - FLOAT_NOISE * group.sd**2:
        raise ValueError(
            f"the remaining SD, {sd:.4g}, would be below the least sensible one, {group.floor:.4g}"
        )
    return n, mean, sd


def with_added(group: Summary, values: list[float]) -> tuple[int, float, float]:
    """Return (n, mean, sd) of a group together with members of these values.

    Raises:
        ValueError: In plain words, when a value or the group cannot be within the limits.
    """
    outside = [value for value in values if not group.within(np.array(value))]
    if outside:
        raise ValueError(
            f"{outside[0]:.4g} lies outside the limits {group.low:g} to {group.high:g}"
        )
    bound = float(largest_sd(np.array(group.mean), group.n, group.low, group.high))
    if group.sd**2 > bound**2 + FLOAT_NOISE * group.sd**2:
        raise ValueError(
            f"{group.n} members with this mean have an SD of at most {bound:.4g}, and not "
            f"{group.sd:.4g}"
        )
    return add_members(group.n, group.mean, group.sd, values)


def sweep(group: Summary, known: list[float], unknown: int, focus: list[float]) -> Remaining | None:
    """Return what is left for every feasible value of `unknown` members beside the `known` ones.

    Args:
        group: The summary that the members belong to.
        known: The values of members that are known.
        unknown: How many more leave.
        focus: Means of the unknown members that the grid is to hold exactly, where feasible.

    Returns:
        The feasible assumptions, SDs from the largest to the least for each mean; None when none
        is feasible.
    """
    k = len(known) + unknown
    if group.n - k < 2 or not np.all(group.within(np.array(known, dtype=float))):
        return None
    if unknown == 0:
        return left_at(group, known, 0, np.array([np.nan]))
    reach = np.array(feasible_values(group.n, group.mean, group.sd, k))
    ends = np.clip((k * reach - sum(known)) / unknown, group.low, group.high)
    corners = _corners(group, known, unknown)
    grid = np.unique(np.concatenate([np.linspace(*ends, _MEANS), np.array(focus), corners]))
    coarse = left_at(group, known, unknown, grid)
    if coarse is None:
        return None
    # Once more between the feasible ends, each widened by one step, to place these ends well.
    step = (ends[1] - ends[0]) / (_MEANS - 1)
    around = np.clip(
        [coarse.unknown.min() - step, coarse.unknown.max() + step], min(ends), max(ends)
    )
    edges = [np.linspace(e - step, e + step, _MEANS) for e in around]
    fine = np.unique(np.concatenate([grid, *edges]))
    return left_at(group, known, unknown, fine)


def _corners(group: Summary, known: list[float], unknown: int) -> np.ndarray:
    """Return the means of the unknown members at which they, or those who stay, are at the limits.

    Where the SD is near the largest possible, only these are feasible and a grid would miss them.
    """
    if not np.isfinite([group.low, group.high]).any():
        return np.array([])
    low = group.low if np.isfinite(group.low) else group.high
    high = group.high if np.isfinite(group.high) else group.low
    n = group.n - len(known) - unknown
    theirs = np.linspace(low, high, unknown + 1)
    stay = (group.n * group.mean - sum(known) - n * np.linspace(low, high, n + 1)) / unknown
    return np.concatenate([theirs, stay])


def left_at(group: Summary, known: list[float], unknown: int, grid: np.ndarray) -> Remaining | None:
    """Return what is left for each mean of the unknown members, and each spread among them."""
    k, n = len(known) + unknown, group.n - len(known) - unknown
    values = np.array(known, dtype=float)
    centre = (unknown * np.nan_to_num(grid) + values.sum()) / k
    among = ((values[:, None] - centre) ** 2).sum(axis=0)
    if unknown:
        among = among + unknown * (grid - centre) ** 2
    apart = centre - group.mean
    total = (group.n - 1) * group.sd**2
    room = total - among - group.n * k / n * apart**2
    left_mean = group.mean - k * apart / n
    # Those who stay keep at least the sum of squares of the least sensible SD.
    free = room - (n - 1) * group.floor**2
    possible = group.within(left_mean) & (free >= -FLOAT_NOISE * total)
    if unknown:
        possible &= group.within(grid)
    # The unknown members' own sum of squares: at most what the limits and the room allow, at least
    # what brings the remaining SD down to a possible one.
    most = np.zeros_like(room)
    if unknown > 1:
        own = largest_sd(grid, unknown, group.low, group.high)
        most = np.minimum(np.maximum(free, 0), (unknown - 1) * own**2)
    bound = largest_sd(left_mean, n, group.low, group.high)
    least = np.maximum(0, room - (n - 1) * bound**2)
    possible &= least <= most + FLOAT_NOISE * total
    if not possible.any():
        return None
    share = np.linspace(0, 1, _SPREADS)[:, None]
    spread = least + share * np.maximum(most - least, 0)
    sd = np.sqrt(np.maximum(room - spread, 0) / (n - 1))[:, possible]
    shape = sd.shape
    return Remaining(
        n=n,
        removed=np.broadcast_to(centre[possible], shape),
        unknown=np.broadcast_to(grid[possible], shape),
        mean=np.broadcast_to(left_mean[possible], shape),
        sd=sd,
    )
