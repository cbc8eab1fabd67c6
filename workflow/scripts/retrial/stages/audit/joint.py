"""Hold rows that print moments of the same patients against one another, reading by reading."""

from __future__ import annotations

import pandas as pd

from retrial.stages.audit.spread import finding, means_with_error
from retrial.stats.admissibility import Admissibility, JointReading, Tie, admissibility, ties_of
from retrial.stats.precision import known_interval
from retrial.stats.summaries import sd_from_error
from retrial.study.models import Study

CHECK = "joint_reading"


def scopes_of(rows: pd.DataFrame) -> dict[str, str]:
    """Return the label scope of each row; a row without one has its own name, marked as such."""
    own = "row " + rows["row_id"].astype("string")
    return dict(zip(rows["row_id"], rows["label_scope"].fillna(own), strict=True))


def losses(study: Study) -> dict[str, int]:
    """Return how many patients of each arm the paper reports as left out or lost, at any visit."""
    lost = {arm.id: 0 for arm in study.arms}
    for dropout in study.dropouts:
        lost[dropout.arm] += dropout.count
    if study.nonresponders is not None:
        lost[study.nonresponders.arm] += len(study.nonresponders.members)
    return lost


def joint_readings(
    study: Study, reported: pd.DataFrame, refuted: set[tuple[str, str]]
) -> Admissibility:
    """Return the readings left when all rows are taken together.

    `refuted` contains the (row, reading) pairs that the limits of a row by itself exclude.
    """
    rows = means_with_error(reported)
    known = [known_interval(row, "error") for _, row in rows.iterrows()]
    rows = rows.assign(
        error_low_known=[low for low, _ in known],
        error_high_known=[high for _, high in known],
        digitized=rows["digitized"].fillna(False).astype(bool),
    )
    return admissibility(scopes_of(rows), refuted, ties_of(rows, losses(study)))


def check_joint(study: Study, reported: pd.DataFrame, refuted: set[tuple[str, str]]) -> list[dict]:
    """Return one line for each reading of each row that another row constrains.

    `value` is the least number of patients that the paper's exclusions and losses leave in the
    part, `bound` the largest number under which the reading would be possible.
    """
    found = joint_readings(study, reported, refuted)
    rows = {row["row_id"]: row for _, row in reported.iterrows()}
    judged = [_line(joint, rows) for joint in found.judged]
    return judged + [_inconsistent(tie, rows) for tie in found.inconsistent]


def _line(joint: JointReading, rows: dict[str, pd.Series]) -> dict:
    tie, reading = joint.tie, joint.reading
    is_part = joint.row_id == tie.part.row_id
    row = rows[joint.row_id]
    other = rows[tie.whole.row_id if is_part else tie.part.row_id]
    beside = " or ".join(f"{_sd(other, r):.3g} as {r.upper()}" for r in joint.beside)
    told = (
        f"{_shown(row)} read as {reading.upper()} is an SD of {_sd(row, reading):.3g}; "
        f"for the same patients {other['source']} prints {_shown(other)}, an SD of {beside}"
    )
    if not joint.possible:
        fewer = "this row" if is_part else "that row"
        told += (
            f". Possible only if {fewer} is about at most {joint.largest} of the {tie.whole.n} "
            "patients"
            if joint.largest
            else ". Possible for no number of patients"
        )
        told += f"; by the exclusions and losses that the paper reports, at least {tie.fewest}"
    return finding(
        CHECK,
        row,
        reading,
        "pass" if joint.possible else "impossible",
        value=float(tie.fewest),
        bound=float(joint.largest),
        detail=told,
    )


def _inconsistent(tie: Tie, rows: dict[str, pd.Series]) -> dict:
    whole, part = rows[tie.whole.row_id], rows[tie.part.row_id]
    return finding(
        CHECK,
        part,
        None,
        "inconsistent",
        value=float(tie.fewest),
        bound=float(max(tie.largest.values())),
        detail=f"{_shown(part)} here and {_shown(whole)} in {whole['source']} are of the same "
        f"patients, or this of at least {tie.fewest} of the {tie.whole.n}; no pair of readings "
        "that is possible elsewhere allows both. Which of them is at fault is not known, so "
        "neither excludes a reading",
    )


def _shown(row: pd.Series) -> str:
    return f"{row['value']:.4g} ± {row['error']:.3g}"


def _sd(row: pd.Series, reading: str) -> float:
    return float(sd_from_error(row["error"], int(row["n"]), reading))
