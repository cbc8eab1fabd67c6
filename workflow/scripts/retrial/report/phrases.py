"""Turn the codes of the result tables (rows, versions, readings) into the study's own words."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

from retrial.report.html import escape
from retrial.report.load import Results
from retrial.report.words import (
    LONG_READINGS,
    READINGS,
    event,
    evidence_name,
    missing,
    months,
    number,
    text,
    version_words,
    whole,
    word,
)


def row_name(results: Results, row: pd.Series) -> str:
    """Return a printed row in words: outcome, category, arm, visit."""
    name = results.outcome(row["outcome"])
    if not missing(row.get("category")):
        name += f" ({event(row['category'])})"
    if row.get("statistic") in ("minimum", "maximum"):
        name += f", {row['statistic']}"
    if not missing(row.get("arm")):
        name += f" in {short_arm(results, row['arm'])}"
    if not missing(row.get("visit")) and row["visit"] != 0:
        name += f" at {months(row['visit'])}"
    return name


@cache
def names(results: Results) -> tuple[dict[str, str], re.Pattern]:
    """Return every code that a detail may hold, with its words, and the pattern that finds one."""
    known = {row["row_id"]: row_name(results, row) for _, row in results.reported.iterrows()}
    known |= results.version_labels
    known |= {claim.id: f"“{claim.statement}”" for claim in results.claims}
    scopes = results.reported["label_scope"].dropna().unique()
    known |= {scope: scope_name(results, scope) for scope in scopes}
    known |= results.arm_labels
    # An id that is an English word ("completed") may be just that word in a sentence.
    coded = {code: words for code, words in known.items() if not code.isalpha()}
    coded |= {code.upper(): shown for code, shown in READINGS.items()}
    return coded, _pattern(coded)


def in_words(results: Results, detail: object) -> str:
    """Return a detail, escaped, with the codes of rows, versions and claims told in words."""
    known, pattern = names(results)
    spoken = pattern.sub(lambda found: known[found.group(0)], text(detail))
    spoken = re.sub(r"\b[a-z]+\d{4}_\w+", lambda found: evidence_name(found.group(0)), spoken)
    spoken = re.sub(r"(?<![\w.])-(?=\d)", "−", spoken)
    spoken = re.sub(r"(?<=\d) (?=%)|(?<=\bp) (?=[<=>])|(?<=[<=>]) (?=\d)", "\u00a0", spoken)
    spoken = re.sub(r"(?<!\w)'(.{3,}?)'(?!\w)", r"“\1”", spoken)
    spoken = re.sub(r"\binf\b", "∞", re.sub(r"\bto inf\b", "or more", spoken))
    return escape(spoken)


def _pattern(known: dict[str, str]) -> re.Pattern:
    longest = sorted((re.escape(code) for code in known if code), key=len, reverse=True)
    return (
        re.compile(rf"(?<![\w/])(?:{'|'.join(longest)})(?![\w])") if longest else re.compile(r"$^")
    )


def scope_name(results: Results, scope: str) -> str:
    """Return where the numbers that share one error label stand."""
    rows = results.reported[results.reported["label_scope"] == scope]
    return text(rows["source"].iloc[0]) if len(rows) else scope


def with_unit(results: Results, outcome: object) -> str:
    """Return an outcome's label with its unit."""
    unit = re.sub(r"\^(\d+)", _raised, results.units.get(str(outcome), ""))
    label = results.outcome(outcome)
    return f"{label} ({unit})" if unit and unit != "patients" else label


def _raised(power: re.Match) -> str:
    return power.group(1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def printed_mean(row: pd.Series) -> str:
    """Return `17.6 ± 8.7` with the decimals as printed; the value alone without an error term."""
    value = number(row["value"], int(row["value_decimals"]))
    if missing(row["error"]):
        return value
    return f"{value} ± {number(row['error'], int(row['error_decimals']))}"


def printed_count(row: pd.Series) -> str:
    """Return `3/15`; the count alone without a denominator."""
    return (
        whole(row["value"])
        if missing(row["total"])
        else f"{whole(row['value'])}/{whole(row['total'])}"
    )


def version(results: Results, code: object) -> str:
    """Return a version of the paper in words."""
    return version_words(code, results.version_labels)


def sources(places: object) -> str:
    """Return the places of the paper, each once."""
    return "; ".join(dict.fromkeys(part for part in text(places).split("; ") if part))


def reading(code: object) -> str:
    """Return a reading's short name."""
    return word(code, READINGS)


def long_reading(code: object) -> str:
    """Return a reading's full name."""
    return word(code, LONG_READINGS)


def brief(detail: object, most: int = 150) -> str:
    """Return the first sentence of a detail, cut at a semicolon where it runs on."""
    sentence = re.split(r"(?<=[a-z0-9)%])\.\s+(?=[A-Z0-9])", text(detail), maxsplit=1)[0].rstrip(
        "."
    )
    clauses = sentence.split("; ")
    shown = clauses[0]
    for clause in clauses[1:]:
        if len(shown) + len(clause) > most:
            break
        shown += f"; {clause}"
    return shown


def short_arm(results: Results, arm: object) -> str:
    """Return an arm's label without what stands in brackets."""
    return re.sub(r"\s*\(.*\)$", "", results.arm_labels.get(text(arm), text(arm)))
