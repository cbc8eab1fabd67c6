"""Each thing is called by one name, declared once; the statistics know the same methods."""

import typing
from pathlib import Path

import pytest
from retrial import vocabulary
from retrial.comparisons.selection import AS_LABELLED, READING_ORDER
from retrial.stages.retest.ranks import TESTS as RANK_TESTS
from retrial.stages.retest.repeated import METHODS as REPEATED
from retrial.stats.counts import COUNT_METHODS
from retrial.stats.means import MEANS_METHODS
from retrial.stats.ordinal import ORDERED_METHODS
from retrial.stats.repeated.flips import STRUCTURES
from retrial.stats.summaries import READINGS
from retrial.study import claims
from retrial.vocabulary import METHODS, methods_of

LIBRARY = Path(vocabulary.__file__).parent


def test_the_statistics_have_the_methods_that_are_declared():
    means = {*MEANS_METHODS, "paired_t", *RANK_TESTS, *REPEATED}
    assert set(methods_of("means")) == means
    assert set(methods_of("counts")) == set(COUNT_METHODS)
    assert set(methods_of("ordered")) == set(ORDERED_METHODS)
    assert set(vocabulary.STRUCTURES) == set(STRUCTURES) == set(vocabulary.SHORT_STRUCTURES)
    assert set(vocabulary.READINGS) == {AS_LABELLED, *READINGS} == {AS_LABELLED, *READING_ORDER}


def test_a_claim_can_name_every_method_that_says_so():
    allowed = typing.get_args(claims.Method)
    assert set(allowed) == {method.id for method in METHODS.values() if method.claimed}
    assert typing.get_args(claims.CountsMethod) == methods_of("counts")


def test_every_name_tells_its_thing_from_the_others():
    names = [method.short for method in METHODS.values()]
    assert len(names) == len(set(names))
    assert all(method.name and method.short for method in METHODS.values())
    badges = [verdict.badge for verdict in vocabulary.VERDICTS.values()]
    assert len(badges) == len(set(badges))


@pytest.mark.parametrize("name", ["Boschloo's test", "Hotelling T²", "repeated-measures ANOVA"])
def test_a_method_is_named_in_one_file(name):
    files = [
        path.relative_to(LIBRARY).as_posix()
        for path in LIBRARY.rglob("*.*")
        if path.suffix in (".py", ".toml", ".j2") and f'"{name}"' in path.read_text("utf-8")
    ]
    assert files == ["vocabulary.toml"]


def test_a_word_of_another_kind_is_no_method():
    with pytest.raises(TypeError, match="colour"):
        vocabulary.Method("new_t", name="new t", short="new", kind="means", colour="red")
