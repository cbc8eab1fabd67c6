"""Find the printed numbers that a claim is about, in every consistent version of the paper.

A contradiction of the paper (two values for one thing) is an axis; `version` names one choice on
each axis that the numbers touch, as `axis:choice`, several joined by `;`, empty when none is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import pandas as pd

from retrial.stats.precision import known_interval

READING_ORDER = ("sd", "sem", "ci95")
AS_LABELLED = "as_labelled"  # each number by its own printed label: the paper's own analysis


def tried(readings: Iterable[str]) -> tuple[str, ...]:
    """Return the readings to run: as labelled first, then what if the label is wrong."""
    return tuple(dict.fromkeys((AS_LABELLED, *readings)))


@dataclass(frozen=True)
class Mean:
    """One printed mean, with the SD that a reading of its error term gives."""

    row_id: str
    arm: str
    visit: float
    n: int
    mean: float
    sd: float
    error: float
    mean_interval: tuple[float, float]
    error_interval: tuple[float, float]
    digitized: bool
    reading: str
    admissible: bool
    source: str
    labelled: bool = True
    open: bool = False

    @property
    def row_ids(self) -> tuple[str, ...]:
        """The printed row, as a count names its rows."""
        return (self.row_id,)

    @property
    def allowed(self) -> bool:
        """Whether a defensible analysis may read it so: its label, or one that has a reason."""
        return self.labelled or self.open


@dataclass(frozen=True)
class Count:
    """Events of one arm: counted categories added up, out of `total`."""

    arm: str
    visit: float
    events: int
    total: int
    row_ids: tuple[str, ...]
    inferred: bool
    cumulative: bool
    source: str


def row_ids(*numbers: Mean | Count | None) -> str | None:
    """Return the ids of the printed rows behind some numbers, each once, joined by semicolons."""
    found = (name for number in numbers if number is not None for name in number.row_ids)
    return ";".join(dict.fromkeys(found)) or None


def versions_of(rows: pd.DataFrame) -> list[str]:
    """Return the consistent versions of the paper that these rows take part in.

    The product of the choices on each contradiction among the rows; [""] when they touch none.
    """
    choices: dict[str, list[str]] = {}
    for version in rows["version"].dropna().unique():
        axis = version.split(":")[0]
        choices.setdefault(axis, []).append(version)
    return [";".join(combination) for combination in product(*choices.values())]


def in_version(rows: pd.DataFrame, version: str) -> pd.DataFrame:
    """Return the rows that hold in a version: its own and those that belong to none."""
    return rows[rows["version"].isna() | rows["version"].isin(version.split(";"))]


def rows_of(
    reported: pd.DataFrame,
    outcome: str,
    visit: float,
    *,
    statistic: str,
    categories: list[str] | tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return the reported rows of an outcome at a visit, in all arms and versions."""
    rows = reported[
        (reported["outcome"] == outcome)
        & (reported["visit"] == visit)
        & (reported["statistic"] == statistic)
    ]
    return rows[rows["category"].isin(categories)] if categories else rows


def mean_of(
    rows: pd.DataFrame, summaries: pd.DataFrame, arm: str, version: str, reading: str
) -> Mean | None:
    """Return the mean of an arm under a reading; None when none is printed with an error term."""
    row = in_version(rows[rows["arm"] == arm], version)
    row = row[row["error"].notna()]
    if row.empty:
        return None
    row = row.iloc[0]  # a printed mean stands before the one that a figure shows of it
    if reading == AS_LABELLED:
        reading = row["error_label"]
    options = summaries[summaries["row_id"] == row["row_id"]].set_index("reading")
    if reading not in options.index:
        return None
    summary = options.loc[reading]
    return Mean(
        row_id=row["row_id"],
        arm=arm,
        visit=float(row["visit"]),
        n=int(row["n"]),
        mean=float(row["value"]),
        sd=float(summary["sd"]),
        error=float(row["error"]),
        mean_interval=known_interval(row),
        error_interval=known_interval(row, "error"),
        digitized=bool(row["digitized"]),
        reading=reading,
        admissible=bool(summary["admissible"]),
        source=row["source"],
        labelled=bool(summary["labelled"]),
        open=bool(summary["open"]),
    )


def means_of(
    wanted: list[tuple[pd.DataFrame, str]], summaries: pd.DataFrame, version: str, reading: str
) -> list[Mean] | None:
    """Return one mean for each (rows, arm), under one reading; None when one is not printed.

    An error term is labelled once, so one reading holds for all of them. But the numbers may come
    from tables, texts and figures with labels of their own. Where the audit gives a reason to read
    some of them so (`open`), the others keep their own label: a label refuted for a table says
    nothing of a figure. And where the reading is impossible for one of them, that one is read by
    its label or, if that is impossible too, by the first reading that is possible. The reading
    `as_labelled` is the paper's own analysis: each by its own label, and none replaced. Where a
    reading is possible for none, it is kept and marked inadmissible.
    """
    found = [mean_of(rows, summaries, arm, version, reading) for rows, arm in wanted]
    if any(mean is None for mean in found):
        return None
    if reading == AS_LABELLED or not any(mean.admissible for mean in found):
        return found
    has_reason = any(mean.open and mean.admissible for mean in found)
    for place, (mean, (rows, arm)) in enumerate(zip(found, wanted, strict=True)):
        if mean.admissible and (mean.allowed or not has_reason):
            continue
        order = (AS_LABELLED, reading, *READING_ORDER)
        others = (mean_of(rows, summaries, arm, version, other) for other in order)
        found[place] = next((m for m in others if m is not None and m.admissible), mean)
    return found


def count_of(
    rows: pd.DataFrame, arm: str, version: str, categories: list[str] | tuple[str, ...]
) -> Count | None:
    """Return the events of an arm in a version; None unless every category is printed.

    Of counts printed for two populations those of all who were randomized are taken.
    """
    chosen = in_version(rows[rows["arm"] == arm], version)
    if "population" in chosen and chosen["population"].notna().any():
        randomized = chosen[chosen["population"].ne("analysed").fillna(True)]
        if set(randomized["category"]) == set(categories):
            chosen = randomized
    if set(chosen["category"]) != set(categories) or chosen["total"].isna().any():
        return None
    if chosen["total"].nunique() != 1:
        return None
    return Count(
        arm=arm,
        visit=float(chosen["visit"].iloc[0]),
        events=int(chosen["value"].sum()),
        total=int(chosen["total"].iloc[0]),
        row_ids=tuple(chosen["row_id"]),
        inferred=bool(chosen["inferred"].any()),
        cumulative=bool(chosen["cumulative"].eq(True).any()),
        source="; ".join(dict.fromkeys(chosen["source"])),
    )


def event_name(categories: list[str] | tuple[str, ...]) -> str:
    """Return the name of an event made of counted categories."""
    return "+".join(categories)


def count_pairs(
    reported: pd.DataFrame,
    outcome: str,
    categories: list[str] | tuple[str, ...],
    visit: float,
    arms: tuple[str, str],
) -> Iterator[tuple[str, Count, Count]]:
    """Yield (version, events of the first arm, events of the second) where both are printed."""
    rows = rows_of(reported, outcome, visit, statistic="count", categories=categories)
    for version in versions_of(rows):
        first, second = (count_of(rows, arm, version, categories) for arm in arms)
        if first is not None and second is not None:
            yield version, first, second
