"""Freeze a study's results, so that `check` can tell whether they still come out the same.

Freezing is a person's decision, after looking at the report; no rule of the workflow does it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from retrial.compare import KEYS, read_result
from retrial.joblog import UserError
from retrial.provenance import input_digests
from retrial.studies import folder_files

RESULTS = tuple("multiverse.parquet" if name == "multiverse.csv" else name for name in KEYS)


def freeze(study_folder: Path | str, results_folder: Path | str) -> list[Path]:
    """Write every result table of a study to its `expected/` folder, as CSV; return the files.

    Files in `expected/` that no result stands behind are removed.

    Raises:
        UserError: If a result is missing, or the study folder has changed since the results were
            made; nothing is written then.
    """
    study, results = Path(study_folder), Path(results_folder)
    missing = [n for n in (*RESULTS, "provenance.json") if not (results / n).is_file()]
    if missing:
        raise UserError(
            f"{results} is not complete: {', '.join(missing)} missing. "
            f"Run the workflow first: snakemake --cores all {results}/report.html"
        )
    made_from = json.loads((results / "provenance.json").read_text(encoding="utf-8"))["inputs"]
    now = input_digests(study, folder_files(study))
    then = {name: d for name, d in made_from.items() if not name.startswith("evidence/")}
    changed = sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))
    if changed:
        raise UserError(
            f"{', '.join(changed)} changed since {results} was made. "
            f"Run the workflow again: snakemake --cores all {results}/report.html"
        )
    frozen = {Path(name).stem + ".csv": read_result(results / name) for name in RESULTS}
    expected = study / "expected"
    expected.mkdir(exist_ok=True)
    for path in expected.glob("*.csv"):
        if path.name not in frozen:
            path.unlink()
    for name, frame in frozen.items():
        frame.to_csv(expected / name, index=False, lineterminator="\n", encoding="utf-8")
    return [expected / name for name in frozen]


def main() -> int:
    """Freeze the studies named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m retrial.freeze", description=__doc__)
    parser.add_argument("studies", nargs="+", type=Path, help="study folders")
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")
    arguments = parser.parse_args()
    try:
        for study in arguments.studies:
            files = freeze(study, arguments.results / study.name)
            print(f"{study / 'expected'}: {len(files)} files frozen")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
