"""What Hu 2013 prints is transcribed: its quotes are in the text, its numerals accounted for."""

import csv
from pathlib import Path

import pytest
from paper_numerals import (
    Transcribed,
    blocks_of,
    covered_by,
    matches,
    numerals_of,
    read_harmless,
    rows_of,
    unaccounted,
)
from retrial.study.models import load_study
from retrial.validation.check import read_folder
from retrial.validation.fulltext import Fulltext, check_against, quotes_of

ROOT = Path(__file__).resolve().parents[2]
HU2013 = ROOT / "resources/studies/hu2013"
SOURCES = ROOT.parent / "shared/sources"
PAPER, PAGE = SOURCES / "hu2013-endocrine-journal.txt", SOURCES / "relife-clinic-page.txt"
TABLE_ROWS = [row for name in ("reported.csv", "counts.csv") for row in rows_of(HU2013 / name)]
HARMLESS = read_harmless(ROOT / "tests/data/hu2013_numerals.csv")

needs_texts = pytest.mark.skipif(
    not (PAPER.is_file() and PAGE.is_file()),
    reason="the texts of the paper and of the clinic's page are not beside the checkout",
)
# Rows whose numerals other rows transcribe too: both versions of one contradictory sentence.
BOTH_VERSIONS = {"gada_converted_control", "gada_kept_control"}


@pytest.fixture(scope="module")
def paper():
    return Fulltext(PAPER.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def transcribed():
    """The data of the folder; claims and remarks on bias only refer to them."""
    documents, _ = read_folder(HU2013)
    blocks = [
        block for name in ("study.yaml", "constraints.yaml") for block in blocks_of(documents[name])
    ]
    return TABLE_ROWS + [block for block in blocks if block.name != "risk_of_bias"]


@needs_texts
def test_every_quote_of_the_study_folder_is_in_its_text():
    documents, sheets = read_folder(HU2013)
    texts = [path.read_text(encoding="utf-8") for path in (PAPER, PAGE)]
    assert len(list(quotes_of(documents, sheets))) > 150
    assert [str(problem) for problem in check_against(texts, documents, sheets)] == []


@needs_texts
def test_every_numeral_of_the_paper_is_transcribed_or_harmless(paper, transcribed):
    left = unaccounted(paper, transcribed, HARMLESS)
    context = [paper.text[max(0, n.place - 30) : n.place + 25] for n in left]
    assert context == [], "transcribe these, or add them to hu2013_numerals.csv with the reason"


@needs_texts
def test_a_harmless_numeral_is_in_the_text_as_often_as_listed_and_not_transcribed(
    paper, transcribed
):
    covered = set(covered_by(paper, transcribed))
    for entry in HARMLESS:
        places = matches(entry.pattern, paper.text)
        assert len(places) == entry.times, entry
        assert entry.reason
        inside = [n for n in numerals_of(paper.text) if any(n.place in p for p in places)]
        assert not {n.place for n in inside} <= covered, f"needless: {entry}"


@needs_texts
def test_without_a_transcribed_number_a_numeral_of_the_paper_is_left_over(paper, transcribed):
    with (HU2013 / "counts.csv").open(encoding="utf-8", newline="") as file:
        unprinted = {
            row["row_id"]
            for row in csv.DictReader(file)
            if row["inferred"] == "yes" or row["count"] == "0"  # "no" is no numeral
        }
    with (HU2013 / "reported.csv").open(encoding="utf-8", newline="") as file:
        unprinted |= {row["row_id"] for row in csv.DictReader(file) if row["comparator"] == "ns"}
    silent_by_right = unprinted | BOTH_VERSIONS
    rows = {row.name for row in TABLE_ROWS} - silent_by_right
    facts = {fact.id for fact in load_study(HU2013 / "study.yaml").design if fact.text is None}
    asked = [place for place, row in enumerate(transcribed) if row.name in rows | facts]
    assert len(asked) > 75
    silent = {
        transcribed[place].name
        for place in asked
        if not unaccounted(paper, transcribed[:place] + transcribed[place + 1 :], HARMLESS)
    }
    assert silent == set()


def test_a_quote_is_found_across_lines_hyphens_columns_and_gaps():
    text = Fulltext(
        "There was a progres-\nsive increase\n\nof another column\n in mean levels (n = 9)"
    )
    assert text.find("a progressive increase")
    assert text.find("A  progressive… mean levels")
    assert text.find("progressive increase in mean levels")  # broken between two lines
    assert not text.find("progressive decrease")
    assert not text.find("progressive another")  # no line ends there
    assert not text.find("mean levels … progressive increase")  # the wrong order


def test_a_word_or_number_changed_in_a_quote_is_noticed():
    text = Fulltext("six of eleven GADA+ patients became negative,\nthe other five remained so")
    assert text.find("six of eleven GADA+ patients became negative, the other five")
    for wrong in ("six of ten GADA+ patients", "seven of eleven", "eleven GADA- patients, six"):
        assert not text.find(wrong)


def test_two_rows_with_one_number_need_two_numerals():
    text = Fulltext("ketoacidosis 5 5")
    both = [Transcribed(name, "ketoacidosis 5 5", (5.0, 15.0)) for name in ("treated", "control")]
    assert unaccounted(text, both, []) == []
    assert [n.place for n in unaccounted(text, both[:1], [])] == [15]


def test_a_numeral_in_words_counts_and_a_name_does_not():
    found = numerals_of(
        "Twenty-nine patients with T1DM, HbA1c 6.85%, CD90; six of eleven, 2.6 × 107"
    )
    assert [n.value for n in found] == [29, 6.85, 6, 11, 2.6, 107]
