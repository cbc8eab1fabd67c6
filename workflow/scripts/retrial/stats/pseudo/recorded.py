"""Pseudo-individuals recorded to some decimals whose mean and SD round to the printed ones.

In the manner of SPRITE (Heathers et al. 2018, doi 10.7287/peerj.preprints.26968v1), in whole
numbers: values are counted in units of their last decimal from the printed mean. The total S and
the sum of squares Q settle mean and SD, (n - 1) SD^2 = Q - S^2 / n, and Q is even when S is.
"""

import math
from fractions import Fraction

import numpy as np

from retrial.stats.bounds import max_sd
from retrial.stats.pseudo.samples import scaled_draws

# Pairs of values tried for one step, steps before a draw is begun anew, and how often that may be.
_PAIRS, _STEPS, _STARTS = 64, 300, 20
# So few values are looked up among all samples there are, while these are no more than so many:
# one pair of steps cannot lead from each to each, and parity alone does not settle that any exist.
_FEW, _MOST_SAMPLES = 4, 500_000
# Sums of squares of values beyond this many units are no longer exact in 64 bits.
_LARGEST = 10**8
# Tables of totals longer than this are cut to their middle.
_MOST_TOTALS = 100_000


def _box(printed: float, decimals: int) -> tuple[Fraction, Fraction]:
    """Return the interval of numbers that round to a printed one, a tie either way."""
    half = Fraction(1, 2 * 10**decimals)
    return Fraction(str(printed)) - half, Fraction(str(printed)) + half


def _unit_limits(low: float, high: float, origin: int, per_unit: int) -> tuple[float, float]:
    """Return the least and greatest value in whole units from the origin, or infinities."""
    least = low if np.isinf(low) else float(math.ceil(Fraction(str(low)) * per_unit) - origin)
    most = high if np.isinf(high) else float(math.floor(Fraction(str(high)) * per_unit) - origin)
    return least, most


def _square_sums(totals: np.ndarray, n: int, least: float, most: float) -> tuple:
    """Return the smallest and largest sum of squares of n whole numbers with these totals."""
    quotient, rest = totals // n, totals % n
    smallest = (n - rest) * quotient**2 + rest * (quotient + 1) ** 2
    if np.isinf(least) or np.isinf(most):
        means = np.clip(totals / n, least, most)
        largest = (n - 1) * max_sd(means, n, least, most) ** 2 + totals**2 / n
        return smallest, np.minimum(largest * (1 + 1e-12) + 0.5, 2.0**62)
    width = int(most - least)
    above = totals - n * int(least)
    top = np.minimum(above // width, n - 1) if width else np.zeros_like(totals)
    between = int(least) + above - top * width
    largest = top * int(most) ** 2 + (n - 1 - top) * int(least) ** 2 + between**2
    return smallest, largest


def _targets(n: int, mean_box, sd_box, origin: int, per_unit: int, least: float, most: float):
    """Return the totals S that can be, and the least and greatest Q of each (parity kept)."""
    first = math.ceil(mean_box[0] * per_unit * n) - n * origin
    last = math.floor(mean_box[1] * per_unit * n) - n * origin
    first = first if np.isinf(least) else max(first, n * int(least))
    last = last if np.isinf(most) else min(last, n * int(most))
    if first > last:
        raise ValueError(
            f"No data have these moments: no total of {n} recorded values within the limits "
            "rounds to the printed mean."
        )
    if last - first > _MOST_TOTALS:
        middle = (first + last) // 2
        first, last = middle - _MOST_TOTALS // 2, middle + _MOST_TOTALS // 2
    totals = np.arange(first, last + 1, dtype=np.int64)
    # n Q - S^2 = n (n - 1) SD^2 in units: whole numbers, so its limits may be rounded inwards.
    scale = n * (n - 1) * per_unit**2
    spread_low = math.ceil(max(sd_box[0], 0) ** 2 * scale)
    spread_high = math.floor(sd_box[1] ** 2 * scale)
    smallest, largest = _square_sums(totals, n, least, most)
    q_low = np.maximum(-((-(spread_low + totals**2)) // n), smallest)
    q_high = np.minimum((spread_high + totals**2) // n, np.floor(largest).astype(np.int64))
    q_low, q_high = q_low + (q_low - totals) % 2, q_high - (q_high - totals) % 2
    possible = q_low <= q_high
    if not possible.any():
        raise ValueError(
            f"No data have these moments: for no total of {n} recorded values within the limits "
            "that rounds to the printed mean can the SD round to the printed one."
        )
    return totals[possible], q_low[possible], q_high[possible]


def _with_totals(values, totals, least, most, rng) -> np.ndarray:
    """Return (rows, n) values moved by single units until each row has its total."""
    values = values.copy()
    while True:
        missing = totals - values.sum(axis=1)
        open_rows = np.flatnonzero(missing)
        if not len(open_rows):
            return values
        chosen, sign = values[open_rows], np.sign(missing[open_rows])[:, None]
        # As many values as units are missing, in random order, among those that can move.
        order = rng.random(chosen.shape)
        order[(chosen + sign < least) | (chosen + sign > most)] = 2
        rank = np.argsort(np.argsort(order, axis=1), axis=1)
        moves = (rank < abs(missing[open_rows])[:, None]) & (order < 2)
        values[open_rows] = chosen + sign * moves


def _step(values, q, q_low, q_high, least, most, rng) -> None:
    """Move, in place, one pair of each row apart or together so that Q nears its interval."""
    rows, n = values.shape
    up = rng.integers(n, size=(rows, _PAIRS))
    down = (up + rng.integers(1, n, size=up.shape)) % n
    row = np.arange(rows)[:, None]
    high, low = values[row, up], values[row, down]
    after = q[:, None] + 2 * (high - low + 1)  # (x + 1)^2 + (y - 1)^2 - x^2 - y^2
    distance = np.maximum(np.maximum(q_low[:, None] - after, after - q_high[:, None]), 0.0)
    distance[(high + 1 > most) | (low - 1 < least)] = np.inf
    best = np.argmin(distance, axis=1)
    here = np.maximum(np.maximum(q_low - q, q - q_high), 0)
    # Where no pair helps, a random one now and then leads out of the dead end.
    nearest = distance[row[:, 0], best]
    stuck = (nearest >= here) & (rng.random(rows) < 0.5)
    best = np.where(stuck & np.isfinite(distance[:, 0]), 0, best)
    moves = np.isfinite(distance[row[:, 0], best])
    at = row[moves, 0]
    values[at, up[at, best[moves]]] += 1
    values[at, down[at, best[moves]]] -= 1
    q[moves] = after[at, best[moves]]


def _found(values, q_low, q_high, least, most, rng) -> np.ndarray:
    """Change rows, in place, until Q lies within its interval; return which of them do."""
    q = (values**2).sum(axis=1)
    for _ in range(_STEPS):
        outside = np.flatnonzero((q < q_low) | (q > q_high))
        if not len(outside):
            break
        part, q_part = values[outside], q[outside]
        _step(part, q_part, q_low[outside], q_high[outside], least, most, rng)
        values[outside], q[outside] = part, q_part
    return (q >= q_low) & (q <= q_high)


def _last_pairs(first, total, q_low, q_high, least, most) -> np.ndarray:
    """Return all samples in order that begin with `first`, (m, n - 2), and have S and Q."""
    rest = total - first.sum(axis=1)
    squares = (first**2).sum(axis=1)
    # x + y = rest and x^2 + y^2 = Q' give (y - x)^2 = 2 Q' - rest^2, even when rest is.
    lowest = np.maximum(2 * (q_low - squares) - rest**2, 0)
    highest = 2 * (q_high - squares) - rest**2
    gap = np.ceil(np.sqrt(lowest)).astype(np.int64)
    gap = gap + (gap - rest) % 2
    begin = first[:, -1] if first.shape[1] else np.full(len(first), np.iinfo(np.int64).min)
    found, count = [], 0
    while (open_ := gap**2 <= highest).any() and count <= _MOST_SAMPLES:
        x, y = (rest - gap) // 2, (rest + gap) // 2
        keep = open_ & (x >= np.maximum(begin, least)) & (y <= most)
        found.append(np.column_stack([first[keep], x[keep], y[keep]]))
        count += len(found[-1])
        gap = gap + 2
    return np.concatenate(found) if found else np.empty((0, first.shape[1] + 2), dtype=np.int64)


def _all_samples(n: int, targets, least: float, most: float) -> np.ndarray | None:
    """Return all samples (in order) that meet a target, or None where they are too many."""
    found, count = [], 0
    for total, q_low, q_high in zip(*targets, strict=True):
        # No value is further from the mean than sqrt(SS (n - 1) / n) (Samuelson 1968).
        reach = math.sqrt(max(q_high - total * total / n, 0) * (n - 1) / n)
        low = int(max(least, math.floor(total / n - reach)))
        high = int(min(most, math.ceil(total / n + reach)))
        count += (high - low + 1) ** (n - 2)
        if count > _MOST_SAMPLES:
            return None
        axes = np.meshgrid(*[np.arange(low, high + 1)] * (n - 2), indexing="ij")
        first = np.stack(axes, axis=-1).reshape(-1, n - 2) if n > 2 else np.empty((1, 0), int)
        first = first[(np.diff(first, axis=1) >= 0).all(axis=1)]
        found.append(_last_pairs(first, total, q_low, q_high, least, most))
        count += len(found[-1])
    return np.concatenate(found) if count <= _MOST_SAMPLES else None


def _nearest(drawn: np.ndarray, samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return for each drawn row the nearest of up to _PAIRS random samples, in random order."""
    tried = samples[rng.integers(len(samples), size=(len(drawn), _PAIRS))]
    distance = ((tried - np.sort(drawn, axis=1)[:, None]) ** 2).sum(axis=2)
    return rng.permuted(tried[np.arange(len(drawn)), distance.argmin(axis=1)], axis=1)


def _rounded(n, targets, shape, least, most, size, rng) -> tuple[np.ndarray, tuple]:
    """Draw samples for random targets and round them; return them and their targets."""
    which = rng.integers(len(targets[0]), size=size)
    totals, q_low, q_high = (column[which] for column in targets)
    q = q_low + rng.random(size) * (q_high - q_low)
    mean = totals / n
    sd = np.sqrt(np.maximum(q - totals * mean, 0) / (n - 1))
    drawn = scaled_draws(n, mean, sd, shape, least, most, rng)
    return np.clip(np.rint(drawn), least, most).astype(np.int64), (totals, q_low, q_high)


def _stepped(n, targets, shape, least, most, size, rng) -> np.ndarray:
    """Return (found, n) rounded draws that steps of pairs led to their targets, up to size."""
    values = np.empty((size, n), dtype=np.int64)
    missing = np.arange(size)
    for _ in range(_STARTS):
        drawn, (totals, q_low, q_high) = _rounded(n, targets, shape, least, most, len(missing), rng)
        drawn = _with_totals(drawn, totals, least, most, rng)
        found = _found(drawn, q_low, q_high, least, most, rng)
        values[missing[found]] = drawn[found]
        missing = missing[~found]
        if not len(missing):
            break
    return np.delete(values, missing, axis=0)


def recorded_draws(
    n: int,
    mean: float,
    sd: float,
    places: tuple[int, int | None, int | None],
    shape: str,
    low: float,
    high: float,
    size: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return (size, n) values of some decimals whose mean and SD round to the printed ones.

    Args:
        n: Group size.
        mean: Printed mean, in the unit of the outcome.
        sd: Printed SD.
        places: Decimals of the values, of the printed mean and of the printed SD.
        shape: One of `retrial.pseudo.SHAPES`; rounding changes it by up to a unit a value.
        low: Least possible value, or -inf.
        high: Greatest possible value, or inf.
        size: How many samples.
        rng: Source of random numbers.

    Raises:
        ValueError: If no such values exist, or none were found (the message says which).
    """
    if None in places or any(place != int(place) or place < 0 for place in places):
        raise ValueError(
            "decimals, mean_decimals and sd_decimals must all be given as whole numbers from 0, "
            f"found {places}."
        )
    if not np.isfinite(mean) or not np.isfinite(sd) or sd < 0:
        raise ValueError(f"Mean and SD must be finite, the SD not negative: {mean!r}, {sd!r}.")
    per_unit = 10 ** int(places[0])
    origin = round(Fraction(str(mean)) * per_unit)
    least, most = _unit_limits(low, high, origin, per_unit)
    if least > most:
        raise ValueError(f"No value of {places[0]} decimals lies within {low:g} to {high:g}.")
    if max(n * sd * per_unit, *(abs(x) for x in (least, most) if np.isfinite(x)), 0) > _LARGEST:
        raise ValueError(f"The values span too many units of {places[0]} decimals to be counted.")
    boxes = _box(mean, int(places[1])), _box(sd, int(places[2]))
    targets = _targets(n, *boxes, origin, per_unit, least, most)
    samples = _all_samples(n, targets, least, most) if n <= _FEW else None
    if samples is None:
        values = _stepped(n, targets, shape, least, most, size, rng)
    elif len(samples):
        values = _nearest(_rounded(n, targets, shape, least, most, size, rng)[0], samples, rng)
    else:
        raise ValueError(
            f"No data have these moments: no {n} recorded values within the limits have a mean "
            f"that rounds to {mean:g} and an SD that rounds to {sd:g}."
        )
    if len(values) < size:
        raise ValueError(
            f"For {size - len(values)} of {size} draws no {n} recorded values were found that "
            f"round to the mean {mean:g} and the SD {sd:g}; there may be none."
        )
    return (values + origin) / per_unit
