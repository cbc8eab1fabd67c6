"""Significance tests and effect sizes: the functions that outside code imports."""

from retrial.stats.counts import (
    COUNT_METHODS,
    CountsComparison,
    clopper_pearson,
    compare_counts,
    fragility_index,
    sample_size_for_zero_events,
    unmet,
)
from retrial.stats.history import (
    beta_binomial_upper_tail,
    binomial_upper_tail,
    fisher_one_sided,
    tipping_rate,
)
from retrial.stats.means import (
    MEANS_METHODS,
    MeansComparison,
    compare_means,
    detectable_difference,
    hedges_g,
    jzs_bayes_factor,
    required_difference,
)
from retrial.stats.multiplicity import adjust
from retrial.stats.ordinal import (
    ORDERED_METHODS,
    OrderedComparison,
    compare_ordered,
    unmet_ordered,
)
from retrial.stats.paired import PairedComparison, flip_rho, paired_from_summary
from retrial.stats.permutation import permutation_t
from retrial.stats.published import PublishedP, agreement, implied_interval, parse_p
from retrial.stats.ranks import (
    RankTest,
    kruskal_wallis,
    mann_whitney,
)
from retrial.stats.rounding import means_p_range

__all__ = [
    "COUNT_METHODS",
    "MEANS_METHODS",
    "ORDERED_METHODS",
    "CountsComparison",
    "MeansComparison",
    "OrderedComparison",
    "PairedComparison",
    "PublishedP",
    "RankTest",
    "adjust",
    "agreement",
    "beta_binomial_upper_tail",
    "binomial_upper_tail",
    "clopper_pearson",
    "compare_counts",
    "compare_means",
    "compare_ordered",
    "detectable_difference",
    "fisher_one_sided",
    "flip_rho",
    "fragility_index",
    "hedges_g",
    "implied_interval",
    "jzs_bayes_factor",
    "kruskal_wallis",
    "mann_whitney",
    "means_p_range",
    "paired_from_summary",
    "parse_p",
    "permutation_t",
    "required_difference",
    "sample_size_for_zero_events",
    "tipping_rate",
    "unmet",
    "unmet_ordered",
]
