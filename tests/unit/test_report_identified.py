"""The report says of the bounds that they are bounds, and what they decide."""

import pytest
from report_results import STUDY_FOLDER
from retrial.report.load import load
from retrial.report.plots.identified import identified_rows, say_identified
from retrial.report.sections.identified import between, bounded
from retrial.report.sections.sensitivity import analyses


@pytest.fixture(scope="module")
def results(hu2013_results):
    return load(hu2013_results, STUDY_FOLDER, study_id="hu2013")


def test_heading_sentence_table_and_every_reasoning_say_bounds_not_data(results):
    words = bounded(results)
    assert "bounds, not data</h3>" in words
    assert "These are bounds, not data" in words and "No printed p-value was used." in words
    rows = results.analysis("partial_identification")
    assert rows["detail"].str.startswith("Bounds, not data").all()
    assert words.count("Bounds, not data: ") >= 10
    assert "partial identification" not in analyses(results)


def test_the_sentence_names_what_the_bounds_decide(results):
    words = bounded(results)
    assert "cannot hold at month 6 where bars are read as SEM, by a two-sample t test." in words
    assert "must hold at month" not in words
    assert "Nothing limits the difference in Postprandial plasma glucose and C-peptide/" in words


def test_the_alt_text_tells_the_bounds_of_each_panel_drawn(results):
    words = say_identified(results)
    bars, needed = identified_rows(results)
    assert words.startswith("Bounds, not data, of 4 differences")
    assert "from −1.345 to 5.55 at month 6" in words
    assert all(panel in words for panel in bars["panel"].unique())
    for panel, part in bars.groupby("panel"):
        assert part["visit"].is_monotonic_increasing, panel
    # A claim of no difference is decided on either side of zero.
    glucose = needed[needed["outcome"] == "fpg"]
    assert (glucose["threshold"] > 0).sum() == (glucose["threshold"] < 0).sum() > 0


def test_two_bounds_in_words():
    assert between(-1.0, 2.5) == "from −1 to 2.5"
    assert between(float("-inf"), 2.5) == "at or below 2.5"
    assert between(-1.0, float("inf")) == "at or above −1"


def test_a_study_without_bounds_shows_nothing(results, tmp_path):
    assert bounded(load(tmp_path, STUDY_FOLDER)) == ""
