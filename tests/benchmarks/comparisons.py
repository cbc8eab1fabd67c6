"""Time the library's comparisons beside the plain loop that they replace, as a ratio.

Run by hand: `make bench`. Prints seconds and how many times faster; asserts nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from retrial.significance import compare_means
from scipy import stats

ROWS, LOOPED = 1_000_000, 2_000


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Return the least time of a few runs."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(1)
    m1, m2 = rng.normal(size=(2, ROWS))
    s1, s2 = rng.uniform(0.5, 2, size=(2, ROWS))
    n1, n2 = rng.integers(5, 60, size=(2, ROWS))

    def loop(equal_var: bool) -> Callable[[], object]:
        return lambda: [
            stats.ttest_ind_from_stats(*row, equal_var=equal_var)
            for row in zip(
                *(v[:LOOPED] for v in (m1, s1, n1, m2, s2, n2)),
                strict=True,
            )
        ]

    rows = {
        "Student's t": (lambda: compare_means(m1, s1, n1, m2, s2, n2), loop(True)),
        "Welch's t": (lambda: compare_means(m1, s1, n1, m2, s2, n2, False), loop(False)),
    }
    print(f"{'':12} {'per million, s':>15} {'scipy loop, s':>15} {'times faster':>13}")
    for name, (ours, theirs) in rows.items():
        fast, slow = seconds(ours), seconds(theirs, 1) * ROWS / LOOPED
        print(f"{name:12} {fast:15.2f} {slow:15.0f} {slow / fast:13.0f}")


if __name__ == "__main__":
    main()
