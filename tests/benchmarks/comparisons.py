"""Time the library's comparisons beside the best alternatives on the same arrays, as ratios.

Run by hand: `make bench`. Prints seconds, and the time of each alternative over ours: below 1 the
alternative is faster. Asserts nothing.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pingouin
from retrial.axes import Axis, unchanged
from retrial.stages.multiverse.means import POPULATION, expanded, tested
from retrial.stages.multiverse.multiplicity import with_multiplicity
from retrial.stats.means import compare_means
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.repeated.correlation import compound_symmetry
from scipy import special, stats

OURS = "retrial"
ROWS, LOOPED = 1_000_000, 2_000
SPECIFICATIONS = 100_000
ANOVAS, ANOVAS_LOOPED, VISITS = 100_000, 30, 6


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Return the least time of a few runs."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def moments(rows: int) -> tuple[np.ndarray, ...]:
    """Return made-up m1, s1, n1, m2, s2, n2, each (rows,)."""
    rng = np.random.default_rng(1)
    m1, m2 = rng.normal(size=(2, rows))
    s1, s2 = rng.uniform(0.5, 2, size=(2, rows))
    n1, n2 = rng.integers(5, 60, size=(2, rows))
    return m1, s1, n1, m2, s2, n2


def t_loop(columns: tuple[np.ndarray, ...], equal_var: bool) -> list:
    """Return scipy's test of each row, one call a row."""
    rows = zip(*columns, strict=True)
    return [stats.ttest_ind_from_stats(*row, equal_var=equal_var) for row in rows]


def in_numpy(columns: tuple[np.ndarray, ...], equal_var: bool) -> np.ndarray:
    """Return p of each row by the textbook's expression in plain numpy."""
    m1, s1, n1, m2, s2, n2 = columns
    if equal_var:
        df = n1 + n2 - 2
        se = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df * (1 / n1 + 1 / n2))
    else:
        v1, v2 = s1**2 / n1, s2**2 / n2
        se, df = np.sqrt(v1 + v2), (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1))
    return 2 * special.stdtr(df, -np.abs((m1 - m2) / se))


def t_tests(equal_var: bool) -> dict[str, float]:
    """Return seconds for a million t tests: ours gives intervals as well, the others p alone."""
    columns = moments(ROWS)
    few = tuple(column[:LOOPED] for column in columns)
    return {
        OURS: seconds(lambda: compare_means(*columns, equal_var=equal_var)),
        "scipy, whole arrays": seconds(
            lambda: stats.ttest_ind_from_stats(*columns, equal_var=equal_var)
        ),
        "numpy expression": seconds(lambda: in_numpy(columns, equal_var)),
        "loop over scipy": seconds(lambda: t_loop(few, equal_var), 1) * ROWS / LOOPED,
    }


def specifications() -> dict[str, float]:
    """Return seconds for 100 000 specifications: axes, tests, corrections for several visits."""
    kept = {f"error_{i}": _scaled(1 + i / 100) for i in range(1, 50)}
    own = Axis("error", {"as_printed": unchanged, **kept})
    base = SPECIFICATIONS // (2 * len(own.choices) * 3)
    columns = moments(base)
    names = ("mean_1", "error_1", "n_1", "mean_2", "error_2", "n_2")
    rows = pd.DataFrame(dict(zip(names, columns, strict=True))).assign(
        claim_id="claim",
        outcome=[f"outcome{i // 5}" for i in range(base)],
        visit=[float(i % 5) for i in range(base)],
        reading_1="sem",
        reading_2="sem",
        least_1=columns[2],
        least_2=columns[5],
        error_n_1=columns[2],
        error_n_2=columns[5],
    )

    def ours() -> pd.DataFrame:
        frame = tested(expanded(rows, (POPULATION, own)), 0.05)
        return with_multiplicity(frame, ["outcome", "visit", "population", "error", "method"])

    frame = ours()
    few = tuple(column[:LOOPED] for column in moments(LOOPED))
    slow = seconds(lambda: t_loop(few, True), 1) / LOOPED
    return {
        OURS: seconds(ours) * SPECIFICATIONS / len(frame),
        "loop over scipy": slow * SPECIFICATIONS,
    }


def _scaled(factor: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(
        error_1=factor * rows["error_1"], error_2=factor * rows["error_2"]
    )


def anovas() -> dict[str, float]:
    """Return seconds for 100 000 split-plot ANOVAs: ours, and pingouin on drawn patients."""
    rng = np.random.default_rng(2)
    means, sds = rng.normal(7, 1, (ANOVAS, 2, VISITS)), rng.uniform(0.5, 2, (ANOVAS, 2, VISITS))
    matrices = compound_symmetry(VISITS, rng.uniform(0, 0.9, ANOVAS))

    def ours() -> list:
        found = mixed_anova_from_moments(means, sds, [15, 14], matrices, per_arm=False)
        return [found.group.p, found.interaction.p_gg]

    def theirs() -> None:
        for row in range(ANOVAS_LOOPED):
            arms = [
                rng.multivariate_normal(
                    means[row, arm], matrices[row] * np.outer(sds[row, arm], sds[row, arm]), n
                )
                for arm, n in enumerate((15, 14))
            ]
            long = pd.concat(
                pd.DataFrame(values).assign(
                    arm=arm, patient=[f"{arm}{i}" for i in range(len(values))]
                )
                for arm, values in enumerate(arms)
            ).melt(["arm", "patient"], var_name="visit", value_name="value")
            pingouin.mixed_anova(
                long, dv="value", within="visit", between="arm", subject="patient", correction=True
            )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about pingouin
        slow = seconds(theirs, 1) * ANOVAS / ANOVAS_LOOPED
    return {OURS: seconds(ours), "loop over pingouin": slow}


def main() -> None:
    """Print the table."""
    rows = {
        "a million Student's t": lambda: t_tests(True),
        "a million Welch's t": lambda: t_tests(False),
        "100 000 specifications": specifications,
        "100 000 split-plot ANOVAs": anovas,
    }
    print(f"{'':27} {'':22} {'seconds':>9} {'over ours':>10}")
    for name, timed in rows.items():
        found = timed()
        for way, taken in found.items():
            print(f"{name:27} {way:22} {taken:9.3g} {taken / found[OURS]:10.3g}")


if __name__ == "__main__":
    main()
