"""What a run found, in one line a study: `python -m retrial.summary results/hu2013`.

It uses the standard library alone, so that the line comes at once.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

KINDS = {"trial": "trial claim", "sales": "sales claim"}
VERDICTS = (
    "reproduced",
    "fragile",
    "not_reproduced",
    "inconsistent",
    "not_testable",
    "unsupported",
)


def _counted(kind: str, verdicts: list[str]) -> str:
    counts = Counter(verdicts)
    order = [*VERDICTS, *sorted(counts.keys() - set(VERDICTS))]
    parts = [f"{counts[v]} {v.replace('_', ' ')}" for v in order if counts[v]]
    name = KINDS.get(kind, kind) + "s" * (len(verdicts) != 1)
    return f"{len(verdicts)} {name}: {', '.join(parts)}"


def summarize(results_folder: Path | str) -> str:
    """Return one line: where a study's report is, and how many claims got which verdict.

    Raises:
        FileNotFoundError: If the study has no `claims.csv` yet.
    """
    with open(Path(results_folder, "claims.csv"), encoding="utf-8", newline="") as claims:
        verdicts: dict[str, list[str]] = {}
        for row in csv.DictReader(claims):
            verdicts.setdefault(row["kind"], []).append(row["verdict"])
    found = "; ".join(_counted(kind, verdicts[kind]) for kind in verdicts)
    return f"{Path(results_folder, 'report.html')}: {found}"


def is_whole(results_folder: Path | str) -> bool:
    """Return whether a study's last run came to its end: its report was made last."""
    folder = Path(results_folder)
    report, provenance = folder / "report.html", folder / "provenance.json"
    needed = (report, provenance, folder / "validated.txt", folder / "claims.csv")
    if not all(path.is_file() for path in needed):
        return False
    return provenance.stat().st_mtime <= report.stat().st_mtime


def main(folders: list[str]) -> int:
    """Print the line of each results folder whose run came to its end; 0 if all did."""
    there = [folder for folder in folders if is_whole(folder)]
    for folder in there:
        print(summarize(folder))
    return 0 if len(there) == len(folders) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
