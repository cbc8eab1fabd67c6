"""Hold what came back through a digitized figure against the truth, where a study has a truth.

A study with `truth.csv` was made from patients whose rows are known (see tests/truth). Each number
that its digitized figures gave, and each test on them, is set beside the patients' own, with the
interval that the error of the clicks leaves open.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from math import nan

import numpy as np
import pandas as pd

from retrial.comparisons.selection import AS_LABELLED, Mean, means_of, rows_of
from retrial.stats.means import compare_means
from retrial.stats.paired import paired_from_summary
from retrial.stats.precision import known_interval
from retrial.stats.summaries import sd_from_error
from retrial.study.claims import Claim
from retrial.tables import table
from retrial.trial import Trial

INTERVAL = (0.025, 0.975)
MOMENTS = ("n", "mean", "sd", "sem")
RHO_ROUNDED = 5e-4  # how far a claim's correlation may be from the patients' own


def compare_with_truth(trial: Trial) -> pd.DataFrame:
    """Return each digitized number and each test beside its truth.

    Numbers are those of the label that their figure carries. `low` and `high` are the 2.5 and
    97.5 % points over the draws of the clicks, a printed number being drawn from its rounding
    interval; `inside` says whether they hold the truth. n is not drawn and has none. A p is
    compared where a claim tests it.

    Args:
        trial: `study`, `claims`, `known_truth` (the patients' own numbers), the tables `reported`,
            `summaries`, `tests` and `digitization`, and the setting `seed`.

    Returns:
        The columns of `truth`: the digitized numbers in the order of `reported`, then the tests in
        the order of the known truth.
    """
    study, truth = trial.study, trial.known_truth
    moved = {
        row_id: (rows["value"].to_numpy(float), rows["error"].to_numpy(float))
        for row_id, rows in trial.digitization.groupby("row_id", sort=False)
    }
    names = (study.id, "truth")
    rng = np.random.default_rng([trial.settings.seed, *(zlib.crc32(n.encode()) for n in names)])
    shown = _Shown(study, trial.reported, trial.summaries, moved, rng)
    lines = [*_numbers(truth, shown), *_tests(trial.claims, truth, trial.tests, shown)]
    return table(lines, "truth")


class _Shown:
    """What the study shows, and how else it might have come out."""

    def __init__(self, study, reported, summaries, moved, rng):
        self.study = study
        self.reported = reported
        self.summaries = summaries
        self.moved = moved
        self.known = reported.set_index("row_id")
        self.size = len(next(iter(moved.values()))[0]) if moved else 0
        self.rng = rng

    def label(self, mean: Mean) -> str:
        """Return the label that a mean's error term carries."""
        return str(self.known.loc[mean.row_id, "error_label"])

    def drawn(self, mean: Mean) -> tuple[np.ndarray, np.ndarray]:
        """Return (means, SDs), each (draws,), as other clicks or rounding would leave them."""
        if mean.row_id in self.moved:
            values, errors = self.moved[mean.row_id]
        else:
            row = self.known.loc[mean.row_id]
            values, errors = (
                self.rng.uniform(*known_interval(row, what), self.size)
                for what in ("value", "error")
            )
        return values, sd_from_error(np.maximum(errors, 0), mean.n, mean.reading)


def _line(row: pd.Series, value: float, drawn: np.ndarray | None, **cells: object) -> dict:
    truth = float(row["value"])
    low, high = (nan, nan) if drawn is None else np.quantile(drawn, INTERVAL)
    return {
        **{key: row[key] for key in ("quantity", "outcome", "arm", "visit", "claim_id", "method")},
        "truth": truth,
        "value": value,
        "difference": value - truth,
        "relative_difference": (value - truth) / truth if truth else nan,
        "low": low,
        "high": high,
        "inside": None if drawn is None else bool(low <= truth <= high),
        **cells,
    }


def _numbers(truth: pd.DataFrame, shown: _Shown) -> Iterator[dict]:
    keys = ["quantity", "outcome", "arm", "visit"]
    wanted = truth[truth["quantity"].isin(MOMENTS)].set_index(keys, drop=False)
    digitized = shown.reported[shown.reported["digitized"].fillna(False).astype(bool)]
    for _, row in digitized.iterrows():
        found = shown.summaries[
            (shown.summaries["row_id"] == row["row_id"])
            & (shown.summaries["reading"] == row["error_label"])
        ]
        for quantity in MOMENTS:
            key = (quantity, row["outcome"], row["arm"], row["visit"])
            if found.empty or key not in wanted.index or row["row_id"] not in shown.moved:
                continue
            summary = found.iloc[0]
            drawn = _drawn_moment(quantity, row, int(summary["n"]), shown)
            about = {"row_id": row["row_id"], "reading": row["error_label"]}
            yield _line(wanted.loc[key], float(summary[quantity]), drawn, **about)


def _drawn_moment(quantity: str, row: pd.Series, n: int, shown: _Shown) -> np.ndarray | None:
    values, errors = shown.moved[row["row_id"]]
    if quantity == "n":
        return None
    if quantity == "mean":
        return values
    sd = sd_from_error(errors, n, row["error_label"])
    return sd if quantity == "sd" else sd / np.sqrt(n)


def _tests(
    claims: list[Claim], truth: pd.DataFrame, tests: pd.DataFrame, shown: _Shown
) -> Iterator[dict]:
    by_id = {claim.id: claim for claim in claims}
    rho = truth[truth["quantity"] == "rho"].set_index(["outcome", "arm", "visit"])["value"]
    p_rows = truth[(truth["quantity"] == "p") & truth["claim_id"].isin(list(by_id))]
    for _, row in p_rows.iterrows():
        found = tests[
            (tests["claim_id"] == row["claim_id"])
            & (tests["outcome"] == row["outcome"])
            & (tests["visit"] == row["visit"])
            & (tests["method"] == row["method"])
            & tests["admissible"].fillna(False).astype(bool)
        ]
        if row["method"] == "paired_t":
            own = rho.get((row["outcome"], row["arm"], row["visit"]), nan)
            found = found[(found["rho"] - own).abs() <= RHO_ROUNDED]
        for _, test in found.iterrows():
            pair = _pair(by_id[row["claim_id"]], test, shown)
            if pair is not None and any(mean.digitized for mean in pair):
                drawn = _drawn_p(test, pair, shown)
                ids = "+".join(mean.row_id for mean in pair)
                yield _line(row, test["p"], drawn, row_id=ids, reading=test["reading"])


def _pair(claim: Claim, test: pd.Series, shown: _Shown) -> list[Mean] | None:
    """Return the two means of a test; None where its reading is not what their label says."""
    outcome, visit = test["outcome"], test["visit"]
    at_visit = rows_of(shown.reported, outcome, visit, statistic="mean")
    if claim.form == "change":
        before = rows_of(shown.reported, outcome, claim.from_visit, statistic="mean")
        wanted = [(before, claim.arm), (at_visit, claim.arm)]
    else:
        roles = ("treatment", "control")
        wanted = [(at_visit, shown.study.arm(role).id) for role in roles]
    version = "" if pd.isna(test["version"]) else test["version"]
    pair = means_of(wanted, shown.summaries, version, test["reading"])
    if pair is None or any(mean.reading != shown.label(mean) for mean in pair):
        return None
    if test["reading"] == AS_LABELLED and len({mean.reading for mean in pair}) == 1:
        return None  # the same as under the one label, which has a test of its own
    return pair


def _drawn_p(test: pd.Series, pair: list[Mean], shown: _Shown) -> np.ndarray:
    first, second = (shown.drawn(mean) for mean in pair)
    sizes = [mean.n for mean in pair]
    if test["method"] == "paired_t":
        return paired_from_summary(*first, *second, min(sizes), test["rho"]).p
    equal = test["method"] == "student_t"
    return compare_means(*first, sizes[0], *second, sizes[1], equal_var=equal).p
