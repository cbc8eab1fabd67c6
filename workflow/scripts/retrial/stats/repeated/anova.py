"""Split-plot analysis of variance (arms by visits) from cell means, SDs, sizes and a correlation.

The analysis of the persons' data needs only their means and covariances (Winer 1971, Statistical
Principles in Experimental Design, chapter 7), so this is it, not a simulation of it. Many
specifications are computed at once.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import fdtrc

from retrial.stats.repeated.moments import Moments, as_moments, safe_ratio, visit_contrasts
from retrial.stats.repeated.sphericity import CORRECTIONS, Sphericity, sphericity
from retrial.stats.summaries import unboxed


@dataclass(frozen=True)
class Effect:
    """One effect of a split-plot ANOVA; every field and property a float, or an array.

    The p values are computed when first asked for, as few users want all five of each effect.

    Attributes:
        name: "group", "visit" or "interaction".
        ss_type: "II", "III", or "II, III" where both are the same.
        ss: Sum of squares, in the squared unit of the outcome.
        df1: Its degrees of freedom.
        ss_error: Sum of squares of its error term.
        df2: Degrees of freedom of the error.
        sphericity: Of the visits; None for the group effect, which is one contrast of the visits.
    """

    name: str
    ss_type: str
    ss: float | np.ndarray
    df1: float | np.ndarray
    ss_error: float | np.ndarray
    df2: float | np.ndarray
    sphericity: Sphericity | None = None

    @cached_property
    def statistic(self) -> float | np.ndarray:
        """F; without any error, 0 for no effect and inf for one."""
        return unboxed(safe_ratio(self.ss, self.ss_error) * (self.df2 / self.df1))

    @cached_property
    def partial_eta_squared(self) -> float | np.ndarray:
        """SS / (SS + SS of the error), NaN when both are 0."""
        with np.errstate(invalid="ignore"):
            return unboxed(np.divide(self.ss, np.add(self.ss, self.ss_error)))

    @cached_property
    def p(self) -> float | np.ndarray:
        """The p of F, taking the visits as spherical."""
        return self._upper_tail(1.0)

    @cached_property
    def p_gg(self) -> float | np.ndarray:
        """The p with both df multiplied by Greenhouse and Geisser's epsilon."""
        return self.corrected_p("gg")

    @cached_property
    def p_hf(self) -> float | np.ndarray:
        """The p with both df multiplied by Huynh and Feldt's epsilon as corrected by Lecoutre."""
        return self.corrected_p("hf")

    @cached_property
    def p_hf_original(self) -> float | np.ndarray:
        """The p with both df multiplied by Huynh and Feldt's own epsilon."""
        return self.corrected_p("hf_original")

    @cached_property
    def p_box(self) -> float | np.ndarray:
        """The p at Box's lower bound of epsilon, the most conservative one."""
        return self.corrected_p("box")

    def corrected_p(self, correction: str) -> float | np.ndarray:
        """Return p under one of `CORRECTIONS`; p itself for the group effect, or for "none"."""
        if self.sphericity is None or correction == "none":
            return self.p
        return self._upper_tail(self.sphericity.factor(correction))

    def _upper_tail(self, factor: float | np.ndarray) -> float | np.ndarray:
        return unboxed(fdtrc(self.df1 * factor, self.df2 * factor, self.statistic))


@dataclass(frozen=True)
class MixedAnova:
    """A split-plot ANOVA with its sphericity; fields of effects are floats, or arrays of `shape`.

    Attributes:
        group: Arms, over all visits; types II and III are the same.
        visit_type2: Visits, weighted by the arms' sizes (as pingouin's mixed_anova).
        visit_type3: Visits, with the arms weighted equally (as SPSS, afex and JASP by default).
        interaction: Arms by visits; types II and III are the same.
        sphericity: Epsilons and Mauchly's test, of the pooled covariance.
        shape: Shape of the specifications; () for one.
    """

    group: Effect
    visit_type2: Effect
    visit_type3: Effect
    interaction: Effect
    sphericity: Sphericity
    shape: tuple[int, ...]

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The four rows of the table, in their order."""
        return self.group, self.visit_type2, self.visit_type3, self.interaction

    def visit(self, ss_type: int = 3) -> Effect:
        """Return the visit effect by sums of squares of type 2 or 3."""
        if ss_type not in (2, 3):
            raise ValueError(f"ss_type must be 2 or 3, found {ss_type!r}.")
        return self.visit_type2 if ss_type == 2 else self.visit_type3

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each effect: ss to p_box.

        For many specifications, one row for each effect of each, with its place in the flattened
        order as column `specification`.
        """
        tables = [self._table(effect) for effect in self.effects]
        if self.shape == ():
            return pd.concat(tables, ignore_index=True).drop(columns="specification")
        rows = pd.concat(tables, ignore_index=True)
        return rows.sort_values("specification", kind="stable", ignore_index=True)

    def _table(self, effect: Effect) -> pd.DataFrame:
        names = ("ss", "df1", "ss_error", "df2", "statistic", "p", "partial_eta_squared")
        columns = {name: getattr(effect, name) for name in names}
        for correction in CORRECTIONS:
            within = effect.sphericity is not None
            columns[f"epsilon_{correction}"] = getattr(self.sphericity, correction) if within else 1
            columns[f"p_{correction}"] = effect.corrected_p(correction)
        size = int(np.prod(self.shape))
        flat = {key: np.broadcast_to(value, self.shape).ravel() for key, value in columns.items()}
        labels = {"specification": range(size), "effect": effect.name, "ss_type": effect.ss_type}
        return pd.DataFrame(labels | flat, index=range(size))


def mixed_anova_from_moments(
    means: ArrayLike,
    sds: ArrayLike,
    ns: ArrayLike,
    correlation: ArrayLike,
    *,
    per_arm: bool | None = None,
) -> MixedAnova:
    """Compute the split-plot ANOVA of arms by visits from its cells' means and SDs.

    With S the pooled within-arm covariance, C orthonormal contrasts of the k visits, V = C' S C,
    and N persons in p arms (Winer 1971, chapter 7):

    * group: SS = k sum n_g (mean_g - weighted mean)^2, error (N - p) 1'S1 / k, df p - 1, N - p;
    * visit: type III p^2 / (sum 1/n_g) |C' m_u|^2 with m_u the mean of the arms' means, type II
      N |C' m_w|^2 with m_w weighted by n; df k - 1;
    * interaction: SS = sum n_g |C'(m_g - m_w)|^2, df (p - 1)(k - 1);
    * error of the last two: SS = (N - p) tr V, df (N - p)(k - 1).

    Peers differ in the visit effect when sizes do: pingouin's is type II; SPSS, afex and JASP print
    type III. Every person is taken as seen at every visit.

    Args:
        means: Cell means, shape (..., arms, visits), in the unit of the outcome.
        sds: Cell SDs, same trailing shape and unit.
        ns: Persons in each arm, shape (arms,) or (..., arms).
        correlation: Within-person correlation of the visits: (visits, visits); or one matrix an
            arm, (..., arms, visits, visits); or, with per_arm=False, many that the arms have in
            common, (..., visits, visits). Singular ones are accepted. Leading axes are
            specifications and are broadcast.
        per_arm: Is the third axis from the end of `correlation` the arms? None: yes, if there is
            such an axis. Never guessed from its length.

    Returns:
        The ANOVA; floats for one specification, else arrays of the broadcast leading shape. NaN
        in means, SDs or sizes gives NaN in what depends on it.

    Raises:
        ValueError: If shapes do not fit, there are fewer than 2 arms or visits, an SD is negative,
            a size is not a whole number of at least 2, or a correlation matrix is not one (not
            symmetric, ones on the diagonal, positive semidefinite).
    """
    moments = as_moments(means, sds, ns, correlation, per_arm)
    if moments.arms < 2:
        raise ValueError("At least 2 arms are needed.")
    covariance = moments.pooled_covariance()
    contrasts = visit_contrasts(moments.visits)
    within = contrasts.T @ covariance @ contrasts
    df_between = moments.total - moments.arms
    shape = np.broadcast_shapes(covariance.shape[:-2], moments.means.shape[:-2], df_between.shape)
    spread = sphericity(within, df_between, moments.total)
    spread = Sphericity(*(_spread_out(field, shape) for field in vars(spread).values()))

    def effect(name, ss_type, parts, sphericity=None) -> Effect:
        return Effect(name, ss_type, *(_spread_out(part, shape) for part in parts), sphericity)

    error = df_between * np.trace(within, axis1=-2, axis2=-1)
    type2, type3, interaction = _visit_sums(moments, contrasts)
    df_visit, df_within = moments.visits - 1, df_between * (moments.visits - 1)
    df_both = (moments.arms - 1) * df_visit
    return MixedAnova(
        effect("group", "II, III", _group_parts(moments, covariance, df_between)),
        effect("visit", "II", (type2, df_visit, error, df_within), spread),
        effect("visit", "III", (type3, df_visit, error, df_within), spread),
        effect("interaction", "II, III", (interaction, df_both, error, df_within), spread),
        spread,
        shape,
    )


def _spread_out(values: ArrayLike, shape: tuple[int, ...]) -> float | np.ndarray:
    return unboxed(np.broadcast_to(np.asarray(values, dtype=float), shape))


def _group_parts(moments: Moments, covariance: np.ndarray, df: np.ndarray) -> tuple:
    """Return the group effect's sum of squares and df, and those of its error."""
    ns, visits = moments.ns, moments.visits
    # Distances from one of the means: an origin far away would cost precision.
    levels = (moments.means - moments.means[..., :1, :]).mean(axis=-1)
    centre = (ns * levels).sum(axis=-1) / moments.total
    ss = visits * (ns * (levels - centre[..., None]) ** 2).sum(axis=-1)
    error = df * covariance.sum(axis=(-2, -1)) / visits
    return ss, moments.arms - 1, np.maximum(error, 0.0), df


def _visit_sums(moments: Moments, contrasts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the sums of squares of visits (types II and III) and of the interaction."""
    ns, total = moments.ns, moments.total
    profiles = (moments.means - moments.means[..., :1]) @ contrasts  # (..., arms, visits - 1)
    weighted = (ns[..., None] * profiles).sum(axis=-2) / total[..., None]
    type2 = total * (weighted**2).sum(axis=-1)
    harmonic = moments.arms**2 / (1 / ns).sum(axis=-1)
    type3 = harmonic * (profiles.mean(axis=-2) ** 2).sum(axis=-1)
    apart = ns[..., None] * (profiles - weighted[..., None, :]) ** 2
    return type2, type3, apart.sum(axis=(-2, -1))
