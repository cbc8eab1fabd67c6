"""Turn the codes of the result tables (rows, versions, readings) into the study's own words."""

from __future__ import annotations

import re
from functools import cache
from textwrap import shorten

import pandas as pd

from retrial.report.html import escape
from retrial.report.load import Results
from retrial.report.words import (
    LONG_READINGS,
    READINGS,
    evidence_name,
    evidence_part,
    missing,
    months,
    number,
    plain,
    text,
    version_words,
    whole,
    word,
)
from retrial.stats.precision import decimals_shown


def row_name(results: Results, row: pd.Series) -> str:
    """Return a printed row in words: outcome, category, arm, visit."""
    name = results.outcome(row["outcome"])
    if not missing(row.get("category")):
        name += f" ({event_name(results, row['category'])})"
    if row.get("statistic") in ("minimum", "maximum"):
        name += f", {row['statistic']}"
    if not missing(row.get("arm")):
        name += f" in {short_arm(results, row['arm'])}"
    if not missing(row.get("visit")) and row["visit"] != 0:
        name += f" at {months(row['visit'], results.study.visit_unit)}"
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
    for code, words in {**_joint_events(results), **evidence_names(results)}.items():
        known |= {code: words, code.replace("_", " "): words}
    # An id that is an English word ("completed") may be just that word in a sentence.
    coded = {code: words for code, words in known.items() if not code.isalpha()}
    coded |= {code.upper(): shown for code, shown in READINGS.items()}
    return coded, _pattern(coded)


def in_words(results: Results, detail: object) -> str:
    """Return a detail, escaped, with the codes of rows, versions and claims told in words."""
    known, pattern = names(results)
    spoken = pattern.sub(lambda found: known[found.group(0)], text(detail))
    spoken = re.sub(
        r"\b[a-z]+\d{4}_\w+", lambda found: evidence_label(results, found.group(0)), spoken
    )
    spoken = re.sub(r"\bspecification(s?)\b", _analysis, spoken)
    spoken = re.sub(r"\bp = 1\.000?\b", "p > 0.999", spoken)
    spoken = re.sub(r"(\bp from [\d.<> ]+ to )1\.00\b", r"\1> 0.99", spoken)
    spoken = re.sub(r"(?<![\w.])-(?=\d)", "−", spoken)
    spoken = re.sub(r"(?<=\d) (?=%)|(?<=\bp) (?=[<=>])|(?<=[<=>]) (?=\d)", "\u00a0", spoken)
    spoken = re.sub(r"(?<!\w)'(.{3,}?)'(?!\w)", r"“\1”", spoken)
    spoken = re.sub(r"\binf\b", "∞", re.sub(r"\bto inf\b", "or more", spoken))
    return escape(spoken)


def _analysis(found: re.Match) -> str:
    return "analyses" if found.group(1) else "analysis"


def _joint_events(results: Results) -> dict[str, str]:
    """Return every event whose code is more than a word, with its words."""
    frames = (results.reported, results.tests, results.sensitivity, results.multiverse)
    codes = {code for frame in frames for code in frame["category"].dropna()}
    return {code: event_name(results, code) for code in codes if not code.isalpha()}


def event_name(results: Results, category: object) -> str:
    """Return a joint event in words; ` %` after its number where the paper's words have one."""
    return " or ".join(_part_name(results, part) for part in text(category).split("+"))


def _part_name(results: Results, code: str) -> str:
    words = plain(code)
    found = re.search(r"\d+(?!.*\d)", words)
    if found is None:
        return words
    quotes = results.reported.loc[results.reported["category"] == code, "quote"].dropna()
    if not any(re.search(rf"(?<!\d){found.group(0)} ?%", quote) for quote in quotes):
        return words
    return f"{words[: found.end()]}\u00a0%{words[found.end() :]}"


@cache
def evidence_names(results: Results) -> dict[str, str]:
    """Return each row of outside evidence as `Smith 2021: relapse at any time`.

    Its quantity and population stand in the details of the comparisons with it; a row that is
    compared with nothing keeps its id's words.
    """
    rows = results.analysis("natural_remission")
    told: dict[str, tuple[str, str]] = {}
    for scenario, detail in zip(rows["scenario"], rows["detail"], strict=True):
        found = re.search(r"\bOutside: ([^;]+); ([^;]+);", text(detail))
        code = text(scenario).split(":")[0]
        if found and code not in told:
            told[code] = (found.group(1), found.group(2))
    names = {code: _study_name(code, *words) for code, words in told.items()}
    shown = {code: f"{names[code]}: {_shortened(told[code][0])}" for code in told}
    # Rows that begin alike are told apart by their ids, of which no two are the same.
    same = [words for words in shown.values() if list(shown.values()).count(words) > 1]
    return {
        code: f"{words}, {evidence_part(code)}" if words in same else words
        for code, words in shown.items()
    }


def _study_name(code: str, quantity: str, population: str) -> str:
    """Return the author or place and the year, spelled as the evidence spells it."""
    stem = re.match(r"[a-z]+", code)
    name = stem.group(0) if stem else code
    spelled = re.search(rf"\b{re.escape(name)}\b", f"{population} {quantity}", re.IGNORECASE)
    year = re.search(r"\d{4}", code)
    shown = spelled.group(0) if spelled else name
    shown = shown[:1].upper() + shown[1:]
    return f"{shown} {year.group(0)}" if year else shown


def _shortened(quantity: str, most: int = 42) -> str:
    """Return what was counted without its definition in brackets."""
    return shorten(re.sub(r"\s*\([^)]*\)", "", quantity), most, placeholder=" …")


def evidence_label(results: Results, code: str) -> str:
    """Return a row of evidence in words; its id's words where nothing is known of it."""
    return evidence_names(results).get(code, evidence_name(code))


def readings_used(results: Results, row: pd.Series) -> str:
    """Return how a test read its error terms: `SD at baseline, SEM at month 6` where they differ.

    A reading that no data can have for one of the two is replaced there; the test says so.
    """
    asked = reading(row["reading"]) if not missing(row["reading"]) else ""
    printed = results.reported.set_index("row_id")
    used = []
    for part in text(row.get("assumptions")).split("; "):
        found = re.fullmatch(r"(\S+) as (\S+)", part)
        if found and found.group(1) in printed.index:
            used.append((printed.loc[found.group(1)], reading(found.group(2).lower())))
    if not used or all(name == asked for _, name in used):
        return asked
    by_visit = len({one["visit"] for one, _ in used}) > 1
    told = []
    for one, name in used:
        visit = months(one["visit"], results.study.visit_unit)
        at = visit if by_visit else short_arm(results, one["arm"])
        why = "" if name == asked else f" ({asked} impossible there)"
        told.append(f"{name} {'at' if by_visit else 'in'} {at}{why}")
    return ", ".join(told)


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
    """Return `17.6 ± 8.7`; the value alone without an error term.

    With the decimals as printed, or as the digitization is sure of.
    """
    value = number(row["value"], decimals_shown(row))
    if not missing(row["error_low"]) and not missing(row["interval_scale"]):
        places = decimals_shown(row, "error")
        ends = (number(row[end], places) for end in ("error_low", "error_high"))
        return f"{value} ({' to '.join(ends)})"
    if missing(row["error"]):
        return value
    return f"{value} ± {number(row['error'], decimals_shown(row, 'error'))}"


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
    """Return an arm's label without what is in brackets."""
    return re.sub(r"\s*\(.*\)$", "", results.arm_labels.get(text(arm), text(arm)))
