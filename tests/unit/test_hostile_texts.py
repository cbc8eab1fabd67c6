"""A study's texts are shown as they were typed: no tag, formula or template in them comes alive."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from carried import TO_JUDGE, carry
from hostile_texts import MODELS, replace_all
from retrial import plainyaml
from retrial.report import page as report_page
from retrial.validation import check_study, format_problems
from retrial.validation.text import like_a_formula

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "workflow/notebooks/report.py"
EVIDENCE = ROOT / "resources/evidence/natural-history.csv"
LONG = '<script>alert`1`</script><b id=live>{{x}}{% raw %}${x_2$ $ | & "q" \\n שלום'
SHORT = "<script><b id=live>{{x}}$x_$"
MARK = re.compile(r"~(\d+)~")


def hostile(number: int, most: int) -> str:
    """A payload with its number at the end, so that what comes before it can be compared."""
    mark = f"~{number}~"
    return (LONG if len(LONG) + len(mark) <= min(most, 90) else SHORT) + mark


def hostile_folder(study: str, target: Path) -> Path:
    folder = Path(
        shutil.copytree(
            ROOT / "resources/studies" / study,
            target / study,
            ignore=shutil.ignore_patterns("expected", "*.py"),
        )
    )
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("simulated: false", "simulated: true"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=["hu2013", pytest.param("btheb", marks=pytest.mark.slow)])
def run(request, tmp_path_factory):
    """A study whose every text is hostile, carried through the stages, its plots drawn."""
    folder = hostile_folder(request.param, tmp_path_factory.mktemp("hostile"))
    amount = replace_all(folder, hostile)
    assert amount > 40
    problems = check_study(folder, EVIDENCE)
    assert not problems, format_problems(problems)
    results = folder.parent / "results"
    failed = carry(folder, results, (*TO_JUDGE, "plot"))
    assert failed == ""
    return folder, results


def shown_page(folder: Path, results: Path, monkeypatch) -> str:
    """The notebook's outputs, made in this process."""
    outputs = []
    monkeypatch.setattr(
        report_page, "display", lambda data, **about: outputs.append(data["text/html"])
    )
    source = NOTEBOOK.read_text(encoding="utf-8")
    places = {"results_folder": results, "study_folder": folder, "study_id": folder.name}
    for name, path in places.items():
        source, changed = re.subn(rf"(?m)^{name} = .*$", f"{name} = {str(path)!r}", source)
        assert changed == 1
    exec(compile(source, str(NOTEBOOK), "exec"), {})
    return "\n".join(outputs)


class Reader(HTMLParser):
    """What a browser makes of a page: its elements, and its texts with those of attributes."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.live, self.texts = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.live += [tag for name, value in attrs if name == "id" and value == "live"]
        self.texts += [value for _, value in attrs if value]

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_shows_texts_as_typed(run, monkeypatch):
    folder, results = run
    reader = Reader()
    page = shown_page(folder, results, monkeypatch)
    reader.feed(page)
    alive = [m.start() for m in re.finditer("<b id=live", page)]
    context = [page[max(0, at - 200) : at + 30] for at in alive]
    assert not reader.live, context
    assert not reader.tags & {"script", "iframe", "object", "form", "base", "link", "meta"}
    seen = set()
    for text in reader.texts:
        for mark in MARK.finditer(text):
            before = text[: mark.start()]
            assert before.endswith((LONG, SHORT)), text
            seen.add(mark[1])
    assert len(seen) > 30


def test_headings_of_tables_show_an_arms_label(run, monkeypatch):
    folder, results = run
    html = shown_page(folder, results, monkeypatch)
    heads = "".join(re.findall(r"<thead.*?</thead>", html, re.DOTALL))
    label = plainyaml.load(folder / "study.yaml")["arms"][0]["label"]
    reader = Reader()
    reader.feed(heads)
    assert any(label in text for text in reader.texts)


def test_plots_show_texts_as_typed(run):
    _, results = run
    drawn = sorted((results / "figures").glob("*.svg"))
    assert len(drawn) > 3
    together = ""
    for path in drawn:
        assert path.with_suffix(".png").stat().st_size > 1000
        tree = ElementTree.parse(path)
        names = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert "script" not in names and "b" not in names
        together += "".join(tree.getroot().itertext())
    assert "{{x}}" in together
    assert "$x_$" in together or "${x_2$" in together


def test_results_hold_texts_as_typed_and_no_formula(run):
    folder, results = run
    typed = plainyaml.load(folder / "claims.yaml")["claims"]
    claims = pd.read_csv(results / "claims.csv", dtype="string")
    assert list(claims["statement"]) == [claim["statement"] for claim in typed]
    assert list(claims["quote"]) == [claim["quote"] for claim in typed]
    for path in results.glob("*.csv"):
        for column, cells in pd.read_csv(path, dtype="string").items():
            formulas = [cell for cell in cells.dropna() if like_a_formula(cell)]
            numbers = pd.to_numeric(pd.Series(formulas), errors="coerce").notna()
            assert numbers.all(), (path.name, column, formulas)


@pytest.mark.parametrize(
    ("begin", "told"),
    [
        ("=cmd|' /C calc'!A0", "a spreadsheet"),
        ("@SUM(A1)", "a spreadsheet"),
        ("+A1", "a spreadsheet"),
        ("-A1", "a spreadsheet"),
        ("turned \u202e round", "no control characters"),
    ],
)
def test_a_text_that_does_more_than_stand_there_is_refused_in_every_field(tmp_path, begin, told):
    folder = hostile_folder("hu2013", tmp_path)
    amount = replace_all(folder, lambda number, most: f"{begin} {number}")
    problems = check_study(folder, EVIDENCE)
    refused = [p for p in problems if told in p.allowed]
    per_line = told == "no control characters"  # told once a line
    assert len(refused) >= (amount / 2 if per_line else amount), format_problems(problems)
    assert all(p.line for p in refused)


def test_a_text_without_end_is_refused_in_every_field(tmp_path):
    folder = hostile_folder("btheb", tmp_path)
    amount = replace_all(folder, lambda number, most: f"{'long ' * 1000}{number}")
    problems = check_study(folder, EVIDENCE)
    assert len([p for p in problems if "characters" in p.allowed]) == amount


def test_a_label_is_one_line(tmp_path):
    folder = hostile_folder("btheb", tmp_path)
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    text, changed = re.subn(r"(?m)^(    label:).*$", r'\1 "two\\nlines"', text, count=1)
    assert changed
    path.write_text(text, encoding="utf-8")
    problems = [p for p in check_study(folder, EVIDENCE) if p.column == "label"]
    assert [p.allowed for p in problems] == ["text in one line"]


def test_every_model_has_free_texts():
    """The search by schema finds texts: else the tests above would prove nothing."""
    from hostile_texts import free_texts

    folder = ROOT / "resources/studies/hu2013"
    found = {
        file: [path for path, _ in free_texts(file, plainyaml.load(folder / file))]
        for file in MODELS
    }
    assert ("arms", 0, "label") in found["study.yaml"]
    assert ("outcomes", 0, "unit") in found["study.yaml"]
    assert ("claims", 0, "statement") in found["claims.yaml"]
    assert ("constraints", 0, "quote") in found["constraints.yaml"]
    assert ("figures", 0, "title") in found["figures/figures.yaml"]
