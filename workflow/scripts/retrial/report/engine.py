"""A papermill engine that runs a notebook's cells in this very process.

No kernel is started: the report takes a third of the time, needs no socket, and cannot run in
another Python than the one that asks for it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import traceback
from collections.abc import Iterator

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets.config import Config

NAME = "in_process"


class InProcess(Engine):
    """Runs each code cell in an IPython shell of its own; the first that fails ends the run."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: object
    ) -> None:
        """Run the cells and keep what they show, as a kernel would."""
        nb_man.nb.metadata["language_info"] = {"name": "python"}
        with _shell() as shell:
            for place, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code":
                    continue
                nb_man.cell_start(cell, place)
                with capture_output() as shown:
                    ran = shell.run_cell(cell.source)
                error = ran.error_before_exec or ran.error_in_exec
                cell.outputs = [
                    nbformat.v4.new_output("display_data", data=one.data, metadata=one.metadata)
                    for one in shown.outputs
                ]
                if error is not None:
                    # papermill raises this when the notebook is done.
                    failed = nbformat.v4.new_output(
                        "error",
                        ename=type(error).__name__,
                        evalue=str(error),
                        traceback=traceback.format_exception(error),
                    )
                    cell.outputs.append(failed)
                    nb_man.cell_exception(cell, place, exception=error)
                    return
                nb_man.cell_complete(cell, place)


@contextlib.contextmanager
def _shell() -> Iterator[InteractiveShell]:
    """Give a fresh shell that reads no start-up file of the user's and writes no history."""
    before = os.environ.get("IPYTHONDIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["IPYTHONDIR"] = folder
        settings = Config({"HistoryManager": {"enabled": False}})
        InteractiveShell.clear_instance()
        shell = InteractiveShell.instance(config=settings, colors="nocolor")
        try:
            yield shell
        finally:
            InteractiveShell.clear_instance()
            if before is None:
                del os.environ["IPYTHONDIR"]
            else:
                os.environ["IPYTHONDIR"] = before


papermill_engines.register(NAME, InProcess)
