"""Partial identification: what means that nobody printed can have been.

The means of two arms at all visits form a polytope: printed numbers fix some to their rounding,
the paper's sentences order others, the outcome's limits hold for all. An effect is linear in them,
so its least and greatest values are two linear programs (Manski 2003, doi 10.1007/b97478). They
are bounds and not data: nothing in between is more likely than anything else.
"""

from retrial.identify.effects import (
    critical_bounds,
    errors_between,
    least_difference,
    p_bounds,
    standard_errors,
)
from retrial.identify.sentences import limits_of, significance_limits, usable
from retrial.identify.trajectories import Cell, Limit, Trajectories

__all__ = [
    "Cell",
    "Limit",
    "Trajectories",
    "critical_bounds",
    "errors_between",
    "least_difference",
    "limits_of",
    "p_bounds",
    "significance_limits",
    "standard_errors",
    "usable",
]
