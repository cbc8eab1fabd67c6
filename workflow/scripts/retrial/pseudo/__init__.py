"""Pseudo-individual data with exactly the printed moments, and the rank tests they allow."""

from retrial.pseudo.samples import draw
from retrial.pseudo.shapes import SHAPES

__all__ = ["SHAPES", "draw"]
