"""Random-effects meta-analysis: effects and their variances in, one estimate out.

The effects of the studies differ by chance (variance v_i) and by more (variance tau^2). Sources
stand at the formulas.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from retrial.stats.student import t_ratio

Estimator = Literal["reml", "pm", "dl"]

# Where the restricted likelihood is looked at before its maximum is refined: shares of the scale of
# the data. It may have more than one maximum.
_GRID = np.concatenate([[0.0], np.geomspace(1e-10, 1e4, 400)])


@dataclass(frozen=True)
class Pooled:
    """A random-effects meta-analysis; floats, NaN where a quantity is undefined.

    Attributes:
        k: Number of studies.
        estimate: Mean of the distribution of effects.
        se: Its standard error, 1 / sqrt(sum of the weights).
        low: Lower end of the 1 - alpha interval from the normal distribution.
        high: Upper end.
        p: Two-sided p of a mean effect of zero, from the normal distribution.
        hk_low: Lower end of the Hartung-Knapp interval; NaN for one study.
        hk_high: Upper end.
        hk_p: Two-sided p that goes with it.
        pi_low: Lower end of the prediction interval; NaN for fewer than three studies.
        pi_high: Upper end.
        tau2: Variance of the true effects between studies.
        i2: Share of the variation that chance does not explain, 0 to 1.
        q: Cochran's Q.
        q_df: Its degrees of freedom.
        q_p: p of homogeneity.
        weights: Each study's share of the weight; they add up to 1.
    """

    k: int
    estimate: float
    se: float
    low: float
    high: float
    p: float
    hk_low: float
    hk_high: float
    hk_p: float
    pi_low: float
    pi_high: float
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    weights: np.ndarray


def _checked(effects: ArrayLike, variances: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    if y.ndim != 1 or y.shape != v.shape or not len(y):
        raise ValueError(
            f"effects and variances must be two lists of one length, found {y.shape} and {v.shape}."
        )
    if not np.all(np.isfinite(y)) or not np.all(np.isfinite(v)) or np.any(v <= 0):
        raise ValueError("every effect must be finite and every variance finite and above zero.")
    return y, v


def _weighted_mean(y: np.ndarray, w: np.ndarray) -> float:
    # About a value close by, so that a large offset costs no precision.
    return float(y[0] + w @ (y - y[0]) / w.sum())


def cochran_q(effects: ArrayLike, variances: ArrayLike, tau2: float = 0.0) -> float:
    """Return sum w (y - mean)^2 with w = 1 / (v + tau2) (Cochran 1954, doi 10.2307/3001666)."""
    y, v = _checked(effects, variances)
    w = 1 / (v + tau2)
    return float(w @ (y - _weighted_mean(y, w)) ** 2)


def dersimonian_laird(effects: ArrayLike, variances: ArrayLike) -> float:
    """Return the moment estimate of tau^2, (Q - df) / (sum w - sum w^2 / sum w), at least 0.

    DerSimonian & Laird 1986, doi 10.1016/0197-2456(86)90046-2.
    """
    y, v = _checked(effects, variances)
    if len(y) == 1:
        return float("nan")
    w = 1 / v
    moment = (cochran_q(y, v) - (len(y) - 1)) / (w.sum() - (w**2).sum() / w.sum())
    return max(0.0, float(moment))


def paule_mandel(effects: ArrayLike, variances: ArrayLike) -> float:
    """Return the tau^2 at which Q(tau^2) is its expectation k - 1, 0 when Q(0) is below that.

    Paule & Mandel 1982, doi 10.6028/jres.087.022; Q falls with tau^2, so the root is unique.
    """
    y, v = _checked(effects, variances)
    k = len(y)
    if k == 1:
        return float("nan")
    if cochran_q(y, v) <= k - 1:
        return 0.0
    high = float(np.var(y) + v.mean())
    while cochran_q(y, v, high) > k - 1:
        high *= 2
    return brentq(lambda tau2: cochran_q(y, v, tau2) - (k - 1), 0.0, high, xtol=1e-14 * high)


def _reml_score(y: np.ndarray, v: np.ndarray, tau2: float) -> float:
    """Return twice the slope of the restricted log-likelihood in tau^2."""
    w = 1 / (v + tau2)
    apart = y - _weighted_mean(y, w)
    return float(w**2 @ apart**2 - w.sum() + (w**2).sum() / w.sum())


def _restricted_likelihood(y: np.ndarray, v: np.ndarray, tau2: np.ndarray) -> np.ndarray:
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    centred = y - y[0]
    mean = (w @ centred) / total
    return -0.5 * (
        np.log(1 / w).sum(axis=1) + np.log(total) + (w * (centred - mean[:, None]) ** 2).sum(axis=1)
    )


def restricted_likelihood(effects: ArrayLike, variances: ArrayLike) -> float:
    """Return the tau^2 of the greatest restricted likelihood, at least 0 (REML).

    Raudenbush 2009 in Cooper, Hedges & Valentine; recommended by Veroniki et al. 2016, doi
    10.1002/jrsm.1164. The maximum is sought over the whole range, not from one start.
    """
    y, v = _checked(effects, variances)
    if len(y) == 1:
        return float("nan")
    grid = _GRID * float(np.var(y) + v.mean())
    best = int(np.argmax(_restricted_likelihood(y, v, grid)))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    below, above = _reml_score(y, v, low), _reml_score(y, v, high)
    if below <= 0:
        return float(low) if best else 0.0
    if above >= 0:
        return float(grid[best])
    return brentq(lambda tau2: _reml_score(y, v, tau2), low, high, xtol=1e-14 * high)


ESTIMATORS = {
    "reml": restricted_likelihood,
    "pm": paule_mandel,
    "dl": dersimonian_laird,
}


def combine(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    estimator: Estimator = "reml",
    safeguard: bool = True,
    alpha: float = 0.05,
) -> Pooled:
    """Combine the effects of several studies by a random-effects model.

    * Estimate: weights w = 1 / (v + tau^2); se = 1 / sqrt(sum w).
    * Hartung-Knapp interval: t(k - 1) times sqrt(q) se, where q = sum w (y - estimate)^2 / (k - 1)
      (Hartung & Knapp 2001, doi 10.1002/sim.791; Sidik & Jonkman 2002). With the safeguard, q is
      at least 1, so that it is never narrower than the se allows, as happens when few effects
      agree by chance (Knapp & Hartung 2003, doi 10.1002/sim.1482; Roever, Knapp & Friede 2015, doi
      10.1186/s12874-015-0091-1).
    * Prediction interval for the effect of a further study: t(k - 2) sqrt(tau^2 + se^2) (Higgins,
      Thompson & Spiegelhalter 2009, doi 10.1111/j.1467-985X.2008.00552.x, whose k - 2 is the wider
      of the two in use); needs three studies.
    * I^2 = max(0, (Q - df) / Q) (Higgins & Thompson 2002, doi 10.1002/sim.1186).

    One study is returned as it is: there is nothing to pool, and nothing between studies is known.

    Args:
        effects: One effect a study, shape (k,).
        variances: Their sampling variances, shape (k,).
        estimator: How tau^2 is estimated: "reml", "pm" (Paule-Mandel) or "dl"
            (DerSimonian-Laird).
        safeguard: Whether the Hartung-Knapp interval has its safeguard.
        alpha: 1 minus the level of all intervals.

    Returns:
        The meta-analysis.

    Raises:
        ValueError: If there is no study, an effect is not finite, or a variance is not above zero.
    """
    y, v = _checked(effects, variances)
    if estimator not in ESTIMATORS:
        raise ValueError(f"estimator must be one of {', '.join(ESTIMATORS)}, found {estimator!r}.")
    k, nan = len(y), float("nan")
    tau2 = ESTIMATORS[estimator](y, v)
    w = 1 / (v + (tau2 if k > 1 else 0.0))
    estimate, se = _weighted_mean(y, w), float(1 / np.sqrt(w.sum()))
    half = float(ndtri(1 - alpha / 2)) * se
    result = {
        "k": k,
        "estimate": estimate,
        "se": se,
        "low": estimate - half,
        "high": estimate + half,
        "p": float(2 * ndtr(-abs(estimate) / se)),
        "tau2": tau2,
        "weights": w / w.sum(),
        "q_df": k - 1,
    }
    unknown = dict.fromkeys("hk_low hk_high hk_p pi_low pi_high i2 q q_p".split(), nan)
    if k == 1:
        return Pooled(**(unknown | result))
    q = cochran_q(y, v)
    scale = float(w @ (y - estimate) ** 2) / (k - 1)
    hk_se = se * math.sqrt(max(scale, 1.0) if safeguard else scale)
    hk_half = float(stdtrit(k - 1, 1 - alpha / 2)) * hk_se
    between = {
        "hk_low": estimate - hk_half,
        "hk_high": estimate + hk_half,
        "hk_p": float(2 * stdtr(k - 1, -abs(t_ratio(estimate, hk_se)))),
        "q": q,
        "i2": max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0,
        "q_p": float(chdtrc(k - 1, q)),
    }
    if k > 2:
        spread = float(stdtrit(k - 2, 1 - alpha / 2)) * math.sqrt(tau2 + se**2)
        between |= {"pi_low": estimate - spread, "pi_high": estimate + spread}
    return Pooled(**(unknown | result | between))
