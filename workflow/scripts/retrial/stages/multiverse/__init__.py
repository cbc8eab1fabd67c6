"""Every specification of every claim that the printed numbers allow, and whether it agrees.

A specification is one choice on each axis that applies to a claim: outcome, visit, reading of the
error term, version of the paper, population, comparator, test, what it asks (effect), shape of the
patients' values, correlation of the visits and its structure, correction for several visits, and
axes of your own (`retrial.axes`). Impossible choices are kept and marked; the *defensible* ones
decide the verdict. Draws of digitized numbers nest in a specification: they are no axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from retrial.axes import OWN_AXES
from retrial.comparisons.support import opposes, supports
from retrial.files import whole
from retrial.registry import columns_of
from retrial.stages.multiverse.counts import CONCURRENT, other_populations, outside_evidence
from retrial.stages.multiverse.means import means_product
from retrial.stages.multiverse.multiplicity import with_multiplicity
from retrial.stats.means import MEANS_METHODS
from retrial.study.claims import Claim
from retrial.tables import AXES, table
from retrial.trial import Trial

__all__ = ["CONCURRENT", "multiverse", "specifications", "write_specifications"]


def specifications(trial: Trial) -> Iterator[pd.DataFrame]:
    """Yield the specifications of one claim after the other, with the columns of `multiverse`.

    Takes `study`, `claims`, `evidence`, the tables `reported`, `summaries` and `tests`, and the
    settings `readings` and `alpha`.
    """
    tests, alpha = trial.tests, trial.settings.alpha
    for claim in trial.claims:
        mine = tests[tests["claim_id"] == claim.id]
        counted = [*other_populations(trial, claim, mine), *outside_evidence(trial, claim)]
        means = means_product(trial, claim).assign(comparator=CONCURRENT)
        parts = [
            _tested(mine),
            table(counted, "multiverse"),
            means.reindex(columns=columns_of("multiverse")),
        ]
        parts = [_typed(part) for part in parts if len(part)]
        if not parts:
            continue
        frame = pd.concat(parts, ignore_index=True)
        if claim.form == "no_events":
            frame["multiplicity"], frame["supports"] = "none", _no_events_supported(claim, mine)
            frame["opposes"] = False
        else:
            frame = with_multiplicity(frame, list(AXES))
            corrected = [] if claim.defensible is None else claim.defensible.multiplicity
            frame["defensible"] &= frame["multiplicity"].isin(corrected)
            frame["supports"] = supports(claim, frame["estimate"], frame["p"], alpha)
            frame["opposes"] = opposes(claim, frame["estimate"], frame["p"], alpha)
        yield _typed(frame)


def multiverse(trial: Trial) -> pd.DataFrame:
    """Return all of `specifications`, in the claims' order."""
    frames = list(specifications(trial))
    return pd.concat(frames, ignore_index=True) if frames else _typed(table([], "multiverse"))


def write_specifications(chunks: Iterator[pd.DataFrame], path: Path | str) -> None:
    """Write the specifications to Parquet claim by claim, so that none but one is in memory."""
    schema = pa.Schema.from_pandas(_typed(table([], "multiverse")), preserve_index=False)
    with whole(path) as part, pq.ParquetWriter(part, schema) as writer:
        for chunk in chunks:
            writer.write_table(pa.Table.from_pandas(chunk, schema, preserve_index=False))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give every column one type, so that the file does not depend on which cells are empty."""
    flags = ["admissible", "defensible", "supports", "opposes"]
    numbers = ["visit", "rho", "estimate", "ci_low", "ci_high", "p"]
    texts = [c for c in columns_of("multiverse") if c not in (*flags, *numbers)]
    known = {flag: frame[flag].eq(True) for flag in ("supports", "opposes")}
    return frame.assign(**known).astype(
        {
            **dict.fromkeys(flags, "bool"),
            **dict.fromkeys(numbers, "float64"),
            **dict.fromkeys(texts, "string"),
        }
    )[columns_of("multiverse")]


def _tested(tests: pd.DataFrame) -> pd.DataFrame:
    """The tests as re-run are the specifications of the printed population.

    Axes of one's own bear on the t tests of two means alone; elsewhere they are empty.
    """
    frame = tests.assign(comparator=CONCURRENT).reindex(columns=columns_of("multiverse"))
    for axis in OWN_AXES:
        frame[axis.name] = pd.Series(axis.default, frame.index, dtype="string").where(
            tests["method"].isin(list(MEANS_METHODS))
        )
    return frame


def _no_events_supported(claim: Claim, tests: pd.DataFrame) -> list[bool]:
    """No event is printed; and where the claim implies a limit, the interval excludes it."""
    if claim.acceptable_rate is None:
        return list(tests["value_1"] == 0)
    return list(tests["ci_high"] < claim.acceptable_rate)
