"""Check the blocks of study.yaml: drop-outs, non-responders, natural remission, arms, visits."""

from __future__ import annotations

from collections.abc import Iterator

from retrial.study.estimand import CLOCKS, GROUPS, NO_SELECTION, NOT_STATED, OCCURRENCES
from retrial.validation.document import Document
from retrial.validation.names import Names, is_number
from retrial.validation.problem import Problem
from retrial.validation.rows import outside_bounds
from retrial.validation.sheet import Row, Sheet


def check_blocks(study: Document, folder_name: str, names: Names) -> Iterator[Problem]:
    """Yield what is wrong within study.yaml though each key by itself is allowed."""
    study_id = study.get("id")
    if isinstance(study_id, str) and study_id != folder_name:
        yield study.problem(("id",), f"the folder's name, {folder_name}; rename one of them")
    roles = [role for _, role in study.find("arms", "*", "role")]
    for role in ("treatment", "control"):
        if names.arms is not None and role not in roles:
            yield study.problem(("arms",), f"an arm whose role is {role}", "no such arm")
    yield from _labels_differ(study)
    yield from _visits_ascend(study)
    yield from _dropouts(study, names)
    members = study.get("nonresponders", "members")
    arm = study.get("nonresponders", "arm")
    size = names.arm_size(arm) if isinstance(arm, str) and arm else None
    if isinstance(members, list) and size is not None and len(members) > size:
        told = f"at most {size:g} members, the number randomized to arm '{arm}'"
        yield study.problem(("nonresponders", "members"), told, f"{len(members)} members")
    for path, known in study.find("nonresponders", "members", "*", "known", "*"):
        if isinstance(known, dict):
            told = outside_bounds(known.get("outcome"), known.get("value"), names)
            if told:
                yield study.problem((*path, "value"), told)
    yield from _natural_remission(study, names)


def _labels_differ(study: Document) -> Iterator[Problem]:
    """Yield labels used twice: in a table or a plot nobody could tell the two apart."""
    for block in ("arms", "outcomes"):
        seen: dict[str, int] = {}
        for path, label in study.find(block, "*", "label"):
            if not isinstance(label, str):
                continue
            if label.strip() in seen:
                told = f"another label than that in line {seen[label.strip()]}"
                yield study.problem(path, told)
            seen.setdefault(label.strip(), study.line(path))


def _visits_ascend(study: Document) -> Iterator[Problem]:
    visits = study.get("visits")
    if not isinstance(visits, list):
        return
    for place, visit in enumerate(visits):
        if is_number(visit) and visit < 0:
            told = "months (or another visit_unit) since treatment began, 0 or more"
            yield study.problem(("visits", place), told)
        earlier = visits[place - 1] if place else None
        if is_number(visit) and is_number(earlier) and visit <= earlier:
            told = f"visits in ascending order, each once: more than {earlier:g}"
            yield study.problem(("visits", place), told)


def _dropouts(study: Document, names: Names) -> Iterator[Problem]:
    gone: dict[str, float] = {}
    for path, dropout in study.find("dropouts", "*"):
        if not isinstance(dropout, dict):
            continue
        last, first = dropout.get("last_visit"), dropout.get("first_missing")
        if is_number(last) and is_number(first) and last >= first:
            told = f"a visit before first_missing ({first:g}): they were certainly in, then out"
            yield study.problem((*path, "last_visit"), told)
        arm, count = dropout.get("arm"), dropout.get("count")
        if not isinstance(arm, str) or not is_number(count):
            continue
        size = names.arm_size(arm) if arm else None
        gone[arm] = gone.get(arm, 0) + count
        if size is not None and gone[arm] > size:
            told = f"at most {size:g} drop-outs in all, the number randomized to arm '{arm}'"
            yield study.problem((*path, "count"), told)


def _natural_remission(study: Document, names: Names) -> Iterator[Problem]:
    duration = study.get("natural_remission", "duration_at_entry_months")
    place = ("natural_remission", "duration_at_entry_months")
    if isinstance(duration, list) and len(duration) == 2 and all(map(is_number, duration)):
        if duration[0] < 0:
            yield study.problem((*place, 0), "0 months or more")
        if duration[0] > duration[1]:
            yield study.problem((*place, 0), f"at most the second, {duration[1]:g}: [from, to]")
    for path, window in study.find("natural_remission", "other_windows_months", "*"):
        if is_number(window) and window <= 0:
            yield study.problem(path, "more than 0 months")
    for place, outcome in study.find("natural_remission", "events", "*", "outcome"):
        if names.kind(outcome) == "continuous":
            yield study.problem(place, "an outcome of kind 'counts'")


def check_evidence(evidence: Sheet) -> Iterator[Problem]:
    """Yield what is wrong within the rows of outside evidence."""
    seen: dict[str, int] = {}
    for row in evidence.rows:
        name = row.text("id")
        if name and name in seen:
            told = f"each id once; it stands in line {seen[name]} too"
            yield evidence.problem(row, "id", told)
        seen.setdefault(name, row.line)
        value, n, events = (row.number(c) for c in ("value", "n", "events"))
        proportion = row.text("value_type") == "proportion"
        yield from _estimand(evidence, row, proportion)
        if proportion and value is not None and not 0 <= value <= 1:
            yield evidence.problem(row, "value", "a proportion between 0 and 1: 0.12 for 12 %")
        if events is not None and row.blank("n"):
            yield evidence.problem(row, "n", "the number of whom the events were counted")
        if events is not None and n is not None and events > n:
            yield evidence.problem(row, "events", f"at most n, {n:g}")
        elif proportion and None not in (value, n, events):
            decimals = len(row.text("value").partition(".")[2])
            if abs(events - value * n) > 0.5 + 0.5 * n / 10**decimals + 1e-9:
                told = f"events that agree with the proportion: about {value * n:.0f} of {n:g}"
                yield evidence.problem(row, "events", told)
        low, high = row.number("spread_low"), row.number("spread_high")
        if low is not None and high is not None and low > high:
            yield evidence.problem(row, "spread_low", f"at most spread_high ({high:g})")


ESTIMAND = {
    "clock": f"what its months count from: {' or '.join(CLOCKS)}",
    "occurrence": f"how it is counted: {' or '.join(OCCURRENCES)}",
    "event": "a word for the definition of the event",
    "selection": f"who was included: {NO_SELECTION}, {NOT_STATED}, or names of selections",
    "group": f"where the patients come from: {', '.join(GROUPS)}",
}
WINDOWS = {"at time": "point", "cumulative to time": "cumulative", "ever": "cumulative"}


def _estimand(evidence: Sheet, row: Row, proportion: bool) -> Iterator[Problem]:
    """Yield what a proportion does not say of what it counts, and a window that contradicts it."""
    if row.text("value_type") == "mean" and row.blank("clock"):
        yield evidence.problem(row, "clock", f"{ESTIMAND['clock']}; every mean needs it")
    if not proportion:
        return
    for column, told in ESTIMAND.items():
        if row.blank(column):
            yield evidence.problem(row, column, f"{told}; every proportion needs it")
    window, occurrence = row.text("window"), row.text("occurrence")
    wanted = WINDOWS.get(window)
    if wanted and occurrence in OCCURRENCES and occurrence != wanted:
        yield evidence.problem(row, "occurrence", f"{wanted}, as the window is '{window}'")
