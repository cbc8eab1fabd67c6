"""The report shows what the tables contain."""

import importlib
import inspect
import re
from pathlib import Path

import pytest
from report_results import (
    STUDY_FOLDER,
    TEMPLATE,
)
from retrial.report import sections
from retrial.report.contents import SECTIONS
from retrial.report.load import SHOWN, load
from retrial.report.phrases import event_name, evidence_label, in_words
from retrial.report.plots.theme import GREEN
from retrial.report.plots.verdicts import STYLE
from retrial.report.sections import (
    findings,
    meta,
    printed,
    retests,
    sensitivity,
    verdicts,
)
from retrial.report.words import VERDICTS

SECTION_FILES = sorted(Path(sections.__file__).parent.glob("[a-z]*.py"))
PARTS = [part for section in SECTIONS.values() for part in section.parts()]


@pytest.fixture(scope="module")
def results(hu2013_results):
    return load(hu2013_results, STUDY_FOLDER, study_id="hu2013")


@pytest.fixture(scope="module")
def page(results):
    return everything(results)


def everything(results) -> str:
    return "\n".join(part(results) for part in PARTS)


def test_every_public_function_of_a_section_that_takes_the_results_alone_is_a_part_of_the_page():
    """Or is asked by one that is: a part that nobody lists would silently not be shown."""
    shown = {(part.__module__, part.__name__) for part in PARTS}
    assert len(shown) == len(PARTS)
    used = "".join(path.read_text(encoding="utf-8") for path in SECTION_FILES)
    for path in SECTION_FILES:
        module = importlib.import_module(f"retrial.report.sections.{path.stem}")
        for name, found in inspect.getmembers(module, inspect.isfunction):
            if found.__module__ != module.__name__ or name.startswith("_"):
                continue
            parameters = list(inspect.signature(found).parameters)
            if parameters == ["results"] and (module.__name__, name) not in shown:
                assert len(re.findall(rf"\b{name}\(", used)) > 1, f"{path.stem}.{name}"


def test_the_opening_counts_the_verdicts_in_the_table(results):
    counts = results.verdicts[results.verdicts["kind"] == "trial"]["verdict"].value_counts()
    words = findings.opening(results)
    assert f"{counts.sum()} claims" in words
    for code, amount in counts.items():
        assert f"{amount} {findings.COUNTED[code][amount > 1]}" in words


def test_the_printed_p_values_are_counted_first(results):
    words = findings.opening(results)
    assert words.index("<b>8</b>p-values and “n.s.” printed") < words.index("Key findings")
    assert "<b>3</b>confirmed" in words and "<b>0</b>not confirmed" in words
    assert "<b>5</b>cannot be checked from what is printed" in words
    assert "Of the 3 confirmed, 2 surely belong to the outcome" in words
    assert "“Insulin requirement differs between the arms” another outcome stands in" in words


def test_what_was_changed_after_the_first_run_is_said_from_the_claims_histories(results):
    changed = [claim for claim in results.claims if claim.history]
    words = findings.opening(results)
    assert f"{len(changed)} of {len(results.claims)} claims were changed or added" in words
    assert "2026-11-21" in words and "before the workflow ran" not in words
    table = findings.changes(results)
    assert table.split("<tbody>")[1].count("<tr>") == sum(len(claim.history) for claim in changed)
    plain = [claim.model_copy(update={"history": []}) for claim in results.claims]
    none = findings.opening(results.but(claims=plain))
    assert "No change after the first run is recorded" in none


def test_two_marks_stand_at_each_claim_of_the_trial(results):
    trial = results.verdicts[results.verdicts["kind"] == "trial"]
    table = verdicts.trial_claims(results)
    assert table.count('class="badge ') == table.count('class="basis"') == len(trial)


def test_no_sales_claim_and_nothing_as_printed_is_green(results):
    green = re.compile(r'class="badge (confirmed|shown|pass)')
    assert not green.search(verdicts.sales_claims(results))
    assert green.search(verdicts.trial_claims(results))
    style = (TEMPLATE / "style.css").read_text(encoding="utf-8")
    rule = next(line for line in style.splitlines() if "#00533c" in line)
    assert "as_printed" not in rule and "indirect" not in rule
    shapes = {STYLE[code] for code in VERDICTS}
    assert len({shape + fill for shape, _, fill in shapes}) == len(shapes)
    assert {code for code in VERDICTS if GREEN in STYLE[code]} == {"confirmed", "shown"}


def test_agreement_with_print_counts_the_papers_own_method(results, btheb):
    own = retests.against_print(results.tests)
    assert set(own["claim_id"]) == {"baseline_comparable"} and set(own["method"]) == {"student_t"}
    assert f"its own method was run {len(own)} times" in retests.introduction(results)
    rows = retests.against_print(btheb.tests)
    claims = {claim.id: claim.paper_analysis for claim in btheb.claims if claim.paper_analysis}
    assert all(row["method"] == claims[row["claim_id"]].method for _, row in rows.iterrows())
    assert len(rows) < len(btheb.tests) / 4


def test_a_claim_of_no_difference_reads_not_significant_with_what_is_not_excluded(results):
    table = verdicts.trial_claims(results)
    row = table.split("The arms do not differ at baseline")[1].split("</tr>")[0]
    assert "Not significant, as claimed" in row and "equality not shown" in row
    assert "Not excluded: Age −6.9 to +5.7 years" in row


def test_what_a_reading_does_to_a_meta_analysis_is_told_from_its_table(results):
    words = meta.introduction(results)
    read = results.effects[results.effects["reading_1"] == "sem"]
    read = read[read["reading_2"] == "sem"]
    low, high = (1 / read["weight_md_ratio"]).min(), (1 / read["weight_md_ratio"]).max()
    assert f"{low:.1f} to {high:.1f} times less weight" in words
    assert "In 6 of 6 comparisons no data can have the reading that the paper states" in words
    assert "Both arms are printed at baseline only" in words


def test_a_meta_analysis_has_impossible_readings_struck_out(results):
    table = meta.effects(results)
    age = table.split("Age (years), baseline")[1].split("Body mass index")[0]
    as_sd, as_sem, as_ci = age.split("<tr>")[1:4]
    assert "refuted" not in as_sd and ">3.08<" in as_sd
    assert '<span class="refuted">11.8</span>' in as_sem and "reading not possible" in as_sem
    assert '<span class="refuted">×0.32</span>' in as_ci


def test_without_effects_there_is_nothing_for_a_meta_analysis(results):
    none = results.but(effects=results.effects.iloc[:0])
    assert meta.introduction(none) == meta.effects(none) == ""


def test_the_findings_marked_as_headlines_are_told_first_with_their_numbers(results):
    words = findings.opening(results)
    marked = [claim.statement for claim in results.claims if claim.headline]
    told = re.findall(r"<span><b>(.*?)\.</b>", words)
    assert 3 <= len(marked) <= 5
    assert sorted(told) == sorted(marked)
    assert words.index("<li>") < words.index("claims of the trial")
    assert "11/15 v. 0/14 or 11/15 v. 0/13: 14 of 14 defensible analyses agree" in words
    assert "17.6 ± 8.7: if that is a SEM" in words


def test_without_headlines_the_first_claim_of_each_verdict_is_told(results):
    plain = [claim.model_copy(update={"headline": False}) for claim in results.claims]
    chosen = findings.headlines(results.but(claims=plain))
    trial = results.verdicts[results.verdicts["kind"] == "trial"]
    assert sorted(chosen["verdict"]) == sorted(trial["verdict"].unique())


def test_the_papers_own_test_stands_beside_its_printed_p(results):
    row = verdicts.trial_claims(results).split("The arms do not differ at baseline")[1]
    assert "Paper’s method (Student t): p from" in row.split("</tr>")[0]
    assert "(printed n.s.; agrees)" in row.split("</tr>")[0]


def test_the_interval_of_a_difference_is_under_a_possible_reading(results):
    rows = retests.means(results).split("<tr>")
    (age,) = [row for row in rows if "Age (years)" in row]
    assert re.search(r'data-label="CI under"[^>]*>SD<', age)


def test_outside_evidence_and_events_are_named_in_words(results, page):
    assert evidence_label(results, "lu2021_insulin_free_control") == (
        "Lu 2021: insulin free at any time within 12 months"
    )
    assert evidence_label(results, "china2020_adults") == "China 2020: partial remission, adults"
    assert evidence_label(results, "trialnet2012_nofall").startswith("TrialNet 2012: no sig")
    assert evidence_label(results, "unknown1999_rate") == "Unknown 1999, rate"
    event = event_name(results, "stopped+cut_over_50+cut_15_to_50")
    assert event.replace("\u00a0", " ") == "stopped or cut over 50 % or cut 15 to 50 %"
    assert event_name(results, "seen_in_50") == "seen in 50"
    assert not re.search(r"\b(?:lu|steno|china)\d{4}", page)
    shown = re.sub(r' (?:id|href)="[^"]*"', "", page)
    assert "cut_over" not in shown and "cut over 50 or" not in shown


def test_details_speak_of_analyses_and_never_of_p_of_one(results):
    spoken = in_words(results, "3 of 5 defensible specifications agree (p from 0.63 to 1.00)")
    assert spoken.startswith("3 of 5 defensible analyses agree")
    assert "&gt;" in spoken and "1.00" not in spoken
    assert "&gt;" in in_words(results, "one-sided p = 1.000. Outside")


def test_both_events_of_natural_remission_are_told(results):
    shown = sensitivity.analyses(results)
    assert "<b>Stopped or cut over 50\u00a0%</b>" in shown
    assert "<b>Stopped</b>" in shown


def test_every_verdict_has_a_word_a_shape_and_a_colour(page):
    for found in re.findall(r'<span class="badge [^"]+".*?</span>', page):
        assert "<svg" in found
        assert re.sub(r"<[^>]+>", "", found).strip()


def test_readings_that_are_not_possible_are_marked_in_words_too(results):
    assert "0.960<" in retests.means(results)
    assert "(reading not possible)" in retests.means(results)


def test_every_printed_number_is_shown_with_its_place(results):
    shown = printed.quotes(results)
    assert shown.count('<tr id="row-') == len(results.reported)
    assert "17.6 ± 8.7" in shown


def test_no_accusing_word_is_used(page):
    text = page.lower()
    for word in ("fraud", "fabricat", "misconduct", "manipulat", "falsif", "suspicious", "fake"):
        assert word not in text


def test_ids_are_unique_over_all_parts(page):
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_study_without_results_still_has_its_words(hu2013, tmp_path):
    empty = load(tmp_path, STUDY_FOLDER)
    assert all(getattr(empty, name).empty for name in SHOWN if name != "claims")
    assert "No claim was judged" in everything(empty)


@pytest.mark.parametrize("kept", ["mean", "count", "p"])
def test_a_study_that_prints_only_one_kind_of_number_still_renders(results, kept):
    reported = results.reported[results.reported["statistic"] == kept]
    counts = results.tests["category"].notna()
    means = {"mean": ~counts, "count": counts, "p": counts & ~counts}[kept]
    frames = {
        "reported": reported,
        "tests": results.tests[means],
        "audit": results.audit[results.audit["target"].isin(reported["row_id"])],
        "sensitivity": results.sensitivity.iloc[:0],
        "multiverse": results.multiverse.iloc[:0],
    }
    if kept != "mean":
        frames["summaries"] = results.summaries.iloc[:0]
    assert "What no data" not in everything(results.but(**frames))
