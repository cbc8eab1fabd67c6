"""Partial identification: what means that nobody printed can have been.

The means of two arms at all visits form a polytope: printed numbers fix some to their rounding,
the paper's sentences order others, the outcome's limits hold for all. An effect is linear in them,
so its least and greatest values are two linear programs (Manski 2003, doi 10.1007/b97478). They
are bounds and not data: nothing in between is more likely than anything else.
"""
