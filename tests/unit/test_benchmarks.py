"""`make bench` runs: its rows have what the library takes."""

import importlib.util
from pathlib import Path

import pytest
from scipy import stats

FILE = Path(__file__).parents[1] / "benchmarks" / "comparisons.py"


def loaded():
    spec = importlib.util.spec_from_file_location("comparisons", FILE)
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    return bench


def test_every_benchmark_runs_on_a_few_rows(monkeypatch, capsys):
    bench = loaded()
    for name, few in (
        ("ROWS", 20),
        ("LOOPED", 10),
        ("SPECIFICATIONS", 3_000),
        ("ANOVAS", 4),
        ("ANOVAS_LOOPED", 2),
    ):
        monkeypatch.setattr(bench, name, few)
    bench.main()
    lines = capsys.readouterr().out.splitlines()[1:]
    assert len(lines) == 4 + 4 + 2 + 2
    assert all(float(number) > 0 for line in lines for number in line.split()[-2:])


def test_the_expression_in_numpy_gives_the_p_that_the_others_give():
    bench = loaded()
    columns = bench.moments(200)
    for equal_var in (True, False):
        theirs = stats.ttest_ind_from_stats(*columns, equal_var=equal_var).pvalue
        assert bench.in_numpy(columns, equal_var) == pytest.approx(theirs, rel=1e-10)
