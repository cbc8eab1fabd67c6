"""A result is written whole or not at all."""

from __future__ import annotations

import ast
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from retrial.files import whole, write_text
from retrial.stages.multiverse import write_specifications
from retrial.tables import table, write_table

SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
WRITERS = {"to_csv", "to_parquet", "write_text", "write_bytes", "ParquetWriter"}
# Not results: a new study's folder, a tracer's project (its own temporary file), the note of a run.
OTHER_FILES = {"retrial/run/cli.py", "retrial/figures/tracing/project.py", "retrial/run/made.py"}


def test_a_file_is_as_it_was_when_its_writing_fails(tmp_path):
    path = tmp_path / "tests.csv"
    write_text(path, "old\n")
    with pytest.raises(ValueError, match="midway"), whole(path) as part:
        part.write_text("ne")
        raise ValueError("midway")
    assert path.read_text() == "old\n"
    assert [file.name for file in tmp_path.iterdir()] == ["tests.csv"]


def test_an_error_of_the_disk_names_the_file_and_not_its_part(tmp_path):
    path = tmp_path / "tests.csv"
    with pytest.raises(OSError, match="left") as raised, whole(path) as part:
        raise OSError(errno.ENOSPC, "No space left on device", str(part))
    assert raised.value.filename == str(path)
    assert not list(tmp_path.iterdir())


def test_a_killed_writer_leaves_the_old_file_and_the_next_takes_its_place(tmp_path):
    path = tmp_path / "tests.csv"
    write_text(path, "old\n")
    code = f"""
import time
from retrial.files import whole
with whole({str(path)!r}) as part:
    part.write_text("half of it")
    print("writing", flush=True)
    time.sleep(60)
"""
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"writing\n"
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert path.read_text() == "old\n"
    write_text(path, "new\n")
    assert path.read_text() == "new\n"
    assert [file.name for file in tmp_path.iterdir()] == ["tests.csv"]


def test_specifications_that_fail_midway_leave_no_file(tmp_path):
    def chunks():
        yield pd.DataFrame({"claim_id": ["a"]})

    with pytest.raises(KeyError):
        write_specifications(chunks(), tmp_path / "multiverse.parquet")
    assert not list(tmp_path.iterdir())
    write_specifications(iter(()), tmp_path / "multiverse.parquet")
    assert pq.read_table(tmp_path / "multiverse.parquet").num_rows == 0


def test_a_table_is_replaced_and_never_written_into(tmp_path):
    path = tmp_path / "check.csv"
    write_table(table([], "check"), path)
    before = path.stat().st_ino
    with path.open() as reader:
        time.sleep(0)
        write_table(table([], "check"), path)
        assert reader.read() == path.read_text()
    assert path.stat().st_ino != before


@pytest.mark.parametrize("path", sorted(SCRIPTS.rglob("*.py")), ids=lambda p: p.stem)
def test_every_result_is_written_by_way_of_a_part(path):
    if path.relative_to(SCRIPTS).as_posix() in OTHER_FILES:
        return
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            if call.func.attr not in WRITERS:
                continue
            places = [call.func.value, *call.args[:1]]
            names = {place.id for place in places if isinstance(place, ast.Name)}
            assert "part" in names, f"line {call.lineno} writes to a file directly"
