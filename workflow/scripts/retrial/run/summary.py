"""What a run found, in one line a study.

It uses the standard library alone, so that the line comes at once.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from retrial.report.tally import tally
from retrial.run.made import is_consistent

KINDS = {"trial": "trial claim", "sales": "sales claim"}
VERDICTS = (
    "confirmed",
    "shown",
    "depends",
    "conditional",
    "not_confirmed",
    "not_shown",
    "opposite",
    "contradicted",
    "as_printed",
    "not_testable",
    "indirect",
    "no_evidence",
)


def _counted(kind: str, verdicts: list[str]) -> str:
    counts = Counter(verdicts)
    order = [*VERDICTS, *sorted(counts.keys() - set(VERDICTS))]
    parts = [f"{counts[v]} {v.replace('_', ' ')}" for v in order if counts[v]]
    name = KINDS.get(kind, kind) + "s" * (len(verdicts) != 1)
    return f"{len(verdicts)} {name}: {', '.join(parts)}"


def summarize(results_folder: Path | str) -> str:
    """Return one line: where a study's report is, its tally, and how many claims got which verdict.

    Raises:
        FileNotFoundError: If the study has no `claims.csv` yet.
    """
    with open(Path(results_folder, "claims.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    verdicts: dict[str, list[str]] = {}
    for row in rows:
        verdicts.setdefault(row["kind"], []).append(row["verdict"])
    found = tally(rows)
    parts = [found.words()] if found.printed else []
    parts += [_counted(kind, verdicts[kind]) for kind in verdicts]
    return f"{Path(results_folder, 'report.html')}: {'; '.join(parts)}"


def is_whole(results_folder: Path | str) -> bool:
    """Return whether a study's last run came to its end, and its results are as it left them."""
    folder = Path(results_folder)
    needed = ("report.html", "provenance.json", "validated.txt", "claims.csv")
    return all((folder / name).is_file() for name in needed) and is_consistent(folder)
