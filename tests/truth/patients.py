"""The tests on the patients themselves, by scipy, statsmodels and pingouin.

Drop-out: a test of single visits takes all who were there (available cases), a test that needs
several visits of a patient those who were at all of them (complete cases).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from truth.trials import Trial

# A test's key: its name, the visit (NaN where all enter) and the arm ("" where both do).
Key = tuple[str, float, str]
ALL = float("nan")


def wide(trial: Trial, rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return each arm's values, patients by visits, without a value where one is missing."""
    return [
        rows[rows["arm"] == arm]
        .pivot_table(index="patient", columns="visit", values="value")
        .reindex(columns=list(trial.visits))
        for arm, _ in trial.arms
    ]


def complete(tables: list[pd.DataFrame]) -> list[np.ndarray]:
    """Return each arm's values of the patients who were at every visit."""
    return [table.dropna().to_numpy(float) for table in tables]


def patients_tests(trial: Trial) -> dict[Key, float]:
    """Return p of every test on the patients of a trial."""
    available = wide(trial, trial.rows())
    return dict(_single_visits(trial, available)) | dict(_changes(trial, complete(available)))


def _single_visits(trial: Trial, available: list[pd.DataFrame]) -> Iterator[tuple[Key, float]]:
    for visit in trial.visits:
        pair = [table[visit].dropna() for table in available]
        yield ("student_t", visit, ""), stats.ttest_ind(*pair).pvalue
        yield ("welch_t", visit, ""), stats.ttest_ind(*pair, equal_var=False).pvalue
        # As R does: exact for fewer than 50 a group without ties, else corrected for continuity.
        tied = len(np.unique(np.concatenate(pair))) < sum(map(len, pair))
        method = "asymptotic" if tied or max(map(len, pair)) >= 50 else "exact"
        yield ("mann_whitney", visit, ""), stats.mannwhitneyu(*pair, method=method).pvalue
        yield ("kruskal_wallis", visit, ""), stats.kruskal(*pair).pvalue


def _changes(trial: Trial, arms: list[np.ndarray]) -> Iterator[tuple[Key, float]]:
    for place, visit in enumerate(trial.visits[1:], 1):
        for (arm, _), values in zip(trial.arms, arms, strict=True):
            yield ("paired_t", visit, arm), stats.ttest_rel(values[:, place], values[:, 0]).pvalue
        changes = [values[:, place] - values[:, 0] for values in arms]
        yield ("change_score_t", visit, ""), stats.ttest_ind(*changes).pvalue
        yield ("ancova", visit, ""), _ancova(arms, place)
    times = np.array(trial.visits)
    areas = [np.trapezoid(values, times, axis=1) for values in arms]
    yield ("auc_t", ALL, ""), stats.ttest_ind(*areas).pvalue
    slopes = [np.polyfit(times, values.T, 1)[0] for values in arms]
    yield ("trend_t", ALL, ""), stats.ttest_ind(*slopes).pvalue
    yield from _mixed_anova(arms)
    if len(times) > 2:  # with two visits it is the t test of the changes
        yield ("hotelling_t2", ALL, ""), _parallel(arms)


def _ancova(arms: list[np.ndarray], place: int) -> float:
    import statsmodels.formula.api as smf

    parts = [
        pd.DataFrame({"before": values[:, 0], "after": values[:, place], "treated": 1 - number})
        for number, values in enumerate(arms)
    ]
    fit = smf.ols("after ~ before + treated", pd.concat(parts)).fit()
    return float(fit.pvalues["treated"])


def _mixed_anova(arms: list[np.ndarray]) -> Iterator[tuple[Key, float]]:
    """Yield the split-plot ANOVA's effects; visit (type II) and interaction are corrected."""
    import pingouin

    rows = [
        {"arm": arm, "patient": f"{arm}-{patient}", "visit": visit, "value": value}
        for arm, values in enumerate(arms)
        for patient, profile in enumerate(values)
        for visit, value in enumerate(profile)
    ]
    names = {"dv": "value", "within": "visit", "subject": "patient", "between": "arm"}
    found = pingouin.mixed_anova(pd.DataFrame(rows), **names, correction=True)
    corrected = arms[0].shape[1] > 2  # two visits are spherical
    for place, effect in enumerate(("group", "visit", "interaction")):
        column = "p_GG_corr" if corrected and effect != "group" else "p_unc"
        yield (f"mixed_anova_{effect}", ALL, ""), float(found[column].iloc[place])


def _parallel(arms: list[np.ndarray]) -> float:
    import pingouin

    steps = [np.diff(values, axis=1) for values in arms]
    return float(pingouin.multivariate_ttest(*steps)["pval"].iloc[0])
