"""What may be assumed of the spread of means that nobody printed: SDs as intervals.

Later SDs are unknown. They lie between declared assumptions: as at baseline, bars as long as
those that the other arm prints, or anything from none to the largest that the limits allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite

from retrial.comparisons.selection import Mean, means_of
from retrial.stages.audit.spread import finite, limits, tightest
from retrial.stages.sensitivity.comparisons import printed_values
from retrial.stats.bounds import max_sd_over_mean
from retrial.stats.partial.effects import Interval
from retrial.stats.partial.trajectories import Cell, Trajectories
from retrial.stats.summaries import sd_from_error
from retrial.trial import Trial
from retrial.wording import READING_NAMES, number


@dataclass(frozen=True)
class Spread:
    """Assumed SDs and numbers of patients at the two ends of a comparison.

    `sds` and `ns` are (least, greatest) at each end; `nominal` the SDs as printed, before
    rounding, with the greatest n, where both are known; `means` the printed ones that they are of.
    """

    scenario: str
    reading: str | None
    sds: tuple[Interval, Interval]
    ns: tuple[Interval, Interval]
    nominal: tuple[float, float] | None
    words: str
    means: tuple[Mean, ...]
    admissible: bool = True


def spreads(
    trial: Trial,
    outcome: str,
    ends: tuple[Cell, Cell],
    version: str,
    readings: list[str],
    allowed: Trajectories | None = None,
) -> Iterator[Spread]:
    """Yield what may be assumed of the SDs at two (arm, visit).

    SDs as at baseline under admissible readings only; the one printed error term under each reading
    of it, marked where it is impossible: what a label would need is also an argument on the label.
    Without `allowed` the means are not bounded, and neither is an SD that nothing is printed of.
    """
    base = min(trial.study.visits)
    rows = [printed_values(trial, outcome, *end) for end in ends]
    known = [bool(len(found[found["error"].notna()])) for found in rows]
    read_at = [end if here else (end[0], base) for end, here in zip(ends, known, strict=True)]
    free = tuple(_largest(trial, outcome, end, allowed) for end in ends)
    for reading in readings:
        means = _means(trial, outcome, tuple(read_at), version, reading)
        if means is not None and all(mean.admissible for mean in means):
            yield _spread(trial, "as_baseline_sd", reading, ends, known, means)
        if sum(known) != 1:
            continue
        here = known.index(True)
        (mean,) = _means(trial, outcome, (read_at[here],), version, reading) or (None,)
        if mean is None:
            continue
        if ends[0][0] != ends[1][0]:
            yield _equal_bars(trial, reading, ends, here, mean)
        yield _any_sd(trial, reading, ends, free, (here, mean))
    if not any(known):
        yield _any_sd(trial, None, ends, free, None)


def _means(
    trial: Trial, outcome: str, ends: tuple[Cell, ...], version: str, reading: str
) -> list[Mean] | None:
    """Return the printed means at some (arm, visit); kept in the trial, as many ask for them."""
    key = ("means", outcome, ends, version, reading)
    if key not in trial.found:
        wanted = [(printed_values(trial, outcome, *end), end[0]) for end in ends]
        trial.found[key] = means_of(wanted, trial.summaries, version, reading)
    return trial.found[key]


def _sizes(trial: Trial, end: Cell, mean: Mean | None = None) -> Interval:
    """Return the least and greatest n at an (arm, visit): the printed one where it is known."""
    return (mean.n, mean.n) if mean is not None else trial.study.available(*end)


def _sds(mean: Mean, ns: Interval | None = None) -> Interval:
    """Return the SDs that a printed error term allows within its rounding, perhaps at other n."""
    low, high = (max(end, 0.0) for end in mean.error_interval)
    sizes = ns or (mean.n, mean.n)
    return (
        min(sd_from_error(low, n, mean.reading) for n in sizes),
        max(sd_from_error(high, n, mean.reading) for n in sizes),
    )


def _spread(
    trial: Trial,
    scenario: str,
    reading: str,
    ends: tuple[Cell, Cell],
    known: list[bool],
    means: list[Mean],
) -> Spread:
    own = [mean if here else None for mean, here in zip(means, known, strict=True)]
    told = " and ".join(f"{number(mean.sd)}{_otherwise(mean, reading)}" for mean in means)
    return Spread(
        scenario,
        reading,
        (_sds(means[0]), _sds(means[1])),
        (_sizes(trial, ends[0], own[0]), _sizes(trial, ends[1], own[1])),
        (means[0].sd, means[1].sd),
        f"With SDs as at baseline where none is printed, read as {READING_NAMES[reading]} ({told})",
        tuple(means),
    )


def _otherwise(mean: Mean, reading: str) -> str:
    return "" if mean.reading == reading else f", there as {READING_NAMES[mean.reading]}"


def _equal_bars(
    trial: Trial, reading: str, ends: tuple[Cell, Cell], here: int, mean: Mean
) -> Spread:
    there = _sizes(trial, ends[1 - here])
    sds, ns = (_sds(mean), _sds(mean, there)), ((mean.n, mean.n), there)
    nominal = mean.sd, sd_from_error(mean.error, there[1], reading)
    turn = slice(None, None, 1 if here == 0 else -1)
    return Spread(
        "equal_bars",
        reading,
        sds[turn],
        ns[turn],
        nominal[turn],
        f"With error bars as long as those printed, read as {_named(reading, mean)}",
        (mean,),
        mean.admissible,
    )


def _any_sd(
    trial: Trial,
    reading: str | None,
    ends: tuple[Cell, Cell],
    free: tuple[float, float],
    known: tuple[int, Mean] | None,
) -> Spread:
    sds: list[Interval] = [(0.0, free[0]), (0.0, free[1])]
    ns = [_sizes(trial, end) for end in ends]
    words = "With any SDs from 0 to the largest that the limits allow"
    if known is not None:
        here, mean = known
        sds[here], ns[here] = _sds(mean), (mean.n, mean.n)
        words = (
            f"With any SD from 0 to the largest that the limits allow where none is printed, and "
            f"the printed one read as {_named(reading, mean)} ({number(mean.sd)})"
        )
    return Spread(
        "any_sd",
        reading,
        (sds[0], sds[1]),
        (ns[0], ns[1]),
        None,
        words,
        (known[1],) if known else (),
        known is None or known[1].admissible,
    )


def _named(reading: str, mean: Mean) -> str:
    name = READING_NAMES[reading]
    return name if mean.admissible else f"{name}, which is inadmissible here,"


def _largest(trial: Trial, outcome: str, end: Cell, allowed: Trajectories | None) -> float:
    """Return the largest SD at an (arm, visit) over all means that are allowed there."""
    arm, visit = end
    low, high = tightest(limits(trial.study, outcome, visit), widest=True)
    means = allowed.bounds({end: 1.0}) if allowed is not None else None
    if means is None or not all(isfinite(mean) for mean in means):
        return inf
    if not isfinite(low) and not isfinite(high):
        return inf
    start, stop = max(means[0], low), min(means[1], high)
    sizes = {n for n in trial.study.available(arm, visit) if n >= 2}
    return max(
        (max_sd_over_mean(start, max(start, stop), n, finite(low), finite(high)) for n in sizes),
        default=inf,
    )
