"""The report as a page: safe, the same bytes each time, and only what was asked for."""

import json
import os
import re

import nbformat
import pandas as pd
import pytest
import yaml
from IPython.core.interactiveshell import InteractiveShell
from papermill.exceptions import PapermillExecutionError
from report_results import (
    NOTEBOOK,
    STUDY_FOLDER,
    copy_study,
    render_report,
)
from retrial.plainyaml import load as load_yaml
from retrial.report.contents import SECTIONS
from retrial.report.load import load
from retrial.report.page import UnknownSectionError, chosen_sections
from retrial.report.render import (
    UnknownParameterError,
    check_parameters,
    parameters_of,
    read_notebook,
    run_notebook,
)
from retrial.report.sections import context
from shared import copy_of

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> **b** [x](javascript:alert(3)) {{7*7}}"
)


@pytest.fixture(scope="module")
def folder(hu2013_results, tmp_path_factory):
    return copy_of(hu2013_results, tmp_path_factory.mktemp("results") / "hu2013")


def test_text_from_the_study_folder_cannot_run(hu2013, folder, tmp_path):
    hostile = copy_study(tmp_path / "study")
    for name in ("study.yaml", "claims.yaml"):
        loaded = load_yaml(hostile / name)
        (hostile / name).write_text(yaml.safe_dump(_poisoned(loaded)), encoding="utf-8")
    copied = tmp_path / "results"
    copied.mkdir()
    for path in folder.glob("*.csv"):
        frame = pd.read_csv(path, dtype="string", keep_default_na=False)
        for column in set(frame) & {"quote", "source", "note", "statement", "detail", "stated"}:
            frame[column] = HOSTILE
        frame.to_csv(copied / path.name, index=False)
    html = render_report(copied, study_folder=hostile, title=HOSTILE).read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in html
    assert html.count("<script") == 0
    assert "<img src=x" not in html
    assert "<b>b</b>" not in html and "<strong>b</strong>" not in html
    assert 'href="javascript' not in html
    assert ">49 " not in html and " 49<" not in html


def _poisoned(value):
    if isinstance(value, dict):
        words = {"label", "title", "citation", "about", "quote", "source", "statement", "note"}
        return {
            k: HOSTILE if k in words and isinstance(v, str) and k != "label" else _poisoned(v)
            for k, v in value.items()
        }
    return [_poisoned(v) for v in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def rendered_twice(folder):
    """Three sections of the report, twice, as pages and notebooks."""
    pages, notebooks = [], []
    with pytest.MonkeyPatch.context() as patch:
        for seed in ("1", "2"):
            patch.setenv("PYTHONHASHSEED", seed)
            html = render_report(
                folder, sections=["verdicts", "retests", "limits"], name=f"report{seed}"
            )
            pages.append(html.read_bytes())
            notebooks.append(html.with_suffix(".ipynb").read_bytes())
    return pages, notebooks


def test_the_same_results_give_the_same_bytes(rendered_twice, folder):
    pages, notebooks = rendered_twice
    assert pages[0] == pages[1]
    assert notebooks[0] == notebooks[1]
    for content in (pages[0], notebooks[0]):
        assert str(folder.parent).encode() not in content
    executed = nbformat.reads(notebooks[0].decode(), as_version=4)
    nbformat.validate(executed)
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:", json.dumps(executed.metadata))


def test_only_the_sections_asked_for_are_there(rendered_twice):
    html = rendered_twice[0][0].decode()
    assert 'id="verdicts"' in html and 'id="limits"' in html
    assert 'id="provenance"' not in html and 'href="#provenance"' not in html


def test_the_page_needs_nothing_from_outside(rendered_twice):
    html = rendered_twice[0][0].decode()
    beside = r"#|data:|https://doi\.org/|[\w.-]+\.(?:csv|parquet)\""
    assert not re.search(rf'(?:src|href)="(?!{beside})', html)
    assert "default-src 'none'" in html
    assert '<html lang="en">' in html


def test_a_simulated_study_says_so_first(folder, tmp_path):
    study = copy_study(tmp_path / "study")
    text = (study / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("simulated: false", "simulated: true")
    (study / "study.yaml").write_text(text, encoding="utf-8")
    html = render_report(folder, study_folder=study, sections=["limits"], name="simulated")
    main = html.read_text(encoding="utf-8").split("<main")[1].split(">", 1)[1]
    assert re.sub(r"<[^>]+>", "", main).strip().startswith("Simulated study.")
    assert "published trial" not in main
    simulated = load(folder, study)
    assert "Every number is typed" not in context.methods(simulated)


def test_an_unknown_section_names_the_nearest():
    with pytest.raises(UnknownSectionError, match=r"'verdict'.*Did you mean 'verdicts'"):
        chosen_sections(["verdict"])
    assert chosen_sections(None) == tuple(SECTIONS)
    assert chosen_sections(["limits", "verdicts"]) == ("verdicts", "limits")


def test_an_unknown_section_stops_the_report_before_it_runs(folder):
    with pytest.raises(UnknownSectionError):
        render_report(folder, sections=["verdict"], name="never")
    assert not (folder / "never.html").exists()


def test_a_misspelt_parameter_raises():
    notebook = read_notebook(NOTEBOOK)
    with pytest.raises(UnknownParameterError, match=r"'alfa'.*Did you mean 'alpha'"):
        check_parameters(notebook, {"alfa": 0.05})
    names = ["study_id", "results_folder", "study_folder", "alpha", "sections", "title"]
    assert parameters_of(notebook) == names


def test_a_cell_that_fails_ends_the_report_with_its_error():
    cells = ["value = 1", "raise KeyError('no such table')", "value = 2"]
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(code, metadata={"tags": ["parameters"] * (place == 0)})
            for place, code in enumerate(cells)
        ],
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": ""}},
    )
    with pytest.raises(PapermillExecutionError, match="no such table"):
        run_notebook(notebook, {"value": 3})


def test_cells_run_in_this_process_and_leave_nothing_behind():
    cell = nbformat.v4.new_code_cell(
        "import os\nfrom IPython.display import display\nvalue = os.getpid()\n"
        "display({'text/html': f'<p>{value}</p>'}, raw=True, metadata={'retrial': {'a': 1}})",
    )
    about = {"kernelspec": {"name": "python3", "language": "python", "display_name": ""}}
    first = nbformat.v4.new_code_cell("value = 0", metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[first, cell], metadata=about)
    (output,) = run_notebook(notebook, {}).cells[1].outputs
    assert output.data == {"text/html": f"<p>{os.getpid()}</p>"}
    assert output.metadata == {"retrial": {"a": 1}}
    assert not InteractiveShell.initialized()


def test_the_folder_of_another_study_raises(folder):
    with pytest.raises(ValueError, match="holds the study 'hu2013', not 'hu2014'"):
        load(folder, STUDY_FOLDER, study_id="hu2014")
