"""Several p-values as one: Stouffer's sum of normal deviates."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri


def stouffer(p: ArrayLike) -> tuple[float, float, float]:
    """Return (z, p that values as small arise by chance, p that values as large do).

    z = sum of Phi^-1(1 - p) / sqrt(k) over k independent p, standard normal if all are uniform
    (Stouffer et al. 1949, The American Soldier, vol. 1, p. 45). Both p are one-sided and add to 1:
    of p-values that compare randomized groups at baseline, small ones mean that the groups differ
    too much, large ones that they are too alike (Carlisle 2017, doi 10.1111/anae.13938). A p of 0
    or 1 makes z infinite; both at once have no sum.

    Args:
        p: One or more p-values, shape (k,).

    Raises:
        ValueError: If there is none, one is outside [0, 1], or both 0 and 1 are among them.
    """
    values = np.atleast_1d(np.asarray(p, dtype=float))
    if values.size == 0 or not np.all((values >= 0) & (values <= 1)):
        raise ValueError(f"p must hold at least one value, all from 0 to 1, found {p!r}.")
    if (values == 0).any() and (values == 1).any():
        raise ValueError("p-values of 0 and of 1 cannot be combined.")
    z = float(-ndtri(values).sum() / sqrt(values.size))
    return z, float(ndtr(-z)), float(ndtr(z))
