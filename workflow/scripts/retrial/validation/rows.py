"""Check the typed rows against each other and against study.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from retrial.validation.names import Names, is_number
from retrial.validation.problem import Problem, one_of
from retrial.validation.sheet import Row, Sheet


def check_rows(reported: Sheet | None, counts: Sheet | None, names: Names) -> Iterator[Problem]:
    """Yield the problems of both tables' rows."""
    seen: dict[str, tuple[str, int]] = {}
    for sheet in (reported, counts):
        if sheet is None:
            continue
        yield from _unique_ids(sheet, seen)
        yield from _references(sheet, names)
        yield from _alternatives(sheet)
        yield from _printed_twice(sheet)
    if reported is not None:
        for row in reported.rows:
            yield from _reported_row(reported, row, names)
        yield from _minimum_above_maximum(reported)
        yield from _one_label_a_scope(reported)
    if counts is not None:
        for row in counts.rows:
            yield from _counts_row(counts, row, names)
        yield from _totals(counts)


def _unique_ids(sheet: Sheet, seen: dict[str, tuple[str, int]]) -> Iterator[Problem]:
    for row in sheet.rows:
        name = row.text("row_id")
        if name in seen:
            file, line = seen[name]
            yield sheet.problem(
                row, "row_id", f"each row_id once; it stands in {file}, line {line}, too"
            )
        elif name:
            seen[name] = (sheet.name, row.line)


def _references(sheet: Sheet, names: Names) -> Iterator[Problem]:
    for row in sheet.rows:
        for column, known in (("outcome", names.outcomes), ("arm", names.arms)):
            if known is not None and row.text(column) and row.text(column) not in known:
                told = one_of(row.text(column), known)
                yield sheet.problem(row, column, f"an {column} of study.yaml: {told}")
        visit = row.number("visit")
        if names.visits is not None and visit is not None and visit not in names.visits:
            yield sheet.problem(row, "visit", visits_allowed(names))
        axis, _, choice = row.text("version").partition(":")
        if not axis or names.contradictions is None:
            continue
        if axis not in names.contradictions:
            told = one_of(axis, names.contradictions, "a contradiction of study.yaml")
            yield sheet.problem(row, "version", told)
            continue
        versions = names.contradictions[axis].get("versions")
        if isinstance(versions, dict) and choice not in versions:
            told = one_of(choice, versions, f"a version of '{axis}' in study.yaml")
            yield sheet.problem(row, "version", told)


def visits_allowed(names: Names) -> str:
    """Return which visits there are, for a message."""
    visits = ", ".join(f"{visit:g}" for visit in sorted(names.visits or ()))
    return f"a visit of study.yaml: {visits}"


def _subject(row: Row) -> tuple[str, ...]:
    """Return what a row is about; two rows about the same thing are two versions of it."""
    visit = row.number("visit")
    about = [row.text(c) for c in ("outcome", "category", "arm", "statistic", "population")]
    return (*about, "" if visit is None else repr(visit))


def _alternatives(sheet: Sheet) -> Iterator[Problem]:
    by_name = {row.text("row_id"): row for row in sheet.rows if row.text("row_id")}
    for row in sheet.rows:
        original = row.text("alternative_of")
        if not original:
            continue
        if original == row.text("row_id"):
            yield sheet.problem(row, "alternative_of", "another row than the row itself")
            continue
        other = by_name.get(original)
        if other is None:
            if sheet.complete:
                told = one_of(original, [n for n in by_name if n != row.name])
                yield sheet.problem(row, "alternative_of", f"a row_id of this file: {told}")
            continue
        if other.text("alternative_of"):
            told = "a row that is no alternative itself: name the first of them"
            yield sheet.problem(row, "alternative_of", told)
        keys = {"outcome", "category", "arm", "statistic", "visit", "population"}
        if not (row.bad | other.bad) & keys and _subject(row) != _subject(other):
            told = "a row for the same outcome, category, arm, visit, statistic and population"
            yield sheet.problem(row, "alternative_of", told)
        yield from _versions_differ(sheet, row, other)


def _versions_differ(sheet: Sheet, row: Row, other: Row) -> Iterator[Problem]:
    for each in (row, other):
        if each.blank("version"):
            told = f"contradiction:choice, because '{row.name}' is an alternative of '{other.name}'"
            yield sheet.problem(each, "version", told)
    mine, theirs = row.text("version"), other.text("version")
    if mine and theirs and (mine == theirs or mine.split(":")[0] != theirs.split(":")[0]):
        told = f"another choice of the contradiction that '{other.name}' belongs to ({theirs})"
        yield sheet.problem(row, "version", told)


def _printed_twice(sheet: Sheet) -> Iterator[Problem]:
    """Two values for one thing in one version: a run would silently take the first."""
    seen: dict[tuple[str, ...], Row] = {}
    key_columns = {"outcome", "category", "arm", "statistic", "visit", "version", "row_id"}
    key_columns |= {"population"}
    for row in sheet.rows:
        if row.bad & key_columns or row.text("statistic") == "p" or row.blank("outcome"):
            continue
        key = (*_subject(row), row.text("version"))
        first = seen.setdefault(key, row)
        if first is not row and first.text("row_id") != row.text("row_id"):
            told = (
                f"one row for each outcome, arm, visit, statistic and population: "
                f"'{first.name}' (line "
                f"{first.line}) is about the same; if the paper prints both, give each a version "
                "and tie them by alternative_of"
            )
            yield sheet.problem(row, "row_id", told)


def _reported_row(sheet: Sheet, row: Row, names: Names) -> Iterator[Problem]:
    statistic, value = row.text("statistic"), row.number("value")
    about_values = statistic in ("mean", "median", "minimum", "maximum")
    if about_values and names.kind(row.text("outcome")) == "counts":
        told = "an outcome of kind 'continuous'; counts go into counts.csv"
        yield sheet.problem(row, "outcome", told)
    if statistic == "p" and row.blank("comparator"):
        told = "<, <=, =, >= or > before a printed p, or ns for a printed 'not significant'"
        yield sheet.problem(row, "comparator", told)
    if row.text("comparator") == "ns" and value is not None:
        yield sheet.problem(row, "value", "an empty cell: 'not significant' has no number")
    if (
        statistic == "p"
        and row.text("category")
        and names.kind(row.text("outcome")) == "continuous"
    ):
        told = (
            "an empty cell: only a p about counts has a category; a p of a subgroup has other in "
            "the column compares"
        )
        yield sheet.problem(row, "category", told)
    if statistic != "p" and row.text("compares"):
        yield sheet.problem(row, "compares", "an empty cell: only a printed p compares")
    if statistic != "p" and row.text("category"):
        yield sheet.problem(row, "category", "an empty cell: only a p about counts has a category")
    if statistic and statistic != "p" and row.text("comparator"):
        yield sheet.problem(row, "comparator", "an empty cell: only a printed p has one")
    if value is not None and statistic in ("p", "proportion"):
        most = 100 if statistic == "proportion" and row.text("unit") == "%" else 1
        if not 0 <= value <= most:
            yield sheet.problem(row, "value", f"a {statistic} between 0 and {most}")
        elif statistic == "p" and (row.text("comparator"), value) in (("<", 0), (">", 1)):
            told = "a p that can be: none is below 0 or above 1; if it is printed so, p <= or >="
            yield sheet.problem(row, "value", told)
    if about_values:
        yield from _within_bounds(sheet, row, "value", value, names)
        yield from _unit(sheet, row, names)
    yield from _error_term(sheet, row)
    size, n = names.arm_size(row.text("arm")), row.number("n")
    if size is not None and n is not None and n > size and "arm" not in row.bad:
        whom = f"arm '{row.text('arm')}'" if row.text("arm") else "the arms together"
        yield sheet.problem(row, "n", f"at most {size:g}, the number randomized to {whom}")


def _within_bounds(
    sheet: Sheet, row: Row, column: str, value: float | None, names: Names
) -> Iterator[Problem]:
    told = outside_bounds(row.text("outcome"), value, names)
    if told:
        yield sheet.problem(row, column, told)


def outside_bounds(outcome: object, value: object, names: Names) -> str:
    """Return what the natural bounds of an outcome allow, if a value breaks them."""
    known = (names.outcomes or {}).get(outcome, {}) if isinstance(outcome, str) else {}
    bounds = known.get("natural_bounds")
    if not isinstance(bounds, dict) or not is_number(value):
        return ""
    lower, upper = bounds.get("lower"), bounds.get("upper")
    if is_number(lower) and value < lower:
        return f"at least {lower}, the natural bound of '{outcome}' in study.yaml"
    if is_number(upper) and value > upper:
        return f"at most {upper}, the natural bound of '{outcome}' in study.yaml"
    return ""


def _unit(sheet: Sheet, row: Row, names: Names) -> Iterator[Problem]:
    unit = (names.outcomes or {}).get(row.text("outcome"), {}).get("unit")
    if isinstance(unit, str) and row.text("unit") and row.text("unit") != unit.strip():
        told = f"the outcome's unit, {unit}: nothing converts units; or leave the cell empty"
        yield sheet.problem(row, "unit", told)


def _error_term(sheet: Sheet, row: Row) -> Iterator[Problem]:
    label, low, high = row.text("error_label"), row.number("error_low"), row.number("error_high")
    printed = [c for c in ("error", "error_low", "error_high") if not row.blank(c)]
    if label == "none" and printed:
        told = "sem, sd, ci95, iqr or range, as the paper labels it: an error is printed"
        yield sheet.problem(row, "error_label", told)
    if label and label != "none" and not printed:
        told = f"the printed error (or its ends); or error_label none, if there is no {label}"
        yield sheet.problem(row, "error", told)
    for one, other in (("error_low", "error_high"), ("error_high", "error_low")):
        if row.blank(one) and other in printed:
            yield sheet.problem(row, one, f"the other end of the interval, beside {other}")
    if low is not None and high is not None and low > high:
        yield sheet.problem(row, "error_low", f"at most error_high ({row.text('error_high')})")
    if not printed:
        return
    if row.blank("label_scope"):
        told = "the table or figure that shares the error's label, such as table1"
        yield sheet.problem(row, "label_scope", told)
    if row.text("statistic") == "mean" and row.blank("n"):
        yield sheet.problem(row, "n", "the number of patients behind a mean that has an error")


def _minimum_above_maximum(sheet: Sheet) -> Iterator[Problem]:
    tops = {_subject(row): row for row in sheet.rows if row.text("statistic") == "maximum"}
    for row in sheet.rows:
        if row.text("statistic") != "minimum":
            continue
        outcome, category, arm, _, population, visit = _subject(row)
        top = tops.get((outcome, category, arm, "maximum", population, visit))
        low, high = row.number("value"), top.number("value") if top else None
        if low is not None and high is not None and low > high:
            told = f"at most the maximum, {top.text('value')} (row '{top.name}', line {top.line})"
            yield sheet.problem(row, "value", told)


def _one_label_a_scope(sheet: Sheet) -> Iterator[Problem]:
    scopes: dict[str, list[Row]] = {}
    for row in sheet.rows:
        if row.text("label_scope") and row.text("error_label") in ("sd", "sem", "ci95"):
            scopes.setdefault(row.text("label_scope"), []).append(row)
    for rows in scopes.values():
        labels = [row.text("error_label") for row in rows]
        usual = max(dict.fromkeys(labels), key=labels.count)
        example = rows[labels.index(usual)]
        for row, label in zip(rows, labels, strict=True):
            if label != usual:
                told = (
                    f"{usual}, as in row '{example.name}' (line {example.line}): rows of one "
                    "label_scope share a label; or give this row a scope of its own"
                )
                yield sheet.problem(row, "error_label", told)


def _counts_row(sheet: Sheet, row: Row, names: Names) -> Iterator[Problem]:
    count, total, remaining = (row.number(c) for c in ("count", "total", "remaining"))
    if names.kind(row.text("outcome")) == "continuous":
        yield sheet.problem(row, "outcome", "an outcome of kind 'counts'")
    if count is not None and total is not None and count > total:
        yield sheet.problem(row, "count", f"at most the total, {total:g}")
    if remaining is not None and total is not None and remaining > total:
        yield sheet.problem(row, "remaining", f"at most the total, {total:g}")
    if remaining is not None and count is not None and count > remaining:
        yield sheet.problem(row, "remaining", f"at least the count, {count:g}")
    size = names.arm_size(row.text("arm")) if row.text("arm") else None
    if size is not None and count is not None and count > size:
        told = f"at most {size:g}, the number randomized to arm '{row.text('arm')}'"
        yield sheet.problem(row, "count", told)
    if row.text("tally") and row.blank("exhaustive"):
        told = "yes (the tally's rows must add up to the total) or no"
        yield sheet.problem(row, "exhaustive", told)
    if row.text("exhaustive") and row.blank("tally"):
        yield sheet.problem(row, "tally", "a name shared by the rows that add up, or no exhaustive")


def _totals(sheet: Sheet) -> Iterator[Problem]:
    known = {row.text("row_id") for row in sheet.rows if row.text("row_id")}
    for row in sheet.rows:
        total_row = row.text("total_row")
        if total_row and total_row == row.text("row_id"):
            yield sheet.problem(row, "total_row", "another row than the row itself")
        elif total_row and total_row not in known and sheet.complete:
            yield sheet.problem(
                row, "total_row", f"a row_id of this file: {one_of(total_row, known)}"
            )


def check_versions_used(study, reported: Sheet | None, counts: Sheet | None) -> Iterator[Problem]:
    """Yield the choices of a contradiction that no row belongs to: they would never be tried."""
    sheets = [sheet for sheet in (reported, counts) if sheet is not None and sheet.complete]
    if study is None or len(sheets) < 2:
        return
    used = {row.cells.get("version", "") for sheet in sheets for row in sheet.rows}
    for path, contradiction in study.find("contradictions", "*"):
        if not isinstance(contradiction, dict) or not isinstance(contradiction.get("id"), str):
            continue
        versions, axis = contradiction.get("versions"), contradiction["id"]
        if not isinstance(versions, dict):
            continue
        unused = [choice for choice in versions if f"{axis}:{choice}" not in used]
        if versions and len(unused) == len(versions):
            told = f"rows whose version is {axis}:{unused[0]} and so on; no row has one"
            yield study.problem((*path, "id"), told)
        else:
            for choice in unused:
                told = f"at least one row whose version is {axis}:{choice}"
                yield study.problem((*path, "versions", choice), told, choice)
