"""Rank tests of printed means: p over patients who could stand behind them, by shape.

A rank test needs the patients' values, and a mean and an SD do not settle them. Many groups with
exactly the printed moments are drawn under several shapes (`retrial.stats.pseudo`); p is their
median, with the range of 95 % of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import product

from retrial.comparisons.selection import Mean
from retrial.stages.audit.spread import finite, limits, tightest
from retrial.stats.pseudo.simulate import simulate_rank_p
from retrial.study.claims import Target
from retrial.study.models import Study
from retrial.trial import Settings
from retrial.vocabulary import SHAPES

TESTS = {"mann_whitney_sim": "mann_whitney", "kruskal_wallis_sim": "kruskal_wallis"}


def rank_tests(
    study: Study, target: Target, version: str, pair: list[Mean], settings: Settings
) -> Iterator[dict]:
    """Yield one test's cells for each rank test and each shape that these moments can have.

    None where a mean cannot have its SD, or no draws are asked for. `p_low` and `p_high` are the
    2.5 and 97.5 % points over the draws, `share_significant` the share of draws below alpha.
    """
    if not settings.rank_draws or not all(mean.admissible for mean in pair):
        return
    visit = pair[0].visit
    lower, upper = map(finite, tightest(limits(study, target.outcome, visit)))
    shapes = [s for s in SHAPES if s != "beta" or (lower is not None and upper is not None)]
    groups = tuple((mean.n, mean.mean, mean.sd, lower, upper) for mean in pair)
    name = f"{study.id}/{target.outcome}/{visit:g}/{version}/{pair[0].reading}"
    for shape, (method, test) in product(shapes, TESTS.items()):
        found = simulate_rank_p(
            groups,
            test=test,
            shapes=[shape],
            size=settings.rank_draws,
            seed=settings.seed + zlib.crc32(name.encode()),
            alpha=settings.alpha,
        )
        for _, row in found[found["draws"] > 0].iterrows():
            yield {
                "method": method,
                "shape": row["shape"],
                "p": float(row["median_p"]),
                "p_low": float(row["p_low"]),
                "p_high": float(row["p_high"]),
                "share_significant": float(row["share_below_alpha"]),
                "assumptions": f"{settings.rank_draws} draws of patients with these means and SDs, "
                f"their shape {SHAPES[row['shape']]}; p is the median",
            }
