"""Made-up persons whose visits have exactly the means and covariances asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd


def exact_arm(n: int, means, covariance, rng: np.random.Generator) -> np.ndarray:
    """Return n persons by visits, n above the number of visits, with exactly those moments."""
    draws = rng.normal(size=(n, len(means)))
    orthonormal, _ = np.linalg.qr(draws - draws.mean(axis=0))
    return np.asarray(means) + orthonormal * np.sqrt(n - 1) @ np.linalg.cholesky(covariance).T


def exact_persons(means, sds, ns, correlation, seed: int = 0) -> list[np.ndarray]:
    """Return one array of persons by visits for each arm."""
    rng = np.random.default_rng(seed)
    sds = np.asarray(sds)
    matrices = np.broadcast_to(correlation, (len(ns), sds.shape[1], sds.shape[1]))
    return [
        exact_arm(n, mean, matrix * np.outer(sd, sd), rng)
        for n, mean, sd, matrix in zip(ns, means, sds, matrices, strict=True)
    ]


def long_format(arms: list[np.ndarray]) -> pd.DataFrame:
    """Return one row for each person and visit: arm, person, visit, value."""
    rows = [
        (f"arm{arm}", f"{arm}-{person}", visit, value)
        for arm, persons in enumerate(arms)
        for person, values in enumerate(persons)
        for visit, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["arm", "person", "visit", "value"])


def random_trial(seed: int, arms: int = 2, visits: int = 4, equal_ns: bool = False) -> dict:
    """Return means, sds, ns and one correlation an arm of a made-up trial."""
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(arms, visits, visits + 2))
    covariance = loadings @ loadings.swapaxes(-1, -2)
    roots = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    ns = rng.integers(visits + 3, visits + 20, size=arms)
    return {
        "means": rng.normal(7, 1, size=(arms, visits)),
        "sds": rng.uniform(0.5, 2, size=(arms, visits)),
        "ns": np.full(arms, ns[0]) if equal_ns else ns,
        "correlation": covariance / (roots[:, :, None] * roots[:, None, :]),
    }
