"""How close the statistics come without the patients: each test beside that on the patients' data.

(a) With the patients' own correlation of the visits, so that rounding is the only difference; (b)
with what a reader has: a correlation assumed over a grid, and for rank tests simulated patients.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from retrial.stats.repeated.correlation import ar1, compound_symmetry

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
    rounding_ranges,
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
# n_1, n_2: patients tested. p_patients: on their data; p_exact, p_sd, p_sem: from summaries with
# the patients' own correlation, unrounded, with printed SDs, with printed SEMs; p_available: the
# same from what a paper with drop-outs prints, the means and SDs of all who were at a visit, with
# the n of those who were at all; p_low to p_high: over what a reader cannot know, the correlation
# (paired tests and all of several visits), the values behind the rounding (Student and Welch), the
# patients (rank tests, their 95 % range over the shapes); p_median: the middle of these.
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
    """Return the correlations that a reader may assume, (many, arms, visits, visits)."""
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
    ranges = {key: np.asarray(p) for key, p in grid.items()}
    ranges |= rounding_ranges(trial, printed, decimals)
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
        if key in ranges:
            line |= {"p_low": ranges[key].min(), "p_high": ranges[key].max()}
        if key in grid:
            line |= {"p_median": np.median(grid[key]), "p_available": available[key]}
        lines.append(line)
    lines.sort(key=lambda line: TESTS.index(line["test"]))
    return pd.DataFrame(lines, columns=COLUMNS)


def proof(draws: int = DRAWS, trials: tuple[Trial, ...] = REPEATED) -> pd.DataFrame:
    """Return the rows of all trials."""
    return pd.concat([prove(trial, draws) for trial in trials], ignore_index=True)


def apart(table: pd.DataFrame) -> pd.Series:
    """Return how far rounding moves p, by SDs or by SEMs, whichever is further."""
    both = table[["p_sd", "p_sem"]].sub(table["p_patients"], axis=0)
    return both.abs().max(axis=1)


def changed(table: pd.DataFrame, *columns: str) -> pd.Series:
    """Return whether a verdict at 0.05 is another than on the patients' data; missing ones not."""
    truth = table["p_patients"] < ALPHA
    each = [truth.ne(table[column] < ALPHA) & table[column].notna() for column in columns]
    return pd.concat(each, axis=1).any(axis=1)


def holds(table: pd.DataFrame) -> pd.Series:
    """Return whether the range of p holds that on the patients' data."""
    p, noise = table["p_patients"], 1 + 1e-5
    return (table["p_low"] <= p * noise) & (p <= table["p_high"] * noise)


def settled(table: pd.DataFrame) -> pd.Series:
    """Return whether the whole range of p gives the verdict that the patients' data give."""
    return ~changed(table, "p_low", "p_high")


def summarize(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return, by test or by trial, how far p is off and how the verdicts fare."""
    counted = table.assign(
        apart=apart(table),
        changed=changed(table, "p_sd", "p_sem"),
        middle=changed(table, "p_median"),
        holds=holds(table),
        settled=settled(table),
    )
    return counted.groupby(by, sort=False).agg(
        tests=("apart", "size"),
        rounded=("apart", "count"),
        median=("apart", "median"),
        worst=("apart", "max"),
        changed=("changed", "sum"),
        holds=("holds", "sum"),
        settled=("settled", "sum"),
        middle=("middle", "sum"),
    )
