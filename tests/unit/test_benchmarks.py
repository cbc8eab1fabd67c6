"""`make bench` runs: its rows have what the library takes."""

import importlib.util
from pathlib import Path

FILE = Path(__file__).parents[1] / "benchmarks" / "comparisons.py"


def test_every_benchmark_runs_on_a_few_rows(monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("comparisons", FILE)
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
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
    assert len(lines) == 4
    assert all(float(number) >= 0 for line in lines for number in line.split()[-3:])
