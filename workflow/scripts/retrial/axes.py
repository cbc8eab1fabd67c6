"""Your own axes of the multiverse: choices on the two groups of a comparison of means.

This is the one place to add one. An axis has a name, which becomes a column of multiverse.parquet,
and choices. Each choice is a function: it takes the frame of all comparisons, one a row, and gives
it back changed. Its columns are `mean_1`, `error_1`, `n_1` (the treated arm: mean, error term and
patients), `mean_2`, `error_2`, `n_2` (the control), and what the comparison is about: `claim_id`,
`outcome`, `visit`, `reading`, `version`, `population`. The first choice must change nothing: it is
the paper as printed, and the only one that can be defensible. The functions see whole columns, so
that a hundred thousand specifications take seconds. Only t tests of two means have the axis; it is
empty elsewhere. Results with a new axis are other results: freeze them anew.

    def wider(rows):
        return rows.assign(error_1=1.1 * rows["error_1"], error_2=1.1 * rows["error_2"])

    OWN_AXES = (Axis("spread", {"as_printed": unchanged, "ten_percent_wider": wider}),)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

Change = Callable[[pd.DataFrame], pd.DataFrame]


def unchanged(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons as they are."""
    return rows


@dataclass(frozen=True)
class Axis:
    """One axis: its column, and what each choice does to the comparisons."""

    name: str
    choices: Mapping[str, Change]

    @property
    def default(self) -> str:
        """The choice that changes nothing."""
        return next(iter(self.choices))


OWN_AXES: tuple[Axis, ...] = ()
