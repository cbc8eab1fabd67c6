"""A table and a method are added by one entry each, shown on a copy of the library."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from retrial import registry

LIBRARY = Path(registry.__file__).parents[1]

TABLE = '''
[remarks]
rows = "remark on a claim"
title = "Remarks"
columns = """
claim_id*  text    claim that is remarked on
length     number  length of the remark [characters]
"""
'''
METHOD = """
        Method(
            id="doubled_fisher",
            kind="counts",
            name="doubled one-sided Fisher test",
            short="Fisher, doubled",
            about="Twice the smaller tail",
            citation="Yates 1984, doi:10.2307/2981577",
        ),
"""
SECTION = '''

@section("What a reader asks")
def questions() -> tuple[Part, ...]:
    """One sentence."""
    return (lambda results: "<p>Who was counted?</p>",)
'''
SHOW_TABLE = """
import pandas as pd
from pathlib import Path
from retrial.registry import of_study
from retrial.registry.dictionary import dictionary
from retrial.tables import read_table, write_table

write_table(pd.DataFrame({"claim_id": ["a"], "length": [3.0]}), "remarks.csv")
assert read_table("remarks.csv")["length"].tolist() == [3.0]
assert "remarks" in [table.name for table in of_study()]
assert "remark on a claim" in dictionary() and "characters" in dictionary()
"""
SHOW_METHOD = """
import typing
from made_up import trial_of
from retrial.report.words import METHODS
from retrial.stages.retest import retest
from retrial.study.claims import CountsMethod
from simulated_study import CURE_AT_8, claim, count, study
from retrial.tables import table

assert "doubled_fisher" in typing.get_args(CountsMethod)
assert METHODS["doubled_fisher"] == "Fisher, doubled"
rows = [count("high", 8, 9, 20), count("placebo", 8, 2, 18)]
defensible = {"counts_methods": ["doubled_fisher"]}
mine = claim("difference", "higher", CURE_AT_8, "fisher", defensible=defensible)
trial = trial_of(
    study(), [mine], reported=table(rows, "reported").astype({"version": "string"}),
    summaries=table([], "summaries"), settings={"seed": 0, "rank_draws": 0},
)
tests = retest(trial).set_index("method")
assert tests.loc["doubled_fisher", "p"] == 0.5
"""


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(LIBRARY, tmp_path / "retrial", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def show(copy, code):
    """Run a few lines with the copied library and the tests' own helpers."""
    tests = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(copy), str(tests)])}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_table_takes_one_entry(copy):
    with (copy / "retrial/registry/stages/judge.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    show(copy, SHOW_TABLE)


def test_a_method_takes_one_entry_and_its_function(copy):
    path = copy / "retrial/vocabulary/methods.py"
    begin, text = "    for method in (\n", path.read_text(encoding="utf-8")
    assert begin in text
    path.write_text(text.replace(begin, begin + METHOD.lstrip("\n"), 1), encoding="utf-8")
    path = copy / "retrial/stats/counts.py"
    text = path.read_text(encoding="utf-8")
    assert '    "barnard",\n' in text and '    if method == "barnard":\n' in text
    text = text.replace('    "barnard",\n', '    "barnard",\n    "doubled_fisher",\n', 1)
    branch = '    if method == "doubled_fisher":\n        return math.nan, math.nan, 0.5\n'
    text = text.replace(
        '    if method == "barnard":\n', branch + '    if method == "barnard":\n', 1
    )
    path.write_text(text, encoding="utf-8")
    show(copy, SHOW_METHOD)
