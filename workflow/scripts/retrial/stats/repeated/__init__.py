"""Repeated visits in several arms, from cell means, SDs, sizes and an assumed correlation."""
