"""A study folder with a few of its claims: quick to run, and consistent."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml
from retrial import plainyaml

NAMES = ("needs_all", "needs_any", "contradicted_by")


def keep_claims(folder: Path, kept: list[dict]) -> None:
    """Write these claims alone; what refers to the others is taken out too."""
    ids = {claim["id"] for claim in kept}
    for claim in kept:
        for key in NAMES:
            if key in claim:
                claim[key] = [name for name in claim[key] if name in ids]
    write_yaml(folder / "claims.yaml", {"claims": kept})
    constraints = plainyaml.load(folder / "constraints.yaml")
    constraints["constraints"] = [
        c for c in constraints["constraints"] if c.get("claim") in (None, *ids)
    ]
    write_yaml(folder / "constraints.yaml", constraints)
    truth = folder / "truth.csv"
    if truth.is_file():
        with truth.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        lines = truth.read_text(encoding="utf-8").splitlines(keepends=True)
        known = [
            line for row, line in zip(rows, lines[1:], strict=True) if row["claim_id"] in ("", *ids)
        ]
        truth.write_text("".join([lines[0], *known]), encoding="utf-8")


def write_yaml(path: Path, data: object) -> None:
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000)
    path.write_text(text, encoding="utf-8")
