"""Repeated visits in several arms, from cell means, SDs, sizes and an assumed correlation."""

from retrial.longitudinal.ancova import (
    Ancova,
    ChangeComparison,
    ancova_from_summaries,
    change_score_from_summaries,
)
from retrial.longitudinal.anova import Effect, MixedAnova, mixed_anova_from_moments
from retrial.longitudinal.correlation import ar1, compound_symmetry, unstructured
from retrial.longitudinal.dropouts import ListwiseSizes, listwise_ns, mixed_anova_n_range
from retrial.longitudinal.flips import STRUCTURES, anova_flip_rhos
from retrial.longitudinal.hotelling import (
    HotellingTest,
    ProfileTests,
    hotelling_t2_from_moments,
)
from retrial.longitudinal.measures import SummaryMeasure, auc_from_moments, trend_from_moments
from retrial.longitudinal.sphericity import CORRECTIONS, Sphericity
from retrial.longitudinal.which_rho import (
    RhoInterval,
    rho_from_change_sd_interval,
    rho_from_interaction,
    rho_from_paired_test,
)

__all__ = [
    "CORRECTIONS",
    "STRUCTURES",
    "Ancova",
    "ChangeComparison",
    "Effect",
    "HotellingTest",
    "ListwiseSizes",
    "MixedAnova",
    "ProfileTests",
    "RhoInterval",
    "Sphericity",
    "SummaryMeasure",
    "ancova_from_summaries",
    "anova_flip_rhos",
    "ar1",
    "auc_from_moments",
    "change_score_from_summaries",
    "compound_symmetry",
    "hotelling_t2_from_moments",
    "listwise_ns",
    "mixed_anova_from_moments",
    "mixed_anova_n_range",
    "rho_from_change_sd_interval",
    "rho_from_interaction",
    "rho_from_paired_test",
    "trend_from_moments",
    "unstructured",
]
