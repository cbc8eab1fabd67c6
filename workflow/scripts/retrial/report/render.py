"""Run the report's notebook and turn it into one HTML file.

The notebook (jupytext percent format) is executed by papermill in this very Python, and converted
by nbconvert with the project's own template. Equal inputs give equal bytes: cell ids are fixed,
times and paths are taken out, and the page holds neither scripts nor anything from the network.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import logging
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
import papermill
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from retrial.files import write_text
from retrial.report.page import chosen_sections

_CHECK_KERNEL = """\
import sys
if sys.executable != {expected!r}:
    raise RuntimeError(
        f"The report's kernel runs {{sys.executable}}, but retrial runs {expected}. "
        "Start it in the project's environment, or remove the user's own python3 kernel."
    )
"""
_LASTING = ("kernelspec", "language_info")
_HIDDEN = "check-kernel"
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
    guard = nbformat.v4.new_code_cell(_CHECK_KERNEL.format(expected=sys.executable), id=_HIDDEN)
    notebook.cells.insert(0, guard)
    logging.getLogger("papermill").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, _own_jupyter(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = Path(folder, "report.ipynb")
        nbformat.write(notebook, source)
        return papermill.execute_notebook(
            source,
            None,
            parameters=parameters,
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            cwd=os.getcwd(),
            config=Config(
                {
                    # Left to itself every kernel takes the same sockets: two at once would mix.
                    "KernelManager": {"transport": "ipc", "ip": str(Path(folder, "kernel"))},
                    # The kernel logs an error whenever it is stopped; a failing cell raises here.
                    "NotebookClient": {"extra_arguments": ["--log-level=CRITICAL"]},
                }
            ),
        )


@contextlib.contextmanager
def _own_jupyter(folder: str) -> Iterator[None]:
    """Keep the user's start-up files out of the kernel, and its sockets off the network."""
    changed = dict.fromkeys(("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"), folder)
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def make_deterministic(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the executed notebook without times, paths, random ids and warnings."""
    kept = [c for c in notebook.cells if c["id"] != _HIDDEN]
    for cell in kept:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
            cell["source"] = _ABSOLUTE.sub(r'"\1"', cell.source)
        cell["metadata"] = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            cell["execution_count"] = None
            cell["outputs"] = [o for o in cell.outputs if o.output_type != "stream"]
    notebook["cells"] = kept
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

    `template` is the folder of the nbconvert template (or a file in it).
    """
    folder = Path(template).resolve()
    folder = folder.parent if folder.is_file() else folder
    outputs = outputs_of(notebook)
    resources = {
        "report": {
            "title": next((o["title"] for o in outputs if "title" in o), "Report"),
            "outputs": [o["html"] for o in outputs],
            "contents": [(o["section"], o["heading"]) for o in outputs if "section" in o],
            "style": (folder / "style.css").read_text(encoding="utf-8"),
        }
    }
    exporter = HTMLExporter(template_name=folder.name, extra_template_basedirs=[str(folder.parent)])
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    return page


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
        papermill.PapermillExecutionError: If a cell fails (a missing file, another kernel).
    """
    chosen_sections(parameters.get("sections"))
    done = make_deterministic(run_notebook(read_notebook(notebook), parameters))
    page = to_html(done, template)
    write_text(executed, nbformat.writes(done) + "\n")
    write_text(html, page)
