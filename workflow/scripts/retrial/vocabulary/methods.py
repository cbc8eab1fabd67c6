"""Every test and interval, declared once: its names, what it needs, and whose it is.

From here come the methods that claims.yaml may name, their names in sentences and tables, and the
sources of the report's methods section. The functions themselves are in `retrial.stats`; a test
compares their lists with this one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

# What a method compares: two means; a mean with itself at another visit; patients simulated from
# two means; means over several visits; two counts; counts in ordered categories; or one rate.
Kind = Literal["means", "paired", "ranks", "repeated", "counts", "ordered", "rate"]
# What it needs beside the printed numbers: the correlation of a patient's visits; the first visit.
Need = Literal["correlation", "baseline"]


@dataclass(frozen=True)
class Method:
    """One test or interval.

    Attributes:
        id: Its name in claims.yaml and in the tables.
        kind: What it compares.
        name: What a sentence calls it.
        short: What a table or a plot calls it.
        about: What it is run on and takes for granted, for the report's methods section.
        citation: Whose it is, with its DOI; empty where the method is nobody's in particular.
        needs: What it needs beside the printed numbers.
        aliases: What papers call it, as somebody might type it in place of the id.
    """

    id: str
    kind: Kind
    name: str
    short: str
    about: str = ""
    citation: str = ""
    needs: frozenset[Need] = frozenset()
    aliases: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Return its line in the report's list of sources; empty without a citation."""
        return f"{self.about}: {self.citation}." if self.citation else ""


_MATTHEWS = "Matthews, Altman, Campbell & Royston 1990, doi:10.1136/bmj.300.6719.230"
_KRUSKAL = "Kruskal & Wallis 1952, doi:10.1080/01621459.1952.10483441"
_RHO: frozenset[Need] = frozenset({"correlation"})
_RHO_AND_BASELINE: frozenset[Need] = frozenset({"correlation", "baseline"})

METHODS = {
    method.id: method
    for method in (
        Method(
            id="student_t",
            kind="means",
            name="Student's t test",
            short="Student t",
            about="Student's t from summaries; Hedges g with the exact small-sample correction",
            citation="Hedges 1981, doi:10.3102/10769986006002107",
            aliases=("t", "t_test", "ttest", "unpaired_t"),
        ),
        Method(
            id="welch_t",
            kind="means",
            name="Welch's t test",
            short="Welch t",
            about="Welch's t",
            citation="Welch 1947, doi:10.1093/biomet/34.1-2.28",
            aliases=("welch",),
        ),
        Method(
            id="paired_t",
            kind="paired",
            name="paired t test",
            short="paired t",
            about="SD of a change for an assumed correlation",
            citation="Cochrane Handbook, section 6.5.2.8",
            needs=_RHO,
            aliases=("paired", "paired_t_test"),
        ),
        Method(
            id="mann_whitney_sim",
            kind="ranks",
            name="Mann-Whitney test",
            short="Mann-Whitney (simulated)",
            about="Mann-Whitney",
            citation="Mann & Whitney 1947, doi:10.1214/aoms/1177730491",
            aliases=("mann_whitney", "wilcoxon"),
        ),
        Method(
            id="kruskal_wallis_sim",
            kind="ranks",
            name="Kruskal-Wallis test",
            short="Kruskal-Wallis (simulated)",
            about="Kruskal-Wallis",
            citation=_KRUSKAL,
            aliases=("kruskal_wallis",),
        ),
        Method(
            id="mixed_anova",
            kind="repeated",
            name="repeated-measures ANOVA",
            short="repeated-measures ANOVA",
            about="Repeated-measures ANOVA from means, SDs and an assumed correlation",
            citation="Greenhouse & Geisser 1959, doi:10.1007/BF02289823",
            needs=_RHO,
            aliases=("anova", "repeated_measures_anova"),
        ),
        Method(
            id="auc_t",
            kind="repeated",
            name="t test of areas under the curve",
            short="t on areas under the curve",
            about="One number a patient from all visits",
            citation=_MATTHEWS,
            needs=_RHO,
        ),
        Method(
            id="trend_t",
            kind="repeated",
            name="t test of slopes",
            short="t on slopes over time",
            about="One number a patient from all visits",
            citation=_MATTHEWS,
            needs=_RHO,
        ),
        Method(
            id="hotelling_t2",
            kind="repeated",
            name="Hotelling's T2",
            short="Hotelling T²",
            about="Hotelling's T², for any correlations that are the same in both arms",
            citation="Hotelling 1931, doi:10.1214/aoms/1177732979",
            needs=_RHO,
            aliases=("hotelling",),
        ),
        Method(
            id="ancova_rho",
            kind="repeated",
            name="ANCOVA",
            short="ANCOVA",
            about="ANCOVA from means, SDs and an assumed correlation",
            citation="Papadimitropoulou et al. 2020, doi:10.1002/jrsm.1404",
            needs=_RHO_AND_BASELINE,
            aliases=("ancova",),
        ),
        Method(
            id="change_score_t",
            kind="repeated",
            name="t test of changes",
            short="t on changes",
            about="SD of a change for an assumed correlation",
            citation="Cochrane Handbook, section 6.5.2.8",
            needs=_RHO_AND_BASELINE,
            aliases=("change_score",),
        ),
        Method(
            id="fisher",
            kind="counts",
            name="Fisher's exact test",
            short="Fisher",
            about="Fisher's exact test; fragility index",
            citation="Walsh et al. 2014, doi:10.1016/j.jclinepi.2013.10.019",
            aliases=("exact", "fisher_exact"),
        ),
        Method(
            id="fisher_mid_p",
            kind="counts",
            name="Fisher's test by its mid-p",
            short="Fisher mid-p",
            about="Mid-p",
            citation="Lydersen, Fagerland & Laake 2009, doi:10.1002/sim.3531",
        ),
        Method(
            id="boschloo",
            kind="counts",
            name="Boschloo's test",
            short="Boschloo",
            about="Boschloo's exact test",
            citation="Boschloo 1970, doi:10.1111/j.1467-9574.1970.tb00104.x",
        ),
        Method(
            id="barnard",
            kind="counts",
            name="Barnard's test",
            short="Barnard",
            about="Barnard's exact test",
            citation="Barnard 1947, doi:10.1093/biomet/34.1-2.123",
        ),
        Method(
            id="chi2_n1",
            kind="counts",
            name="chi-square test with N - 1",
            short="χ² (N - 1)",
            about="Chi-square with N - 1 for N",
            citation="Campbell 2007, doi:10.1002/sim.2832",
        ),
        Method(
            id="chi2",
            kind="counts",
            name="chi-square test",
            short="χ²",
            about="Chi-square needs expected counts of 5",
            citation="Cochran 1954, doi:10.2307/3001666",
            aliases=("chi_square", "chi_squared", "chisq"),
        ),
        Method(
            id="chi2_yates",
            kind="counts",
            name="chi-square test with Yates' correction",
            short="χ² Yates",
            about="Chi-square needs expected counts of 5",
            citation="Cochran 1954, doi:10.2307/3001666",
            aliases=("yates",),
        ),
        Method(
            id="mann_whitney_exact",
            kind="ordered",
            name="exact Mann-Whitney test",
            short="Mann-Whitney (exact)",
            about="Exact rank test of ordered categories",
            citation="Mehta, Patel & Tsiatis 1984, Biometrics 40:819-825",
        ),
        Method(
            id="kruskal_wallis",
            kind="ordered",
            name="Kruskal-Wallis test",
            short="Kruskal-Wallis",
            about="Kruskal-Wallis",
            citation=_KRUSKAL,
        ),
        Method(
            id="binomial_exact",
            kind="rate",
            name="exact binomial test",
            short="binomial (exact)",
        ),
        Method(
            id="clopper_pearson",
            kind="rate",
            name="Clopper-Pearson interval",
            short="Clopper-Pearson",
            about="Limits of a proportion",
            citation="Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404",
        ),
    )
}


def methods_of(*kinds: Kind) -> tuple[str, ...]:
    """Return the ids of the methods of these kinds, in the order of `METHODS`.

    Raises:
        ValueError: If there is no such kind.
    """
    for kind in kinds:
        if kind not in get_args(Kind):
            raise ValueError(f"no kind of method is called {kind!r}")
    return tuple(method.id for method in METHODS.values() if method.kind in kinds)


def methods_that_need(need: Need) -> tuple[str, ...]:
    """Return the ids of the methods that need this beside the printed numbers."""
    return tuple(method.id for method in METHODS.values() if need in method.needs)


def sources_of(methods: Collection[str], *kinds: Kind) -> list[str]:
    """Return the sources of these methods as far as they are of these kinds, each once."""
    found = [METHODS[method].source for method in methods_of(*kinds) if method in methods]
    return list(dict.fromkeys(source for source in found if source))


# What claims.yaml may name, by what is compared.
MEANS_METHODS = methods_of("means", "paired", "ranks", "repeated")
COUNTS_METHODS = methods_of("counts")
ORDERED_METHODS = methods_of("ordered")
