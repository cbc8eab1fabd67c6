"""The frozen results come out again under another processor's kernels, thread count and locale."""

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from retrial.run.compare import read_check

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.workflow, pytest.mark.slow]

STUDIES = ("btheb", "hu2013")
# What a process says of the machine that it believes to run on.
ASK = """
import json, locale, time
import numpy, scipy.linalg, threadpoolctl
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
locale.setlocale(locale.LC_ALL, "")
blas = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
print(json.dumps({
    "kernels": sorted({pool["architecture"] for pool in blas}),
    "threads": sorted({pool["num_threads"] for pool in blas}),
    "features": [name for name in __cpu_dispatch__ if __cpu_features__[name]],
    "zone": time.strftime("%z"),
    "locale": locale.setlocale(locale.LC_ALL),
}))
"""


def machine(changes):
    """Return what Python sees of the machine under changed variables of the environment."""
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | changes,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def here():
    pytest.importorskip("threadpoolctl", reason="it tells which BLAS kernel is at work")
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip(f"no other BLAS kernel is named for {platform.machine()}")
    return machine({})


def test_every_frozen_result_comes_out_again_on_another_machine(here, fresh_with_every_study):
    changes = {
        "OPENBLAS_CORETYPE": "Prescott",  # the oldest kernel, for a processor without AVX
        "NPY_DISABLE_CPU_FEATURES": " ".join(here["features"]),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "77",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
    }
    there = machine(changes)
    assert there["kernels"] != here["kernels"]
    assert there["threads"] == [1] and there["features"] == []
    assert there["zone"] == "+1400" and there["locale"] == "C"

    said = fresh_with_every_study.run_cold("--keep-going", "--", "check", changes=changes)

    assert "Traceback" not in said
    for study in STUDIES:
        check = read_check(fresh_with_every_study / f"results/{study}/check.csv")
        assert set(check["verdict"]) == {"same"}
        assert check["actual"].astype(int).sum() > 10_000  # values, not an empty comparison


@pytest.fixture
def fresh_with_every_study(fresh):
    """A copy of the project without results, with all that was frozen of each study."""
    root = ROOT / "resources/studies"
    shutil.rmtree(fresh.study)  # of which nothing is frozen
    for study in STUDIES:
        shutil.copytree(root / study, fresh / "resources/studies" / study, dirs_exist_ok=True)
    return fresh
