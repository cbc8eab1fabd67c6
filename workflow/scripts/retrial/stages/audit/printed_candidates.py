"""The tests that could have given a printed p, with the range of p that each can give.

Each is run over all numbers that round to the printed ones, every correlation of the visits and
every reading of the error terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from math import isnan

import pandas as pd

from retrial.comparisons.selection import AS_LABELLED, in_version, versions_of
from retrial.stages.audit.printed_counts import count_candidates
from retrial.stages.interval_ends import BOTH, LOG, on_log_scale
from retrial.stats import attainable
from retrial.stats.attainable import Group
from retrial.stats.precision import known_interval
from retrial.stats.published import PublishedP, implied_interval
from retrial.stats.summaries import READINGS, sd_from_error
from retrial.study.models import Study

OTHER = "other"  # what a printed p compares, if neither the arms nor the visits of an arm
MIXED = "mixed"  # tables of different labels, each read in one of the other ways


@dataclass(frozen=True)
class Candidate:
    """One test of the numbers behind a printed p, with the range of p that it can give."""

    test: str
    contrast: str
    visit: float
    reading: str | None
    version: str
    n_1: int
    n_2: int | None
    p_low: float
    p_high: float
    rho_low: float | None = None
    rho_high: float | None = None
    same_patients: bool = True


def compares_other(row: pd.Series) -> bool:
    """Return whether a printed p is said to compare neither the arms nor the visits of an arm."""
    return pd.notna(row["compares"]) and row["compares"] == OTHER


def published_of(row: pd.Series) -> PublishedP:
    """Return what a row of `reported` prints: p with its comparator, or `ns`."""
    if row["comparator"] == "ns":
        return PublishedP("ns", None)
    decimals = row["value_decimals"]
    return PublishedP(
        row["comparator"] if pd.notna(row["comparator"]) else "=",
        float(row["value"]),
        None if isnan(decimals) else int(decimals),
    )


def allowed_p(published: PublishedP, alpha: float) -> tuple[float, float]:
    """Return the p that the statement allows; a p printed as equal may be rounded or cut off."""
    low, high = implied_interval(published, alpha)
    if published.comparator == "=" and published.decimals is not None:
        high = min(1.0, max(high, published.value + 10.0**-published.decimals))
    return low, high


# Tests over two visits or more of the same persons: these depend on their correlation.
REPEATED = frozenset(
    "paired_t repeated_anova change_student_t change_welch_t ancova average_student_t "
    "average_welch_t interaction".split()
)


def candidates_of(
    study: Study, reported: pd.DataFrame, row: pd.Series, alpha: float
) -> tuple[list[Candidate], str]:
    """Return the tests of the numbers behind a p; where there are none, the reason."""
    if compares_other(row):
        return [], "it compares something else than the arms or the visits of an arm"
    own = reported[reported["outcome"] == row["outcome"]]
    if pd.notna(row["version"]):
        # A p of one version of a contradiction is compared with the numbers of that version.
        axis = row["version"].split(":")[0]
        theirs = own["version"].fillna("")
        own = own[~theirs.str.startswith(f"{axis}:") | theirs.eq(row["version"])]
    if study.outcome(row["outcome"]).kind == "counts":
        counts = own[own["statistic"] == "count"]
        tests, reason = count_candidates(study, counts, row)
        return [Candidate(**test) for test in tests], reason
    means = own[own["statistic"].eq("mean") & own["arm"].notna()]
    known = means["error"].notna() | means["interval_scale"].eq(LOG).fillna(False)
    usable = means[known & means["n"].ge(2)]
    # A printed mean comes before the one that a figure shows of it.
    if means.empty:
        medians = own["statistic"].eq("median").any()
        return [], "only medians are printed: no mean, no SD" if medians else "no mean is printed"
    if usable.empty:
        return [], "the means are printed without an error term or without n"
    visits = usable["visit"].dropna().unique()
    if pd.isna(row["visit"]) and len(visits) and set(visits) != set(study.visits):
        return [], (
            "the p names no visit, and the means of some visits are not printed with an error term"
        )
    tests = list(_of_means(study, usable, row, alpha))
    if not tests:
        if pd.notna(row["arm"]) and row["visit"] == study.visits[0]:
            return [], "a p with an arm is about a change, and there is no visit before this one"
        where = "" if isnan(row["visit"]) else f" at visit {row['visit']:g}"
        what = "of both arms" if pd.isna(row["arm"]) else "of this arm at both visits"
        return [], f"the means {what}{where} are not printed with error terms"
    return tests, ""


def _of_means(
    study: Study, usable: pd.DataFrame, row: pd.Series, alpha: float
) -> Iterator[Candidate]:
    arms = [arm.id for arm in study.arms]
    if pd.notna(row["arm"]):
        arms = [row["arm"]]
    usable = usable[usable["arm"].isin(arms)]
    arms = [arm for arm in arms if usable["arm"].eq(arm).any()]
    if not arms:
        return
    for version in versions_of(usable):
        chosen = in_version(usable, version).drop_duplicates(["arm", "visit"])
        if chosen["interval_scale"].eq(LOG).any():
            # Geometric means are compared on the log scale, and with one another only.
            chosen = chosen[chosen["interval_scale"].isin([LOG, BOTH])]
            chosen = chosen.assign(interval_scale=LOG)
        for name, readings in _readings(chosen):
            cells = {
                (cell["arm"], cell["visit"]): _group(cell, reading)
                for (_, cell), reading in zip(chosen.iterrows(), readings, strict=True)
            }
            within = pd.notna(row["arm"])
            tests = _within if within else _between
            for test in tests(cells, arms, row["visit"]):
                rhos = (None, None)
                if test["test"] == "paired_t":
                    rhos = _rho(test.pop("cells"), row, alpha)
                yield Candidate(
                    reading=name, version=version, rho_low=rhos[0], rho_high=rhos[1], **test
                )


def _rho(cells: tuple[Group, Group], row: pd.Series, alpha: float) -> tuple:
    found = attainable.rho_of_paired(*cells, allowed_p(published_of(row), alpha))
    return found or (None, None)


def _readings(rows: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    """Yield (name, reading of each row): one for all, as labelled, and one for each table.

    An error term is labelled once for its scope, so the rows of a scope are read alike.
    """
    seen = set()
    for reading in READINGS:
        seen.add((reading,) * len(rows))
        yield reading, [reading] * len(rows)
    labels = list(rows["error_label"])
    if all(label in READINGS for label in labels):
        seen.add(tuple(labels))
        yield AS_LABELLED, labels
    scopes = list(rows["label_scope"].fillna(""))
    distinct = list(dict.fromkeys(scopes))
    if not 1 < len(distinct) <= 4:
        return
    for choice in product(READINGS, repeat=len(distinct)):
        mixed = tuple(choice[distinct.index(scope)] for scope in scopes)
        if mixed not in seen:
            seen.add(mixed)
            yield MIXED, list(mixed)


def _group(row: pd.Series, reading: str) -> Group:
    n = int(row["n"])
    mean, error = known_interval(row), known_interval(row, "error")
    if pd.notna(row["interval_scale"]) and row["interval_scale"] == LOG:
        mean, error = on_log_scale(row)
    sds = sd_from_error(max(error[0], 0.0), n, reading), sd_from_error(error[1], n, reading)
    return Group(mean, sds, n)


Cells = dict[tuple[str, float], Group]


def _test(test: str, contrast: str, visit: float, groups: list[Group], p: tuple, **rest) -> dict:
    return {
        "test": test,
        "contrast": contrast,
        "visit": visit,
        "n_1": groups[0].n,
        "n_2": groups[1].n if len(groups) > 1 else None,
        "p_low": p[0],
        "p_high": p[1],
        **rest,
    }


def _at(cells: Cells, arm: str, visit: float) -> Group | None:
    """Return the cell of an arm at a visit; a missing visit equals a missing one."""
    for (other, when), group in cells.items():
        if other == arm and (when == visit or (isnan(when) and isnan(visit))):
            return group
    return None


def _visits(cells: Cells, arm: str) -> list[float]:
    return sorted(visit for other, visit in cells if other == arm and not isnan(visit))


def _between(cells: Cells, arms: list[str], visit: float) -> Iterator[dict]:
    """Yield the tests of a p between the arms at a visit; without one, of any and of all."""
    visits = [visit] if not isnan(visit) else sorted({when for _, when in cells})
    for when in visits:
        here = {arm: cell for arm in arms if (cell := _at(cells, arm, when)) is not None}
        if len(here) > 2:
            groups = list(here.values())
            yield _test("anova", " v. ".join(here), when, groups, attainable.one_way(groups))
        for first, second in combinations(here, 2):
            pair, contrast = [here[first], here[second]], f"{first} - {second}"
            yield from _two_groups(pair, contrast, when, "")
            yield from _changes(cells, first, second, when)
    common = sorted(set.intersection(*(set(_visits(cells, arm)) for arm in arms)))
    if isnan(visit) and len(common) > 1:
        yield from _courses(cells, arms, common)


def _two_groups(pair: list[Group], contrast: str, when: float, what: str, **rest) -> Iterator[dict]:
    for test, equal_var in (("student_t", True), ("welch_t", False)):
        p = attainable.independent(*pair, equal_var)
        yield _test(what + test, contrast, when, pair, p, **rest)


def _changes(cells: Cells, first: str, second: str, when: float) -> Iterator[dict]:
    """Yield the tests of the two arms' changes from their first visit, and adjusted for it."""
    starts = [min(_visits(cells, arm), default=when) for arm in (first, second)]
    if isnan(when) or starts[0] != starts[1] or starts[0] >= when:
        return
    before = [_at(cells, arm, starts[0]) for arm in (first, second)]
    after = [_at(cells, arm, when) for arm in (first, second)]
    same = all(b.n == a.n for b, a in zip(before, after, strict=True))
    changes = [attainable.change(b, a) for b, a in zip(before, after, strict=True)]
    contrast = f"{first} - {second}"
    yield from _two_groups(changes, contrast, when, "change_", same_patients=same)
    p = attainable.ancova(before[0], after[0], before[1], after[1])
    yield _test("ancova", contrast, when, changes, p, same_patients=same)


def _courses(cells: Cells, arms: list[str], visits: list[float]) -> Iterator[dict]:
    """Yield the tests of all visits at once: the average of each person, and arm x visit."""
    courses = {arm: [_at(cells, arm, visit) for visit in visits] for arm in arms}
    same = all(len({group.n for group in course}) == 1 for course in courses.values())
    averages = {arm: attainable.average(course) for arm, course in courses.items()}
    for first, second in combinations(arms, 2):
        pair = [averages[first], averages[second]]
        contrast = f"{first} - {second}"
        yield from _two_groups(pair, contrast, float("nan"), "average_", same_patients=same)
    p = attainable.repeated(list(courses.values()))
    groups = list(averages.values())
    yield _test("interaction", " v. ".join(arms), float("nan"), groups, p, same_patients=same)
    p = attainable.one_way(groups)
    yield _test("anova_group", " v. ".join(arms), float("nan"), groups, p, same_patients=same)


def _within(cells: Cells, arms: list[str], visit: float) -> Iterator[dict]:
    """Yield the tests of the change within an arm: paired, as if unpaired, and over all visits."""
    arm = arms[0]
    visits = _visits(cells, arm)
    if len(visits) < 2:
        return
    before = _at(cells, arm, visits[0])
    for when in visits[1:] if isnan(visit) else [visit]:
        after = _at(cells, arm, when)
        if after is None or when == visits[0]:
            continue
        same = before.n == after.n
        contrast = f"{arm}: visit {when:g} - visit {visits[0]:g}"
        pair = [before, after]
        p = attainable.paired(*pair)
        yield _test("paired_t", contrast, when, pair, p, same_patients=same, cells=tuple(pair))
        # What papers print for a change is at times the test of two groups of persons.
        yield from _two_groups(pair, contrast, when, "unpaired_")
    if len(visits) > 2:
        course = [_at(cells, arm, when) for when in visits]
        same = len({group.n for group in course}) == 1
        p = attainable.repeated([course])
        yield _test("repeated_anova", f"{arm}: all visits", visit, course, p, same_patients=same)
