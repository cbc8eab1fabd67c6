"""What a number of events counts: its clock, occurrence, definition and selection.

A study's event and a row of outside evidence declare the same words. They count the same event only
if all of these agree; else each difference is named with its direction: `trial` where it makes the
trial's events more frequent beside those outside (it flatters the trial), `comparison` where it
makes the outside ones more frequent (it flatters the comparison), `unknown` where nobody says.

Natural remission is taken to wane with time after its peak: earlier, more patients are in it, and
fewer have ever been.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from retrial.study.remission import CLOCKS, OCCURRENCES, NaturalRemission, RemissionEvent

Favours = Literal["trial", "comparison", "unknown"]
FLATTERS: dict[str, str] = {
    "trial": "flatters the trial",
    "comparison": "flatters the comparison, so it is conservative against the authors",
    "unknown": "direction not known",
}
# The same of the trial's own control arm beside natural history.
EXPECTED: dict[str, str] = {
    "trial": "more events are expected here",
    "comparison": "more events are expected there",
    "unknown": "direction not known",
}
# Where the patients outside come from, the most comparable first.
GROUPS = ("placebo_arm", "control_arm", "cohort")
GROUP_WORDS = {
    "placebo_arm": "placebo arm of a randomized trial",
    "control_arm": "control arm of a randomized trial",
    "cohort": "cohort or arm that was not randomized",
}
NO_SELECTION, NOT_STATED = "none", "not_stated"
TIMED = ("at time", "cumulative to time")


@dataclass(frozen=True)
class Difference:
    """One way in which an outside number counts something else, whom it favours, and why."""

    part: Literal["clock", "time", "occurrence", "event", "selection"]
    favours: Favours
    words: str


def differences(
    remission: NaturalRemission, event: RemissionEvent, visit: float, outside: pd.Series
) -> list[Difference]:
    """Return how a row of evidence differs from a study's event; none if it counts the same.

    Args:
        remission: The study's block on natural remission.
        event: One of its events.
        visit: The visit at which it is counted, months since treatment began.
        outside: A proportion, columns of `evidence`.
    """
    return [
        *_times(remission, event, visit, outside),
        *_occurrences(event, outside),
        *_definitions(event, outside),
        *_selections(remission, event, outside),
    ]


def codes(found: list[Difference]) -> str | None:
    """Return differences as `occurrence:comparison;event:trial`; None where there is none."""
    return ";".join(f"{one.part}:{one.favours}" for one in found) or None


def in_sentences(
    found: list[Difference], comparable: bool, directions: Mapping[str, str] = FLATTERS
) -> str:
    """Say whether an outside number counts the same event, and if not, how it differs.

    Args:
        found: The differences.
        comparable: Whether the study names this row as near.
        directions: Words for whom a difference favours: `FLATTERS` or `EXPECTED`.
    """
    shown = "" if comparable else " Shown only: the study does not name it as near."
    if not found:
        return f"Counts the same event.{shown}"
    parts = ". ".join(f"{d.part.capitalize()}: {d.words} ({directions[d.favours]})" for d in found)
    return f"Not the same event. {parts}.{shown}"


def in_short(found: str | None) -> str:
    """Return `codes` in words: `flatters the comparison: occurrence; flatters the trial: event`."""
    if not found:
        return "the same event"
    by: dict[str, list[str]] = {}
    for one in found.split(";"):
        part, _, favours = one.partition(":")
        by.setdefault(favours, []).append(part)
    words = {"trial": "flatters the trial", "comparison": "flatters the comparison"}
    return "; ".join(
        f"{words.get(favours, FLATTERS['unknown'])}: {', '.join(parts)}"
        for favours, parts in by.items()
    )


def most_comparable_first(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return evidence with the arms of randomized trials first, else in its own order."""
    rank = {group: place for place, group in enumerate(GROUPS)}
    order = evidence["group"].map(rank).astype(float).fillna(len(GROUPS))
    return evidence.loc[order.sort_values(kind="stable").index]


def _spoken(code: object) -> str:
    return str(code).replace("_", " ")


def _given(outside: pd.Series, name: str) -> str | None:
    return str(outside[name]) if pd.notna(outside[name]) else None


def _times(
    remission: NaturalRemission, event: RemissionEvent, visit: float, outside: pd.Series
) -> Iterator[Difference]:
    clock, month = _given(outside, "clock"), outside["time_months"]
    if _given(outside, "window") not in TIMED or pd.isna(month):
        if event.occurrence == "cumulative":
            words = f"the whole follow-up there, to month {visit:g} here"
            yield Difference("time", "comparison", words)
        return
    if clock not in CLOCKS:
        yield Difference("clock", "unknown", "not stated there")
        return
    low, high = remission.months_at(visit, clock)
    here = f"month {visit:g} from entry here"
    if clock == "diagnosis":
        here = f"{here}, which is month {low:g} to {high:g} from diagnosis"
    if low == month == high:
        return
    favours, because = "unknown", "the time may be the same"
    if month < low or month > high:
        sooner, point = month < low, outside["occurrence"] == "point"
        favours = "comparison" if sooner == point else "trial"
        many = "more" if sooner == point else "fewer"
        because = f"{many} are in remission then" if point else f"{many} have been in it by then"
    part = "time" if clock == event.clock else "clock"
    yield Difference(part, favours, f"month {month:g} from {clock} there, {here}: {because}")


def _occurrences(event: RemissionEvent, outside: pd.Series) -> Iterator[Difference]:
    there = _given(outside, "occurrence")
    if there == event.occurrence:
        return
    if there not in OCCURRENCES:
        yield Difference("occurrence", "unknown", "not stated there")
    elif there == "cumulative":
        words = "cumulative there, an upper bound on the prevalence that is counted here"
        yield Difference("occurrence", "comparison", words)
    else:
        yield Difference("occurrence", "trial", "at one time there, cumulative here")


def _definitions(event: RemissionEvent, outside: pd.Series) -> Iterator[Difference]:
    there = _given(outside, "event")
    if there == event.event:
        return
    words = f"{_spoken(there or 'not stated')} there, {_spoken(event.event)} here"
    for others, favours in ((event.wider, "comparison"), (event.narrower, "trial")):
        for other in others:
            if other.event == there:
                yield Difference("event", favours, f"{words}: {other.because}")
                return
    yield Difference("event", "unknown", words)


def _selections(
    remission: NaturalRemission, event: RemissionEvent, outside: pd.Series
) -> Iterator[Difference]:
    there = set((_given(outside, "selection") or NOT_STATED).split("+"))
    known = {one.id: one for one in remission.selections}
    for name in event.selection:
        if name in there:
            continue
        rule = known[name]
        favours = {"more": "trial", "fewer": "comparison"}.get(rule.effect, "unknown")
        stated = "not stated there" if NOT_STATED in there else "not there"
        words = f"{rule.describes} here, {stated}: {rule.because}"
        yield Difference("selection", favours, words)
    for name in sorted(there - set(event.selection) - {NO_SELECTION, NOT_STATED}):
        if name in known:
            rule = known[name]
            favours = {"more": "comparison", "fewer": "trial"}.get(rule.effect, "unknown")
            words = f"{rule.describes} there, not here: {rule.because}"
            yield Difference("selection", favours, words)
        else:
            yield Difference("selection", "unknown", f"{_spoken(name)} there, not here")
    if NOT_STATED in there and not event.selection:
        yield Difference("selection", "unknown", "not stated there, none here")
