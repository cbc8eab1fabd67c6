"""Specification curves: every specification of a claim, sorted, with its choices below.

Simonsohn, Simmons & Nelson 2020 (doi 10.1038/s41562-020-0912-z).
"""

from __future__ import annotations

import math
from textwrap import shorten

import pandas as pd
from plotnine import (
    aes,
    geom_hline,
    geom_point,
    ggplot,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_continuous,
)

from retrial.report.load import Results
from retrial.report.plots.labels import drawable, p_breaks, p_text, version_label
from retrial.report.plots.theme import BLUE, INK, SOFT, report_theme
from retrial.report.sections.choices import choice, level_of
from retrial.report.words import count_of, plain
from retrial.tables import AXES
from retrial.vocabulary import axis_of

AGREE, DISAGREE = "agrees with the claim", "does not"
MOST = 250  # specifications drawn; evenly thinned beyond
RHO_BANDS = ["up to 0.25", "up to 0.5", "up to 0.75", "above 0.75"]
_HEIGHT, _GAP = 9.0, 0.8  # of the part above, in lines of the part below


def curves(results: Results) -> list[str]:
    """Return the claims with a specification curve: those whose specifications disagree."""
    frame = results.multiverse
    if frame.empty:
        return []
    frame = frame[frame["p"].notna() & frame["admissible"]]
    answers = frame.groupby("claim_id", sort=False)["supports"].nunique()
    return [claim for claim, amount in answers.items() if amount > 1]


def _axes(frame: pd.DataFrame, claim: str) -> list[str]:
    mine = frame[frame["claim_id"] == claim]
    return [axis for axis in AXES if mine[axis].nunique(dropna=False) > 1]


def curve_rows(results: Results, claim: str) -> pd.DataFrame:
    """Return a claim's possible specifications in the order of p, `rank` from 1."""
    frame = results.multiverse
    mine = frame[(frame["claim_id"] == claim) & frame["p"].notna() & frame["admissible"]]
    mine = mine.assign(order=range(len(mine))).sort_values("p", kind="stable")
    mine = mine.reset_index(drop=True)
    return mine.assign(
        rank=range(1, len(mine) + 1),
        agrees=[AGREE if supports else DISAGREE for supports in mine["supports"]],
    )


def _thinned(rows: pd.DataFrame) -> pd.DataFrame:
    return rows if len(rows) <= MOST else rows.iloc[:: -(-len(rows) // MOST)]


def draw_curve(results: Results, claim: str) -> ggplot:
    """Draw a claim's p-values in order, and below them the choices that make each.

    One panel: p on a logarithmic scale above, one line for each choice below it.
    """
    rows = _thinned(curve_rows(results, claim))
    level = level_of(results, claim)
    below, lines = _choices(results, rows)
    p = drawable(rows["p"])
    ticks = [b for b in p_breaks(p, level) if b >= p.min() / 3]
    height = _HEIGHT / max(-math.log10(min(ticks[0], float(p.min()))), 0.5)
    above = rows.assign(y=[_GAP + _HEIGHT + math.log10(value) * height for value in p])
    at_level = _GAP + _HEIGHT + math.log10(level) * height
    ticks = _apart(ticks, height, level)
    places = [_GAP + _HEIGHT + math.log10(b) * height for b in ticks] + list(lines.values())
    words = [f"p = {text}" if "≤" not in text else f"p {text}" for text in p_text(ticks)]
    shown = dict(zip(places, words + list(lines), strict=True))
    marks = pd.concat([above, below], ignore_index=True)
    depth = -min(lines.values(), default=0)
    return (
        ggplot(marks, aes("rank", "y", fill="agrees", shape="agrees"))
        + geom_hline(yintercept=at_level, colour=SOFT, linetype="dashed", size=0.6)
        + geom_point(above, colour=INK, size=2.1, stroke=0.4)
        + geom_point(below, colour=INK, size=1.5, stroke=0.25, shape="s")
        + scale_x_continuous(name="Analyses, in the order of p")
        + scale_y_continuous(
            name="", breaks=places, labels=lambda at: [shown[_nearest(shown, y)] for y in at]
        )
        + scale_fill_manual(values={AGREE: BLUE, DISAGREE: "white"}, name="The analysis")
        + scale_shape_manual(values={AGREE: "o", DISAGREE: "s"}, name="The analysis")
        + report_theme(1.1 + 0.2 * (depth + _GAP + _HEIGHT), grid="y")
    )


def _nearest(shown: dict[float, str], y: float) -> float:
    return min(shown, key=lambda place: abs(place - y))


def _apart(ticks: list[float], height: float, level: float) -> list[float]:
    """Return the ticks whose labels do not touch; the level stays."""
    kept = [level]
    for tick in ticks:
        if all(abs(math.log10(tick / other)) * height > 0.95 for other in kept):
            kept.append(tick)
    return sorted(kept)


def _choices(results: Results, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return a mark for each specification and choice, and the line that each choice has."""
    parts, lines, line = [], {}, 0.0
    chosen = {axis: rows[axis] for axis in AXES if rows[axis].nunique(dropna=False) > 1}
    if rows["defensible"].nunique() > 1:
        chosen["defensible"] = rows["defensible"]
    for axis, values in chosen.items():
        words = _in_words(results, axis, values)
        name = axis_of(axis).heading
        for word in _in_order(axis, words[rows.sort_values("order").index]):
            line -= 1
            lines[f"{name}: {word}"] = line
            mine = rows.loc[words == word, ["rank", "agrees"]]
            parts.append(mine.assign(y=line))
        line -= 0.6
    empty = pd.DataFrame({"rank": [], "agrees": [], "y": []})
    return (pd.concat(parts, ignore_index=True) if parts else empty), lines


def _in_words(results: Results, axis: str, values: pd.Series) -> pd.Series:
    if axis == "defensible":
        return values.map({True: "yes", False: "no"})
    if axis == "rho":
        bands = pd.cut(values.astype(float), [-1.01, 0.255, 0.505, 0.755, 1.01], labels=RHO_BANDS)
        return bands.astype(object).where(values.notna(), "none needed")
    if axis == "version":
        return values.map(lambda code: shorten(version_label(results, code), 34, placeholder=" …"))
    return values.map(lambda value: shorten(choice(results, axis, value), 34, placeholder=" …"))


def _in_order(axis: str, words: pd.Series) -> list[str]:
    found = list(dict.fromkeys(words))
    return (
        sorted(found, key=RHO_BANDS.index)
        if axis == "rho" and set(found) <= set(RHO_BANDS)
        else found
    )


def say_curve(results: Results, claim: str) -> str:
    """Describe a specification curve from its rows."""
    rows = curve_rows(results, claim)
    row = results.verdicts.set_index("claim_id").loc[claim]
    axes = [plain(axis) for axis in _axes(results.multiverse, claim)]
    return (
        f"Specification curve of “{results.statements.get(claim, claim)}”: "
        f"{count_of(len(rows), 'possible analysis', 'possible analyses')} in the order of p. Of "
        f"{int(row['defensible_n'] or 0)} defensible ones, each calculation once, "
        f"{int(row['defensible_supporting'] or 0)} agree with the claim. Choices shown: "
        f"{', '.join(axes)}."
    )
