"""Several studies together: which effect of each is taken, and what they come to.

One effect a study and outcome: the last visit after baseline at which both arms have a mean with
an error term, in the first version of a contradiction. A difference at baseline is no effect of
the treatment and is never pooled. A simulated study is never taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from retrial.comparisons.selection import READING_ORDER
from retrial.stages.meta.ratios import RATIOS
from retrial.stats.pooling import Pooled, combine, dersimonian_laird, paule_mandel
from retrial.study.models import Study
from retrial.tables import table

SCALES = ("md", "smd")
LABELLED = "labelled"  # each study read as its paper says, as far as that is possible
RULES = (*READING_ORDER, LABELLED)


@dataclass(frozen=True)
class MetaAnalysis:
    """The tables `meta` and `weights`."""

    pooled: pd.DataFrame
    weights: pd.DataFrame


def real_studies(studies: list[Study]) -> list[Study]:
    """Return the studies with patients in them."""
    return [study for study in studies if not study.simulated]


def last_visits(effects: pd.DataFrame) -> pd.DataFrame:
    """Return, for each study and outcome, the effects of the last visit with both means.

    The outcomes that are printed at baseline only keep their baseline rows: `is_effect` tells.
    """
    same = ["study", "outcome", "category"]
    last = effects.groupby(same, sort=False, dropna=False)["visit"].transform("max")
    return effects[effects["visit"] == last]


def taken(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the effects that a meta-analysis takes, under each reading.

    Those of `last_visits`, and of contradictory versions the one that comes first.
    """
    rows = last_visits(effects)
    versions = rows["version"].astype("string").fillna("")
    same = [rows[name] for name in ("study", "outcome", "category")]
    first = versions.groupby(same, sort=False, dropna=False).transform("first")
    return rows[versions == first]


def is_effect(effects: pd.DataFrame) -> pd.Series:
    """Return which rows come after baseline, so that the treatment may have had an effect."""
    return effects["visit"] > 0


def read_as(rows: pd.DataFrame, rule: str | None) -> pd.Series | None:
    """Return the row of one comparison under a rule; None when it has no such reading.

    Counts have no reading and no rule (None).

    Under `labelled` the reading that the paper states where that is possible, else the first
    possible one, else the stated one.
    """
    if rule is None:
        return rows.iloc[0]
    if rule != LABELLED:
        found = rows[rows["reading"] == rule]
        return None if found.empty else found.iloc[0]
    possible, stated = (
        rows[column].fillna(False).astype(bool) for column in ("admissible", "labelled")
    )
    for chosen in (rows[possible & stated], rows[possible], rows[stated], rows):
        if len(chosen):
            return chosen.iloc[0]
    return None


def meta_analysis(studies: list[Study], effects: pd.DataFrame, *, alpha: float) -> MetaAnalysis:
    """Pool each outcome over the studies, under each reading and on both scales.

    Args:
        studies: The studies of the run, simulated ones among them.
        effects: Their tables `effects`, one below the other; rows of other studies are left out.
        alpha: 1 minus the level of the intervals.

    Returns:
        One row for each outcome with its unit, reading and scale; and the studies in each, with
        those that are left out and why.
    """
    real = [study.id for study in real_studies(studies)]
    of_real = [effects[effects["study"] == study] for study in real]
    chosen = taken(pd.concat(of_real, ignore_index=True)) if of_real else effects.iloc[:0]
    chosen = _in_months(studies, chosen)
    pooled, weights = [], []
    groups = chosen.groupby(["outcome", "category", "unit"], sort=True, dropna=False)
    for (outcome, category, unit), rows in groups:
        counted = pd.notna(category)
        same = {"outcome": outcome, "category": category if counted else None, "unit": unit}
        after = rows[is_effect(rows)]
        for rule in ((None,) if counted else RULES) if len(after) else ():
            read = (read_as(one, rule) for _, one in after.groupby("study", sort=False))
            studies_read = pd.DataFrame([row for row in read if row is not None]).reset_index()
            for scale in (RATIOS if counted else SCALES) if len(studies_read) else ():
                one, each = _pool(studies_read, scale, _refusal(scale, unit, studies_read), alpha)
                key = same | {"reading": rule, "scale": scale}
                pooled += [key | one] if one else []
                weights += [key | row for row in each]
        weights += [same | row for row in _left_out(rows[~is_effect(rows)])]
    return MetaAnalysis(table(pooled, "meta"), table(weights, "weights"))


def _refusal(scale: str, unit: str, rows: pd.DataFrame) -> str:
    """Return why these effects cannot be pooled; empty when they can."""
    if scale == "md" and len(rows) > 1 and "not stated" in unit:
        return "the unit is not stated, so raw differences cannot be pooled"
    return ""


def _pool(rows: pd.DataFrame, scale: str, refusal: str, alpha: float) -> tuple[dict, list[dict]]:
    """Return the row of a meta-analysis, empty where nothing is pooled, and its studies' rows."""
    usable = rows[f"weight_{scale}"].notna() & rows[scale].notna() & (not refusal)
    without = "no spread in either arm, so no weight"
    if scale in RATIOS:
        without = "nobody or everybody has the event in both arms, so there is no ratio"
    otherwise = refusal or without
    in_it = rows[usable]
    one: dict = {}
    shares = pd.Series(dtype=float)
    weights = pd.Series(dtype=float)
    if len(in_it):
        effects, variances = in_it[scale].to_numpy(), in_it[f"{scale}_variance"].to_numpy()
        result = combine(effects, variances, alpha=alpha)
        shares = pd.Series(result.weights, in_it.index)
        between = 0.0 if result.k == 1 else result.tau2
        weights = 1 / (in_it[f"{scale}_variance"] + between)
        one = _row(result) | {
            "admissible": bool(in_it["admissible"].all()),
            "tau2_pm": paule_mandel(effects, variances),
            "tau2_dl": dersimonian_laird(effects, variances),
            "studies": ";".join(in_it["study"]),
            "detail": _detail(in_it),
        }
    each = [
        {
            "study": row["study"],
            "visit": row["visit"],
            "version": row["version"],
            "used_reading": row["reading"],
            "admissible": row["admissible"],
            "estimate": row[scale],
            "variance": row[f"{scale}_variance"],
            "low": row[f"{scale}_low"],
            "high": row[f"{scale}_high"],
            "weight": weights.get(place),
            "share": shares.get(place),
            "pooled": bool(usable[place]),
            "detail": "" if usable[place] else otherwise,
        }
        for place, row in rows.iterrows()
    ]
    return one, each


def _in_months(studies: list[Study], effects: pd.DataFrame) -> pd.DataFrame:
    """Return the effects with their visits in months, to a tenth where a study counts otherwise."""
    by_id = {study.id: study for study in studies}
    visits = [
        visit if by_id[name].visit_unit == "months" else round(by_id[name].in_months(visit), 1)
        for name, visit in zip(effects["study"], effects["visit"], strict=True)
    ]
    return effects.assign(visit=pd.Series(visits, index=effects.index, dtype=float))


def _row(result: Pooled) -> dict:
    unused = {"weights"}
    return {name: value for name, value in vars(result).items() if name not in unused}


def _detail(rows: pd.DataFrame) -> str:
    """Return what a reader of the row must know."""
    said = ["no pooling: one study, its own effect"] if len(rows) == 1 else []
    refuted = rows.loc[~rows["admissible"].astype(bool), "study"]
    if len(refuted):
        said.append(f"no data can have this reading in {', '.join(refuted)}")
    if rows["visit"].nunique() > 1:
        visits = zip(rows["study"], rows["visit"], strict=True)
        said.append("visits differ: " + ", ".join(f"{s} month {v:g}" for s, v in visits))
    return "; ".join(said)


def _left_out(rows: pd.DataFrame) -> list[dict]:
    """Return one row for each study whose outcome is printed at baseline only."""
    return [
        {
            "study": study,
            "visit": one["visit"].iloc[0],
            "pooled": False,
            "detail": "left out: both arms are printed at baseline only",
        }
        for study, one in rows.groupby("study", sort=False)
    ]
