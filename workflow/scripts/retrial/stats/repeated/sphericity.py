"""How far the visits' contrasts are from sphericity, and what that costs in degrees of freedom."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

# The factors by which both degrees of freedom of an F test may be multiplied.
CORRECTIONS = ("gg", "hf", "hf_original", "box")


@dataclass(frozen=True)
class Sphericity:
    """Epsilons and Mauchly's test; every field a float, or an array of the specifications' shape.

    Attributes:
        gg: Greenhouse and Geisser's epsilon (1959, doi 10.1007/BF02289823).
        hf: Huynh and Feldt's as Lecoutre corrected it (1991, doi
            10.3102/10769986016004371), as R's car and
            afex print it; it may exceed 1 and is used as 1 then.
        hf_original: Huynh and Feldt's own (1976, doi 10.3102/10769986001001069), with N in place of
            N - arms + 1; older packages print it.
        box: Box's lower bound 1 / (visits - 1) (1954, doi 10.1214/aoms/1177728717): the
            conservative test, valid whatever the covariance.
        mauchly_w: Mauchly's W (1940, doi 10.1214/aoms/1177731915), 1 when spherical.
        mauchly_p: Its p by Box's expansion to two terms, as R's mauchly.test, car and afex print
            it; NaN where there is nothing to test (2 visits) or fewer error degrees of freedom than
            contrasts.
        mauchly_p_box: The same with Box's own second term (1949, doi 10.1093/biomet/36.3-4.317). In
            R's stands 3 (q + 1) for 3 q, visits for contrasts, which moves p by up to 0.5 % of it.
    """

    gg: float | np.ndarray
    hf: float | np.ndarray
    hf_original: float | np.ndarray
    box: float | np.ndarray
    mauchly_w: float | np.ndarray
    mauchly_p: float | np.ndarray
    mauchly_p_box: float | np.ndarray

    def factor(self, correction: str) -> np.ndarray:
        """Return the factor, at most 1, that multiplies the degrees of freedom."""
        if correction not in CORRECTIONS:
            raise ValueError(
                f"correction must be one of {', '.join(CORRECTIONS)}, found {correction!r}."
            )
        return np.minimum(getattr(self, correction), 1.0)


def sphericity(contrast_covariance: np.ndarray, df: np.ndarray, total: np.ndarray) -> Sphericity:
    """Return epsilons and Mauchly's test of the contrasts' covariance V.

    gg = (tr V)^2 / (q tr V^2); hf = ((v + 1) q gg - 2) / (q (v - q gg)), the original with N for
    v + 1, q contrasts and v error degrees of freedom.

    Args:
        contrast_covariance: Covariance of q orthonormal contrasts, shape (..., q, q).
        df: Its degrees of freedom v = N - arms, broadcast against (...).
        total: Number of persons N.

    Returns:
        Sphericity, of the broadcast shape.
    """
    v, q = df, contrast_covariance.shape[-1]
    trace = np.trace(contrast_covariance, axis1=-2, axis2=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gg = trace**2 / (q * (contrast_covariance**2).sum(axis=(-2, -1)))
        left = v - q * gg
        # With more contrasts than error df an assumed V can leave no df to estimate epsilon from.
        left = np.where(left > 0, left, np.nan)
        hf = ((v + 1) * q * gg - 2) / (q * left)
        original = (total * q * gg - 2) / (q * left)
    if q == 1:
        gg, hf, original = (np.ones_like(trace) for _ in range(3))
    w = _mauchly_w(contrast_covariance, trace)
    box = np.full_like(trace, 1 / q)
    as_r, as_box = _mauchly_p(w, q, v)
    fields = np.broadcast_arrays(gg, hf, original, box, w, as_r, as_box)
    return Sphericity(*fields)


def _mauchly_w(contrast_covariance: np.ndarray, trace: np.ndarray) -> np.ndarray:
    """Return W = det V / (tr V / q)^q, by logarithms, which neither under- nor overflow."""
    q = contrast_covariance.shape[-1]
    sign, log_determinant = np.linalg.slogdet(contrast_covariance)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_w = log_determinant - q * np.log(trace / q)
        w = np.where(sign > 0, np.exp(np.minimum(log_w, 0.0)), 0.0)
    return np.where(np.isfinite(trace) & (trace > 0), w, np.nan)


def _mauchly_p(w: np.ndarray, q: int, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the upper tail of -v c ln W, as R does and as Box did (see `Sphericity`).

    chi2(f) + omega (chi2(f + 4) - chi2(f)), with omega of the order v^-2 (Anderson 2003, An
    Introduction to Multivariate Statistical Analysis, section 10.7.4).
    """
    if q == 1:
        return np.full_like(w, np.nan), np.full_like(w, np.nan)
    v = np.where(v >= q, v, np.nan)
    c = 1 - (2 * q**2 + q + 2) / (6 * q * v)
    f = q * (q + 1) / 2 - 1
    with np.errstate(divide="ignore"):
        z = -v * c * np.log(w)
    first, second = chdtrc(f, z), chdtrc(f + 4, z)

    def p(linear: int) -> np.ndarray:
        terms = (q + 2) * (q - 1) * (q - 2) * (2 * q**3 + 6 * q**2 + linear + 2)
        omega = terms / (288 * (v * q * c) ** 2)
        return np.clip(first + omega * (second - first), 0.0, 1.0)

    return p(3 * (q + 1)), p(3 * q)
