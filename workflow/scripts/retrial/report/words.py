"""The report's words and numbers: the short names of `retrial.vocabulary`, and its typography."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

import pandas as pd

from retrial import vocabulary, wording

METHODS = {method.id: method.short for method in vocabulary.METHODS.values()}
READINGS = {reading.id: reading.short for reading in vocabulary.READINGS.values()}
LONG_READINGS = {reading.id: reading.full for reading in vocabulary.READINGS.values()}
SHAPES = vocabulary.SHAPES
STRUCTURES = vocabulary.SHORT_STRUCTURES
EFFECTS = {effect.id: effect.short for effect in vocabulary.EFFECTS.values()}
EFFECT_SIZES = vocabulary.EFFECT_SIZES
CORRECTIONS = vocabulary.CORRECTIONS
POPULATIONS = {one.id: one.population for one in vocabulary.SCENARIOS.values() if one.population}
SCENARIOS = {one.id: one.words for one in vocabulary.SCENARIOS.values() if one.words}
VERDICTS = {verdict.id: verdict.word for verdict in vocabulary.VERDICTS.values()}
AGREEMENTS = {agreement.id: agreement.words for agreement in vocabulary.AGREEMENTS.values()}

MISSING = "–"
_FIGURE_SPACE, _POINT_SPACE, _THIN = "\u2007", "\u2008", "\u202f"


def missing(value: object) -> bool:
    """Say whether a table's cell is empty."""
    return value is None or value is pd.NA or value != value or value == ""


def text(value: object, otherwise: str = "") -> str:
    """Return a cell as text; `otherwise` when it is empty."""
    return otherwise if missing(value) else str(value)


def word(value: object, words: dict[str, str]) -> str:
    """Return the reader's word for a code; an unknown code in plain letters."""
    return MISSING if missing(value) else words.get(str(value), plain(value))


def plain(code: object) -> str:
    """Return a code such as `cut_over_50` as words."""
    return text(code).replace("_", " ")


def evidence_name(evidence_id: str) -> str:
    """Return `Smith 1987, total` for `smith1987_total`."""
    found = re.fullmatch(r"([a-z]+)(\d{4})_(.*)", evidence_id)
    if not found:
        return plain(evidence_id)
    who, year, _ = found.groups()
    return f"{who.capitalize()} {year}, {evidence_part(evidence_id)}"


def evidence_part(evidence_id: str) -> str:
    """Return `month 12` for `smith1987_month12`: what tells the rows of a source apart."""
    what = re.sub(r"^[a-z]+\d{4}_", "", evidence_id)
    what = re.sub(r"(\d)(to|mo)(?![a-z])", r"\1 \2", re.sub(r"(?<=\d)to(?=\d)", "to ", what))
    return plain(re.sub(r"(?<=[a-z]{3})(?=\d)", " ", what))


def event(category: object) -> str:
    """Return a joint event such as `stopped+cut_over_50` as words."""
    return " or ".join(plain(part) for part in text(category).split("+"))


def number(value: float, decimals: int | None = None, digits: int = 3) -> str:
    """Return a number with fixed decimals, or with about `digits` significant ones."""
    if missing(value):
        return MISSING
    value = float(value)
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return wording.rounded(value, decimals, digits).replace("-", "−")


def whole(value: float) -> str:
    """Return a count."""
    return MISSING if missing(value) else f"{round(float(value)):d}"


def p_value(p: float, alpha: float = 0.05) -> str:
    """Return a p-value as everywhere (`wording.p_value`), or the sign for a missing one."""
    return MISSING if missing(p) else wording.p_value(float(p), alpha)


def p_range(low: float, high: float, alpha: float = 0.05) -> str:
    """Return `0.01 to 0.04`, or one p-value where both are written alike."""
    low, high = p_value(low, alpha), p_value(high, alpha)
    return low if low == high else f"{low} to {high}"


def p_phrase(p: float, alpha: float = 0.05) -> str:
    """Return `p = 0.037` or `p < 0.0001` for prose."""
    known = math.nan if missing(p) else float(p)
    return wording.p_words(known, alpha).replace(" ", "\u00a0")


def percent(share: float, decimals: int = 0) -> str:
    """Return a share as a percentage; never 0 % or 100 % unless it is."""
    if missing(share):
        return MISSING
    share = float(share)
    least = 10.0 ** -(decimals + 2)
    if 0 < share < least / 2:
        return f"<{number(least * 100, decimals)}{_THIN}%"
    if 1 - least / 2 < share < 1:
        return f">{number(100 - least * 100, decimals)}{_THIN}%"
    return f"{number(share * 100, decimals)}{_THIN}%"


def interval(low: float, high: float, decimals: int | None = None) -> str:
    """Return `low to high`; empty when neither is known."""
    if missing(low) and missing(high):
        return ""
    return f"{number(low, decimals)} to {number(high, decimals)}"


def months(visit: float, unit: str) -> str:
    """Return a visit in words, in the unit that the study's visits count."""
    if missing(visit):
        return "overall"
    return "baseline" if float(visit) == 0 else f"{unit.removesuffix('s')}\u00a0{float(visit):g}"


def count_of(amount: int, singular: str, plural: str | None = None) -> str:
    """Return `1 claim`, `3 claims`."""
    return f"{amount:d} {singular if amount == 1 else plural or singular + 's'}"


def listing(items: Iterable[str], last: str = "and") -> str:
    """Return `a, b and c`."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def capital(sentence: str) -> str:
    """Return the sentence with a capital first letter, the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def version_words(version: object, labels: dict[str, str]) -> str:
    """Return a version such as `axis:choice;axis:choice` in the words of the study folder."""
    parts = [part for part in text(version).split(";") if part]
    return "; ".join(labels.get(part, plain(part.replace(":", ": "))) for part in parts)


def decimal_aligned(shown: list[str]) -> list[str]:
    """Pad numbers on the right so that their decimal points stand below each other."""
    places = [len(s) - s.index(".") - 1 if "." in s else -1 for s in shown]
    most = max(places, default=-1)
    padded = []
    for s, place in zip(shown, places, strict=True):
        if most < 0 or not any(c.isdigit() for c in s):
            padded.append(s)
        elif place < 0:
            padded.append(s + _POINT_SPACE + _FIGURE_SPACE * most)
        else:
            padded.append(s + _FIGURE_SPACE * (most - place))
    return padded
