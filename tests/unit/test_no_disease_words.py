"""The library knows no disease: its words are in study folders and in the evidence."""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Words of the flagship's disease, its treatment and its sources; parts of words count.
WORDS = (
    "insulin hba1c diabet idaa1c honeymoon glucose glyc peptide gada ketoacid islet pancrea "
    "stem.?cell wharton mesenchym teplizumab cyclosporin nicotinamide"
).split()
LIBRARY = ("workflow", "Snakefile", "Makefile", "pyproject.toml", "envs", "config/config.yaml")
ENDINGS = {"", *".py .yaml .yml .csv .smk .rst .html .css .js .toml .md".split()}


def library():
    for name in LIBRARY:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (
            f for f in files if f.is_file() and f.suffix in ENDINGS and "__pyc" not in str(f)
        )


def sources():
    """Return the first words of the ids of the evidence: steno of steno1987_total."""
    with (ROOT / "resources/evidence/natural-history.csv").open(encoding="utf-8") as file:
        found = {re.match(r"[a-z]+(?=\d{4}_)", row["id"]).group(0) for row in csv.DictReader(file)}
    return sorted(found)


def hits(text, words):
    return sorted({m.group(0).lower() for m in re.finditer("|".join(words), text, re.IGNORECASE)})


def test_no_disease_word_is_in_the_library():
    found = {}
    for path in library():
        place = path.relative_to(ROOT).as_posix()
        told = hits(path.read_text(encoding="utf-8"), WORDS)
        if told:
            found[place] = told
    assert found == {} and len(list(library())) > 100


def test_no_source_of_the_evidence_is_named_in_the_library():
    words = [rf"\b{name}\d{{4}}" for name in sources()]
    found = {p.name: told for p in library() if (told := hits(p.read_text("utf-8"), words))}
    assert "steno" in sources() and found == {}


@pytest.mark.parametrize(
    "planted", ["IDAA1C_FACTOR = 4.0", "a Honeymoon effect", "label == 'HbA1c'"]
)
def test_a_planted_word_is_found(planted):
    assert hits(planted, WORDS)
