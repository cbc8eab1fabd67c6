"""Follow a number through a run: from a claim to its tests, the printed rows and their quotes.

And the other way: from a printed row to all that was computed from it. Everything here is looked up
in the results; nothing is computed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from retrial.errors import UserError
from retrial.report.load import load, plain
from retrial.tables import read_table
from retrial.trial import Trial
from retrial.wording import number, p_value

MOST = 12  # lines of one kind that are shown; how many more there are is said


def trace(results: Path, study_folder: Path, name: str) -> str:
    """Return the chain of a claim, a printed row or a test, as indented lines.

    Args:
        results: The study's folder of results.
        study_folder: The folder with what a person typed.
        name: `claim_id`, `row_id` or `test_id`.

    Raises:
        UserError: If there are no results, or nothing has this name.
    """
    if not (results / "claims.csv").is_file():
        raise UserError(f"{results} has no results; run make report STUDY={results.name} first.")
    trial = load(results, study_folder)
    # The report leaves out tests that repeat others; here every one can be asked for.
    trial = trial.but(tests=plain(read_table(results / "tests.csv")))
    known = {
        "claim": (trial.verdicts["claim_id"], _claim),
        "row": (trial.reported["row_id"], _row),
        "test": (trial.tests["test_id"], _test),
    }
    found = [
        line for names, tell in known.values() if names.eq(name).any() for line in tell(trial, name)
    ]
    if not found:
        every = [str(one) for names, _ in known.values() for one in names]
        near = difflib.get_close_matches(name, every, n=3, cutoff=0.5)
        hint = f" Near it: {', '.join(near)}." if near else ""
        raise UserError(
            f"No claim, printed row or test of {results.name} is called {name!r}.{hint} The names "
            f"are in claims.csv (claim_id), reported.csv (row_id) and tests.csv (test_id)."
        )
    return "\n".join(found)


def _claim(trial: Trial, name: str) -> Iterator[str]:
    row = _one(trial.verdicts, "claim_id", name)
    yield f"Claim {name} ({row['kind']})"
    yield f"  {row['statement']}"
    yield f"  quote: “{row['quote']}” ({row['source']})"
    yield f"  verdict: {row['verdict']}; basis: {row['basis']} (claims.csv)"
    yield f"  {row['detail']}"
    for key, words in (("rests_on", "needs"), ("contradicted_by", "would be contradicted by")):
        for other in _parts(row[key]):
            verdict = _one(trial.verdicts, "claim_id", other)["verdict"]
            yield f"  {words} the claim {other}: {verdict}"
    needing = trial.verdicts["rests_on"].map(_parts).map(lambda names: name in names)
    for other in trial.verdicts.loc[needing, "claim_id"]:
        yield f"  needed by the claim {other}"
    chosen = trial.tests[trial.tests["test_id"].isin(_parts(row["decided_by"]))]
    yield from _listed(
        f"decided by {len(chosen)} tests as printed (tests.csv)",
        (_test_line(test) for _, test in chosen.iterrows()),
    )
    tested = trial.tests[trial.tests["claim_id"] == name]
    others = tested[~tested["test_id"].isin(chosen["test_id"])]
    if len(others):
        yield f"  {len(others)} other tests were run for it (tests.csv)"
    mine = trial.sensitivity[trial.sensitivity["claim_id"] == name]
    for analysis, rows in mine.groupby("analysis", sort=False):
        yield f"  {len(rows)} rows of the analysis {analysis} (sensitivity.csv)"
    entering = chosen if len(chosen) else tested if len(tested) else mine
    ids = [*_ids(entering), *_parts(row["impossible_p"])]
    yield from _printed(trial, ids)


def _test(trial: Trial, name: str) -> Iterator[str]:
    row = _one(trial.tests, "test_id", name)
    yield f"Test {name}"
    yield f"  {_test_line(row)}"
    yield f"  contrast: {row['contrast']}; estimate {number(row['estimate'])}"
    judged = "admissible" if row["admissible"] else "not admissible"
    judged += ", defensible" if row["defensible"] else ", not in the claim's defensible set"
    yield f"  {judged}"
    if row["assumptions"]:
        yield f"  assumes: {row['assumptions']}"
    decided = trial.verdicts["decided_by"].map(_parts).map(lambda names: name in names)
    for _, claim in trial.verdicts[decided].iterrows():
        yield f"  decides the claim {claim['claim_id']}: {claim['verdict']} (claims.csv)"
    if not decided.any():
        yield f"  was run for the claim {row['claim_id']}, and does not decide it"
    yield from _printed(trial, _parts(row["row_ids"]))


def _row(trial: Trial, name: str) -> Iterator[str]:
    row = _one(trial.reported, "row_id", name)
    yield f"Printed row {name}"
    yield f"  {_row_line(row)}"
    findings = trial.audit[trial.audit["target"] == name]
    yield from _listed(
        f"{len(findings)} checks of it (audit.csv)",
        (f"{f['check']}{_as(f['reading'])}: {f['verdict']}" for _, f in findings.iterrows()),
    )
    tests = _using(trial.tests, name)
    yield from _listed(
        f"enters {len(tests)} tests (tests.csv)",
        (
            _test_line(test)
            for _, test in tests.sort_values("defensible", ascending=False).iterrows()
        ),
    )
    effects = _using(trial.effects, name)
    if len(effects):
        yield f"  enters {len(effects)} effects for a meta-analysis (effects.csv)"
    specifications = _using(trial.multiverse, name)
    if len(specifications):
        yield f"  enters {len(specifications)} specifications (multiverse.parquet)"
    for analysis, rows in _using(trial.sensitivity, name).groupby("analysis", sort=False):
        yield f"  enters {len(rows)} rows of the analysis {analysis} (sensitivity.csv)"
    deciding = set(tests.loc[tests["defensible"].astype(bool), "test_id"])
    for _, claim in trial.verdicts.iterrows():
        if deciding & set(_parts(claim["decided_by"])) or name in _parts(claim["impossible_p"]):
            yield f"  the claim {claim['claim_id']} depends on it: {claim['verdict']} (claims.csv)"


def _printed(trial: Trial, ids: list[str]) -> Iterator[str]:
    rows = trial.reported[trial.reported["row_id"].isin(ids)]
    yield from _listed(
        f"from {len(rows)} printed rows (reported.csv)",
        (f"{row['row_id']}: {_row_line(row)}" for _, row in rows.iterrows()),
    )


def _listed(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield f"  {title}"
        yield from (f"    {line}" for line in found[:MOST])
        if len(found) > MOST:
            yield f"    and {len(found) - MOST} more"


def _row_line(row: pd.Series) -> str:
    error = f" ± {row['error']:g} ({row['error_label']})" if row["error"] == row["error"] else ""
    total = f" of {row['total']:g}" if row["total"] == row["total"] else ""
    n = f", n {row['n']:g}" if row["n"] == row["n"] else ""
    what = [row["outcome"], row["category"], row["arm"], row["statistic"]]
    when = f" at visit {row['visit']:g}" if row["visit"] == row["visit"] else ""
    about = ", ".join(str(part) for part in what if part)
    return f"{about}{when}: {row['value']:g}{total}{error}{n}; {row['source']}: “{row['quote']}”"


def _test_line(row: pd.Series) -> str:
    p = "not defined" if row["p"] != row["p"] else p_value(row["p"])
    return f"{row['test_id']}: p {p}"


def _as(reading: str | None) -> str:
    return f" as {reading}" if reading else ""


def _one(frame: pd.DataFrame, column: str, name: str) -> pd.Series:
    return frame[frame[column] == name].iloc[0]


def _parts(cell: object) -> list[str]:
    return cell.split(";") if isinstance(cell, str) and cell else []


def _ids(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(one for cell in frame["row_ids"] for one in _parts(cell)))


def _using(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[[name in _parts(cell) for cell in frame["row_ids"]]]
