"""The command line: exit status, one message for a user's mistake, nothing half-written."""

import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest
import yaml
from retrial.run import cli
from retrial.run.studies import sort_out
from retrial.stages.collect import collect
from retrial.study.claims import load_claims
from retrial.study.constraints import load_constraints
from retrial.study.figures import load_figures
from retrial.study.models import load_study
from retrial.study.typed import read_printed
from retrial.tables import COUNTS_INPUT, REPORTED_INPUT
from retrial.validation import check_study
from retrial.validation.check import read_folder
from retrial.validation.fulltext import quotes_of

ROOT = Path(__file__).parents[2]
HU2013 = ROOT / "resources" / "studies" / "hu2013"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project as the working directory."""
    (tmp_path / "resources" / "studies").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(monkeypatch, *words):
    """Run the command line; return its exit status."""
    monkeypatch.setattr(sys, "argv", ["retrial", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


def test_a_new_study_validates_as_it_stands(project, monkeypatch, capsys):
    assert run(monkeypatch, "new", "demo") == 0
    out = capsys.readouterr().out
    assert "retrial validate demo" in out and "make report STUDY=demo" in out
    assert run(monkeypatch, "validate", "demo") == 0
    out = capsys.readouterr().out
    assert out == (
        "No problems in demo: 8 printed numbers, 5 counts, 8 claims.\n"
        "It is still marked as simulated (made-up) in study.yaml.\n"
        "  figure1: pending: there is no figures/figure1.tar\n"
        "13 rows typed, 13 used.\n"
        "Next: make report STUDY=demo\n"
    )


def test_a_new_study_says_that_it_is_simulated(project, monkeypatch):
    run(monkeypatch, "new", "demo")
    folder = project / "resources" / "studies" / "demo"
    study = load_study(folder / "study.yaml")
    assert study.simulated
    assert "made-up numbers, replace them" in study.title
    quotes = read_printed(folder / "reported.csv")["quote"]
    assert set(quotes) == {"made-up numbers, replace them"}


def test_a_template_called_real_is_refused_line_by_line(project, monkeypatch):
    run(monkeypatch, "new", "demo")
    folder = project / "resources" / "studies" / "demo"
    text = (folder / "study.yaml").read_text()
    (folder / "study.yaml").write_text(text.replace("simulated: true", "simulated: false"))
    problems = check_study(folder)
    assert {p.file for p in problems} >= {"study.yaml", "reported.csv", "counts.csv", "claims.yaml"}
    assert all("simulated: false" in p.allowed for p in problems)


def test_a_new_study_has_every_file_and_column(project, monkeypatch):
    run(monkeypatch, "new", "demo")
    folder = project / "resources" / "studies" / "demo"
    written = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert written == set(cli.TEMPLATES.values())
    assert list(read_printed(folder / "reported.csv")) == REPORTED_INPUT
    assert list(read_printed(folder / "counts.csv")) == COUNTS_INPUT
    assert [p.name for p in folder.parent.iterdir()] == ["demo"]


def test_a_new_study_goes_through_collect(project, monkeypatch):
    run(monkeypatch, "new", "demo")
    folder = project / "resources" / "studies" / "demo"
    numbers = collect(
        load_study(folder / "study.yaml"),
        read_printed(folder / "reported.csv"),
        read_printed(folder / "counts.csv"),
    )
    assert len(numbers) == 13
    assert load_claims(folder / "claims.yaml")
    assert load_constraints(folder / "constraints.yaml")
    assert load_figures(folder / "figures" / "figures.yaml")


def test_the_template_shows_every_key_of_study_yaml():
    from retrial.study.models import Study

    text = (Path(cli.__file__).parents[1] / "study/templates" / "study.yaml").read_text(
        encoding="utf-8"
    )
    block = re.search(r"^# natural_remission:\n(?:#   .*\n)+", text, re.M).group(0)
    uncommented = text.replace(block, block.replace("# ", "", 1).replace("\n# ", "\n"))
    assert set(yaml.safe_load(uncommented)) == set(Study.model_fields)


def test_what_the_template_calls_optional_may_be_deleted(project, monkeypatch):
    run(monkeypatch, "new", "demo")
    folder = project / "resources" / "studies" / "demo"
    whole = (folder / "study.yaml").read_text(encoding="utf-8")
    blocks = re.findall(r"^# OPTIONAL: (?:.*\n)+?(?=\n|\Z)", whole, re.M)
    assert len(blocks) == 10
    for block in blocks:
        (folder / "study.yaml").write_text(whole.replace(block, ""), encoding="utf-8")
        found = {p.column for p in check_study(folder)}
        assert found == ({"version"} if "contradictions:" in block else set()), block


def test_every_form_of_a_claim_is_in_the_template():
    from typing import get_args

    from retrial.study.claims import Claim

    text = (Path(cli.__file__).parents[1] / "study/templates" / "claims.yaml").read_text(
        encoding="utf-8"
    )
    for form in get_args(Claim.model_fields["form"].annotation):
        assert f"\n#     {form} " in text


def test_nothing_is_overwritten(project, monkeypatch, capsys):
    folder = project / "resources" / "studies" / "demo"
    folder.mkdir()
    assert run(monkeypatch, "new", "demo") == 1
    assert "exists already; nothing was written" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["Demo", "2020smith", "a b", "../demo", "", "é", "a" * 61, "x/y"])
def test_a_bad_id_is_refused(project, monkeypatch, capsys, name):
    assert run(monkeypatch, "new", "--", name) == 1
    assert "cannot be a study's id" in capsys.readouterr().err
    assert list((project / "resources" / "studies").iterdir()) == []


def test_the_name_of_what_all_studies_give_is_refused(project, monkeypatch, capsys):
    assert run(monkeypatch, "new", "meta") == 1
    assert "cannot be called 'meta'" in capsys.readouterr().err
    (project / "resources" / "studies" / "meta").mkdir()
    (project / "resources" / "studies" / "meta" / "study.yaml").write_text("")
    sound, problems = sort_out(project / "resources" / "studies", "all")
    assert sound == [] and "cannot be called 'meta'" in problems[0]


def test_a_folder_that_cannot_be_written_is_told(project, monkeypatch, capsys):
    (project / "file").write_text("")
    assert run(monkeypatch, "new", "demo", "--folder", "file") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_problems_are_listed_on_stderr_with_status_1(project, monkeypatch, capsys):
    folder = Path(shutil.copytree(HU2013, project / "resources" / "studies" / "hu2013"))
    path = folder / "reported.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",6.79,0.81,", ',6.79,"0,81",'))
    assert run(monkeypatch, "validate", "hu2013") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        'reported.csv, line 9, row hba1c_control, column error: found "0,81"; '
        "expected a decimal number with a point, such as 0.81\n"
        "1 problem found; nothing was computed.\n"
    )


def test_the_evidence_beside_the_studies_is_used(project, monkeypatch, capsys):
    shutil.copytree(ROOT / "resources", project / "resources", dirs_exist_ok=True)
    folder = str(project / "resources" / "studies" / "hu2013")
    assert run(monkeypatch, "validate", folder) == 0
    (project / "resources/evidence/natural-history.csv").write_text("id\n", encoding="utf-8")
    assert run(monkeypatch, "validate", folder) == 1
    assert "natural-history.csv" in capsys.readouterr().err


def test_every_quote_is_looked_for_in_the_given_texts(tmp_path, monkeypatch, capsys):
    folder = str(shutil.copytree(HU2013, tmp_path / "hu2013"))
    documents, sheets = read_folder(HU2013)
    quotes = [quoted.quote for quoted in quotes_of(documents, sheets)]
    paper = tmp_path / "paper.txt"
    paper.write_text("\f\n".join(quotes[1:]), encoding="utf-8")
    assert run(monkeypatch, "validate", folder, "--text", str(paper)) == 1
    said = capsys.readouterr().err
    assert "study.yaml" in said and "1 problem found" in said
    page = tmp_path / "page.txt"
    page.write_text(quotes[0].upper(), encoding="utf-8")
    assert run(monkeypatch, "validate", folder, "--text", str(paper), "--text", str(page)) == 0
    assert "Every quote is in the given text." in capsys.readouterr().out
    assert run(monkeypatch, "validate", folder, "--text", str(tmp_path / "none.txt")) == 1
    assert "none.txt" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("new", "foo"), ("validate", "foo"), ("freeze", "foo")])
def test_in_another_folder_nothing_is_made(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *words) == 1
    assert "run this in the retrial folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_another_folder_may_be_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "new", "foo", "--folder", "trials") == 0
    assert run(monkeypatch, "validate", "foo", "--folder", "trials") == 0


def test_an_unknown_study_is_told_with_those_there_are(project, monkeypatch, capsys):
    run(monkeypatch, "new", "hu2013")
    assert run(monkeypatch, "validate", "hu2031") == 1
    told = "There is no study 'hu2031' in resources/studies; did you mean 'hu2013'?"
    assert told in capsys.readouterr().err
    assert run(monkeypatch, "validate", "nope") == 1
    told = "There is no study 'nope' in resources/studies; there are: hu2013."
    assert told in capsys.readouterr().err


def test_freeze_hands_over_both_folders(project, monkeypatch, capsys):
    calls = []
    stub = types.ModuleType("retrial.run.freeze")
    stub.freeze = lambda study, results: calls.append((study, results))
    monkeypatch.setitem(sys.modules, "retrial.run.freeze", stub)
    (project / "resources" / "studies" / "hu2013").mkdir()
    assert run(monkeypatch, "freeze", "hu2013") == 1
    assert "run make report STUDY=hu2013 first" in capsys.readouterr().err
    (project / "results" / "hu2013").mkdir(parents=True)
    assert run(monkeypatch, "freeze", "hu2013") == 0
    assert calls == [(Path("resources/studies/hu2013"), Path("results/hu2013"))]


def test_a_user_s_mistake_gives_no_traceback(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "retrial.run.cli", "validate", "nothing"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "Traceback" not in ended.stderr
