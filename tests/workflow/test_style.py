"""The rules keep the style that Snakemake's own tools ask for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "workflow/rules").glob("*.smk"))
pytestmark = pytest.mark.workflow


def test_snakemake_finds_nothing_to_lint(fresh):
    assert "in a good condition" in fresh.run("--lint")


def test_rules_are_formatted():
    command = [sys.executable, "-m", "snakefmt", "--check", "Snakefile", "workflow/rules"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_snakefile_shows_the_whole_dataflow_in_few_lines():
    lines = (ROOT / "Snakefile").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60
    included = {line.split("/")[-1].rstrip('"') for line in lines if line.startswith("include:")}
    assert included == {path.name for path in RULES}


@pytest.mark.parametrize("path", [p for p in RULES if p.stem != "common"], ids=lambda p: p.stem)
def test_every_rule_has_what_a_rule_of_ours_has(path):
    text = path.read_text(encoding="utf-8")
    for rule in re.split(r"^rule ", text, flags=re.M)[1:]:
        name = rule.split(":")[0]
        directives = re.findall(r"^    (\w+):", rule, re.M)
        wanted = {"input", "log", "conda", "threads", "resources", "params", "message", "script"}
        wanted |= set() if name == "check" else {"output", "benchmark"}
        assert wanted <= set(directives), name
        assert re.search(r'^    """', rule, re.M), f"{name} has no docstring"
        assert f'"../scripts/{name}.py"' in rule
        assert (ROOT / f"workflow/scripts/{name}.py").is_file()
        if name != "check":
            place = "meta" if name == "meta" else "{study}"  # of all studies together
            assert f"{place}/logs/{name}.log" in rule
            assert f"{place}/benchmarks/{name}.tsv" in rule
            assert re.search(rf'(?:stage_code|made_from)\(\s*"{name}"', rule), (
                f"{name} would not see changed modules"
            )


def test_every_caption_exists():
    for path in RULES:
        for caption in re.findall(r'caption="([^"]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / caption).is_file(), caption
