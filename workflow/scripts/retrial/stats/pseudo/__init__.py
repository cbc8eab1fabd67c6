"""Pseudo-individual data with exactly the printed moments, and the p values they give."""
