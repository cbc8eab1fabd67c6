"""Pseudo-individual data with exactly the printed moments, and the p values they give."""

from retrial.pseudo.profiles import draw_profiles
from retrial.pseudo.samples import draw
from retrial.pseudo.shapes import SHAPES
from retrial.pseudo.simulate import simulate_rank_p

__all__ = ["SHAPES", "draw", "draw_profiles", "simulate_rank_p"]
