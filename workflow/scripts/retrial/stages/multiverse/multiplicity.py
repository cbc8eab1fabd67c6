"""The correction for several visits as an axis: as computed, Holm, Benjamini-Hochberg."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retrial.comparisons.calculations import figures

CORRECTIONS = ("none", "holm", "bh")


def adjusted_within(p: pd.Series, family: pd.Series, method: str) -> pd.Series:
    """Return p adjusted within families, all of them at once.

    Holm 1979: (m - rank + 1) p in ascending order, never below the one before. Benjamini and
    Hochberg 1995: m p / rank, never above the one after. Both at most 1; m counts the family.

    Args:
        p: Values without missing ones, shape (n,).
        family: What tells the families apart, same index.
        method: "holm" or "bh".
    """
    order = pd.DataFrame({"p": p, "family": family}).sort_values(["family", "p"], kind="stable")
    groups = order.groupby("family", sort=False)["p"]
    size, rank = groups.transform("size"), groups.cumcount() + 1
    if method == "holm":
        raw = (size - rank + 1) * order["p"]
        running = raw.groupby(order["family"], sort=False).cummax()
    else:
        raw = (size * order["p"] / rank)[::-1]
        running = raw.groupby(order["family"][::-1], sort=False).cummin()[::-1]
    return np.minimum(running, 1.0).reindex(p.index)


def with_multiplicity(frame: pd.DataFrame, axes: list[str]) -> pd.DataFrame:
    """Return the specifications once for each correction that changes anything.

    A family is one comparison at several visits: all axes alike but the visit. `axes` are the names
    of the axes; the result has the column `multiplicity`.
    """
    frame = frame.assign(multiplicity="none")
    same = [axis for axis in axes if axis not in ("visit", "multiplicity")]
    family = frame.groupby(["claim_id", *same], dropna=False, sort=False).ngroup()
    several = family.map(family.value_counts()).gt(1) & frame["visit"].notna() & frame["p"].notna()
    if not several.any():
        return frame
    rows = frame[several]
    parts = [frame]
    for method in CORRECTIONS[1:]:
        adjusted = adjusted_within(rows["p"], family[several], method)
        # What else is in the family changes p: the adjusted value tells it apart.
        name = [
            f"{name}|{method}={figures(p)}"
            for name, p in zip(rows["calculation"], adjusted, strict=True)
        ]
        parts.append(rows.assign(multiplicity=method, p=adjusted, calculation=name))
    return pd.concat(parts, ignore_index=True)
