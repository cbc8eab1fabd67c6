"""Tests of repeated visits from summaries: the functions that outside code imports."""

from retrial.stats.repeated.ancova import (
    Ancova,
    ChangeComparison,
    ancova_from_summaries,
    change_score_from_summaries,
)
from retrial.stats.repeated.anova import Effect, MixedAnova, mixed_anova_from_moments
from retrial.stats.repeated.correlation import ar1, compound_symmetry
from retrial.stats.repeated.flips import STRUCTURES, anova_flip_rhos
from retrial.stats.repeated.hotelling import (
    HotellingTest,
    ProfileTests,
    hotelling_t2_from_moments,
)
from retrial.stats.repeated.measures import SummaryMeasure, auc_from_moments, trend_from_moments
from retrial.stats.repeated.sphericity import CORRECTIONS, Sphericity
from retrial.stats.repeated.which_rho import (
    RhoInterval,
    rho_from_paired_test,
)

__all__ = [
    "CORRECTIONS",
    "STRUCTURES",
    "Ancova",
    "ChangeComparison",
    "Effect",
    "HotellingTest",
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
    "mixed_anova_from_moments",
    "rho_from_paired_test",
    "trend_from_moments",
]
