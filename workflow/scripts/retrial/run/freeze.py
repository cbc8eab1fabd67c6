"""Freeze a study's results, so that `check` can tell whether they still come out the same.

Freezing is a person's decision, after looking at the report; no rule of the workflow does it.
"""

from __future__ import annotations

import json
from pathlib import Path

from retrial.errors import UserError
from retrial.files import whole
from retrial.registry import of_study
from retrial.run.digests import file_digest
from retrial.run.made import changed_since, is_consistent
from retrial.run.provenance import input_digests
from retrial.run.studies import folder_files, knows_truth
from retrial.tables import read_table

REPORT = "report.html"  # the last that a run makes


def freeze(study_folder: Path | str, results_folder: Path | str) -> list[Path]:
    """Write every result table of a study to its `expected/` folder, as CSV; return the files.

    Files in `expected/` that no result stands behind are removed.

    Raises:
        UserError: If a result is missing, or the study folder has changed since the results were
            made; nothing is written then.
    """
    study, results = Path(study_folder), Path(results_folder)
    first = f"run make report STUDY={study.resolve().name} first."
    made = [table for table in of_study(truth=knows_truth(study)) if table.frozen]
    wanted = [*(table.file for table in made), "provenance.json", REPORT]
    missing = [name for name in wanted if not (results / name).is_file()]
    if missing:
        raise UserError(f"{results} is not complete: {', '.join(missing)} missing; {first}")
    changed = changed_inputs(study, results)
    if changed:
        have = "has" if len(changed) == 1 else "have"
        raise UserError(
            f"{', '.join(changed)} {have} changed since {results} was made; {first} "
            "Nothing was frozen."
        )
    if not is_consistent(results):
        found = [
            f"{path}: {what} since it was made"
            for path, (what, _) in changed_since(results).items()
        ]
        if found:
            raise UserError(f"{'; '.join(found)}; {first} Nothing was frozen.")
        raise UserError(f"The last run of {results} did not come to its end; {first}")
    frozen = {table.frozen_file: read_table(results / table.file) for table in made}
    expected = study / "expected"
    expected.mkdir(exist_ok=True)
    for path in expected.glob("*.csv"):
        if path.name not in frozen:
            path.unlink()
    for name, frame in frozen.items():
        with whole(expected / name) as part:
            frame.to_csv(part, index=False, lineterminator="\n", encoding="utf-8")
    return [expected / name for name in frozen]


def changed_inputs(study: Path, results: Path) -> list[str]:
    """Return the files of a study that are not those its results were made from.

    The evidence table counts too, where it lies beside the folder of studies.
    """
    made_from = json.loads((results / "provenance.json").read_text(encoding="utf-8"))["inputs"]
    now = input_digests(study, folder_files(study))
    for name in made_from:
        if name.startswith("evidence/"):
            evidence = study.resolve().parent.parent / name
            now[name] = file_digest(evidence) if evidence.is_file() else made_from[name]
    return sorted(n for n in now.keys() | made_from.keys() if now.get(n) != made_from.get(n))
