"""Check a whole study folder: each file by itself first, then the files against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel

from retrial.registry import columns_of
from retrial.study.claims import Claims
from retrial.study.constraints import Constraints
from retrial.study.figures import Figures
from retrial.study.models import Study
from retrial.tables import COUNTS_INPUT, REPORTED_INPUT, TRUTH_INPUT
from retrial.validation.blocks import check_blocks, check_evidence
from retrial.validation.columns import check_columns
from retrial.validation.constraints import check_constraints
from retrial.validation.digitizations import check_digitizations, check_figures
from retrial.validation.document import Document, read_document
from retrial.validation.fulltext import check_against
from retrial.validation.links import links_out
from retrial.validation.loading import check_loading
from retrial.validation.models import check_model
from retrial.validation.names import define_names
from retrial.validation.outcomes import check_reported
from retrial.validation.problem import Problem, shown
from retrial.validation.quotes import check_facts, check_quotes
from retrial.validation.references import check_claims, check_event, check_order, check_references
from retrial.validation.rows import check_rows, check_versions_used
from retrial.validation.sheet import Sheet, read_sheet
from retrial.validation.text import like_a_formula
from retrial.validation.truth import check_truth

DOCUMENTS: dict[str, type[BaseModel]] = {
    "study.yaml": Study,
    "claims.yaml": Claims,
    "constraints.yaml": Constraints,
    "figures/figures.yaml": Figures,
}
SHEETS = {"reported.csv": REPORTED_INPUT, "counts.csv": COUNTS_INPUT}
FILES = ("study.yaml", "reported.csv", "counts.csv", *list(DOCUMENTS)[1:])
TRUTH = "truth.csv"  # only where the patients' own rows are known
TEMPLATE_MARK = "made-up number"


def check_study(folder: Path | str, evidence: Path | str | None = None) -> list[Problem]:
    """Return every problem of a study folder, in the order of its files and lines.

    Args:
        folder: The study folder, named as the study's id.
        evidence: The CSV file of outside evidence; None leaves it and the references to it
            unchecked.

    Returns:
        The problems; an empty list when the folder can be computed with. No content of a file
        raises an error.
    """
    folder = Path(folder)
    if not folder.is_dir():
        found = "a file" if folder.is_file() else "no such folder"
        return [Problem(shown(folder.name) or ".", value=found, allowed="a study folder")]
    problems = links_out(folder)
    if problems:
        return problems  # nothing outside is opened
    documents: dict[str, Document] = {}
    sheets: dict[str, Sheet] = {}
    for name, model in DOCUMENTS.items():
        document, found = read_document(folder / name, name, expected=FILES)
        problems += found
        if document is not None:
            documents[name] = document
            problems += check_model(document, model)
            problems += _formulas(document)
    tables = [(folder / name, name, name.removesuffix(".csv"), c) for name, c in SHEETS.items()]
    if (folder / TRUTH).exists():
        tables.append((folder / TRUTH, TRUTH, "truth", TRUTH_INPUT))
    if evidence is not None:
        tables.append((Path(evidence), Path(evidence).name, "evidence", columns_of("evidence")))
    for path, name, kind, columns in tables:
        sheet, found = read_sheet(path, name, columns, expected=FILES)
        problems += found
        if sheet is not None:
            sheets[kind] = sheet
            problems += check_columns(sheet, kind)
    problems += _across(folder, documents, sheets)
    if not problems:
        problems += check_digitizations(documents["figures/figures.yaml"], folder)
    if not problems:
        problems += check_loading(folder, evidence)
    order = [*FILES, *(name for _, name, kind, _ in tables if kind in ("truth", "evidence"))]
    return sorted(
        dict.fromkeys(problems), key=lambda p: (order.index(p.file), p.line or 0, p.row, p.column)
    )


def _across(
    folder: Path, documents: dict[str, Document], sheets: dict[str, Sheet]
) -> Iterator[Problem]:
    study, claims = documents.get("study.yaml"), documents.get("claims.yaml")
    reported, counts, evidence = (sheets.get(k) for k in ("reported", "counts", "evidence"))
    names = define_names(study, claims, reported, counts, evidence)
    for document in documents.values():
        yield from check_references(document, names)
    if study is not None:
        yield from check_blocks(study, folder.resolve().name, names)
        for place, _ in study.find("natural_remission", "events", "*"):
            yield from check_event(study, place, names)
        yield from check_order(study, names)
        yield from check_versions_used(study, reported, counts)
        yield from check_reported(study, reported, counts, documents.get("figures/figures.yaml"))
        if study.get("simulated") is False:
            yield from _left_from_template(documents, sheets)
            yield from check_quotes(reported, counts, TEMPLATE_MARK)
            yield from check_facts(study, TEMPLATE_MARK)
    if claims is not None:
        yield from check_claims(claims, names)
    if "constraints.yaml" in documents:
        yield from check_constraints(documents["constraints.yaml"], names)
    if "figures/figures.yaml" in documents:
        yield from check_figures(documents["figures/figures.yaml"], folder)
    yield from check_rows(reported, counts, names)
    if "truth" in sheets:
        yield from check_truth(sheets["truth"], names)
    if evidence is not None:
        yield from check_evidence(evidence)


def read_folder(folder: Path | str) -> tuple[dict[str, Document], dict[str, Sheet]]:
    """Return what of a study folder's YAML and CSV files can be read, by their names."""
    folder = Path(folder)
    documents = {name: read_document(folder / name, name)[0] for name in DOCUMENTS}
    sheets = {name: read_sheet(folder / name, name, c)[0] for name, c in SHEETS.items()}
    return (
        {name: document for name, document in documents.items() if document is not None},
        {name: sheet for name, sheet in sheets.items() if sheet is not None},
    )


def check_texts(folder: Path | str, texts: Iterable[Path | str]) -> list[Problem]:
    """Return the quotes of a study folder that none of the text files holds; OSError for no file.

    What a PDF gave need not be clean: a byte that is no UTF-8 stands for itself alone.
    """
    read = [Path(text).read_text(encoding="utf-8", errors="replace") for text in texts]
    return check_against(read, *read_folder(folder))


def _formulas(document: Document) -> Iterator[Problem]:
    """Yield the texts that a spreadsheet would compute where they stand in a table of results."""
    for path, text in document.printed.items():
        told = like_a_formula(text) if isinstance(document.get(*path), str) else ""
        if told and "series" not in path:  # names in another file
            yield document.problem(path, told)


def _left_from_template(
    documents: dict[str, Document], sheets: dict[str, Sheet]
) -> Iterator[Problem]:
    """Yield what still says that it is made up in a study that says it is not simulated."""
    told = "the paper's own words: the study says 'simulated: false'"
    for document in documents.values():
        for path, text in document.printed.items():
            if TEMPLATE_MARK in text:
                yield document.problem(path, told)
    for sheet in sheets.values():
        for row in sheet.rows:
            for column, text in row.cells.items():
                if TEMPLATE_MARK in text:
                    yield sheet.problem(row, column, told)


def found_sound(folder: Path | str) -> str:
    """Return what is reported of a folder without problems, and what to do next."""
    folder = Path(folder)
    name = folder.resolve().name
    sheets = {n: read_sheet(folder / n, n, columns)[0] for n, columns in SHEETS.items()}
    numbers, counts = (len(sheets[n].rows) if sheets[n] else 0 for n in SHEETS)
    claims, _ = read_document(folder / "claims.yaml", "claims.yaml")
    study, _ = read_document(folder / "study.yaml", "study.yaml")
    listed = claims.get("claims") if claims else None
    parts = (
        (numbers, "printed number"),
        (counts, "count"),
        (len(listed) if isinstance(listed, list) else 0, "claim"),
    )
    told = ", ".join(f"{many} {what}{'s' * (many != 1)}" for many, what in parts)
    lines = [f"No problems in {name}: {told}."]
    if study is not None and study.get("simulated") is True:
        lines.append("It is still marked as simulated (made-up) in study.yaml.")
    lines += _figures_became(folder)
    lines += _used(folder)
    return "\n".join([*lines, f"Next: make report STUDY={name}"]) + "\n"


def _used(folder: Path) -> list[str]:
    """Return how many of the typed rows are used, and which are not, and why."""
    from retrial.stages.audit import audit
    from retrial.stages.collect import collect
    from retrial.study.typed import read_printed
    from retrial.tables import table
    from retrial.trial import Trial
    from retrial.validation.labels import beyond_the_label, other_than_stated
    from retrial.validation.printed_p import contradicting_p
    from retrial.validation.usage import usage, usage_lines

    # What was clicked is not audited here: a figure takes longer than all else.
    nothing = {name: table([], name) for name in ("digitized", "agreement")} | {"figures": []}
    trial = Trial.of_folder(folder, {"alpha": 0.05}, **nothing)
    study, claims = trial.study, trial.claims
    reported = collect(study, *(read_printed(folder / name) for name in SHEETS))
    findings = audit(trial.but(reported=reported))
    return [
        *usage_lines(usage(study, claims, reported, findings)),
        *beyond_the_label(study, claims, reported, findings),
        *other_than_stated(study, reported),
        *contradicting_p(claims, reported, alpha=0.05),
    ]


def _figures_became(folder: Path) -> list[str]:
    # Reading projects loads scipy: only where everything else is sound.
    from retrial.figures.listing import figure_lines
    from retrial.study.figures import load_figures
    from retrial.study.models import load_study

    where = folder / "figures"
    figures = load_figures(where / "figures.yaml")
    return [f"  {line}" for line in figure_lines(load_study(folder / "study.yaml"), figures, where)]


def summarize(folder: Path | str, evidence: Path | str | None = None) -> str:
    """Return which files were checked and how much is in each, for a folder without problems."""
    folder = Path(folder)
    lines = [f"study: {folder.resolve().name}", "problems: 0"]
    for name in DOCUMENTS:
        document, _ = read_document(folder / name, name)
        data = document.data if document is not None and isinstance(document.data, dict) else {}
        parts = [f"{len(v)} {key}" for key, v in data.items() if isinstance(v, list)]
        lines.append(f"{name}: {', '.join(parts) or 'nothing listed'}")
    tables = [(folder / name, name, columns) for name, columns in SHEETS.items()]
    if evidence is not None:
        tables.append((Path(evidence), Path(evidence).name, columns_of("evidence")))
    for path, name, columns in tables:
        sheet, _ = read_sheet(path, name, columns)
        count = len(sheet.rows) if sheet else 0
        lines.append(f"{name}: {count} {'row' if count == 1 else 'rows'}")
    return "\n".join(lines) + "\n"
