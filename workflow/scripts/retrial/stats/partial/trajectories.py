"""All the means that some linear inequalities allow, and the bounds of what depends on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

import numpy as np
from scipy.optimize import linprog

Cell = tuple[str, float]  # (arm, visit)

_WITHOUT_LEAST = (2, 3, 4)  # infeasible, unbounded, or HiGHS cannot tell which of the two


@dataclass(frozen=True)
class Limit:
    """One inequality, sum of coefficient x mean <= `most`, and what it stands on.

    `because` is the id of a sentence or of a printed row.
    """

    terms: tuple[tuple[Cell, float], ...]
    most: float
    because: str


@dataclass(frozen=True)
class Trajectories:
    """The means of `cells` under `limits`, each from `lower` to `upper` (infinite for none)."""

    cells: tuple[Cell, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    limits: tuple[Limit, ...] = ()

    def with_limits(self, limits: list[Limit]) -> Trajectories:
        """Return these trajectories with more limits."""
        return replace(self, limits=(*self.limits, *limits))

    def bounds(self, terms: dict[Cell, float]) -> tuple[float, float] | None:
        """Return the least and greatest sum of coefficient x mean; None when nothing is allowed.

        Infinite where no limit holds. Both ends are attained where they are finite.

        Raises:
            KeyError: If a term is about no cell of these trajectories.
        """
        aim = [0.0] * len(self.cells)
        for cell, coefficient in terms.items():
            aim[self._place[cell]] += coefficient
        # HiGHS may take an unbounded program for an infeasible one, so ask for any point first.
        if _least(self, (0.0,) * len(aim)) is None:
            return None
        if not any(aim):
            return 0.0, 0.0
        low, high = _least(self, tuple(aim)), _least(self, tuple(-a for a in aim))
        # There is a point, so a program without a least value has no limit.
        return (-inf if low is None else low), (inf if high is None else -high)

    def allows(self, means: dict[Cell, float], slack: float = 1e-7) -> bool:
        """Whether means (one for each cell) meet every limit."""
        values = [means[cell] for cell in self.cells]
        inside = all(
            low - slack <= value <= high + slack
            for low, value, high in zip(self.lower, values, self.upper, strict=True)
        )
        return inside and all(
            sum(coefficient * means[cell] for cell, coefficient in limit.terms)
            <= limit.most + slack
            for limit in self.limits
        )

    def conflict(self) -> tuple[str, ...]:
        """Return what the inequalities that exclude each other stand on; empty when possible.

        No smaller part of them does: each is needed for the conflict.
        """
        if self.bounds({}) is not None:
            return ()
        needed = list(dict.fromkeys(limit.because for limit in self.limits))
        for name in list(needed):
            fewer = [other for other in needed if other != name]
            kept = tuple(limit for limit in self.limits if limit.because in fewer)
            if replace(self, limits=kept).bounds({}) is None:
                needed = fewer
        return tuple(needed)

    @property
    def _place(self) -> dict[Cell, int]:
        return {cell: place for place, cell in enumerate(self.cells)}


@lru_cache(maxsize=4096)
def _least(allowed: Trajectories, aim: tuple[float, ...]) -> float | None:
    """Return the least value of a sum of means; None when there is none, or no least one."""
    if any(low > high for low, high in zip(allowed.lower, allowed.upper, strict=True)):
        return None
    place = allowed._place
    rows = np.zeros((len(allowed.limits), len(allowed.cells)))
    for row, limit in zip(rows, allowed.limits, strict=True):
        for cell, coefficient in limit.terms:
            row[place[cell]] += coefficient
    found = linprog(
        aim,
        A_ub=rows if len(rows) else None,
        b_ub=[limit.most for limit in allowed.limits] or None,
        bounds=list(zip(allowed.lower, allowed.upper, strict=True)),
        method="highs",
    )
    if found.status in _WITHOUT_LEAST:
        return None
    if not found.success:
        raise RuntimeError(f"The linear program was not solved: {found.message}")
    return float(found.fun)
