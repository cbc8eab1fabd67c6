"""The tables are declared once, every column is explained, and the documents follow."""

import re
from pathlib import Path

import pytest
from retrial import registry
from retrial.registry import STAGES, TABLES, TYPES, Table, of_study
from retrial.registry.dictionary import dictionary, files, with_files

ROOT = Path(__file__).resolve().parents[2]
CAPTIONS = ROOT / "workflow/report"
ONE = """
[runs]
rows = "run of digits in a printed number"
title = "Runs of digits"
columns = \"\"\"
row_id*  text    name of the typed row
length   whole   how long the run is [digits]
\"\"\"
"""


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_is_explained(table):
    assert table.rows
    assert len(set(table.names)) == len(table.names)
    for column in table.columns:
        assert column.type in TYPES
        assert 3 <= len(column.about.split()) <= 16, column.name
        assert not re.search(r"[|.]$|\|", column.about), column.name


def test_what_is_frozen_has_columns_that_name_its_rows():
    assert [table.name for table in of_study() if table.frozen and not table.keys] == []


def test_what_has_a_title_in_snakemakes_report_has_a_caption():
    titled = {table.name for table in TABLES.values() if table.title}
    assert [name for name in titled if not (CAPTIONS / f"{name}.rst").is_file()] == []


def test_the_documents_are_as_the_registry_says():
    assert (ROOT / "resources/tables.md").read_text(encoding="utf-8") == dictionary()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert with_files(readme) == readme
    with pytest.raises(ValueError, match="no marks"):
        with_files("no list here")


def test_a_new_table_takes_one_entry(tmp_path, monkeypatch):
    folder = Path(registry.__file__).with_name("stages")
    for stage in STAGES:
        text = (folder / f"{stage}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{stage}.toml").write_text(text + (ONE if stage == "audit" else ""))
    monkeypatch.setattr(registry, "FOLDER", str(tmp_path))
    tables = registry.declared()
    assert isinstance(tables["runs"], Table)
    assert (tables["runs"].stage, tables["runs"].file) == ("audit", "runs.csv")
    assert tables["runs"].keys == ["row_id"]
    assert "| length | whole number | digits | how long the run is |" in dictionary(tables.values())
    assert "| `runs.csv` | run of digits in a printed number |" in files(tables.values())
    assert set(tables) == {*TABLES, "runs"}


@pytest.mark.parametrize(
    ("line", "names"),
    [("row_id*", "row_id"), ("row_id  word  a type that is none", "word"), ("", "")],
)
def test_a_line_that_declares_no_column_is_refused(line, names):
    with pytest.raises(ValueError, match=f"table t: .*{names}"):
        registry.columns_in("t", line)
