"""Pseudo-individuals with exact moments: the functions that outside code imports."""

from retrial.stats.pseudo.samples import draw
from retrial.stats.pseudo.shapes import SHAPES
from retrial.stats.pseudo.simulate import simulate_rank_p

__all__ = ["SHAPES", "draw", "simulate_rank_p"]
