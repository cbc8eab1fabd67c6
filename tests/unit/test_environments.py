"""The environments say the same: pyproject.toml, the lock and the conda file."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "envs/requirements.lock").read_text(encoding="utf-8")
# Packages that conda names otherwise; the conda ones are those without optional extras.
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "snakemake": "snakemake-minimal",
}


def locked():
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, re.M))


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def name_of(requirement):
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def conda():
    file = yaml.safe_load((ROOT / "envs/retrial.yaml").read_text(encoding="utf-8"))
    return file, dict(entry.split(" =") for entry in file["dependencies"])


def test_lock_holds_every_direct_dependency():
    extras = [r for extra in project()["optional-dependencies"].values() for r in extra]
    assert {name_of(r) for r in project()["dependencies"] + extras} <= locked().keys()


def test_lock_has_one_version_and_hashes_for_every_package():
    names = re.findall(r"^([a-z0-9._-]+)==", LOCK, re.M)
    assert len(names) == len(set(names))
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", LOCK, flags=re.M)[1:]
    assert [b.split("==")[0] for b in blocks if "--hash=sha256:" not in b] == []


def test_lock_holds_no_address():
    address = re.compile(r"\w+://|^-|^--(?!hash)|@ ", re.M)
    lines = [line for line in LOCK.splitlines() if not line.strip().startswith("--hash=")]
    assert [line for line in lines if address.search(line)] == []


def test_conda_environment_has_the_direct_dependencies_at_the_locked_versions():
    wanted = {
        CONDA_NAMES.get(name, name): locked()[name]
        for name in map(name_of, project()["dependencies"])
    }
    _, there = conda()
    python = there.pop("python")
    assert there == wanted
    least = re.search(r">=3\.(\d+)", project()["requires-python"])[1]
    assert int(python.split(".")[1]) >= int(least)


def test_conda_environment_takes_only_community_channels():
    file, _ = conda()
    assert file["channels"] == ["conda-forge", "bioconda", "nodefaults"]


def test_every_rule_names_an_environment_that_exists():
    rules = list((ROOT / "workflow/rules").glob("*.smk"))
    named = [
        (rule, path)
        for rule in rules
        for path in re.findall(r'conda:\s+"([^"]+)"', rule.read_text(encoding="utf-8"))
    ]
    assert len(named) >= 12
    assert [path for rule, path in named if not (rule.parent / path).is_file()] == []
