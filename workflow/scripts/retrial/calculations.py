"""What tells two calculations apart: the test, and the numbers that enter it.

A paper may print the same numbers twice, or an axis may change nothing (11 of 15 in both versions
of a contradiction). Such specifications are one calculation and count once. A calculation has a
text for a name: the method, each group, what is assumed. Numbers are rounded to nine significant
digits, more than any paper prints and fewer than another machine could change.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

import pandas as pd

from retrial.selection import Mean

RHO = "|rho="


def figures(value: float) -> str:
    """Return a number to nine significant digits."""
    return f"{float(value) + 0.0:.9g}"


def of_counts(method: str, *cells: tuple[int, int]) -> str:
    """Return the name of a test of events out of totals."""
    return "|".join([method, *(f"{events}/{total}" for events, total in cells)])


def group(n: float, mean: float, error: float, reading: str) -> str:
    """Return the name of a group: its n, mean and error term, and how that is read."""
    return f"{int(n)}:{figures(mean)}+-{figures(error)} {reading}"


def of_means(method: str, means: Iterable[Mean], *assumed: str | None) -> str:
    """Return the name of a test of means; `assumed` is what else tells it apart (a shape)."""
    groups = (group(m.n, m.mean, m.error, m.reading) for m in means)
    return "|".join([method, *groups, *(part for part in assumed if part)])


def with_rho(name: str, rho: float | None) -> str:
    """Return a calculation's name with the correlation that it assumes."""
    return name if rho is None or isnan(rho) else f"{name}{RHO}{figures(rho)}"


def without_rho(names: pd.Series) -> pd.Series:
    """Return calculations' names without the correlation: one branch over a continuous range."""
    return names.str.replace(r"\|rho=[^|]*", "", regex=True)
