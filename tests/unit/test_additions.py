"""What is added in one place is everywhere: a table, a test, an axis and a section of the report.

A copy of the library gets one of each, as CONTRIBUTING.md says how, and another Python runs it.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from few_claims import keep_claims
from retrial import plainyaml
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]

TABLE = '''
[runs]
rows = "run of digits in a printed number"
columns = """
row_id*  text    name of the typed row
length   whole   how long the run is [digits]
"""
'''
METHOD = """        Method(
            id="likelihood_ratio",
            kind="counts",
            name="likelihood ratio test",
            short="Likelihood ratio",
            about="Likelihood ratio",
            citation="Wilks 1938, doi:10.1214/aoms/1177732360",
            aliases=("g_test",),
        ),
"""
FUNCTION = '''def _likelihood_ratio(*cells: int) -> tuple[float, float]:
    """Return G: twice the sum of observed times the log of observed over expected."""
    (a, n1, c, n2), total = cells, cells[1] + cells[3]
    shares = (n1 / total, n2 / total)
    table = [(a, shares[0] * (a + c)), (c, shares[1] * (a + c))]
    table += [(n1 - a, shares[0] * (total - a - c)), (n2 - c, shares[1] * (total - a - c))]
    return _of_chi_square(2 * sum(seen * math.log(seen / due) for seen, due in table if seen))


'''
AXIS = """def wider(rows):
    return rows.assign(error_1=1.1 * rows["error_1"], error_2=1.1 * rows["error_2"])


OWN_AXES = (Axis("spread", {"as_printed": unchanged, "ten_percent_wider": wider}),)
"""
SECTION = '''

@section("Who has run it again")
def replications() -> tuple[Part, ...]:
    """Nobody so far."""
    return (lambda results: f"<p>Nobody has run {results.study.id} again.</p>",)
'''
# File, the place before which the addition stands ("" for the end), the addition.
ADDITIONS = (
    ("registry/stages/audit.toml", "", TABLE),
    ("vocabulary/methods.py", '        Method(\n            id="mann_whitney_exact"', METHOD),
    ("stats/counts.py", "@dataclass(frozen=True)\nclass CountTest", FUNCTION),
    (
        "stats/counts.py",
        "}\nCOUNT_METHODS",
        '    "likelihood_ratio": CountTest(_likelihood_ratio, df=1.0, alike=0.0),\n',
    ),
    ("axes.py", "OWN_AXES: tuple[Axis, ...] = ()", AXIS),
    ("report/contents.py", "", SECTION),
)

SCRIPT = """
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import retrial
from conftest import ROOT, run_stages
from retrial import tables
from retrial.registry import of_study
from retrial.registry.dictionary import dictionary, files
from retrial.report import page
from retrial.report.render import read_notebook
from retrial.report.sections.choices import axes_in_words
from retrial.report.sections.context import methods
from retrial.report.words import METHODS
from retrial.validation import check_study
from retrial.wording import METHOD_NAMES

folder = Path(sys.argv[1])
stages = run_stages(folder)
told = {"library": str(Path(retrial.__file__).parent)}

written = pd.DataFrame({"row_id": ["age"], "length": [3.0]})
tables.write_table(written, folder / "runs.csv")
told["table"] = {
    "read": tables.read_table(folder / "runs.csv").to_dict("list"),
    "made": "runs" in [table.name for table in of_study()],
    "dictionary": "| length | whole number | digits | how long the run is |" in dictionary(),
    "files": "| `runs.csv` | run of digits in a printed number |" in files(),
}

rows = stages.tests[stages.tests["method"] == "likelihood_ratio"]
rows = rows[rows["claim_id"] == "insulin_stopped"]
none = tables.table([], "effects")
results = SimpleNamespace(
    study=stages.study, tests=stages.tests, summaries=stages.summaries,
    sensitivity=tables.table([], "sensitivity"), multiverse=stages.multiverse, effects=none,
    risk_of_bias=none, alpha=0.05, truth=none,
)
told["method"] = {
    "problems": [str(p) for p in check_study(folder)],
    "rows": rows[["value_1", "n_1", "value_2", "n_2", "statistic", "p"]].to_dict("records"),
    "defensible": bool(rows["defensible"].all()),
    "specifications": int((stages.multiverse["method"] == "likelihood_ratio").sum()),
    "names": [METHOD_NAMES["likelihood_ratio"], METHODS["likelihood_ratio"]],
    "section": methods(results),
}

counted = stages.multiverse["spread"].value_counts(dropna=False)
told["axis"] = {
    "as_printed": int(counted["as_printed"]),
    "wider": int(counted["ten_percent_wider"]),
    "words": axes_in_words("spread"),
}

shown = []
page.display = lambda data, **kwargs: shown.append(data["text/html"])
names = {"page": page.Page(results, ["replications"])}
(cell,) = [c for c in read_notebook(ROOT / "workflow/notebooks/report.py").cells
           if c.id == "sections"]
exec(cell.source, names)
told["section"] = {"html": "".join(shown), "last": page.chosen_sections(None)[-1]}
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the copy says of itself and of a study of two claims."""
    place = tmp_path_factory.mktemp("additions")
    library = place / "scripts" / "retrial"
    shutil.copytree(
        ROOT / "workflow/scripts/retrial", library, ignore=shutil.ignore_patterns("__pycache__")
    )
    for name, before, addition in ADDITIONS:
        text = (library / name).read_text(encoding="utf-8")
        assert text.count(before) == 1 or not before, name
        where = text.index(before) if before else len(text)
        rest = text[where:].removeprefix("OWN_AXES: tuple[Axis, ...] = ()\n")
        (library / name).write_text(text[:where] + addition + rest, encoding="utf-8")
    study = place / "hu2013"
    shutil.copytree(ROOT / "resources/studies/hu2013", study)
    claims = plainyaml.load(study / "claims.yaml")["claims"]
    kept = [claim for claim in claims if claim["id"] in ("insulin_stopped", "baseline_comparable")]
    for claim in kept:
        claim["defensible"]["counts_methods"].append("likelihood_ratio")
    keep_claims(study, kept)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(study)],
        env={"PYTHONPATH": f"{library.parent}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["library"] == str(library)
    return found


def test_a_table_takes_one_entry(told):
    assert told["table"] == {
        "read": {"row_id": ["age"], "length": [3.0]},
        "made": True,
        "dictionary": True,
        "files": True,
    }


def test_a_method_takes_its_entry_and_its_function(told):
    method = told["method"]
    assert method["problems"] == []
    assert len(method["rows"]) == 2 and method["defensible"]
    for row in method["rows"]:
        table = [[row[f"value_{i}"], row[f"n_{i}"] - row[f"value_{i}"]] for i in (1, 2)]
        other = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert row["statistic"] == pytest.approx(other.statistic, rel=1e-12)
        assert row["p"] == pytest.approx(other.pvalue, rel=1e-9)
    assert method["specifications"] > len(method["rows"])
    assert method["names"] == ["likelihood ratio test", "Likelihood ratio"]
    assert "Likelihood ratio" in method["section"]
    assert "https://doi.org/10.1214/aoms/1177732360" in method["section"]


def test_an_axis_takes_one_entry(told):
    axis = told["axis"]
    assert axis["as_printed"] == axis["wider"] == 48
    assert axis["words"] == "spread"


def test_a_section_takes_one_function(told):
    section = told["section"]
    assert '<section id="replications"' in section["html"]
    assert "Who has run it again</h2>" in section["html"]
    assert "Nobody has run hu2013 again." in section["html"]
    assert section["last"] == "replications"
