"""What a run found, in one line a study: `python -m retrial.run.summary results/hu2013`.

It uses the standard library alone, so that the line comes at once.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

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
UNCHECKED = ("not_testable", "conditional", "as_printed")


@dataclass(frozen=True)
class Tally:
    """What became of the paper's printed p-values and n.s.; `sure`: of those confirmed, how many.

    Those that surely belong to the outcome named, and not to another used in its place.
    """

    printed: int
    confirmed: int
    sure: int
    depends: int
    not_confirmed: int
    unchecked: int

    def words(self) -> str:
        """Return the tally in one line."""
        belongs = f" ({self.sure} surely of the outcome named)" if self.confirmed else ""
        some = f", {self.depends} depending on the analysis" if self.depends else ""
        return (
            f"{self.printed} printed p-value{'s' * (self.printed != 1)} or n.s.: "
            f"{self.confirmed} confirmed{belongs}, {self.not_confirmed} not confirmed{some}, "
            f"{self.unchecked} cannot be checked"
        )


def tally(claims: Iterable[Mapping[str, object]]) -> Tally:
    """Count what became of the printed p-values, from rows of `claims.csv`.

    A comparison of ours prints no p, and a sales claim none of the trial.
    """
    rows = [row for row in claims if row["kind"] == "trial" and _printed(row["published_p"])]
    verdicts = Counter(str(row["verdict"]) for row in rows)
    unchecked = sum(verdicts[code] for code in UNCHECKED)
    sure = [r for r in rows if r["verdict"] == "confirmed" and r["basis"] != "proxy"]
    return Tally(
        printed=len(rows),
        confirmed=verdicts["confirmed"],
        sure=len(sure),
        depends=verdicts["depends"],
        not_confirmed=len(rows) - verdicts["confirmed"] - verdicts["depends"] - unchecked,
        unchecked=unchecked,
    )


def _printed(cell: object) -> bool:
    return isinstance(cell, str) and cell != ""


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


def main(folders: list[str]) -> int:
    """Print the line of each results folder whose run came to its end; 0 if all did."""
    there = [folder for folder in folders if is_whole(folder)]
    for folder in there:
        print(summarize(folder))
    return 0 if len(there) == len(folders) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
