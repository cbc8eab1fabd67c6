"""What tells two calculations apart: the test, and the numbers that enter it.

A paper may print the same numbers twice, or an axis may change nothing (11 of 15 in both versions
of a contradiction). Such specifications are one calculation and count once. A calculation has a
text for a name: the method, each group, what is assumed. Numbers are rounded to nine significant
digits, more than any paper prints and fewer than another machine could change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isnan

import pandas as pd

from retrial.comparisons.selection import Mean

RHO = "|rho="
_COUNT = re.compile(r"\d+/\d+")


def figures(value: float) -> str:
    """Return a number to nine significant digits."""
    return f"{float(value) + 0.0:.9g}"


def of_counts(method: str, *cells: tuple[int, int]) -> str:
    """Return the name of a test of events out of totals."""
    return "|".join([method, *(f"{events}/{total}" for events, total in cells)])


def counts_of(name: str) -> str | None:
    """Return the two counts that a test compares, "4/15 v. 0/14"; None for any other name."""
    first, *rest = name.split("|")[1:]
    two = len(rest) == 1 and _COUNT.fullmatch(first) and _COUNT.fullmatch(rest[0])
    return f"{first} v. {rest[0]}" if two else None


def group(n: float, mean: float, error: float, reading: str, error_n: float | None = None) -> str:
    """Return the name of a group: its n, mean and error term, and how that is read.

    `error_n` is the n that the error term was printed for, where it is not that of the test: a
    standard error or an interval of 15 patients is another SD than one of 13.
    """
    other = error_n is not None and error_n != n and reading != "sd"
    of = f" of {int(error_n)}" if other else ""
    return f"{int(n)}:{figures(mean)}+-{figures(error)} {reading}{of}"


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
