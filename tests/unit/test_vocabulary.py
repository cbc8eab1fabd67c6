"""Each thing is called by one name, declared once; what computes and what shows knows the same."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from retrial import tables, vocabulary
from retrial.axes import OWN_AXES
from retrial.comparisons.selection import AS_LABELLED
from retrial.report import html
from retrial.report.sections.choices import axes_in_words
from retrial.report.sections.context import methods as methods_section
from retrial.report.words import METHODS as SHORT
from retrial.run.summary import VERDICTS as SUMMARIZED
from retrial.stages.multiverse.multiplicity import CORRECTIONS
from retrial.stages.retest.ranks import TESTS as RANKS
from retrial.stages.retest.repeated import METHODS as REPEATED
from retrial.stats.counts import COUNT_METHODS
from retrial.stats.means import MEANS_METHODS
from retrial.stats.ordinal import ORDERED_METHODS
from retrial.stats.pseudo.shapes import SHAPES
from retrial.stats.repeated.flips import STRUCTURES
from retrial.stats.summaries import READINGS
from retrial.study import claims
from retrial.study.models import Reading
from retrial.vocabulary.methods import METHODS, Kind, methods_of, methods_that_need, sources_of
from retrial.wording import axis_value_words, axis_words

LIBRARY = Path(vocabulary.__file__).parents[1]
STYLE = LIBRARY.parents[1] / "report/template/style.css"


def test_the_statistics_have_the_methods_that_are_declared():
    assert methods_of("means") == tuple(MEANS_METHODS)
    assert methods_of("counts") == COUNT_METHODS
    assert methods_of("ordered") == ORDERED_METHODS
    assert methods_of("ranks") == tuple(RANKS)
    assert set(methods_of("repeated")) == set(REPEATED)
    assert len(METHODS) == sum(len(methods_of(kind)) for kind in get_args(Kind))
    with pytest.raises(ValueError, match="no kind of method is called 'mean'"):
        methods_of("mean")


def test_the_statistics_have_the_other_choices_that_are_declared():
    assert tuple(vocabulary.READINGS) == (AS_LABELLED, *READINGS)
    assert tuple(vocabulary.STRUCTURES) == tuple(vocabulary.SHORT_STRUCTURES) == STRUCTURES
    assert set(vocabulary.SHAPES) < set(SHAPES)
    assert tuple(vocabulary.CORRECTIONS) == CORRECTIONS
    assert (*vocabulary.AXES, *(axis.name for axis in OWN_AXES)) == tables.AXES
    assert tuple(vocabulary.VERDICTS) == SUMMARIZED


def test_a_claim_can_name_what_is_declared():
    assert set(get_args(claims.Method)) == set(METHODS)
    assert get_args(claims.CountsMethod) == COUNT_METHODS
    assert get_args(claims.OrderedMethod) == ORDERED_METHODS
    assert get_args(Reading) == READINGS
    assert get_args(claims.ComparisonBasis) == ("recomputed", "our_comparison", "proxy")
    assert get_args(claims.Population) == ("as_printed", "completers")


def test_what_a_method_needs_is_said_of_every_one_that_needs_it():
    assert set(methods_that_need("baseline")) < set(methods_that_need("correlation"))
    assert set(methods_that_need("correlation")) == {"paired_t", *REPEATED}


@pytest.mark.parametrize("thing", ["METHODS", "VERDICTS", "BASES", "FINDINGS", "AGREEMENTS"])
def test_every_name_tells_its_thing_from_the_others(thing):
    entries = getattr(vocabulary, thing).items()
    names = [getattr(e, "short", None) or getattr(e, "word", None) or e.words for _, e in entries]
    assert all(names) and len(names) == len(set(names))
    assert all(code == entry.id for code, entry in entries)


def test_no_alias_is_a_method_of_the_same_kind_or_means_two():
    aliases = [alias for method in METHODS.values() for alias in method.aliases]
    assert len(aliases) == len(set(aliases))
    for method in METHODS.values():
        same = methods_of(method.kind)
        assert not set(method.aliases) & set(same)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_method_is_named_in_one_file(method):
    """Its long name and its short one, unless that is a plain word."""
    names = {name for name in (method.name, method.short) if not name.islower()}
    files = {
        path.relative_to(LIBRARY).as_posix()
        for path in LIBRARY.rglob("*.py")
        if any(f'"{name}"' in path.read_text("utf-8") for name in names)
    }
    assert files <= {"vocabulary/methods.py"}


def test_a_source_is_listed_once_and_with_a_whole_doi():
    sources = sources_of(METHODS, *get_args(Kind))
    assert len(sources) == len(set(sources))
    dois = [doi for source in sources for doi in re.findall(r"doi:(\S+?)\.?$", source)]
    assert len(dois) > 12 and all(re.fullmatch(r"10\.\d{4,}/\S+\w", doi) for doi in dois)
    assert [s for s in sources if "Barnard" in s] == [
        "Barnard's exact test: Barnard 1947, doi:10.1093/biomet/34.1-2.123."
    ]
    assert sources_of({"fisher"}, "means") == []


def test_the_methods_section_names_what_was_run_and_whose_it_is(hu2013):
    none = tables.table([], "effects")
    results = SimpleNamespace(
        study=hu2013.study,
        tests=hu2013.tests,
        summaries=hu2013.summaries,
        sensitivity=tables.table([], "sensitivity"),
        multiverse=hu2013.multiverse,
        effects=none,
        risk_of_bias=none,
        alpha=0.05,
    )
    shown = methods_section(results)
    for method in hu2013.tests["method"].dropna().unique():
        assert html.escape(SHORT[method]) in shown
        for doi in re.findall(r"doi:(10\.\S+)", METHODS[method].citation):
            assert f"https://doi.org/{doi}" in shown
    assert "Boschloo 1970" in shown and "Hotelling" not in shown


def test_an_axis_is_empty_where_it_does_not_apply(hu2013):
    frame = hu2013.multiverse
    counted = frame["category"].notna()
    for axis in vocabulary.AXES.values():
        for kind, rows in (("counts", frame[counted]), ("means", frame[~counted])):
            if kind not in axis.applies:
                assert rows[axis.id].nunique() <= 1, (axis.id, kind)
        assert frame[axis.id].notna().any() or axis.id in ("effect", "structure")


def test_every_axis_has_words_and_an_own_one_is_called_by_its_name():
    assert axis_words("reading") == "the reading of the error bars"
    assert axes_in_words("method;my_axis") == "the test and my axis"
    assert vocabulary.axis_of("my_axis").heading == "My axis"


def test_a_choice_is_told_in_words(hu2013):
    study = hu2013.study
    told = [
        axis_value_words(study, axis, value)
        for axis, value in (
            ("method", "chi2"),
            ("reading", "as_labelled"),
            ("structure", "ar1"),
            ("rho", 0.5),
            ("population", "worst_case"),
            ("category", None),
        )
    ]
    assert told == [
        "chi-square test",
        "labelled",
        "visits correlated less the further they are apart",
        "0.5",
        "worst case",
        "not applicable",
    ]


def test_every_verdict_has_a_place_an_icon_and_a_colour():
    style = STYLE.read_text(encoding="utf-8")
    for code in (*vocabulary.VERDICTS, *vocabulary.FINDINGS):
        assert f".badge.{code}" in style
        assert "<path" in html.icon(code) or "<circle" in html.icon(code)
    places = sorted(verdict.foremost for verdict in vocabulary.VERDICTS.values())
    assert places == list(range(1, len(places) + 1))


def test_a_verdict_that_nobody_knows_is_shown_in_plain_words():
    assert ">not yet judged</span>" in html.badge("not_yet_judged")
    assert "Inconsistent" in html.badge("inconsistent")
    assert html.basis_mark("unheard_of") == ""
