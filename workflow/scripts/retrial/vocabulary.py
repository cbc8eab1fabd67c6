"""What the field's things are called: each method, reading, axis, verdict and so on, once.

Names in claims.yaml, in sentences, in the report's tables and its list of sources come from here,
and the words themselves from `vocabulary.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Method:
    """A test or an interval.

    Attributes:
        id: Its name in claims.yaml and in the tables.
        name: Its name in a sentence.
        short: Its name in a table of the report.
        kind: What it is of: `means` (of two arms or visits), `counts` (events of two arms),
            `ordered` (counts in ordered categories), or one arm alone.
        source: Where its formula comes from, for the report's list of sources; empty where another
            method's source covers it.
        claimed: Whether a claim can name it.
    """

    id: str
    name: str
    short: str
    kind: Literal["means", "counts", "ordered", "one arm"]
    source: str = ""
    claimed: bool = True


@dataclass(frozen=True)
class Reading:
    """A way to read a printed error term: its name in a sentence, in a table, and in full."""

    id: str
    name: str
    short: str
    full: str


@dataclass(frozen=True)
class Verdict:
    """A verdict on a claim: its badge, what that means, and its words inside a sentence."""

    id: str
    badge: str
    meaning: str
    words: str


@dataclass(frozen=True)
class Basis:
    """What a claim's comparison is to the paper: its mark, and what that means."""

    id: str
    mark: str
    meaning: str


_FILE = "vocabulary.toml"
_WORDS = tomllib.loads((Path(__file__).parent / _FILE).read_text("utf-8"))

METHODS: Mapping[str, Method] = {k: Method(k, **v) for k, v in _WORDS["methods"].items()}
READINGS: Mapping[str, Reading] = {k: Reading(k, **v) for k, v in _WORDS["readings"].items()}
VERDICTS: Mapping[str, Verdict] = {k: Verdict(k, **v) for k, v in _WORDS["verdicts"].items()}
BASES: Mapping[str, Basis] = {k: Basis(k, **v) for k, v in _WORDS["bases"].items()}
SOURCES: Mapping[str, str] = _WORDS["sources"]
SHAPES: Mapping[str, str] = _WORDS["shapes"]
STRUCTURES: Mapping[str, str] = _WORDS["structures"]
SHORT_STRUCTURES: Mapping[str, str] = _WORDS["short_structures"]
AXES: Mapping[str, str] = _WORDS["axes"]
POPULATIONS: Mapping[str, str] = _WORDS["populations"]
SCENARIOS: Mapping[str, str] = _WORDS["scenarios"]
EFFECTS: Mapping[str, str] = _WORDS["effects"]
AGREEMENTS: Mapping[str, str] = _WORDS["agreements"]
CHECKS: Mapping[str, str] = _WORDS["checks"]


def methods_of(kind: str) -> tuple[str, ...]:
    """Return the ids of the methods of a kind that a claim can name."""
    return tuple(m.id for m in METHODS.values() if m.kind == kind and m.claimed)
