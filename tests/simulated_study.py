"""A simulated trial of three arms, piece by piece, and its sensitivity analyses."""

from __future__ import annotations

from made_up import trial_of
from retrial.stages.sensitivity import analyse
from retrial.stats.summaries import sd_from_error
from retrial.study.claims import Claim
from retrial.study.constraints import Constraint
from retrial.study.figures import Figure
from retrial.study.models import Study
from retrial.tables import table

READINGS = ["sd", "sem"]
PLACE = {"source": "Simulated", "quote": "simulated for a test"}
ARMS = [
    {"id": "high", "label": "High dose", "role": "treatment", "n": 20, **PLACE},
    {"id": "low", "label": "Low dose", "role": "treatment", "n": 20, **PLACE},
    {"id": "placebo", "label": "Placebo", "role": "control", "n": 18, **PLACE},
]
SCORE = {
    "id": "score",
    "label": "Score",
    "unit": "points",
    "kind": "continuous",
    "better": "higher",
    "natural_bounds": {"lower": 0, "upper": 100, "source": "by definition"},
}


def study(**changed):
    return Study.model_validate(
        {
            "id": "simulated",
            "title": "Simulated",
            "citation": "None",
            "doi": "",
            "simulated": True,
            "about": "A simulated trial of three arms.",
            "arms": ARMS,
            "visits": [0, 4, 8],
            "visits_stated": PLACE,
            "error_label": {"label": "sd", **PLACE},
            "outcomes": [
                SCORE,
                {"id": "cure", "label": "Cure", "unit": "", "kind": "counts", "better": "none"},
            ],
        }
        | changed
    )


def claim(form, expect, targets, method="student_t", **changed):
    return Claim.model_validate(
        {
            "id": f"{form}_{expect}",
            "kind": "trial",
            "statement": "A simulated claim",
            "form": form,
            "expect": expect,
            "targets": targets,
            "paper_analysis": {"method": method},
            "defensible": {},
            **PLACE,
        }
        | changed
    )


def mean(arm, visit, value, error, n, **changed):
    return {
        "row_id": f"{arm}_{visit}",
        "outcome": "score",
        "arm": arm,
        "visit": float(visit),
        "statistic": "mean",
        "value": value,
        "error": error,
        "error_label": "sd",
        "label_scope": "table1",
        "n": float(n),
        "value_decimals": 1.0,
        "error_decimals": 1.0,
        "source": "Table 1",
    } | changed


def count(arm, visit, events, total):
    return {
        "row_id": f"cure_{arm}_{visit}",
        "outcome": "cure",
        "category": "cured",
        "arm": arm,
        "visit": float(visit),
        "statistic": "count",
        "value": float(events),
        "total": float(total),
        "inferred": False,
        "source": "Table 2",
    }


def summaries(rows):
    built = [
        {key: row[key] for key in ("row_id", "outcome", "arm", "visit", "label_scope", "source")}
        | {"n": row["n"], "mean": row["value"], "reading": reading, "admissible": True}
        | {"sd": sd_from_error(row["error"], int(row["n"]), reading)}
        for row in rows
        if row["statistic"] == "mean" and row["error"] == row["error"]
        for reading in READINGS
    ]
    return table(built, "summaries")


def analysed(trial, claims, rows, *, constraints=(), figures=(), evidence=(), rho=(0.2, 0.5)):
    return analyse(
        trial_of(
            trial,
            claims,
            settings={"rho": list(rho)},
            constraints=[Constraint.model_validate(c) for c in constraints],
            figures=[Figure.model_validate(f) for f in figures],
            evidence=table(list(evidence), "evidence"),
            reported=table(rows, "reported").astype({"version": "string", "category": "string"}),
            summaries=summaries(rows),
        )
    )


BASELINE = [mean("high", 0, 40.0, 8.0, 20), mean("placebo", 0, 41.0, 9.0, 18)]
AT_8 = [mean("high", 8, 55.0, 9.0, 20), mean("placebo", 8, 47.0, 10.0, 18)]
SCORE_AT_8 = [{"outcome": "score", "visits": [8]}]
CURE_AT_8 = [{"outcome": "cure", "categories": ["cured"], "visits": [8]}]
NONRESPONDERS = {
    "arm": "placebo",
    "members": [
        {"describes": "one"},
        {
            "describes": "two",
            "known": [{"outcome": "score", "visit": 8, "value": 20.0, **PLACE}],
        },
    ],
    **PLACE,
}
