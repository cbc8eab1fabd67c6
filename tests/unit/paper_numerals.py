"""Which numerals of a paper's text a study folder transcribes, and which are listed as harmless.

A numeral is transcribed when a quote of the folder covers it and the same row or block holds its
number. Each row takes one numeral for each of its numbers, so that two rows with the same number
need two numerals ("ketoacidosis 5 5").
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from retrial.validation.document import Document
from retrial.validation.fulltext import Fulltext
from retrial.validation.quotes import WORDS

WORD_VALUES = {word: float(value) for value, word in enumerate(WORDS, start=1)}
WORD_VALUES |= {"twice": 2.0, "twenty-nine": 29.0}
# Digits that belong to no name (T1DM, HbA1c, CD90), and numbers in words.
NUMERAL = re.compile(
    r"(?<![A-Za-z0-9.])\d+(?:\.\d+)?|\b(?:Twenty-nine|" + "|".join([*WORD_VALUES]) + r")\b", re.I
)


@dataclass(frozen=True)
class Numeral:
    """A numeral of the text: where it begins, and its value."""

    place: int
    value: float
    text: str


@dataclass(frozen=True)
class Transcribed:
    """What one row or block of the study folder holds: its name, its quote, its numbers."""

    name: str
    quote: str
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Harmless:
    """A pattern of numerals that need no transcription: how often it occurs, and why."""

    pattern: str
    times: int
    repeats: str
    reason: str


def numerals_of(text: str) -> list[Numeral]:
    """Return every numeral of a text."""
    found = []
    for match in NUMERAL.finditer(text):
        word = match[0].lower()
        value = WORD_VALUES[word] if word in WORD_VALUES else float(word)
        found.append(Numeral(match.start(), value, match[0]))
    return found


def _numbers(value: object) -> list[float]:
    """Return the numbers of a typed cell or YAML value: `17.6`, `p<0.05`, `cut_15_to_50`."""
    if isinstance(value, bool) or value is None or isinstance(value, dict):
        return []
    if isinstance(value, list):
        return [number for item in value for number in _numbers(item)]
    if isinstance(value, int | float):
        return [float(value)]
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", str(value))]


def rows_of(path: Path) -> list[Transcribed]:
    """Return what the rows of a table transcribe."""
    columns = "value error error_low error_high n count total remaining category visit".split()
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Transcribed(
                row["row_id"],
                row["quote"],
                tuple(number for column in columns for number in _numbers(row.get(column) or None)),
            )
            for row in csv.DictReader(file)
        ]


def blocks_of(document: Document) -> list[Transcribed]:
    """Return what the blocks of a YAML file transcribe: those with a quote, and their numbers.

    Numbers in words of our own (labels, notes, statements) are no transcription.
    """
    found = []
    for path, quote in document.printed.items():
        block = document.get(*path[:-1]) if path and path[-1] == "quote" else None
        if isinstance(block, dict):
            typed = {
                k: v for k, v in block.items() if k in ("text", "equals") or not isinstance(v, str)
            }
            numbers = [number for value in typed.values() for number in _numbers(value)]
            found.append(Transcribed(_name(document, path), quote, tuple(numbers)))
    return found


def _name(document: Document, path: tuple) -> str:
    """Return the id of the innermost block around a path that has one; else the first key."""
    for depth in range(len(path) - 1, 0, -1):
        name = document.get(*path[:depth], "id")
        if isinstance(name, str):
            return name
    return str(path[0])


def read_harmless(path: Path) -> list[Harmless]:
    """Return the list of harmless numerals."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Harmless(row["pattern"], int(row["times"]), row["repeats"], row["reason"])
            for row in csv.DictReader(file)
        ]


def covered_by(text: Fulltext, transcribed: list[Transcribed]) -> dict[int, str]:
    """Return the places of the numerals that a row transcribes, with the row's name."""
    numerals = numerals_of(text.text)
    covered: dict[int, str] = {}
    for row in transcribed:
        spans = [span for occurrence in text.find(row.quote) for span in occurrence]
        inside = [n for n in numerals if any(a <= n.place < b for a, b in spans)]
        for number in dict.fromkeys(row.numbers):
            fitting = [n for n in inside if n.value == number]
            free = [n for n in fitting if n.place not in covered]
            for numeral in free[:1]:
                covered[numeral.place] = row.name
    return covered


def matches(pattern: str, text: str) -> list[range]:
    """Return where a harmless pattern is in a text; a space stands for any white space."""
    found = re.finditer(pattern.replace(" ", r"\s+"), text)
    return [range(match.start(), match.end()) for match in found]


def unaccounted(
    text: Fulltext, transcribed: list[Transcribed], harmless: list[Harmless]
) -> list[Numeral]:
    """Return the numerals that are neither transcribed nor listed as harmless.

    A pattern that repeats a row's number is harmless only while that row holds the number.
    """
    covered = set(covered_by(text, transcribed))
    held: dict[str, set[float]] = {}
    for row in transcribed:
        held.setdefault(row.name, set()).update(row.numbers)
    numerals = numerals_of(text.text)
    for entry in harmless:
        for place in matches(entry.pattern, text.text):
            covered |= {
                n.place
                for n in numerals
                if n.place in place
                and (not entry.repeats or n.value in held.get(entry.repeats, ()))
            }
    return [n for n in numerals if n.place not in covered]
