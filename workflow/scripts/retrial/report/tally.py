"""What became of the p-values and n.s. that a paper prints, counted.

It uses the standard library alone, as the line that ends a run comes at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
