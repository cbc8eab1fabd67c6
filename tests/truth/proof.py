"""How close the statistics come without the patients: each test beside that on the patients' data.

(a) With the patients' own correlation of the visits, so that rounding is the only difference; (b)
with what a reader has: a correlation assumed over a grid, and for rank tests simulated patients.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from retrial.longitudinal import ar1, compound_symmetry

from truth.patients import complete, patients_tests, wide
from truth.printed import (
    RANK_TESTS,
    Cells,
    at_single_visits,
    by_ranks,
    cells_of,
    correlations_of,
    over_visits,
    recorded_decimals,
)
from truth.trials import REPEATED, Trial

ALPHA = 0.05
RHOS = np.round(np.arange(0.3, 0.91, 0.05), 2)
DRAWS = 1000
TESTS = (
    "student_t",
    "welch_t",
    "paired_t",
    "change_score_t",
    "ancova",
    "mixed_anova_group",
    "mixed_anova_visit",
    "mixed_anova_interaction",
    "auc_t",
    "trend_t",
    "hotelling_t2",
    *RANK_TESTS,
)
# n_1 and n_2 are the patients tested. p: on the patients; from summaries unrounded, with rounded
# SDs, with rounded SEMs (all with the patients' own correlation); of those who were at a visit,
# with the least n of all visits (what a paper with drop-outs prints); over the assumed correlations
# or the simulated patients.
COLUMNS = [
    "trial",
    "test",
    "visit",
    "arm",
    "n_1",
    "n_2",
    "p_patients",
    "p_exact",
    "p_sd",
    "p_sem",
    "p_available",
    "p_low",
    "p_median",
    "p_high",
]


def assumed(trial: Trial) -> np.ndarray:
    """Return the correlations that a reader may assume, (structures x rhos, arms, visits, visits)."""
    times = np.array(trial.visits)
    both = np.concatenate([compound_symmetry(len(times), RHOS), ar1(times, RHOS)])
    return np.repeat(both[:, None], 2, axis=1)


def prove(trial: Trial, draws: int = DRAWS) -> pd.DataFrame:
    """Return one row a test of a trial, columns COLUMNS; without draws, no rank tests."""
    truth = patients_tests(trial)
    rows = trial.rows()
    tables = wide(trial, rows)
    everyone = cells_of([table.to_numpy(float) for table in tables])
    stayed = complete(tables)
    completers, own = cells_of(stayed), correlations_of(stayed)
    decimals = recorded_decimals(rows) + 1

    def tests(everyone: Cells, completers: Cells) -> dict:
        return at_single_visits(trial, everyone) | over_visits(trial, completers, own)

    exact = tests(everyone, completers)
    by_sd, by_sem = (
        tests(everyone.rounded(decimals, error), completers.rounded(decimals, error))
        for error in ("sd", "sem")
    )
    printed = everyone.rounded(decimals)
    available = over_visits(trial, printed, own)
    grid = over_visits(trial, completers.rounded(decimals), assumed(trial))
    ranks = by_ranks(trial, printed, draws) if draws else {}
    lines = []
    for key, p in truth.items():
        test, visit, arm = key
        if test in RANK_TESTS and not draws:
            continue
        single = test in ("student_t", "welch_t", *RANK_TESTS)
        n = everyone.n[:, trial.visits.index(visit)] if single else completers.n[:, 0]
        line = {"trial": trial.id, "test": test, "visit": visit, "arm": arm}
        line |= {"n_1": n[0], "n_2": n[1], "p_patients": p}
        if key in ranks:
            line |= dict(zip(("p_median", "p_low", "p_high"), ranks[key], strict=True))
        else:
            line |= {"p_exact": exact[key], "p_sd": by_sd[key], "p_sem": by_sem[key]}
        if key in grid:
            p_grid = np.asarray(grid[key])
            line |= {"p_low": p_grid.min(), "p_median": np.median(p_grid), "p_high": p_grid.max()}
            line["p_available"] = available[key]
        lines.append(line)
    return pd.DataFrame(lines, columns=COLUMNS)


def proof(draws: int = DRAWS, trials: tuple[Trial, ...] = REPEATED) -> pd.DataFrame:
    """Return the rows of all trials."""
    return pd.concat([prove(trial, draws) for trial in trials], ignore_index=True)


def changed(table: pd.DataFrame, column: str) -> pd.Series:
    """Return whether the verdict at 0.05 is another than on the patients' data."""
    return (table["p_patients"] < ALPHA) != (table[column] < ALPHA)


def holds(table: pd.DataFrame) -> pd.Series:
    """Return whether the range of p holds that on the patients' data."""
    p = table["p_patients"]
    return (table["p_low"] <= p) & (p <= table["p_high"])


def settled(table: pd.DataFrame) -> pd.Series:
    """Return whether the whole range of p is on one side of 0.05."""
    return (table["p_low"] < ALPHA) == (table["p_high"] < ALPHA)
