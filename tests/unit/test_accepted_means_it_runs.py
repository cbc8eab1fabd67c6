"""Ways of writing a value that a YAML reader takes for something else are refused, each by name."""

from __future__ import annotations

import re
import shutil

import pytest
from carried import EVIDENCE
from retrial.validation import check_study, format_problems

FORMS = ("036", "1:30", "0x1E", '"20"', "3_0", "no", "1e1", "15.0.0", ".nan", "+15")


@pytest.fixture
def folder(root, tmp_path):
    shutil.copytree(root / "resources/studies/hu2013", tmp_path / "hu2013")
    return tmp_path / "hu2013"


def edited(folder, file, pattern, text):
    path = folder / file
    before = path.read_text(encoding="utf-8")
    after, times = re.subn(pattern, lambda match: text, before, count=1, flags=re.M)
    assert times == 1, f"{file} has no {pattern}"
    path.write_text(after, encoding="utf-8")
    problems = check_study(folder, EVIDENCE)
    assert problems and all(p.file and p.allowed for p in problems), format_problems(problems)
    return problems


@pytest.mark.parametrize("form", FORMS)
def test_a_number_in_another_form_is_refused(folder, form):
    first = edited(folder, "study.yaml", r"\bn: 15\b", f"n: {form}")[0]
    assert first.file == "study.yaml" and first.line
    assert form.strip('"') in first.value


@pytest.mark.parametrize("form", ["no", "036", "1:30", "0x1E"])
def test_a_visit_in_another_form_is_refused(folder, form):
    problems = edited(folder, "study.yaml", r"^visits: \[0, ", f"visits: [{form}, ")
    assert any(p.file == "study.yaml" and form in p.value for p in problems)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"means_methods: \[[^\]]*\]", "means_methods: paired_t"),
        (r"means_methods: \[[^\]]*\]", "means_methods: [paired]"),
        (r"counts_methods: \[[^\]]*\]", "counts_methods: fisher"),
        (r"counts_methods: \[[^\]]*\]", "counts_methods: [fischer]"),
    ],
)
def test_methods_without_brackets_or_unknown_are_refused(folder, pattern, text):
    problems = edited(folder, "claims.yaml", pattern, text)
    assert any(p.file == "claims.yaml" and "methods" in f"{p.row}{p.column}" for p in problems)


@pytest.mark.parametrize("text", ["file: []", "file: {}", "file: 3", "file: [figure2.tar]"])
def test_a_figures_file_that_is_no_name_is_refused(folder, text):
    problems = edited(folder, "figures/figures.yaml", r"file: \S+", text)
    assert any(p.file == "figures/figures.yaml" for p in problems)


def test_a_link_out_of_the_study_folder_is_refused(folder, tmp_path):
    outside = tmp_path / "elsewhere.csv"
    (folder / "counts.csv").rename(outside)
    (folder / "counts.csv").symlink_to(outside)
    problems = check_study(folder, EVIDENCE)
    assert any(p.file == "counts.csv" and "link" in str(p) for p in problems)
