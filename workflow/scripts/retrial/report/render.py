"""Run the report's notebook and turn it into one HTML file.

The notebook (jupytext percent format) is executed by papermill in this very process
(`retrial.report.engine`), and its outputs are put into the project's own template. Equal inputs
give equal bytes: cell ids are fixed, times and paths are taken out, and the page has neither
scripts nor anything from the network.
"""

from __future__ import annotations

import ast
import difflib
import logging
import re
import tempfile
import warnings
from pathlib import Path

import jupytext
import nbformat
import papermill
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from retrial.files import write_text
from retrial.report.engine import NAME
from retrial.report.page import chosen_sections

PAGE = "index.html.j2"
_LASTING = ("kernelspec", "language_info")
_ABSOLUTE = re.compile(r'"/(?:[^"/]*/)*([^"/]*)"')  # of an absolute path, the last name is kept


class UnknownParameterError(ValueError):
    """A parameter was passed that the notebook does not have."""


def parameters_of(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the names that the notebook's `parameters` cell assigns, in order."""
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ValueError(f"The notebook needs one cell tagged 'parameters', found {len(cells)}.")
    return [
        target.id
        for statement in ast.parse(cells[0].source).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]


def check_parameters(notebook: nbformat.NotebookNode, parameters: dict) -> None:
    """Raise UnknownParameterError for a parameter that the notebook does not have.

    papermill only warns, and the report would silently show its default.
    """
    known = parameters_of(notebook)
    for name in parameters:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownParameterError(
                f"The report has no parameter {name!r}; it has {', '.join(known)}.{hint}"
            )


def read_notebook(path: Path | str) -> nbformat.NotebookNode:
    """Read a percent-format notebook; a cell's id is the `id` of its header line, or its place."""
    notebook = jupytext.read(path)
    for place, cell in enumerate(notebook.cells, start=1):
        cell["id"] = cell.metadata.pop("id", f"cell-{place:02d}")
    return notebook


def run_notebook(notebook: nbformat.NotebookNode, parameters: dict) -> nbformat.NotebookNode:
    """Return the notebook executed with `parameters` in the Python that calls this."""
    check_parameters(notebook, parameters)
    logging.getLogger("papermill").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = Path(folder, "report.ipynb")
        nbformat.write(notebook, source)
        return papermill.execute_notebook(
            source,
            None,
            parameters=parameters,
            kernel_name="python3",
            engine_name=NAME,
            progress_bar=False,
            log_output=False,
        )


def make_deterministic(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the executed notebook without times, paths, random ids and warnings."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
            cell["source"] = _ABSOLUTE.sub(r'"\1"', cell.source)
        cell["metadata"] = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            cell["execution_count"] = None
            cell["outputs"] = [o for o in cell.outputs if o.output_type != "stream"]
    notebook["metadata"] = nbformat.from_dict(
        {key: notebook.metadata[key] for key in _LASTING if key in notebook.metadata}
    )
    return notebook


def outputs_of(notebook: nbformat.NotebookNode) -> list[dict]:
    """Return the HTML outputs in order: their HTML and what the page says about each."""
    return [
        {"html": output.data["text/html"], **output.metadata.get("retrial", {})}
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]


def to_html(notebook: nbformat.NotebookNode, template: Path | str) -> str:
    """Return the executed notebook as one self-contained page.

    `template` is the folder of the page's template and style sheet (or a file in it).
    """
    folder = Path(template).resolve()
    folder = folder.parent if folder.is_file() else folder
    outputs = outputs_of(notebook)
    report = {
        "title": next((o["title"] for o in outputs if "title" in o), "Report"),
        "outputs": [o["html"] for o in outputs],
        "contents": [(o["section"], o["heading"]) for o in outputs if "section" in o],
        "style": (folder / "style.css").read_text(encoding="utf-8"),
    }
    # The outputs are HTML already: what comes from a study is escaped where it is written.
    pages = Environment(loader=FileSystemLoader(folder), undefined=StrictUndefined)
    return pages.get_template(PAGE).render(report=report)


def render(
    *,
    notebook: Path | str,
    template: Path | str,
    html: Path | str,
    executed: Path | str,
    parameters: dict,
) -> None:
    """Run `notebook` with `parameters`; write the page to `html` and the notebook to `executed`.

    Raises:
        UnknownParameterError: If the notebook does not have one of the parameters.
        UnknownSectionError: If the report does not have one of the sections.
        papermill.PapermillExecutionError: If a cell fails (a missing file).
    """
    chosen_sections(parameters.get("sections"))
    done = make_deterministic(run_notebook(read_notebook(notebook), parameters))
    page = to_html(done, template)
    write_text(executed, nbformat.writes(done) + "\n")
    write_text(html, page)
