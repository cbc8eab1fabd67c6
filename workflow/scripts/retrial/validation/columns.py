"""What each column of the typed tables may contain: rules of one cell's text."""

from __future__ import annotations

import re
import typing
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from retrial.registry import columns_of
from retrial.study.estimand import CLOCKS, GROUPS, NO_SELECTION, NOT_STATED, OCCURRENCES
from retrial.study.models import ErrorLabel
from retrial.tables import COUNTS_INPUT, REPORTED_INPUT, TRUTH_INPUT
from retrial.validation.problem import Problem, one_of
from retrial.validation.sheet import Sheet
from retrial.validation.text import like_a_formula

LARGEST = 1e12
LONGEST_QUOTE = 400
LONGEST_TEXT = 1000
_DECIMAL = re.compile(r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
_WHOLE = re.compile(r"[0-9]+")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")

_MEASURED = re.compile(r"-?(?:[0-9]{1,20}(?:\.[0-9]{1,25})?|\.[0-9]{1,25})(?:e[+-]?[0-9]{1,3})?")

TRUTHS = ("n", "mean", "sd", "sem", "rho", "p")
STATISTICS = ("mean", "median", "minimum", "maximum", "proportion", "p")
COMPARATORS = ("<", "<=", "=", ">=", ">", "ns")
POPULATIONS = ("randomized", "analysed")
ERROR_LABELS = typing.get_args(ErrorLabel)


@dataclass(frozen=True)
class Rule:
    """A test of one cell's text, and what to tell when it fails."""

    holds: Callable[[str], bool]
    allowed: Callable[[str], str]


def _is_decimal(text: str) -> bool:
    return bool(_DECIMAL.fullmatch(text)) and len(text) <= 30 and abs(float(text)) < LARGEST


def _is_whole(text: str) -> bool:
    return bool(_WHOLE.fullmatch(text)) and len(text) <= 12


def _decimal_wanted(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", ".").replace("·", ".")
    plain = re.sub("[\u2010-\u2015\u2212\ufe63]", "-", plain)
    example = plain if _is_decimal(plain) and plain != text else "0.81"
    if _DECIMAL.fullmatch(text):
        return "a number below 10^12, as printed"
    if plain.lower().lstrip("+-") in ("nan", "inf", "infinity", "na", "n/a"):
        return "a decimal number, or an empty cell where nothing is printed"
    if re.search(r"[0-9]e[+-]?[0-9]", plain.lower()):
        return "a decimal number written out in full, such as 0.00012"
    if "-" in plain and "-" not in text:
        return f"a plain minus sign (the hyphen of the keyboard), such as {example}"
    return f"a decimal number with a point, such as {example}"


def _choice(names: tuple[str, ...], note: str = "") -> Rule:
    return Rule(lambda t: t in names, lambda t: one_of(t, names) + note)


TIDY = Rule(lambda t: t == t.strip(), lambda t: f'no spaces around it: "{t.strip()}"')
NAME = Rule(
    lambda t: bool(_NAME.fullmatch(t)),
    lambda t: "a name of small letters a-z, digits and _, starting with a letter",
)
DECIMAL = Rule(_is_decimal, _decimal_wanted)
NOT_NEGATIVE = Rule(lambda t: not t.startswith("-"), lambda t: "0 or more")
WHOLE = Rule(_is_whole, lambda t: "a whole number, 0 or more, in digits only")
POSITIVE = Rule(lambda t: not _is_whole(t) or int(t) > 0, lambda t: "at least 1")
QUOTE = Rule(
    lambda t: 3 <= len(t) <= LONGEST_QUOTE,
    lambda t: f"the paper's own words, 3 to {LONGEST_QUOTE} characters, not {len(t)}",
)
TEXT = Rule(lambda t: len(t) <= LONGEST_TEXT, lambda t: f"at most {LONGEST_TEXT} characters")
NO_FORMULA = Rule(lambda t: not like_a_formula(t), like_a_formula)
VERSION = Rule(
    lambda t: bool(re.fullmatch(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*", t)),
    lambda t: "contradiction:choice, as named in study.yaml",
)
MEASURED = Rule(
    lambda t: bool(_MEASURED.fullmatch(t)) and abs(float(t)) < LARGEST,
    lambda t: "a computed number such as 22.538461538461537 or 1.2e-05",
)
QUANTITY = _choice(TRUTHS)
YES_NO = _choice(("yes", "no"))
DOI = Rule(lambda t: bool(_DOI.fullmatch(t)), lambda t: "a DOI such as 10.2337/dc08-1987")
STATISTIC = _choice(STATISTICS, "; counts go into counts.csv")
COMPARATOR = _choice(COMPARATORS)
COMPARED = _choice(("arms", "other"))
POPULATION = _choice(POPULATIONS)
CATEGORIES = Rule(
    lambda t: all(_NAME.fullmatch(part) for part in t.split("+")),
    lambda t: "a category of counts.csv, or several joined by +, for a printed p about counts",
)
LABEL = _choice(ERROR_LABELS)
CLOCK = _choice(CLOCKS)
OCCURRENCE = _choice(OCCURRENCES)
GROUP = _choice(GROUPS)
SELECTION = Rule(
    lambda t: (
        all(_NAME.fullmatch(part) for part in t.split("+"))
        and (t == NO_SELECTION or NO_SELECTION not in t.split("+"))
    ),
    lambda t: f"{NO_SELECTION}, {NOT_STATED}, or names of selections joined by +",
)

_SIZE = (DECIMAL, NOT_NEGATIVE)
_NUMBER_OF = (WHOLE, POSITIVE)
RULES: dict[str, dict[str, tuple[Rule, ...]]] = {
    "reported": {
        "row_id": (NAME,),
        "category": (CATEGORIES,),
        "visit": _SIZE,
        "statistic": (STATISTIC,),
        "comparator": (COMPARATOR,),
        "compares": (COMPARED,),
        "value": (DECIMAL,),
        "error": _SIZE,
        "error_low": (DECIMAL,),
        "error_high": (DECIMAL,),
        "error_label": (LABEL,),
        "label_scope": (NAME,),
        "n": _NUMBER_OF,
        "quote": (QUOTE, NO_FORMULA),
        "version": (VERSION,),
    },
    "counts": {
        "row_id": (NAME,),
        "category": (NAME,),
        "visit": _SIZE,
        "count": (WHOLE,),
        "total": _NUMBER_OF,
        "remaining": _NUMBER_OF,
        "tally": (NAME,),
        "exhaustive": (YES_NO,),
        "inferred": (YES_NO,),
        "cumulative": (YES_NO,),
        "population": (POPULATION,),
        "quote": (QUOTE, NO_FORMULA),
        "version": (VERSION,),
    },
    "evidence": {
        "id": (NAME,),
        "time_months": _SIZE,
        "clock": (CLOCK,),
        "occurrence": (OCCURRENCE,),
        "event": (NAME,),
        "selection": (SELECTION,),
        "group": (GROUP,),
        "value": (DECIMAL,),
        "spread": _SIZE,
        "spread_low": (DECIMAL,),
        "spread_high": (DECIMAL,),
        "n": _NUMBER_OF,
        "events": (WHOLE,),
        "doi": (DOI,),
    },
    "truth": {
        "quantity": (QUANTITY,),
        "visit": _SIZE,
        "value": (MEASURED,),
    },
}
REQUIRED: dict[str, dict[str, str]] = {
    "reported": {
        "row_id": "a name of the row's own",
        "outcome": "an outcome of study.yaml",
        "statistic": one_of("", STATISTICS),
        "value": "the number as printed; leave the row out when nothing is printed",
        "error_label": one_of("", ERROR_LABELS),
        "source": "the place in the paper: a table, a figure, a section",
        "quote": "the paper's own words; every number needs its place and its quote",
    },
    "counts": {
        "row_id": "a name of the row's own",
        "outcome": "an outcome of study.yaml",
        "category": "a name for what is counted",
        "count": "the count as printed; leave the row out when nothing is printed",
        "total": "the number of those who could have been counted",
        "inferred": "yes or no: does the number follow from the quote without being printed?",
        "source": "the place in the paper: a table, a figure, a section",
        "quote": "the paper's own words; every number needs its place and its quote",
    },
    "evidence": {
        "id": "a name of the row's own",
        "quantity": "what was measured",
        "population": "in whom",
        "window": "over which time",
        "value": "the number as printed in the source",
        "value_type": "what the number is: proportion, mean, ...",
        "citation": "where it is printed",
    },
    "truth": {
        "quantity": one_of("", TRUTHS),
        "outcome": "an outcome of study.yaml",
        "visit": "a visit of study.yaml",
        "value": "the number that the patients' rows give",
    },
}
COLUMNS = {
    "reported": REPORTED_INPUT,
    "counts": COUNTS_INPUT,
    "evidence": columns_of("evidence"),
    "truth": TRUTH_INPUT,
}


def _rules(kind: str, column: str) -> tuple[Rule, ...]:
    return (TIDY, *RULES[kind].get(column, (TEXT, NO_FORMULA)))


def check_columns(sheet: Sheet, kind: str) -> list[Problem]:
    """Return every cell that its column does not allow, the first fault of each; mark it bad."""
    problems = []
    for row in sheet.rows:
        for column, told in REQUIRED[kind].items():
            not_significant = column == "value" and row.text("comparator") == "ns"
            if row.blank(column) and not not_significant:
                problems.append(sheet.problem(row, column, told))
    rules = {column: _rules(kind, column) for column in COLUMNS[kind]}
    for row in sheet.rows:
        for column, mine in rules.items():
            cell = row.text(column)
            broken = next((rule for rule in mine if cell and not rule.holds(cell)), None)
            if broken:
                problems.append(sheet.problem(row, column, broken.allowed(cell)))
                row.bad.add(column)
    return problems
