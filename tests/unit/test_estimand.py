"""What an outside number counts, against what a study's event counts. Simulated."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.study.estimand import (
    CLOCKS,
    EXPECTED,
    GROUPS,
    OCCURRENCES,
    codes,
    differences,
    in_sentences,
    in_short,
    most_comparable_first,
)
from retrial.study.remission import NaturalRemission

EVENT = {
    "outcome": "cure",
    "categories": ["cured"],
    "clock": "entry",
    "occurrence": "point",
    "event": "cured",
    "selection": [],
    "wider": [{"event": "better", "because": "a cure is not asked for"}],
    "narrower": [{"event": "cured_for_a_year", "because": "a year is asked for"}],
    "comparable": [],
}
MILD = {"id": "mild", "describes": "only mild disease", "effect": "more", "because": "it remits"}
OLD = {"id": "old", "describes": "only the old", "effect": "fewer", "because": "it stays"}
SAME = {
    "time_months": 12.0,
    "window": "at time",
    "clock": "entry",
    "occurrence": "point",
    "event": "cured",
    "selection": "none",
}


def remission(event=None, **changed):
    block = {
        "window_months": 18,
        "duration_at_entry_months": [0, 6],
        "run_in_months": 1,
        "selections": [MILD, OLD],
        "events": [EVENT | (event or {})],
        "visit": 12,
        "source": "Simulated",
        "quote": "simulated for a test",
    }
    return NaturalRemission.model_validate(block | changed)


def found(mine=None, block=None, /, **outside):
    declared = remission(mine, **(block or {}))
    row = pd.Series(SAME | outside, dtype=object)
    return codes(differences(declared, declared.events[0], 12, row))


def test_a_row_that_agrees_in_every_word_counts_the_same_event():
    assert found() is None
    assert in_sentences([], comparable=True) == "Counts the same event."
    assert in_short(None) == "the same event"


@pytest.mark.parametrize(
    ("outside", "told"),
    [
        ({"time_months": 6.0}, "time:comparison"),  # sooner, more are in remission
        ({"time_months": 24.0}, "time:trial"),
        ({"clock": "diagnosis"}, "clock:comparison"),  # month 12 there is sooner than 13 to 19
        ({"clock": "diagnosis", "time_months": 13.0}, "clock:unknown"),
        ({"clock": "diagnosis", "time_months": 19.0}, "clock:unknown"),
        ({"clock": "diagnosis", "time_months": 20.0}, "clock:trial"),
        ({"clock": None}, "clock:unknown"),
        (
            {"occurrence": "cumulative", "window": "cumulative to time"},
            "occurrence:comparison",
        ),
        # Over less time fewer have ever been in remission.
        (
            {"occurrence": "cumulative", "window": "cumulative to time", "time_months": 6.0},
            "time:trial;occurrence:comparison",
        ),
        (
            {"occurrence": "cumulative", "window": "ever", "time_months": None},
            "occurrence:comparison",
        ),
        ({"occurrence": None}, "occurrence:unknown"),
        ({"event": "better"}, "event:comparison"),
        ({"event": "cured_for_a_year"}, "event:trial"),
        ({"event": "well"}, "event:unknown"),
        ({"event": None}, "event:unknown"),
        ({"selection": "mild"}, "selection:comparison"),
        ({"selection": "old"}, "selection:trial"),
        ({"selection": "tall"}, "selection:unknown"),
        ({"selection": "not_stated"}, "selection:unknown"),
        ({"selection": None}, "selection:unknown"),
    ],
)
def test_each_difference_has_its_direction(outside, told):
    assert found(**outside) == told


def test_a_selection_of_the_trial_alone_flatters_it_if_it_brings_more_events():
    assert found({"selection": ["mild"]}) == "selection:trial"
    assert found({"selection": ["mild"]}, selection="not_stated") == "selection:trial"
    assert found({"selection": ["old"]}) == "selection:comparison"
    assert found({"selection": ["mild"]}, selection="mild") is None


def test_a_cumulative_event_of_the_trial_is_above_a_prevalence():
    assert found({"occurrence": "cumulative"}) == "occurrence:trial"
    ever = {"occurrence": "cumulative", "window": "ever", "time_months": None}
    assert found({"occurrence": "cumulative"}, **ever) == "time:comparison"


def test_clocks_agree_where_treatment_begins_at_diagnosis():
    at_once = {"duration_at_entry_months": [0, 0], "run_in_months": 0}
    assert found(None, at_once, clock="diagnosis") is None
    assert found({"clock": "diagnosis"}, at_once) is None
    with pytest.raises(ValueError, match="visits count from the start of treatment"):
        remission({"clock": "diagnosis"})


@given(
    low=st.integers(0, 12),
    more=st.integers(0, 24),
    run_in=st.integers(0, 6),
    visit=st.integers(0, 36),
)
def test_the_run_in_is_added_to_both_ends_of_the_duration(low, more, run_in, visit):
    block = remission(duration_at_entry_months=[low, low + more], run_in_months=run_in)
    assert block.months_at_treatment == (low + run_in, low + more + run_in)
    assert block.months_at(visit, "diagnosis") == (
        visit + low + run_in,
        visit + low + more + run_in,
    )
    assert block.months_at(visit, "entry") == (visit, visit)


@given(
    time=st.floats(0, 60),
    window=st.sampled_from(["at time", "cumulative to time", "ever"]),
    clock=st.sampled_from([*CLOCKS, None]),
    occurrence=st.sampled_from([*OCCURRENCES, None]),
    event=st.sampled_from(["cured", "better", "cured_for_a_year", "well", None]),
    selection=st.sampled_from(["none", "not_stated", "mild", "mild+old", "tall", None]),
)
def test_the_same_event_is_said_only_if_every_word_agrees(
    time, window, clock, occurrence, event, selection
):
    row = {"time_months": time, "window": window, "clock": clock, "occurrence": occurrence}
    told = found(**row, event=event, selection=selection)
    agree = occurrence == "point" and event == "cured" and selection == "none"
    timed = clock == "entry" and time == 12
    if told is None:
        assert agree and (timed or window == "ever")
    else:
        assert not (agree and timed and window == "at time")


def test_an_unknown_selection_of_an_event_is_refused():
    with pytest.raises(ValueError, match="'tall' of an event is not in 'selections'"):
        remission({"selection": ["tall"]})


def test_directions_are_said_of_the_trial_and_of_its_control():
    declared = remission()
    row = pd.Series(SAME | {"event": "better"}, dtype=object)
    one = differences(declared, declared.events[0], 12, row)
    assert in_sentences(one, comparable=True) == (
        "Not the same event. Event: better there, cured here: a cure is not asked for (flatters "
        "the comparison, so it is conservative against the authors)."
    )
    assert "more events are expected there" in in_sentences(one, True, EXPECTED)
    assert in_sentences(one, comparable=False).endswith("does not name it as near.")
    assert in_short("event:trial;selection:trial;time:comparison") == (
        "flatters the trial: event, selection; flatters the comparison: time"
    )


def test_arms_of_randomized_trials_come_first_and_the_rest_keeps_its_order():
    groups = ["cohort", None, "control_arm", "cohort", "placebo_arm"]
    frame = pd.DataFrame({"id": list("abcde"), "group": groups})
    assert "".join(most_comparable_first(frame)["id"]) == "ecadb"
    assert GROUPS[0] == "placebo_arm"
