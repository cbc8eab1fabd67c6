"""Rebuild each group's n, mean and SD from what is printed, under each reading of the error term.

An error term may be a standard deviation, a standard error or the half-width of a 95 % confidence
interval; which one is an assumption, so every reading is kept, and those that no data can have are
marked.
"""

from __future__ import annotations

import pandas as pd

from retrial.stages.audit.joint import scopes_of
from retrial.stages.audit.label_fit import reasons
from retrial.stages.audit.labels import refuted_rows, refuted_scopes
from retrial.stages.audit.spread import means_with_error
from retrial.stats.student import critical_t
from retrial.stats.summaries import READINGS, sd_from_error, sem_from_sd
from retrial.tables import table


def reconstruct(
    reported: pd.DataFrame, audit: pd.DataFrame, *, readings: list[str]
) -> pd.DataFrame:
    """Return one row for each printed mean and reading, with the columns of `summaries`.

    `labelled`: the reading is the printed label. `open`: it is another one, possible, and the audit
    gives a reason (`because`) to doubt the label. The label's reading is always among the rows.
    `ci_low` and `ci_high` are the 95 % confidence interval of the mean (t distribution).
    """
    findings = audit.to_dict("records")
    refuted, why = refuted_rows(findings), reasons(reported, findings)
    scopes = refuted_scopes(reported, refuted, READINGS)
    scope_of, rows = scopes_of(means_with_error(reported)), []
    for _, row in means_with_error(reported).iterrows():
        n = int(row["n"])
        label = row["error_label"]
        for reading in (r for r in READINGS if r in readings or r == label):
            sd = sd_from_error(row["error"], n, reading)
            half = float(critical_t(n - 1, 0.05)) * sem_from_sd(sd, n)
            admissible = (row["row_id"], reading) not in refuted
            admissible &= (row["label_scope"], reading) not in scopes
            because = why.get((scope_of[row["row_id"]], reading)) if admissible else None
            rows.append(
                {
                    "row_id": row["row_id"],
                    "outcome": row["outcome"],
                    "arm": row["arm"],
                    "visit": row["visit"],
                    "reading": reading,
                    "admissible": admissible,
                    "labelled": reading == label,
                    "open": because is not None,
                    "because": because,
                    "n": n,
                    "mean": row["value"],
                    "sd": sd,
                    "sem": sem_from_sd(sd, n),
                    "ci_low": row["value"] - half,
                    "ci_high": row["value"] + half,
                    "label_scope": row["label_scope"],
                    "version": row["version"],
                    "source": row["source"],
                }
            )
    return table(rows, "summaries")
