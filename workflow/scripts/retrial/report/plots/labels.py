"""Short labels for plots: outcomes, events, versions, p axes."""

from __future__ import annotations

import re
from textwrap import fill

import pandas as pd
from plotnine import scale_x_log10, scale_y_log10

from retrial.report.load import Results
from retrial.report.phrases import event_name
from retrial.report.words import missing, text

SMALLEST_P = 1e-6  # smaller values are drawn here, and the axis says so
P_BREAKS = [1e-6, 1e-4, 0.001, 0.01, 0.05, 0.2, 1]


def wrapped(label: str, width: int = 30) -> str:
    """Break a label into lines of at most `width` characters."""
    return fill(label, width=width, break_long_words=False)


def version_label(results: Results, code: object) -> str:
    """Return where a version stands, shortly: its words up to the first comma."""
    words = [results.version_labels.get(part, part) for part in text(code).split(";") if part]
    return "; ".join(re.sub(r"\s*[(,].*$", "", w) for w in words)


def event_label(results: Results, row: pd.Series, cells: str = "", width: int = 42) -> str:
    """Return an event on two lines or three: its outcome, then its categories and counts."""
    below = [event_name(results, row["category"])] if not missing(row.get("category")) else []
    below += [cells] if cells else []
    return "\n".join(
        part for part in (results.outcome(row["outcome"]), wrapped(", ".join(below), width)) if part
    )


def cells_of(row: pd.Series) -> str:
    """Return `3/15 v. 0/14` of a test of counts."""
    first, second = (f"{row[f'value_{i}']:.0f}/{row[f'n_{i}']:.0f}" for i in (1, 2))
    return f"{first} v. {second}"


def ordered(values: pd.Series, reverse: bool = False) -> pd.Categorical:
    """Return labels as categories in order of appearance (from the top down with `reverse`)."""
    levels = list(dict.fromkeys(values))
    return pd.Categorical(values, categories=levels[::-1] if reverse else levels)


def drawable(p: pd.Series) -> pd.Series:
    """Return p-values that a log axis can show."""
    return p.clip(lower=SMALLEST_P)


def p_breaks(p: pd.Series, alpha: float) -> list[float]:
    """Return axis breaks that span the p-values and hold alpha."""
    low = min(float(p.min()), alpha / 2)
    breaks = [b for b in P_BREAKS if b >= low / 20] + [alpha]
    return sorted(set(breaks))


def p_text(breaks: list[float]) -> list[str]:
    """Return the labels of p breaks."""
    return [f"{'≤' if b <= SMALLEST_P else ''}{b:.6f}".rstrip("0").rstrip(".") for b in breaks]


def plain_text(breaks: list[float]) -> list[str]:
    """Return the labels of other breaks."""
    return [f"{b:g}" for b in breaks]


def p_axis(p: pd.Series, alpha: float, axis: str = "x", name: str = "p-value (log scale)"):
    """Return a logarithmic axis for p-values."""
    scale = scale_x_log10 if axis == "x" else scale_y_log10
    breaks = p_breaks(p, alpha)
    least = min(float(p.min()), alpha / 2) / 1.5
    return scale(name=name, breaks=breaks, labels=p_text, limits=(least, 1.15))
