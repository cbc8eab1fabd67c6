"""Check that a quote contains the number that it is for, as text.

A quote that does not is of another place, or the number was misread. It is the one check that a
person cannot make at a glance over two hundred rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrial.validation.document import Document
from retrial.validation.problem import Problem
from retrial.validation.sheet import Row, Sheet

WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
ALSO = {
    0: "no none not nobody neither nil without zero never".split(),
    1: "a an once single another".split(),
    2: "both twice".split(),
}
# The blocks of study.yaml whose numbers are printed as such, and under which keys.
FACTS = {
    "nonresponders.members.*.known.*": ("value",),
    "design.*": ("value", "low", "high"),
}
INTERVALS = ("ci95", "iqr", "range")  # their `error` may be half of a printed width


def check_quotes(reported: Sheet | None, counts: Sheet | None, no_quote: str) -> Iterator[Problem]:
    """Yield the rows whose quote does not hold their number; not where it is no quote at all."""
    for row in reported.rows if reported is not None else ():
        if no_quote not in row.text("quote"):
            yield from _reported_row(reported, row)
    for row in counts.rows if counts is not None else ():
        if no_quote not in row.text("quote") and row.text("inferred") == "no":
            yield from _counts_row(counts, row)


def check_facts(study: Document, no_quote: str) -> Iterator[Problem]:
    """Yield the numbers of study.yaml's blocks whose quote does not hold them."""
    for pattern, keys in FACTS.items():
        for path, block in study.find(*pattern.split(".")):
            quote = block.get("quote") if isinstance(block, dict) else None
            if not isinstance(quote, str) or no_quote in quote:
                continue
            printed = [study.printed.get((*path, key), "") for key in keys]
            absent = [number for number in printed if number and not holds(quote, number)]
            if absent:
                yield study.problem((*path, "quote"), _told(" and ".join(absent)))


def _reported_row(sheet: Sheet, row: Row) -> Iterator[Problem]:
    columns = ["value", "error_low", "error_high"]
    if row.text("error_label") not in INTERVALS:
        columns.insert(1, "error")
    quote = row.text("quote")
    absent = [
        row.text(column)
        for column in columns
        if row.number(column) is not None and not holds(quote, row.text(column))
    ]
    if quote and absent:
        yield sheet.problem(row, "quote", _told(" and ".join(absent)))


def _counts_row(sheet: Sheet, row: Row) -> Iterator[Problem]:
    quote, count = row.text("quote"), row.text("count")
    if not quote or not count.isdigit() or holds(quote, count):
        return
    if count == row.text("total") and _has_word(quote, ["all", "every", "each", "both"]):
        return
    hint = "; or inferred yes, if the number follows from the quote without being printed"
    yield sheet.problem(row, "quote", _told(count) + hint)


def _told(number: str) -> str:
    return f"words of the paper that hold {number} as printed, with … for what is left out"


def holds(quote: str, number: str) -> bool:
    """Return whether a quote contains a number: in digits, or a small whole one in words."""
    if number.isdigit() and int(number) <= len(WORDS):
        value = int(number)
        spelt = [*ALSO.get(value, ()), *([WORDS[value - 1]] if value else ())]
        if _has_word(quote, spelt):
            return True
    wanted = _plain(number)
    # ".05" and "0.05" are one number; the sign may stand apart, or be a dash between two numbers.
    sign, digits = ("-", wanted[1:]) if wanted.startswith("-") else ("", wanted)
    zero, digits = ("0?", digits[digits.startswith("0") :]) if "." in digits[:2] else ("", digits)
    before = r"-\s*" if sign else ""
    pattern = rf"(?<![0-9.]){before}{zero}{re.escape(digits)}(?![0-9]|\.[0-9])"
    return any(re.search(pattern, text) for text in _readings(quote))


def _has_word(quote: str, words: list[str]) -> bool:
    return bool(set(re.findall(r"[a-z]+", quote.lower())) & set(words))


def _plain(text: str) -> str:
    """Return a text with one kind of minus sign and of decimal point."""
    return re.sub(r"(?<=[0-9])·(?=[0-9])", ".", re.sub("[\u2010-\u2015\u2212]", "-", text))


def _readings(quote: str) -> tuple[str, ...]:
    """Return the ways to read a quote's digits: as they stand, and freed of spaces and commas."""
    plain = _plain(quote)
    closed = re.sub(r"(?<=[0-9])\s*\.\s*(?=[0-9])", ".", plain)
    thousands = re.sub(r"(?<=[0-9])[\s,'](?=[0-9]{3}(?![0-9]))", "", plain)
    decimal_comma = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", plain)
    return plain, closed, thousands, decimal_comma
