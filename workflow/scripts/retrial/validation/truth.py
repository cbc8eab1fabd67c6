"""Check truth.csv: the patients' own numbers, where a study knows them."""

from __future__ import annotations

from collections.abc import Iterator

from retrial.validation.columns import TRUTHS
from retrial.validation.names import Names
from retrial.validation.problem import Problem, one_of
from retrial.validation.rows import visits_allowed
from retrial.validation.sheet import Row, Sheet
from retrial.vocabulary.methods import MEANS_METHODS

KEYS = ("quantity", "outcome", "arm", "visit", "claim_id", "method")


def check_truth(truth: Sheet, names: Names) -> Iterator[Problem]:
    """Yield what is wrong within the rows of truth.csv."""
    seen: dict[tuple[str, ...], int] = {}
    for row in truth.rows:
        quantity = row.text("quantity")
        if quantity not in TRUTHS:
            continue
        yield from _named(truth, row, quantity)
        yield from _references(truth, row, names)
        yield from _value(truth, row, quantity)
        key = tuple(str(row.number(c)) if c == "visit" else row.text(c) for c in KEYS)
        if not row.bad & set(KEYS) and key in seen:
            told = f"each quantity of an arm or a test once; it stands in line {seen[key]} too"
            yield truth.problem(row, "quantity", told)
        seen.setdefault(key, row.line)


def _named(truth: Sheet, row: Row, quantity: str) -> Iterator[Problem]:
    """Yield what does not say whose number it is: an arm's, or that of a test."""
    if quantity != "p":
        if row.blank("arm"):
            yield truth.problem(row, "arm", f"an arm of study.yaml: a {quantity} belongs to one")
        for column in ("claim_id", "method"):
            if row.text(column):
                yield truth.problem(row, column, f"an empty cell: a {quantity} has no {column}")
        return
    if row.blank("method"):
        yield truth.problem(row, "method", "the test that the p is of, such as student_t")
    if row.blank("claim_id") and row.blank("arm"):
        yield truth.problem(row, "claim_id", "the claim that the test is for, or an arm")


def _references(truth: Sheet, row: Row, names: Names) -> Iterator[Problem]:
    for column, known, what in (
        ("outcome", names.outcomes, "an outcome of study.yaml"),
        ("arm", names.arms, "an arm of study.yaml"),
        ("claim_id", names.claims, "a claim of claims.yaml"),
        ("method", MEANS_METHODS, "a method for means"),
    ):
        found = row.text(column)
        if known is not None and found and found not in known:
            yield truth.problem(row, column, one_of(found, known, what))
    if names.kind(row.text("outcome")) == "counts":
        yield truth.problem(row, "outcome", "an outcome of kind 'continuous'")
    visit = row.number("visit")
    if names.visits is not None and visit is not None and visit not in names.visits:
        yield truth.problem(row, "visit", visits_allowed(names))


def _value(truth: Sheet, row: Row, quantity: str) -> Iterator[Problem]:
    value = row.number("value")
    if value is None:
        return
    if quantity == "n" and (value < 1 or value != int(value)):
        yield truth.problem(row, "value", "a whole number of patients, at least 1")
    if quantity in ("sd", "sem") and value < 0:
        yield truth.problem(row, "value", "0 or more")
    if quantity == "rho" and not -1 <= value <= 1:
        yield truth.problem(row, "value", "a correlation between -1 and 1")
    if quantity == "p" and not 0 <= value <= 1:
        yield truth.problem(row, "value", "a p between 0 and 1")
