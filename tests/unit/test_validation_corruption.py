"""No corruption of a file makes validation fail: each ends in a list of problems."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from retrial.validation import check_study, format_problems
from study_files import FILES

RESOURCES = Path(__file__).parents[2] / "resources"
STUDY = RESOURCES / "studies" / "hu2013"
EVIDENCE = RESOURCES / "evidence" / "natural-history.csv"
pytestmark = pytest.mark.usefixtures("sound_documents_are_read_once")
RELAXED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(STUDY, tmp_path / "hu2013"))


def printable_in_one_line(problems):
    lines = format_problems(problems).split("\n")
    assert len(lines) == max(1, len(problems) + 1 if problems else 1)
    assert all(line.isprintable() for line in lines)
    assert all(p.allowed and p.file for p in problems)


@RELAXED
@given(data=st.data())
def test_no_corruption_of_any_byte_raises_an_error(folder, data):
    file = data.draw(st.sampled_from(FILES))
    content = bytearray((STUDY / file).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 20))
        content[start : start + length] = data.draw(st.binary(max_size=8))
    (folder / file).write_bytes(bytes(content))
    try:
        printable_in_one_line(check_study(folder, EVIDENCE))
    finally:
        shutil.copy(STUDY / file, folder / file)


@RELAXED
@given(data=st.data())
def test_no_exchange_of_a_word_raises_an_error(folder, data):
    file = data.draw(st.sampled_from(FILES))
    text = (STUDY / file).read_text(encoding="utf-8")
    odd = [
        "",
        "~",
        "[]",
        "{}",
        "-1",
        "1e400",
        ".inf",
        "yes",
        "2020-01-01",
        '"\\ud800"',
        "a: b",
        "*x",
    ]
    odd += ["[1, [2]]", "'", '"', ",", "\t", "é", "\u2028", "0x1F", "1:30", "!!set {a}", "?", "|"]
    for _ in range(data.draw(st.integers(1, 4))):
        words = text.split(" " if file.endswith(".yaml") else ",")
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(odd))
        text = (" " if file.endswith(".yaml") else ",").join(words)
    (folder / file).write_text(text, encoding="utf-8")
    try:
        printable_in_one_line(check_study(folder, EVIDENCE))
    finally:
        shutil.copy(STUDY / file, folder / file)


@RELAXED
@given(text=st.text(max_size=300), file=st.sampled_from(FILES))
def test_no_text_in_place_of_a_file_raises_an_error(folder, text, file):
    (folder / file).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        printable_in_one_line(check_study(folder, EVIDENCE))
    finally:
        shutil.copy(STUDY / file, folder / file)
