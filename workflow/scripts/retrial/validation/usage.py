"""What each typed number is used for, and why one is used by nothing.

Nothing that a person typed is dropped without a word: `retrial validate` and the report say which
rows of `reported.csv` and `counts.csv` no table, check or test takes, and the reason.
"""

from __future__ import annotations

import pandas as pd

from retrial.stages.interval_ends import WORDS
from retrial.study.claims import Claim, Target
from retrial.study.models import Study
from retrial.tables import table
from retrial.vocabulary import methods_that_need

# What a printed number can be used for, in the order in which it is listed.
USES = ("tests", "summaries", "printed_p", "audit", "claims", "sensitivity")
_FROM_BASELINE = set(methods_that_need("baseline"))


def usage(
    study: Study, claims: list[Claim], reported: pd.DataFrame, audit: pd.DataFrame
) -> pd.DataFrame:
    """Return one line for each typed row, with the columns of `usage`.

    `reported` and `audit` are the tables of these names; digitized numbers are left out, as nobody
    typed them.
    """
    typed = reported[~reported["digitized"].fillna(False).astype(bool)]
    applied = audit[audit["verdict"] != "not_applicable"]
    audited = set(applied["target"]) | _partners(typed, applied)
    compared = set(applied.loc[applied["check"] == "printed_p", "target"])
    behind = _behind_p(typed, compared)
    lines = []
    for _, row in typed.iterrows():
        found = _uses(study, claims, row, audited, compared | behind)
        used = [use for use in USES if use in found]
        lines.append(
            {
                "row_id": row["row_id"],
                "file": "counts.csv" if row["statistic"] == "count" else "reported.csv",
                "used_by": ";".join(used) or None,
                "because": _remark(study, row, found, audit),
            }
        )
    return table(lines, "usage")


def _partners(typed: pd.DataFrame, applied: pd.DataFrame) -> set[str]:
    """Return the rows that a check of another row takes: the original, the total, the tally."""
    targets = set(applied["target"])
    mine = typed[typed["row_id"].isin(targets)]
    partners = set(mine["alternative_of"].dropna()) | set(mine["total_row"].dropna())
    partners |= set(typed.loc[typed["tally"].isin(targets), "row_id"])
    # The ends of a range are the bounds of the SD of its mean.
    ranges = set(applied.loc[applied["check"] == "range_sd", "target"])
    for _, row in typed[typed["row_id"].isin(ranges)].iterrows():
        same = _same(typed, row)
        partners |= set(typed[same & typed["statistic"].isin(["minimum", "maximum"])]["row_id"])
    return partners


def _same(typed: pd.DataFrame, row: pd.Series) -> pd.Series:
    same = typed["outcome"] == row["outcome"]
    for column in ("arm", "visit"):
        value = row[column]
        same &= typed[column].isna() if pd.isna(value) else typed[column].eq(value).fillna(False)
    return same


def _has_spread(row: pd.Series) -> bool:
    return row["statistic"] == "mean" and pd.notna(row["error"]) and pd.notna(row["n"])


def _uses(
    study: Study,
    claims: list[Claim],
    row: pd.Series,
    audited: set[str],
    compared: set[str],
) -> set[str]:
    used = set()
    if row["row_id"] in compared:
        used.add("printed_p")
    if row["row_id"] in audited and row["statistic"] != "p":
        used.add("audit")
    if _has_spread(row):
        used.add("summaries")
    for claim in claims:
        if row["row_id"] in claim.rows:
            used.add("claims")
        if _tested(study, claim, row):
            used.add("tests")
    remission = study.natural_remission
    if remission is not None and row["statistic"] == "count" and row["visit"] == remission.visit:
        events = [(e.outcome, c) for e in remission.events for c in e.categories]
        if (row["outcome"], row["category"]) in events:
            used.add("sensitivity")
    if row["statistic"] == "mean" and row["visit"] > min(study.visits):
        unit = row["unit"] if pd.notna(row["unit"]) else study.outcome(row["outcome"]).unit
        if any(one.units.get(row["outcome"]) == unit for one in study.derived):
            used.add("sensitivity")
    return used


def _behind_p(typed: pd.DataFrame, compared: set[str]) -> set[str]:
    """Return the means and counts that a printed p was compared with."""
    behind = set()
    for _, p in typed[typed["row_id"].isin(compared)].iterrows():
        own = typed[
            (typed["outcome"] == p["outcome"])
            & typed["statistic"].isin(["mean", "count"])
            & typed["arm"].notna()
        ]
        if pd.notna(p["arm"]):
            own = own[own["arm"] == p["arm"]]
        elif pd.notna(p["visit"]):
            own = own[own["visit"].eq(p["visit"]) | own["statistic"].eq("mean")]
        behind |= set(own["row_id"])
    return behind


def _tested(study: Study, claim: Claim, row: pd.Series) -> bool:
    """Return whether a test of a claim takes this row."""
    counted = row["statistic"] == "count"
    if claim.kind != "trial" or not (counted or _has_spread(row)) or pd.isna(row["arm"]):
        return False
    if claim.form in ("change", "no_events"):
        arms = {claim.arm}
    else:
        arms = {study.arm("treatment").id, study.arm("control").id}
    if row["arm"] not in arms:
        return False
    for target in claim.targets:
        visits = {*target.visits, claim.from_visit}
        if claim.defensible and set(claim.defensible.means_methods) & _FROM_BASELINE:
            visits.add(min(study.visits))
        if (
            target.outcome == row["outcome"]
            and row["visit"] in visits
            and (not counted or row["category"] in _categories(study, target))
        ):
            return True
    return False


def _categories(study: Study, target: Target) -> list[str]:
    return study.outcome(target.outcome).ordered if target.ordered else target.categories


def _remark(study: Study, row: pd.Series, used: set[str], audit: pd.DataFrame) -> str | None:
    """Return why a row is used by nothing; of a row in use, what of it is not used."""
    statistic, scale = row["statistic"], row["interval_scale"]
    if pd.notna(scale) and scale in WORDS:
        return WORDS[scale]
    if not used:
        return _unused(study, row, audit)
    if "tests" in used or statistic not in ("mean", "count") or pd.isna(row["arm"]):
        return None
    pair = [study.arm("treatment").id, study.arm("control").id]
    if row["arm"] not in pair:
        return f"no test of a claim takes this arm: the tests compare {pair[0]} with {pair[1]}"
    return "no claim is about it, so no test of a claim takes it"


def _unused(study: Study, row: pd.Series, audit: pd.DataFrame) -> str:
    statistic = row["statistic"]
    if statistic == "p":
        mine = audit[audit["check"].eq("printed_p") & audit["target"].eq(row["row_id"])]
        reason = mine["detail"].iloc[0] if len(mine) and pd.notna(mine["detail"].iloc[0]) else ""
        return reason or "nothing printed to compare it with"
    if statistic == "median":
        return "a median gives no mean and SD without a model of the distribution"
    if statistic == "mean":
        missing = "error term" if pd.isna(row["error"]) else "n"
        return f"no {missing} is printed with it, so its spread is not known"
    if statistic in ("minimum", "maximum"):
        return "the outcome has no limits, and no mean with an error term is printed for this range"
    if statistic == "proportion":
        return "a proportion is not tested: type its count and total into counts.csv"
    return "no claim is about it, and it is in no tally"


def usage_lines(used: pd.DataFrame) -> list[str]:
    """Return the closing lines of `retrial validate`: how much is used, and what is not and why."""
    idle = used[used["used_by"].isna()]
    rows = f"{len(used)} row{'' if len(used) == 1 else 's'} typed, {len(used) - len(idle)} used"
    if idle.empty:
        return [f"{rows}."]
    lines = [f"{rows}; these by nothing:"]
    for because, group in idle.groupby("because", sort=False):
        lines.append(f"  {', '.join(group['row_id'])}: because {because}")
    return lines
