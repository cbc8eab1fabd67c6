"""How close digitizing comes to the truth, as the table of resources/accuracy.md: `make truth`.

Each trial's figure is drawn from its patients' rows, clicked 200 times with a pixel of error, read,
rebuilt and tested. `python tests/benchmarks/digitizing_accuracy.py [times] [accuracy.md]` prints
the table, and writes it between the markers of the page that is named.
"""

from __future__ import annotations

import re
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from truth.accuracy import QUANTITIES, repeat, summarize
from truth.trials import TRIALS, Trial

TIMES, DRAWS = 200, 1000
BEGIN, END = "<!-- truth:begin -->", "<!-- truth:end -->"
HEADINGS = (
    "trial",
    "mean off by",
    "SD off by",
    "p off by",
    "verdicts changed",
    *(f"{name} covered" for name in ("mean", "SD", "p")),
)


def line_of(trial: Trial, times: int, draws: int) -> dict[str, object]:
    """Return a trial's line of the table."""
    return summarize(trial, repeat(trial, times, draws))


def percent(share: float) -> str:
    """Return a share as a percentage of two digits or so."""
    return f"{100 * share:.1f} %" if share < 0.995 else f"{100 * share:.0f} %"


def cells(line: dict) -> list[str]:
    """Return a line's cells: median (worst), verdicts, coverage with its standard error."""
    apart = [
        f"{percent(line[f'{name}_median'])} ({percent(line[f'{name}_worst'])})"
        for name in ("mean", "sd")
    ]
    apart.append(f"{line['p_median']:.3f} ({line['p_worst']:.2f})")
    covered = [f"{100 * line[f'{name}_coverage']:.1f} %" for name in QUANTITIES]
    changed = f"{line['changed']:.0f} of {line['tested']:.0f}"
    return [str(line["trial"]), *apart, changed, *covered]


def table_of(lines: list[dict]) -> str:
    """Return the table in Markdown."""
    rows = [list(HEADINGS), ["---"] * len(HEADINGS), *map(cells, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def put(readme: Path, table: str, begin: str = BEGIN, end: str = END) -> None:
    """Write the table between the markers of a page; ValueError where there are none."""
    old = readme.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(old):
        raise ValueError(f"{readme} has no {begin} and {end} to put the table between.")
    new = pattern.sub(lambda _: f"{begin}\n{table}\n{end}", old)
    if new != old:
        readme.write_text(new, encoding="utf-8")


def main(times: int = TIMES, readme: Path | None = None) -> None:
    """Print the table, and write it into a page."""
    with ProcessPoolExecutor(2) as pool:
        lines = list(pool.map(partial(line_of, times=times, draws=DRAWS), TRIALS))
    table = table_of(lines)
    print(table)
    worst = max(line[f"{name}_coverage_se"] for line in lines for name in QUANTITIES)
    print(f"\nThe standard error of a coverage is {100 * worst:.1f} points at most.")
    if readme is not None:
        put(readme, table)


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else TIMES,
        Path(sys.argv[2]) if len(sys.argv) > 2 else None,
    )
