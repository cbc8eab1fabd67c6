"""What the paper states and does not by RoB 2 domain, and which announced results it never gives.

Source: RoB 2, domain 5 (Sterne et al. 2019, doi:10.1136/bmj.l4898): a result that was measured by
the Methods and is not reported bears on the selection of what was.
"""

from __future__ import annotations

import pandas as pd

from retrial.study.models import Study
from retrial.study.outcomes import Outcome
from retrial.tables import table

SELECTION = "Selection of the reported result"


def unreported(study: Study) -> list[Outcome]:
    """Return the outcomes that the paper announces and gives no result of, primary ones first."""
    order = ("primary", "secondary", "other")
    found = [outcome for outcome in study.outcomes if outcome.reported == "no"]
    return sorted(found, key=lambda outcome: order.index(outcome.level))


def risk_of_bias(study: Study) -> pd.DataFrame:
    """Return what the paper states, and does not, by RoB 2 domain, with columns of `risk_of_bias`.

    The outcomes that are never reported are added to the domain on the selection of the reported
    result, which is made when the study folder has none.
    """
    rows = [{**domain.model_dump(), "unreported": None} for domain in study.risk_of_bias]
    missing = unreported(study)
    if missing:
        is_selection = [r["domain"].casefold().endswith(SELECTION.casefold()) for r in rows]
        if not any(is_selection):
            quoted = {"source": missing[0].source, "quote": missing[0].quote}
            rows.append({"domain": SELECTION, "stated": "", "not_stated": "", **quoted})
            is_selection.append(True)
        row = rows[is_selection.index(True)]
        named = ", ".join(_named(outcome) for outcome in missing)
        told = f"Any result after treatment began of what the paper says it measured: {named}."
        row["not_stated"] = f"{row['not_stated']} {told}".strip()
        row["unreported"] = ", ".join(outcome.id for outcome in missing)
    return table(rows, "risk_of_bias")


def _named(outcome: Outcome) -> str:
    end_point = "" if outcome.level == "other" else f" ({outcome.level} end point)"
    return outcome.label + end_point
