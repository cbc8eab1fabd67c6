"""Re-run the paper's significance tests from the rebuilt summaries, beside the usual alternatives.

Every claim is tested under each reading of the error terms and each consistent version of the
paper; rows say which of these are admissible, defensible, and the paper's own analysis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from retrial.comparisons.calculations import of_means
from retrial.comparisons.selection import Mean, count_pairs, means_of, rows_of, tried, versions_of
from retrial.stages.retest.common import base_row, judged, target_name
from retrial.stages.retest.counts import counts_comparison, counts_row, no_events_rows
from retrial.stages.retest.means import change_row, difference_row, means_assumptions
from retrial.stages.retest.ordered import ordered_rows
from retrial.stages.retest.ranks import rank_tests
from retrial.stages.retest.repeated import profiles, repeated_tests
from retrial.stats.counts import COUNT_METHODS
from retrial.stats.means import MEANS_METHODS
from retrial.stats.multiplicity import adjust
from retrial.study.claims import Claim, Target
from retrial.study.models import Study
from retrial.tables import table
from retrial.trial import Settings, Trial

__all__ = ["counts_comparison", "retest", "target_name"]


@dataclass(frozen=True)
class _Printed:
    """What the tests use, and which rows and readings the audit found fault with."""

    trial: Trial
    impossible: set[str]
    skewed: set[str]

    @property
    def study(self) -> Study:
        return self.trial.study

    @property
    def reported(self) -> pd.DataFrame:
        return self.trial.reported

    @property
    def summaries(self) -> pd.DataFrame:
        return self.trial.summaries

    @property
    def settings(self) -> Settings:
        return self.trial.settings

    @property
    def arms(self) -> tuple[str, str]:
        return self.trial.arms


def retest(trial: Trial) -> pd.DataFrame:
    """Return every test that the printed numbers allow, with the columns of `tests`.

    Takes `study`, `claims`, the tables `reported`, `summaries` and `audit`, and the settings
    `alpha`, `power`, `readings`, `rho`, `seed` and `rank_draws`. Rows follow the claims' order,
    then targets, visits, versions, readings and methods; those of repeated visits follow those of
    single ones.
    """
    audit = trial.audit
    impossible = set(audit.loc[audit["verdict"] == "impossible", "target"])
    skewed = set(audit.loc[_is_skewed(audit), "target"] + "/" + audit["reading"].fillna(""))
    printed = _Printed(trial, impossible, skewed)
    rows = []
    for claim in trial.claims:
        for target in claim.targets:
            for visit in target.visits:
                rows += _tests(printed, claim, target, visit)
            rows += _repeated(printed, claim, target)
    return _with_multiplicity(table(rows, "tests"))


def _is_skewed(audit: pd.DataFrame) -> pd.Series:
    return (audit["check"] == "altman_bland") & (audit["verdict"] == "implausible")


def _tests(printed: _Printed, claim: Claim, target: Target, visit: float) -> Iterator[dict]:
    counted = printed.study.outcome(target.outcome).kind == "counts"
    if claim.form == "no_events":
        yield from no_events_rows(claim, target, visit, printed.reported, printed.settings)
    elif claim.form in ("difference", "attribution"):
        compare = _ordered if target.ordered else _counts if counted else _means
        yield from compare(printed, claim, target, visit)
    elif claim.form == "change" and not counted:
        yield from _changes(printed, claim, target, visit)


def _counts(printed: _Printed, claim: Claim, target: Target, visit: float) -> Iterator[dict]:
    pairs = count_pairs(printed.reported, target.outcome, target.categories, visit, printed.arms)
    for version, first, second in pairs:
        for method in COUNT_METHODS:
            row = counts_row(claim, target, version, first, second, method, printed.settings)
            touched = printed.impossible & {*first.row_ids, *second.row_ids}
            yield judged(
                row,
                claim,
                admissible=not touched,
                settings=printed.settings,
                counts=(first, second),
            )


def _ordered(printed: _Printed, claim: Claim, target: Target, visit: float) -> Iterator[dict]:
    order = printed.study.outcome(target.outcome).ordered
    tests = ordered_rows(
        claim, target, visit, order, printed.reported, printed.arms, printed.settings
    )
    for row, counts in tests:
        possible = not printed.impossible & {name for arm in counts for name in arm.row_ids}
        yield judged(row, claim, admissible=possible, settings=printed.settings, counts=counts)


def _means(printed: _Printed, claim: Claim, target: Target, visit: float) -> Iterator[dict]:
    rows = rows_of(printed.reported, target.outcome, visit, statistic="mean")
    wanted = [(rows, arm) for arm in printed.arms]
    for version in versions_of(rows):
        for reading in tried(printed.settings.readings):
            pair = means_of(wanted, printed.summaries, version, reading)
            if pair is None:
                continue
            tests = [
                difference_row(claim, target, version, reading, *pair, method, printed.settings)
                | {"assumptions": means_assumptions(pair, printed.skewed, method)}
                for method in MEANS_METHODS
            ]
            for cells in rank_tests(printed.study, target, version, pair, printed.settings):
                base = base_row(claim, target, visit, version, cells["method"])
                same = ("contrast", "reading", "estimate", "n_1", "n_2", "value_1", "value_2")
                name = of_means(cells["method"], pair, cells["shape"])
                shared = {key: tests[0][key] for key in same}
                tests.append({**base, **shared, **cells, "calculation": name})
            for row in tests:
                yield judged(row, claim, **_standing(pair, printed.settings))


def _changes(printed: _Printed, claim: Claim, target: Target, visit: float) -> Iterator[dict]:
    before = rows_of(printed.reported, target.outcome, claim.from_visit, statistic="mean")
    after = rows_of(printed.reported, target.outcome, visit, statistic="mean")
    wanted = [(before, claim.arm), (after, claim.arm)]
    for version in versions_of(pd.concat([before, after])):
        for reading in tried(printed.settings.readings):
            pair = means_of(wanted, printed.summaries, version, reading)
            for rho in _rhos(printed, claim) if pair else ():
                row = change_row(
                    printed.study, claim, target, version, reading, *pair, rho, printed.settings
                )
                row["assumptions"] = means_assumptions(pair, printed.skewed, "paired_t")
                yield judged(row, claim, **_standing(pair, printed.settings))


def _repeated(printed: _Printed, claim: Claim, target: Target) -> Iterator[dict]:
    """The tests of repeated visits: from the first visit of the trial on, with the claim's own."""
    study, settings = printed.study, printed.settings
    if claim.form not in ("difference", "attribution"):
        return
    if study.outcome(target.outcome).kind == "counts":
        return
    visits = sorted({min(study.visits), *target.visits})
    found = profiles(
        printed.reported,
        printed.summaries,
        target.outcome,
        visits,
        printed.arms,
        tried(settings.readings),
    )
    for profile in found:
        # A comparison at the first visit alone asks nothing of repeated ones.
        for cells, means in repeated_tests(profile, _rhos(printed, claim), settings.alpha):
            base = base_row(claim, target, cells["visit"], profile.version, cells["method"])
            contrast = f"{' - '.join(printed.arms)}: {cells['effect']}"
            row = {**base, "contrast": contrast, "reading": profile.reading, **cells}
            yield judged(row, claim, **_standing(means, settings))


def _rhos(printed: _Printed, claim: Claim) -> list[float]:
    return sorted({*printed.settings.rho, *(claim.defensible.rho if claim.defensible else ())})


def _standing(means: list[Mean], settings: Settings) -> dict:
    """Return what `judged` asks of the means that enter a test."""
    possible = all(mean.admissible for mean in means)
    return {"admissible": possible, "means": means, "settings": settings}


def _with_multiplicity(tests: pd.DataFrame) -> pd.DataFrame:
    """Adjust p over the visits at which one comparison is made (Holm; Benjamini-Hochberg)."""
    family = ["claim_id", "outcome", "category", "version", "reading", "method", "rho"]
    family += ["structure", "effect", "shape"]
    for _, rows in tests.groupby(family, dropna=False, sort=False):
        if len(rows) > 1:
            tests.loc[rows.index, "p_holm"] = adjust(rows["p"].to_numpy(float), "holm")
            tests.loc[rows.index, "p_bh"] = adjust(rows["p"].to_numpy(float), "bh")
    return tests
