"""How close the statistics come without the patients: `make proof`, for resources/accuracy.md.

`python tests/benchmarks/statistics_proof.py [accuracy.md proof.csv]` re-runs every test on the rows
of ten public data sets and from what a paper would print of them, simulates the error rates of the
whole path, prints the tables, and writes them into the files that are named.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from digitizing_accuracy import put
from truth import error_rates
from truth.error_rates import Rates, draw_trials, effect, rank_rates, rates, with_effect
from truth.patients import wide
from truth.printed import by_ranks, cells_of, recorded_decimals
from truth.proof import DRAWS, RANK_TESTS, TESTS, prove, summarize
from truth.trials import REPEATED

BEGIN, END = "<!-- proof:begin -->", "<!-- proof:end -->"
TIMES, RANK_TIMES, SEED = 20_000, 2_000, 2013
LABELS = {
    "student_t": "Student",
    "welch_t": "Welch",
    "paired_t": "paired t, within arm",
    "change_score_t": "t of changes",
    "ancova": "ANCOVA",
    "mixed_anova_group": "ANOVA: group",
    "mixed_anova_visit": "ANOVA: visit",
    "mixed_anova_interaction": "ANOVA: interaction",
    "auc_t": "t of areas",
    "trend_t": "t of slopes",
    "hotelling_t2": "Hotelling: parallel",
    "mann_whitney": "Mann-Whitney",
    "kruskal_wallis": "Kruskal-Wallis",
}
HEADINGS = (
    "tests",
    "p off by rounding",
    "verdicts changed",
    "range holds p",
    "whole range has its verdict",
    "middle has another",
)
# Where summaries fall short: trial, test and visit of the numbers that are reported.
ROUNDED = ("btheb", "ancova", 5.0)
SKEWED = ("pbc", "mann_whitney", 6.0)
TIED = ("bodyweight", "mann_whitney", 64.0)
CORRELATED = ("bodyweight", "hotelling_t2", None)
LEFT, CAME = ("pbc", "trend_t", None), ("pbc", "student_t", 0.0)


def p_text(p: float) -> str:
    """Return a p of two digits."""
    if p < 0.0001:
        return "< 0.0001"
    return f"{p:.2g}" if p < 0.995 else "1.00"


def markdown(rows: list[list[str]]) -> str:
    """Return rows, the headings first, as a table in Markdown."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summary_table(proof: pd.DataFrame, by: str) -> str:
    """Return the table by test or by trial."""
    rows = [[by, *HEADINGS]]
    summary = summarize(proof, by)
    order = TESTS if by == "test" else summary.index
    for name, line in summary.reindex(order).iterrows():
        rounded = line["rounded"] > 0
        off = f"{line['median']:.3f} ({line['worst']:.2f})" if rounded else ""
        within = name not in ("student_t", "welch_t")
        rows.append(
            [
                LABELS.get(name, name),
                f"{line['tests']:.0f}",
                off,
                f"{line['changed']:.0f}" if rounded else "",
                f"{line['holds']:.0f}",
                f"{line['settled']:.0f}",
                f"{line['middle']:.0f}" if within else "",
            ]
        )
    return markdown(rows)


def error_rows(test: str) -> tuple[Rates, Rates]:
    """Return a test's rates without an effect and with one of 80 % power."""
    rng = np.random.default_rng(SEED)
    if test in RANK_TESTS:
        arms = draw_trials(RANK_TIMES, rng)
        return rank_rates(arms), rank_rates(with_effect(arms, effect("student_t")))
    arms = draw_trials(TIMES, rng)
    return rates(test, arms), rates(test, with_effect(arms, effect(test)))


def error_table(found: dict[str, tuple[Rates, Rates]]) -> str:
    """Return the table of error rates."""
    rows = [
        [
            "test",
            "false alarms: patients",
            "own rho",
            "rho 0.6 (true)",
            "rho 0.3",
            "rho 0.9",
            "power: patients",
            "own rho",
            "rho 0.6",
            "verdicts alike: own rho",
            "rho 0.6",
        ]
    ]
    for test, (null, power) in found.items():
        alike = test in error_rates.NO_RHO or test in RANK_TESTS
        shares = [null.patients, null.own, *(null.true, null.low, null.high)]
        shares += [power.patients, power.own, power.true, power.agree, power.agree_true]
        cells = [f"{100 * share:.1f} %" for share in shares]
        if alike:  # no correlation enters
            cells = [
                cell if place not in (2, 3, 4, 7, 9) else "" for place, cell in enumerate(cells)
            ]
        rows.append([LABELS[test], *cells])
    return markdown(rows)


def with_ties(trial_id: str, test: str, visit: float) -> tuple[float, float, float]:
    """Return (median p, low, high) of a rank test, the simulated being recorded as the real."""
    trial = next(trial for trial in REPEATED if trial.id == trial_id)
    rows = trial.rows()
    decimals = recorded_decimals(rows)
    cells = cells_of([table.to_numpy(float) for table in wide(trial, rows)])
    return by_ranks(trial, cells.rounded(decimals + 1), DRAWS, decimals)[test, visit, ""]


def shortfalls(proof: pd.DataFrame) -> str:
    """Return where summaries fall short, with the trial and the numbers."""

    def numbers(trial: str, test: str, visit: float | None) -> dict[str, str]:
        of = proof[(proof["trial"] == trial) & (proof["test"] == test)]
        line = of[of["visit"].isna() if visit is None else of["visit"] == visit].iloc[0]
        found = {name: p_text(line[name]) for name in proof.columns if name.startswith("p_")}
        return found | {name: f"{line[name]:.0f}" for name in ("n_1", "n_2")}

    keys = (ROUNDED, SKEWED, TIED, CORRELATED, LEFT, CAME)
    rounded, skewed, tied, rho, left, came = (numbers(*key) for key in keys)
    _, low, high = map(p_text, with_ties(*TIED))
    lines = [
        "**Rounding.** One verdict in `btheb`: ANCOVA at month 5 has p = "
        f"{rounded['p_patients']} on the patients, {rounded['p_sem']} from SEMs of one decimal.",
        "**Rank tests of skewed data.** In `pbc` at month 6 the arms' median bilirubin is the same "
        f"and their means are not: Mann-Whitney's p is {skewed['p_patients']} on the patients, "
        f"{skewed['p_median']} ({skewed['p_low']} to {skewed['p_high']}) simulated.",
        "**Rank tests of tied data.** In `bodyweight` on day 64 some rats weigh the same, "
        f"simulated ones never: p is {tied['p_patients']} on the rats, {tied['p_median']} in every "
        f"simulation; {low} to {high} when simulated rats are recorded in whole grams too.",
        "**The correlation.** Days in `bodyweight` are correlated more than the grid reaches, and "
        f"not by one rho: Hotelling's p is {rho['p_patients']} on the rats, {rho['p_low']} to "
        f"{rho['p_high']} over the grid. A rho assumed too high makes changes look surer than they "
        "are (0.9 for 0.6, above), one too low makes differences of level look so.",
        f"**Drop-outs.** `pbc` has {came['n_1']} and {came['n_2']} patients at first, "
        f"{left['n_1']} and {left['n_2']} at every visit. A paper that prints each visit of those "
        f"who came does not print these: the t test of slopes has p = {left['p_patients']} on "
        f"them, {left['p_available']} from such a paper's numbers.",
    ]
    return "\n".join(f"* {line}" for line in lines)


def text(proof: pd.DataFrame, found: dict[str, tuple[Rates, Rates]]) -> str:
    """Return all that goes between the markers."""
    parts = [
        summary_table(proof, "test"),
        summary_table(proof, "trial"),
        "Error rates, of trials drawn at random and printed:",
        error_table(found),
        "Where summaries fall short:",
        shortfalls(proof),
    ]
    return "\n" + "\n\n".join(parts) + "\n"


def main(readme: Path | None = None, rows: Path | None = None) -> None:
    """Print the tables, and write them and the rows behind them."""
    tests = (*error_rates.TESTS, "mann_whitney")
    with ProcessPoolExecutor(2) as pool:
        parts = pool.map(prove, REPEATED)
        found = dict(zip(tests, pool.map(error_rows, tests), strict=True))
        proof = pd.concat(parts, ignore_index=True)
    between = text(proof, found)
    print(between)
    if readme is not None:
        put(readme, between, BEGIN, END)
    if rows is not None:
        proof.to_csv(rows, index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
